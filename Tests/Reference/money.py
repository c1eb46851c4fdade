"""Fixed-point numbers and the account's ledger, in exact integers.

price 1e-9 · quantity 1e-8 · money 1e-8 · rate 1e-9. Every rounding is half to even and happens once per named step.
"""

from dataclasses import dataclass, field

PRICE_DIGITS = 9
QUANTITY_DIGITS = 8
MONEY_DIGITS = 8
RATE_DIGITS = 9

BUY = 1
SELL = -1


def parse_decimal(text: str, digits: int) -> int:
    """The decimal `text` as an integer of `digits` decimal places; a ValueError if it does not fit exactly."""
    body = text.strip()
    negative = body.startswith("-")
    if body[:1] in ("-", "+"):
        body = body[1:]
    whole, _, fraction = body.partition(".")
    if not (whole + fraction).isascii() or not (whole + fraction).isdigit():
        raise ValueError(f"not a decimal number: {text!r}")
    fraction = fraction.rstrip("0")
    if len(fraction) > digits:
        raise ValueError(f"{text!r} has more than {digits} decimals")
    magnitude = int(whole or "0") * 10**digits + int((fraction or "0").ljust(digits, "0"))
    return -magnitude if negative else magnitude


def format_decimal(value: int, digits: int) -> str:
    """The shortest exact text: no trailing zeros, no point for a whole number."""
    whole, fraction = divmod(abs(value), 10**digits)
    text = f"{whole}.{fraction:0{digits}d}".rstrip("0").rstrip(".") if digits else str(whole)
    return "-" + text if value < 0 else text


def divide_half_even(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded to the nearest integer, ties to the even one."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, remainder = divmod(numerator, denominator)
    doubled = 2 * remainder
    if doubled > denominator or (doubled == denominator and quotient % 2 == 1):
        quotient += 1
    return quotient


def money_value(price: int, quantity: int, multiplier: int = 1) -> int:
    """price × quantity × multiplier as money; signed like the quantity."""
    return divide_half_even(price * quantity * multiplier, 10 ** (PRICE_DIGITS + QUANTITY_DIGITS - MONEY_DIGITS))


def commission_of(value: int, rate: int) -> int:
    return divide_half_even(value * rate, 10**RATE_DIGITS)


def average_price(value: int, quantity: int, multiplier: int) -> int:
    """value / quantity / multiplier as a price."""
    scale = 10 ** (PRICE_DIGITS + QUANTITY_DIGITS - MONEY_DIGITS)
    return divide_half_even(value * scale, quantity * multiplier)


@dataclass
class RoundTrip:
    """From flat to flat. Sums of both sides, so that prices are averaged once, at the end."""

    side: int
    entry_time: int
    exit_time: int = 0
    entry_value: int = 0
    entry_quantity: int = 0
    exit_value: int = 0
    exit_quantity: int = 0
    realized: int = 0
    commission: int = 0

    @property
    def pnl(self) -> int:
        return self.realized - self.commission


@dataclass
class Ledger:
    """Cash, one position with its exact cost, and what was realised. Settlement `cash`: a fill's value moves in cash."""

    cash: int
    maker_rate: int = 0
    taker_rate: int = 0
    multiplier: int = 1
    quantity: int = 0
    cost: int = 0
    realized: int = 0
    commission: int = 0
    mark: int | None = None
    open_trip: RoundTrip | None = None
    round_trips: list[RoundTrip] = field(default_factory=list)

    def apply(self, time: int, side: int, price: int, quantity: int, is_maker: bool) -> tuple[int, int]:
        """Books one fill and returns its value and its commission."""
        value = money_value(price, quantity, self.multiplier)
        commission = commission_of(value, self.maker_rate if is_maker else self.taker_rate)
        self.cash -= side * value + commission
        self.commission += commission

        opposite = self.quantity * side < 0
        closing = min(quantity, abs(self.quantity)) if opposite else 0
        opening = quantity - closing
        # The opening part is rounded, the closing part takes the remainder, so nothing is lost in a flip.
        opening_value = divide_half_even(value * opening, quantity)
        opening_commission = divide_half_even(commission * opening, quantity)
        if closing:
            self._close(time, side, closing, value - opening_value, commission - opening_commission)
        if opening:
            self._open(time, side, opening, opening_value, opening_commission)
        return value, commission

    def equity(self) -> int:
        if self.quantity == 0 or self.mark is None:
            return self.cash
        return self.cash + money_value(self.mark, self.quantity, self.multiplier)

    def _open(self, time: int, side: int, quantity: int, value: int, commission: int) -> None:
        if self.open_trip is None:
            self.open_trip = RoundTrip(side, time)
        self.open_trip.entry_value += value
        self.open_trip.entry_quantity += quantity
        self.open_trip.commission += commission
        self.quantity += side * quantity
        self.cost += side * value

    def _close(self, time: int, side: int, quantity: int, value: int, commission: int) -> None:
        held = abs(self.quantity)
        cost_part = divide_half_even(self.cost * quantity, held)
        # With signed cost, long (value − cost) and short (cost − value) are one formula: a sell brings value, a buy takes it.
        realized = -side * value - cost_part
        self.cost -= cost_part
        self.quantity += side * quantity
        self.realized += realized

        trip = self.open_trip
        assert trip is not None
        trip.exit_value += value
        trip.exit_quantity += quantity
        trip.realized += realized
        trip.commission += commission
        trip.exit_time = time
        if self.quantity == 0:
            self.round_trips.append(trip)
            self.open_trip = None
