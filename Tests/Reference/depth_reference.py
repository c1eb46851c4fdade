"""A second opinion on the paper venue where the feed has depth: rules 11 to 15 of README's "Fills" in plain Python.

    python3 depth_reference.py [--lines]

It makes a random market and random orders out of a seed, matches them, and prints the number of reports and their
checksum by seed; the venue's tests make the same market. Prices are in cents, quantities in hundredths.
"""

import sys
from dataclasses import dataclass, field

BUY, SELL = 1, 2
MASK = (1 << 64) - 1


class Random:
    """SplitMix64 (Steele, Lea, Flood 2014)."""

    def __init__(self, seed: int):
        self.state = seed

    def below(self, bound: int) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (z ^ (z >> 31)) % bound


@dataclass
class Order:
    id: int
    side: int
    kind: str  # market, limit, stop, stop-limit
    left: int
    limit: int
    stop: int
    tif: str
    priority: int
    filled: int = 0
    waits: bool = False
    arrived: bool = False
    is_open: bool = True
    # None = has not joined a queue; infinite = its price is beyond the levels shown.
    ahead: float | None = None

    @property
    def is_market(self) -> bool:
        return self.kind in ("market", "stop")

    def better_or_equal(self, price: int) -> bool:
        """`price` is no worse for the order than its limit."""
        return self.is_market or (price <= self.limit if self.side == BUY else price >= self.limit)


