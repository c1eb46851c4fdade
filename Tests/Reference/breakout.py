"""Breakout: enter with a limit order beyond the channel of earlier events, leave beyond the shorter opposite channel."""

from dataclasses import dataclass

from money import BUY, SELL, Ledger
from events import Bar, Trade
from venue import Fill, Order, Venue


@dataclass
class Entry:
    order: Order
    sent_at: int
    is_cancelled: bool = False


class Breakout:
    def __init__(self, window: int, exit_window: int, quantity: int, patience: int, both: bool):
        if not 0 < exit_window <= window:
            raise ValueError(f"exit_window {exit_window} must be above 0 and not above window {window}")
        if patience < 1:
            raise ValueError(f"patience {patience} must be at least 1")
        self.window = window
        self.exit_window = exit_window
        self.quantity = quantity
        self.patience = patience
        self.both = both
        self._highs: list[int] = []
        self._lows: list[int] = []
        # What works: at most one of the two. A cancelled entry counts until its confirmation, before the next event.
        self._entry: Entry | None = None
        self._exit: Order | None = None

    def on_fill(self, fill: Fill, venue: Venue, ledger: Ledger) -> None:
        self._forget_finished()

    def on_event(self, event: Bar | Trade, venue: Venue, ledger: Ledger) -> None:
        self._forget_finished()
        high, low, price = event.range
        if len(self._highs) >= self.window:
            self._enter(price, venue, ledger.quantity)
            self._lose_patience(venue)
            self._leave(price, venue, ledger.quantity)
            if self._exit is not None:
                venue.modify(self._exit, limit=price)
        self._highs.append(high)
        self._lows.append(low)

    def _enter(self, price: int, venue: Venue, position: int) -> None:
        if position != 0 or self._works():
            return
        if price > max(self._highs[-self.window :]):
            side = BUY
        elif self.both and price < min(self._lows[-self.window :]):
            side = SELL
        else:
            return
        self._entry = Entry(venue.submit(side, self.quantity, limit=price), sent_at=len(self._highs))

    def _lose_patience(self, venue: Venue) -> None:
        entry = self._entry
        if entry is not None and not entry.is_cancelled and len(self._highs) - entry.sent_at >= self.patience:
            entry.is_cancelled = True
            venue.cancel(entry.order)

    def _leave(self, price: int, venue: Venue, position: int) -> None:
        if position == 0 or self._works():
            return
        if position > 0 and price < min(self._lows[-self.exit_window :]):
            self._exit = venue.submit(SELL, position, limit=price)
        elif position < 0 and price > max(self._highs[-self.exit_window :]):
            self._exit = venue.submit(BUY, -position, limit=price)

    def _works(self) -> bool:
        return self._entry is not None or self._exit is not None

    def _forget_finished(self) -> None:
        """Order updates: what the host confirmed since this strategy's last turn."""
        if self._entry is not None and not self._entry.order.is_working:
            self._entry = None
        if self._exit is not None and not self._exit.is_working:
            self._exit = None
