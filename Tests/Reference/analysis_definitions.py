"""What an analysis says of bars, from its stated definitions in plain loops: `reference(bars)` gives what
`stratagem features --analysis --json` prints. Prices are whole numbers of 1e-9, volumes of 1e-8; the directional index alone is a float."""
from fractions import Fraction

import feature_definitions

PRICE, VOLUME = 10**9, 10**8
BARS_MAX, LIST_MAX, LEVELS_MAX = 2000, 50, 5


class Bars:
    """`rows`: closing time, open, high, low, close in 1e-9, volume in 1e-8; the latest 2,000 count."""

    def __init__(self, rows):
        self.time, self.o, self.h, self.l, self.c, self.v = (list(column) for column in zip(*rows[-BARS_MAX:]))
        self.count = len(self.c)
        self.ranges = [self.average_range(i) for i in range(self.count)]

    def average_range(self, i):
        if i < 14:
            return None
        return sum(max(self.h[k], self.c[k - 1]) - min(self.l[k], self.c[k - 1]) for k in range(i - 13, i + 1)) // 14


class Floats:
    def __init__(self, bars):
        self.h, self.l, self.c = ([x / PRICE for x in series] for series in (bars.h, bars.l, bars.c))


def reference(rows):
    b = Bars(rows)
    found = states(b)
    supports, resistances = levels(b)
    return {
        "time": b.time[-1], "bars": b.count, "close": Fraction(b.c[-1], PRICE), "phase": phase(b, found[-1]),
        "volume_profile": profile(b), "supports": supports, "resistances": resistances, "fair_value_gaps": gaps(b),
        "order_blocks": blocks(b), "states": found,
    }


def states(b):
    adx = feature_definitions.direction(Floats(b))["adx_14"] if b.count >= 28 else [None] * b.count
    result, direction, level = [], "sideways", "medium"
    for i in range(b.count):
        if adx[i] is not None:
            move = b.c[i] - b.c[i - 20]
            path = sum(abs(b.c[k] - b.c[k - 1]) for k in range(i - 19, i + 1))
            ratio = Fraction(abs(move), path) if path else 0
            least, share = (25, Fraction(30, 100)) if direction == "sideways" else (20, Fraction(15, 100))
            is_trending = move != 0 and adx[i] >= least and ratio >= share
            direction = "sideways" if not is_trending else "bullish" if move > 0 else "bearish"
        window = [Fraction(b.ranges[k], b.c[k]) for k in range(max(i - 99, 0), i + 1) if b.ranges[k] is not None]
        if len(window) >= 20:
            now = window[-1]
            rank = (sum(x < now for x in window) + Fraction(sum(x == now for x in window), 2)) / len(window)
            if rank >= (Fraction(65, 100) if level == "high" else Fraction(80, 100)):
                level = "high"
            elif rank <= (Fraction(35, 100) if level == "low" else Fraction(20, 100)):
                level = "low"
            else:
                level = "medium"
        calm = {"high": "volatile", "low": "quiet", "medium": "ranging"}[level]
        result.append({
            "state": calm if direction == "sideways" else "trending", "trend_direction": direction, "volatility_level": level,
        })
    return result


