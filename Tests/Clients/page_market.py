"""Chromium against a real host: the charts of the operator's page, its market and its orders.

    STRATAGEM=.build/release/stratagem python3 Tests/Clients/page_market.py [--screenshots DIR]
"""

import os
import subprocess
import sys
import time
import urllib.parse

from chromium import MARKUP, PASSWORD, check, drive
from selenium.webdriver.common.keys import Keys

# 50,000 candles of a minute that rise by one, from an even time on.
PLOT = """
const done = arguments[arguments.length - 1];
import("/page/plot.js").then(({ Plot }) => {
  const plot = window.plot = new Plot({ label: "A test", panes: [
    { height: 300, series: [{ name: "Price", kind: "candles" }, { name: "Fills", kind: "marks" }] }] });
  document.querySelector(".view").replaceChildren(plot.element);
  const candle = (count) => ({ time: 1.6e12 + count * 60000, open: count, high: count + 2, low: count - 1, close: count + 1 });
  plot.set("Price", Array.from({ length: 50000 }, (_, count) => candle(count)));
  plot.set("Fills", [{ time: 1.6e12 + 49990 * 60000, value: 49990, side: "buy", text: "buy 7" }]);
  window.candle = candle;
  setTimeout(done, 200);
});
"""
FRAMES = """
const done = arguments[arguments.length - 1], times = [];
for (let count = 0; count < 50; count++) plot.zoom(1.25);
const frame = (now) => {
  times.push(now);
  plot.shift((times.length % 40 < 20 ? -15 : 15) * plot.scale);
  if (times.length < 122) return requestAnimationFrame(frame);
  done((times.at(-1) - times[1]) / 120);
};
requestAnimationFrame(frame);
"""
INK = """
const { canvas } = plot, { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
let count = 0;
for (let place = 3; place < data.length; place += 4) count += data[place] > 0;
return count / (data.length / 4);
"""


def charts(page):
    page.driver.set_script_timeout(30)
    page.driver.execute_async_script(PLOT)
    check("close 50,000.00" in page.text(".plot p"), "a chart says its newest values in words", page.text(".plot p"))
    canvas = page.one(".plot canvas")
    check(page.wait(lambda: "last 50,000.00" in canvas.get_attribute("aria-label")), "and who does not see it is told", canvas.get_attribute("aria-label"))
    ink = page.driver.execute_script(INK)
    check(ink > 0.02, "it is painted", ink)
    page.driver.execute_script("plot.append('Price', candle(50000)); plot.append('Price', {...candle(50000), close: 7})")
    check(page.says(".plot p", "close 7.00"), "a candle that is appended takes the place of the one with its time", page.text(".plot p"))
    page.driver.execute_script("plot.append('Price', candle(50000))")
    canvas.send_keys("+", Keys.ARROW_LEFT)
    before = page.driver.execute_script("return plot.range.to")
    page.driver.execute_script("plot.append('Price', candle(50001))")
    check(page.driver.execute_script("return plot.range.to") == before, "what was moved to stays while more arrives")
    canvas.send_keys(Keys.HOME)
    page.driver.execute_script("plot.point({x: plot.canvas.clientWidth / 2, y: 90})")
    check(page.wait(lambda: " 2020" in page.text(".plot p")), "Home goes to the oldest", page.text(".plot p"))
    canvas.send_keys(Keys.END)
    check(page.driver.execute_script("return plot.range.to > 1.6e12 + 50001 * 60000"), "End goes to the newest")
    milliseconds = page.driver.execute_async_script(FRAMES)
    check(milliseconds < 34, f"50,000 candles are moved at {1000 / milliseconds:.0f} frames a second", milliseconds)
    page.driver.execute_script("plot.close()")


def go(page, address):
    page.driver.execute_script("location.hash = arguments[0]", address)


def number(text):
    return float(text.replace(",", "") if text.strip("–") else "nan")


