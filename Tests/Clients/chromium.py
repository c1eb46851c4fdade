"""What the scripts of the operator's page share: a browser, a host of its own, and a page to press and to read."""

import argparse
import json
import pathlib
import shutil
import sys
import time

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Streams"))
from host import PASSWORD, Host  # noqa: E402

MARKUP = "<img src=x onerror=\"document.title='ran'\">"
FAILURES = []

# Contrast of every text with what lies under it, by WCAG 2.2 (4.5 : 1, large text 3 : 1; what is disabled is left out), controls
# without a name, and ids that are there twice.
AUDIT = """
const parse = (color) => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return { rgb: [r, g, b], a }; };
const over = (top, under) => top.rgb.map((value, place) => value * top.a + under[place] * (1 - top.a));
const ground = (element) => {
  if (!element) return [255, 255, 255];
  const own = parse(getComputedStyle(element).backgroundColor);
  return own.a === 1 ? own.rgb : over(own, ground(element.parentElement));
};
const light = (rgb) => rgb.map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
  if (!text || !element.checkVisibility({ visibilityProperty: true }) || element.closest(":disabled, noscript, option, .unseen, .skip")) continue;
  const style = getComputedStyle(element), under = ground(element), size = parseFloat(style.fontSize);
  const [high, low] = [light(over(parse(style.color), under)), light(under)].sort((a, b) => b - a);
  const ratio = (high + 0.05) / (low + 0.05), isLarge = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
  if (ratio < (isLarge ? 3 : 4.5)) found.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
}
for (const control of document.querySelectorAll("button, input, select, textarea, a")) {
  const name = control.ariaLabel || control.textContent.trim() || [...control.labels ?? []].map((one) => one.textContent.trim()).join("");
  if (control.checkVisibility() && (!name || control.tagName === "SELECT" && !control.ariaLabel && !control.labels.length)) {
    found.push(`no name: ${control.outerHTML.slice(0, 80)}`);
  }
}
const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
return [...new Set([...found, ...ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `twice: ${id}`)])];
"""


def check(holds, text, found=""):
    print(("ok    " if holds else "FAILED  ") + text + ("" if holds else f": {str(found)[:600]}"), flush=True)
    if not holds:
        FAILURES.append(text)


def browser(program, logs=True):
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
                     "--disable-background-networking", "--window-size=1400,900"):
        options.add_argument(argument)
    if logs:
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


class Page:
    def __init__(self, driver, url, folder):
        self.driver, self.url, self.folder = driver, url, folder
        self.asked, self.complaints = set(), []

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """As it is in the document; nothing where there is none."""
        return self.driver.execute_script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def wait(self, holds, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                found = holds()
                if found:
                    return found
            except (NoSuchElementException, StaleElementReferenceException):
                pass
            time.sleep(0.1)
        return None

    def says(self, selector, words, seconds=20):
        return self.wait(lambda: words in self.text(selector), seconds)

    def log_in(self, user, password, code=None):
        self.driver.get(self.url + "/")
        name, word, second = self.wait(lambda: self.all("#login input"))
        name.send_keys(user)
        word.send_keys(password)
        self.one("#login button").click()
        if code:
            self.wait(second.is_displayed)
            second.send_keys(code)
            self.one("#login button").click()

    def press(self, label):
        """A button by its name, in the middle of the window, where no notice lies over it."""
        button = self.one(f"[aria-label='{label}']")
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()

    def confirm(self):
        self.one("dialog .buttons button:last-child").click()

    def go(self, view):
        self.driver.execute_script("location.hash = arguments[0]", "#/" + view)

    def part(self, name):
        """All that a panel shows."""
        return self.driver.execute_script("return document.getElementById(arguments[0])?.parentElement.innerText ?? ''", name)

    def row(self, strategy, column):
        return self.text(f"[data-strategy='{strategy}'] > :nth-child({column})")

    def look(self, width, scheme):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def read_logs(self):
        for line in self.driver.get_log("performance"):
            message = json.loads(line["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.add(message["params"]["request"]["url"])
            elif message["method"] == "Network.webSocketCreated":
                self.asked.add(message["params"]["url"])
        self.complaints += [line["message"] for line in self.driver.get_log("browser")]

    def looks(self, name):
        """Nothing may spill over at any width; with --screenshots each is kept as NAME-WIDTH-SCHEME.png."""
        for width in (360, 1024, 1920):
            for scheme in ("light", "dark"):
                self.look(width, scheme)
                time.sleep(0.3)
                spill = self.driver.execute_script("return document.documentElement.scrollWidth") - width
                check(spill <= 0, f"nothing of {name} spills over at {width} px, {scheme}", spill)
                found = self.driver.execute_script(AUDIT)
                check(not found, "and all of it can be read and has names", found)
                if self.folder:
                    self.driver.save_screenshot(str(self.folder / f"{name}-{width}-{scheme}.png"))
        self.look(1400, "light")

    def has_no_complaints(self, *expected):
        """But of answers with these numbers, which a script asked for."""
        self.read_logs()
        check(all(any(f" {one} " in line for one in ("401", *expected)) for line in self.complaints), "the browser has nothing to complain of", self.complaints)


def drive(prepare, story):
    """A host that `prepare` has put files for, a browser, and what `story(page, host)` does with both; the exit code."""
    options = argparse.ArgumentParser()
    options.add_argument("--screenshots", type=pathlib.Path)
    folder = options.parse_args().screenshots
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program or not shutil.which("chromedriver"):
        print("skipped: there is no Chromium with its driver")
        return 0
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    host = Host()
    driver = None
    try:
        prepare(host)
        driver = browser(program)
        page = Page(driver, host.url, folder)
        story(page, host)
        check("ran" not in driver.title, "no text of the host ran as markup", driver.title)
        page.read_logs()
        own = tuple(start + host.url.split("//")[1] + "/" for start in ("http://", "ws://")) + ("data:",)
        foreign = [one for one in page.asked if not one.startswith(own)]
        check(page.asked and not foreign, f"none of {len(page.asked)} addresses leaves the host", foreign)
    finally:
        if driver:
            driver.quit()
        host.stop()
    return 1 if FAILURES else 0
