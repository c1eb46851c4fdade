"""StopEntry: stops and limits into a position, a trailing stop or a followed bracket out of it.

Rules: strategies/stop_entry/stop_entry.c
"""

from dataclasses import dataclass

from money import BUY, SELL, Ledger
from venue import Bracket, Event, Fill, Order, Venue


# How it enters.
STOP, STOP_LIMIT, LIMIT = range(3)


@dataclass
class Terms:
    window: int
    patience: int
    reward: int
    quantity: int
    gap: int
    trail: int
    entry: int
    bracket: bool


class StopEntry:
    def __init__(self, terms: Terms):
        self.terms = terms
        self._ranges: list[tuple[int, int, int]] = []
        self._entry: Order | None = None
        self._exit: Order | None = None
        self._sent_at = 0
        self._cancelled_at: int | None = None

    def on_fill(self, fill: Fill, venue: Venue, ledger: Ledger) -> None:
        """Orders are looked at with the next event."""

    def on_event(self, event: Event, venue: Venue, ledger: Ledger) -> None:
        if self._ranges and not event.matches:
            return
        self._ranges.append(event.range)
        now = len(self._ranges) - 1
        if now < self.terms.window:
            return
        position = ledger.quantity
        if position == 0 and not self._works(now):
            self._enter(now, venue)
        entry = self._entry
        if entry and entry.is_working and self._cancelled_at is None and now - self._sent_at >= self.terms.patience:
            self._cancelled_at = now
            venue.cancel(entry)
        if position == 0:
            return
        side = BUY if position > 0 else SELL
        if self.terms.bracket:
            self._follow(side, event.range[2], venue)
        elif not self._works(now):
            self._exit = venue.submit(-side, abs(position), trail=self.terms.trail)

    def _works(self, now: int) -> bool:
        """A cancelled entry counts until its confirmation, before the next event."""
        orders = [self._entry, self._exit]
        if self._entry and self._entry.bracket:
            orders += [self._entry.bracket.stop, self._entry.bracket.target]
        return self._cancelled_at == now or any(order is not None and order.is_working for order in orders)

    def _enter(self, now: int, venue: Venue) -> None:
        terms = self.terms
        price, before = self._ranges[now][2], self._ranges[now - terms.window][2]
        if price == before:
            return
        side = BUY if price > before else SELL
        last = self._ranges[now - terms.window + 1 :]
        extreme = max(high for high, _, _ in last) if side == BUY else min(low for _, low, _ in last)
        trigger = price - side * terms.gap if terms.entry == LIMIT else extreme + side * terms.gap
        limit = trigger if terms.entry == LIMIT else trigger + side * terms.gap
        stop_loss, take_profit = trigger - side * terms.trail, trigger + side * terms.reward * terms.trail
        if min(trigger, limit, stop_loss, take_profit) <= 0:
            return
        self._entry = venue.submit(
            side,
            terms.quantity,
            limit=None if terms.entry == STOP else limit,
            stop=None if terms.entry == LIMIT else trigger,
            bracket=Bracket(stop_loss, take_profit) if terms.bracket else None,
        )
        self._exit = None
        self._sent_at = now
        self._cancelled_at = None

    def _follow(self, side: int, price: int, venue: Venue) -> None:
        stop = self._entry.bracket.stop
        wanted = price - side * self.terms.trail
        if stop and stop.is_working and side * (wanted - stop.stop) > 0:
            venue.modify(stop, stop=wanted)