@dataclass
class Venue:
    slippage: int  # 1e-3
    touch_fills: bool
    bids: list[list[int]] = field(default_factory=list)  # [price, shown, left]
    asks: list[list[int]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    priority: int = 0

    def submit(self, side: int, kind: str, quantity: int, limit: int, stop: int, tif: str) -> None:
        self.priority += 1
        order = Order(len(self.orders) + 1, side, kind, quantity, limit, stop, tif, self.priority)
        order.waits = kind.startswith("stop")
        self.orders.append(order)

    def modify(self, order: Order, total: int, limit: int) -> None:
        raised = total > order.filled + order.left
        repriced = limit != order.limit
        order.left = total - order.filled
        order.limit = limit
        if raised or repriced:
            self.priority += 1
            order.priority = self.priority
            order.ahead = None
        if repriced:
            order.arrived = False

    # One event: a renewed book, or a trade (price, quantity, aggressor).

    def event(self, trade: tuple[int, int, int] | None) -> None:
        ready = sorted((o for o in self.orders if o.is_open), key=lambda o: o.priority)
        self.trade_left = trade[1] if trade else 0
        for order in ready:
            if not order.waits and order.is_market:
                self.take(order)
        looked_at = set()
        for order in ready:
            if order.waits and self.triggers(order, trade):
                looked_at.add(order.id)
                self.trigger(order, trade[0] if trade else self.opposite(order)[0][0])
        limits = [o for o in ready if o.is_open and not o.is_market and not o.waits and o.id not in looked_at]
        self.end_unreachable(limits)
        for order in sorted(limits, key=lambda o: (o.side, -o.limit if o.side == BUY else o.limit, o.priority)):
            if order.is_open:
                self.limit(order, trade)
                self.end_unreachable(limits)
        for order in ready:
            if order.is_open and not order.is_market and order.arrived:
                self.queue(order, trade)

    def end_unreachable(self, limits: list[Order]) -> None:
        """IOC and FOK end as soon as they reach nothing, be it that an order before them took it."""
        for order in limits:
            if order.is_open and not order.arrived and order.tif != "GTC" and not self.reachable(order):
                self.end(order)

    def triggers(self, order: Order, trade: tuple[int, int, int] | None) -> bool:
        if trade is None and not self.opposite(order):
            return False
        price = trade[0] if trade else self.opposite(order)[0][0]
        return price >= order.stop if order.side == BUY else price <= order.stop

    def trigger(self, order: Order, price: int) -> None:
        self.lines.append(f"#{order.id} triggered at {number(price)}")
        order.waits = False
        if order.is_market:
            self.take(order)
        else:
            order.arrived = True
            if self.reachable(order):
                self.take(order)

    def limit(self, order: Order, trade: tuple[int, int, int] | None) -> None:
        if not order.arrived:
            if self.reachable(order):
                self.take(order)
            order.arrived = True
        elif trade is None:
            self.take(order, is_maker=True)
        else:
            price, _, aggressor = trade
            advantage = order.limit - price if order.side == BUY else price - order.limit
            given = 0
            if advantage > 0 or (advantage == 0 and self.touch_fills):
                given = self.trade_left
            elif advantage == 0 and aggressor != order.side and order.ahead is not None:
                given = max(0, self.trade_left - order.ahead)
            given = int(min(given, order.left))
            if given:
                self.trade_left -= given
                self.fill(order, order.limit, given, "maker")

    def queue(self, order: Order, trade: tuple[int, int, int] | None) -> None:
        shown = self.shown(order)
        if order.ahead is None:
            order.ahead = shown
        elif trade is None:
            order.ahead = min(order.ahead, shown)
        else:
            price, _, aggressor = trade
            if price < order.limit if order.side == BUY else price > order.limit:
                order.ahead = 0
            elif price == order.limit and aggressor != order.side:
                order.ahead = max(0, order.ahead - self.trade_left)

    def shown(self, order: Order) -> float:
        levels = self.bids if order.side == BUY else self.asks
        if not levels:
            return 0
        worst = levels[-1][0]
        if order.limit < worst if order.side == BUY else order.limit > worst:
            return float("inf")
        return sum(shown for price, shown, _ in levels if price == order.limit)

    # The book.

    def opposite(self, order: Order) -> list[list[int]]:
        return self.asks if order.side == BUY else self.bids

    def reachable(self, order: Order) -> int:
        return sum(left for price, _, left in self.opposite(order) if order.better_or_equal(price))

    def take(self, order: Order, is_maker: bool = False) -> None:
        if order.tif == "FOK" and self.reachable(order) < order.left:
            self.end(order)
            return
        for level in self.opposite(order):
            quantity = min(order.left, level[2])
            if not quantity or not order.better_or_equal(level[0]):
                continue
            level[2] -= quantity
            price = self.slipped(level[0], order.side) if order.is_market else order.limit if is_maker else level[0]
            self.fill(order, price, quantity, "maker" if is_maker else "taker")
        if order.is_open and order.tif != "GTC":
            self.end(order)

    def slipped(self, price: int, side: int) -> int:
        if side == BUY:
            return -(-price * (1000 + self.slippage) // 1000)
        return price * (1000 - self.slippage) // 1000

    def fill(self, order: Order, price: int, quantity: int, liquidity: str) -> None:
        order.left -= quantity
        order.filled += quantity
        order.is_open = order.left > 0
        self.lines.append(f"#{order.id} {number(quantity)} at {number(price)} {liquidity}")

    def end(self, order: Order) -> None:
        order.is_open = False
        self.lines.append(f"#{order.id} cancelled notFillable")


def number(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


class Market:
    """The random market; every draw is in the order in which the venue's tests draw."""

    def __init__(self, seed: int):
        self.random = Random(seed)
        self.mid = 10_000
        self.venue = Venue(slippage=seed % 3, touch_fills=seed % 4 == 3)

    def run(self, steps: int) -> list[str]:
        self.book()
        for _ in range(steps):
            kind = self.random.below(10)
            if kind < 4:
                self.book()
            elif kind < 6:
                price = self.mid - 3 + self.random.below(7)
                quantity = 1 + self.random.below(40)
                self.venue.event((price, quantity, self.random.below(3)))
            elif kind < 9:
                self.order()
            else:
                self.change()
        return self.venue.lines

    def book(self) -> None:
        self.mid = max(self.mid + self.random.below(5) - 2, 9_000)
        bid = self.mid - 1 - self.random.below(2)
        ask = self.mid + self.random.below(3)
        self.venue.bids = self.side(bid, -1)
        self.venue.asks = self.side(max(ask, bid + 1), 1)
        self.venue.event(None)

    def side(self, price: int, step: int) -> list[list[int]]:
        count = self.random.below(11) if self.random.below(6) == 0 else 10
        levels = []
        for _ in range(count):
            quantity = 1 + self.random.below(20)
            levels.append([price, quantity, quantity])
            price += step * (1 + self.random.below(2))
        return levels

    def order(self) -> None:
        side = BUY if self.random.below(2) == 0 else SELL
        kind = ("market", "limit", "limit", "limit", "limit", "stop", "stop-limit")[self.random.below(7)]
        quantity = 1 + self.random.below(40)
        limit = self.mid - 6 + self.random.below(13)
        away = 1 + self.random.below(4)
        tif = ("GTC", "GTC", "GTC", "IOC", "FOK")[self.random.below(5)]
        stop = self.mid + away if side == BUY else self.mid - away
        # The gate refuses stops that may not rest.
        self.venue.submit(side, kind, quantity, limit, stop, "GTC" if kind.startswith("stop") else tif)

    def change(self) -> None:
        number = self.random.below(8)
        total = 1 + self.random.below(40)
        limit = self.mid - 6 + self.random.below(13)
        is_cancel = self.random.below(3) == 0
        index = len(self.venue.orders) - 1 - number
        if index < 0 or not self.venue.orders[index].is_open:
            return
        order = self.venue.orders[index]
        if is_cancel:
            order.is_open = False
        elif order.kind == "limit" and total > order.filled:
            self.venue.modify(order, total, limit)


def checksum(lines: list[str]) -> int:
    """FNV-1a of 64 bits over the lines, each with a line feed."""
    value = 0xCBF29CE484222325
    for byte in "".join(line + "\n" for line in lines).encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


if __name__ == "__main__":
    for seed in range(6):
        reports = Market(seed).run(1500)
        if "--lines" in sys.argv:
            print("\n".join(f"{seed}: {line}" for line in reports))
        else:
            print(f"({seed}, {len(reports)}, 0x{checksum(reports):016x}),")
