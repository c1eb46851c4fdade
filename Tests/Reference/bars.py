"""Bars out of trades or quotes, before the event that shows that they are complete."""

from events import Bar, Quote, Trade


def with_bars(events: list, length: int) -> list:
    """A bar holds what happened from one multiple of `length` to before the next, counted from 1970. It stands before the first
    event at or after its end, and none is written for an interval without events or for the last one. A quote counts with its
    mid, rounded down. Only the finer events match."""
    merged = []
    end = 0
    prices: list[int] = []
    for event in events:
        if prices and event.time >= end:
            merged.append(Bar(end, prices[0], max(prices), min(prices), prices[-1], matches=False))
            prices = []
        if not prices:
            end = (event.time // length + 1) * length
        assert isinstance(event, (Trade, Quote))
        prices.append(event.mark)
        merged.append(event)
    return merged
