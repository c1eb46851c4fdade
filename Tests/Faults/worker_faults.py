#!/usr/bin/env python3
"""Plugins that crash, hang, scribble or grasp, each in a worker, under a supervised host with five witnesses trading."""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from campaign import HEADERS, HERE, Case, c_compiler, compile_plugin, run_cases

BUDGET_MS = 250
RESTARTS = 5
# Before each restart; what a strategy needs beyond them is what counts.
DELAYS_MS = [0, 100, 200, 400, 800]
BACK_MS = 50
INSTRUMENTS = "[EUR_USD, GBP_USD, AUD_USD]"

# Name: (number in bad.c, codes that the fault may have, part of the reason, policy for its orders).
ENDINGS = {
    "index-out-of-range": (6, {"crashed"}, "crashed with signal", "cancel"),
    "nil-unwrap": (7, {"crashed"}, "crashed with signal", "keep"),
    "segfault": (0, {"crashed"}, "signal 11 (segmentation fault)", "flatten"),
    "abort": (1, {"crashed"}, "signal 6 (abort)", "keep"),
    "exit": (2, {"exited"}, "exit code 0", "cancel"),
    "silent-exit": (3, {"exited"}, "exit code 0", "flatten"),
    "stack-overflow": (5, {"crashed"}, "signal 11 (segmentation fault)", "cancel"),
    "allocation": (12, {"crashed", "out-of-memory"}, "", "cancel"),
    "loop": (4, {"hung"}, f"did not come back from a call within {BUDGET_MS} ms", "flatten"),
    "stop-itself": (15, {"hung"}, f"did not come back from a call within {BUDGET_MS} ms", "keep"),
    "header": (18, {"broken-ring", "hung", "crashed", "behind"}, "", "cancel"),
    "contract": (9, {"broken-ring", "broken-contract"}, "", "cancel"),
    "garbage": (16, {"broken-contract"}, "1,000 intents in a row", "keep"),
    "oversized": (17, {"broken-ring", "broken-contract"}, "", "flatten"),
}
# Name: (number, what it says of its attempts, in its log). The strategy goes on.
REFUSALS = {
    "fork-bomb": (13, ["forks refused 1000"]),
    "descriptors": (14, ["error 24", "highest descriptor 63"]),
    "thread": (19, ["thread 0"]),
    "forbidden": (20, ["read-secret 13", "read-journal 13", "write 1", "socket 1", "connect 1", "fork 1", "exec 1",
                       "kill-host 1", "kill-all 1", "trace-host 1", "read-host-memory 1", "write-host-memory 1"]),
}


