"""Every feature of bars from its stated definition, bar by bar over whole windows: `reference(bars)` gives name → values."""
from decimal import Decimal
from math import atan, degrees, fsum, log, log10, sqrt

from feature_session import session
from feature_windows import before, each, ema, mean, over, products, ratio, running, sma, smoothed, squares, wilder, wma


def reference(bars):
    """`bars`: lists o, h, l, c, v of numbers, and `time`, the openings as datetimes."""
    found = {}
    for part in (prices, returns, averages, adaptive, regression, direction, channels, momentum, stochastics, oscillators,
                 volatility, deviations, ranges, volume, flows, session):
        found.update(part(bars))
    return found


def exact(prices):
    """The decimals of the file: whether two moves are equal must not depend on rounding."""
    return [Decimal(repr(price)) for price in prices]


def changes(bars, length=1):
    return each(lambda a, b: (a - b) / b, bars.c, before(bars.c, length))


def typical(bars):
    return each(lambda h, l, c: (h + l + c) / 3, bars.h, bars.l, bars.c)


def true_range(bars):
    return each(lambda h, l, p: max(h, p) - min(l, p), bars.h, bars.l, before(bars.c, 1))


def middle(bars, length):
    return over(length, lambda h, l: (max(h) + min(l)) / 2, bars.h, bars.l)


def prices(b):
    spans = [h - l for h, l in zip(b.h, b.l)]
    return {
        "avgprice": each(lambda *p: fsum(p) / 4, b.o, b.h, b.l, b.c),
        "medprice": each(lambda h, l: (h + l) / 2, b.h, b.l),
        "typprice": typical(b),
        "wclprice": each(lambda h, l, c: (h + l + 2 * c) / 4, b.h, b.l, b.c),
        "midpoint_14": over(14, lambda c: (max(c) + min(c)) / 2, b.c),
        "midprice_14": middle(b, 14),
        "highest_20": over(20, max, b.h),
        "lowest_20": over(20, min, b.l),
        "range_position_20": over(20, lambda c, h, l: (c[-1] - min(l)) / (max(h) - min(l)), b.c, b.h, b.l),
        "highest_52": over(52, max, b.h),
        "lowest_52": over(52, min, b.l),
        "close_location": each(lambda c, l, s: (c - l) / s, b.c, b.l, spans),
        "upper_shadow": each(lambda o, h, c, s: (h - max(o, c)) / s, b.o, b.h, b.c, spans),
        "lower_shadow": each(lambda o, l, c, s: (min(o, c) - l) / s, b.o, b.l, b.c, spans),
    }


def returns(b):
    found = {f"return_{n}": changes(b, n) for n in (1, 5, 10, 20, 60)}
    found.update({f"log_return_{n}": each(lambda a, p: log(a / p), b.c, before(b.c, n)) for n in (1, 5, 20)})
    x = found["return_1"]

    def moment(w, power):
        m = mean(w)
        return fsum((v - m) ** power for v in w) / len(w)

    def autocorrelation(w):
        m = mean(w)
        return fsum((a - m) * (p - m) for a, p in zip(w[1:], w)) / squares(w)

    highs = each(lambda a, p: (a - p) / p, b.h, before(b.h, 1))
    lows = each(lambda a, p: (a - p) / p, b.l, before(b.l, 1))
    found.update({
        "gap_return": each(lambda o, p: (o - p) / p, b.o, before(b.c, 1)),
        "intrabar_return": each(lambda o, c: (c - o) / o, b.o, b.c),
        "return_mean_20": sma(x, 20),
        "return_skewness_20": over(20, lambda w: moment(w, 3) / moment(w, 2) ** 1.5, x),
        "return_kurtosis_20": over(20, lambda w: moment(w, 4) / moment(w, 2) ** 2 - 3, x),
        "return_autocorrelation_1_20": over(20, autocorrelation, x),
        "sharpe_ratio_20": over(20, lambda w: mean(w) / sqrt(squares(w) / 19), x),
        "positive_share_20": over(20, lambda w: sum(v > 0 for v in w) / 20, x),
        "drawdown_52": over(52, lambda c, h: (c[-1] - max(h)) / max(h), b.c, b.h),
        "beta_high_low_5": over(5, lambda h, l: products(h, l) / squares(h), highs, lows),
    })
    return found


