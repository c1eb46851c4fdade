"""Chromium against a real host: one strategy on the operator's page, from its parameters to the report of a backtest.

    STRATAGEM=.build/release/stratagem python3 Tests/Clients/page_strategy.py [--screenshots DIR]
"""

import json
import os
import subprocess
import sys

from chromium import MARKUP, PASSWORD, check, drive

# As long as one record of a log line.
LINE = "<img src=x onerror=document.title='ran'>"
TALK = """static void say(strategy_intents_v1_t *out, const char *text) {
    strategy_log_v1_t line = {.type = STRATEGY_INTENT_LOG, .level = STRATEGY_LOG_WARNING, .length = strlen(text)};
    memcpy(line.text, text, line.length);
    memcpy(&out->records[out->count++], &line, sizeof line);
}

static void on_bar("""


def talker(host):
    """A strategy from source, whose name and log lines hold markup and which counts its bars aloud."""
    folder = host.folder / "strategies"
    subprocess.run([os.environ["STRATAGEM"], "new", "talker", "--language", "c", "--strategies", str(host.folder / "made"),
                    "--data-dir", str(host.folder / "data"), "--quiet"], check=True)
    made = host.folder / "made" / "talker"
    source = made / "talker.c"
    source.write_text(source.read_text().replace("static void on_bar(", TALK, 1).replace(
        "    if (++it->bars < SLOW_BARS) return;",
        f"    char text[40];\n    snprintf(text, sizeof text, \"bar %lld\", (long long)it->bars + 1);\n    say(out, \"{LINE}\");\n"
        "    say(out, text);\n    if (++it->bars < SLOW_BARS) return;"))
    path = made / "strategy.yaml"
    path.write_text(path.read_text().replace("name: Talker", "name: " + json.dumps(MARKUP)))
    made.rename(folder / "talker")
    admit_viewer(host)


def admit_viewer(host):
    """To the account, which a start reads."""
    host.add_user("vic", "viewer")
    host.settle("accounts: {paper: {owner: default, currency: USDT, opening_balance: 1000000, margin: true, "
                "max_leverage: 1, users: {admin: trade, vic: view}}}")


def read(host, path):
    return host.http.get(f"{host.url}/api/strategies/{path}").json()


def go(page, strategy):
    page.driver.execute_script(f"location.hash = '#/strategies/{strategy}'")
    return page.wait(lambda: strategy in page.text(".facts") and not page.all(".view[aria-busy]"))


def fill(page, label, value):
    """A field by its name."""
    field = page.driver.execute_script(
        "return [...document.querySelectorAll('main label')].find((one) => one.firstChild.textContent === arguments[0])"
        ".querySelector('input, select')", label)
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    if field.get_attribute("type") == "datetime-local":
        page.driver.execute_script("arguments[0].value = arguments[1]", field, value)
    else:
        field.clear()
        field.send_keys(value)
    return field


def click(page, selector):
    button = page.one(selector)
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()


def head(page, host):
    check(page.wait(lambda: page.row("talker", 2).startswith("running"), 60), "a source that is dropped in is compiled and runs",
          page.row("talker", 2))
    link = page.one("[data-strategy='sma_cross'] a")
    page.driver.execute_script("arguments[0].click()", link)
    check(page.says(".facts", "SMACross"), "a strategy's name leads to its page", page.text("#main"))
    state = read(host, "sma_cross")
    shown = page.text(".facts")
    check(all(str(one) in shown for one in (state["id"], state["plugin"], *state["instruments"], state["timeframe"])),
          "with what the API says of it", shown)
    # It trades when the market turns.
    check(page.wait(lambda: page.text("#fills ~ div tbody tr"), 120), "its fills are listed", page.text("#fills ~ div"))
    trade = host.http.get(host.url + "/api/trades?strategy_id=sma_cross&limit=1").json()["trades"][0]
    check(page.says("#fills ~ div", f"{trade['price']:,.2f}"), "with the prices of the API", page.text("#fills ~ div"))
    check(page.says("#course ~ .tools", "with commission"), "they stand in the course of the price", page.text("#course ~ .tools"))


