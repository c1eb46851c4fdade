// What the operator sees first: money, trading state, strategies, positions, alerts, and the host's health.

import { Sparkline } from "./chart.js";
import { change, clock, keep, make, mark, money, notice, percent, price, quantity, say, sign, table } from "./dom.js";
import { call, look, may } from "./session.js";
import { StrategyTable } from "./strategies.js";
import { panel, View } from "./view.js";

const parts = {
  engine: "Engine", journal: "Journal", market_data: "Market data", strategies: "Strategies", disk: "Disk" };

const columns = ["Instrument", "Strategy", "Quantity", "Entry", "Price", "Unrealized"];

export class Overview extends View {
  #positions = new Map();

  constructor(desk, place) {
    super(desk, place);
    this.strategies = new StrategyTable(() => desk.changed());
    this.#build();
    // Strategies are read 20 times a minute: the host allows 50 for all that a user asks of them.
    this.readStrategies = this.every(3000, this.strategyPanel, async () => {
      this.strategies.show((await call("GET", "/api/strategies")).data.strategies);
    });
    this.every(1000, this.moneyPanel, async () => this.#showMoney(await call("GET", "/api/risk/portfolio")));
    this.every(2000, this.moneyPanel, async () => this.#showRisk(await call("GET", "/api/v1/risk-status")));
    this.every(5000, this.positionPanel, async () => this.#takePositions((await call("GET", "/api/positions")).positions));
    this.readAlerts = this.every(3000, this.alertPanel, async () => this.#showAlerts((await call("GET", "/api/risk/alerts")).alerts));
    this.every(3000, this.healthPanel, async () => {
      this.#showHealth(...await Promise.all([look("/health"), look("/readiness")]));
    });
    this.later(250, () => this.#drawPositions());
    this.appear();
  }

  hear(message) {
    if (message.type === "position_update") {
      const { position_id: id, ...data } = message.data;
      if (Number(data.quantity) === 0) this.#positions.delete(id);
      else this.#positions.set(id, { ...this.#positions.get(id), ...data, id });
    }
    // The row itself comes over REST; this says when.
    if (message.type === "strategy_update") this.readStrategies();
  }

  // MARK: Building

  #build() {
    this.figures = {};
    const figure = (name, label, ...more) => {
      const value = make("strong", {}, "–"), note = make("small", {}, " ");
      this.figures[name] = { value, note };
      return make("div", { class: "figure" }, make("span", {}, label), value, note, ...more);
    };
    this.equityLine = new Sparkline("Equity since this page was opened", 600);
    this.moneyPanel = panel("money", "Account",
      make("div", { class: "figures" },
        figure("equity", "Equity", this.equityLine.element), figure("day", "Result today"),
        figure("drawdown", "Drawdown"), figure("exposure", "Exposure"),
        figure("limit", "Nearest limit")),
      this.accounts = make("ul", { class: "lines", hidden: true, "aria-label": "Accounts" }));
    this.strategyPanel = panel("strategies", "Strategies", this.strategies.element);
    this.positions = table("", columns, new Set([2, 3, 4, 5]));
    this.noPositions = make("p", { class: "soft", hidden: true }, "Nothing is held.");
    this.positionPanel = panel("positions", "Positions",
      this.positions.element, this.noPositions);
    this.stopPanel = panel("stops", "Emergency stops", this.desk.stops.list);
    this.alertList = make("ul", { class: "lines" });
    this.noAlerts = make("p", { class: "soft" }, "None.");
    this.alertPanel = panel("alerts", "Alerts", this.alertList, this.noAlerts);
    this.healthList = make("ul", { class: "lines" });
    this.healthPanel = panel("health", "Host", this.healthList);
    this.place.append(this.moneyPanel.element, this.strategyPanel.element, this.positionPanel.element,
      make("div", { class: "side" }, this.stopPanel.element, this.alertPanel.element, this.healthPanel.element));
  }

  // MARK: Showing

  #showMoney(risk) {
    const { equity, day, exposure } = this.figures;
    this.account = risk.account_id;
    say(equity.value, money(risk.equity));
    say(equity.note, `${risk.currency}, account ${risk.account_id}`);
    this.equityLine.add(risk.equity);
    say(day.value, change(risk.daily_pnl));
    mark(day.value, "data-sign", sign(risk.daily_pnl));
    const opening = risk.equity - risk.daily_pnl;
    say(day.note, opening > 0 ? `${percent(risk.daily_pnl / opening)} since the day began` : " ");
    say(exposure.value, money(risk.total_exposure));
    say(exposure.note, risk.equity > 0 ? `${percent(risk.total_exposure / risk.equity)} of equity` : " ");
  }

  #showRisk(status) {
    const first = status.account_risks.find((one) => one.account_id === this.account) ?? status.account_risks[0];
    if (first) {
      const { drawdown, limit } = this.figures;
      say(drawdown.value, percent(first.metrics.current_drawdown));
      say(drawdown.note, "from the highest equity");
      say(limit.value, percent(first.metrics.limit_utilisation));
      mark(limit.value, "data-tone", { low: "good", medium: "warn", high: "bad" }[first.risk_level]);
      say(limit.note, first.risk_factors[0] ?? `used; risk ${first.risk_level}`);
    }
    const others = status.account_risks.filter((one) => one !== first);
    this.accounts.hidden = others.length === 0;
    keep(this.accounts, others, (one) => one.account_id, () => {
      const name = make("b"), text = make("span");
      return { element: make("li", {}, name, text), name, text };
    }, (row, one) => {
      say(row.name, one.account_id);
      say(row.text, `risk ${one.risk_level}, drawdown ${percent(one.metrics.current_drawdown)}, `
        + `exposure ${percent(one.metrics.exposure_ratio)} of equity`);
    });
  }

  #takePositions(positions) {
    this.#positions = new Map(positions.map((one) => [one.id, one]));
    this.#drawPositions();
  }

  /** The stream may tell of more than the eye can follow: it is drawn four times a second. */
  #drawPositions() {
    const positions = [...this.#positions.values()].sort((a, b) =>
      a.instrument.localeCompare(b.instrument) || a.strategy_id.localeCompare(b.strategy_id));
    this.strategies.takePositions(positions);
    this.noPositions.hidden = positions.length > 0;
    this.positions.element.hidden = positions.length === 0;
    keep(this.positions.rows, positions, (one) => one.id, () => {
      const cells = columns.map((_, place) => this.positions.cell(place));
      return { element: make("tr", { role: "row" }, ...cells), cells };
    }, ({ cells }, one) => {
      const texts = [one.instrument, one.strategy_id, quantity(one.quantity), price(one.average_entry_price),
        price(one.current_price), change(one.unrealized_pnl)];
      texts.forEach((text, place) => say(cells[place], text));
      mark(cells[5], "data-sign", sign(one.unrealized_pnl));
    });
  }

