"""A host under test: starts `stratagem run` on a data folder of its own, talks to it, and ends only what it started."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "durable-" + os.urandom(6).hex()
RATE_CLASSES = ["auth", "market_data", "trading", "trading_exit", "strategy", "performance", "default"]
UNIT = Decimal(10) ** 8


def executable():
    given = os.environ.get("STRATAGEM")
    path = Path(given) if given else ROOT / ".build" / "debug" / "stratagem"
    if not path.exists():
        sys.exit(f"error: no executable – {path} – run `swift build`, or name one in STRATAGEM")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def copy_strategies(target):
    """The repository's strategies without limits on requests, and with room for many orders a second."""
    shutil.copytree(ROOT / "strategies", target)
    file = target / "host.yaml"
    text = re.sub(r"max_orders_per_second: *\d+", "max_orders_per_second: 100000", file.read_text())
    limits = ", ".join(f"{name}: off" for name in RATE_CLASSES)
    file.write_text(text + f"\napi: {{rate_limits: {{{limits}}}}}\njournal: {{checkpoint_seconds: 5}}\n")


class Host:
    """The supervisor, its host, and the data folder of both."""

    def __init__(self, speed="20", folder=None, log=None, arguments=()):
        self.base = Path(tempfile.mkdtemp(prefix="stratagem-durability-"))
        self.data = Path(folder) if folder else self.base / "data"
        self.strategies = self.base / "strategies"
        copy_strategies(self.strategies)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.speed = speed
        self.arguments = list(arguments)
        self.log = open(log or self.base / "host.log", "ab")
        self.supervisor = None
        self.headers = {}

    def start(self):
        environment = dict(os.environ, STRATAGEM_ADMIN_PASSWORD=PASSWORD)
        self.supervisor = subprocess.Popen(
            [executable(), "run", "--quiet", "--strategies", self.strategies, "--data-dir", self.data,
             "--host", "127.0.0.1", "--port", str(self.port), "--market-speed", self.speed, *self.arguments],
            env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        return self.supervisor

    def wait_ready(self, seconds=60, not_pid=None):
        """The time until /readiness is UP, in seconds, and the pid of the host that says so."""
        begin = time.monotonic()
        with requests.Session() as session:
            while time.monotonic() - begin < seconds:
                if self.supervisor.poll() is not None:
                    raise RuntimeError(f"the supervisor ended with {self.supervisor.returncode}:\n{self.log_tail()}")
                pid = self.pid()
                if pid and pid != not_pid:
                    try:
                        answer = session.get(self.url + "/readiness", timeout=2)
                        if answer.status_code == 200 and answer.json()["status"] == "UP":
                            return time.monotonic() - begin, pid
                    except (requests.RequestException, ValueError):
                        pass
                time.sleep(0.005)
        raise RuntimeError(f"not ready after {seconds} s:\n{self.log_tail()}")

    def pid(self):
        """Of the host, as host.json says; None while there is none."""
        try:
            return json.loads((self.data / "host.json").read_text())["pid"]
        except (OSError, ValueError, KeyError):
            return None

    def login(self):
        answer = requests.post(
            self.url + "/api/auth/login", json={"username": "admin", "password": PASSWORD}, timeout=30)
        answer.raise_for_status()
        self.headers = {"Authorization": "Bearer " + answer.json()["accessToken"]}
        return self.headers

    def client(self):
        return Client(self)

    def kill_host(self):
        """kill -9 of the host itself, which must be the child of our supervisor; its pid."""
        pid = self.pid()
        parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        assert parent == self.supervisor.pid, f"host {pid} belongs to {parent}, not to {self.supervisor.pid}"
        os.kill(pid, signal.SIGKILL)
        return pid

    def terminate(self, seconds=15):
        """SIGTERM to the supervisor; the seconds that it took and the exit code."""
        begin = time.monotonic()
        self.supervisor.terminate()
        code = self.supervisor.wait(timeout=seconds)
        return time.monotonic() - begin, code

    def log_tail(self, count=30):
        self.log.flush()
        return "\n".join(Path(self.log.name).read_text(errors="replace").splitlines()[-count:])

    def database(self):
        """To be used in a with statement, which closes it."""
        return closing(sqlite3.connect(f"file:{self.data}/journal.sqlite?mode=ro", uri=True, timeout=10))

    def remove(self, keep=False):
        """Ends what still runs of what was started here, and takes the folder away."""
        if self.supervisor and self.supervisor.poll() is None:
            self.supervisor.terminate()
            try:
                self.supervisor.wait(timeout=15)
            except subprocess.TimeoutExpired:
                pid = self.pid()
                self.supervisor.kill()
                self.supervisor.wait()
                if pid and Path(f"/proc/{pid}").exists():
                    os.kill(pid, signal.SIGKILL)
        self.log.close()
        if keep:
            print(f"the data folder stays for a look: {self.base}")
        else:
            shutil.rmtree(self.base, ignore_errors=True)


class Unanswered(Exception):
    """The host went away before the answer came: nobody knows whether the request was carried out."""


class Client:
    """One connection; numbers of answers are exact."""

    def __init__(self, host):
        self.host = host
        self.session = requests.Session()
        self.session.trust_env = False

    def call(self, method, path, body=None, key=None, timeout=20):
        """Status and the JSON of the answer."""
        headers = dict(self.host.headers)
        if key:
            headers["Idempotency-Key"] = key
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body, default=float)
        try:
            answer = self.session.request(
                method, self.host.url + path, data=data, headers=headers, timeout=timeout)
            if answer.status_code == 503 and "the host is stopping" in answer.text:
                raise Unanswered(f"{method} {path}: {answer.text}")
            return answer.status_code, json.loads(answer.text, parse_float=Decimal) if answer.text else None
        except (requests.RequestException, ValueError) as error:
            self.session.close()
            raise Unanswered(f"{method} {path}: {error}") from error

    def text(self, path):
        answer = self.session.get(self.host.url + path, headers=self.host.headers, timeout=20)
        return answer.status_code, answer.text

    def get(self, path, timeout=20):
        status, body = self.call("GET", path, timeout=timeout)
        if status != 200:
            raise AssertionError(f"GET {path} answered {status}: {body}")
        return body

    def all(self, path, name, until=None):
        """All pages of a list, newest first; a page may repeat entries when new ones come in between."""
        found = {}
        offset = 0
        field = {"orders": "order_id", "trades": "trade_id"}[name]
        while True:
            page = self.get(f"{path}?limit=1000&offset={offset}")[name]
            for entry in page:
                found.setdefault(entry[field], entry)
            offset += len(page)
            if len(page) < 1000 or (until and any(entry[field] == until for entry in page)):
                return found


def number(identifier):
    """"ord-17" → 17."""
    return int(identifier.rsplit("-", 1)[1])


def money(text):
    return Decimal(text)
