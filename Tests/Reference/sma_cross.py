"""SMACross: hold +quantity while SMA(fast) > SMA(slow), −quantity while below, unchanged when equal."""

from collections import deque

from money import BUY, SELL, Ledger
from events import Bar, Quote, Trade
from venue import Fill, Venue


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

    def on_event(self, event: Bar | Trade | Quote, venue: Venue, ledger: Ledger) -> None:
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
        # One order at a time: while one works, the next bar decides again.
        if target != ledger.quantity and not venue.working:
            missing = target - ledger.quantity
            venue.submit(BUY if missing > 0 else SELL, abs(missing))
