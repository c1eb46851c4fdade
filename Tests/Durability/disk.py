#!/usr/bin/env python3
"""The journal cannot be written for a while: no new orders, but reads, cancels and stops; then all goes on by itself."""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import load
from check import Checker
from host import Host, number
from load import Ledger, Load, Sent

READS = ["/api/orders", "/api/trades", "/api/positions", "/api/strategies", "/api/risk/portfolio", "/api/risk/alerts",
         "/api/v1/emergency-stops", "/api/instruments", "/api/market-data/BTC_USDT/stats"]


class FullDisk:
    name = "disk full"

    def __init__(self, base):
        self.folder = Path(tempfile.mkdtemp(prefix="stratagem-small-disk-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", self.folder], check=True)
        self.data = self.folder / "data"

    def cause(self, host):
        with open(self.folder / "filler", "wb", buffering=0) as filler:
            block = bytes(1 << 16)
            size = len(block)
            while size:
                try:
                    filler.write(block[:size])
                except OSError:
                    size //= 2

    def cure(self):
        (self.folder / "filler").unlink()

    def end(self):
        (self.folder / "filler").unlink(missing_ok=True)
        subprocess.run(["umount", self.folder], check=False)
        self.folder.rmdir()


class Locked:
    name = "database locked"

    def __init__(self, base):
        self.data = None

    def cause(self, host):
        self.connection = sqlite3.connect(host.data / "journal.sqlite", isolation_level=None, timeout=20)
        self.connection.execute("BEGIN EXCLUSIVE")

    def cure(self):
        self.connection.execute("ROLLBACK")
        self.connection.close()

    def end(self):
        pass


class ReadOnly:
    """A file system with open files cannot be mounted read-only; ext4 refuses writes to immutable files that are open."""

    name = "read-only"

    def __init__(self, base):
        self.data = None

    @staticmethod
    def works():
        with tempfile.NamedTemporaryFile(prefix="stratagem-immutable-") as probe:
            if subprocess.run(["chattr", "+i", probe.name], capture_output=True, check=False).returncode:
                return False
            try:
                os.write(probe.fileno(), b"x")
                return False
            except PermissionError:
                return True
            finally:
                subprocess.run(["chattr", "-i", probe.name], check=True)

    def cause(self, host):
        self.files = [host.data / f"journal.sqlite{suffix}" for suffix in ("", "-wal")]
        subprocess.run(["chattr", "+i", *self.files], check=True)

    def cure(self):
        subprocess.run(["chattr", "-i", *self.files], check=True)

    def end(self):
        if getattr(self, "files", None):
            subprocess.run(["chattr", "-i", *[file for file in self.files if file.exists()]], check=False)


