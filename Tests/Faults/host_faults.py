#!/usr/bin/env python3
"""Plugins that crash, hang or end the process, in host isolation, under a supervised host with five others trading."""

import argparse
import os
import shutil
import signal
import sys
import time

from campaign import Case, compile_plugin, run_cases

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


class HostCase(Case):
    others = ["sma_cross", "mean_reversion", "pump_v2", "dump_v2", "fifth"]

    def __init__(self, name, number):
        super().__init__(name, "host")
        shutil.copytree(self.host.strategies / "sma_cross", self.host.strategies / "fifth")
        self.library = compile_plugin(self.bad, number, self.trigger)

    def wait_next_host(self):
        """The seconds until another host answers."""
        begin = time.monotonic()
        _, pid = self.host.wait_ready(not_pid=self.pid)
        self.expect(pid != self.pid, "the host is the same")
        self.pid = pid
        return time.monotonic() - begin

    def attempt(self):
        return getattr(self, "try_" + self.kind)()

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
            for name in self.others + ["bad"]:
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
    numbers = {name: number for name, (number, _) in CRASHES.items()} | OTHERS
    parser = argparse.ArgumentParser(description=__doc__)
    return run_cases(parser, list(numbers), lambda name, _: HostCase(name, numbers[name]))


if __name__ == "__main__":
    sys.exit(main())
