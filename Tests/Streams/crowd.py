"""Many clients, each on five instruments, while the market runs fast and orders go through: those that read lose no order
event, those that never read are cut off, and memory is bounded."""

import argparse
import asyncio
import json
import sys
import time

import websockets
from websockets.exceptions import ConnectionClosed

from host import Host

INSTRUMENTS = ["BTC_USDT", "ETH_USDT", "SOL_USDT", "ADA_USDT", "EUR_USD"]


class Client:
    def __init__(self):
        self.messages, self.numbers, self.code = 0, [], None

    async def run(self, host, token, never_reads):
        try:
            self.socket = await websockets.connect(f"{host.sockets}/ws?token={token}", proxy=None, compression=None,
                                                   ping_interval=None, open_timeout=60)
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
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--speed", type=int, default=20)
    options.add_argument("--orders", type=int, default=200)
    options = options.parse_args()
    host = Host(["--market-speed", str(options.speed)])
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
    events = host.http.get(host.url + "/metrics").text
    began = time.monotonic()
    wanted = options.orders
    for number in range(wanted):
        await asyncio.to_thread(host.order, "BUY" if number % 2 == 0 else "SELL")
        await asyncio.sleep(max(0, began + (number + 1) * options.seconds / wanted - time.monotonic()))
    seconds = time.monotonic() - began
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
    print(f"memory {before // 1024} MiB before, {after // 1024} MiB after {seconds:.0f} s")
    for line in events.splitlines():
        if line.startswith("engine_events"):
            print(line)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return 0 if lost == 0 and complete and len(complete) >= wanted else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
