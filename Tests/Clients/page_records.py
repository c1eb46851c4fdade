"""Chromium against a real host: audit, signals and sessions of the operator's page.

    STRATAGEM=.build/release/stratagem python3 Tests/Clients/page_records.py [--screenshots DIR]
"""

import csv
import json
import pathlib
import sys
import tempfile

from chromium import MARKUP, PASSWORD, check, drive
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

SETTINGS = """
signals: {every: 5s, horizon: 10s}
accounts: {paper: {owner: default, currency: USDT, opening_balance: 1000000, margin: true, max_leverage: 1, users: {admin: trade, vic: view}}}
"""


def prepare(host):
    host.add_user("vic", "viewer")
    host.settle(SETTINGS)


def read(host, path):
    return host.http.get(host.url + path).json()


def field(page, panel, label):
    return next(one for one in page.all(f"#{panel} ~ form label") if one.text.startswith(label)).find_element(
        By.CSS_SELECTOR, "input, select")


def press(page, panel, text):
    button = next(one for one in page.all(f"#{panel} ~ button, #{panel} ~ * button") if one.text == text)
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()


def rows(page):
    return [one.text for one in page.all(".audit tbody tr")]


def audit(page, host):
    change = {"scope": "account", "max_daily_loss": 50000, "reason": MARKUP}
    check(host.http.put(host.url + "/api/risk/limits", json=change).status_code == 200, "a limit is changed over the API")
    page.go("audit")
    check(page.wait(lambda: len(rows(page)) > 10), "the newest rows are there", page.part("audit"))
    numbers = [int(one.get_attribute("data-sequence")) for one in page.all(".audit tbody tr")]
    check(numbers == sorted(numbers, reverse=True), "newest first", numbers)
    field(page, "audit", "Action").send_keys("limits.change")
    field(page, "audit", "Who").send_keys("admin")
    field(page, "audit", "Words").send_keys("IMG SRC")
    press(page, "audit", "Search")
    check(page.wait(lambda: len(rows(page)) == 1 and "limits.change" in rows(page)[0]), "a search finds the change by its reason", rows(page))
    page.one(".audit summary").click()
    written = host.http.get(host.url + "/api/audit/export?action=limits.change").text.splitlines()
    record = json.loads(written[-1])
    shown = page.text(".audit details")
    check(all(str(record[name]) in shown for name in ("sequence", "detail", "hash", "limit_set")), "a record is shown whole", shown)
    check("onerror" in shown and not page.all("main img"), "and a reason with markup stays text", shown)
    page.looks("audit")
    with tempfile.TemporaryDirectory() as folder:
        saved(page, pathlib.Path(folder), record)
    press(page, "chain", "Verify the chain")
    proof = read(host, "/api/audit/verify")
    check(page.wait(lambda: "whole" in page.part("chain") and "signed heads" in page.part("chain")) and proof["valid"],
          "the chain is verified", page.part("chain"))
    words = field(page, "audit", "Words")
    words.clear()
    words.send_keys("no row has these words")
    press(page, "audit", "Search")
    check(page.wait(lambda: "No row of this day fits" in page.part("audit")), "a search that finds nothing says so", page.part("audit"))


def saved(page, folder, record):
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    for title, ending in (("Save as JSON lines", "*.jsonl"), ("Save as a table", "*.csv")):
        press(page, "audit", title)
        path = page.wait(lambda: next(iter(folder.glob(ending)), None))
        text = path.read_text() if path else ""
        if ending == "*.csv":
            table = list(csv.DictReader(text.splitlines()))
            check(len(table) == 1 and table[0]["hash"] == record["hash"], "and so has a table", text)
        else:
            check([json.loads(line) for line in text.splitlines()] == [record], "a saved file has the same record", text)


def signals(page, host):
    page.go("signals")
    check(page.wait(lambda: page.all(".latest tbody tr")), "the latest signals are there", page.part("latest"))

    def agrees():
        latest = read(host, "/signals/latest")["signals"]
        shown = page.part("latest")
        return latest and all(one["instrument"] in shown and f"{one['confidence'] * 100:.2f}" in shown for one in latest)

    check(page.wait(agrees), "each with the confidence that the API has", page.part("latest"))
    check(page.wait(lambda: read(host, "/signals/performance")["total_signals"] > 0, 40), "signals are judged")

    def accuracy():
        found = read(host, "/signals/performance")
        return f"{found['accuracy_30d'] * 100:.2f} %" in page.part("accuracy")

    check(page.wait(accuracy, 30), "and how many were right", page.part("accuracy"))
    page.looks("signals")
    Select(page.one("[aria-label='Instrument']")).select_by_value("BTC_USDT")
    check(page.wait(lambda: {one.text for one in page.all("#signals ~ table tbody td:nth-child(2)")} == {"BTC_USDT"}), "one instrument is picked",
          page.part("signals")[:300])


def sessions(page, host):
    page.go("sessions")
    page.wait(lambda: page.all("#start ~ form legend"))
    Select(field(page, "start", "What")).select_by_value("collect")
    page.one("#start ~ form input[value='BTC_USDT']").click()
    press(page, "start", "Start …")
    page.confirm()
    row = page.wait(lambda: page.text("[data-session]"))
    session = read(host, "/sessions")["data"]["sessions"][0]
    check(row and session["status"] == "running" and session["symbols"] == ["BTC_USDT"], "a recording is started", (row, session))
    name = session["session_id"]
    check(page.wait(lambda: "records in" in page.text(f"[data-session='{name}']")), "and counts its records", page.part("sessions"))
    page.press(f"Stop {name}")
    page.confirm()
    check(page.wait(lambda: "completed" in page.text(f"[data-session='{name}']")), "it is stopped", page.part("sessions"))
    Select(field(page, "start", "What")).select_by_value("backtest")
    check(page.wait(lambda: Select(field(page, "start", "Recording")).options), "what was recorded can be played", page.part("start"))
    page.one("#start ~ form input[value='sma_cross']").click()
    press(page, "start", "Start …")
    page.confirm()
    check(page.wait(lambda: "trades, profit factor" in page.part("sessions") and "replay" in page.part("sessions"), 40),
          "and has a result", page.text("dialog .fault") or page.part("sessions"))
    Select(field(page, "start", "What")).select_by_value("paper")
    page.one("#start ~ form input[value='sma_cross']").click()
    press(page, "start", "Start …")
    page.confirm()
    check(page.says("dialog .fault", "strategies"), "a session of no strategy is refused with the host's words", page.text("dialog"))
    page.one("dialog .buttons button").click()
    page.looks("sessions")


def viewer(page, host):
    next(one for one in page.all("#bar button") if one.text == "Log out").click()
    page.says("#login", "You are logged out")
    page.log_in("vic", PASSWORD)
    page.says("#connection", "live")
    check("Audit" not in page.text("#bar nav"), "a viewer is not offered the audit log", page.text("#bar nav"))
    page.go("sessions")
    check(page.wait(lambda: page.all("[data-session]")), "but sees the sessions", page.text("main"))
    check(not [one.text for one in page.all("main button, main form") if one.is_displayed()], "and starts none", page.text("main"))


def story(page, host):
    page.log_in("admin", PASSWORD)
    page.says("#connection", "live")
    audit(page, host)
    sessions(page, host)
    signals(page, host)
    viewer(page, host)
    page.has_no_complaints("400")


if __name__ == "__main__":
    sys.exit(drive(prepare, story))
