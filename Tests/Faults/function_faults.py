#!/usr/bin/env python3
"""Calls of a plugin's functions over REST: wrong arguments, wrong signatures, functions that crash, hang, lie or grasp.

Each is called on a strategy in the host and on one in a worker: a clear error, and the host untouched."""

import subprocess
import sys
import time

from campaign import HEADERS, HERE, c_compiler
from host import Host

# Function, arguments, status, part of the answer.
GOOD = [
    ("half", {"x": 5}, 200, 2.5),
    ("mean", {"values": [1, 2, 6]}, 200, 3),
    ("echo", {"text": "grüß dich"}, 200, "grüß dich"),
    ("add", {"by": 2}, 200, None),
]
REFUSED = [
    ("half", {"x": "five"}, 400, "x"),
    ("half", {"x": True}, 400, "x"),
    ("half", {"x": None}, 400, "x"),
    ("half", {}, 400, "x"),
    ("half", {"x": 1, "y": 2}, 400, "y"),
    ("half", {"x": [1]}, 400, "x"),
    ("mean", {"values": 1}, 400, "values"),
    ("mean", {"values": [1, "2"]}, 400, "values"),
    ("echo", {"text": 7}, 400, "text"),
    ("echo", {"text": "a\0b"}, 400, "text"),
    ("add", {"by": 1.5}, 400, "by"),
    ("add", {"by": 2**64}, 400, "by"),
    ("no_such", {}, 404, "no_such"),
    ("crash", {}, 409, "crashed with signal 11"),
    ("leave", {}, 409, "ended the process (exit code 0)"),
    ("hang", {}, 409, "did not come back within 1 s"),
    ("garbage", {}, 409, "garbage"),
    ("nowhere", {}, 409, "nowhere"),
    # Its signature says text, and its code gives back a number.
    ("not_a_text", {"by": 77}, 409, "not_a_text"),
]
# What a worker has no right to, its functions have not either: the errors that they saw.
CONFINED = [("read_secret", 13), ("connect_out", 1), ("start_process", 1)]


def compile_library(folder, secret, *flags):
    subprocess.run(
        [c_compiler(), "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", f'-DSECRET="{secret}"', *flags,
         "-I", HEADERS, "-o", folder / "libcalls.so", HERE / "calls.c"], check=True)


class Functions:
    def __init__(self):
        self.host = Host(speed="20")
        self.faults = []
        self.calls = 0
        for name, isolation in [("inside", "host"), ("apart", "worker"), ("mistaken", "worker")]:
            folder = self.host.strategies / name
            folder.mkdir()
            (folder / "strategy.yaml").write_text(
                f"isolation: {isolation}\ninstruments: [BTC_USDT]\ntimeframe: 1s\n")
            flags = [f'-DID="{name}"']
            flags += ['-DHALF="(x: float) -> f64"'] if name == "mistaken" else []
            compile_library(folder, self.host.data / "secret.key", *flags)

    def expect(self, is_good, text):
        if not is_good:
            self.faults.append(text)

    def strategy(self, name):
        return self.client.get(f"/api/strategies/{name}")

    def call(self, strategy, function, arguments):
        self.calls += 1
        return self.client.call("POST", f"/api/strategies/{strategy}/functions/{function}", arguments)

    def run(self):
        self.host.start()
        _, pid = self.host.wait_ready()
        self.host.login()
        self.client = self.host.client()
        time.sleep(2)
        self.check_signature()
        for strategy in ("inside", "apart"):
            self.check_calls(strategy)
        for function, error in CONFINED:
            status, answer = self.call("apart", function, {})
            self.expect(status == 200 and answer["result"] == error, f"apart {function}: {status} {answer}")
        self.check_late("crash_later", ["ended with signal 11"])
        self.check_late("hang_later", ["did not answer within 1000 ms"])
        self.expect(self.host.pid() == pid, "the host has ended")
        for name in ("sma_cross", "inside"):
            runtime = self.strategy(name)["runtime"]
            self.expect(runtime["faults"] == 0, f"{name}: {runtime}")
        seconds, code = self.host.terminate()
        self.expect(code == 0 and seconds < 5, f"the end took {seconds:.1f} s, exit code {code}")

    def check_signature(self):
        """A signature that cannot be is a reason not to load the library."""
        shown = self.strategy("mistaken")
        self.expect(
            shown["state"] == "faulted" and "half" in (shown["problem"] or "") and "float" in shown["problem"],
            f"mistaken is {shown['state']}: {shown['problem']}")
        print(f"a wrong signature: {shown['problem']}")

    def check_calls(self, strategy):
        listed = self.client.get(f"/api/strategies/{strategy}/functions")["functions"]
        self.expect(len(listed) == 15, f"{strategy}: {len(listed)} functions")
        for function, arguments, wanted, part in GOOD:
            status, answer = self.call(strategy, function, arguments)
            is_good = status == wanted and (part is None or answer["result"] == part)
            self.expect(is_good, f"{strategy} {function}: {status} {answer}")
        for function, arguments, wanted, part in REFUSED:
            status, answer = self.call(strategy, function, arguments)
            self.expect(
                status == wanted and part in str(answer.get("error")), f"{strategy} {function} {arguments}: {status} {answer}")
            if strategy == "apart" and status == wanted == 409:
                print(f"{function}: {answer['error']['message']}")
        status, answer = self.call(strategy, "add", {"by": 3})
        self.expect(status == 200 and answer["result"] == 5, f"{strategy} has lost its memory: {status} {answer}")
        shown = self.strategy(strategy)
        self.expect(
            shown["state"] == "running" and shown["runtime"]["faults"] == 0, f"{strategy}: {shown['state']} {shown['runtime']}")

    def check_late(self, function, parts):
        """It behaves where it is tried: then its own worker has the harm, and is started again."""
        before = self.strategy("apart")["runtime"]
        status, answer = self.call("apart", function, {})
        text = answer["error"]["message"] if status != 200 else str(answer)
        self.expect(status == 409 and all(part in text for part in parts), f"{function}: {status} {answer}")
        print(f"{function}: {text}")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            shown = self.strategy("apart")
            if shown["state"] == "running" and shown["runtime"]["faults"] > before["faults"]:
                break
            time.sleep(0.05)
        self.expect(
            shown["state"] == "running" and shown["runtime"]["faults"] == before["faults"] + 1,
            f"after {function} it is {shown['state']}: {shown['runtime']}")
        status, answer = self.call("apart", "add", {"by": 0})
        self.expect(status == 200 and answer["result"] == 5, f"after {function} it remembers {status} {answer}")


def main():
    if not c_compiler():
        sys.exit("error: no C compiler – PATH – install cc or clang")
    functions = Functions()
    functions.faults.append("it did not come to an end")
    try:
        functions.run()
        functions.faults.pop(0)
    finally:
        functions.host.remove(keep=bool(functions.faults))
    for fault in functions.faults:
        print(f"FAULT {fault}")
    print(f"{functions.calls} calls, {len(functions.faults)} faults")
    return 1 if functions.faults else 0


if __name__ == "__main__":
    sys.exit(main())