def profile(b):
    """The files have six decimals at most, so that a bin is never one price wide; the tick is 1e-9."""
    low, high = min(b.l), max(b.h)
    width = -(-(high - low + 1) // 50)
    begin = low // width * width
    volumes = []
    while begin + len(volumes) * width <= high:
        first = begin + len(volumes) * width
        total = 0
        for l, h, v in zip(b.l, b.h, b.v):
            v = v if any(b.v) else VOLUME

            def until(price):
                """Volume at prices up to this one."""
                return 0 if price < l else int(Fraction(v * (min(price, h) - l + 1), h - l + 1))

            total += until(first + width - 1) - until(first - 1)
        volumes.append(total)
    assert sum(volumes) == (sum(b.v) or VOLUME * b.count)
    control = volumes.index(max(volumes))
    area, inside = [control], volumes[control]
    while Fraction(inside, sum(volumes)) < Fraction(70, 100):
        above = [k for k in (area[-1] + 1, area[-1] + 2) if k < len(volumes)]
        below = [k for k in (area[0] - 2, area[0] - 1) if k >= 0]
        if above and (not below or sum(volumes[k] for k in above) >= sum(volumes[k] for k in below)):
            area, inside = area + above, inside + sum(volumes[k] for k in above)
        else:
            area, inside = below + area, inside + sum(volumes[k] for k in below)
    return {
        "bin_width": Fraction(width, PRICE), "begin": Fraction(begin, PRICE),
        "poc": Fraction(begin + control * width + width // 2, PRICE),
        "value_area_high": Fraction(begin + (area[-1] + 1) * width, PRICE),
        "value_area_low": Fraction(begin + area[0] * width, PRICE), "volumes": [Fraction(v, VOLUME) for v in volumes],
    }


def levels(b):
    if b.ranges[-1] is None:
        return [], []
    points = []
    for i in range(2, b.count - 2):
        near = [b.h[k] for k in (i - 2, i - 1, i + 1, i + 2)]
        if b.h[i] > max(near[:2]) and b.h[i] >= max(near[2:]):
            points.append((b.h[i], b.time[i]))
        near = [b.l[k] for k in (i - 2, i - 1, i + 1, i + 2)]
        if b.l[i] < min(near[:2]) and b.l[i] <= min(near[2:]):
            points.append((b.l[i], b.time[i]))
    groups = []
    for point in sorted(points):
        if groups and point[0] - groups[-1][0][0] <= b.ranges[-1] // 2:
            groups[-1].append(point)
        else:
            groups.append([point])
    found = [(sum(p for p, _ in g) // len(g), len(g), max(t for _, t in g)) for g in groups if len(g) >= 2]
    supports = sorted([level for level in found if level[0] <= b.c[-1]], reverse=True)
    resistances = sorted([level for level in found if level[0] > b.c[-1]])
    return tuple(
        [{"price": Fraction(p, PRICE), "touches": n, "latest": t} for p, n, t in side[:LEVELS_MAX]]
        for side in (supports, resistances))


def gaps(b):
    found = []
    for i in range(2, b.count):
        if b.l[i] > b.h[i - 2]:
            bias, bottom, top = "bullish", b.h[i - 2], b.l[i]
            fillers = [b.time[k] for k in range(i + 1, b.count) if b.l[k] <= bottom]
        elif b.h[i] < b.l[i - 2]:
            bias, bottom, top = "bearish", b.h[i], b.l[i - 2]
            fillers = [b.time[k] for k in range(i + 1, b.count) if b.h[k] >= top]
        else:
            continue
        found.append({
            "bias": bias, "bottom": Fraction(bottom, PRICE), "top": Fraction(top, PRICE), "time": b.time[i],
            "filled": fillers[0] if fillers else None,
        })
    return found[-LIST_MAX:]


def blocks(b):
    found, used = [], set()
    for i in range(15, b.count):
        sign = (b.c[i] > b.o[i]) - (b.c[i] < b.o[i])
        if sign == 0 or Fraction(abs(b.c[i] - b.o[i])) < Fraction(3, 2) * b.ranges[i - 1]:
            continue
        opposite = [k for k in range(max(i - 10, 0), i) if sign * (b.c[k] - b.o[k]) < 0]
        if not opposite or opposite[-1] in used:
            continue
        k = opposite[-1]
        if b.c[i] <= b.h[k] if sign > 0 else b.c[i] >= b.l[k]:
            continue
        used.add(k)
        back = [b.time[j] for j in range(i + 1, b.count) if (b.l[j] <= b.h[k] if sign > 0 else b.h[j] >= b.l[k])]
        found.append({
            "bias": "bullish" if sign > 0 else "bearish", "bottom": Fraction(b.l[k], PRICE), "top": Fraction(b.h[k], PRICE),
            "time": b.time[k], "displaced": b.time[i], "mitigated": back[0] if back else None,
        })
    return found[-LIST_MAX:]


def phase(b, state):
    if b.count < 100:
        return "unknown"
    if state["trend_direction"] != "sideways":
        return {"bullish": "markup", "bearish": "markdown"}[state["trend_direction"]]
    o, h, l, c, v = (series[-50:] for series in (b.o, b.h, b.l, b.c, b.v))
    height = max(h) - min(l)
    if abs(c[-1] - c[0]) > Fraction(height, 4):
        return "unknown"
    move = b.c[-51] - b.o[-100]
    floor, ceiling = min(l[:25]), max(h[:25])
    evidence = any(l[k] < floor <= c[k] for k in range(25, 50)) - any(h[k] > ceiling >= c[k] for k in range(25, 50))
    rising = sum(v[k] for k in range(50) if c[k] > o[k])
    falling = sum(v[k] for k in range(50) if c[k] < o[k])
    if rising + falling > 0:
        evidence += (rising >= Fraction(12, 10) * falling) - (falling >= Fraction(12, 10) * rising)
    if move <= -height and evidence > 0:
        return "accumulation"
    return "distribution" if move >= height and evidence < 0 else "unknown"
