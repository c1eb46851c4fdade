#!/usr/bin/env python3
"""A long run at high market speed: memory and descriptors of the host over time."""

import argparse
import os
import re
import sys
import threading
import time
from pathlib import Path

import load
from check import Checker
from disk import READS
from host import Host, Unanswered
from load import Ledger, Load


def sample(host, pid, begin):
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    size = sum(file.stat().st_size for file in host.data.glob("journal.sqlite*"))
    return {
        "seconds": time.monotonic() - begin, "rss": int(status["VmRSS"].split()[0]),
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")), "threads": int(status["Threads"]), "journal": size,
    }


def read(host, stopping, counts):
    client = host.client()
    while not stopping.is_set():
        for path in READS:
            try:
                status, _ = client.call("GET", path)
            except Unanswered:
                status = 0
            counts[status] = counts.get(status, 0) + 1
            if stopping.wait(0.05):
                return


def show(entry):
    print(f"{entry['seconds']:8.0f}{entry['rss'] / 1024:9.1f}{entry['descriptors']:13}{entry['threads']:9}"
          f"{entry['journal'] / 2 ** 20:12.1f}", flush=True)


def slope(samples, name):
    """Least squares, per minute."""
    count = len(samples)
    mean_x = sum(entry["seconds"] for entry in samples) / count
    mean_y = sum(entry[name] for entry in samples) / count
    over = sum((entry["seconds"] - mean_x) * (entry[name] - mean_y) for entry in samples)
    under = sum((entry["seconds"] - mean_x) ** 2 for entry in samples)
    return over / under * 60 if under else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--speed", default="200")
    parser.add_argument("--every", type=float, default=5, help="seconds between samples")
    parser.add_argument("--warm-up", type=float, default=0.3, help="part of the run that does not count")
    parser.add_argument("--most", type=float, default=3, help="MB a minute that memory may grow by towards the end")
    parser.add_argument("--pause", type=float, default=0.05, help="of each client between two requests, in seconds")
    options = parser.parse_args()
    host = Host(speed=options.speed)
    ledger = Ledger()
    counts, samples = {}, []
    stopping = threading.Event()
    try:
        host.start()
        _, pid = host.wait_ready()
        host.login()
        load.read_ticks(host.client())
        work = Load(host, ledger, threads=2, with_stops=False, pause=options.pause).start()
        reader = threading.Thread(target=read, args=(host, stopping, counts), daemon=True)
        reader.start()
        begin = last_login = time.monotonic()
        next_line = 0
        print(" seconds   RSS MB  descriptors  threads  journal MB", flush=True)
        while time.monotonic() - begin < options.minutes * 60:
            time.sleep(options.every)
            samples.append(sample(host, pid, begin))
            if samples[-1]["seconds"] >= next_line:
                show(samples[-1])
                next_line += 60
            if time.monotonic() - last_login > 600:
                # A token lasts a quarter of an hour.
                host.login()
                last_login = time.monotonic()
        work.join()
        stopping.set()
        reader.join()
        faults = verdict(samples, options, counts, ledger, host, pid)
    except BaseException:
        print(host.log_tail(), file=sys.stderr)
        raise
    finally:
        host.remove()
    return 1 if faults else 0


def verdict(samples, options, counts, ledger, host, pid):
    show(samples[-1])
    warm = [entry for entry in samples if entry["seconds"] >= options.warm_up * options.minutes * 60]
    growth, first, last = slope(warm, "rss"), warm[0], warm[-1]
    half = warm[len(warm) // 2:]
    print(f"after warm-up: RSS {first['rss'] / 1024:.1f} → {last['rss'] / 1024:.1f} MB, "
          f"slope {growth / 1024:+.2f} MB/min ({slope(half, 'rss') / 1024:+.2f} in the second half); "
          f"descriptors {first['descriptors']} → {last['descriptors']}, slope {slope(warm, 'descriptors'):+.2f}/min")
    metrics = figures(host)
    print(f"events {metrics.get('events')}, orders {metrics.get('orders')}, fills {metrics.get('fills')}; "
          f"reads {counts}, answers {ledger.counts}")
    faults = list(ledger.faults)
    if host.pid() != pid:
        faults.append("the host was started anew")
    if set(counts) - {200}:
        faults.append(f"reads were answered {counts}")
    if max(entry["descriptors"] for entry in warm) > first["descriptors"] + 16:
        faults.append("descriptors grow")
    # The database's cache (32 MB) and the rings of the market fill up first.
    if options.minutes >= 15 and slope(half, "rss") > options.most * 1024:
        faults.append(f"memory grows by more than {options.most} MB a minute in the last part of the run")
    checker = Checker(host, ledger)
    faults += checker.check().faults
    for fault in faults[:10]:
        print(f"  FAULT {fault}")
    return faults


def figures(host):
    """Counters of /metrics by a short name."""
    status, text = host.client().text("/metrics")
    found = {}
    for name in ("events", "orders", "fills"):
        match = re.search(rf"^stratagem_{name}_total(?:{{[^}}]*}})? ([0-9.e+]+)$", text, re.MULTILINE)
        if match:
            found[name] = int(float(match.group(1)))
    return found


if __name__ == "__main__":
    sys.exit(main())
