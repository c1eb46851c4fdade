"""What holding a position costs, from the README's rules: funding at its times, borrow at the end of each day."""

import csv

from feed import nanoseconds
from money import MONEY_DIGITS, PRICE_DIGITS, QUANTITY_DIGITS, RATE_DIGITS, Ledger, divide_half_even, parse_decimal

HOUR = 3600 * 1_000_000_000
DAY = 24 * HOUR
# price × quantity × rate has so many digits more than money.
SCALE = 10 ** (PRICE_DIGITS + QUANTITY_DIGITS + RATE_DIGITS - MONEY_DIGITS)


class Financing:
    """A moment counts as soon as the clock is beyond it, with what everything up to it has left."""

    def __init__(self, rate: int = 0, every: int = 8 * HOUR, listed: dict[int, int] | None = None, borrow_rate: int = 0):
        self.rate = rate
        self.every = every
        self.listed = listed
        self.borrow_rate = borrow_rate
        self.funding_paid = 0
        self.borrow_paid = 0
        self._clock: int | None = None

    @property
    def is_on(self) -> bool:
        return self.rate != 0 or self.listed is not None or self.borrow_rate != 0

    def pass_time(self, time: int, ledger: Ledger) -> None:
        """All moments from the last event's time on and before `time`."""
        if self._clock is not None:
            for moment in self._moments(self._clock, time):
                self._pay(moment, ledger)
        self._clock = time

    def _moments(self, start: int, end: int) -> list[int]:
        steps = [self.every if self.listed is None and self.rate else 0, DAY if self.borrow_rate else 0]
        moments = {time for time in self.listed or {} if start <= time < end}
        for step in filter(None, steps):
            moments.update(range(-(-start // step) * step, end, step))
        return sorted(moments)

    def _pay(self, moment: int, ledger: Ledger) -> None:
        value = (ledger.mark or 0) * ledger.quantity * ledger.multiplier
        funding = divide_half_even(value * self._funding_rate(moment), SCALE)
        borrow = 0
        if moment % DAY == 0 and ledger.quantity < 0:
            borrow = divide_half_even(-value * self.borrow_rate, 365 * SCALE)
        self.funding_paid += funding
        self.borrow_paid += borrow
        ledger.cash -= funding + borrow

    def _funding_rate(self, moment: int) -> int:
        if self.listed is not None:
            return self.listed.get(moment, 0)
        return self.rate if moment % self.every == 0 else 0


def listed_rates(path: str) -> dict[int, int]:
    """Time to rate, of a file with the columns time and rate."""
    with open(path, newline="", encoding="utf-8") as file:
        return {nanoseconds(row["time"]): parse_decimal(row["rate"], RATE_DIGITS) for row in csv.DictReader(file)}
