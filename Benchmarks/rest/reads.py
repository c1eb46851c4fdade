#!/usr/bin/env python3
"""Reads over REST: the host against a Hummingbird route that sends the same bytes encoded before, and against FastAPI.

    swift build -c release --package-path Benchmarks/rest/bare
    Benchmarks/rest/reads.py .build/release/stratagem Benchmarks/rest/bare/.build/release/bare [--seconds 4] [--rounds 3]

All three run on the first core, one at a time, and wrk with 32 connections on the second. FastAPI checks the same token and
gives the same data through pydantic's models. Exit 1: an error, or the host is below 55 % of the bare route or below twice
FastAPI.
"""

import argparse
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.error
import urllib.request
from pathlib import Path

import compare
from compare import HERE, FastAPI, Host, Server, measure

POSITIONS = {"BTC_USDT": 0.01, "ETH_USDT": 0.1, "SOL_USDT": 1, "EUR_USD": 1000}


def call(server, path, body=None):
    request = urllib.request.Request(server.url + path, data=body and json.dumps(body).encode(),
                                     headers={"Authorization": "Bearer " + server.token})
    return urllib.request.urlopen(request, timeout=10).read()


def prepare(host):
    """Some positions and twenty candles; the paths to ask."""
    for instrument, quantity in POSITIONS.items():
        for attempt in range(100):
            try:
                call(host, "/api/orders", {"strategy_id": "manual", "instrument": instrument, "order_type": "BUY",
                                           "order_kind": "MARKET", "quantity": quantity})
                break
            except urllib.error.HTTPError:
                time.sleep(0.2)
    time.sleep(24)
    now = time.time()
    moment = lambda at: urllib.parse.quote(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)))
    candles = f"/api/market-data/BTC_USDT/candles?timeframe=1s&limit=20&from={moment(now - 3600)}&to={moment(now)}"
    return {"strategy": "/api/strategies/sma_cross", "positions": "/api/positions", "candles": candles}


class Bare(Server):
    def __init__(self, executable, folder, sizes):
        super().__init__("bare route", folder, "none")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url, self.token = f"http://127.0.0.1:{port}", "none"
        self.start([Path(executable).resolve(), port, *sizes])


class Reads(FastAPI):
    def __init__(self, folder, samples):
        self.program, self.samples = "fastapi_reads:app", folder / "samples.json"
        self.samples.write_text(json.dumps({name: json.loads(text) for name, text in samples.items()}))
        super().__init__(folder, 256)

    def start(self, words, environment=None):
        words = [self.program if word == "fastapi_server:app" else word for word in words]
        super().start(words, {**(environment or {}), "SAMPLES": str(self.samples)})


def run(words, folder, servers):
    for name in ("host", "bare", "fastapi"):
        (folder / name).mkdir()
    host = Host(words.executable, folder / "host")
    servers.append(host)
    host.wait()
    paths = prepare(host)
    samples = {name: call(host, path) for name, path in paths.items()}
    sizes = {name: len(text) for name, text in samples.items()}
    bare, fastapi = Bare(words.bare, folder / "bare", sizes.values()), Reads(folder / "fastapi", samples)
    servers += [bare, fastapi]
    bare.wait()
    fastapi.wait()
    targets = {host: paths, bare: {name: f"/{size}" for name, size in sizes.items()}, fastapi: paths}
    results = {}
    for round in range(words.rounds + 1):
        for name in paths:
            for server in servers:
                compare.CASES[name] = ("get", targets[server][name])
                result = measure(server, name, 32, words.seconds if round else 1)
                if result["errors"]:
                    sys.exit(f"{server.name}, {name}: {result['errors']} errors")
                if round:
                    results.setdefault((name, server.name), []).append(result)
    return sizes, results


def show(sizes, results):
    median = lambda name, server, key: statistics.median(run[key] for run in results[name, server])
    print("| GET | bytes | server | requests/s | p50 ms | p99 ms | CPU µs/request | others busy |")
    print("|---|---|---|---|---|---|---|---|")
    is_good = True
    for name, size in sizes.items():
        for server in ("stratagem", "bare route", "FastAPI"):
            row = [median(name, server, key) for key in
                   ("requests_per_second", "p50_ms", "p99_ms", "cpu_us_per_request", "others_busy")]
            print(f"| {name} | {size} | {server} | {row[0]:,.0f} | {row[1]:.2f} | {row[2]:.2f} | {row[3]:.0f} | {row[4]:.0%} |")
    for name in sizes:
        rate = lambda server: median(name, server, "requests_per_second")
        of_bare, of_fastapi = rate("stratagem") / rate("bare route"), rate("stratagem") / rate("FastAPI")
        is_good = is_good and of_bare >= 0.55 and of_fastapi >= 2
        print(f"{name}: {of_bare:.0%} of the bare route, {of_fastapi:.1f} times FastAPI")
    return is_good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("executable")
    parser.add_argument("bare")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    words = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    folder, servers = Path(tempfile.mkdtemp(prefix="stratagem-reads-")), []
    try:
        sizes, results = run(words, folder, servers)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if show(sizes, results) else 1


if __name__ == "__main__":
    sys.exit(main())
