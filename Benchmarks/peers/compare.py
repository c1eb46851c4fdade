#!/usr/bin/env python3
"""The same strategies over the same data here and in other backtesters, in turns.

    Benchmarks/peers/compare.py .build/release/stratagem [--rounds 3] [--bars 1000000] [--trades 5000000]
                                [--environments DIR] [--only PEER]

Each peer gets a virtual environment of its own below DIR, made where it is missing. `loop` is the time of the event loop
alone, as each program tells it; `whole` is that of its command: start, reading the CSV, run, result. Medians of the rounds.
Exit 1: a program failed, or traded or ended with something else than its own documented rule for fills says.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import data
from shared import CASH, FAST, FEE, SLOW, TRADES_FAST, TRADES_SLOW

HERE = Path(__file__).resolve().parent
PEERS = {
    "nautilus_trader": ("1.221.0", ("bars", "trades")),
    "backtrader": ("1.9.78.123", ("bars",)),
    "backtesting": ("0.6.6", ("bars",)),
    "vectorbt": ("1.2.0", ("bars",)),
    "hftbacktest": ("2.4.4", ("trades",)),
}
# Where an order trades that is sent at an event, and how many events are passed over first. "sided": at once, at a quote of
# which a buyer's trade sets the ask and lowers a higher bid to it, a seller's the other way round.
RULES = {
    "stratagem": {"bars": ("next", 0), "trades": ("next", 0)},
    "nautilus_trader": {"bars": ("same", 0), "trades": ("sided", 0)},
    "backtrader": {"bars": ("next", 0)},
    # Its next() begins one bar after the indicators.
    "backtesting": {"bars": ("next", 1)},
    "vectorbt": {"bars": ("next", 0)},
    "hftbacktest": {"trades": (None, 0)},
}


def python(words, peer):
    """The peer's interpreter."""
    folder = words.environments / peer
    if not (folder / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        version = PEERS[peer][0]
        subprocess.run([folder / "bin/pip", "install", "-q", f"{peer}=={version}", "pandas"], check=True)
    return folder / "bin/python"


def command(words, program, case, path, folder):
    if program != "stratagem":
        return [python(words, program), HERE / f"with_{program}.py", case, path]
    common = ["--data", path, "--instrument", "PEER_USD", "--cash", str(round(CASH)), "--commission-rate", str(FEE),
              "--strategies", HERE / "strategies", "--data-dir", folder / "data", "--json", "--quiet"]
    return [Path(words.executable).resolve(), "backtest", "SMACross" if case == "bars" else "ema_cross", *common]


def run(words, program, case, path, folder):
    began = time.perf_counter()
    done = subprocess.run(list(map(str, command(words, program, case, path, folder))), capture_output=True, text=True,
                          cwd=folder)
    whole = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{program}, {case}: {done.stderr.strip()[-2000:] or done.stdout[-2000:]}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    if program == "stratagem":
        # What it trades: one unit at first, then two each time.
        told = {"events": told["data"]["events"], "loop_seconds": told["data"]["events"] / told["events_per_second"],
                "traded": 2 * told["fills"] - 1, "equity": float(told["equity"])}
    return {**told, "whole_seconds": whole}


def leads(case, path):
    """By event, in cents: where an order of the event before trades, the last price, the quote, and who is ahead."""
    with open(path, newline="") as file:
        rows = csv.DictReader(file)
        if case == "bars":
            closes, fast, slow = [], 0, 0
            for row in rows:
                closes.append(round(float(row["close"]) * 100))
                fast += closes[-1] - (closes[-1 - FAST] if len(closes) > FAST else 0)
                slow += closes[-1] - (closes[-1 - SLOW] if len(closes) > SLOW else 0)
                lead = fast * SLOW - slow * FAST if len(closes) >= SLOW else None
                yield round(float(row["open"]) * 100), closes[-1], (closes[-1], closes[-1]), lead
            return
        fast = slow = None
        fast_weight, slow_weight = 2 / (TRADES_FAST + 1), 2 / (TRADES_SLOW + 1)
        bid, ask = sys.maxsize, 0
        for seen, row in enumerate(rows, 1):
            price = float(row["price"])
            fast = price if fast is None else fast + (price - fast) * fast_weight
            slow = price if slow is None else slow + (price - slow) * slow_weight
            last = round(price * 100)
            bid, ask = (min(bid, last), last) if row["side"] == "buy" else (last, max(ask, last))
            yield last, last, (bid, ask), fast - slow if seen >= TRADES_SLOW else None


def expected(case, path):
    """What the strategy trades and ends with, by rule: ("next", "same" or "sided", events that are passed over)."""
    rules = {tuple(rule[case]) for rule in RULES.values() if case in rule and rule[case][0]}
    books = {rule: {"cash": 0, "held": 0, "target": 0, "traded": 0, "fees": 0, "skip": rule[1]} for rule in rules}

    def trade(book, price):
        size = book["target"] - book["held"]
        book["cash"] -= size * price
        book["fees"] += abs(size) * price
        book["traded"] += abs(size)
        book["held"] = book["target"]

    last = 0
    for opening, last, quote, lead in leads(case, path):
        for rule, book in books.items():
            if rule[0] == "next" and book["target"] != book["held"]:
                trade(book, opening)
            if lead is not None and book["skip"] > 0:
                book["skip"] -= 1
            elif lead:
                book["target"] = 1 if lead > 0 else -1
            if rule[0] != "next" and book["target"] != book["held"]:
                trade(book, last if rule[0] == "same" else quote[book["target"] > book["held"]])
    return {rule: (book["traded"], CASH + (book["cash"] + book["held"] * last - book["fees"] * FEE) / 100)
            for rule, book in books.items()}


def faults(case, program, result, wanted):
    rule = tuple(RULES[program][case])
    traded, equity = wanted.get(rule, (next(iter(wanted.values()))[0], None))
    if result["traded"] != traded:
        yield f"traded {result['traded']}, its rule says {traded}"
    if equity is not None and abs(result["equity"] - equity) > 0.01:
        yield f"ends with {result['equity']:.4f}, its rule says {equity:.4f}"


def show(case, results):
    median = lambda program, key: statistics.median(result[key] for result in results[program])
    own_loop, own_whole = median("stratagem", "loop_seconds"), median("stratagem", "whole_seconds")
    print(f"\n| {case} | events/s in the loop | ratio | whole command s | ratio | traded | equity |\n|---|---|---|---|---|---|---|")
    for program, runs in results.items():
        loop, whole, first = median(program, "loop_seconds"), median(program, "whole_seconds"), runs[0]
        own = first["events"] * own_loop / results["stratagem"][0]["events"]
        equity = "" if first["equity"] is None else f"{first['equity']:,.2f}"
        print(f"| {program} | {first['events'] / loop:,.0f} | {loop / own:,.1f} | {whole:,.2f} | "
              f"{whole / own_whole:,.1f} | {first['traded']:,.0f} | {equity} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("executable")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--trades", type=int, default=5_000_000)
    parser.add_argument("--environments", type=Path, default=Path.home() / ".cache/stratagem-peers")
    parser.add_argument("--only", choices=PEERS, action="append")
    words = parser.parse_args()
    problems = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data.bars(folder / "bars.csv", words.bars)
        data.trades(folder / "trades.csv", words.trades)
        for case in ("bars", "trades"):
            path = folder / f"{case}.csv"
            programs = ["stratagem"] + [
                peer for peer, (_, cases) in PEERS.items() if case in cases and peer in (words.only or PEERS)]
            # Environments are made and the strategy is compiled before anything is timed.
            for program in programs:
                command(words, program, case, path, folder)
            run(words, "stratagem", case, path, folder)
            results = {program: [] for program in programs}
            for _ in range(words.rounds):
                for program in programs:
                    results[program].append(run(words, program, case, path, folder))
            show(case, results)
            wanted = expected(case, path)
            for program in programs:
                problems += [f"{program}, {case}: {fault}" for fault in faults(case, program, results[program][0], wanted)]
    for problem in problems:
        print("FAULT", problem)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
