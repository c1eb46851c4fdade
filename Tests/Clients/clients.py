"""curl and Python's requests against a real host: protocols, bodies and refusals as clients really make them."""

import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Streams"))
from host import Host  # noqa: E402

FAILURES = []
ORDER = {"strategy_id": "manual", "instrument": "BTC_USDT", "order_type": "BUY", "quantity": 0.001,
         "order_kind": "MARKET", "execution_mode": "PAPER"}


def check(holds, text, found=""):
    print(("ok    " if holds else "FAILED  ") + text + ("" if holds else f": {found!r}"), flush=True)
    if not holds:
        FAILURES.append(text)


def curl(*words, data=None):
    """Status of the last answer, all heads, body."""
    with tempfile.TemporaryDirectory() as folder:
        head, body = pathlib.Path(folder, "head"), pathlib.Path(folder, "body")
        result = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--dump-header", str(head), "--output",
             str(body), "--write-out", "%{http_code} %{http_version} %{num_connects}", *words], input=data, capture_output=True)
        status, version, connects = (result.stdout.decode().split() + ["", "", ""])[:3]
        read = lambda path: path.read_bytes() if path.exists() else b""
        return {"status": status, "version": version, "connects": connects, "head": read(head).decode("latin-1").lower(),
                "body": read(body).decode("utf-8", "replace"), "error": result.stderr.decode()}


def has_http2():
    version = subprocess.run(["curl", "--version"], capture_output=True, text=True).stdout
    return "HTTP2" in version


def with_curl(host):
    token = ["--header", f"Authorization: Bearer {host.token}"]
    for flags, name in ([[], "HTTP/1.1"], [["--http1.0"], "HTTP/1.0"], [["--http2"], "an upgrade to HTTP/2 that is declined"]):
        if "--http2" in flags and not has_http2():
            print("skipped: this curl has no HTTP/2")
            continue
        got = curl(*flags, *token, host.url + "/api/strategies")
        check(got["status"] == "200" and "sma_cross" in got["body"], f"curl, {name}", got)
    got = curl(*token, host.url + "/api/strategies", "--next", "--silent", *token, host.url + "/api/orders")
    check(got["status"].startswith("200"), "curl, two requests", got)
    got = curl("--http2", *token, "--json", json.dumps(ORDER), host.url + "/api/orders")
    check(got["status"] == "200" and "order_id" in got["body"], "curl, an order with an upgrade to HTTP/2 in its head", got)
    got = curl(*token, "--header", "Expect: 100-continue", "--json", json.dumps(ORDER), host.url + "/api/orders")
    check(got["status"] == "200" and got["head"].startswith("http/1.1 100"), "curl, Expect: 100-continue", got)
    large = b"{" + b" " * 3_000_000 + b"}"
    got = curl(*token, "--header", "Expect: 100-continue", "--header", "Content-Type: application/json", "--data-binary", "@-",
               host.url + "/api/orders", data=large)
    check(got["status"] == "413" and "100" not in got["head"].splitlines()[0] and "payload_too_large" in got["body"].lower(),
          "curl, Expect: 100-continue with a body that is too large: 413 without it", got)
    chunked = ["--header", "Transfer-Encoding: chunked", "--header", "Content-Type: application/json", "--data-binary", "@-"]
    got = curl(*token, *chunked, host.url + "/api/orders", data=json.dumps(ORDER).encode())
    check(got["status"] == "200", "curl, a chunked body", got)
    for expects, text in ((["--header", "Expect:"], "at once"), ([], "after 100-continue")):
        got = curl(*token, *expects, *chunked, host.url + "/api/orders", data=large)
        check(got["status"] == "413" and "payload_too_large" in got["body"].lower(),
              f"curl, a chunked body that is too large, sent {text}: 413 can be read", got)
    got = curl("--head", *token, host.url + "/api/strategies")
    check(got["status"] == "200" and not got["body"].strip().startswith("{"), "curl, HEAD", got)
    got = curl("--request", "PATCH", *token, host.url + "/api/strategies")
    check(got["status"] == "405" and "allow: get, head" in got["head"], "curl, a method that is not there: 405 with Allow", got)
    got = curl("--path-as-is", *token, host.url + "/api/../../etc/passwd")
    check(got["status"] in ("400", "404"), "curl, a path with dots", got)
    got = curl("--compressed", *token, host.url + "/api/strategies")
    check(got["status"] == "200" and "sma_cross" in got["body"], "curl, --compressed", got)


