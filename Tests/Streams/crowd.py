"""Many clients, each on five instruments, while the market runs fast and orders go through: those that read lose no order
event, those that never read are cut off, and memory is bounded."""

import argparse
import asyncio
import json
import re
import socket
import sys
import time
import urllib.parse

import websockets
from websockets.exceptions import ConnectionClosed

from host import Host

INSTRUMENTS = ["BTC_USDT", "ETH_USDT", "SOL_USDT", "ADA_USDT", "EUR_USD"]


def figure(host, name):
    """The sum of a metric's samples; 0 = there are none."""
    text = host.http.get(host.url + "/metrics").text
    return sum(float(value) for value in re.findall(rf"^{re.escape(name)}(?:{{.*?}})? (\S+)$", text, re.M))


class Client:
    def __init__(self):
        self.messages, self.numbers, self.code = 0, [], None

    async def run(self, host, token, never_reads):
        # A small buffer of the kernel's: what is not read is soon noticed.
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384 if never_reads else 1 << 18)
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, (host.address.hostname, host.address.port))
        try:
            self.socket = await websockets.connect(f"{host.sockets}/ws?token={token}", proxy=None, compression=None,
                                                   ping_interval=None, open_timeout=60, sock=line)
            await self.socket.send(json.dumps({"type": "subscribe", "channel": "ticks", "instruments": INSTRUMENTS}))
            if never_reads:
                self.socket.transport.pause_reading()
                await asyncio.sleep(3600)
            while True:
                text = await self.socket.recv()
                self.messages += 1
                if '"order_update"' in text:
                    self.numbers.append(json.loads(text)["sequence"])
        except ConnectionClosed as closed:
            self.code = closed.rcvd.code if closed.rcvd else 1006


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--clients", type=int, default=500)
    options.add_argument("--seconds", type=float, default=90)
    options.add_argument("--speed", type=int, default=4)
    options.add_argument("--orders", type=int, default=300)
    options = options.parse_args()
    host = Host(["--market-speed", str(options.speed)])
    host.address = urllib.parse.urlsplit(host.url)
    try:
        return await measure(host, options)
    finally:
        host.stop()


async def measure(host, options):
    keys = []
    for number in range((options.clients + 2) // 3):
        answer = host.http.post(host.url + "/api/auth/api-keys", json={"name": f"crowd-{number}", "roles": ["viewer"]})
        answer.raise_for_status()
        keys.append(answer.json()["api_key"])
    clients = [Client() for _ in range(options.clients)]
    lazy = set(range(3))
    tasks = []
    for index, client in enumerate(clients):
        tasks.append(asyncio.create_task(client.run(host, keys[index // 3], index in lazy)))
        if index % 20 == 19:
            await asyncio.sleep(0.1)
    await asyncio.sleep(3)
    before = host.resident_kilobytes()
    start = [client.messages for client in clients]
    events, most = figure(host, "stratagem_events_total"), before
    began = time.monotonic()
    wanted = options.orders
    for number in range(wanted):
        await asyncio.to_thread(host.order, "BUY" if number % 2 == 0 else "SELL")
        await asyncio.sleep(max(0, began + (number + 1) * options.seconds / wanted - time.monotonic()))
        most = max(most, host.resident_kilobytes())
    seconds = time.monotonic() - began
    events = (figure(host, "stratagem_events_total") - events) / seconds
    await asyncio.sleep(3)
    after = host.resident_kilobytes()
    readers = [client for index, client in enumerate(clients) if index not in lazy]
    sets = [client.numbers for client in readers]
    complete = max(sets, key=len)
    # Clients that came a moment later begin a moment later.
    lost = sum(1 for numbers in sets if not numbers or numbers != complete[complete.index(numbers[0]):])
    received = sum(client.messages for client in clients) - sum(start)
    print(f"{len(readers)} clients read {received / seconds:.0f} messages/s in all; {len(complete)} order events; "
          f"{lost} clients lost some; closed: {[c.code for c in readers if c.code]}")
    cut = figure(host, 'api_socket_closes_total{code="1013"}')
    print(f"{events:.0f} events/s into the engine for {seconds:.0f} s; memory {before // 1024} MiB before, {most // 1024} at most, "
          f"{after // 1024} MiB at the end; {cut:.0f} of {len(lazy)} that never read were cut off with 1013")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    is_good = lost == 0 and len(complete) >= wanted and not any(client.code for client in readers) and most - before < 300_000
    return 0 if is_good and cut == len(lazy) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