def averages(b):
    found = {f"sma_{n}": sma(b.c, n) for n in (5, 10, 20, 50, 100, 200)}
    found.update({f"ema_{n}": ema(b.c, n) for n in (9, 12, 20, 26, 50, 200)})
    once = found["ema_20"]
    twice = ema(once, 20)
    thrice = ema(twice, 20)
    triangle = [*range(1, 11), *range(10, 0, -1)]
    fast = ema([None] * 14 + b.c[14:], 12)
    macd = each(lambda f, s: f - s, fast, found["ema_26"])
    signal = ema(macd, 9)
    found.update({
        "wma_20": wma(b.c, 20),
        "trima_20": over(20, lambda w: fsum(k * x for k, x in zip(triangle, w)) / 110, b.c),
        "hma_16": wma(each(lambda s, w: 2 * s - w, wma(b.c, 8), wma(b.c, 16)), 4),
        "vwma_20": over(20, lambda c, v: fsum(x * y for x, y in zip(c, v)) / fsum(v), b.c, b.v),
        "dema_20": each(lambda x, y: 2 * x - y, once, twice),
        "tema_20": each(lambda x, y, z: 3 * x - 3 * y + z, once, twice, thrice),
        "macd_12_26_9": macd,
        "macd_signal_12_26_9": signal,
        "macd_hist_12_26_9": each(lambda m, s: m - s, macd, signal),
    })
    return found


def adaptive(b):
    means = [b.c]
    for _ in range(6):
        means.append(ema(means[-1], 5))
    a = 0.7
    t3 = each(
        lambda e3, e4, e5, e6: -a**3 * e6 + (3 * a**2 + 3 * a**3) * e5 + (-6 * a**2 - 3 * a - 3 * a**3) * e4
        + (1 + 3 * a + a**3 + 3 * a**2) * e3, *means[3:])
    path = over(11, lambda w: fsum(abs(x - y) for x, y in zip(w, w[1:])), b.c)
    moved = each(lambda c, p: abs(c - p), b.c, before(b.c, 10))
    kama, values = None, []
    for index, (way, distance) in enumerate(zip(path, moved)):
        if way is None:
            values.append(None)
            continue
        efficiency = distance / way if way else 1
        weight = (efficiency * (2 / 3 - 2 / 31) + 2 / 31) ** 2
        start = b.c[index - 1] if kama is None else kama
        kama = start + weight * (b.c[index] - start)
        values.append(kama)
    return {"t3_5": t3, "kama_10": values, "efficiency_ratio_10": each(lambda d, w: d / w, moved, path)}


def regression(b):
    xs = list(range(14))
    slope = over(14, lambda w: products(xs, w) / squares(xs), b.c)
    start = over(14, lambda w: mean(w) - mean(xs) * products(xs, w) / squares(xs), b.c)
    return {
        "linearreg_14": each(lambda i, s: i + 13 * s, start, slope),
        "linearreg_slope_14": slope,
        "linearreg_intercept_14": start,
        "linearreg_angle_14": each(lambda s: degrees(atan(s)), slope),
        "tsf_14": each(lambda i, s: i + 14 * s, start, slope),
        "linearreg_r2_14": over(14, lambda w: products(xs, w) ** 2 / (squares(xs) * squares(w)), b.c),
    }


def wilder_sum(series, length):
    """From the sum of the first length − 1 values on, each bar takes a part away and adds its own."""
    result, first, total = [], [], None
    for value in series:
        if total is not None:
            total = total - total / length + value
        elif value is not None:
            first.append(value)
            if len(first) == length - 1:
                total = fsum(first)
        result.append(total)
    return result


