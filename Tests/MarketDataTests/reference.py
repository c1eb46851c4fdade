#!/usr/bin/env python3
"""Independent reference for MarketDataTests: standard library, exact integers. Prints the literals that the tests hold.

Usage: python3 reference.py DATA_FOLDER [part]
"""
import csv
import decimal
import sys
from datetime import datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

decimal.getcontext().prec = 60
MASK = (1 << 64) - 1


def fixed(text, scale, rounds=False):
    value = Decimal(text).scaleb(scale)
    whole = value.to_integral_value(rounding=decimal.ROUND_HALF_EVEN)
    assert rounds or whole == value, text
    return int(whole)


def checksum(numbers):
    """FNV-1a over the little-endian bytes of 64-bit integers."""
    state = 0xCBF29CE484222325
    for number in numbers:
        for byte in (number & MASK).to_bytes(8, "little"):
            state = ((state ^ byte) * 0x100000001B3) & MASK
    return state


def nanoseconds(text):
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    whole = moment.replace(microsecond=0)
    return int(whole.timestamp()) * 10**9 + moment.microsecond * 1000


def bar_rows(path):
    with open(path, newline="") as file:
        for row in list(csv.reader(file))[1:]:
            prices = [fixed(text, 9) for text in row[1:5]]
            volume = fixed(row[5], 8, rounds=True) if len(row) > 5 else 0
            yield nanoseconds(row[0]), prices, volume


def trade_rows(path):
    with open(path, newline="") as file:
        for row in list(csv.reader(file))[1:]:
            side = {"buy": 1, "sell": 2}[row[2]]
            yield int(row[0]) * 10**6, int(row[1]), side, fixed(row[3], 9), fixed(row[4], 8)


def quote_rows(path, hours=0):
    with open(path, newline="") as file:
        for row in csv.reader(file):
            moment = datetime.strptime(row[0][:15], "%Y%m%d %H%M%S").replace(tzinfo=timezone.utc)
            time = (int(moment.timestamp()) * 1000 + int(row[0][15:]) - hours * 3600_000) * 10**6
            yield time, fixed(row[1], 9), fixed(row[2], 9)


def files(data):
    for name, interval in [("btc-perp-1m-2022-01", 60), ("eurusd-1h-2017-2018", 3600), ("goog-1d-2004-2013", 86400),
                           ("usdjpy-1m-bid-2013-02", 60), ("usdjpy-1m-ask-2013-02", 60)]:
        rows = list(bar_rows(f"{data}/{name}.csv"))
        numbers = [n for time, prices, volume in rows for n in (time + interval * 10**9, *prices, volume)]
        print(name, len(rows), "first", numbers[:6], "last", numbers[-6:], hex(checksum(numbers)))
    rows = list(trade_rows(f"{data}/xrp-eth-trades-2019-10.csv"))
    print("trades", len(rows), rows[0], rows[-1], hex(checksum(n for row in rows for n in row)))
    rows = list(quote_rows(f"{data}/eurusd-quotes-2020-01.csv", hours=-5))
    print("quotes", len(rows), rows[0], rows[-1], hex(checksum(n for row in rows for n in row)))


def half_even(dividend, divisor):
    quotient, rest = divmod(dividend, divisor)
    return quotient + (1 if 2 * rest > divisor or (2 * rest == divisor and quotient % 2) else 0)


def group(items, interval):
    """(start time, open, high, low, close, quantity, notional, count) into bars that end by the last item's time."""
    bars = {}
    for time, open_, high, low, close, quantity, notional, count in items:
        end = time // interval * interval + interval
        if end not in bars:
            bars[end] = [end, open_, high, low, close, quantity, notional, count]
        else:
            bar = bars[end]
            bar[2], bar[3], bar[4] = max(bar[2], high), min(bar[3], low), close
            bar[5] += quantity
            bar[6] += notional
            bar[7] += count
    return [bars[end] for end in sorted(bars)]


def show_bars(label, bars):
    rows = [(*bar[:6], half_even(bar[6], bar[5]) if bar[5] else 0, bar[7]) for bar in bars]
    print(label, len(rows), rows[0], rows[-1], hex(checksum(n for row in rows for n in row)))


LENGTHS = [("1s", 1), ("5s", 5), ("1m", 60), ("5m", 300), ("15m", 900), ("1h", 3600), ("1d", 86400)]


