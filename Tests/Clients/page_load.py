"""Chromium against a real host with a hundred strategies: frames, memory, weight and the time to the first data.

    STRATAGEM=.build/release/stratagem python3 Tests/Clients/page_load.py [--seconds 600] [--view '#/orders']
"""

import argparse
import collections
import json
import pathlib
import shutil
import sys
import time
import urllib.request

from websockets.sync.client import connect

from chromium import FAILURES, PASSWORD, Host, Page, browser, check

STRATEGIES = 100
# Of each instrument about one thousandth of what an order may be worth.
INSTRUMENTS = {"BTC_USDT": 0.001, "ETH_USDT": 0.02, "SOL_USDT": 0.5, "ADA_USDT": 100, "EUR_USD": 100}

# Counts messages, and notes when something was first to be seen.
WATCH = """
window.WebSocket = class extends WebSocket {
  constructor(...all) {
    super(...all);
    this.addEventListener("message", ({ data }) => {
      const { type } = JSON.parse(data);
      seen[type] = (seen[type] ?? 0) + 1;
    });
  }
};
window.seen = {};
window.shown = {};
const watch = () => {
  if (document.querySelector("#login input")) shown.login ??= performance.now();
  if (document.querySelectorAll("[data-strategy]").length && !document.querySelector(".view[aria-busy]")) shown.data ??= performance.now();
  if (!shown.data) requestAnimationFrame(watch);
};
requestAnimationFrame(watch);
"""
# A dot that changes with each frame, so that each is drawn; the longest time between two.
FRAMES = """
const [milliseconds, done] = arguments, dot = document.createElement("i"), before = { ...seen };
Object.assign(dot.style, { position: "fixed", inset: "0 auto auto 0", width: "2px", height: "2px" });
document.body.append(dot);
const began = performance.now();
let last = began, worst = 0;
const frame = (now) => {
  worst = Math.max(worst, now - last);
  last = now;
  dot.style.background = `rgb(${Math.floor(now) % 256} 0 0)`;
  if (now - began < milliseconds) return requestAnimationFrame(frame);
  dot.remove();
  const seconds = (now - began) / 1000;
  done({ seconds, worst, rates: Object.fromEntries(Object.entries(seen).map(([type, count]) => [type, (count - (before[type] ?? 0)) / seconds])) });
};
requestAnimationFrame(frame);
"""
FIRST = """
const entries = performance.getEntriesByType("resource"), page = performance.getEntriesByType("navigation")[0];
const login = entries.findLast((one) => one.name.endsWith("/api/auth/login"));
const files = entries.filter((one) => new URL(one.name).pathname.startsWith("/page/"));
return { form: shown.login - page.responseStart, data: shown.data - login.responseStart,
  weight: files.reduce((sum, one) => sum + one.decodedBodySize, page.decodedBodySize) };
"""


def add_strategies(host):
    for number in range(STRATEGIES):
        instrument, quantity = list(INSTRUMENTS.items())[number % len(INSTRUMENTS)]
        folder = host.folder / "strategies" / f"load_{number:03}"
        folder.mkdir()
        (folder / "strategy.yaml").write_text(
            f"plugin: SMACross\nname: Load {number}\ninstruments: [{instrument}]\ntimeframe: 1s\n"
            f"parameters: {{fast: {1 + number % 3}, slow: {4 + number % 5}, quantity: {quantity}}}\n")
    for _ in range(300):
        if len(host.http.get(host.url + "/api/strategies").json()["data"]["strategies"]) >= STRATEGIES:
            time.sleep(3)  # until they trade
            return
        time.sleep(0.2)
    raise SystemExit("the strategies were not loaded")