def direction(b):
    high, low = exact(b.h), exact(b.l)
    up = [None] + [float(a - p) for p, a in zip(high, high[1:])]
    down = [None] + [float(p - a) for p, a in zip(low, low[1:])]
    plus = wilder_sum(each(lambda u, d: u if u > d and u > 0 else 0.0, up, down), 14)
    minus = wilder_sum(each(lambda u, d: d if d > u and d > 0 else 0.0, up, down), 14)
    span = wilder_sum(true_range(b), 14)
    first = [None] * 14
    rising = first + each(lambda p, s: ratio(100 * p, s), plus, span)[14:]
    falling = first + each(lambda p, s: ratio(100 * p, s), minus, span)[14:]
    dx, adx, seen, latest, average = [], [], [], 0.0, None
    for r, f in zip(rising, falling):
        is_known = r is not None and r + f > 0
        if is_known:
            latest = 100 * abs(r - f) / (r + f)
        if r is not None and average is None:
            seen.append(latest if is_known else 0.0)
            average = mean(seen) if len(seen) == 14 else None
        elif is_known:
            average = (13 * average + latest) / 14
        dx.append(None if r is None else latest)
        adx.append(average)
    return {
        "plus_dm_14": plus, "minus_dm_14": minus, "plus_di_14": rising, "minus_di_14": falling, "dx_14": dx, "adx_14": adx,
        "adxr_14": each(lambda a, p: (a + p) / 2, adx, before(adx, 13)),
    }


def parabolic(b):
    """Wilder's stop and reverse."""
    high, low = exact(b.h), exact(b.l)
    result = [None]
    fall = low[0] - low[1]
    is_long = not (fall > 0 and fall > high[1] - high[0])
    stop = low[0] if is_long else high[0]
    extreme = high[1] if is_long else low[1]
    step = Decimal("0.02")
    for index in range(1, len(high)):
        start = max(index - 1, 1)
        floor, ceiling = min(low[start], low[index]), max(high[start], high[index])
        if (low[index] <= stop) if is_long else (high[index] >= stop):
            is_long = not is_long
            stop = min(extreme, floor) if is_long else max(extreme, ceiling)
            extreme, step = (high[index] if is_long else low[index]), Decimal("0.02")
        elif (high[index] > extreme) if is_long else (low[index] < extreme):
            extreme, step = (high[index] if is_long else low[index]), min(step + Decimal("0.02"), Decimal("0.2"))
        result.append(float(stop))
        stop = stop + step * (extreme - stop)
        stop = min(stop, floor) if is_long else max(stop, ceiling)
    return result


def channels(b):
    def since(pick):
        return lambda w: 100 * (14 - min(k for k, x in enumerate(reversed(w)) if x == pick(w))) / 14

    up, down = over(15, since(max), b.h), over(15, since(min), b.l)
    spans = true_range(b)
    rise = each(lambda h, p: abs(h - p), b.h, before(b.l, 1))
    fall = each(lambda l, p: abs(l - p), b.l, before(b.h, 1))
    return {
        "aroon_up_14": up, "aroon_down_14": down, "aroon_oscillator_14": each(lambda u, d: u - d, up, down),
        "vortex_plus_14": over(14, lambda x, s: fsum(x) / fsum(s), rise, spans),
        "vortex_minus_14": over(14, lambda x, s: fsum(x) / fsum(s), fall, spans),
        "sar": parabolic(b),
        "ichimoku_tenkan_9": middle(b, 9), "ichimoku_kijun_26": middle(b, 26), "ichimoku_senkou_b_52": middle(b, 52),
    }


def strength(b, length):
    moved = each(lambda a, p: a - p, b.c, before(b.c, 1))
    gain = wilder(each(lambda x: max(x, 0.0), moved), length)
    loss = wilder(each(lambda x: max(-x, 0.0), moved), length)
    return each(lambda g, l: 100 * g / (g + l), gain, loss)


def momentum(b):
    short, long = sma(b.c, 12), sma(b.c, 26)
    moved = each(lambda a, p: a - p, b.c, before(b.c, 1))
    slow = ema(ema(moved, 25), 13)
    size = ema(ema(each(abs, moved), 25), 13)
    rsi = strength(b, 14)
    trix = ema(ema(ema(b.c, 15), 15), 15)
    return {
        "rsi_7": strength(b, 7), "rsi_14": rsi, "cmo_14": each(lambda x: 2 * x - 100, rsi),
        "mom_10": each(lambda a, p: a - p, b.c, before(b.c, 10)),
        "roc_10": each(lambda x: 100 * x, changes(b, 10)),
        "rocr_10": each(lambda a, p: a / p, b.c, before(b.c, 10)),
        "apo_12_26": each(lambda s, l: s - l, short, long),
        "ppo_12_26": each(lambda s, l: 100 * (s - l) / l, short, long),
        "bop": each(lambda o, h, l, c: ratio(c - o, h - l), b.o, b.h, b.l, b.c),
        "trix_15": each(lambda x, p: 100 * (x - p) / p, trix, before(trix, 1)),
        "tsi_25_13": each(lambda s, m: 100 * s / m, slow, size),
        "zscore_20": over(20, lambda w: (w[-1] - mean(w)) / sqrt(squares(w) / 20), b.c),
    }