def course(page, host):
    """While nothing is held or moves, the result of its fills is the host's to the last digit."""
    host.http.post(host.url + "/api/strategies/sma_cross/disable")
    for position in read(host, "sma_cross/positions")["positions"]:
        host.http.post(f"{host.url}/api/positions/{position['id']}/close", json={})
    page.wait(lambda: read(host, "sma_cross/positions")["positions"] == [])
    net = read(host, "sma_cross/performance")["net_pnl"]
    expected = f"{net:+,.2f}".replace("-", "−")
    check(page.says("#course ~ .tools strong", expected), f"the result of its fills is that of the API, {expected}",
          page.text("#course ~ .tools"))
    check(page.says("#result ~ .figures", expected), "and stands among the figures", page.text("#result ~ .figures"))
    check(page.wait(lambda: "stopped" in page.text("#strategy .pill")), "a strategy that somebody else disables is shown as stopped",
          page.text("#strategy"))
    page.press("Enable sma_cross")
    check(page.wait(lambda: "running" in page.text("#strategy .pill")), "and is enabled here", page.text("#strategy"))


def parameters(page, host):
    fast = fill(page, "fast (bars)", "8")
    check(page.says("#parameters ~ form [data-changed]", "was 5"), "a changed value is marked", page.text("#parameters ~ form"))
    click(page, "#parameters ~ form .main")
    check(page.wait(lambda: read(host, "sma_cross")["parameters"]["fast"] == 8), "and applied", page.text("#parameters ~ form"))
    fill(page, "fast (bars)", "0")
    fill(page, "Largest position", "-1")
    click(page, "#parameters ~ form .main")
    check(page.wait(lambda: page.all("#parameters ~ form [aria-invalid]")), "what is out of bounds is refused", page.text("#parameters ~ form"))
    faults = [one.text for one in page.all("#parameters ~ form label .fault") if one.text]
    check(faults, "and told beside its field", page.text("#parameters ~ form"))
    check(read(host, "sma_cross")["parameters"]["fast"] == 8, "and nothing is changed")
    click(page, "#parameters ~ form .buttons button:first-child")
    check(fast.get_attribute("value") == "8" and not page.all("#parameters ~ form [data-changed]"), "a reset brings back what is in force",
          fast.get_attribute("value"))


def functions(page):
    form = "[data-function='average']"
    fill(page, "bars", "many")
    page.press("Call average")
    check(page.says(f"{form} label .fault", "whole number"), "an argument's fault stands beside it", page.text(form))
    fill(page, "bars", "1")
    page.press("Call average")
    check(page.wait(lambda: float(page.text(f"{form} output") or 0) > 0), "a function is called", page.text(form))


def backtests(page, host):
    folder = host.folder / "downloads"
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    fill(page, "From", "2026-03-02T10:00")
    fill(page, "To", "2026-03-02T10:20")
    fill(page, "fast (bars)", "9")
    click(page, "#backtests ~ form [type=checkbox]")
    click(page, "#backtests ~ form .main")
    row = "[data-backtest='bt_1']"
    check(page.says(row, "completed", 60), "a backtest is run", page.text("#backtests ~ form") + page.text(row))
    result = read(host, "sma_cross/backtests/bt_1")["result"]
    check(page.says(row, f"{result['total_trades']} trades"), "with the result of the API", page.text(row))
    tried, running = result["details"]["parameters"]["fast"], read(host, "sma_cross")["parameters"]["fast"]
    check((tried, running) == (9, 8), "and with a changed parameter that is not applied", (tried, running))
    click(page, "#parameters ~ form .buttons button:first-child")
    page.press("Report bt_1")
    file = folder / "sma_cross-bt_1.html"
    check(page.wait(file.exists) and "sma_cross" in file.read_text(), "its report is saved", page.text("#notices"))
    fill(page, "From", "2026-03-01T10:00")
    fill(page, "To", "2026-03-20T10:00")
    click(page, "#backtests ~ form .main")
    check(page.wait(lambda: page.one("[data-backtest='bt_2'] progress").get_attribute("value") != "0", 60), "progress is shown as it comes",
          page.text("#backtests ~ ul"))
    page.press("Cancel bt_2")
    page.confirm()
    check(page.says("[data-backtest='bt_2'] .pill", "failed"), "one that runs is cancelled", page.text("[data-backtest='bt_2']"))
    fill(page, "From", "2026-03-03T10:00")
    fill(page, "To", "2026-03-02T10:00")
    click(page, "#backtests ~ form .main")
    check(page.says("#backtests ~ form label .fault", "must be before to"), "a time's fault stands beside it", page.text("#backtests ~ form"))


