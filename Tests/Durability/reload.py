#!/usr/bin/env python3
"""Reloads under load: of two twins on one market one is loaded anew all the time, and both must say the same.

Each twin (twin.c) counts the events that it is given, chains them into a hash and trades; the lines that they write at the
same count must be equal, and so must their orders and positions. Bundled strategies are loaded anew in between, and in the
end put back to the code of long ago. With --isolation worker the twin that is loaded anew lives in a worker."""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from host import ROOT, Host

INSTRUMENTS = "[BTC_USDT, ETH_USDT, SOL_USDT, ADA_USDT, EUR_USD, GBP_USD, AUD_USD]"
BUNDLED = ["sma_cross", "mean_reversion", "pump_v2", "dump_v2"]
PAUSE_MOST_US = 100.0
GROWTH_MOST_KB = 150.0
EVENTS_LEAST = 50_000
WARM_UP = 20


def compiler():
    found = shutil.which("cc") or shutil.which("clang")
    if not found:
        sys.exit("error: no C compiler – PATH – install cc or clang")
    return found


def add_twins(host, isolation):
    """Both of one library; max_orders and the like stay out of the way."""
    for name in ["twin_a", "twin_b"]:
        (host.strategies / name).mkdir()
        (host.strategies / name / "strategy.yaml").write_text(
            f"plugin: Twin\ninstruments: {INSTRUMENTS}\nisolation: {isolation if name == 'twin_a' else 'host'}\n")
    library = host.strategies / "twin_b" / "libtwin.so"
    subprocess.run(
        [compiler(), "-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror",
         "-I", ROOT / "Sources" / "CStrategyABI" / "include", "-o", library, Path(__file__).parent / "twin.c"],
        check=True)
    file = host.strategies / "host.yaml"
    text = file.read_text()
    assert "\nplugins:" not in text, "host.yaml has plugins of its own"
    file.write_text(text + "plugins: {generations_max: 2000}\n")


def resident_kb(pid):
    """Memory of its own, of mapped files, and its share of all that it has in memory."""
    fields = Path(f"/proc/{pid}/status").read_text() + Path(f"/proc/{pid}/smaps_rollup").read_text()
    return [int(re.search(rf"^{name}:\s+(\d+) kB", fields, re.M).group(1)) for name in ["RssAnon", "RssFile", "Pss"]]


def metric(client, name):
    text = client.text("/metrics")[1]
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M).group(1))


class Reloads:
    """What the reloads answered."""

    def __init__(self, client):
        self.client = client
        self.pauses = {}
        self.faults = []

    def one(self, strategy):
        status, body = self.client.call("POST", f"/api/strategies/{strategy}/reload", {})
        if status != 200:
            self.faults.append(f"the reload of {strategy} answered {status}: {body}")
            return
        self.pauses.setdefault(strategy, []).append((float(body["pause_us"]), float(body["snapshot_us"])))
        if body["generation"] != body["previous_generation"] + 1 or not body["memory_kept"]:
            self.faults.append(f"the reload of {strategy}: {body}")

    def summary(self, names, place):
        values = sorted(pair[place] for name in names for pair in self.pauses.get(name, []))
        p99 = values[min(len(values) - 1, int(len(values) * 0.99))]
        return len(values), statistics.median(values), p99, values[-1]


def roll_back(client, faults):
    """Code whose memory was given back long ago runs again: by a swap with its memory, and it goes on."""
    for strategy in BUNDLED:
        status, body = client.call("POST", f"/api/strategies/{strategy}/rollback", {"generation": 1})
        if status != 200 or body["generation"] != 1 or not body["memory_kept"]:
            faults.append(f"the rollback of {strategy} answered {status}: {body}")
    before = {strategy: calls(client, strategy) for strategy in BUNDLED}
    time.sleep(3)
    for strategy in BUNDLED:
        state = client.get(f"/api/strategies/{strategy}")["state"]
        if state not in ("running", "degraded") or calls(client, strategy) <= before[strategy]:
            faults.append(f"{strategy} does not go on after its rollback: {state}")


def calls(client, strategy):
    return metric(client, f'stratagem_strategy_events_total{{strategy="{strategy}"}}')


