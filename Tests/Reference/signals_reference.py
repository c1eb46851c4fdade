#!/usr/bin/env python3
"""Recomputes the accuracy of a host's signals from its journal and its recordings, in another language and from other data.

    python3 Tests/Reference/signals_reference.py STRATAGEM [--signals N]

A host runs a fast market and makes signals with a short horizon until N are decided (default 300). Each verdict must be what the
recorded trades (quotes, where an instrument has none) say by the stated rule: the price of the last second that had closed at the
horizon's end against that at the making, where a signal to hold has its band. Unknown may be only what no host saw: where the
last price of a recording is the newest at the horizon's end. What GET /signals/performance counts must be the
sum of the verdicts. Exit code 1 where something differs.
"""
import argparse
import bisect
import csv
import datetime
import decimal
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

SECOND = 10**9
HOLD, BUY, SELL = range(3)
UNDECIDED, RIGHT, WRONG, UNKNOWN = range(4)
PASSWORD = "signals-reference"


class Host:
    def __init__(self, program, folder, signals):
        (folder / "strategies/host.yaml").write_text(f"signals: {signals}\nsimulator: {{seed: 11, speed: 60}}\n")
        (folder / "data/host.json").unlink(missing_ok=True)
        self.folder = folder
        self.process = subprocess.Popen(
            [program, "run", "--strategies", "strategies", "--data-dir", "data", "--port", "0", "--quiet"], cwd=folder,
            env=os.environ | {"STRATAGEM_ADMIN_PASSWORD": PASSWORD})
        self.url, self.token = None, None
        deadline = time.monotonic() + 60
        while self.token is None:
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit("the host did not come up")
            time.sleep(0.1)
            try:
                self.url = json.loads((folder / "data/host.json").read_text())["url"]
                answer = self.call("/api/auth/login", {"username": "admin", "password": PASSWORD})
                self.token = answer.get("token") or answer["accessToken"]
            except (OSError, ValueError):
                pass

    def call(self, path, body=None):
        request = urllib.request.Request(self.url + path, data=body and json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def until(self, holds):
        """The first performance that holds."""
        deadline = time.monotonic() + 300
        while True:
            performance = self.call("/signals/performance")
            if holds(performance):
                return performance
            if time.monotonic() > deadline:
                sys.exit(f"nothing came of it: {performance}")
            time.sleep(0.2)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def nanoseconds(text):
    """Digits of a number, or an ISO time, whose fraction has more digits than datetime takes."""
    if text.isdigit():
        return int(text)
    whole, _, fraction = text.rstrip("Z").partition(".")
    seconds = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc).timestamp()
    return int(seconds) * SECOND + int(fraction.ljust(9, "0") or 0)


def raw(text):
    return int(decimal.Decimal(text).scaleb(9))


