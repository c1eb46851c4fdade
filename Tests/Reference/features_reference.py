#!/usr/bin/env python3
"""Holds the features of a host to their definitions, and to TA-Lib where it has the function.

    python3 Tests/Reference/features_reference.py HOST DATA [--rows N]

HOST is the executable `stratagem`, DATA a CSV of bars or the folder of three recordings, of which the first N bars (default: all)
go through `stratagem features`. Each value
must agree with feature_definitions.py to 1e-9 and with TA-Lib, if it is installed, to 1e-6, of the larger of its own
magnitude and the median magnitude over the file: a difference of prices is not known better than the prices are. Where a value
is there and where it is not must agree as well. Exit code 1 where something differs.

Differences of definition: TA-Lib's MFI is 0 below a money flow of 1. It takes RSI and CMO for 0 where nothing has moved; here they
are not defined. Its directional movement depends on rounding where a high rose just as far as the low fell, so it gets whole
numbers for prices. Functions that subtract large sums from each other lose digits: what VAR, STDDEV, BBANDS, CORREL, BETA and
LINEARREG_SLOPE differ by is listed in any case.
"""
import csv
import datetime
import io
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

import feature_definitions

FILES = ["btc-perp-1m-2022-01.csv", "eurusd-1h-2017-2018.csv", "goog-1d-2004-2013.csv"]
OWN = 1e-9
TALIB = 1e-6
#: Features whose TA-Lib function subtracts large sums from each other.
CANCELLING = ["var_20", "stddev_20", "bbands_upper_20_2", "bbands_lower_20_2", "correl_close_volume_20", "beta_high_low_5",
              "linearreg_slope_14", "linearreg_angle_14"]


class Bars:
    def __init__(self, rows):
        self.time = [datetime.datetime.fromisoformat(row[0]) for row in rows]
        self.o, self.h, self.l, self.c, self.v = ([float(row[k]) for row in rows] for k in range(1, 6))


def computed(host, path):
    """name → values of the host, None where it has none."""
    outcome = subprocess.run([host, "features", "--data", path], capture_output=True, text=True)
    if outcome.returncode != 0:
        sys.exit(f"{host} features ended with {outcome.returncode}: {outcome.stderr}")
    rows = list(csv.reader(io.StringIO(outcome.stdout)))
    columns = zip(*rows[1:])
    return {name: [float(x) if x else None for x in column] for name, column in zip(rows[0], columns) if name != "time"}


def difference(ours, theirs):
    """The largest difference by the scale of the values, and the bar it is at; infinite where only one has a value."""
    known = [abs(x) for x in theirs if x is not None]
    scale = statistics.median(known) if known else 0.0
    worst, place = 0.0, None
    for index, (a, b) in enumerate(zip(ours, theirs)):
        if a is None and b is None or a == b:
            continue
        if a is None or b is None:
            return math.inf, index
        error = abs(a - b) / max(abs(b), scale)
        if error > worst:
            worst, place = error, index
    return worst, place