def logs(page):
    check(page.says("#log ~ .log", LINE), "log lines come live, and markup in them stays text", page.text("#log ~ .log"))
    before = page.text("#log ~ .log li:last-child")
    check(page.wait(lambda: page.text("#log ~ .log li:last-child") != before), "and go on")
    click(page, "#log ~ .tools button")
    check(page.says("#log ~ .tools [role=status]", " new"), "a pause counts what is new", page.text("#log ~ .tools"))
    click(page, "#log ~ .tools button")
    page.one("#log ~ .tools select").send_keys("error")
    check(page.wait(lambda: "bar" not in page.text("#log ~ .log")), "a level leaves out what matters less", page.text("#log ~ .log"))
    page.one("#log ~ .tools select").send_keys("info")


def generations(page, host):
    source = host.folder / "strategies" / "talker" / "talker.c"
    source.write_text(source.read_text().replace('"1.0.0"', '"1.1.0"'))
    rows = "#generations ~ div tbody"
    check(page.says(rows, "1.1.0", 60), "a source that is saved is the next generation", page.text(rows))
    page.press("Reload talker")
    page.one("dialog select").send_keys("shadow")
    page.one("dialog [type=checkbox]").click()
    page.confirm()
    check(page.says(".shadow h3", "Generation 3 runs as a shadow", 60), "a reload as a shadow runs beside it",
          page.text("dialog .fault") or page.text("#generations ~ .shadow"))
    check(page.says(".differences", "bar 1", 30), "differences stand side by side", page.text(".shadow"))
    check("bar 1" in read(host, "talker/generations")["shadow"]["differences"][0]["shadow"][1], "as the API says them")
    page.looks("strategy")
    next(one for one in page.all(".shadow button") if one.text.startswith("Promote")).click()
    page.confirm()
    check(page.wait(lambda: read(host, "talker/generations")["current"] == 3), "a shadow is promoted", page.text("dialog .fault"))
    check(page.says(f"{rows} tr:first-child", "active") and page.wait(lambda: not page.one(".shadow").is_displayed()),
          "and is the active generation", page.text(rows))
    page.press("Roll back talker")
    page.wait(lambda: page.one("dialog .buttons button:last-child").is_enabled())
    page.confirm()
    check(page.wait(lambda: read(host, "talker")["generation"] == 2, 60), "an earlier one is put back", page.text("dialog .fault"))


def viewer(page, host):
    next(one for one in page.all("#bar button") if one.text == "Log out").click()
    page.log_in("vic", PASSWORD)
    page.says("#bar .who", "vic")
    check(go(page, "sma_cross"), "a viewer sees a strategy", page.text("#main"))
    shown = [page.text(f"#{one} ~ :not(.fault)") for one in ("parameters", "functions", "backtests", "generations", "log")]
    check(all(shown), "with parameters, functions, backtests, generations and log", shown)
    names = {one.text for one in page.all("#desk button") if one.is_displayed()}
    check(names <= {"Log out", "Pause", "Result", "Report"}, "and is offered nothing that a viewer may not do", names)
    inputs = page.all("#parameters ~ form input")
    check(inputs and not any(one.is_enabled() for one in inputs), "and changes no parameter", len(inputs))


def story(page, host):
    page.log_in("admin", PASSWORD)
    head(page, host)
    course(page, host)
    parameters(page, host)
    functions(page)
    backtests(page, host)
    go(page, "talker")
    check(page.says("#strategy", MARKUP) and not page.all("main img"), "a name with markup stays text", page.text("#strategy"))
    logs(page)
    generations(page, host)
    go(page, "sma_cross")
    page.looks("strategy-trading")
    page.driver.execute_script("location.hash = '#/strategies/no_such'")
    check(page.says("section > .fault", "no_such"), "a strategy that is not there is told", page.text("#main"))
    page.has_no_complaints("400", "404")
    viewer(page, host)
    check(not page.all("main img"), "and no text became an image")


if __name__ == "__main__":
    sys.exit(drive(talker, story))
