"""A host of its own for a script: started on a free port, and ended."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import requests

PASSWORD = "a-password-for-scripts"
CLASSES = "auth market_data trading trading_exit strategy performance websocket default".split()


class Host:
    def __init__(self, extra=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="streams-"))
        root = pathlib.Path(__file__).resolve().parents[2]
        shutil.copytree(root / "strategies", self.folder / "strategies")
        limits = ", ".join(f"{name}: off" for name in CLASSES)
        path = self.folder / "strategies" / "host.yaml"
        text = re.sub(r"max_orders_per_(second|minute): *\d+", r"max_orders_per_\1: 100000", path.read_text())
        path.write_text(f"{text}\napi: {{rate_limits: {{{limits}}}}}\n")
        self.command = [os.environ["STRATAGEM"], "run", "--strategies", str(self.folder / "strategies"), "--data-dir",
                   str(self.folder / "data"), "--port", "0", "--quiet", *extra]
        self.log = open(self.folder / "log", "w")
        self._start(self.command)
        self.url = self.facts["url"]
        self.sockets = self.url.replace("http://", "ws://")
        self.http = requests.Session()
        answer = self.http.post(self.url + "/api/auth/login", json={"username": "admin", "password": PASSWORD})
        answer.raise_for_status()
        self.token = answer.json()["accessToken"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        self._wait_for_prices()

    def _start(self, command):
        self.process = subprocess.Popen(command, env={**os.environ, "STRATAGEM_ADMIN_PASSWORD": PASSWORD},
                                        stdout=self.log, stderr=self.log)
        self.facts = self._facts()

    def kill(self):
        """At once, the supervisor first, which would start it again."""
        self.process.kill()
        self.process.wait()
        os.kill(self.pid, signal.SIGKILL)
        while self._is_running():
            time.sleep(0.02)
        (self.folder / "data" / "host.json").unlink()

    def _is_running(self):
        """On a busy machine it takes its time to die, and holds its data folder until its last thread has."""
        process = pathlib.Path(f"/proc/{self.pid}")
        try:
            return "State:\tZ" not in (process / "status").read_text() or len(list((process / "task").iterdir())) > 1
        except OSError:
            return False

    def start_again(self):
        """With the same data, at the same address."""
        command = list(self.command)
        command[command.index("--port") + 1] = self.url.rsplit(":", 1)[1]
        self._start(command)

    def add_user(self, name, role):
        subprocess.run([os.environ["STRATAGEM"], "user", "add", name, "--role", role, "--password-file", "-",
                        "--data-dir", str(self.folder / "data")], input=PASSWORD + "\n", text=True, check=True,
                       stdout=subprocess.DEVNULL)

    def settle(self, text):
        """More settings, which only a start reads."""
        path = self.folder / "strategies" / "host.yaml"
        path.write_text(path.read_text() + text)
        self.kill()
        self.start_again()
        self._wait_for_prices()

    def _facts(self):
        path = self.folder / "data" / "host.json"
        for _ in range(600):
            if path.exists() and path.read_text().strip():
                return json.loads(path.read_text())
            if self.process.poll() is not None:
                raise SystemExit(f"the host ended: {(self.folder / 'log').read_text()}")
            time.sleep(0.1)
        raise SystemExit("the host did not start")

    def _wait_for_prices(self):
        for _ in range(300):
            if self.http.get(self.url + "/api/market-data/BTC_USDT/depth").status_code == 200:
                return
            time.sleep(0.1)
        raise SystemExit("there are no prices")

    @property
    def pid(self):
        return self.facts["pid"]

    def order(self, side="BUY", quantity=0.001, instrument="BTC_USDT"):
        answer = self.http.post(self.url + "/api/orders", json={
            "strategy_id": "manual", "instrument": instrument, "order_type": side, "quantity": quantity,
            "order_kind": "MARKET", "execution_mode": "PAPER"})
        if answer.status_code != 200:
            raise SystemExit(f"an order was refused: {answer.text}")
        return answer.json()["order_id"]

    def resident_kilobytes(self):
        for line in open(f"/proc/{self.pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise SystemExit("the host is gone")

    def is_alive(self):
        return self.process.poll() is None and self.http.get(self.url + "/health", timeout=10).status_code == 200

    def stop(self):
        """Seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        seconds = time.monotonic() - began
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return seconds
