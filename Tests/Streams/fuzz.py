"""Random bytes, frames, fragments and JSON on every socket: the host neither ends nor grows, and serves others meanwhile."""

import argparse
import base64
import json
import os
import random
import select
import socket
import struct
import sys
import time

from host import Host

PATHS = ["/ws", "/stream", "/events", "/ws/trades", "/ws/signals"]
WORDS = ["type", "subscribe", "unsubscribe", "channel", "ticks", "candles", "orderbook", "trades", "instruments", "BTC_USDT",
         "NIFTY", "parameters", "timeframe", "depth", "1s", "reconnect", "token", "attempt", "last_sequence", "heartbeat",
         "timestamp", "action", "start", "data_types", "prices", "indicators", "event_types", "risk_alert", "authenticate",
         "connection_quality", "latencyMs", "missedHeartbeats", "simulator_action", "", "\u0000", "💥", "x" * 5000]


def value(rng, depth=0):
    kind = rng.randrange(9 if depth < 4 else 6)
    if kind == 0:
        return None
    if kind == 1:
        return rng.choice([True, False])
    if kind == 2:
        return rng.choice([0, -1, 5, 2**63 - 1, -(2**63), 2**64, 10**30])
    if kind == 3:
        return rng.choice([0.5, -1e308, 1e-300, 1e308])
    if kind < 6:
        return rng.choice(WORDS)
    if kind == 6:
        return [value(rng, depth + 1) for _ in range(rng.randrange(8))]
    return {rng.choice(WORDS): value(rng, depth + 1) for _ in range(rng.randrange(6))}


def message(rng, token):
    kind = rng.randrange(6)
    if kind == 0:
        return json.dumps(value(rng)).encode()
    if kind == 1:
        return ("[" * rng.choice([10, 1000, 60000])).encode()
    known = rng.choice([
        {"type": "subscribe", "channel": rng.choice(["ticks", "candles", "orderbook", "trades", value(rng)]),
         "instruments": rng.choice([["BTC_USDT"], ["NIFTY", "BTC"], value(rng)]), "parameters": value(rng)},
        {"type": "unsubscribe", "channel": "ticks", "instruments": value(rng)},
        {"type": "heartbeat", "timestamp": value(rng)},
        {"type": "reconnect", "token": token, "attempt": value(rng), "last_sequence": rng.choice([0, 5, value(rng)])},
        {"type": "connection_quality", "token": token, "latencyMs": value(rng), "missedHeartbeats": value(rng)},
        {"action": "subscribe", "instruments": rng.choice([["EUR_USD"], value(rng)]), "data_types": value(rng)},
        {"action": "unsubscribe", "event_types": value(rng)},
    ])
    text = json.dumps(known).encode()
    if kind == 2:
        place = rng.randrange(len(text))
        return text[:place] + bytes([rng.randrange(256)]) + text[place + 1:]
    return text


def frame(rng, opcode, payload, last=True, masked=True):
    head = bytes([(0x80 if last else 0) | opcode])
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", len(payload))
    if not masked:
        return head + payload
    key = rng.randbytes(4)
    pad = key * (len(payload) // 4 + 1)
    return head + key + (int.from_bytes(payload, "big") ^ int.from_bytes(pad[:len(payload)], "big")).to_bytes(len(payload), "big")


def sent(rng, token):
    kind = rng.randrange(10)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 3000))
    if kind == 1:
        return frame(rng, rng.randrange(16), rng.randbytes(rng.randrange(300)), rng.random() < 0.7, rng.random() < 0.8)
    if kind == 2:
        return bytes([0x81, 0xFF]) + struct.pack(">Q", rng.choice([2**63 - 1, 2**63, 2**64 - 1, 70000])) + rng.randbytes(20)
    text = message(rng, token)
    if kind == 3 and len(text) > 2:
        cut = rng.randrange(1, len(text))
        parts = [frame(rng, 1, text[:cut], False), frame(rng, 9, b"?"), frame(rng, 0, text[cut:], rng.random() < 0.9)]
        return b"".join(parts)
    if kind == 4:
        return frame(rng, 9, rng.randbytes(rng.randrange(126))) * rng.randrange(1, 200)
    return frame(rng, 1, text)


def connection(rng, host, port):
    """One connection, some of it nonsense from the handshake on; the number of bytes that were sent."""
    client = socket.create_connection(("127.0.0.1", port), 10)
    try:
        key = base64.b64encode(rng.randbytes(16)).decode()
        headers = [f"GET {rng.choice(PATHS)}?token={host.token} HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade",
                   "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        if rng.random() < 0.1:
            headers[rng.randrange(len(headers))] = rng.choice(["Upgrade: h2c", "Sec-WebSocket-Version: 99", "Content-Length: 5", "x: y"])
        client.sendall(("\r\n".join(headers) + "\r\n\r\n").encode())
        count = 0
        for _ in range(rng.randrange(1, 30)):
            data = sent(rng, host.token)
            client.sendall(data)
            count += len(data)
            if rng.random() < 0.7 and select.select([client], [], [], 0)[0] and not client.recv(65536):
                break
        return count
    except OSError:
        return 0
    finally:
        client.close()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    options = options.parse_args()
    rng = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    host = Host()
    port = int(host.url.rsplit(":", 1)[1])
    try:
        connections, count = 0, 0
        began = time.monotonic()
        settled = None
        while time.monotonic() - began < options.seconds:
            count += connection(rng, host, port)
            connections += 1
            # What grows after the first third grows without end.
            if settled is None and time.monotonic() - began > options.seconds / 3:
                settled = host.resident_kilobytes()
        alive = host.is_alive()
        time.sleep(1)
        end = host.resident_kilobytes()
        limit = settled + 60_000
        print(f"{connections} connections, {count // 1024} KiB sent; memory {settled // 1024} MiB after a third, "
              f"{end // 1024} MiB at the end (allowed {limit // 1024})")
        return 0 if alive and end < limit else 1
    finally:
        host.stop()


if __name__ == "__main__":
    sys.exit(main())
