"""SIGTERM while 200 sockets are open and orders are on their way: the host ends within three seconds, every socket is told
why, and every order that was answered is in the journal."""

import argparse
import asyncio
import collections
import json
import re
import shutil
import signal
import sqlite3
import sys
import threading
import time

import requests
import websockets
from websockets.exceptions import ConnectionClosed

from host import Host

PATHS = ["/ws", "/stream", "/events", "/ws/trades", "/ws/signals"]
ORDER = {"strategy_id": "manual", "instrument": "BTC_USDT", "quantity": 0.001, "order_kind": "MARKET", "execution_mode": "PAPER"}


class Orders(threading.Thread):
    """Places orders as fast as they are answered, until nobody answers."""

    def __init__(self, host):
        super().__init__(daemon=True)
        self.host, self.answered, self.others = host, [], collections.Counter()

    def run(self):
        session = requests.Session()
        session.headers.update(self.host.http.headers)
        for number in range(1_000_000):
            try:
                answer = session.post(self.host.url + "/api/orders", timeout=10,
                                      json={**ORDER, "order_type": "BUY" if number % 2 else "SELL"})
            except requests.RequestException:
                return
            if answer.status_code == 200:
                self.answered.append(answer.json()["order_id"])
            else:
                self.others[answer.status_code] += 1


async def read(socket, codes):
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        codes.append(closed.rcvd.code if closed.rcvd else None)


async def open_sockets(host, count):
    sockets, keys = [], []
    for number in range(-(-count // (3 * len(PATHS)))):
        answer = host.http.post(host.url + "/api/auth/api-keys", json={"name": f"stop-{number}", "roles": ["viewer"]})
        answer.raise_for_status()
        keys.append(answer.json()["api_key"])
    for key in keys:
        for path in PATHS * 3:
            if len(sockets) < count:
                sockets.append(await websockets.connect(f"{host.sockets}{path}?token={key}", proxy=None, compression=None,
                                                        ping_interval=None, open_timeout=30))
    for socket in sockets[::15]:
        await socket.send(json.dumps({"type": "subscribe", "channel": "ticks", "instruments": ["BTC_USDT", "ETH_USDT"]}))
    return sockets


def missing(host, answered):
    """Of the orders that were answered, those that the journal does not have."""
    database = sqlite3.connect(host.folder / "data" / "journal.sqlite")
    stored = {row[0] for row in database.execute("SELECT id FROM orders")}
    return [order for order in answered if int(re.search(r"\d+$", order)[0]) not in stored]


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--sockets", type=int, default=200)
    options.add_argument("--threads", type=int, default=8)
    options = options.parse_args()
    host = Host()
    try:
        sockets, codes = await open_sockets(host, options.sockets), []
        readers = [asyncio.create_task(read(socket, codes)) for socket in sockets]
        threads = [Orders(host) for _ in range(options.threads)]
        for thread in threads:
            thread.start()
        await asyncio.sleep(2)
        began = time.monotonic()
        host.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(host.process.wait, 30)
        seconds = time.monotonic() - began
        await asyncio.wait(readers, timeout=10)
        await asyncio.to_thread(lambda: [thread.join(15) for thread in threads])
        answered = [order for thread in threads for order in thread.answered]
        others = sum((thread.others for thread in threads), collections.Counter())
        lost = missing(host, answered)
        counts = collections.Counter(codes)
        print(f"ended after {seconds:.2f} s; {len(sockets)} sockets closed with {dict(counts)}; {len(answered)} orders answered, "
              f"{len(lost)} of them not in the journal; other answers: {dict(others)}")
        return 0 if seconds <= 3 and counts == {1001: len(sockets)} and answered and not lost else 1
    finally:
        host.process.kill()
        host.process.wait()
        host.log.close()
        shutil.rmtree(host.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
