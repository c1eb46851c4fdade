"""SMACross: hold +quantity while SMA(fast) > SMA(slow), −quantity while below, unchanged when equal."""

from collections import deque

from money import BUY, SELL, Ledger
from venue import Bar, Fill, Trade, Venue


class SMACross:
    def __init__(self, fast: int, slow: int, quantity: int):
        if not 0 < fast < slow:
            raise ValueError(f"fast {fast} must be above 0 and below slow {slow}")
        self.fast = fast
        self.slow = slow
        self.quantity = quantity
        self._closes: deque[int] = deque(maxlen=slow)

    def on_fill(self, fill: Fill, venue: Venue, ledger: Ledger) -> None:
        """Only bars' closes move this strategy."""

    def on_event(self, event: Bar | Trade, venue: Venue, ledger: Ledger) -> None:
        if not isinstance(event, Bar):
            return
        self._closes.append(event.close)
        if len(self._closes) < self.slow:
            return
        closes = list(self._closes)
        # Averages compared without division.
        fast = sum(closes[-self.fast :]) * self.slow
        slow = sum(closes) * self.fast
        if fast == slow:
            return
        target = self.quantity if fast > slow else -self.quantity
        expected = ledger.quantity + sum(order.side * order.remaining for order in venue.working)
        if target != expected:
            venue.submit(BUY if target > expected else SELL, abs(target - expected))
