"""Chromium against a real host: headroom, what-if, approvals and denials of the operator's page.

    STRATAGEM=.build/release/stratagem python3 Tests/Clients/page_risk.py [--screenshots DIR]
"""

import sys

import requests
from chromium import MARKUP, PASSWORD, check, drive
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

SETTINGS = """
compliance: {programs: {default: {approval: {notional: 20000}, daily_loss: {fraction: 0.1}}}}
accounts:
  paper: {owner: default, currency: USDT, opening_balance: 1000000, margin: true, max_leverage: 1, users: {admin: trade, tess: trade, vic: view}}
"""


def prepare(host):
    """Orders above an amount wait for a second person, and there is one."""
    host.add_user("tess", "trader")
    host.add_user("vic", "viewer")
    host.settle(SETTINGS)


def read(host, path):
    return host.http.get(host.url + path).json()


def login(host, name):
    """A client of the API beside the page."""
    http = requests.Session()
    answer = http.post(host.url + "/api/auth/login", json={"username": name, "password": PASSWORD}).json()
    http.headers["Authorization"] = "Bearer " + answer["accessToken"]
    return http


def figure(value):
    return f"{value:,.2f}"


def headroom(page, host):
    answer = host.http.put(host.url + "/api/risk/limits", json={"scope": "account", "max_daily_loss": 50000, "reason": MARKUP})
    check(answer.status_code == 200, "a limit is set over the API", answer.text)
    page.go("risk")

    def agrees():
        rows = read(host, "/api/risk/headroom")["headroom"]
        shown = page.part("headroom")
        return all(figure(one["limit"]) in shown for one in rows if one["rule"] != "risk.buying-power") and len(
            page.all("#headroom ~ ul li")) == len(rows) + 1 and rows

    check(page.wait(agrees), "each limit of the API has its bar, and the program's daily loss has one", page.part("headroom"))
    shares = [float(one.get_attribute("aria-valuenow")) for one in page.all("#headroom ~ ul [role=meter]:not([hidden])")
              if one.get_attribute("aria-valuenow")]
    check(shares and shares == sorted(shares, reverse=True), "the nearest limit stands first", shares)
    Select(page.one("[aria-label='Strategy']")).select_by_value("sma_cross")
    check(page.wait(lambda: page.all("#headroom ~ ul [data-rule='risk.position']")), "a strategy's limits come with it",
          page.part("headroom"))
    check(page.all("#headroom ~ ul li") and "system" in page.part("headroom"), "and every scope's are there", page.part("headroom"))
    Select(page.one("[aria-label='Scope']")).select_by_value("system")
    check(page.wait(lambda: len(page.all("#headroom ~ ul li")) == 1), "one scope is picked", page.part("headroom"))
    Select(page.one("[aria-label='Scope']")).select_by_value("")


def ask(page, **fields):
    """Fills the what-if form by its labels, asks, and answers what it says."""
    for label, value in fields.items():
        label = label.replace("_", " ")
        field = next(one for one in page.all("#whatif ~ form label") if one.text.startswith(label))
        if field.find_elements(By.TAG_NAME, "select"):
            Select(field.find_element(By.TAG_NAME, "select")).select_by_value(value)
        else:
            entry = field.find_element(By.TAG_NAME, "input")
            entry.clear()
            entry.send_keys(value)
    button = page.one("#whatif ~ form button")
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    return page.wait(lambda: page.text("#whatif ~ .verdict")) or page.part("whatif")


def what_if(page, host):
    before = len(read(host, "/api/orders")["orders"])
    told = ask(page, Instrument="SOL_USDT", Quantity="0.5")
    check("would pass" in told, "an order within the limits would pass", told)
    told = ask(page, Instrument="BTC_USDT", Quantity="10")
    answer = host.http.post(host.url + "/api/orders?dry_run=true", json={
        "strategy_id": "manual", "instrument": "BTC_USDT", "order_type": "BUY", "quantity": 10}).json()
    limit = next(one for one in answer["denials"] if one["rule"] == "risk.order-size")["limit"]
    check("would be denied" in told and "Order size" in told and f"limit {limit:,.0f}" in told, "one above a limit names the rule", told)
    check("reduce quantity" in told, "and what would help", told)
    orders = [one for one in read(host, "/api/orders")["orders"] if one["strategy_id"] == "manual"]
    check(not orders, "and nothing was sent", (before, orders))
    told = ask(page, Quantity="many")
    check("must be a number" in told and page.all("#whatif ~ form [aria-invalid]"), "a fault stands beside its field", told)
    told = ask(page, Instrument="BTC_USDT", Quantity="1")
    check("second person" in told, "one that needs approval is told", told)