def with_requests(host):
    session = host.http
    got = session.post(host.url + "/api/orders", json=ORDER)
    check(got.status_code == 200 and got.json()["status"] in ("FILLED", "OPEN", "PENDING", "SUBMITTED"), "requests, an order", got.text)
    got = session.post(host.url + "/api/orders", data=(part for part in [json.dumps(ORDER)[:20].encode(), json.dumps(ORDER)[20:].encode()]))
    check(got.status_code == 200, "requests, a body from a generator", got.text)
    got = session.post(host.url + "/api/orders", data=b" " * 30_000_000)
    check(got.status_code == 413 and got.json()["error"]["code"] == "PAYLOAD_TOO_LARGE",
          "requests, 30 MB: 413 can be read", got.text)
    check(session.get(host.url + "/api/strategies").status_code == 200, "requests, the next request of that session")
    identifier = "script-1.a"
    got = session.get(host.url + "/api/strategies", headers={"X-Request-ID": identifier})
    check(got.headers["X-Request-ID"] == identifier, "requests, its own request id comes back", dict(got.headers))
    session.headers["X-Many"] = "x" * 9000
    check(session.get(host.url + "/api/strategies").status_code == 200, "requests, a header of 9 KB")
    session.headers["X-Many"] = "x" * 20000
    check(session.get(host.url + "/api/strategies").status_code == 400, "requests, a header of 20 KB is refused")
    del session.headers["X-Many"]
    with requests.get(host.url + "/api/strategies/sma_cross/logs/stream", headers=session.headers, stream=True, timeout=10) as got:
        check(got.headers["Content-Type"].startswith("text/event-stream"), "requests, a stream of events", dict(got.headers))
    key = "the-same-key"
    once = [session.post(host.url + "/api/orders", json=ORDER, headers={"Idempotency-Key": key}).json()["order_id"] for _ in range(3)]
    check(len(set(once)) == 1, "requests, Idempotency-Key: one order", once)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: requests.post(host.url + "/api/orders", json=ORDER, headers=dict(session.headers)), range(100)))
    check({answer.status_code for answer in answers} == {200} and len({answer.json()["order_id"] for answer in answers}) == 100,
          "requests, 100 orders from 20 threads", {answer.status_code for answer in answers})


def log_has_no_secret(host):
    """Everything that this script did, as the host's files have it."""
    host.http.get(host.url + "/stream", params={"token": host.token})
    secrets = [host.token, host.facts["token"], "a-password-for-scripts"]
    secrets += [part for part in host.token.split(".")[1:]]
    host.process.terminate()
    host.process.wait(15)
    texts = {path.name: path.read_text(errors="replace") for path in [host.folder / "log", *sorted((host.folder / "data").glob("*.log*"))]}
    check("access.log" in texts and texts["access.log"].count("\n") > 100, "the access log has a line for each request", list(texts))
    found = [name for name, text in texts.items() for secret in secrets if secret and secret in text]
    check(not found, "no token and no password is in a log", found)
    lines = [json.loads(line) for line in texts["access.log"].splitlines()]
    check(all(line["request_id"] and line["status"] and line["route"] for line in lines), "every line is whole")


def main():
    host = Host()
    try:
        with_curl(host)
        with_requests(host)
        log_has_no_secret(host)
    finally:
        host.stop()
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
