#!/usr/bin/env python3
"""kill -9 of the host under a stream of signals: each one leads to at most one order, and none above the threshold is lost.

A strategy (signals.c) says signals of all strengths; the bridge makes orders of those above the threshold, while a client
executes some by hand and instruments are stopped for a moment, so that signals wait and are tried again. What the journal has
after each kill must add up: of each signal its record, its trade and its orders, which carry its number."""

import argparse
import random
import statistics
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

from host import ROOT, Host, Unanswered, number
from reload import INSTRUMENTS, compiler

THRESHOLD = 0.65
OUTSIDE, PASSED, WAITING, SENT, DEAD = range(5)
STRATEGY = 1
IS_SIGNAL, CONFIDENCE_BITS = 1 << 62, 30


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--lives", type=int, default=5, help="kills of one supervisor, before it is ended in order")
    parser.add_argument("--seconds", type=float, default=2.5, help="longest stream before a kill")
    parser.add_argument("--speed", default="20", help="of the market")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=15, help="no new round after that")
    parser.add_argument("--keep", action="store_true", help="keep the data folder")
    return parser.parse_args()


def add_speaker(host):
    """It alone trades, through the bridge."""
    for folder in host.strategies.iterdir():
        if (folder / "strategy.yaml").exists():
            (folder / "strategy.yaml").write_text(
                (folder / "strategy.yaml").read_text() + "\nenabled: false\n")
    folder = host.strategies / "speaker"
    folder.mkdir()
    (folder / "strategy.yaml").write_text(f"plugin: Speaker\ninstruments: {INSTRUMENTS}\n")
    subprocess.run(
        [compiler(), "-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror",
         "-I", ROOT / "Sources" / "CStrategyABI" / "include", "-o", folder / "libspeaker.so",
         Path(__file__).parent / "signals.c"], check=True)
    file = host.strategies / "host.yaml"
    file.write_text(
        file.read_text() + "bridge: {enabled: true, queue: 32, attempts: 6}\nsignals: {every: 10s, horizon: 10m}\n")


def silence(host):
    """Nobody says a signal any more."""
    file = host.strategies / "speaker" / "strategy.yaml"
    file.write_text(file.read_text() + "enabled: false\n")
    file = host.strategies / "host.yaml"
    file.write_text(file.read_text().replace("every: 10s", "every: off"))


