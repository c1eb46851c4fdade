"""What both campaigns of faults share: a supervised host with a strategy that misbehaves on demand, and others that trade."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Durability"))

from check import Checker, Result  # noqa: E402
from host import ROOT, Host, Unanswered  # noqa: E402
from load import Ledger  # noqa: E402

HEADERS = ROOT / "Sources/CStrategyABI/include"
# In bad.c: these two trap in Swift.
SWIFT_FAULTS = (6, 7)


def c_compiler():
    return next((path for name in ("clang", "cc", "gcc") if (path := shutil.which(name))), None)


def compile_plugin(folder, number, trigger, *more):
    """libbad.so with this fault; None where a compiler is missing."""
    library = folder / "libbad.so"
    compiler = c_compiler()
    if compiler is None:
        return None
    flags = [f"-DFAULT={number}", f'-DTRIGGER="{trigger}"', *more, "-O1", "-fPIC", "-I", HEADERS]
    if number not in SWIFT_FAULTS:
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
    """One host and one fault."""

    others = []

    def __init__(self, name, isolation, policy="cancel"):
        self.name = name
        self.faults = []
        self.host = Host(speed="20")
        self.trigger = self.host.base / "trigger"
        self.library = None
        self.bad = self.host.strategies / "bad"
        self.bad.mkdir()
        (self.bad / "strategy.yaml").write_text(
            f"plugin: Bad\nisolation: {isolation}\ninstruments: [BTC_USDT]\ntimeframe: 1s\n"
            f"on_fault: {policy}\n")

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
            return all(shown[name]["runtime"]["events"] > 100 for name in self.others + ["bad"]) and any(
                position["strategy_id"] == "bad" for position in self.client.get("/api/positions")["positions"])
        return self.wait("all trade", is_trading)

    def check_others(self):
        before = self.strategies()

        def went_on():
            now = self.strategies()
            return all(
                now[name]["state"] in ("running", "degraded")
                and now[name]["runtime"]["events"] > before[name]["runtime"]["events"] for name in self.others)
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
            self.host.remove()
            return True
        figures = ""
        try:
            figures = self.attempt()
        except BaseException:
            print(self.host.log_tail(), file=sys.stderr)
            raise
        finally:
            self.host.remove(keep=bool(self.faults))
        print(f"{self.name:20} {'FAULT' if self.faults else 'good'}  {figures}", flush=True)
        for fault in self.faults:
            print("    " + fault)
        return not self.faults

    def attempt(self):
        """Tries it; a line about what was seen."""
        raise NotImplementedError


def run_cases(parser, known, make):
    """The cases that were asked for, or all."""
    parser.add_argument("cases", nargs="*", help="some of: " + ", ".join(known))
    options = parser.parse_args()
    unknown = set(options.cases) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    results = [make(name, options).run() for name in options.cases or known]
    print(f"{sum(results)} of {len(results)} good")
    return 0 if all(results) else 1
