#!/usr/bin/env python3
"""Reference values of the indicators, straight from their definitions (no running sums), printed as a Swift fixture.

    python3 Tests/Reference/indicators.py > Tests/StrategyKitTests/IndicatorFixture.swift

Prices are whole cents, so that they are the same numbers in both programs. Definitions: Wilder 1978 for RSI and ATR,
Bollinger 2001 for the bands; the moving averages as in any textbook.
"""
from fractions import Fraction as F
from math import sqrt

N = 60
CLOSES = [10000 + (k * k * 37) % 911 - 13 * (k % 7) for k in range(N)]          # cents
HIGHS = [c + 5 + (k * 31) % 53 for k, c in enumerate(CLOSES)]
LOWS = [c - 3 - (k * 17) % 47 for k, c in enumerate(CLOSES)]
VOLUMES = [1 + (k * 23) % 19 for k in range(N)]
P = 14


def window(values, k, n):
    return values[k - n + 1:k + 1] if k >= n - 1 else None


def floor9(x):
    """A price, rounded down to 1e-9, as an integer of 1e-9."""
    return (x * 10**9).__floor__()


def sma(k):
    w = window(CLOSES, k, P)
    return w and floor9(F(sum(w), P * 100))


def wma(k):
    w = window(CLOSES, k, P)
    return w and floor9(F(sum((i + 1) * c for i, c in enumerate(w)), 100 * P * (P + 1) // 2))


def ema(k):
    if k < P - 1:
        return None
    value = F(sum(CLOSES[:P]), P * 100)
    for c in CLOSES[P:k + 1]:
        value = value + (F(c, 100) - value) * F(2, P + 1)
    return float(value)


def wilder(values):
    """Mean of the first P values, then smoothed by 1/P."""
    value = F(sum(values[:P]), P)
    for v in values[P:]:
        value = (value * (P - 1) + v) / P
    return value


def rsi(k):
    if k < P:
        return None
    changes = [F(CLOSES[i] - CLOSES[i - 1], 100) for i in range(1, k + 1)]
    gain, loss = wilder([max(c, 0) for c in changes]), wilder([max(-c, 0) for c in changes])
    return float(100 - 100 / (1 + gain / loss))


def atr(k):
    if k < P:
        return None
    ranges = [F(max(HIGHS[i] - LOWS[i], abs(HIGHS[i] - CLOSES[i - 1]), abs(LOWS[i] - CLOSES[i - 1])), 100)
              for i in range(1, k + 1)]
    return float(wilder(ranges))


def moments(k):
    w = window(CLOSES, k, P)
    if not w:
        return None
    mean = F(sum(w), P * 100)
    return mean, sum((F(c, 100) - mean) ** 2 for c in w) / P


def deviation(k):
    m = moments(k)
    return m and sqrt(m[1])


def upper(k):
    m = moments(k)
    return m and float(m[0]) + 2 * sqrt(m[1])


def zscore(k):
    m = moments(k)
    return m and float(F(CLOSES[k], 100) - m[0]) / sqrt(m[1])


def highest(k):
    w = window(HIGHS, k, P)
    return w and max(w) * 10**7


def lowest(k):
    w = window(LOWS, k, P)
    return w and min(w) * 10**7


def vwap(k):
    notional = sum(c * v for c, v in zip(CLOSES[:k + 1], VOLUMES))
    return floor9(F(notional, 100 * sum(VOLUMES[:k + 1])))


def roc(k):
    return float((F(CLOSES[k], CLOSES[k - P]) - 1) * 100) if k >= P else None


def swift(values):
    return "[\n" + "".join("        " + ", ".join("nil" if v is None else repr(v) for v in values[i:i + 5]) + ",\n"
                           for i in range(0, len(values), 5)) + "    ]"


def main():
    print("// Made by Tests/Reference/indicators.py; do not edit.\n")
    print("/// Prices in cents, volumes in units, and the indicators of period 14 after each bar.")
    print("enum IndicatorFixture {")
    print("    static let period = %d" % P)
    for name, values in (("closes", CLOSES), ("highs", HIGHS), ("lows", LOWS), ("volumes", VOLUMES)):
        print("    static let %s: [Int] = %s" % (name, swift(values)))
    print("    // Raw prices, 1e-9.")
    for name, f in (("sma", sma), ("wma", wma), ("highest", highest), ("lowest", lowest), ("vwap", vwap)):
        print("    static let %s: [Int64?] = %s" % (name, swift([f(k) for k in range(N)])))
    for name, f in (("ema", ema), ("rsi", rsi), ("atr", atr), ("deviation", deviation), ("upperBand", upper),
                    ("zscore", zscore), ("rateOfChange", roc)):
        print("    static let %s: [Double?] = %s" % (name, swift([f(k) for k in range(N)])))
    print("}")


if __name__ == "__main__":
    main()