class Market:
    """An instrument's prices over all recordings of the data folder."""

    def __init__(self, program, folder, instrument):
        self.times, self.prices = [], []
        # Where recordings end: what came after, their host may not have seen.
        self.lasts = set()
        told = subprocess.run([program, "sessions", "--data-dir", "data", "--json"], cwd=folder, capture_output=True, text=True)
        for recording in reversed(json.loads(told.stdout)["sessions"]):
            for rows in ("trades", "quotes"):
                file = folder / "rows.csv"
                file.unlink(missing_ok=True)
                outcome = subprocess.run(
                    [program, "sessions", recording["id"], "--csv", str(file), "--instrument", instrument, "--rows", rows,
                     "--data-dir", "data", "--quiet"], cwd=folder, capture_output=True, text=True)
                if outcome.returncode == 0 and self.take(file):
                    self.lasts.add(self.times[-1] // SECOND)
                    break

    def take(self, file):
        count = 0
        for row in csv.DictReader(open(file)):
            if "price" in row:
                price = raw(row["price"])
            elif row["bid"] and row["ask"]:
                price = (raw(row["bid"]) + raw(row["ask"])) // 2
            else:
                continue
            self.times.append(nanoseconds(row["timestamp"]))
            self.prices.append(price)
            count += 1
        return count

    def closed(self, moment):
        """The last price of a second that had closed, and when that second ended; None before the first."""
        place = bisect.bisect_left(self.times, moment // SECOND * SECOND) - 1
        if place < 0:
            return None
        return self.prices[place], (self.times[place] // SECOND + 1) * SECOND

    def ends(self, moment):
        """No recording goes on after the newest price at that moment."""
        later = self.closed(moment)
        return later is None or later[1] // SECOND - 1 in self.lasts


def verdict(row, market):
    later = market.closed(row["due_at"])
    if later is None or later[1] <= row["generated_at"]:
        return UNKNOWN
    move = later[0] - market.closed(row["generated_at"])[0]
    right = {BUY: move > 0, SELL: move < 0, HOLD: abs(move) <= row["band"]}[row["direction"]]
    return RIGHT if right else WRONG


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--signals", type=int, default=300)
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    root = pathlib.Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "data").mkdir()
        shutil.copytree(root / "strategies/sma_cross", folder / "strategies/sma_cross")
        shutil.copytree(root / "strategies/models", folder / "strategies/models")
        host = Host(program, folder, "{every: 5s, horizon: 30s, model: trend}")
        try:
            # Not counted: of a test, and of values that the market did not show.
            host.call("/test/generate-signal", {"symbol": "BTC", "scenario": "bull_market", "confidence": 0.75})
            host.call("/signals/generate", {"symbol": "BTC", "features": {"rsi": 10}})
            host.until(lambda told: told["total_signals"] >= arguments.signals)
        finally:
            host.stop()
        # The next life judges what the first left open, and makes none of its own.
        host = Host(program, folder, "{every: off, horizon: 30s}")
        try:
            told = host.until(lambda told: told["undecided_signals"] == 0)
        finally:
            host.stop()

        journal = sqlite3.connect(folder / "data/journal.sqlite")
        journal.row_factory = sqlite3.Row
        rows = journal.execute("SELECT * FROM signals ORDER BY id").fetchall()
        names = dict(journal.execute("SELECT number, id FROM names WHERE kind = 1"))
        sys.exit(judge(rows, names, told, lambda name: Market(program, folder, name)))


def judge(rows, names, told, market_of):
    markets, wrong, counts = {}, 0, {}
    for row in rows:
        name = names[row["instrument"]]
        if name not in markets:
            markets[name] = market_of(name)
        market = markets[name]
        shown = market.closed(row["generated_at"])
        if shown is None or shown[0] != row["market_price"]:
            print(f"signal {row['id']} of {name}: was made at {row['market_price']}, the recording says {shown}")
            wrong += 1
        elif row["verdict"] == UNKNOWN and market.ends(row["due_at"]):
            pass
        elif verdict(row, market) != row["verdict"]:
            print(f"signal {row['id']} of {name}: verdict {row['verdict']}, the recording says {verdict(row, market)}")
            wrong += 1
        if row["is_counted"]:
            counts.setdefault(name, [0] * 4)[row["verdict"]] += 1
    right, decided = (sum(tally[RIGHT] for tally in counts.values()),
                      sum(tally[RIGHT] + tally[WRONG] for tally in counts.values()))
    confidences = [row["confidence"] for row in rows if row["is_counted"] and row["verdict"] in (RIGHT, WRONG)]
    expected = {
        "total_signals": decided, "correct_predictions": right, "accuracy_30d": right / decided, "accuracy_7d": right / decided,
        "avg_confidence": sum(confidences) / len(confidences), "unknown_outcomes": sum(t[UNKNOWN] for t in counts.values())}
    for key, value in expected.items():
        if abs(told[key] - value) > 1e-12:
            print(f"{key}: the host says {told[key]}, the journal {value}")
            wrong += 1
    assets = {name.split("_")[0] if name.endswith("_USDT") else name: tally for name, tally in counts.items()}
    for name, tally in assets.items():
        seen = told["performance_by_asset"].get(name, {"signals": 0, "accuracy": 0})
        if seen["signals"] != tally[RIGHT] + tally[WRONG] or abs(
                seen["accuracy"] * seen["signals"] - tally[RIGHT]) > 1e-9:
            print(f"{name}: the host says {seen}, the journal {tally}")
            wrong += 1
    kinds = {name: sum(row["direction"] == kind for row in rows) for name, kind in
             (("buy", BUY), ("sell", SELL), ("hold", HOLD))}
    print(f"{len(rows)} signals of {len(markets)} instruments {kinds}: {right} right of {decided} decided and counted, "
          f"{expected['unknown_outcomes']} unknown; {wrong} differences")
    return 1 if wrong or decided == 0 else 0


if __name__ == "__main__":
    main()
