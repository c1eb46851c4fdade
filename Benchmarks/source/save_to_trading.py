#!/usr/bin/env python3
"""How long from a saved source, or a library put into place, until the new code trades in a running host.

    Benchmarks/source/save_to_trading.py [PATH/TO/stratagem] [--rounds N] [--json]

Starts a host on a strategy of `stratagem new`, changes a number in the source, and asks the API every few milliseconds until
the new generation is the active one. The watch waits 150 ms for the file to settle; that is in the figures. Then the same
with a library that is copied into a strategy's folder. The host must be a release build.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
RELEASE = os.path.join(HERE, "..", "..", ".build", "release", "stratagem")
DEBOUNCE_SECONDS = 0.15


class Host:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.process = subprocess.Popen(
            [program, "run", "--port", "0", "--quiet"], cwd=folder, stdout=subprocess.DEVNULL)
        self.url = self.wait_for(lambda: json.load(open(os.path.join(folder, ".stratagem", "host.json")))["url"])
        self.token = self.wait_for(lambda: self.command("token").strip() or None)

    def command(self, *words):
        return subprocess.run([self.program, *words], cwd=self.folder, capture_output=True, text=True, check=True).stdout

    def wait_for(self, ask, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if (answer := ask()) is not None:
                    return answer
            except (OSError, ValueError, KeyError, subprocess.CalledProcessError):
                pass
            time.sleep(0.005)
        raise SystemExit("the host did not answer in time")

    def generation(self, strategy):
        request = urllib.request.Request(
            f"{self.url}/api/strategies/{strategy}", headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            data = json.load(answer)
        return (data.get("data") or data).get("generation")

    def until_new(self, strategy, change):
        """Seconds from the change until another generation is active."""
        before = self.generation(strategy)
        change()
        begin = time.monotonic()
        self.wait_for(lambda: self.generation(strategy) != before or None)
        return time.monotonic() - begin

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def put(path, data):
    """As most editors save: a file beside it, renamed over."""
    with open(path + "~", "wb") as file:
        file.write(data)
    os.replace(path + "~", path)


def measure(program, rounds):
    with tempfile.TemporaryDirectory() as folder:
        def run(*words):
            return subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=True).stdout
        strategies = os.path.join(folder, "strategies")
        os.mkdir(strategies)
        with open(os.path.join(strategies, "host.yaml"), "w") as file:
            file.write("api: {rate_limits: {strategy: off, market_data: off, default: off}}\n")
        run("new", "idea", "--quiet")
        run("new", "other", "--language", "c", "--quiet")
        # Two libraries of one plugin, to be put into place in turns.
        with open(os.path.join(strategies, "other", "other.c")) as file:
            source = file.read()
        libraries = []
        for bars in (5, 6):
            with open(os.path.join(strategies, "other", "other.c"), "w") as file:
                file.write(source.replace("FAST_BARS = 5", f"FAST_BARS = {bars}"))
            with open(json.loads(run("build", "other", "--json"))["library"], "rb") as file:
                libraries.append(file.read())
        shutil.rmtree(os.path.join(strategies, "other", "Tests"))
        os.remove(os.path.join(strategies, "other", "other.c"))
        put(os.path.join(strategies, "other", "libother.so"), libraries[0])
        with open(os.path.join(strategies, "idea", "idea.swift")) as file:
            text = file.read()
        host = Host(program, folder)
        try:
            host.wait_for(lambda: host.generation("idea"))
            saves, drops = [], []
            for number in range(rounds):
                changed = text.replace("EMA(5)", f"EMA({number + 6})").encode()
                saves.append(host.until_new("idea", lambda: put(os.path.join(strategies, "idea", "idea.swift"), changed)))
                library = libraries[(number + 1) % 2]
                drops.append(host.until_new("other", lambda: put(os.path.join(strategies, "other", "libother.so"), library)))
        finally:
            host.stop()
    return {name: {"rounds": rounds, "median_s": round(statistics.median(times), 3), "max_s": round(max(times), 3),
                   "median_beyond_debounce_s": round(statistics.median(times) - DEBOUNCE_SECONDS, 3)}
            for name, times in (("source saved", saves), ("library put into place", drops))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("host", nargs="?", default=RELEASE)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = measure(os.path.abspath(arguments.host), arguments.rounds)
    if arguments.json:
        print(json.dumps(rows))
        return
    print("| until the new code trades | median s | slowest s | median beyond the 0.15 s of settling |")
    print("|---|---|---|---|")
    for name, row in rows.items():
        print(f"| {name} | {row['median_s']:.3f} | {row['max_s']:.3f} | {row['median_beyond_debounce_s']:.3f} |")


if __name__ == "__main__":
    main()
