"""CSV files of bars or trades as events, with the tick of an instrument that nobody described."""

import csv
from collections import Counter
from datetime import datetime, timedelta, timezone

from money import PRICE_DIGITS, QUANTITY_DIGITS, parse_decimal
from venue import Bar, Trade

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def read_events(path: str) -> tuple[list[Bar] | list[Trade], int]:
    """The file's events and its tick: one unit of the finest decimal among its prices."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    names = [name.strip().lower() for name in rows[0]]
    rows = [row for row in rows[1:] if row]
    if "timestamp_ms" in names:
        return _trades(names, rows)
    if names[0] in ("", "timestamp") and "open" in names:
        return _bars(names, rows)
    raise ValueError(f"{path}: neither bars nor trades: {','.join(rows[0])}")


def nanoseconds(text: str) -> int:
    """UTC unless the stamp names its offset; down to microseconds."""
    stamp = datetime.fromisoformat(text.strip())
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=timezone.utc)
    return (stamp - EPOCH) // timedelta(microseconds=1) * 1000


def finest_tick(texts: list[str]) -> int:
    decimals = max(len(text.strip().partition(".")[2].rstrip("0")) for text in texts)
    return 10 ** (PRICE_DIGITS - decimals)


def _bars(names: list[str], rows: list[list[str]]) -> tuple[list[Bar], int]:
    columns = [names.index(name) for name in ("open", "high", "low", "close")]
    stamps = [nanoseconds(row[0]) for row in rows]
    differences = Counter(later - earlier for earlier, later in zip(stamps, stamps[1:]))
    # A stamp is the bar's open; its end is one usual interval later (the shortest one where two are equally usual).
    interval = min(differences, key=lambda step: (-differences[step], step)) if differences else 0
    bars = [
        Bar(stamp + interval, *(parse_decimal(row[column], PRICE_DIGITS) for column in columns))
        for stamp, row in zip(stamps, rows)
    ]
    return bars, finest_tick([row[column] for row in rows for column in columns])


def _trades(names: list[str], rows: list[list[str]]) -> tuple[list[Trade], int]:
    time, price, quantity = (names.index(name) for name in ("timestamp_ms", "price", "quantity"))
    trades = [
        Trade(
            int(row[time]) * 1_000_000,
            parse_decimal(row[price], PRICE_DIGITS),
            parse_decimal(row[quantity], QUANTITY_DIGITS),
        )
        for row in rows
    ]
    return trades, finest_tick([row[price] for row in rows])
