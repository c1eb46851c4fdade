"""Cases by hand: what is wrong with the bytes on the wire, and with orders that are whole and cannot be."""

import json

from operations import CONFIG, DRILL, ORDER

MEGABYTE = 1 << 20


def check_wire(wire, tokens):
    head = b"Host: x\r\nAuthorization: Bearer " + tokens["trader"].encode() + b"\r\n"
    place = b"POST /api/orders HTTP/1.1\r\n" + head
    get = b"GET /api/positions HTTP/1.1\r\n" + head
    form = b"Content-Type: application/json\r\n"
    # Status, or None for a connection that is closed without an answer; garbage may end either way.
    refused = {400, 413, 414, 431, 501, 505, None}
    cases = [
        ("a body of 10 MB", place + form + b"Content-Length: 10485760\r\n\r\n" + b" " * 10 * MEGABYTE, {413}),
        ("10 MB announced", place + form + b"Content-Length: 10485760\r\n\r\n" + b"{}", {413}),
        ("one byte too many", place + form + b"Content-Length: 1048577\r\n\r\n" + b" " * (MEGABYTE + 1), {413}),
        ("2^63 bytes announced", place + form + b"Content-Length: 9223372036854775808\r\n\r\n{}", refused),
        ("10 MB in chunks", place + form + b"Transfer-Encoding: chunked\r\n\r\n"
         + (b"100000\r\n" + b" " * MEGABYTE + b"\r\n") * 10 + b"0\r\n\r\n", {413}),
        ("10 MB in a GET", get + b"Content-Length: 10485760\r\n\r\n" + b" " * 10 * MEGABYTE, {413}),
        ("10 MB without a token", b"POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n" + b" " * 10 * MEGABYTE,
         {401}),
        ("10 MB to nowhere", b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n" + b" " * 10 * MEGABYTE, {404}),
        ("a body that breaks off", place + form + b"Content-Length: 100\r\n\r\n{", refused),
        ("a length of words", place + form + b"Content-Length: abc\r\n\r\n{}", refused),
        ("a length below zero", place + form + b"Content-Length: -1\r\n\r\n{}", refused),
        ("two lengths", place + form + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", refused),
        ("length and chunks", place + form + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", refused),
        ("chunks of no size", place + form + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", refused),
        ("a header of 20 KB", get + b"X-Long: " + b"a" * 20_000 + b"\r\n\r\n", refused),
        ("a header of 1 MB", get + b"X-Long: " + b"a" * MEGABYTE + b"\r\n\r\n", refused),
        ("500 headers", get + b"".join(b"X-%d: 1\r\n" % n for n in range(500)) + b"\r\n", refused),
        ("a path of 1 MB", b"GET /" + b"a" * MEGABYTE + b" HTTP/1.1\r\n" + head + b"\r\n", refused),
        ("a NUL in a header", get + b"X-Nul: a\0b\r\n\r\n", refused),
        ("a DEL in a header", get + b"X-Del: \x7f\r\n\r\n", refused | {200}),
        ("a header without a name", get + b": a\r\n\r\n", refused),
        ("a space before the colon", get + b"X-Space : a\r\n\r\n", refused),
        ("a NUL in the path", b"GET /api/\0orders HTTP/1.1\r\n" + head + b"\r\n", refused | {404}),
        ("raw UTF-8 in the path", "GET /api/strategies/ü HTTP/1.1\r\n".encode() + head + b"\r\n", refused | {404}),
        ("an unknown method", b"BREW /health HTTP/1.1\r\n" + head + b"\r\n", refused | {405}),
        ("a method in small letters", b"get /health HTTP/1.1\r\n" + head + b"\r\n", refused | {405}),
        ("HTTP/9.9", b"GET /health HTTP/9.9\r\nHost: x\r\n\r\n", refused),
        ("no version", b"GET /health\r\n\r\n", refused),
        ("a line of garbage", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 100 + b"\r\n\r\n", refused),
        ("an HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused),
        ("a whole URL", b"GET http://elsewhere/etc/passwd HTTP/1.1\r\n" + head + b"\r\n", refused | {404}),
        ("a tunnel", b"CONNECT elsewhere:443 HTTP/1.1\r\n" + head + b"\r\n", refused | {404, 405}),
        ("an asterisk", b"OPTIONS * HTTP/1.1\r\n" + head + b"\r\n", refused | {404}),
        ("an upgrade to nothing", get + b"Connection: Upgrade\r\nUpgrade: nonsense\r\n\r\n", {200} | refused),
    ]
    for name, data, statuses in cases:
        wire.cases += 1
        status, received = wire.raw(data)
        if status not in statuses:
            wire.fail(name, f"answered {status}, not {statuses}", received[:300].decode("latin-1"))
        elif status in (401, 404, 413) and b'"error":{"code":' not in received:
            wire.fail(name, "is not the dialect's error", received[-300:].decode("latin-1"))
    for key in ("", " ", "a" * 256, "two words", "ü"):
        answer = wire.send("POST", "/api/orders", dict(ORDER, strategy_id="none"), {"Idempotency-Key": key.encode()}, tokens["trader"])
        wire.expect(f"Idempotency-Key {key[:20]!r}", answer, 400, faults={"Idempotency-Key"})
    injected = wire.send("GET", "/health", headers={"X-Request-ID": "a b<script>\x80"})
    if injected.status != 200 or "<" in injected.headers.get("X-Request-ID", ""):
        wire.fail("X-Request-ID", "comes back as it was", str(injected.headers))
    wire.cases += 1


def order(**changes):
    plain = {"strategy_id": "manual", "instrument": "BTC_USDT", "order_type": "BUY", "quantity": 0.001, "order_kind": "MARKET"}
    return {name: value for name, value in dict(plain, **changes).items() if value is not None}


LIMIT = {"order_kind": "LIMIT", "price": 40000}


def check_orders(check, resting):
    wire, token = check.wire, check.tokens["trader"]

    def post(case, body, statuses, faults=None, path="/api/orders", method="POST"):
        answer = wire.send(method, path, body, token=token)
        wire.expect(case, answer, statuses, faults=faults, path=path)
        return answer

    post("off the lot", order(quantity=0.00001234), 400, {"quantity"})
    post("off the tick", order(**dict(LIMIT, price=40000.001)), 400, {"price"})
    post("off lot and tick", order(**dict(LIMIT, price=40000.001), quantity=0.00001234), 400, {"quantity", "price"})
    post("off the lot in an unknown instrument", order(instrument="NOPE", quantity=-1), 400, {"quantity", "instrument"})
    post("a wrong word and an unknown instrument", order(instrument="NOPE", order_type="HOLD"), 400, {"order_type", "instrument"})
    post("a wrong word, off lot and tick", order(**dict(LIMIT, price=40000.001), quantity=0.00001234, order_type="HOLD"), 400,
         {"order_type", "quantity", "price"})
    post("unknown instrument and strategy", order(instrument="NOPE", strategy_id="none"), 400, {"instrument"})
    post("an unknown strategy", order(strategy_id="none"), 404)
    post("an unknown strategy, off the lot", order(strategy_id="none", quantity=0.00001234), 400, {"quantity"})
    post("a limit without a price", order(order_kind="LIMIT"), 400, {"price"})
    post("a market order with prices", order(price=1, stop_price=1), 400, {"price", "stop_price"})
    post("a stop-limit without prices", order(order_kind="STOP_LIMIT"), 400, {"price", "stop_price"})
    post("not configured", order(execution_mode="LIVE"), 503)
    post("live, and off the lot", order(execution_mode="LIVE", quantity=0.00001234), 400, {"quantity"})
    # Beyond every limit: the gate names all rules that fail, and what they would have left.
    answer = post("a million", order(quantity=1_000_000), 400)
    denials = answer.details("denials")
    rules = {denial["rule"] for denial in denials}
    if not {"risk.order-size", "risk.buying-power"} <= rules:
        wire.fail("a million", f"is denied by {sorted(rules)} alone", answer.text)
    for denial in denials:
        numbers = [denial[name] for name in ("observed", "limit", "headroom")]
        if any(isinstance(number, (int, float)) and number != number for number in numbers) or set(denial) != {
                "rule", "scope", "observed", "limit", "headroom"}:
            wire.fail("a million", f"has the denial {denial}")
        if denial["rule"] == "risk.order-size" and denial["headroom"] != denial["limit"]:
            wire.fail("a million", f"leaves {denial['headroom']} of {denial['limit']} for one order")
    post("more than can be counted", order(quantity=92233720368), 400)
    post("beyond the numbers", order(quantity=92233720369), 400, {"quantity"})

    # A working order stays as it is.
    path = f"/api/orders/{resting}"
    post("nothing to change", {}, 400, {""}, path, "PUT")
    post("another time in force, off lot and tick", {"quantity": 0.00001234, "price": 1000.001, "time_in_force": "DAY"}, 400,
         {"quantity", "price", "time_in_force"}, path, "PUT")
    post("a stop price for a limit", {"stop_price": 40000}, 400, {"stop_price"}, path, "PUT")
    post("far too many", {"quantity": 1_000_000}, 400, None, path, "PUT")
    for text in ("ord-0", "ord-00", "ord-18446744073709551615", "ord-18446744073709551616", resting.upper(), resting + "%20",
                 resting.replace("-", "-0000"[:1]) + "0000000"):
        post(f"change of {text}", {"quantity": 1}, {404}, None, f"/api/orders/{text}", "PUT")

    # Stops that nobody could release again are not thrown either: all of these are drills, and bad.
    stop = "/api/v1/emergency-stop"
    post("an unknown account", dict(DRILL, scope="account", target_id="nobody"), 404, None, stop)
    post("an unknown strategy", dict(DRILL, scope="agent", target_id="nobody"), 404, None, stop)
    post("an unknown instrument", dict(DRILL, scope="instrument", target_id="NOPE"), 400, {"target_id"}, stop)
    post("no target, and no reason", {**DRILL, "scope": "instrument", "reason": ""}, 400, {"target_id", "reason"}, stop)
    post("an unknown instrument, and no reason", dict(DRILL, scope="instrument", target_id="NOPE", reason=""), 400,
         {"target_id", "reason"}, stop)

    # Settings that only the host and the plugin can judge, together.
    settings = json.loads(json.dumps(CONFIG))
    settings["config"].update(instruments=["NOPE", "BTC_USDT", "NADA"], parameters={"fast": "x", "no_such": 1})
    settings["config"]["schedule"]["time_zone"] = "Mars/Olympus"
    answer = post("settings of a strategy", settings, 400, None, "/api/strategies/sma_cross/config", "PUT")
    wanted = {"config.instruments.0", "config.instruments.2", "config.parameters.fast", "config.parameters.no_such",
              "config.schedule.time_zone"}
    if not wanted <= answer.faults():
        wire.fail("settings of a strategy", f"names {sorted(answer.faults())}", answer.text)
