// One strategy: how it does, what it holds, its parameters, code, functions, backtests and log.

import { address, StrategyActions, tones } from "./actions.js";
import { Backtests } from "./backtests.js";
import { Course } from "./course.js";
import { change, duration, make, mark, percent, say, sign } from "./dom.js";
import { Calls } from "./functions.js";
import { Generations } from "./generations.js";
import { Holdings } from "./holdings.js";
import { Logs } from "./logs.js";
import { Parameters } from "./parameters.js";
import { call } from "./session.js";
import { panel, View } from "./view.js";

const places = { host: "in the host", worker: "in a worker" };
const facts = ["Id", "Plugin", "Generation", "Runs", "Instruments", "Timeframe", "Account", "Orders", "p99 per call", "Faults"];
/** What cannot be told yet comes as 0. */
const ratio = (value) => value ? value.toFixed(2).replace("-", "−") : "–";

export class Strategy extends View {
  #one = null;
  #parts = null;

  constructor(desk, place, id = "") {
    super(desk, place);
    this.id = id;
    this.actions = new StrategyActions(() => desk.changed());
    this.#buildHead();
    // Of 50 requests a minute for strategies, the host's usual limit, an open view takes 20, and 6 more for a shadow.
    this.readOne = this.every(8000, this.head, async () => {
      const one = await call("GET", address(id));
      if (!this.isClosed) this.#show(one);
    });
    this.appear();
  }

  hear(message) {
    const { type, data } = message;
    if (type === "strategy_update" && data.strategy_id === this.id && this.#one) this.#hearOne(data);
    if (this.#parts) for (const part of [this.#parts.holdings, this.#parts.course, this.#parts.backtests]) part.hear(message);
  }

  close() {
    super.close();
    this.logs?.close();
    this.#parts?.course.close();
  }

  // MARK: Building

  #buildHead() {
    this.state = make("span", { class: "pill", role: "status" });
    this.name = make("span", {}, this.id);
    this.about = make("p", { class: "soft" });
    this.problem = make("p", { class: "fault", role: "alert" });
    this.facts = new Map(facts.map((name) => [name, make("dd", {}, "–")]));
    this.buttons = this.actions.buttons(this.id);
    this.known = make("div", { hidden: true },
      make("dl", { class: "facts" }, ...facts.map((name) => make("div", {}, make("dt", {}, name), this.facts.get(name)))),
      make("div", { class: "tools" }, ...this.buttons.elements));
    this.head = panel("strategy", this.name, this.about, this.problem, this.known);
    this.head.element.querySelector("h2").append(" ", this.state);
    this.place.append(make("p", {}, make("a", { href: "#/" }, "← All strategies")), this.head.element);
  }

  /** Once it is known that there is such a strategy. */
  #buildLog() {
    this.logs = new Logs(this, this.id);
    this.place.append(this.logs.panel.element);
    this.appear();
  }

  #build() {
    this.figures = new Map();
    const figure = (name) => {
      const value = make("strong", {}, "–"), note = make("small", {}, " ");
      this.figures.set(name, { value, note });
      return make("div", { class: "figure" }, make("span", {}, name), value, note);
    };
    this.money = panel("result", "Result", make("div", { class: "figures" }, ...["Today", "Net", "Unrealized", "Return", "Largest drawdown",
      "Sharpe ratio", "Profit factor", "Won"].map(figure)));
    this.every(8000, this.money, async () => this.#showPerformance(await call("GET", address(this.id, "performance"))));
    this.every(60_000, this.money, async () => {
      // It is another account's for who does not see the first.
      const { account_id: account, currency } = await call("GET", "/api/risk/portfolio").catch(() => ({}));
      this.currency = account === this.#one.account_id ? currency : "";
      this.#showToday();
    });
    const parameters = new Parameters(this, this.id);
    this.#parts = { parameters, course: new Course(this, this.id, this.#one), holdings: new Holdings(this, this.id),
      generations: new Generations(this, this.id, this.actions), functions: new Calls(this, this.id),
      backtests: new Backtests(this, this.id, parameters) };
    const { course, holdings, generations, functions, backtests } = this.#parts;
    const column = (...elements) => make("div", { class: "column" }, ...elements);
    this.logs.panel.element.before(this.money.element, course.panel.element,
      make("div", { class: "halves" },
        column(...holdings.panels, generations.panel.element, functions.panel.element),
        column(parameters.panel.element, backtests.panel.element)));
    this.appear();
  }

  // MARK: Showing

  #show(one) {
    const last = this.#one;
    this.#one = one;
    this.#showHead(one);
    if (!last) this.#buildLog();
    // One whose code never was loaded has nothing but a problem and a log.
    if (one.instruments.length === 0) return;
    if (!this.#parts) this.#build();
    else if (last.generation !== one.generation) this.#readCode();
    this.#parts.parameters.show(one);
    this.#showToday();
  }

  #hearOne({ state, enabled, generation, problem }) {
    this.#showHead({ ...this.#one, state, enabled, generation, problem });
    // Other code may have other parameters.
    if (generation !== this.#one.generation) this.readOne();
  }

  #readCode() {
    this.#parts.generations.read();
    this.#parts.functions.read();
  }

  #showHead(one) {
    this.known.hidden = false;
    say(this.name, one.strategy_name || one.id);
    say(this.state, one.state);
    mark(this.state, "data-tone", tones[one.state]);
    say(this.about, one.description);
    say(this.problem, one.problem ?? "");
    this.buttons.show(one);
    const { isolation, call_ns_p99: p99, faults: count } = one.runtime;
    const values = [one.id, one.plugin || "–", one.generation, places[isolation] ?? "–", one.instruments.join(", ") || "–", one.timeframe,
      one.account_id, one.execution_mode === "LIVE" ? "live" : "paper", duration(p99), count];
    facts.forEach((name, place) => say(this.facts.get(name), String(values[place])));
  }

  #write(name, value, note, number) {
    const figure = this.figures.get(name);
    say(figure.value, value);
    say(figure.note, note || " ");
    // What is shown as 0.00 has no sign.
    mark(figure.value, "data-sign", /[1-9]/.test(value) ? sign(number) : null);
  }

  #showToday() {
    this.#write("Today", change(this.#one.day_pnl), this.currency, this.#one.day_pnl);
  }

  #showPerformance(one) {
    const trades = one.total_trades;
    const none = "no round trip yet";
    this.#write("Net", change(one.net_pnl), `realized ${change(one.realized_pnl)}, commission ${change(-one.commission)}`, one.net_pnl);
    this.#write("Unrealized", change(one.unrealized_pnl), this.currency, one.unrealized_pnl);
    this.#write("Return", percent(one.total_return), one.annualized_return ? `${percent(one.annualized_return)} a year` : "", one.total_return);
    this.#write("Largest drawdown", percent(one.max_drawdown), "from the highest equity");
    this.#write("Sharpe ratio", ratio(one.sharpe_ratio), one.sharpe_ratio ? `Sortino ${ratio(one.sortino_ratio)}` : "needs days of results");
    this.#write("Profit factor", trades ? ratio(one.profit_factor) : "–", trades ? "won to lost" : none);
    this.#write("Won", trades ? percent(one.win_rate) : "–", trades ? `of ${trades} round ${trades === 1 ? "trip" : "trips"}` : none);
  }
}