def count_frames(driver, act):
    """What `act` answers, and how many frames the page drew meanwhile, by Chromium's own tracing."""
    address = driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
    version = json.load(urllib.request.urlopen(f"http://{address}/json/version"))
    with connect(version["webSocketDebuggerUrl"], max_size=None) as socket:
        def send(method, **parameters):
            socket.send(json.dumps({"id": 1, "method": method, "params": parameters}))

        send("Tracing.start", transferMode="ReportEvents", traceConfig={
            "excludedCategories": ["*"], "includedCategories": ["disabled-by-default-devtools.timeline.frame"]})
        found, drawn = act(), collections.Counter()
        send("Tracing.end")
        while (message := json.loads(socket.recv(30))).get("method") != "Tracing.tracingComplete":
            for event in message.get("params", {}).get("value", []):
                drawn[event["pid"]] += event["name"] == "DrawFrame"
    return found, max(drawn.values())


def measure(page, milliseconds):
    """Frames while it runs, and what is left of the memory after the garbage is gone."""
    found, frames = count_frames(page.driver, lambda: page.driver.execute_async_script(FRAMES, milliseconds))
    page.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    metrics = {one["name"]: one["value"] for one in page.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}
    found.update(rate=frames / found["seconds"], heap=metrics["JSHeapUsedSize"] / 1e6, nodes=int(metrics["Nodes"]),
                 listeners=int(metrics["JSEventListeners"]), process=renderer_megabytes(page.driver))
    return found


def renderer_megabytes(driver):
    """The largest process of this browser that shows a page."""
    def children(pid):
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            for child in task.read_text().split():
                yield child
                yield from children(child)

    def size(pid):
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("RssAnon"))

    renderers = [pid for pid in children(driver.service.process.pid)
                 if "--type=renderer" in pathlib.Path(f"/proc/{pid}/cmdline").read_text()]
    return max(map(size, renderers))


def judge(samples):
    rate = sum(one["rate"] for one in samples) / len(samples)
    check(rate >= 30, f"the page draws {rate:.0f} frames a second, {min(one['rate'] for one in samples):.0f} where it is slowest")
    messages = sum(sum(one["rates"].values()) for one in samples) / len(samples)
    check(messages >= 10 * STRATEGIES, f"while {messages:.0f} messages a second came", samples[-1]["rates"])
    first, last = samples[1], samples[-1]
    for name, spare in (("heap", 3), ("nodes", 300), ("listeners", 100), ("process", 30)):
        check(last[name] <= first[name] * 1.15 + spare, f"{name} stays: {first[name]:.5g} to {last[name]:.5g}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=int, default=30)
    options.add_argument("--view", default="#/")
    options = options.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program or not shutil.which("chromedriver"):
        print("skipped: there is no Chromium with its driver")
        return 0
    host = Host(["--market-speed", "10"])
    driver = None
    try:
        add_strategies(host)
        driver = browser(program, logs=False)
        driver.set_script_timeout(120)
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        driver.execute_cdp_cmd("Performance.enable", {})
        page = Page(driver, host.url, None)
        page.log_in("admin", PASSWORD)
        page.wait(lambda: driver.execute_script("return shown.data"), 60)
        first = driver.execute_script(FIRST)
        check(first["form"] + first["data"] <= 1000, "data is shown {:.0f} ms after the first byte, the login's {:.0f} among them".format(
            first["form"] + first["data"], first["form"]))
        check(first["weight"] <= 300_000, f"the page weighs {first['weight'] / 1000:.0f} KB")
        driver.execute_script("location.hash = arguments[0]", options.view)
        samples, end = [], time.monotonic() + options.seconds
        while time.monotonic() < end or len(samples) < 3:
            samples.append(measure(page, max(2000, min(10_000, options.seconds * 100))))
            one = samples[-1]
            print("      {rate:.0f} frames a second, at worst {worst:.0f} ms; heap {heap:.1f} MB, process {process:.0f} MB, "
                  "{nodes} nodes, {listeners} listeners".format(**one), flush=True)
        judge(samples)
    finally:
        if driver:
            driver.quit()
        host.stop()
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