def market(page, host):
    go(page, "#/market/ETH_USDT/1s")
    check(page.wait(lambda: number(page.text(".quote strong")) > 0), "a market has its price", page.text(".quote"))
    check(page.says(".quote .pill", "prices come in"), "and says that prices come in", page.text(".quote"))

    def data(what):
        return host.http.get(f"{host.url}/api/market-data/ETH_USDT/{what}").json()

    def book_is_the_same():
        shown = [number(one) for one in page.driver.execute_script(
            "return [...document.querySelectorAll('.book th[scope=row]')].map((one) => one.textContent)")]
        depth = data("depth")
        return shown == [one["price"] for one in depth["asks"][::-1]] + [one["price"] for one in depth["bids"]]

    check(page.wait(book_is_the_same), "the book is that of the API", page.text(".book"))
    first = page.text(".book")
    check(page.wait(lambda: page.text(".book") != first, 5), "and moves without a reload")

    def candle_is_the_same():
        words = page.text(".plot p").split("Fill")[0].replace("Price", " ").split()
        shown = [number(words[words.index(name) + 1]) for name in ("open", "high", "low", "close")]
        now = time.time()
        last = data(f"candles?timeframe=1s&limit=3&from={stamp(now - 60)}&to={stamp(now)}")["data"]
        return any(shown == [one[name] for name in ("open", "high", "low", "close")] for one in last)

    check(page.wait(candle_is_the_same), "the last candle is that of the API", page.text(".plot p"))
    trades = page.wait(lambda: [number(one.text) for one in page.all(".tape li span:first-child")])
    check(set(trades) & {one["price"] for one in data("ticks?limit=200")["data"]}, "last trades are those of the API", trades)
    page.looks("market")
    page.one(".quote a").click()
    chosen = "return document.querySelector('.ticket select')?.value"
    check(page.wait(lambda: page.driver.execute_script(chosen) == "ETH_USDT"), "it has a way to a new order in it")
    go(page, "#/market/" + urllib.parse.quote(MARKUP))
    check(page.says("#market ~ .fault", f"no instrument {MARKUP}") and not page.all("#main img"), "an unknown instrument is told, as text",
          page.text("#main"))


def outage(page, host):
    """What a view listens to is asked for again."""
    go(page, "#/market/ETH_USDT/1s")
    page.says(".book", "spread")
    host.kill()
    check(page.says("#connection", "stale", 30), "a host that is gone is told")
    host.start_again()
    check(page.says("#connection", "live", 60), "when it is back, the page is live again", page.text("#connection"))
    first = page.text(".book")
    check(page.wait(lambda: page.text(".book") != first), "and the book moves on", first)


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def fill(page, **values):
    """The fields of a new order by their labels."""
    for label, value in values.items():
        field = next(one for one in page.all(".ticket label") if one.text.startswith(label.replace("_", " ")))
        field = field.find_element("css selector", "input, select")
        if field.tag_name == "select":
            field.find_element("css selector", f"option[value='{value}']").click()
        else:
            field.clear()
            field.send_keys(value)


def submit(page):
    page.one("#ticket ~ form .buttons button:last-child").click()


def back(page):
    page.one("#ticket ~ form .buttons button:first-child").click()