def talib_values(bars):
    """name → values of TA-Lib, None where it has none yet."""
    import numpy
    import talib

    o, h, l, c, v = (numpy.array(x) for x in (bars.o, bars.h, bars.l, bars.c, bars.v))
    wholes = [numpy.rint(x * 1e6) for x in (h, l, c)]
    t = talib
    found = {f"sma_{n}": t.SMA(c, n) for n in (5, 10, 20, 50, 100, 200)}
    found.update({f"ema_{n}": t.EMA(c, n) for n in (9, 12, 20, 26, 50, 200)})
    found.update({f"return_{n}": t.ROCP(c, n) for n in (1, 5, 10, 20, 60)})
    found.update(zip(("macd_12_26_9", "macd_signal_12_26_9", "macd_hist_12_26_9"), t.MACD(c, 12, 26, 9)))
    found.update(zip(("bbands_upper_20_2", "sma_20", "bbands_lower_20_2"), t.BBANDS(c, 20, 2, 2)))
    found.update(zip(("aroon_down_14", "aroon_up_14"), t.AROON(h, l, 14)))
    found.update(zip(("stoch_k_14_3_3", "stoch_d_14_3_3"), t.STOCH(h, l, c, 14, 3, 0, 3, 0)))
    found.update(zip(("stochf_k_5_3", "stochf_d_5_3"), t.STOCHF(h, l, c, 5, 3, 0)))
    found.update(zip(("stochrsi_k_14_5_3", "stochrsi_d_14_5_3"), t.STOCHRSI(c, 14, 5, 3, 0)))
    found.update({
        "avgprice": t.AVGPRICE(o, h, l, c), "medprice": t.MEDPRICE(h, l), "typprice": t.TYPPRICE(h, l, c),
        "wclprice": t.WCLPRICE(h, l, c), "midpoint_14": t.MIDPOINT(c, 14), "midprice_14": t.MIDPRICE(h, l, 14),
        "highest_20": t.MAX(h, 20), "lowest_20": t.MIN(l, 20), "highest_52": t.MAX(h, 52), "lowest_52": t.MIN(l, 52),
        "wma_20": t.WMA(c, 20), "dema_20": t.DEMA(c, 20), "tema_20": t.TEMA(c, 20), "trima_20": t.TRIMA(c, 20),
        "t3_5": t.T3(c, 5, 0.7), "kama_10": t.KAMA(c, 10), "sar": t.SAR(h, l, 0.02, 0.2),
        "linearreg_14": t.LINEARREG(c, 14), "linearreg_slope_14": t.LINEARREG_SLOPE(c, 14),
        "linearreg_intercept_14": t.LINEARREG_INTERCEPT(c, 14), "linearreg_angle_14": t.LINEARREG_ANGLE(c, 14),
        "tsf_14": t.TSF(c, 14), "plus_dm_14": t.PLUS_DM(*wholes[:2], 14) / 1e6,
        "minus_dm_14": t.MINUS_DM(*wholes[:2], 14) / 1e6, "plus_di_14": t.PLUS_DI(*wholes, 14),
        "minus_di_14": t.MINUS_DI(*wholes, 14), "dx_14": t.DX(*wholes, 14), "adx_14": t.ADX(*wholes, 14),
        "adxr_14": t.ADXR(*wholes, 14), "aroon_oscillator_14": t.AROONOSC(h, l, 14),
        "ichimoku_tenkan_9": t.MIDPRICE(h, l, 9), "ichimoku_kijun_26": t.MIDPRICE(h, l, 26),
        "ichimoku_senkou_b_52": t.MIDPRICE(h, l, 52), "rsi_7": t.RSI(c, 7), "rsi_14": t.RSI(c, 14), "cmo_14": t.CMO(c, 14),
        "mom_10": t.MOM(c, 10), "roc_10": t.ROC(c, 10), "rocr_10": t.ROCR(c, 10), "apo_12_26": t.APO(c, 12, 26, 0),
        "ppo_12_26": t.PPO(c, 12, 26, 0), "willr_14": t.WILLR(h, l, c, 14), "cci_20": t.CCI(h, l, c, 20),
        "bop": t.BOP(o, h, l, c), "trix_15": t.TRIX(c, 15), "ultosc_7_14_28": t.ULTOSC(h, l, c, 7, 14, 28),
        "trange": t.TRANGE(h, l, c), "atr_14": t.ATR(h, l, c, 14), "natr_14": t.NATR(h, l, c, 14), "var_20": t.VAR(c, 20),
        "stddev_20": t.STDDEV(c, 20), "volume_sma_20": t.SMA(v, 20), "obv": t.OBV(c, v), "ad": t.AD(h, l, c, v),
        "adosc_3_10": t.ADOSC(h, l, c, v, 3, 10), "mfi_14": t.MFI(h, l, c, v, 14),
        "correl_close_volume_20": t.CORREL(c, v, 20), "beta_high_low_5": t.BETA(h, l, 5),
    })
    return {name: [None if math.isnan(x) else float(x) for x in values] for name, values in found.items()}


def judge(name, rows, limit, shown=()):
    """Prints what differs; the number of faults."""
    faults = 0
    for feature, (error, place) in rows:
        faults += error > limit
        if error > limit or feature in shown:
            print(f"  {name}: {feature:28} {error:9.2e}{f' at bar {place + 1}' if place is not None else ''}"
                  f"{'  DIFFERS' if error > limit else ''}")
    worst = max((error for _, (error, _) in rows), default=0)
    print(f"  {name}: {len(rows)} features, the largest difference {worst:.1e}, {faults} differ by more than {limit:g}")
    return faults


def compare(host, path, rows, folder):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()[:rows + 1 if rows else None]
    part = pathlib.Path(folder) / path.name
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    bars = Bars([line.split(",") for line in lines[1:]])
    ours = computed(host, str(part))
    print(f"{path.name}: {len(bars.c)} bars, {len(ours)} features")
    own = feature_definitions.reference(bars)
    untested = [name for name, values in ours.items() if name not in own and any(x is not None for x in values)]
    if untested:
        print(f"  without a definition here: {', '.join(untested)}")
    faults = len(untested)
    faults += judge("definition", [(name, difference(ours[name], own[name])) for name in own], OWN)
    try:
        theirs = talib_values(bars)
    except ImportError:
        print("  TA-Lib is not installed (pip install TA-Lib): not compared")
        return faults
    results = []
    for name, values in theirs.items():
        # It leaves out more at the beginning of MACD, and none of what is not defined: bars that both have are compared.
        mine = [a if b is not None else None for a, b in zip(ours[name], values)]
        known = [b if a is not None else None for a, b in zip(mine, values)]
        results.append((name, difference(mine, known)))
    return faults + judge("TA-Lib", results, TALIB, CANCELLING)


def main():
    words = sys.argv[1:]
    rows = int(words[words.index("--rows") + 1]) if "--rows" in words else None
    host, data = words[0], pathlib.Path(words[1])
    paths = [data] if data.is_file() else [data / name for name in FILES]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        print(f"skipped: {data} has no {', '.join(missing)}")
        return
    with tempfile.TemporaryDirectory() as folder:
        faults = sum(compare(host, path, rows, folder) for path in paths)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
