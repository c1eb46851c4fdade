#!/usr/bin/env python3
"""Durable orders over REST: the host against FastAPI, in turns, each with the same connections on one core.

    Benchmarks/rest/compare.py .build/release/stratagem [--seconds 4] [--rounds 3] [--only host] [--all-cores] [--json]

Needs wrk, and the packages of requirements.txt. The servers run on the first core and wrk on the second; only one of them
has anything to do at a time. With more cores than two nothing else changes: the figures are those of one core a server. With
--all-cores the server that is asked and wrk share whatever cores there are.
At the end each database is searched for the orders that were answered: by number for all, by id for those of a round of its
own, in which wrk keeps the ids. Last comes the journal's own rate, without REST. Exit 1: an error, or an order is missing.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES = {
    "POST /api/orders": ("post", "/api/orders"),
    "GET /api/orders?limit=50": ("get", "/api/orders?limit=50"),
    "GET /health": ("get", "/health"),
}
POST, CHECK = "POST /api/orders", "POST, ids kept"
HOST_YAML = """
api: {rate_limits: {auth: off, market_data: off, trading: off, trading_exit: off, strategy: off, performance: off,
      websocket: off, default: off}}
limits: {max_order_notional: 100000}
compliance: {programs: {default: {self_trade: false}}}
simulator: {seed: 7, speed: 1}
"""
STRATEGY_YAML = "plugin: SMACross\nenabled: false\ninstruments: [BTC_USDT]\ntimeframe: 1s\n"
TICKS = os.sysconf("SC_CLK_TCK")
ALL_CORES = "--all-cores" in sys.argv


def on_core(number):
    return [] if ALL_CORES else ["taskset", "-c", str(number)]


class Server:
    """A process with its children, on the first core, in a folder of its own."""

    def __init__(self, name, folder, database):
        self.name, self.folder, self.database = name, folder, folder / database
        self.process, self.url, self.token = None, "", ""
        self.cases = list(CASES)

    def start(self, words, environment=None):
        log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            [*on_core(0), *map(str, words)], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})}, cwd=HERE)

    def wait(self):
        """Until it answers; ends the program when it does not."""
        for _ in range(200):
            time.sleep(0.1)
            if self.process.poll() is not None:
                break
            if not self.ready():
                continue
            try:
                urllib.request.urlopen(self.url + "/health", timeout=1).read()
                return
            except OSError:
                continue
        sys.exit(f"{self.name} does not answer:\n{(self.folder / 'log').read_text()[-2000:]}")

    def ready(self):
        return bool(self.url)

    def processes(self):
        """This process and all below it."""
        found, parents = [self.process.pid], {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    parents.setdefault(int(fields[1]), []).append(int(entry.name))
                except OSError:
                    pass
        for process in found:
            found.extend(parents.get(process, []))
        return found

    def cpu_seconds(self):
        total = 0
        for process in self.processes():
            try:
                fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return total / TICKS

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Host(Server):
    def __init__(self, executable, folder):
        super().__init__("stratagem", folder, "data/journal.sqlite")
        strategies = folder / "strategies"
        (strategies / "sma_cross").mkdir(parents=True)
        (strategies / "host.yaml").write_text(HOST_YAML)
        (strategies / "sma_cross" / "strategy.yaml").write_text(STRATEGY_YAML)
        self.start([Path(executable).resolve(), "run", "--strategies", strategies, "--data-dir", folder / "data",
                    "--port", "0", "--quiet"])

    def ready(self):
        try:
            file = json.loads((self.folder / "data" / "host.json").read_text())
        except (OSError, ValueError):
            return False
        self.url, self.token = file["url"], file["token"]
        return True


class FastAPI(Server):
    """With group commit, or each order in a transaction of its own; what it reads is the same then."""

    def __init__(self, folder, batch_max):
        super().__init__("FastAPI" if batch_max > 1 else "FastAPI, a commit an order", folder, "orders.sqlite")
        if batch_max == 1:
            self.cases = [POST]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url, self.token = f"http://127.0.0.1:{port}", "a" * 64
        self.start([sys.executable, "-m", "uvicorn", "fastapi_server:app", "--port", port, "--workers", "1",
                    "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"],
                   {"TOKEN": self.token, "DATABASE": str(self.database), "BATCH_MAX": str(batch_max),
                    "PYTHONDONTWRITEBYTECODE": "1"})


def busy_seconds():
    """CPU seconds of the whole machine, by everyone."""
    fields = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields[:3]) + sum(fields[5:8])) / TICKS


def measure(server, case, connections, seconds):
    mode, target = CASES.get(case, ("check", "/api/orders"))
    cpu, busy, begin = server.cpu_seconds(), busy_seconds(), time.monotonic()
    usage = os.times()
    output = subprocess.run(
        [*on_core(1), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "load.lua"),
         server.url], capture_output=True, text=True, check=True,
        env={**os.environ, "MODE": mode, "TARGET": target, "TOKEN": server.token,
             "IDS": str(server.folder / "ids")}).stdout
    after = os.times()
    wrk = after.children_user + after.children_system - usage.children_user - usage.children_system
    used = server.cpu_seconds() - cpu
    figures = json.loads(output.strip().splitlines()[-1])
    cores = (time.monotonic() - begin) * os.cpu_count()
    return {
        "server": server.name, "case": case, "requests_per_second": figures["requests"] / figures["seconds"],
        "p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"], "max_ms": figures["max_ms"],
        "cpu_us_per_request": used / max(figures["requests"], 1) * 1e6, "errors": figures["errors"],
        "requests": figures["requests"], "others_busy": max(0, busy_seconds() - busy - used - wrk) / cores,
    }


def count(server, answered, posts, connections):
    """What the database of a stopped server has of the orders that it answered. A run of wrk ends with an order under way
    on each connection: carried out, and not counted by wrk. A market order waits for the next price; where 4,096 wait already
    the host rejects it, which is an answer and an order, and no decision of the gate."""
    ids = [int(line) for line in (server.folder / "ids").read_text().split()]
    database = sqlite3.connect(server.database)
    rows = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("orders", "decisions", "fills")}
    rejected = set()
    if server.name == "stratagem":
        rejected = {row[0] for row in database.execute("SELECT id FROM orders WHERE state = 5")}
    stored = {row[0] for row in database.execute("SELECT id FROM orders")}
    decided = {row[0] for row in database.execute("SELECT order_id FROM decisions")} | rejected
    missing = sum(1 for number in ids if number not in stored or number not in decided)
    decisions = rows["decisions"] + len(rejected)
    return {"server": server.name, "answered": answered, **rows, "rejected": len(rejected), "ids": len(ids), "missing": missing,
            "is_good": bool(ids) and not missing and len(set(ids)) == len(ids)
            and answered <= min(rows["orders"], decisions)
            and max(rows["orders"], decisions) <= answered + posts * connections}


def journal_rate(executable, folder):
    """Orders through the host's journal alone."""
    words = [str(Path(executable).resolve()), "bench", "--quick", "--journal", "--json", "--data-dir", str(folder)]
    rows = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    return {name: row for name, row in rows.items() if name.startswith("journal_")}


