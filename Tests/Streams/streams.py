"""Real WebSocket clients: orders are resumed after a break, slow readers harm nobody, SIGTERM is told to everyone."""

import asyncio
import json
import sys
import time

import websockets
from websockets.exceptions import ConnectionClosed

from host import Host

FAILURES = []


def check(holds, text):
    print(("ok    " if holds else "FAILED  ") + text, flush=True)
    if not holds:
        FAILURES.append(text)


async def connect(host, path="/ws", **query):
    parameters = "&".join(f"{name}={value}" for name, value in {"token": host.token, **query}.items())
    return await websockets.connect(f"{host.sockets}{path}?{parameters}", proxy=None)


async def orders_until(socket, ids, seconds=20):
    """Numbers and ids of order updates, until all of `ids` are filled."""
    seen, filled = [], set()
    async with asyncio.timeout(seconds):
        while not ids <= filled:
            message = json.loads(await socket.recv())
            if message["type"] == "order_update":
                seen.append((message["sequence"], message["data"]["order_id"], message["data"]["status"]))
                if message["data"]["status"] == "FILLED":
                    filled.add(message["data"]["order_id"])
    return seen


async def resume(host):
    place = lambda: asyncio.to_thread(host.order)
    whole = await connect(host)
    broken = await connect(host)
    first = {await place() for _ in range(3)}
    before = await orders_until(broken, first)
    broken.transport.abort()
    missed = {await place() for _ in range(5)}
    last = before[-1][0]
    back = await connect(host, last_sequence=last)
    after = await orders_until(back, missed)
    everything = await orders_until(whole, first | missed)
    mine = before + after
    check([n for n, _, _ in mine] == sorted({n for n, _, _ in mine}), "after a break every number comes once, in order")
    expected = [entry for entry in everything if mine[0][0] <= entry[0] <= mine[-1][0]]
    check(mine == expected, f"and the {len(mine)} are those that a client saw which was never away")
    await asyncio.gather(whole.close(), back.close())


async def slow_readers(host):
    """Connections that never read, beside one that does."""
    lazy = [await connect(host, "/events") for _ in range(3)]
    for socket in lazy:
        socket.transport.pause_reading()
    reader = await connect(host)
    wanted = set()
    for number in range(200):
        wanted.add(await asyncio.to_thread(host.order, "BUY" if number % 2 == 0 else "SELL"))
    seen = await orders_until(reader, wanted, 60)
    numbers = [number for number, _, _ in seen]
    check(numbers == sorted(set(numbers)), f"beside clients that never read, {len(numbers)} order events came, none twice")
    for socket in lazy:
        socket.transport.abort()
    await reader.close()


async def market(host):
    socket = await connect(host, "/stream")
    await socket.send(json.dumps({"action": "subscribe", "instruments": ["BTC_USDT"], "data_types": ["prices"]}))
    async with asyncio.timeout(10):
        while json.loads(await socket.recv())["type"] != "price_update":
            pass
    check(True, "a price update came")
    await socket.close()


async def stop(host):
    sockets = [await connect(host, path) for path in ("/ws", "/stream", "/events", "/ws/trades", "/ws/signals")
               for _ in range(3)]
    codes = []

    async def read(socket):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            codes.append(closed.rcvd.code if closed.rcvd else None)

    readers = [asyncio.create_task(read(socket)) for socket in sockets]
    await asyncio.sleep(0.2)
    seconds = await asyncio.to_thread(host.stop)
    await asyncio.wait(readers, timeout=10)
    check(codes == [1001] * len(sockets), f"SIGTERM: {len(sockets)} sockets closed with {sorted(set(map(str, codes)))}")
    check(seconds <= 3, f"SIGTERM with sockets open: the host ended after {seconds:.2f} s")


async def main():
    host = Host()
    try:
        await resume(host)
        await slow_readers(host)
        await market(host)
        await stop(host)
    finally:
        host.stop()
    return 1 if FAILURES else 0


if __name__ == "__main__":
    began = time.monotonic()
    status = asyncio.run(main())
    print(f"{time.monotonic() - began:.1f} s")
    sys.exit(status)