class Stream:
    """Clients beside the stream: one that reads signals, one that executes some, one that stops instruments."""

    def __init__(self, host, seen, dice):
        self.host, self.seen = host, seen
        self.dice = random.Random(dice)
        self.by_hand, self.refused = [], 0
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(work,)) for work in [self.read, self.stop]]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def join(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def run(self, work):
        client = self.host.client()
        try:
            while not self.is_over.is_set():
                work(client)
        except (Unanswered, AssertionError):
            pass  # the host is gone

    def read(self, client):
        page = client.get("/api/v1/signals?page_size=200")["signals"]
        for signal in page:
            self.seen[number(signal["signal_id"])] = float(signal["confidence"])
        pending = [signal for signal in page if signal["status"] == "pending"]
        for signal in self.dice.sample(pending, min(2, len(pending))):
            self.execute(client, signal)

    def execute(self, client, signal):
        instrument = signal["instrument"]
        status, body = client.call("POST", "/api/v1/execute-trade", {
            "signal_id": signal["signal_id"], "account_id": "paper", "instrument": instrument,
            "direction": signal["direction"], "size": 1000 if instrument.endswith("USD") else 1,
            "order_type": "market"})
        if status == 200:
            self.by_hand.append((number(signal["signal_id"]), number(body["execution_result"]["trade_id"])))
        else:
            self.refused += 1

    def stop(self, client):
        instrument = self.dice.choice(INSTRUMENTS.strip("[]").split(", "))
        status, body = client.call("POST", "/api/v1/emergency-stop", {
            "reason": "signals wait", "triggered_by": "test", "scope": "instrument", "target_id": instrument,
            "mode": "cancel"})
        self.is_over.wait(self.dice.uniform(0.05, 0.5))
        if status == 200:
            release(client, body["stop_id"])
        self.is_over.wait(self.dice.uniform(0, 0.2))


def release(client, stop):
    client.call("DELETE", f"/api/v1/emergency-stop/{stop}", {"authorized_by": "test", "resolution_reason": "over"})


def release_all(client):
    for stop in client.get("/api/v1/emergency-stops")["active_stops"]:
        if stop["status"] == "active":
            release(client, stop["stop_id"])


class Books:
    """What the journal says of signals, trades and orders at one moment."""

    def __init__(self, host):
        with host.database() as database:
            database.row_factory = sqlite3.Row
            database.execute("BEGIN")
            self.signals = {row["id"]: row for row in database.execute("SELECT * FROM signals")}
            self.trades = {row["id"]: row for row in database.execute("SELECT id, order_id, channel FROM trades")}
            self.orders = {}
            rows = database.execute("SELECT id, tag FROM orders WHERE tag & ? != 0 AND tag > 0 AND origin = 1", [IS_SIGNAL])
            for row in rows:
                signal = row["tag"] >> CONFIDENCE_BITS & 0xFFFF_FFFF
                self.orders.setdefault(signal, []).append(row["id"])

    def count(self, state):
        return sum(1 for signal in self.signals.values() if signal["bridge"] == state)

    def faults(self, seen, by_hand):
        found = []
        for signal in self.signals.values():
            found += [f"sig-{signal['id']}: {text}" for text in self.faults_of(signal)]
        found += [f"sig-{name} has orders and no record" for name in self.orders if name not in self.signals]
        for name, confidence in seen.items():
            if name not in self.signals or abs(self.signals[name]["confidence"] - confidence) > 1e-9:
                found.append(f"sig-{name} was shown and is lost, or is another")
        for name, trade in by_hand:
            is_of = self.signals[name]["trade"] if name in self.signals else None
            if is_of != trade:
                found.append(f"sig-{name} was executed as trade-{trade} and is of {is_of}")
        return found

    def faults_of(self, signal):
        orders = self.orders.get(signal["id"], [])
        trade = self.trades.get(signal["trade"])
        state = signal["bridge"]
        is_strong = signal["direction"] != 0 and round(signal["confidence"], 9) >= THRESHOLD
        if len(orders) > 1:
            yield f"has orders {orders}"
        if (signal["status"] == 1) != (signal["trade"] != 0) or (signal["trade"] != 0) != (trade is not None):
            yield f"is of status {signal['status']} and of trade {signal['trade']}"
        if [order for order in orders if not trade or trade["order_id"] != order]:
            yield f"has orders {orders}, and its trade is {trade and tuple(trade)}"
        if trade and trade["order_id"] not in orders:
            yield f"has trade {tuple(trade)} without its order"
        if trade and (trade["channel"] == "bridge") != (state == SENT):
            yield f"is of state {state}, its trade of {trade['channel']}"
        if state == OUTSIDE or (not is_strong and state != PASSED):
            yield f"of confidence {signal['confidence']} is of state {state}"
        if is_strong and state == PASSED and not trade:
            yield f"of confidence {signal['confidence']} is lost"
        if state == WAITING and (signal["verdict"] != 0 or signal["status"] != 0):
            yield f"waits, with verdict {signal['verdict']} and status {signal['status']}"
        if state == DEAD and not signal["bridge_reason"]:
            yield "was given up without a reason"


def drain(host, seen, by_hand):
    """Without new signals all that wait become orders or dead letters, and the answers say what the journal says."""
    if host.supervisor.poll() is None:
        host.terminate()
    silence(host)
    host.start()
    host.wait_ready()
    host.login()
    client = host.client()
    release_all(client)
    deadline = time.monotonic() + 60
    while client.get("/bridge/status")["queue_depth"] > 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    status, letters = client.get("/bridge/status"), client.get("/bridge/dead-letters?limit=1")
    books = Books(host)
    faults = books.faults(seen, by_hand)
    if books.count(WAITING):
        faults.append(f"{books.count(WAITING)} signals still wait a minute after the last one")
    if not status["failed_signals"] == letters["total"] == books.count(DEAD):
        faults.append(f"{books.count(DEAD)} dead letters, told are {status['failed_signals']} and {letters['total']}")
    if not (books.count(SENT) and books.count(DEAD) and by_hand):
        faults.append("the stream tests nothing: none was sent, given up or executed by hand")
    return books, faults


def report(what, faults):
    for fault in faults[:10]:
        print(f"  FAULT {what}: {fault}")
    if len(faults) > 10:
        print(f"  … and {len(faults) - 10} more")
    return faults


def main():
    options = arguments()
    dice = random.Random(options.seed)
    host = Host(speed=options.speed)
    add_speaker(host)
    seen, by_hand, waits, faults, waiting = {}, [], [], [], 0
    begin = time.monotonic()
    print(" kill  ready s  signals  above   sent   dead  waiting  by hand  faults", flush=True)
    try:
        for round_number in range(1, options.kills + 1):
            if time.monotonic() - begin > options.minutes * 60:
                print(f"time is over after {round_number - 1} kills")
                break
            if host.supervisor is None or host.supervisor.poll() is not None:
                host.start()
                host.wait_ready()
                host.login()
            release_all(host.client())
            stream = Stream(host, seen, dice.random()).start()
            time.sleep(dice.uniform(0.2, options.seconds))
            moment = time.monotonic()
            killed = host.kill_host()
            # What the killed host has left, before the next one looks at it.
            left = Books(host)
            stream.join()
            by_hand += stream.by_hand
            waiting += left.count(WAITING)
            host.wait_ready(not_pid=killed)
            waits.append(time.monotonic() - moment)
            found = report(f"kill {round_number}", left.faults(seen, by_hand))
            found += report(f"after kill {round_number}", Books(host).faults(seen, by_hand))
            faults += found
            above = left.count(WAITING) + left.count(SENT) + left.count(DEAD)
            print(f"{round_number:5}{waits[-1]:9.2f}{len(left.signals):9}{above:7}{left.count(SENT):7}{left.count(DEAD):7}"
                  f"{left.count(WAITING):9}{len(by_hand):9}{len(found):8}", flush=True)
            if round_number % options.lives == 0:
                seconds, code = host.terminate()
                if code != 0 or seconds > 3:
                    faults += report("SIGTERM", [f"exit code {code} after {seconds:.2f} s"])
        books, found = drain(host, seen, by_hand)
        faults += report("at the end", found)
        seconds, code = host.terminate()
        if code != 0 or seconds > 3:
            faults += report("SIGTERM", [f"exit code {code} after {seconds:.2f} s"])
    except BaseException:
        print(host.log_tail(), file=sys.stderr)
        raise
    finally:
        host.remove(keep=options.keep or bool(faults))
    summarise(waits, books, waiting, seen, by_hand, faults)
    return 1 if faults else 0


def summarise(waits, books, waiting, seen, by_hand, faults):
    print()
    if waits:
        print(f"kills                             {len(waits)}")
        print(f"from kill -9 to UP, seconds       p50 {statistics.median(waits):.2f}, max {max(waits):.2f} "
              "(with the supervisor's wait of 0.1 to 1.6 s)")
    print(f"signals, shown to clients         {len(books.signals)}, {len(seen)}")
    print(f"above the threshold               {books.count(SENT)} became an order, {books.count(DEAD)} a dead letter")
    print(f"waited at a kill                  {waiting}")
    print(f"executed by hand                  {len(by_hand)}")
    print(f"orders that carry a signal        {sum(len(orders) for orders in books.orders.values())}, "
          f"{max(map(len, books.orders.values()), default=0)} of one at most")
    print(f"faults                            {len(faults)}")


if __name__ == "__main__":
    sys.exit(main())
