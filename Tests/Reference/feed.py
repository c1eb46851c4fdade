"""CSV files of bars, trades or quotes as events, with the tick of an instrument that nobody described."""

import csv
import re
from collections import Counter
from datetime import datetime, timedelta, timezone

from money import PRICE_DIGITS, QUANTITY_DIGITS, parse_decimal
from events import Bar, Quote, Trade

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# YYYYMMDD HHMMSSmmm of a file without a header: stamp, bid, ask, volume.
QUOTE_STAMP = re.compile(r"\d{8} \d{9}")


def read_events(path: str) -> tuple[list[Bar] | list[Trade] | list[Quote], int]:
    """The file's events and its tick: one unit of the finest decimal among its prices."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    names = [name.strip().lower() for name in rows[0]]
    rows = [row for row in rows[1:] if row]
    if "timestamp_ms" in names:
        return _trades(names, rows)
    if names[0] in ("", "timestamp") and "open" in names:
        return _bars(names, rows)
    if QUOTE_STAMP.fullmatch(names[0]) and len(names) == 4:
        return _quotes([names] + rows)
    raise ValueError(f"{path}: neither bars, trades nor quotes: {','.join(rows[0])}")


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


def _quotes(rows: list[list[str]]) -> tuple[list[Quote], int]:
    quotes = [
        Quote(_digits(row[0]), parse_decimal(row[1], PRICE_DIGITS), parse_decimal(row[2], PRICE_DIGITS)) for row in rows
    ]
    return quotes, finest_tick([text for row in rows for text in row[1:3]])


def _digits(stamp: str) -> int:
    moment = datetime.strptime(stamp[:15], "%Y%m%d %H%M%S").replace(tzinfo=timezone.utc)
    return (moment - EPOCH) // timedelta(seconds=1) * 1_000_000_000 + int(stamp[15:]) * 1_000_000