def stochastics(b):
    def place(c, h, l):
        return ratio(100 * (c[-1] - min(l)), max(h) - min(l))

    slow = sma(over(14, place, b.c, b.h, b.l), 3)
    fast = over(5, place, b.c, b.h, b.l)
    rsi = [None] * 14 + [x or 0.0 for x in strength(b, 14)[14:]]
    index = over(5, lambda w: ratio(100 * (w[-1] - min(w)), max(w) - min(w)), rsi)
    return {
        "stoch_k_14_3_3": slow, "stoch_d_14_3_3": sma(slow, 3), "stochf_k_5_3": fast, "stochf_d_5_3": sma(fast, 3),
        "stochrsi_k_14_5_3": index, "stochrsi_d_14_5_3": sma(index, 3),
        "willr_14": over(14, lambda c, h, l: ratio(-100 * (max(h) - c[-1]), max(h) - min(l)), b.c, b.h, b.l),
    }


def oscillators(b):
    t = typical(b)
    cci = over(20, lambda w: ratio(w[-1] - mean(w), 0.015 * mean([abs(x - mean(w)) for x in w])), t)
    pressure = each(lambda c, l, p: c - min(l, p), b.c, b.l, before(b.c, 1))
    parts = [over(n, lambda p, s: ratio(fsum(p), fsum(s)), pressure, true_range(b)) for n in (7, 14, 28)]
    mid = each(lambda h, l: (h + l) / 2, b.h, b.l)
    return {
        "cci_20": cci,
        "ultosc_7_14_28": each(lambda s, m, l: 100 * (4 * s + 2 * m + l) / 7, *parts),
        "awesome_oscillator_5_34": each(lambda s, l: s - l, sma(mid, 5), sma(mid, 34)),
    }


def volatility(b):
    spans = true_range(b)
    atr = wilder(spans, 14)
    width = [h - l for h, l in zip(b.h, b.l)]
    single = ema(width, 9)
    share = each(lambda s, d: s / d, single, ema(single, 9))
    line = ema(b.c, 20)
    r = each(lambda a, p: log(a / p), b.c, before(b.c, 1))
    falls = over(14, lambda w: (100 * (w[-1] - max(w)) / max(w)) ** 2, b.c)
    return {
        "trange": spans, "atr_14": atr, "natr_14": each(lambda a, c: 100 * a / c, atr, b.c),
        "keltner_upper_20_2": each(lambda m, a: m + 2 * a, line, atr),
        "keltner_lower_20_2": each(lambda m, a: m - 2 * a, line, atr),
        "historical_volatility_20": over(20, lambda w: sqrt(squares(w) / 19), r),
        "realized_volatility_20": over(20, lambda w: sqrt(fsum(x * x for x in w)), r),
        "realized_volatility_60": over(60, lambda w: sqrt(fsum(x * x for x in w)), r),
        "ewma_volatility_94": each(sqrt, smoothed(each(lambda x: x * x, r), 1, 0.06)),
        "downside_deviation_20": over(20, lambda w: sqrt(mean([min(x, 0.0) ** 2 for x in w])), changes(b)),
        "ulcer_index_14": over(14, lambda w: sqrt(mean(w)), falls),
        "choppiness_14": over(
            14, lambda s, h, l: 100 * log10(fsum(s) / (max(h) - min(l))) / log10(14), spans, b.h, b.l),
        "mass_index_9_25": over(25, fsum, share),
    }


