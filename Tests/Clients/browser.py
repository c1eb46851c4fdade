"""Chromium against a real host: EventSource, WebSocket, pages of other origins, and the page /docs.

    STRATAGEM=.build/release/stratagem python3 Tests/Clients/browser.py [--screenshots DIR]
"""

import argparse
import base64
import contextlib
import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

from websockets.sync.client import connect

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Streams"))
from host import PASSWORD, Host  # noqa: E402

FAILURES = []


def check(holds, text, found=""):
    print(("ok    " if holds else "FAILED  ") + text + ("" if holds else f": {str(found)[:600]}"), flush=True)
    if not holds:
        FAILURES.append(text)


class Browser:
    """A headless Chromium with one page, spoken to in its DevTools protocol."""

    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="browser-")
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.numbers, self.complaints = itertools.count(1), []
        port = self._port()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(100):
            pages = [one for one in json.load(opener.open(f"http://127.0.0.1:{port}/json")) if one["type"] == "page"]
            if pages:
                break
            time.sleep(0.1)
        self.stack = contextlib.ExitStack()
        self.socket = self.stack.enter_context(connect(pages[0]["webSocketDebuggerUrl"], max_size=None, proxy=None))
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")

    def _port(self):
        path = pathlib.Path(self.folder, "DevToolsActivePort")
        for _ in range(300):
            if path.exists() and path.read_text().strip():
                return int(path.read_text().split()[0])
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit("Chromium did not start")

    def call(self, method, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=60))
            if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.complaints.append(message["params"])
            if message.get("id") == number:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']}")
                return message["result"]

    def open(self, address):
        self.call("Page.navigate", url=address)
        self.run("new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))")

    def run(self, code):
        """The value of an expression or a promise; a thrown error is a text that begins with its name."""
        result = self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            return "failed: " + result["exceptionDetails"].get("exception", {}).get("description", "?")
        return result["result"].get("value")

    def look(self, width, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self):
        self.stack.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


STREAMS = """
(async () => {
  const token = TOKEN;
  const post = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body),
    headers: { Authorization: "Bearer " + token, "Content-Type": "application/json" } }).then((answer) => answer.json());
  const order = () => post("/api/orders", { strategy_id: "manual", instrument: "BTC_USDT", order_type: "BUY",
    quantity: 0.001, order_kind: "MARKET", execution_mode: "PAPER" });
  const within = (promise, what) => Promise.race([promise, new Promise((_, fail) =>
    setTimeout(() => fail(new Error("no " + what)), 20000))]);
  const next = (source, name, holds = () => true) => within(new Promise((done) =>
    source.addEventListener(name, (event) => { if (holds(event)) done(event); })), name);
  const user = await fetch("/api/auth/profile", { headers: { Authorization: "Bearer " + token } }).then((answer) => answer.json());
  const session = (await post("/api/sessions", { userId: user.id })).sessionId;
  const address = "/stream?symbols=BTC_USDT&sessionId=" + session + "&token=" + token;
  const first = new EventSource(address);
  const connected = await next(first, "connected");
  const price = JSON.parse((await next(first, "market-data")).data);
  const heard = next(first, "order-update");
  const placed = await order();
  const update = await heard;
  first.close();
  const missed = await order();
  const second = new EventSource(address + "&last_sequence=" + update.lastEventId);
  const again = await next(second, "order-update", (event) => event.data.includes(missed.order_id));
  const stopped = next(second, "close");
  await fetch("/api/sessions/" + session, { method: "DELETE", headers: { Authorization: "Bearer " + token } });
  const close = JSON.parse((await stopped).data);
  second.close();
  return { connected: JSON.parse(connected.data).sessionId === session, price: Object.keys(price),
    order: update.data.includes(placed.order_id), number: update.lastEventId, again: again.lastEventId, close };
})()
"""

SOCKET = """
(async () => {
  const socket = new WebSocket(ADDRESS);
  const seen = [];
  let tell;
  socket.onmessage = (event) => { const message = JSON.parse(event.data); seen.push(message); tell && tell(); };
  const closed = new Promise((done) => { socket.onclose = (event) => done([event.code, event.reason, event.wasClean]); });
  const opened = await Promise.race([new Promise((done) => { socket.onopen = () => done(true); }), closed.then(() => false)]);
  if (!opened) return { opened };
  const wait = async (type) => {
    for (const end = Date.now() + 20000; Date.now() < end;) {
      if (seen.some((one) => one.type === type)) return true;
      await new Promise((done) => { tell = done; setTimeout(done, 500); });
    }
    return false;
  };
  socket.send(JSON.stringify({ type: "subscribe", channel: "ticks", instruments: ["BTC_USDT"] }));
  const tick = await wait("tick");
  socket.send(JSON.stringify({ type: "heartbeat", timestamp: 5 }));
  const heartbeat = await wait("heartbeat_ack");
  socket.send("{");
  const error = await wait("error");
  socket.close(1000);
  return { opened, tick, heartbeat, error, closed: await closed };
})()
"""