def orders(page, host):
    def working():
        return host.http.get(host.url + "/api/orders?status=SUBMITTED&strategy_id=manual").json()["orders"]

    go(page, "#/orders")
    page.wait(lambda: page.one("#ticket").is_displayed() and page.all(".ticket option[value='sma_cross']"))
    fill(page, Instrument="BTC_USDT", Kind="MARKET", Quantity="100")
    submit(page)
    check(page.says(".verdict", "would be denied"), "an order that is tried may be denied", page.text("#ticket ~ form"))
    asked = host.http.post(host.url + "/api/orders?dry_run=true", json={
        "strategy_id": "manual", "instrument": "BTC_USDT", "order_type": "BUY", "quantity": 100}).json()
    names = [one["rule"].split(".")[1].replace("-", " ").capitalize() for one in asked["denials"]]
    check(names and all(one in page.text(".verdict") for one in names), f"it names each rule: {', '.join(names)}", page.text(".verdict"))
    check("USDT" in page.text(".verdict"), "and what it would cost", page.text(".verdict"))
    check(not page.one("#ticket ~ form .buttons button:last-child").is_displayed(), "and is not offered to be placed")
    page.looks("orders-denied")
    back(page)
    fill(page, Kind="LIMIT", Quantity="0.0100001", Limit_price="1000")
    submit(page)
    check(page.wait(lambda: page.all(".ticket [aria-invalid]")) and "lot" in page.text(".ticket"), "a fault stands beside its field", page.text(".ticket"))
    best = host.http.get(host.url + "/api/market-data/BTC_USDT/depth").json()["bids"][0]["price"]
    fill(page, Quantity="0.01", Limit_price=str(round(best * 0.97)))
    submit(page)
    check(page.says(".verdict", "would pass") and not working(), "an order that would pass is not placed by trying it", page.text("#ticket ~ form"))
    submit(page)
    placed = page.wait(working)
    check(placed and page.says(".orders tbody", placed[0]["order_id"]), "the second step places it, and it is listed", page.text("#ticket ~ form"))
    change(page, host, placed[0]["order_id"], round(best * 0.96))
    page.looks("orders")
    page.press(f"Cancel {placed[0]['order_id']}")
    check(page.wait(lambda: not working()), "it is cancelled", page.text("#notices"))
    check(page.wait(lambda: placed[0]["order_id"] not in page.text(".orders tbody")), "and leaves the working ones", page.text(".orders"))
    fill(page, Kind="MARKET", Quantity="0.01")
    submit(page)
    page.says(".verdict", "would pass")
    submit(page)
    close = "Close BTC_USDT of manual"
    check(page.wait(lambda: page.all(f"[aria-label='{close}']")), "a fill is a position", page.text(".held"))
    page.press(close)
    page.confirm()
    check(page.wait(lambda: not page.all(f"[aria-label='{close}']")), "that is closed", page.text("dialog .fault"))
    trades = [one["order_id"] for one in host.http.get(host.url + "/api/trades?strategy_id=manual").json()["trades"]]
    check(trades and page.says("#trades ~ div", trades[0]), "with its trades", page.text("#trades ~ div"))


def change(page, host, order, price):
    page.press(f"Change {order}")
    page.wait(lambda: page.all("dialog input"))
    field = page.all("dialog input")[1]
    field.clear()
    field.send_keys("0.001")
    page.confirm()
    check(page.says("dialog", "tick"), "a change has its faults beside its fields", page.text("dialog"))
    field.clear()
    field.send_keys(str(price))
    page.confirm()
    check(page.says(".orders tbody", f"{price:,}.00"), "an order is changed", page.text("dialog .fault") or page.text(".orders"))


def viewer(page, host):
    subprocess.run([os.environ["STRATAGEM"], "user", "add", "vic", "--role", "viewer", "--password-file", "-",
                    "--data-dir", str(host.folder / "data")], input=PASSWORD + "\n", text=True, check=True,
                   stdout=subprocess.DEVNULL)
    page.log_in("vic", PASSWORD)
    page.says("#connection", "live")
    go(page, "#/orders")
    check(page.wait(lambda: page.one("#trades").is_displayed()), "a viewer sees orders, positions and trades")
    names = [one.text for one in page.all("#desk button") if one.is_displayed()]
    check(names == ["Log out"], "and is offered nothing that a viewer may not do", names)


def story(page, host):
    page.log_in("admin", PASSWORD)
    page.says("#connection", "live")
    charts(page)
    market(page, host)
    orders(page, host)
    page.has_no_complaints("400")
    outage(page, host)
    viewer(page, host)


if __name__ == "__main__":
    sys.exit(drive(lambda host: None, story))
