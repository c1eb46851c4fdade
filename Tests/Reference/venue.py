"""The paper venue of the reference, from the README's rules: bars, trades or quotes of one instrument."""

from dataclasses import dataclass

from events import Bar, Quote, Trade
from money import BUY, RATE_DIGITS

Event = Bar | Trade | Quote


@dataclass
class Bracket:
    """What an entry wants for what it fills; 0 = none. The legs are there from its first fill on."""

    stop_loss: int = 0
    take_profit: int = 0
    stop: "Order | None" = None
    target: "Order | None" = None


@dataclass
class Order:
    """`stop`: it waits for its trigger. `trail`: the trigger follows the market. `limit`: what it trades at best."""

    id: int
    side: int
    quantity: int
    limit: int | None
    priority: int
    accepted_time: int
    stop: int | None = None
    trail: int | None = None
    bracket: Bracket | None = None
    # Of a bracket's leg.
    entry: "Order | None" = None
    filled: int = 0
    cancelled: bool = False
    # Set at the first event where the order could trade: from then on a limit order rests and is a maker.
    arrived: bool = False
    triggered: bool = False

    @property
    def remaining(self) -> int:
        return self.quantity - self.filled

    @property
    def is_working(self) -> bool:
        return not self.cancelled and self.remaining > 0

    @property
    def waits(self) -> bool:
        return self.stop is not None and not self.triggered


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
        self._event: Event | None = None

    # Commands. They are given while an event is handled and count from the next event on.

    def submit(
        self,
        side: int,
        quantity: int,
        limit: int | None = None,
        stop: int | None = None,
        trail: int | None = None,
        bracket: Bracket | None = None,
    ) -> Order:
        if quantity <= 0:
            raise ValueError(f"order quantity {quantity} is not positive")
        self.order_count += 1
        order = Order(self.order_count, side, quantity, limit, self._next_priority(), self._time, stop, trail, bracket)
        if trail is not None:
            order.stop = self._behind(self._event.last(side), order)
        self.working.append(order)
        return order

    def cancel(self, order: Order) -> None:
        order.cancelled = True
        self._forget_finished()

    def modify(
        self, order: Order, quantity: int | None = None, limit: int | None = None, stop: int | None = None
    ) -> None:
        """`quantity` is the order's new total, fills so far included."""
        if not order.is_working:
            return
        raised = quantity is not None and quantity > order.quantity
        repriced = (limit is not None and limit != order.limit) or (stop is not None and stop != order.stop)
        if quantity is not None:
            if quantity <= order.filled:
                raise ValueError(f"order {order.id}: total {quantity} is not above what is filled, {order.filled}")
            order.quantity = quantity
        if repriced:
            order.limit = order.limit if limit is None else limit
            order.stop = order.stop if stop is None else stop
            order.arrived = False
            order.accepted_time = self._time
        if raised or repriced:
            order.priority = self._next_priority()

    # Matching.

    def match(self, event: Event) -> list[Fill]:
        """All fills that `event` makes, in the order in which they happen."""
        self._time = event.time
        if not event.matches:
            return []
        self._event = event
        left = {side: event.available(side) for side in (BUY, -BUY)}
        if isinstance(event, Trade):
            # One trade, one quantity, whichever side takes it.
            left[-BUY] = None
        fills: list[Fill] = []
        for order in self._queue():
            if not order.is_working:
                continue
            found = self._price(order, event)
            if found is None:
                continue
            pool = BUY if isinstance(event, Trade) else order.side
            quantity = order.remaining if left[pool] is None else min(order.remaining, left[pool])
            if quantity == 0:
                continue
            price, is_maker = found
            order.filled += quantity
            if left[pool] is not None:
                left[pool] -= quantity
            fills.append(Fill(event.time, order, price, quantity, is_maker))
            self._follow_bracket(order, quantity)
        self._forget_finished()
        return fills

    def _queue(self) -> list[Order]:
        """Market orders by priority; stops by priority; limits: buys before sells, better price first, then priority."""

        def place(order: Order) -> tuple[int, int, int, int]:
            if order.waits:
                return (1, 0, 0, order.priority)
            if order.limit is None:
                return (0, 0, 0, order.priority)
            return (2, -order.side, -order.side * order.limit, order.priority)

        # Matching comes before the strategy's turn, so whatever works here was accepted during an earlier event.
        ready = [order for order in self.working if order.accepted_time + self.latency <= self._time]
        return sorted(ready, key=place)

    def _price(self, order: Order, event: Event) -> tuple[int, bool] | None:
        """The price at which `order` trades in `event` and whether it is the maker; None if it does not trade."""
        if order.waits:
            return self._triggered_price(order, event)
        first = event.first_price(order.side)
        if order.limit is None:
            return self._slipped(first, order.side), False
        arrives = not order.arrived
        order.arrived = True
        # How much better than the limit the event's price is, for the order's side.
        advantage = order.side * (order.limit - first)
        if arrives and advantage >= 0:
            return first, False
        if isinstance(event, Trade):
            return (order.limit, True) if self._is_through(advantage) else None
        if isinstance(event, Quote):
            return (order.limit, True) if advantage >= 0 else None
        if advantage >= 0:
            return first, True
        extreme = event.low if order.side == BUY else event.high
        return (order.limit, True) if self._is_through(order.side * (order.limit - extreme)) else None

    def _is_through(self, advantage: int) -> bool:
        return advantage > 0 or (self.touch_fills and advantage == 0)

    # Stops.

    def _triggered_price(self, order: Order, event: Event) -> tuple[int, bool] | None:
        price = self._trigger(order, event)
        if price is None:
            if order.trail is not None:
                follower = self._behind(event.best(order.side), order)
                order.stop = min(order.stop, follower) if order.side == BUY else max(order.stop, follower)
            return None
        order.triggered = order.arrived = True
        if order.entry is not None:
            order.entry.cancelled = True
        if order.limit is None:
            return self._slipped(price, order.side), False
        # A stop-limit that is marketable at its trigger takes; otherwise it rests from the next event on.
        return (price, False) if order.side * (order.limit - price) >= 0 else None

    def _trigger(self, order: Order, event: Event) -> int | None:
        """The price that reaches the stop: the first one of the event, or the stop itself within a bar's range."""
        first = event.first_price(order.side)
        if order.side * (first - order.stop) >= 0:
            return first
        if isinstance(event, Bar):
            extreme = event.high if order.side == BUY else event.low
            if order.side * (extreme - order.stop) >= 0:
                return order.stop
        return None

    def _behind(self, price: int, order: Order) -> int:
        """The trail behind `price`, on the tick away from it."""
        exact = price + order.side * order.trail
        return -(-exact // self.tick) * self.tick if order.side == BUY else exact // self.tick * self.tick

    # Brackets.

    def _follow_bracket(self, order: Order, quantity: int) -> None:
        """After a fill: an entry's legs grow; a leg takes as much from the other and ends the entry."""
        if order.bracket is not None:
            order.bracket.stop = self._grown(order, order.bracket.stop, quantity, stop=order.bracket.stop_loss)
            order.bracket.target = self._grown(order, order.bracket.target, quantity, limit=order.bracket.take_profit)
        if order.entry is not None:
            bracket = order.entry.bracket
            other = bracket.target if order is bracket.stop else bracket.stop
            if other is not None:
                other.quantity = other.filled + min(other.remaining, order.remaining)
            order.entry.cancelled = True

    def _grown(self, entry: Order, leg: Order | None, quantity: int, **price: int) -> Order | None:
        if not any(price.values()):
            return None
        if leg is None:
            leg = self.submit(-entry.side, quantity, **price)
            leg.entry = entry
        else:
            self.modify(leg, leg.quantity + quantity)
        return leg

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