def streams(browser, host):
    # A page of the host without a policy of its own.
    browser.open(host.url + "/readiness")
    got = browser.run(STREAMS.replace("TOKEN", json.dumps(host.token)))
    holds = isinstance(got, dict)
    check(holds and got["connected"] and "price" in got["price"], "EventSource: connected, and market data came", got)
    check(holds and got["order"] and int(got["number"]) > 0, "EventSource: an order's update with its number", got)
    check(holds and int(got["again"]) > int(got["number"]), "EventSource: what was missed comes after a break", got)
    check(holds and got["close"].get("reason"), "EventSource: the end of the session is told", got)
    address = json.dumps(f"{host.sockets}/ws?token={host.token}")
    got = browser.run(SOCKET.replace("ADDRESS", address))
    check(got == {"opened": True, "tick": True, "heartbeat": True, "error": True, "closed": [1000, "", True]},
          "WebSocket: ticks, heartbeat, an error event, a clean close", got)
    refused = browser.run(SOCKET.replace("ADDRESS", json.dumps(f"{host.sockets}/ws?token=nonsense")))
    check(refused == {"opened": False}, "WebSocket: a bad token does not open", refused)
    elsewhere = host.url.replace("127.0.0.1", "localhost")
    browser.open(elsewhere + "/readiness")
    if browser.run("location.hostname") == "localhost":
        refused = browser.run(SOCKET.replace("ADDRESS", address))
        check(refused == {"opened": False}, "WebSocket: a page of another origin does not open one", refused)
        read = browser.run(f"fetch({json.dumps(host.url + '/health')}).then((answer) => answer.status, (error) => error.name)")
        check(read == "TypeError", "a page of another origin cannot read an answer", read)


def documents(browser, host, folder):
    browser.complaints.clear()
    browser.look(1400, "light")
    browser.open(host.url + "/docs")
    count = browser.run("""new Promise((done) => { const look = () => { const all = document.querySelectorAll("details");
        all.length ? done(all.length) : setTimeout(look, 50); }; look(); })""")
    description = host.http.get(host.url + "/openapi.json").json()
    wanted = sum(len(methods) for methods in description["paths"].values())
    check(count == wanted, f"/docs: all {wanted} operations are there", count)
    browser.run(f"""byID("user").value = "admin"; byID("password").value = {json.dumps(PASSWORD)};
        document.querySelector("#login button").click()""")
    who = browser.run("""new Promise((done) => { const look = (left) => { const text = byID("who").textContent;
        text.startsWith("admin") || !left ? done(text) : setTimeout(() => look(left - 1), 50); }; look(200); })""")
    check(str(who).startswith("admin"), "/docs: logs in", who)
    tried = browser.run("""(async () => { const one = byID("strategies.list"); one.open = true;
        await new Promise((done) => setTimeout(done, 100)); one.querySelector("form button").click();
        for (let left = 200; left; left--) { const text = one.querySelector("pre").textContent;
          if (text.includes("sma_cross")) return text; await new Promise((done) => setTimeout(done, 50)); }
        return one.querySelector("pre").textContent; })()""")
    check("200 after" in str(tried) and "sma_cross" in str(tried), "/docs: an operation can be tried", tried)
    browser.run('byID("find").value = "orders"; byID("find").dispatchEvent(new Event("input"))')
    shown = browser.run('[...document.querySelectorAll("details")].filter((one) => !one.hidden).map((one) => one.dataset.words)')
    check(shown and len(shown) < wanted and all("orders" in words for words in shown), "/docs: finds", shown)
    browser.run('byID("find").value = ""; byID("find").dispatchEvent(new Event("input"))')
    for width in (360, 1400):
        for scheme in ("light", "dark"):
            browser.look(width, scheme)
            time.sleep(0.3)
            spill = browser.run("document.documentElement.scrollWidth") - width
            check(spill <= 0, f"/docs: nothing spills over at {width} px, {scheme}", spill)
            if folder:
                browser.run("scrollTo(0, 0)")
                browser.picture(folder / f"docs-{width}-{scheme}.png")
                browser.run('byID("strategies.list").scrollIntoView()')
                browser.picture(folder / f"docs-{width}-{scheme}-open.png")
    check(not browser.complaints, "/docs: the browser has nothing to complain of", browser.complaints)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--screenshots", type=pathlib.Path)
    options = options.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        print("skipped: there is no Chromium")
        return 0
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    host = Host()
    try:
        browser = Browser(program)
        try:
            streams(browser, host)
            documents(browser, host, options.screenshots)
        finally:
            browser.close()
    finally:
        host.stop()
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
