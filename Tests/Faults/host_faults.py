#!/usr/bin/env python3
"""Plugins that crash, hang or end the process, in host isolation, under a supervised host with five others trading."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Durability"))

from check import Checker, Result  # noqa: E402
from host import ROOT, Host, Unanswered  # noqa: E402
from load import Ledger  # noqa: E402

# Name: (number in bad.c, part of the reason that the next host gives).
CRASHES = {
    "segfault": (0, "signal 11 (segmentation fault)"),
    "abort": (1, "signal 6 (abort)"),
    "exit": (2, "exit code 0"),
    "silent-exit": (3, "exit code 0"),
    "loop": (4, "did not come back from a call within"),
    "stack-overflow": (5, "signal 11 (segmentation fault)"),
    "index-out-of-range": (6, "crashed the host with signal"),
    "nil-unwrap": (7, "crashed the host with signal"),
}
OTHERS = {"create": 8, "contract": 9, "slow": 10, "kill": 11, "foreign-signal": 11}
OTHER_STRATEGIES = ["sma_cross", "mean_reversion", "pump_v2", "dump_v2", "fifth"]


def compile_plugin(folder, number, trigger):
    """libbad.so with this fault; None where a compiler is missing."""
    library = folder / "libbad.so"
    compiler = next((path for name in ("clang", "cc", "gcc") if (path := shutil.which(name))), None)
    if compiler is None:
        return None
    flags = [f"-DFAULT={number}", f'-DTRIGGER="{trigger}"', "-O1", "-fPIC", "-I", ROOT / "Sources/CStrategyABI/include"]
    if number not in (6, 7):
        subprocess.run([compiler, *flags, "-shared", "-o", library, HERE / "bad.c"], check=True)
        return library
    if shutil.which("swiftc") is None:
        return None
    subprocess.run([compiler, *flags, "-c", "-o", folder / "bad.o", HERE / "bad.c"], check=True)
    subprocess.run(
        ["swiftc", "-O", "-parse-as-library", "-module-name", "Traps", "-emit-library", "-o", library,
         HERE / "traps.swift", folder / "bad.o"], check=True, cwd=folder)
    (folder / "bad.o").unlink()
    return library


class Case:
    def __init__(self, name, number, policy="cancel"):
        self.name = name
        self.faults = []
        self.host = Host(speed="20")
        self.trigger = self.host.base / "trigger"
        fifth = self.host.strategies / "fifth"
        shutil.copytree(self.host.strategies / "sma_cross", fifth)
        bad = self.host.strategies / "bad"
        bad.mkdir()
        (bad / "strategy.yaml").write_text(
            "plugin: Bad\nisolation: host\ninstruments: [BTC_USDT]\ntimeframe: 1s\n"
            f"on_fault: {policy}\n")
        self.library = compile_plugin(bad, number, self.trigger)

    def expect(self, is_good, message):
        if not is_good:
            self.faults.append(message)

    def start(self):
        self.host.start()
        _, self.pid = self.host.wait_ready()
        self.host.login()
        self.client = self.host.client()

    def strategies(self):
        found = self.client.get("/api/strategies")["data"]["strategies"]
        return {strategy["id"]: strategy for strategy in found}

    def wait(self, what, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if condition():
                    return True
            except (Unanswered, AssertionError):
                pass
            time.sleep(0.02)
        self.faults.append(f"{what}: not within {seconds} s\n{self.host.log_tail()}")
        return False

    def wait_trading(self):
        def is_trading():
            shown = self.strategies()
            return all(shown[name]["runtime"]["events"] > 100 for name in OTHER_STRATEGIES + ["bad"]) and any(
                position["strategy_id"] == "bad" for position in self.client.get("/api/positions")["positions"])
        return self.wait("all trade", is_trading)

    def wait_next_host(self):
        """The seconds until another host answers."""
        begin = time.monotonic()
        _, pid = self.host.wait_ready(not_pid=self.pid)
        self.expect(pid != self.pid, "the host is the same")
        self.pid = pid
        return time.monotonic() - begin

    def check_others(self):
        before = self.strategies()

        def went_on():
            now = self.strategies()
            return all(
                now[name]["state"] in ("running", "degraded")
                and now[name]["runtime"]["events"] > before[name]["runtime"]["events"] for name in OTHER_STRATEGIES)
        self.wait("the others trade on", went_on)
        self.expect(self.host.pid() == self.pid, "the host has ended once more")

    def check_books(self):
        checker = Checker(self.host, Ledger())
        checker.client = self.client
        checker.result = Result()
        checker.check_books(True)
        self.faults += checker.result.faults
        return checker.result.fills

    def check_quarantine(self, reason):
        bad = self.strategies()["bad"]
        self.expect(bad["state"] == "quarantined" and not bad["enabled"], f"bad is {bad['state']}: {bad['problem']}")
        self.expect(reason in (bad["problem"] or ""), f"the reason is {bad['problem']!r} and not {reason!r}")
        status, answer = self.client.call("POST", "/api/strategies/bad/enable")
        self.expect(
            status == 409 and "reload it" in answer["error"]["message"], f"enabling answers {status} {answer}")
        metrics = self.client.text("/metrics")[1]
        self.expect('stratagem_strategy_state{strategy="bad",state="quarantined"} 1' in metrics, "not in the metrics")
        why = subprocess.run(
            [self.host.supervisor.args[0], "why", "bad", "--data-dir", self.host.data], capture_output=True, text=True)
        self.expect("! it is quarantined: it " in why.stdout and "reload it" in why.stdout, why.stdout + why.stderr)

    def end(self):
        seconds, code = self.host.terminate()
        self.expect(code == 0 and seconds < 5, f"the end took {seconds:.1f} s, exit code {code}")

    def run(self):
        if self.library is None:
            print(f"{self.name:20} skipped: no compiler")
            return True
        figures = ""
        try:
            figures = getattr(self, "try_" + self.kind)()
        except BaseException:
            print(self.host.log_tail(), file=sys.stderr)
            raise
        finally:
            self.host.remove(keep=bool(self.faults))
        print(f"{self.name:20} {'FAULT' if self.faults else 'good'}  {figures}", flush=True)
        for fault in self.faults:
            print("    " + fault)
        return not self.faults

    # What is tried

    def try_crash(self):
        self.start()
        self.wait_trading()
        self.trigger.touch()
        seconds = self.wait_next_host()
        self.check_quarantine(CRASHES[self.name][1])
        self.check_others()
        fills = self.check_books()
        # It stays in quarantine over an end in order, and comes back by being configured anew.
        self.end()
        self.trigger.unlink()
        self.start()
        self.check_quarantine(CRASHES[self.name][1])
        status, answer = self.client.call("PUT", "/api/strategies/bad/config", {"config": {"name": "mended"}})
        self.expect(status == 200, f"configuring answers {status} {answer}")
        self.wait("it runs again", lambda: self.strategies()["bad"]["runtime"]["events"] > 100)
        self.check_others()
        self.check_books()
        self.end()
        return f"next host after {seconds:.2f} s; {fills} fills"

    def try_create(self):
        """The probe tries an instance before the host loads the library: the host never runs what crashes there."""
        self.start()
        self.wait_trading()
        self.end()
        self.trigger.touch()
        self.start()
        bad = self.strategies()["bad"]
        self.expect(bad["state"] == "faulted" and not bad["enabled"], f"bad is {bad['state']}")
        reason = "it crashed with signal 11 (Segmentation fault) while it made an instance"
        self.expect(reason in (bad["problem"] or ""), f"the reason is {bad['problem']!r}")
        self.check_others()
        fills = self.check_books()
        self.end()
        self.trigger.unlink()
        self.start()
        self.wait("it runs again", lambda: self.strategies()["bad"]["runtime"]["events"] > 100)
        self.check_books()
        self.end()
        return f"refused, no host ended; {fills} fills"

    def try_contract(self):
        self.start()
        self.wait_trading()
        self.trigger.touch()
        self.wait("it is quarantined", lambda: self.strategies()["bad"]["state"] == "quarantined")
        self.check_quarantine("fault within 60 s")
        self.check_others()
        fills = self.check_books()
        runtime = self.strategies()["bad"]["runtime"]
        self.expect(runtime["faults"] == 6 and runtime["restarts"] == 5, f"{runtime}")
        self.end()
        return f"{runtime['faults']} faults, {runtime['restarts']} restarts, {fills} fills, no crash"

    def try_slow(self):
        self.start()
        self.wait_trading()
        self.trigger.touch()
        self.wait("it is degraded", lambda: self.strategies()["bad"]["state"] == "degraded")
        runtime = self.strategies()["bad"]["runtime"]
        self.trigger.unlink()
        self.wait("it runs again", lambda: self.strategies()["bad"]["state"] == "running")
        self.check_others()
        self.end()
        return f"{runtime['slow_calls']} slow calls, longest timed {runtime['call_ns_max'] / 1e6:.1f} ms"

    def try_kill(self):
        number = signal.SIGKILL if self.name == "kill" else signal.SIGSEGV
        # Swift's own handler survives a signal that another process sent.
        os.environ["SWIFT_BACKTRACE"] = "enable=no"
        self.start()
        del os.environ["SWIFT_BACKTRACE"]
        for _ in range(5):
            self.wait_trading()
            os.kill(self.host.pid(), number)
            self.wait_next_host()
            shown = self.strategies()
            for name in OTHER_STRATEGIES + ["bad"]:
                self.expect(shown[name]["state"] == "running", f"{name} is {shown[name]['state']} after signal {number}")
        self.check_books()
        self.end()
        return "nobody accused in 5 rounds"

    @property
    def kind(self):
        if self.name in CRASHES:
            return "crash"
        return "kill" if self.name in ("kill", "foreign-signal") else self.name


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help="some of: " + ", ".join([*CRASHES, *OTHERS]))
    options = parser.parse_args()
    numbers = {name: number for name, (number, _) in CRASHES.items()} | OTHERS
    unknown = set(options.cases) - set(numbers)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    results = [Case(name, numbers[name]).run() for name in options.cases or numbers]
    print(f"{sum(results)} of {len(results)} good")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