def deviations(b):
    deviation = over(20, lambda w: sqrt(squares(w) / 20), b.c)
    line = sma(b.c, 20)
    return {
        "var_20": over(20, lambda w: squares(w) / 20, b.c), "stddev_20": deviation,
        "bbands_upper_20_2": each(lambda m, s: m + 2 * s, line, deviation),
        "bbands_lower_20_2": each(lambda m, s: m - 2 * s, line, deviation),
        "bbands_width_20_2": each(lambda m, s: 4 * s / m, line, deviation),
        "bbands_percent_b_20_2": over(
            20, lambda w: (w[-1] - mean(w) + 2 * sqrt(squares(w) / 20)) / (4 * sqrt(squares(w) / 20)), b.c),
    }


def ranges(b):
    u, d, k = (each(lambda x, o: log(x / o), series, b.o) for series in (b.h, b.l, b.c))
    night = each(lambda o, p: log(o / p), b.o, before(b.c, 1))
    wide = each(lambda x, y: (x - y) ** 2, u, d)
    drift = sma(each(lambda x, y, z: x * (x - z) + y * (y - z), u, d, k), 20)
    weight = 0.34 / (1.34 + 21 / 19)

    def sample(w):
        return squares(w) / 19

    return {
        "parkinson_20": over(20, lambda w: sqrt(mean(w) / (4 * log(2))), wide),
        "garman_klass_20": over(
            20, lambda w, x: sqrt(mean([r / 2 - (2 * log(2) - 1) * y * y for r, y in zip(w, x)])), wide, k),
        "rogers_satchell_20": each(sqrt, drift),
        "yang_zhang_20": each(
            lambda n, c, s: sqrt(n + weight * c + (1 - weight) * s), over(20, sample, night), over(20, sample, k), drift),
    }


def volume(b):
    t = typical(b)
    vwap = over(20, lambda p, v: fsum(x * y for x, y in zip(p, v)) / fsum(v), t, b.v)
    return {
        "volume": b.v, "volume_sma_20": sma(b.v, 20),
        "volume_ratio_20": over(20, lambda w: w[-1] / mean(w), b.v),
        "volume_zscore_20": over(20, lambda w: (w[-1] - mean(w)) / sqrt(squares(w) / 20), b.v),
        "vwap_20": vwap, "vwap_distance_20": each(lambda c, w: (c - w) / w, b.c, vwap),
        "amihud_20": sma(each(lambda r, c, v: abs(r) / (c * v), changes(b), b.c, b.v), 20),
        "correl_close_volume_20": over(
            20, lambda c, v: products(c, v) / sqrt(squares(c) * squares(v)), b.c, b.v),
        "pvt": each(lambda r, x: x, changes(b), running(each(lambda r, v: r * v, changes(b), b.v))),
    }


def flows(b):
    signs = [1] + [(c > p) - (c < p) for c, p in zip(b.c[1:], b.c)]
    flow = each(lambda h, l, c, v: v * ratio((c - l) - (h - c), h - l), b.h, b.l, b.c, b.v)
    ad = running(flow)
    oscillator = each(lambda f, s: f - s, smoothed(ad, 1, 2 / 4), smoothed(ad, 1, 2 / 11))
    # Thirds of the typical price without a division, so that equal ones are equal.
    total = [h + l + c for h, l, c in zip(exact(b.h), exact(b.l), exact(b.c))]
    worth = each(lambda p, v: p * v, typical(b), b.v)
    rising = each(lambda w, t, p: w if t > p else 0.0, worth, total, before(total, 1))
    falling = each(lambda w, t, p: w if t < p else 0.0, worth, total, before(total, 1))
    mid = each(lambda h, l: (h + l) / 2, b.h, b.l)
    ease = each(lambda m, p, h, l, v: (m - p) * (h - l) / v, mid, before(mid, 1), b.h, b.l, b.v)
    return {
        "obv": running([s * v for s, v in zip(signs, b.v)]), "ad": ad, "adosc_3_10": [None] * 9 + oscillator[9:],
        "cmf_20": over(20, lambda f, v: fsum(f) / fsum(v), flow, b.v),
        "mfi_14": over(14, lambda r, f: 100 * fsum(r) / (fsum(r) + fsum(f)), rising, falling),
        "force_index_13": ema(each(lambda c, p, v: (c - p) * v, b.c, before(b.c, 1), b.v), 13),
        "ease_of_movement_14": sma(ease, 14),
    }
