#!/usr/bin/env python3
"""kill -9 of the host at random moments under load; after each one everything that was acknowledged must be there."""

import argparse
import random
import statistics
import sys
import time

import load
from check import Checker
from host import Host
from load import Ledger, Load


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--lives", type=int, default=5, help="kills of one supervisor, before it is ended in order")
    parser.add_argument("--seconds", type=float, default=2.5, help="longest load before a kill")
    parser.add_argument("--threads", type=int, default=6, help="clients that place orders")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=30, help="no new round after that")
    parser.add_argument("--keep", action="store_true", help="keep the data folder")
    return parser.parse_args()


def main():
    options = arguments()
    dice = random.Random(options.seed)
    host = Host(speed="20")
    ledger = Ledger()
    checker = Checker(host, ledger)
    waits, faults = [], []
    begin = time.monotonic()
    print(" kill  ready s  answered orders  found  fills  positions  stops  retried  faults", flush=True)
    try:
        for round_number in range(1, options.kills + 1):
            if time.monotonic() - begin > options.minutes * 60:
                print(f"time is over after {round_number - 1} kills")
                break
            if host.supervisor is None or host.supervisor.poll() is not None:
                host.start()
                host.wait_ready()
                host.login()
                load.read_ticks(host.client())
                if round_number > 1:
                    faults += report("after an end in order", checker.check(probe_stops=False))
            work = Load(host, ledger, threads=options.threads, seed=dice.random()).start()
            time.sleep(dice.uniform(0.2, options.seconds))
            moment = time.monotonic()
            killed = host.kill_host()
            work.join()
            host.wait_ready(not_pid=killed)
            waits.append(time.monotonic() - moment)
            result = checker.check()
            faults += report(f"kill {round_number}", result)
            print(f"{round_number:5}{waits[-1]:9.2f}{result.acknowledged:17}{result.found:7}{result.fills:7}"
                  f"{result.positions:11}{result.stops:7}{result.retried:9}{len(result.faults):8}", flush=True)
            if round_number % options.lives == 0:
                seconds, code = host.terminate()
                if code != 0 or seconds > 3:
                    faults += report("SIGTERM", [f"exit code {code} after {seconds:.2f} s"])
        faults += report("the money of all currencies", settle(host, checker))
    except BaseException:
        print(host.log_tail(), file=sys.stderr)
        raise
    finally:
        host.remove(keep=options.keep or bool(faults))
    summarise(waits, ledger, checker, faults)
    return 1 if faults else 0


def settle(host, checker):
    """With a market that hardly moves, equity is exactly cash of all currencies and positions at their marks."""
    if host.supervisor.poll() is None:
        host.terminate()
    host.speed = "0.2"
    host.start()
    host.wait_ready()
    host.login()
    return checker.check(probe_stops=False, is_last=True).faults + checker.equity()


def report(what, result):
    faults = result if isinstance(result, list) else result.faults
    for fault in faults[:10]:
        print(f"  FAULT {what}: {fault}")
    if len(faults) > 10:
        print(f"  … and {len(faults) - 10} more")
    return faults


def summarise(waits, ledger, checker, faults):
    waits.sort()
    acknowledged = sum(1 for sent in ledger.sent if sent.order)
    print()
    if waits:
        print(f"kills                        {len(waits)}")
        print(f"from kill -9 to UP, seconds  p50 {statistics.median(waits):.2f}, max {waits[-1]:.2f} "
              "(with the supervisor's wait of 0.1 to 1.6 s)")
    print(f"orders acknowledged, found   {acknowledged}, {checker.found}")
    print(f"orders of strategies, fills  {checker.strategy_orders}, {checker.fills}")
    print(f"answers                      {', '.join(f'{name} {count}' for name, count in sorted(ledger.counts.items()))}")
    print(f"unanswered, sent again       {checker.retried}, of them carried out before the kill {checker.carried_out}")
    print(f"settings, stops checked      {checker.settings_checked}, {checker.stops_checked}")
    print(f"cash exact                   {checker.cash_checked} times")
    print(f"faults                       {len(faults)}")


if __name__ == "__main__":
    sys.exit(main())