def bars(data):
    trades = list(trade_rows(f"{data}/xrp-eth-trades-2019-10.csv"))
    for label, seconds in LENGTHS:
        interval = seconds * 10**9
        built = group([(t, p, p, p, p, q, p * q, 1) for t, _, _, p, q in trades], interval)
        show_bars("trades " + label, [bar for bar in built if bar[0] <= trades[-1][0]])
    quotes = list(quote_rows(f"{data}/eurusd-quotes-2020-01.csv"))
    for label, seconds in LENGTHS:
        interval = seconds * 10**9
        mids = [(t, (b + a) // 2) for t, b, a in quotes]
        built = [bar for bar in group([(t, m, m, m, m, 0, 0, 0) for t, m in mids], interval) if bar[0] <= mids[-1][0]]
        if built:
            show_bars("quotes " + label, built)
    rows = list(bar_rows(f"{data}/btc-perp-1m-2022-01.csv"))
    for label, seconds in LENGTHS[3:]:
        interval = seconds * 10**9
        built = group([(t, *prices, volume, 0, 0) for t, prices, volume in rows], interval)
        show_bars("bars " + label, [bar for bar in built if bar[0] <= rows[-1][0] + 60 * 10**9])


def zones(_):
    for zone, text, fold in [("America/New_York", "2022-01-15 12:00", 0), ("America/New_York", "2022-07-15 12:00", 0),
                             ("America/New_York", "2022-11-06 01:30", 0), ("America/New_York", "2022-11-06 01:30", 1),
                             ("America/New_York", "2022-03-13 01:59", 0), ("America/New_York", "2022-03-13 02:30", 0),
                             ("America/New_York", "2022-03-13 03:00", 0), ("Europe/London", "2022-03-27 01:30", 0),
                             ("Europe/London", "2022-10-30 01:30", 0), ("Asia/Kolkata", "2022-07-15 12:00", 0),
                             ("Australia/Lord_Howe", "2022-04-03 01:45", 0), ("Europe/Moscow", "2011-01-15 12:00", 0),
                             ("Europe/Moscow", "2012-01-15 12:00", 0), ("Europe/Moscow", "2015-01-15 12:00", 0),
                             ("Pacific/Apia", "2011-12-29 12:00", 0), ("Pacific/Apia", "2011-12-31 12:00", 0),
                             ("Asia/Tokyo", "1965-06-01 00:00", 0), ("America/New_York", "2045-07-15 12:00", 0)]:
        moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
        print(zone, text, fold, int(moment.timestamp()))


def random(_):
    """SplitMix64 and xoshiro256** from their authors' public descriptions."""
    def split_mix(seed):
        while True:
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            yield z ^ (z >> 31)

    def rotate(x, k):
        return ((x << k) | (x >> (64 - k))) & MASK

    class Xoshiro:
        def __init__(self, seed):
            mixer = split_mix(seed)
            self.s = [next(mixer) for _ in range(4)]

        def next(self):
            s = self.s
            result = rotate(s[1] * 5 & MASK, 7) * 9 & MASK
            t = s[1] << 17 & MASK
            s[2] ^= s[0]
            s[3] ^= s[1]
            s[1] ^= s[2]
            s[0] ^= s[3]
            s[2] ^= t
            s[3] = rotate(s[3], 45)
            return result

        def jump(self):
            total = [0, 0, 0, 0]
            for word in (0x180EC6D33CFD0ABA, 0xD5A61266F0C9392C, 0xA9582618E03FC9AA, 0x39ABDC4529B1661C):
                for bit in range(64):
                    if word >> bit & 1:
                        total = [a ^ b for a, b in zip(total, self.s)]
                    self.next()
            self.s = total

    for seed in (0, 1, 0xFFFFFFFFFFFFFFFF):
        mixer = split_mix(seed)
        print("splitmix", hex(seed), [hex(next(mixer)) for _ in range(3)])
        stream = Xoshiro(seed)
        print("xoshiro", hex(seed), [hex(stream.next()) for _ in range(3)], hex(checksum(stream.next() for _ in range(1000))))
        stream.jump()
        print("jumped", hex(seed), [hex(stream.next()) for _ in range(2)])


if __name__ == "__main__":
    parts = {"files": files, "bars": bars, "zones": zones, "random": random}
    for name in sys.argv[2:] or parts:
        parts[name](sys.argv[1])
