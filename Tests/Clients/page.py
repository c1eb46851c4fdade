"""Chromium against a real host: the operator's page, from the login to a host that is killed and comes back.

    STRATAGEM=.build/release/stratagem python3 Tests/Clients/page.py [--screenshots DIR]
"""

import decimal
import json
import sys
import time

from chromium import MARKUP, PASSWORD, check, drive

SECRETS = "return JSON.stringify([localStorage.length, sessionStorage.length, document.cookie])"


def name_with_markup(host):
    path = host.folder / "strategies" / "sma_cross" / "strategy.yaml"
    path.write_text(path.read_text().replace("name: SMA crossover", "name: " + json.dumps(MARKUP)))


def overview(page, host):
    page.log_in("admin", "a wrong password")
    check(page.says("#login .fault", "wrong"), "a wrong password is told", page.text("#login .fault"))
    began = time.monotonic()
    page.log_in("admin", PASSWORD)
    shown = page.wait(lambda: page.text("[data-strategy='sma_cross'] .pill") == "running")
    check(shown, f"the strategies are there {time.monotonic() - began:.1f} s after the page was asked for", page.text("main"))
    check(page.says("#connection", "live"), "the stream is live", page.text("#connection"))
    check(page.says("#trading", "trading"), "the trading state stands in words", page.text("#trading"))
    check(page.wait(lambda: page.text(".figure strong").startswith("1,000,") or page.text(".figure strong").startswith("999,")),
          "the account's equity is there", page.text(".figure strong"))
    check(page.wait(lambda: float(page.row("sma_cross", 4).replace("–", "0")) > 0), "events are counted by the second",
          page.row("sma_cross", 4))
    check(page.wait(lambda: page.row("sma_cross", 7) not in ("", "–")), "each strategy's result of today", page.row("sma_cross", 7))
    check(page.wait(lambda: results_add_up(host)), "and they add up to the account's")
    held = page.wait(lambda: page.text("#positions ~ table tbody tr"), 60)
    before = page.text("#positions ~ table tbody")
    check(held and page.wait(lambda: page.text("#positions ~ table tbody") != before), "positions move without a reload", before)
    check(json.loads(page.driver.execute_script(SECRETS)) == [0, 0, ""], "nothing is stored in the browser")


def results_add_up(host):
    """To the last digit, read while the market stood still."""
    def read(path):
        return json.loads(host.http.get(host.url + path).text, parse_float=decimal.Decimal)

    def parts():
        return [one["day_pnl"] for one in read("/api/strategies")["data"]["strategies"]]

    before, whole, after = parts(), read("/api/risk/portfolio")["daily_pnl"], parts()
    return before == after and any(before) and sum(before) == whole


def strategies(page, host):
    page.press("Disable sma_cross")
    page.confirm()
    check(page.wait(lambda: "stopped" in page.row("sma_cross", 2)), "a strategy that is disabled is shown as stopped",
          page.row("sma_cross", 2))
    state = host.http.get(host.url + "/api/strategies/sma_cross").json()
    check(state["state"] == "stopped" and not state["enabled"], "and it is stopped", state["state"])
    check(page.says("#notices", "sma_cross is disabled"), "what became of orders and positions is told", page.text("#notices"))
    page.press("Enable sma_cross")
    check(page.wait(lambda: "running" in page.row("sma_cross", 2)), "it is enabled again", page.row("sma_cross", 2))
    page.press("Reload sma_cross")
    page.confirm()
    check(page.wait(lambda: "generation 2" in page.row("sma_cross", 3), 60), "a reload is the next generation",
          page.text("dialog .fault") or page.row("sma_cross", 3))
    page.press("Roll back sma_cross")
    page.wait(lambda: page.one("dialog .buttons button:last-child").is_enabled())
    page.confirm()
    check(page.wait(lambda: "generation 1" in page.row("sma_cross", 3), 60), "an earlier generation is put back",
          page.text("dialog .fault") or page.row("sma_cross", 3))


