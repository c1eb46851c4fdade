#!/usr/bin/env python3
"""Holds the market analysis of a host to its definitions in analysis_definitions.py: everything must be equal.

    python3 Tests/Reference/analysis_reference.py HOST DATA_FOLDER

HOST is the executable `stratagem`. Several beginnings of three recordings, if the folder has them, and markets drawn from seeds go
through `stratagem features --analysis`. Exit code 1 where something differs, or where a state, phase or direction never came up.
"""
import collections
import csv
import datetime
import json
import pathlib
import random
import subprocess
import sys
import tempfile
from decimal import Decimal
from fractions import Fraction

import analysis_definitions

FILES = ["btc-perp-1m-2022-01.csv", "eurusd-1h-2017-2018.csv", "goog-1d-2004-2013.csv"]
CUTS = [34, 100, 1000, 2600]
SEEDS = 40
EXPECTED = {
    "state": {"trending", "ranging", "volatile", "quiet"}, "trend_direction": {"bullish", "bearish", "sideways"},
    "volatility_level": {"low", "medium", "high"},
    "phase": {"accumulation", "markup", "distribution", "markdown", "unknown"},
    "gap": {"bullish open", "bullish over", "bearish open", "bearish over"},
    "block": {"bullish open", "bullish over", "bearish open", "bearish over"}, "level": {"supports", "resistances"},
}


def bars(lines):
    """Rows as analysis_definitions takes them, and how long a bar is."""
    rows = list(csv.reader(lines))
    began = [datetime.datetime.fromisoformat(row[0]).replace(tzinfo=datetime.timezone.utc) for row in rows]
    length = min((b - a for a, b in zip(began, began[1:])), default=datetime.timedelta(minutes=1))

    def whole(text, scale):
        return round(Decimal(text) * scale)

    return [(time + length, *(whole(x, analysis_definitions.PRICE) for x in row[1:5]),
             whole(row[5], analysis_definitions.VOLUME)) for time, row in zip(began, rows)]


def analysed(host, path):
    outcome = subprocess.run([host, "features", "--analysis", "--json", "--data", path], capture_output=True, text=True)
    if outcome.returncode != 0:
        sys.exit(f"{host} features --analysis ended with {outcome.returncode}: {outcome.stderr}")
    return json.loads(outcome.stdout, parse_float=Fraction)


def differences(ours, theirs, where=""):
    if isinstance(theirs, dict):
        if set(ours) != set(theirs):
            return [f"{where}: has {sorted(ours)}, should have {sorted(theirs)}"]
        return [fault for key in theirs for fault in differences(ours[key], theirs[key], f"{where}.{key}")]
    if isinstance(theirs, list):
        if len(ours) != len(theirs):
            return [f"{where}: {len(ours)} elements, should be {len(theirs)}"]
        return [fault for k, pair in enumerate(zip(ours, theirs)) for fault in differences(*pair, f"{where}.{k}")]
    if isinstance(theirs, datetime.datetime) and isinstance(ours, str):
        ours = datetime.datetime.fromisoformat(ours.replace("Z", "+00:00"))
    return [] if ours == theirs else [f"{where}: {ours}, should be {theirs}"]


def market(seed):
    """One-minute bars on a coarse grid, so that there are equal prices. Parts of 50 bars drift, or rest around a price; every other
    market ends with a strong move and a rest."""
    dice = random.Random(seed)
    parts = [(dice.choice([-12, -4, 0, 4, 12]), dice.choice([1, 4, 15])) for _ in range(dice.randint(1, 8))]
    if seed % 2:
        parts += [(dice.choice([-12, 12]), 4), (0, 15)]
    price, lines, time = 10_000, [], datetime.datetime(2024, 1, 1)
    for drift, noise in parts:
        middle = price
        for _ in range(50):
            begin = price + (dice.randint(-20, 20) if dice.random() < 0.05 else 0)
            middle += drift
            price = middle + dice.randint(-noise, noise)
            high, low = max(begin, price) + dice.randint(0, noise), min(begin, price) - dice.randint(0, noise)
            volume = dice.randint(0, 900) if seed % 5 else 0
            lines.append(f"{time},{begin / 100},{high / 100},{low / 100},{price / 100},{volume}")
            time += datetime.timedelta(minutes=1)
    return lines


def compare(host, name, lines, folder, seen):
    path = pathlib.Path(folder) / "bars.csv"
    path.write_text("\n".join(["time,open,high,low,close,volume", *lines]) + "\n", encoding="utf-8")
    ours = analysed(host, str(path))
    faults = differences(ours, analysis_definitions.reference(bars(lines)))
    for fault in faults[:5]:
        print(f"  {name}, {len(lines)} bars{fault}")
    for state in ours["states"]:
        for key, word in state.items():
            seen[key][word] += 1
    seen["phase"][ours["phase"]] += 1
    for key, zones, end in (("gap", "fair_value_gaps", "filled"), ("block", "order_blocks", "mitigated")):
        for zone in ours[zones]:
            seen[key][f"{zone['bias']} {'over' if zone[end] else 'open'}"] += 1
    for side in EXPECTED["level"]:
        seen["level"][side] += len(ours[side])
    return bool(faults)


def main():
    host, data = sys.argv[1], pathlib.Path(sys.argv[2])
    markets = []
    for name in FILES:
        if not (data / name).is_file():
            print(f"skipped: {data} has no {name}")
            continue
        lines = (data / name).read_text(encoding="utf-8").splitlines()[1:]
        markets += [(name, lines[:cut]) for cut in CUTS]
    markets += [(f"seed {seed}", market(seed)) for seed in range(SEEDS)]
    markets += [("seed 1", market(1)[:cut]) for cut in (3, 5, 15, 28, 33)]
    seen = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as folder:
        wrong = sum(compare(host, name, lines, folder, seen) for name, lines in markets)
    for key, words in EXPECTED.items():
        print(f"  {key}: {', '.join(f'{word} {seen[key][word]}' for word in sorted(words))}")
    missing = [f"{key} {word}" for key, words in EXPECTED.items() for word in words if seen[key][word] == 0]
    if missing:
        print(f"  never came up: {', '.join(missing)}")
    print(f"  {len(markets)} markets, {wrong} differ")
    sys.exit(1 if wrong or missing else 0)


if __name__ == "__main__":
    main()