  #showAlerts(alerts) {
    this.noAlerts.hidden = alerts.length > 0;
    keep(this.alertList, alerts.slice(0, 20), (one) => one.alert_id, ({ alert_id: id }) => {
      const severity = make("span", { class: "pill" }), text = make("span"), time = make("time", { class: "soft" });
      const seen = make("button", { type: "button", hidden: true, onclick: () => this.#acknowledge(id, seen) }, "Acknowledge");
      return { element: make("li", {}, severity, text, time, seen), severity, text, time, seen };
    }, (row, one) => {
      say(row.severity, one.severity);
      mark(row.severity, "data-tone", { low: null, medium: "warn", high: "bad", critical: "bad" }[one.severity]);
      say(row.text, one.message + (one.acknowledged_by ? ` (seen by ${one.acknowledged_by})` : ""));
      say(row.time, clock(one.timestamp));
      row.seen.hidden = Boolean(one.acknowledged_by) || !may("trader");
    });
  }

  /** The list shows who has seen it. */
  async #acknowledge(id, button) {
    button.disabled = true;
    try {
      await call("POST", `/api/risk/alerts/${encodeURIComponent(id)}/acknowledge`);
      await this.readAlerts();
    } catch (error) {
      notice(`The alert was not acknowledged: ${error.message}`, true);
    }
    button.disabled = false;
  }

  #showHealth(health, readiness) {
    const rows = Object.entries(health.dependencies).map(([name, grade]) => ({ name, grade, text: readiness.checks?.[name] ?? "" }));
    rows.push({ name: "Version", grade: null, text: `${health.version}, at ${clock(health.timestamp)}` });
    keep(this.healthList, rows, (one) => one.name, ({ name }) => {
      const grade = make("span", { class: "pill" }), text = make("span", { class: "soft" });
      return { element: make("li", {}, make("b", {}, parts[name] ?? name), grade, text), grade, text };
    }, (row, one) => {
      row.grade.hidden = !one.grade;
      say(row.grade, one.grade ?? "");
      mark(row.grade, "data-tone", { healthy: "good", degraded: "warn", unhealthy: "bad" }[one.grade]);
      say(row.text, one.text);
    });
  }
}