def closing(page, host):
    page.press("Disable dump_v2")
    page.one("dialog input").click()
    page.confirm()
    check(page.wait(lambda: "stopped" in page.row("dump_v2", 2)), "one is disabled and closes what it holds", page.text("dialog .fault"))
    held = lambda: host.http.get(host.url + "/api/strategies/dump_v2/positions").json()["positions"]  # noqa: E731
    check(page.wait(lambda: not held()), "and holds nothing", held())


def alerts(page):
    check(page.wait(lambda: page.all("#alerts ~ ul li button")), "what was stopped is an alert", page.text("#alerts ~ ul"))
    next(one for one in page.all("#alerts ~ ul li button") if one.is_displayed()).click()
    check(page.says("#alerts ~ ul", "seen by admin"), "which is acknowledged", page.text("#alerts ~ ul"))


def stops(page, host):
    next(one for one in page.all("#bar button") if "Emergency" in one.text).click()
    page.one("dialog input").send_keys(MARKUP)
    page.confirm()
    check(page.says("dialog", "sma_cross"), "step one lists what a stop affects", page.text("dialog"))
    listed = host.http.get(host.url + "/api/v1/emergency-stops").json()["active_stops"]
    check(all(one["status"] == "resolved" for one in listed), "and stops nothing", listed)
    page.confirm()
    check(page.says("#trading", "stopped"), "step two stops", page.text("#trading"))
    check(MARKUP in page.text("#stops ~ div") and not page.all("#stops ~ div img"), "a reason with markup stays text",
          page.text("#stops ~ div"))
    page.one("#stops ~ div li button").click()
    page.one("dialog input").send_keys("the script is done with it")
    page.confirm()
    check(page.wait(lambda: page.text("#trading") == "trading"), "a stop is released with a reason",
          page.text("dialog .fault") or page.text("#trading"))


def outage(page, host):
    host.kill()
    check(page.says("#connection", "stale", 30), "a host that is killed is told as stale", page.text("#connection"))
    check("No contact" in page.text(".banner"), "with the time of the last contact", page.text(".banner"))
    host.start_again()
    check(page.says("#connection", "live", 60), "when it is back, the page is live again", page.text("#connection"))
    check(page.wait(lambda: not page.text(".banner")) is not None and page.wait(
        lambda: "running" in page.row("mean_reversion", 2)), "with what is now", page.row("mean_reversion", 2))


def factors(page, host):
    """Logs out, and in with a second factor, which a recovery code stands in for."""
    next(one for one in page.all("#bar button") if one.text == "Log out").click()
    check(page.says("#login", "You are logged out"), "logs out", page.text("#login"))
    check(not page.text("#bar .who") or not page.one("#bar").is_displayed(), "and shows nothing more")
    setup = host.http.post(host.url + "/api/auth/setup-mfa", json={}).json()
    answer = host.http.post(host.url + "/api/auth/verify-mfa", json={"mfa_token": one_time_code(setup["secret"])}).json()
    page.log_in("admin", PASSWORD, answer["recovery_codes"][0])
    check(page.says("#connection", "live"), "logs in with a second factor", page.text("#login .fault"))


def one_time_code(secret):
    """RFC 6238: six digits, thirty seconds, SHA-1."""
    import base64, hashlib, hmac, struct  # noqa: E401
    digest = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def viewer(page, host):
    host.add_user("vic", "viewer")
    page.log_in("vic", PASSWORD)
    check(page.says("#bar .who", "vic"), "a viewer logs in", page.text("#login .fault"))
    names = [one.text for one in page.all("#desk button")]
    check(names == ["Log out"], "and is offered nothing that a viewer may not do", names)


def story(page, host):
    overview(page, host)
    check(page.says("[data-strategy='sma_cross']", MARKUP), "a strategy's name with markup stays text", page.row("sma_cross", 1))
    strategies(page, host)
    page.looks("overview")
    stops(page, host)
    alerts(page)
    closing(page, host)
    page.has_no_complaints()
    outage(page, host)
    factors(page, host)
    viewer(page, host)
    check(not page.all("[data-strategy] img"), "and no name became an image")


if __name__ == "__main__":
    sys.exit(drive(name_with_markup, story))
