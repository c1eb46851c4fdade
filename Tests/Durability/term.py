#!/usr/bin/env python3
"""SIGTERM under load: the host ends within three seconds with exit code 0, and nothing acknowledged is lost."""

import argparse
import os
import random
import signal
import sys
import time

import load
from check import Checker
from host import Host
from load import Ledger, Load

MOST_SECONDS = 3.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="for the supervisor and the host each")
    options = parser.parse_args()
    host = Host(speed="20")
    ledger = Ledger()
    checker = Checker(host, ledger)
    faults = []
    slowest = 0.0
    print(" to           seconds  code  acknowledged  found  retried  faults", flush=True)
    try:
        for target in ["supervisor", "host"] * options.rounds:
            host.start()
            _, pid = host.wait_ready()
            host.login()
            load.read_ticks(host.client())
            work = Load(host, ledger, threads=4).start()
            time.sleep(random.uniform(0.5, 2))
            begin = time.monotonic()
            os.kill(pid if target == "host" else host.supervisor.pid, signal.SIGTERM)
            code = host.supervisor.wait(timeout=20)
            seconds = time.monotonic() - begin
            slowest = max(slowest, seconds)
            work.join()
            found = []
            if code != 0:
                found.append(f"exit code {code}")
            if seconds > MOST_SECONDS:
                found.append(f"the end took {seconds:.2f} s")
            if os.path.exists(f"/proc/{pid}"):
                found.append(f"the host {pid} is still there")
            if (host.data / "host.json").exists():
                found.append("host.json is still there")
            host.start()
            host.wait_ready()
            result = checker.check()
            found += result.faults
            host.terminate()
            print(f" {target:12}{seconds:8.2f}{code:6}{result.acknowledged:14}{result.found:7}{result.retried:9}"
                  f"{len(found):8}", flush=True)
            for fault in found[:10]:
                print(f"  FAULT {fault}")
            faults += found
    except BaseException:
        print(host.log_tail(), file=sys.stderr)
        raise
    finally:
        host.remove(keep=bool(faults))
    print(f"the slowest end took {slowest:.2f} s; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