def compare(client, isolation):
    """Faults, and how many lines and orders were compared."""
    lines = {}
    for twin in ["twin_a", "twin_b"]:
        entries = client.get(f"/api/strategies/{twin}/logs?limit=1000")["entries"]
        texts = [entry["message"] for entry in entries if re.fullmatch(r"\d+ [0-9a-f]{16} \d+", entry["message"])]
        lines[twin] = {text.split()[0]: text for text in texts}
        if len(lines[twin]) != len(texts):
            return [f"{twin} wrote a line twice"], 0, 0
    common = lines["twin_a"].keys() & lines["twin_b"].keys()
    faults = [f"at {count}: {lines['twin_a'][count]} – {lines['twin_b'][count]}"
              for count in common if lines["twin_a"][count] != lines["twin_b"][count]]
    orders = {twin: client.get(f"/api/orders?strategy_id={twin}&limit=1000")["orders"] for twin in lines}
    # Orders of a worker come when it has come to them.
    keys = ["created_at"] * (isolation == "host") + ["instrument", "order_type", "quantity"]
    told = {twin: [tuple(str(order[key]) for key in keys) for order in reversed(found)]
            for twin, found in orders.items()}
    most = min(len(told["twin_a"]), len(told["twin_b"]))
    for a, b in zip(told["twin_a"][-most:], told["twin_b"][-most:]):
        if a != b:
            faults.append(f"order {a} – {b}")
    if isolation == "host" and any(len(set(found)) != len(found) for found in told.values()):
        faults.append("an order is there twice")
    return faults, len(common), most


def run(host, options):
    host.start()
    _, pid = host.wait_ready()
    host.login()
    client = host.client()
    time.sleep(2)
    reloads = Reloads(client)
    begin, events = time.monotonic(), metric(client, "stratagem_events_total")
    for index in range(options.reloads):
        if index == WARM_UP:
            warm, resident = time.monotonic(), resident_kb(pid)
        reloads.one("twin_a")
        reloads.one(BUNDLED[index % len(BUNDLED)])
        time.sleep(options.interval)
    rate = (metric(client, "stratagem_events_total") - events) / (time.monotonic() - begin)
    seconds, grown = time.monotonic() - warm, resident_kb(pid)
    # As long without reloads: what the market's history and the lists of orders take.
    time.sleep(seconds)
    still = resident_kb(pid)
    count = 2 * (options.reloads - WARM_UP)
    growth = [(grown[kind] - resident[kind] - max(still[kind] - grown[kind], 0)) / count for kind in range(3)]
    roll_back(client, reloads.faults)
    # Nothing more is to come while the two are compared.
    for twin in ["twin_a", "twin_b"]:
        client.call("POST", f"/api/strategies/{twin}/disable", {})
    faults, lines, orders = compare(client, options.isolation)
    return reloads, faults + reloads.faults, lines, orders, rate, growth


def report(options, reloads, faults, lines, orders, rate, growth):
    print(f"events/s while reloading       {rate:12,.0f}")
    print(f"lines and orders compared      {lines:6} {orders:5}")
    rows = [("twin", ["twin_a"]), ("bundled", BUNDLED)] + [(name, [name]) for name in BUNDLED]
    for title, names in rows:
        for what, place in [("swap", 0), ("snapshot", 1)]:
            count, median, p99, most = reloads.summary(names, place)
            print(f"{title:15}{what:9}{count:4} times  p50 {median:7.1f} µs  p99 {p99:7.1f} µs  max {most:7.1f} µs")
            if options.strict and title == "bundled" and p99 > PAUSE_MOST_US:
                faults.append(f"the engine stood {p99} µs at the {what} of {title} strategies (p99)")
    own, files, share = growth
    print(f"memory a reload                {own:9.1f} KB of its own, {files:.1f} KB of mapped files; by share {share:.1f} KB")
    if options.strict and own + files > GROWTH_MOST_KB:
        faults.append(f"{own + files:.1f} KB a reload")
    if lines < 20 or orders < 20:
        faults.append("too little was compared to show anything")
    if options.strict and rate < EVENTS_LEAST:
        faults.append(f"only {rate:,.0f} events/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reloads", type=int, default=200, help="of the twin; as many of bundled strategies")
    parser.add_argument("--isolation", choices=["host", "worker"], default="host", help="of the twin that is loaded anew")
    parser.add_argument("--speed", default="400", help="of the market")
    parser.add_argument("--interval", type=float, default=0.1, help="seconds between two reloads")
    parser.add_argument("--strict", action="store_true", help="times, memory and rate count: for a release build")
    options = parser.parse_args()
    host = Host(speed=options.speed)
    faults = ["it did not come to an end"]
    try:
        add_twins(host, options.isolation)
        reloads, faults, lines, orders, rate, growth = run(host, options)
        report(options, reloads, faults, lines, orders, rate, growth)
        host.terminate()
    finally:
        host.remove(keep=bool(faults))
    for fault in faults[:20]:
        print(f"FAULT {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