def denied(page, host):
    host.http.post(host.url + "/api/orders", json={
        "strategy_id": "manual", "instrument": "BTC_USDT", "order_type": "BUY", "quantity": 10})
    newest = read(host, "/api/risk/denials")["denials"][0]
    rows = page.wait(lambda: [one.text for one in page.all(".denials tbody tr") if "Order size" in one.text])
    check(rows and all(f"{one['observed']:,.2f}".rstrip("0").rstrip(".") in rows[0] for one in newest["failures"]
                       if isinstance(one["observed"], float)), "a denial has each rule with what it observed", (rows, newest))


def approvals(page, host):
    """Two orders of somebody else: one is approved and executed, one is denied."""
    tess = login(host, "tess")
    for side in ("BUY", "SELL"):
        answer = tess.post(host.url + "/api/orders", json={
            "strategy_id": "manual", "instrument": "BTC_USDT", "order_type": side, "quantity": 0.5}).json()
        check("approval_id" in answer["error"].get("details", {}), f"an order of {side.lower()} 0.5 waits for a second person", answer)
    check(page.wait(lambda: len(page.all(".approvals button:not([hidden])")) == 4), "both are in the queue, with what to do",
          page.part("approvals"))
    check("tess" in page.part("approvals") and "14:5" in page.part("approvals"), "with who asked and how long it waits",
          page.part("approvals"))
    page.looks("risk")
    page.press("Approve BUY 0.5 BTC_USDT, MARKET")
    page.confirm()
    row = page.wait(lambda: next((one.text for one in page.all(".approvals tr[data-approval]") if "approved" in one.text), None))
    order = next(one for one in read(host, "/api/approvals")["approvals"] if one["status"] == "approved")
    check(row and "by admin" in row, "it is approved, with by whom", page.part("approvals"))
    status = page.wait(lambda: "FILLED" in [one["status"] for one in read(host, "/api/orders")["orders"]
                                            if one["order_id"] == order["order_id"]])
    check(status, "and the order is executed", order)
    page.press("Deny SELL 0.5 BTC_USDT, MARKET")
    page.one("dialog input").send_keys(MARKUP)
    page.confirm()
    check(page.wait(lambda: MARKUP in page.part("approvals")), "one is denied, and a reason with markup stays text",
          page.text("dialog .fault") or page.part("approvals"))
    check(not page.all("main img"), "and became no image")


def limits(page, host):
    Select(page.one("[aria-label='Scope of the limits']")).select_by_value("account")
    page.wait(lambda: page.all("[data-limit='max_daily_loss']"))
    page.press("Change max_daily_loss")
    value, reason = page.all("dialog input")
    value.clear()
    value.send_keys("much")
    reason.send_keys(MARKUP)
    page.confirm()
    check(page.says("dialog small.fault", "must be"), "a limit that is no number is refused beside its field", page.text("dialog"))
    value.clear()
    value.send_keys("40000.5")
    page.confirm()
    check(page.wait(lambda: "40,000.5" in page.part("limits")), "a limit is changed", page.part("limits"))
    found = {one["name"]: one["value"] for one in read(host, "/api/risk/limits?scope=account")["limits"]}
    check(found["max_daily_loss"] == "40000.5", "and it is the host's", found)
    page.press("Remove max_daily_loss")
    page.one("dialog input").send_keys("the script is done with it")
    page.confirm()
    check(page.wait(lambda: not page.all("[data-limit='max_daily_loss']")), "and removed", page.part("limits"))


def stops(page, host):
    stop = host.http.post(host.url + "/api/v1/emergency-stop", json={
        "scope": "instrument", "target_id": "ADA_USDT", "mode": "stop", "reason": MARKUP, "triggered_by": "admin"}).json()
    number = stop["stop_id"]
    host.http.delete(host.url + f"/api/v1/emergency-stop/{number}", json={
        "authorized_by": "admin", "resolution_reason": "it was " + MARKUP})
    check(page.wait(lambda: "it was " + MARKUP in page.part("stops")), "a released stop stands there with both reasons",
          page.part("stops"))


def viewer(page, host):
    next(one for one in page.all("#bar button") if one.text == "Log out").click()
    page.says("#login", "You are logged out")
    page.log_in("vic", PASSWORD)
    page.says("#connection", "live")
    page.go("risk")
    check(page.wait(lambda: "approved" in page.part("approvals") and page.all("#headroom ~ ul li")), "a viewer sees all of it",
          page.text("main"))
    names = [one.text for one in page.all("main button") if one.is_displayed()]
    check(names == [] and not page.all("main form"), "and is offered nothing that changes something", names)


def story(page, host):
    page.log_in("admin", PASSWORD)
    page.says("#connection", "live")
    headroom(page, host)
    what_if(page, host)
    denied(page, host)
    approvals(page, host)
    limits(page, host)
    stops(page, host)
    viewer(page, host)
    page.has_no_complaints("400")


if __name__ == "__main__":
    sys.exit(drive(prepare, story))
