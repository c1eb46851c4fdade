"""Chromium against a real host: the charts of the operator's page.

    STRATAGEM=.build/release/stratagem python3 Tests/Clients/page_market.py [--screenshots DIR]
"""

import sys

from chromium import PASSWORD, check, drive
from selenium.webdriver.common.keys import Keys

# 50,000 candles of a minute that rise by one, from an even time on.
PLOT = """
const done = arguments[arguments.length - 1];
import("/page/plot.js").then(({ Plot }) => {
  const plot = window.plot = new Plot({ label: "A test", panes: [
    { height: 300, series: [{ name: "Price", kind: "candles" }, { name: "Fills", kind: "marks" }] }] });
  document.getElementById("main").replaceChildren(plot.element);
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


def story(page, host):
    page.log_in("admin", PASSWORD)
    page.says("#connection", "live")
    charts(page)
    page.has_no_complaints()


if __name__ == "__main__":
    sys.exit(drive(lambda host: None, story))
