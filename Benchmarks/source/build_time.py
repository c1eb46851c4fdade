#!/usr/bin/env python3
"""How long a strategy's source takes from saved to a library, as `stratagem build` says and as a user waits for it.

    Benchmarks/source/build_time.py [PATH/TO/stratagem] [--rounds N] [--json]

Makes a strategy of each language with `stratagem new`, changes one number in it each round, and builds it. The first build
fills the compiler's cache of headers and is told apart. The host must be a release build.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RELEASE = os.path.join(HERE, "..", "..", ".build", "release", "stratagem")
# A number of the scaffold that may be any other: the default quantity.
CHANGED = {"swift": ("quantity: Quantity = 0.01", "quantity: Quantity = {}.01"),
           "c": ("STRATEGY_QUANTITY_SCALE / 100;", "STRATEGY_QUANTITY_SCALE / (100 + {});"),
           "rust": ("(QUANTITY_SCALE / 100,", "(QUANTITY_SCALE / (100 + {}),")}
ENDINGS = {"swift": "swift", "c": "c", "rust": "rs"}


def build(host, folder):
    begin = time.monotonic()
    result = subprocess.run([host, "build", "idea", "--json"], cwd=folder, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"build ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return json.loads(result.stdout)["seconds"], time.monotonic() - begin


def measure(host, language, rounds):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([host, "new", "idea", "--language", language, "--quiet"], cwd=folder, check=True)
        source = os.path.join(folder, "strategies", "idea", f"idea.{ENDINGS[language]}")
        with open(source) as file:
            text = file.read()
        old, new = CHANGED[language]
        assert old in text, f"the scaffold of {language} has changed: {old} is not in it"
        first, _ = build(host, folder)
        times = []
        for number in range(1, rounds + 1):
            with open(source, "w") as file:
                file.write(text.replace(old, new.format(number), 1))
            times.append(build(host, folder))
        again, _ = build(host, folder)
    builds = sorted(seconds for seconds, _ in times)
    waits = [seconds for _, seconds in times]
    return {"language": language, "rounds": rounds, "first_s": round(first, 3),
            "build_median_s": round(statistics.median(builds), 3), "build_max_s": round(builds[-1], 3),
            "command_median_s": round(statistics.median(waits), 3), "unchanged_s": round(again, 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("host", nargs="?", default=RELEASE)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    host = os.path.abspath(arguments.host)
    rows = [measure(host, language, arguments.rounds) for language in ENDINGS]
    if arguments.json:
        print(json.dumps(rows))
        return
    print("| language | first build s | median s | slowest s | command, median s | unchanged s |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['language']} | {row['first_s']:.2f} | {row['build_median_s']:.2f} | {row['build_max_s']:.2f} "
              f"| {row['command_median_s']:.2f} | {row['unchanged_s']:.4f} |")


if __name__ == "__main__":
    main()