class Trouble:
    def __init__(self, kind, seconds):
        self.kind, self.seconds = kind, seconds
        self.faults = []
        self.notes = []

    def expect(self, is_good, text):
        if not is_good:
            self.faults.append(text)

    def run(self):
        kind = self.kind(None)
        self.host = host = Host(speed="20", folder=kind.data)
        self.ledger = Ledger()
        self.checker = Checker(host, self.ledger)
        try:
            host.start()
            _, self.pid = host.wait_ready()
            host.login()
            self.client = host.client()
            load.read_ticks(self.client)
            resting = [self.rest(place) for place in range(6)]
            work = Load(host, self.ledger, threads=2, with_stops=False, with_settings=False, pause=0.02).start()
            time.sleep(1)
            self.start_trouble(kind)
            self.during(resting)
            self.end_trouble(kind)
            work.join()
            self.after(resting)
            self.kill(resting)
            self.kill_in_trouble(kind)
            self.end_in_trouble(kind)
        except BaseException:
            print(host.log_tail(), file=sys.stderr)
            raise
        finally:
            # Writable again, whatever happened.
            if kind.data is None:
                kind.end()
                host.remove(keep=bool(self.faults))
            else:
                host.remove()
                kind.end()
        return self.faults

    # Orders of our own

    def rest(self, place):
        """A limit order that stays: further below the price than a market order's protection (5 %), for a reducing order
        takes away the owner's resting orders that it could meet."""
        price = load.last_price(self.client.get("/api/market-data/BTC_USDT/stats"))
        body = {"strategy_id": "manual", "instrument": "BTC_USDT", "order_type": "BUY", "order_kind": "LIMIT",
                "quantity": Decimal("0.001"), "price": (price * Decimal("0.9")).to_integral_value()}
        sent = Sent(key=f"rest-{place}", body=body, quantity=body["quantity"], price=body["price"])
        status, answer = self.client.call("POST", "/api/orders", body, key=sent.key)
        assert status == 200, answer
        sent.took(status, answer)
        self.ledger.sent.append(sent)
        return sent

    def order(self, name):
        body = {"strategy_id": "manual", "instrument": "SOL_USDT", "order_type": "BUY", "quantity": Decimal("0.1")}
        sent = Sent(key=name, body=body, quantity=body["quantity"])
        self.ledger.sent.append(sent)
        status, answer = self.client.call("POST", "/api/orders", body, key=name)
        if not load.is_open(status, answer):
            sent.took(status, answer)
        return status, answer

    # The trouble

    def start_trouble(self, kind, name="until"):
        begin = time.monotonic()
        self.began = begin
        kind.cause(self.host)
        for attempt in range(1000):
            status, answer = self.order(f"{name}-{attempt}")
            if status == 503:
                break
            time.sleep(0.02)
        self.expect(status == 503, f"orders pass after 1000 attempts: {status} {answer}")
        self.notes.append(f"first 503 after {time.monotonic() - begin:.2f} s: “{answer['error']['message'][:110]}”")
        time.sleep(0.5)

    def during(self, resting):
        for attempt in range(10):
            status, answer = self.order(f"during-{attempt}")
            self.expect(status == 503, f"a new order was answered {status} {answer}")
        slowest = 0.0
        for path in READS:
            begin = time.monotonic()
            status, answer = self.client.call("GET", path)
            slowest = max(slowest, time.monotonic() - begin)
            self.expect(status == 200, f"GET {path}: {status} {answer}")
        self.notes.append(f"{len(READS)} reads answered, the slowest in {slowest * 1000:.0f} ms")
        for sent in resting[:4]:
            status, answer = self.client.call("DELETE", f"/api/orders/{sent.order}")
            self.expect(status == 200 and answer["status"] == "CANCELLED", f"cancel: {status} {answer}")
            if status == 200:
                sent.see(answer)
        listed = self.client.all("/api/orders", "orders")
        for sent in resting[:4]:
            self.expect(listed[sent.order]["status"] == "CANCELLED", f"{sent.order} is shown as {listed[sent.order]}")
        status, answer = self.client.call("POST", "/api/v1/emergency-stop", {
            "scope": "instrument", "target_id": "ETH_USDT", "mode": "cancel", "reason": "the disk", "triggered_by": "x"})
        self.expect(status == 200, f"the stop was answered {status} {answer}")
        if status == 200:
            self.ledger.stops[answer["stop_id"]] = ("instrument", "ETH_USDT", "cancel")
        status, answer = self.client.call("POST", "/api/strategies/pump_v2/disable", {})
        self.expect(status == 200, f"disable was answered {status} {answer}")
        self.ledger.setting("pump_v2 enabled").settle(False)
        self.health()
        status, answer = self.client.call("POST", "/api/auth/login", {"username": "admin", "password": "wrong"})
        self.expect(status in (401, 503), f"a wrong login was answered {status} {answer}")
        left = self.seconds - (time.monotonic() - self.began)
        time.sleep(max(0, left))
        status, answer = self.order("at-the-end")
        self.expect(status == 503, f"a new order at the end was answered {status} {answer}")

    def health(self):
        status, answer = self.client.call("GET", "/health")
        self.expect(status == 200 and answer["status"] == "degraded", f"/health: {status} {answer}")
        self.expect(answer["dependencies"].get("journal") == "degraded", f"/health: {answer}")
        status, answer = self.client.call("GET", "/readiness")
        reason = answer["checks"].get("journal", "")
        self.expect("does not write" in reason, f"/readiness: {status} {answer}")
        self.notes.append(f"health degraded; readiness {status}: “{reason.replace(str(self.host.data), '…')[:140]}”")

    def end_trouble(self, kind):
        begin = time.monotonic()
        kind.cure()
        status = 0
        while status != 200 and time.monotonic() - begin < 20:
            time.sleep(0.01)
            status, answer = self.order(f"again-{time.monotonic()}")
        self.expect(status == 200, f"20 s after the end of the trouble an order is answered {status} {answer}")
        self.notes.append(f"orders pass again {time.monotonic() - begin:.2f} s after its end, without a restart")

    # Afterwards

    def after(self, resting):
        self.expect(self.host.pid() == self.pid, "the host was started anew")
        deadline = time.monotonic() + 3
        while True:
            _, answer = self.client.call("GET", "/health")
            if answer["status"] == "healthy" or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        self.expect(answer["status"] == "healthy", f"/health stays {answer}")
        self.faults += self.checker.check().faults
        self.stored(resting)

    def stored(self, resting):
        with self.host.database() as database:
            for sent in resting[:4]:
                state, = database.execute("SELECT state FROM orders WHERE id = ?", (number(sent.order),)).fetchone()
                changed = self.client.all("/api/orders", "orders")[sent.order]["status"]
                self.expect(changed == "CANCELLED", f"{sent.order} is {changed}")
                states = database.execute(
                    "SELECT DISTINCT state FROM orders WHERE id IN (%s)"
                    % ",".join(str(number(other.order)) for other in resting[:4])).fetchall()
                self.expect(states == [(state,)], f"states of the cancelled orders: {states}")
            for name in self.ledger.stops:
                row = database.execute(
                    "SELECT resolved_at FROM stops WHERE id = ?", (number(name),)).fetchone()
                self.expect(row == (None,), f"{name} in the database: {row}")
            row = database.execute("SELECT is_enabled FROM strategy_settings WHERE strategy = 'pump_v2'").fetchone()
            self.expect(row == (0,), f"pump_v2 in the database: {row}")

    def kill(self, resting):
        """What the database holds is all that a new host has."""
        killed = self.host.kill_host()
        self.host.wait_ready(not_pid=killed)
        result = self.checker.check()
        self.faults += result.faults
        self.stored(resting)
        self.notes.append(
            f"after a kill -9: {result.acknowledged} acknowledged orders, {result.found} found; "
            f"{result.fills} fills; {self.checker.carried_out} of {self.checker.retried} open answers were carried out")

    def kill_in_trouble(self, kind):
        """Stops, disables and cancels that were answered without a journal are in force after a crash in that time."""
        resting = [self.rest(place) for place in range(6, 10)]
        cancelled = resting[:2]
        self.start_trouble(kind, "second")
        for sent in cancelled:
            status, answer = self.client.call("DELETE", f"/api/orders/{sent.order}")
            self.expect(status == 200, f"cancel: {status} {answer}")
            sent.see(answer)
        for scope, target, mode in [("instrument", "NIFTY", "flatten"), ("agent", "sma_cross", "stop")]:
            status, answer = self.client.call("POST", "/api/v1/emergency-stop", {
                "scope": scope, "target_id": target, "mode": mode, "reason": "the disk", "triggered_by": "x"})
            self.expect(status == 200, f"the stop was answered {status} {answer}")
            self.ledger.stops[answer["stop_id"]] = (scope, target, mode)
        status, answer = self.client.call("POST", "/api/strategies/dump_v2/disable", {})
        self.expect(status == 200, f"disable was answered {status} {answer}")
        self.ledger.setting("dump_v2 enabled").settle(False)
        killed = self.host.kill_host()
        time.sleep(2)
        begin = time.monotonic()
        kind.cure()
        self.host.wait_ready(not_pid=killed)
        ready = time.monotonic() - begin
        result = self.checker.check()
        self.faults += result.faults
        listed = self.client.all("/api/orders", "orders")
        for sent in resting:
            wanted = "CANCELLED" if sent in cancelled else "SUBMITTED"
            self.expect(listed[sent.order]["status"] == wanted, f"{sent.order} is {listed[sent.order]}, not {wanted}")
        self.notes.append(
            f"killed in a second trouble: UP {ready:.2f} s after its end, {result.acknowledged} acknowledged orders, "
            f"{result.found} found; {result.stops} stops in force, cancels and disables of that time kept")

    def end_in_trouble(self, kind):
        """SIGTERM while nothing can be written: in time, with the exit code of it, and stops are in force afterwards."""
        self.start_trouble(kind, "third")
        status, answer = self.client.call("POST", "/api/v1/emergency-stop", {
            "scope": "agent", "target_id": "mean_reversion", "mode": "stop", "reason": "the disk", "triggered_by": "x"})
        self.expect(status == 200, f"the stop was answered {status} {answer}")
        self.ledger.stops[answer["stop_id"]] = ("agent", "mean_reversion", "stop")
        seconds, code = self.host.terminate()
        self.expect(code == 3 and seconds <= 3, f"exit code {code} after {seconds:.2f} s")
        kind.cure()
        self.host.start()
        self.host.wait_ready()
        result = self.checker.check()
        self.faults += result.faults
        self.notes.append(
            f"SIGTERM in a third trouble: exit code {code} after {seconds:.2f} s; started again, "
            f"{result.found} of {result.acknowledged} acknowledged orders found, {result.stops} stops in force")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="length of each trouble")
    parser.add_argument("--only", choices=["full", "locked", "read-only"])
    options = parser.parse_args()
    kinds = {"full": FullDisk, "locked": Locked, "read-only": ReadOnly}
    total = 0
    for name, kind in kinds.items():
        if options.only not in (None, name):
            continue
        if kind is FullDisk and os.geteuid() != 0:
            print(f"{kind.name}: skipped, only root can mount a small disk")
            continue
        if kind is ReadOnly and not (shutil.which("chattr") and os.geteuid() == 0 and ReadOnly.works()):
            print(f"{kind.name}: skipped, this file system (or user) cannot make an open file immutable")
            continue
        trouble = Trouble(kind, options.seconds)
        faults = trouble.run()
        print(f"{kind.name}: {'ok' if not faults else f'{len(faults)} faults'}")
        for note in trouble.notes:
            print(f"  {note}")
        for fault in faults[:10]:
            print(f"  FAULT {fault}")
        total += len(faults)
        sys.stdout.flush()
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