def summary(runs):
    """The median of a server's rounds."""
    rows = []
    for case in CASES:
        for name in dict.fromkeys(run["server"] for run in runs):
            own = [run for run in runs if run["server"] == name and run["case"] == case]
            if not own:
                continue
            row = {key: statistics.median(run[key] for run in own)
                   for key in ("requests_per_second", "p50_ms", "p99_ms", "cpu_us_per_request", "others_busy")}
            rows.append({"case": case, "server": name, **row, "errors": sum(run["errors"] for run in own),
                         "requests": sum(run["requests"] for run in own)})
    return rows


def show(rows, counts, journal):
    print("| operation | server | requests/s | p50 ms | p99 ms | CPU µs/request | errors | others busy |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['case']} | {row['server']} | {row['requests_per_second']:,.0f} | {row['p50_ms']:.2f} | "
              f"{row['p99_ms']:.2f} | {row['cpu_us_per_request']:.0f} | {row['errors']} | {row['others_busy']:.0%} |")
    for case in CASES:
        rate = {row["server"]: row for row in rows if row["case"] == case}
        for name in rate.keys() - {"stratagem"} if "stratagem" in rate else ():
            ours, theirs = rate["stratagem"], rate[name]
            print(f"{case}, {name}: {ours['requests_per_second'] / theirs['requests_per_second']:.1f} times the requests, "
                  f"{theirs['p99_ms'] / ours['p99_ms']:.1f} times less at p99")
    print("\n| database of | answered | orders | decisions | rejected | fills | ids looked up | missing | |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in counts:
        print(f"| {row['server']} | {row['answered']:,} | {row['orders']:,} | {row['decisions']:,} | {row['rejected']:,} | {row['fills']:,} | "
              f"{row['ids']:,} | {row['missing']} | {'all there' if row['is_good'] else 'WRONG'} |")
    if journal:
        print("\n| journal alone: orders a batch | orders/s | rows/s | p50 ms | p99 ms |")
        print("|---|---|---|---|---|")
        for name in [key.removesuffix("_orders_per_second") for key in journal if key.endswith("_orders_per_second")]:
            def value(suffix):
                return journal[f"{name}_{suffix}"]["value"]
            print(f"| {name.removeprefix('journal_')} | {value('orders_per_second'):,.0f} | "
                  f"{value('rows_per_second'):,.0f} | {value('ack_p50') / 1e3:.2f} | {value('ack_p99') / 1e3:.2f} |")


def run_all(words, folder, servers, runs):
    makers = [("host", lambda at: Host(words.executable, at)), ("fastapi", lambda at: FastAPI(at, 256)),
              ("fastapi", lambda at: FastAPI(at, 1))]
    for number, (name, make) in enumerate(makers):
        if words.only in (None, name):
            (folder / str(number)).mkdir()
            servers.append(make(folder / str(number)))
            servers[-1].wait()
    for round in range(words.rounds + 1):
        for case in CASES:
            for server in servers:
                if case in server.cases:
                    # The first round only warms up.
                    run = measure(server, case, words.connections, words.seconds if round else 1)
                    runs.append({**run, "is_warm": round > 0})
    for server in servers:
        runs.append({**measure(server, CHECK, words.connections, 1), "is_warm": False})
    # The last orders meet their market.
    time.sleep(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("executable")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", choices=["host", "fastapi"])
    parser.add_argument("--all-cores", action="store_true")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    folder = Path(tempfile.mkdtemp(prefix="stratagem-rest-"))
    servers, runs, journal = [], [], {}
    try:
        try:
            run_all(words, folder, servers, runs)
        finally:
            for server in servers:
                server.stop()
        counts = []
        for server in servers:
            posts = [run for run in runs if run["server"] == server.name and run["case"] in (POST, CHECK)]
            counts.append(count(server, sum(run["requests"] - run["errors"] for run in posts), len(posts),
                                words.connections))
        if words.only != "fastapi":
            journal = journal_rate(words.executable, folder / "bench")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    rows = summary([run for run in runs if run["is_warm"]])
    if words.json:
        print(json.dumps({"runs": runs, "summary": rows, "databases": counts, "journal": journal}, indent=1))
    else:
        show(rows, counts, journal)
    sys.exit(any(run["errors"] for run in runs) or not all(row["is_good"] for row in counts))


if __name__ == "__main__":
    main()