def processes(word):
    """Numbers of the processes with this word in their command line, and the states of those that have none any more."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if word in (folder / "cmdline").read_bytes().decode(errors="replace"):
                    found.append(int(folder.name))
            except OSError:
                pass
    return found


class WorkerCase(Case):
    others = [f"witness_{number}" for number in range(1, 6)]

    def __init__(self, name, number, policy, is_strict):
        super().__init__(name, "worker", policy)
        self.is_strict = is_strict
        self.policy = policy
        data = self.host.data
        self.library = compile_plugin(
            self.bad, number, self.trigger, f'-DSECRET="{data}/secret.key"', f'-DJOURNAL="{data}/journal.sqlite"')
        self.add_witnesses()

    def add_witnesses(self):
        """Two in the host, three in workers, all of one library."""
        for number, name in enumerate(self.others):
            folder = self.host.strategies / name
            folder.mkdir()
            isolation = "host" if number < 2 else "worker"
            (folder / "strategy.yaml").write_text(
                f"plugin: Twin\nisolation: {isolation}\ninstruments: {INSTRUMENTS}\n")
        if self.library is not None:
            subprocess.run(
                [c_compiler(), "-O2", "-shared", "-fPIC", "-DLINE_EVERY=100u", "-DORDER_EVERY=20u", "-I", HEADERS,
                 "-o", self.host.strategies / "witness_1" / "libtwin.so", HERE.parent / "Durability" / "twin.c"],
                check=True)

    # What is looked at

    def log(self, name):
        entries = self.client.get(f"/api/strategies/{name}/logs?limit=1000")["entries"]
        return [entry["message"] for entry in entries]

    def rows(self):
        """The moves of the bad one, oldest first: state, code, whether it is a fault, and a sentence."""
        with self.host.database() as database:
            return database.execute(
                "SELECT l.to_state, l.code, l.is_fault, l.text FROM lifecycle l JOIN names n ON n.number = l.strategy "
                "WHERE n.kind = 4 AND n.id = 'bad paper' ORDER BY l.id").fetchall()

    def said(self, what):
        """The times that its workers wrote before they ended, in ns."""
        pattern = re.compile(rf"its worker wrote: {what} at (\d+)$")
        return [int(found.group(1)) for line in self.log("bad") if (found := pattern.search(line))]

    def resting(self):
        orders = self.client.get("/api/orders?strategy_id=bad&limit=1000")["orders"]
        return [order for order in orders if order["status"] in ("PENDING", "SUBMITTED", "PARTIALLY_FILLED")]

    def position(self):
        return [entry for entry in self.client.get("/api/positions")["positions"] if entry["strategy_id"] == "bad"]

    def descriptors(self):
        """Those of the host that workers have to do with."""
        kinds = {"pipe": 0, "pidfd": 0, "memfd": 0}
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                target = str(entry.readlink())
            except OSError:
                continue
            for kind in kinds:
                kinds[kind] += kind in target
        return kinds

    def zombies(self):
        found = 0
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
                    found += state == "Z" and int(parent) == self.pid
                except OSError:
                    pass
        return found

    def workers(self):
        return processes(f"{self.host.data}/generations/")

    # What must hold

    def check_witnesses(self):
        """What five saw of the market is one and the same, and none of them failed; how many lines were compared."""
        shown = self.strategies()
        for name in self.others:
            runtime = shown[name]["runtime"]
            self.expect(runtime["faults"] == 0 and runtime["restarts"] == 0, f"{name}: {runtime}")
        lines = []
        for name in self.others:
            texts = [line for line in self.log(name) if re.fullmatch(r"\d+ [0-9a-f]{16} \d+", line)]
            lines.append({text.split()[0]: text for text in texts})
            self.expect(len(lines[-1]) == len(texts), f"{name} wrote a line twice")
            counts = sorted(map(int, lines[-1]))
            self.expect(counts == list(range(100, 100 * len(counts) + 1, 100)), f"{name} left lines out: {counts[:5]}…")
        for place, own in enumerate(lines[1:], 1):
            for count in own.keys() & lines[0].keys():
                self.expect(
                    own[count] == lines[0][count], f"{self.others[place]}: {own[count]} and not {lines[0][count]}")
        return min(map(len, lines))

    def check_trading_witnesses(self):
        orders = {name: len(self.client.get(f"/api/orders?strategy_id={name}&limit=1000")["orders"])
                  for name in self.others}
        self.wait("the witnesses go on ordering", lambda: all(
            len(self.client.get(f"/api/orders?strategy_id={name}&limit=1000")["orders"]) > count or count == 1000
            for name, count in orders.items()))

    def check_orders(self, held):
        """After the first fault, by its policy: what it held, and the order that rested."""
        if self.policy == "flatten":
            self.wait("it is flat", lambda: not self.position(), 10)
        else:
            self.expect(self.position() == held or len(self.position()) == 1, "its position is gone")
        count = 1 if self.policy == "keep" else 0
        resting = self.resting()
        self.expect(len(resting) == count, f"{self.policy}: {len(resting)} orders rest: {resting}")

    def check_order_of_processes(self, before, workers):
        """No process and no descriptor is left of those that ended."""
        self.wait("no dead process is left", lambda: self.zombies() == 0, 10)
        self.expect(len(self.workers()) == workers, f"{len(self.workers())} workers and not {workers}")
        after = self.descriptors()
        self.expect(
            all(after[kind] <= before[kind] for kind in after) and after["pidfd"] == workers, f"{before} → {after}")

    def check_end(self):
        self.end()
        deadline = time.monotonic() + 5
        while processes(str(self.host.base)) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.expect(not processes(str(self.host.base)), "a process is left")

    # What is tried

    def attempt(self):
        self.start()
        self.wait_trading()
        self.wait("an order rests", lambda: len(self.resting()) == 1)
        # Memory that it is started again with is saved a few times a second.
        time.sleep(1)
        return self.end_it() if self.name in ENDINGS else self.refuse_it()

    def end_it(self):
        _, codes, reason, _ = ENDINGS[self.name]
        held, before, workers = self.position(), self.descriptors(), len(self.workers())
        self.expect(workers == 4, f"{workers} workers")
        self.trigger.touch()
        self.wait("it is faulted", lambda: self.strategies()["bad"]["runtime"]["faults"] > 0)
        self.check_orders(held)
        self.wait("it is quarantined", lambda: self.strategies()["bad"]["state"] == "quarantined")
        self.check_quarantine(reason)
        runtime = self.strategies()["bad"]["runtime"]
        self.expect(runtime["faults"] == RESTARTS + 1 and runtime["restarts"] == RESTARTS, f"{runtime}")
        found = {code for _, code, is_fault, _ in self.rows() if is_fault}
        self.expect(found and found <= codes, f"it was {found} and not {codes}")
        back = self.check_return()
        self.check_memory()
        self.check_order_of_processes(before, workers - 1)
        self.check_others()
        self.check_trading_witnesses()
        lines = self.check_witnesses()
        self.check_mended()
        fills = self.check_books()
        self.check_end()
        return f"{'+'.join(sorted(found))}: {back}; {lines} lines agree, {fills} fills"

    def check_return(self):
        """From each fault to the first call of the next worker, less the wait before a restart; in ms."""
        faults, calls = self.said("fault"), self.said("called")
        if self.name in ("contract", "oversized", "garbage"):
            return f"{RESTARTS + 1} faults"
        self.expect(len(faults) == RESTARTS + 1 and len(calls) == RESTARTS + 1, f"{len(faults)} faults, {len(calls)} calls")
        back = [(call - fault) / 1e6 - delay for fault, call, delay in zip(faults, calls[1:], DELAYS_MS)]
        if not back:
            return "no times"
        is_hang = "hung" in ENDINGS[self.name][1] and self.name != "header"
        most = BACK_MS + (BUDGET_MS if is_hang else 0)
        if self.is_strict:
            self.expect(max(back) <= most, f"back after {max(back):.1f} ms, more than {most} ms: {back}")
        return f"back after {back[0]:.1f} ms, then {statistics.median(back):.1f} (p50) {max(back):.1f} (max) ms"

    def check_memory(self):
        """The first two restarts have what was saved last."""
        texts = [text for state, code, _, text in self.rows() if code == "restarted"]
        remembering = ["with the memory that it saved last" in text for text in texts]
        self.expect(remembering == [True, True, False, False, False], f"{texts}")
        # A worker that broke the contract was ended in good order, and nobody reads what it wrote.
        if self.name in ("oversized", "garbage"):
            return
        restored = [line for line in self.log("bad") if "its worker wrote: restored" in line]
        self.expect(
            len(restored) == 2 and all(int(line.split()[-1]) >= 2 for line in restored), f"restored: {restored}")

    def check_mended(self):
        self.trigger.unlink()
        status, answer = self.client.call("POST", "/api/strategies/bad/reload", {})
        self.expect(status == 200, f"the reload answers {status} {answer}")
        self.wait("it runs again", lambda: self.strategies()["bad"]["state"] == "running")
        events = self.strategies()["bad"]["runtime"]["events"]
        self.wait("it is given events", lambda: self.strategies()["bad"]["runtime"]["events"] > events)

    def refuse_it(self):
        _, texts = REFUSALS[self.name]
        before, workers = self.descriptors(), self.workers()
        self.trigger.touch()
        self.wait("it told", lambda: all(text in self.log("bad") for text in texts), 20)
        missing = [text for text in texts if text not in self.log("bad")]
        self.expect(not missing, f"it did not say {missing}: {self.log('bad')[-20:]}")
        events = self.strategies()["bad"]["runtime"]["events"]
        self.wait("it goes on", lambda: self.strategies()["bad"]["runtime"]["events"] > events + 500)
        bad = self.strategies()["bad"]
        self.expect(bad["state"] in ("running", "degraded") and bad["runtime"]["faults"] == 0, f"bad is {bad}")
        self.expect(sorted(self.workers()) == sorted(workers), f"{workers} → {self.workers()}")
        # The old worker ends with whatever it still had going on.
        self.check_mended()
        self.wait("the old worker is gone", lambda: len(set(self.workers()) & set(workers)) == len(workers) - 1, 5)
        self.check_order_of_processes(before, len(workers))
        self.check_others()
        self.check_trading_witnesses()
        lines = self.check_witnesses()
        fills = self.check_books()
        self.check_end()
        return f"refused, it goes on; {lines} lines agree, {fills} fills"


def make(name, options):
    number, policy = (ENDINGS[name][0], ENDINGS[name][3]) if name in ENDINGS else (REFUSALS[name][0], "cancel")
    return WorkerCase(name, number, policy, options.strict)


def main():
    if not shutil.which("cc") and not shutil.which("clang"):
        sys.exit("error: no C compiler – PATH – install cc or clang")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="times count: for a release build on a quiet machine")
    return run_cases(parser, [*ENDINGS, *REFUSALS], make)


if __name__ == "__main__":
    sys.exit(main())
