"""Features of the day (UTC) in which a bar opens, and of the day before that had bars."""
from math import cos, fsum, pi, sin


def session(b):
    names = ["minute_of_day", "time_of_day_sin", "time_of_day_cos", "day_of_week", "session_bars", "session_open",
             "session_high", "session_low", "session_return", "session_range_position", "session_volume", "session_vwap",
             "session_vwap_distance", "previous_session_high", "previous_session_low", "previous_session_close",
             "session_gap", "pivot_point", "pivot_r1", "pivot_s1"]
    rows = []
    first, old = 0, None
    for k, time in enumerate(b.time):
        if k > 0 and time.date() != b.time[k - 1].date():
            old = (max(b.h[first:k]), min(b.l[first:k]), b.c[k - 1])
            first = k
        day = slice(first, k + 1)
        high, low, start, close = max(b.h[day]), min(b.l[day]), b.o[first], b.c[k]
        total = fsum(b.v[day])
        worth = fsum((h + l + c) / 3 * v for h, l, c, v in zip(b.h[day], b.l[day], b.c[day], b.v[day]))
        vwap = worth / total if total else None
        minute = time.hour * 60 + time.minute + time.second / 60
        angle = 2 * pi * minute / 1440
        row = [minute, sin(angle), cos(angle), time.weekday(), k + 1 - first, start, high, low, (close - start) / start,
               (close - low) / (high - low) if high > low else None, total, vwap,
               (close - vwap) / vwap if vwap else None]
        if old:
            pivot = sum(old) / 3
            row += [*old, (start - old[2]) / old[2], pivot, 2 * pivot - old[1], 2 * pivot - old[0]]
        else:
            row += [None] * 7
        rows.append(row)
    return dict(zip(names, (list(column) for column in zip(*rows))))
