"""Clients that keep a host waiting, or flood it: each is ended in time, others are served meanwhile, and nothing is left over.

    STRATAGEM=.build/release/stratagem python3 Tests/Security/guards.py      # about 75 s, as deadlines are waited for
"""

import concurrent.futures
import os
import pathlib
import select
import socket
import sys
import time
import urllib.parse

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Streams"))
from host import Host  # noqa: E402

FAILURES = []


def check(holds, text, found=""):
    print(("ok    " if holds else "FAILED  ") + text + ("" if holds else f": {str(found)[:300]}"), flush=True)
    if not holds:
        FAILURES.append(text)


class Client:
    def __init__(self, host):
        parts = urllib.parse.urlsplit(host.url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=100)
        self.began = time.monotonic()

    def send(self, data):
        self.socket.sendall(data)

    def is_closed(self):
        """Without taking what came."""
        poll = select.poll()
        poll.register(self.socket, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0))

    def seconds_until_closed(self, most, data=b"", every=1.0):
        """What it sends meanwhile, a bit at a time."""
        while time.monotonic() - self.began < most:
            if self.is_closed():
                return time.monotonic() - self.began
            try:
                if data:
                    self.send(data)
            except OSError:
                return time.monotonic() - self.began
            time.sleep(every)
        return None

    def rest(self):
        received = b""
        try:
            while chunk := self.socket.recv(1 << 16):
                received += chunk
        except OSError:
            pass
        return received


def silent(host):
    seconds = Client(host).seconds_until_closed(20)
    check(seconds and seconds < 15, f"says nothing: ended after {seconds or 0:.0f} s", seconds)


def slow_head(host):
    client = Client(host)
    client.send(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    seconds = client.seconds_until_closed(20, b"x")
    check(seconds and seconds < 15, f"a byte of a header a second: ended after {seconds or 0:.0f} s", seconds)


def slow_body(host):
    client = Client(host)
    client.send(b"POST /api/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + host.token.encode()
                + b"\r\nContent-Length: 5000\r\n\r\n")
    seconds = client.seconds_until_closed(45, b" ")
    check(seconds and 20 < seconds < 40, f"a byte of a body a second: ended after {seconds or 0:.0f} s", seconds)


def resting(host):
    client = Client(host)
    client.send(b"GET /readiness HTTP/1.1\r\nHost: x\r\n\r\n")
    check(client.socket.recv(1 << 16).startswith(b"HTTP/1.1 200"), "a connection that rests was answered before")
    seconds = client.seconds_until_closed(80)
    check(seconds and 40 < seconds < 75, f"rests after an answer: ended after {seconds or 0:.0f} s", seconds)


def header_floods(host):
    for name, line, count in (("a header of 1 MB", b"x" * 1000, 1000), ("100,000 headers", b"\r\nX-A: b", 100_000)):
        client = Client(host)
        try:
            client.send(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ")
            for _ in range(count):
                client.send(line)
            client.send(b"\r\n\r\n")
        except OSError:
            pass
        answer = client.rest()
        check(not answer or answer.startswith(b"HTTP/1.1 400"), f"{name}: refused", answer[:100])


def large_body(host):
    """50 MB from a client that reads only once it has sent."""
    client = Client(host)
    client.send(b"POST /api/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + host.token.encode()
                + b"\r\nContent-Type: application/json\r\nContent-Length: 50000000\r\n\r\n")
    for _ in range(50):
        client.send(b" " * 1_000_000)
        time.sleep(0.02)
    answer = client.rest()
    check(answer.startswith(b"HTTP/1.1 413") and b"PAYLOAD_TOO_LARGE" in answer, "50 MB: 413 can be read", answer[:200])


def crowd(host):
    """More connections than the host takes, all silent: others wait for them at most as long as silence is borne."""
    clients = []
    for _ in range(1100):
        try:
            clients.append(Client(host))
        except OSError:
            break
    began = time.monotonic()
    status = requests.get(host.url + "/readiness", timeout=30).status_code
    seconds = time.monotonic() - began
    check(status == 200 and seconds < 20, f"{len(clients)} silent connections: the next request was answered after {seconds:.1f} s", status)
    for client in clients:
        client.socket.close()


def descriptors(host):
    return len(os.listdir(f"/proc/{host.pid}/fd"))


def main():
    host = Host()
    try:
        before, memory = descriptors(host), host.resident_kilobytes()
        large_body(host)
        header_floods(host)
        crowd(host)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            runs = [pool.submit(one, host) for one in (silent, slow_head, slow_body, resting)]
            for run in runs:
                run.result()
        time.sleep(1)
        left, grown = descriptors(host) - before, host.resident_kilobytes() - memory
        check(left < 20, f"{left} descriptors are left over", left)
        check(grown < 100_000, f"memory grew by {grown // 1024} MiB", grown)
        check(host.is_alive(), "the host lives, and is ready")
    finally:
        host.stop()
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
