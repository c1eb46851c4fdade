"""What a market shows: bars, trades, quotes. Prices are integers of 1e-9, quantities of 1e-8, times nanoseconds."""

from dataclasses import dataclass

from money import BUY


@dataclass(frozen=True)
class Bar:
    """`time` is the bar's end: the moment the strategy sees it. `matches`: nothing finer is in the feed."""

    time: int
    open: int
    high: int
    low: int
    close: int
    matches: bool = True

    def first_price(self, side: int) -> int:
        return self.open

    def best(self, side: int) -> int:
        """The best price for what follows it: the high under a sell's trailing stop, the low over a buy's."""
        return self.low if side == BUY else self.high

    def last(self, side: int) -> int:
        return self.close

    def available(self, side: int) -> int | None:
        return None

    @property
    def mark(self) -> int:
        return self.close

    @property
    def range(self) -> tuple[int, int, int]:
        """High, low and price, as the strategies of the references read an event."""
        return self.high, self.low, self.close


@dataclass(frozen=True)
class Trade:
    time: int
    price: int
    quantity: int
    matches: bool = True

    def first_price(self, side: int) -> int:
        return self.price

    def best(self, side: int) -> int:
        return self.price

    def last(self, side: int) -> int:
        return self.price

    def available(self, side: int) -> int | None:
        return self.quantity

    @property
    def mark(self) -> int:
        return self.price

    @property
    def range(self) -> tuple[int, int, int]:
        return self.price, self.price, self.price


@dataclass(frozen=True)
class Quote:
    """A size of 0 is not shown, which is no limit."""

    time: int
    bid: int
    ask: int
    bid_size: int = 0
    ask_size: int = 0
    matches: bool = True

    def first_price(self, side: int) -> int:
        """What an order of `side` meets: the opposite side."""
        return self.ask if side == BUY else self.bid

    def best(self, side: int) -> int:
        return self.first_price(side)

    def last(self, side: int) -> int:
        return self.first_price(side)

    def available(self, side: int) -> int | None:
        size = self.ask_size if side == BUY else self.bid_size
        return size if size > 0 else None

    @property
    def mark(self) -> int:
        return (self.bid + self.ask) // 2

    @property
    def range(self) -> tuple[int, int, int]:
        return self.ask, self.bid, self.bid
