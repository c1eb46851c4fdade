"""The paper venue of the reference: market and limit orders against bars or trades, one instrument."""

from dataclasses import dataclass

from money import BUY, RATE_DIGITS


@dataclass(frozen=True)
class Bar:
    """`time` is the bar's end: the moment the strategy sees it."""

    time: int
    open: int
    high: int
    low: int
    close: int

    @property
    def first_price(self) -> int:
        return self.open

    @property
    def mark(self) -> int:
        return self.close


@dataclass(frozen=True)
class Trade:
    time: int
    price: int
    quantity: int

    @property
    def first_price(self) -> int:
        return self.price

    @property
    def mark(self) -> int:
        return self.price


@dataclass
class Order:
    id: int
    side: int
    quantity: int
    limit: int | None
    priority: int
    accepted_time: int
    filled: int = 0
    cancelled: bool = False
    # Set at the first event where the order could trade: from then on a limit order rests and is a maker.
    arrived: bool = False

    @property
    def remaining(self) -> int:
        return self.quantity - self.filled

    @property
    def is_working(self) -> bool:
        return not self.cancelled and self.remaining > 0


@dataclass(frozen=True)
class Fill:
    time: int
    order: Order
    price: int
    quantity: int
    is_maker: bool


class Venue:
    def __init__(self, tick: int, slippage_rate: int = 0, latency: int = 0, touch_fills: bool = False):
        self.tick = tick
        self.slippage_rate = slippage_rate
        self.latency = latency
        self.touch_fills = touch_fills
        self.working: list[Order] = []
        self.order_count = 0
        self._priority = 0
        self._time = 0

    # Commands. They are given while an event is handled and count from the next event on.

    def submit(self, side: int, quantity: int, limit: int | None = None) -> Order:
        if quantity <= 0:
            raise ValueError(f"order quantity {quantity} is not positive")
        self.order_count += 1
        order = Order(self.order_count, side, quantity, limit, self._next_priority(), self._time)
        self.working.append(order)
        return order

    def cancel(self, order: Order) -> None:
        order.cancelled = True
        self._forget_finished()

    def modify(self, order: Order, quantity: int | None = None, limit: int | None = None) -> None:
        """`quantity` is the order's new total, fills so far included."""
        if not order.is_working:
            return
        raised = quantity is not None and quantity > order.quantity
        repriced = limit is not None and limit != order.limit
        if quantity is not None:
            if quantity <= order.filled:
                raise ValueError(f"order {order.id}: total {quantity} is not above what is filled, {order.filled}")
            order.quantity = quantity
        if repriced:
            order.limit = limit
            order.arrived = False
            order.accepted_time = self._time
        if raised or repriced:
            order.priority = self._next_priority()

    # Matching.

    def match(self, event: Bar | Trade) -> list[Fill]:
        """All fills that `event` makes, in the order in which they happen."""
        self._time = event.time
        available = event.quantity if isinstance(event, Trade) else None
        fills: list[Fill] = []
        for order in self._queue():
            arrives = not order.arrived
            order.arrived = True
            found = self._price(order, event, arrives)
            quantity = order.remaining if available is None else min(order.remaining, available)
            if found is None or quantity == 0:
                continue
            price, is_maker = found
            order.filled += quantity
            if available is not None:
                available -= quantity
            fills.append(Fill(event.time, order, price, quantity, is_maker))
        self._forget_finished()
        return fills

    def _queue(self) -> list[Order]:
        """Market orders by priority; then limits: buys before sells, better price first, then priority."""

        def place(order: Order) -> tuple[int, int, int, int]:
            if order.limit is None:
                return (0, 0, 0, order.priority)
            return (1, -order.side, -order.side * order.limit, order.priority)

        # Matching comes before the strategy's turn, so whatever works here was accepted during an earlier event.
        ready = [order for order in self.working if order.accepted_time + self.latency <= self._time]
        return sorted(ready, key=place)

    def _price(self, order: Order, event: Bar | Trade, arrives: bool) -> tuple[int, bool] | None:
        """The price at which `order` trades in `event` and whether it is the maker; None if it does not trade."""
        first = event.first_price
        if order.limit is None:
            return self._slipped(first, order.side), False
        # How much better than the limit the event's price is, for the order's side.
        advantage = order.side * (order.limit - first)
        if arrives and advantage >= 0:
            return first, False
        if isinstance(event, Trade):
            return (order.limit, True) if self._is_through(advantage) else None
        if advantage >= 0:
            return first, True
        extreme = event.low if order.side == BUY else event.high
        return (order.limit, True) if self._is_through(order.side * (order.limit - extreme)) else None

    def _is_through(self, advantage: int) -> bool:
        return advantage > 0 or (self.touch_fills and advantage == 0)

    def _slipped(self, price: int, side: int) -> int:
        """price × (1 ± slippage), rounded to the tick against the trader."""
        one = 10**RATE_DIGITS
        exact = price * (one + side * self.slippage_rate)
        step = self.tick * one
        ticks = -(-exact // step) if side == BUY else exact // step
        return ticks * self.tick

    def _next_priority(self) -> int:
        self._priority += 1
        return self._priority

    def _forget_finished(self) -> None:
        self.working = [order for order in self.working if order.is_working]
