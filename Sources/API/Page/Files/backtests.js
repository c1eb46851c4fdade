// A strategy over the past: started here, followed, and what it found.

import { address } from "./actions.js";
import { ask, clock, keep, make, mark, notice, percent, saveFile, say } from "./dom.js";
import { Fields } from "./form.js";
import { call, load, may } from "./session.js";
import { numberInput, select, submit, textInput } from "./submit.js";
import { panel } from "./view.js";

const most = 10;
const tones = { completed: "good", failed: "bad" };
const ratio = (value) => value ? value.toFixed(2) : "–";
const isOver = ({ status }) => status === "completed" || status === "failed";

/** A time of day here, as a control for dates takes it. */
const local = (time) => new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export class Backtests {
  #all = new Map();
  #results = new Map();

  /** `parameters` has what was changed in their form. */
  constructor(view, id, parameters) {
    Object.assign(this, { id, parameters });
    this.list = make("ul", { class: "lines backtests" });
    this.empty = make("p", { class: "soft" }, "None yet.");
    this.panel = panel("backtests", "Backtests", may("trader") ? this.#form() : null, this.list, this.empty);
    this.read = view.every(60_000, this.panel, async () => {
      const { backtests } = await call("GET", address(id, "backtests"));
      this.#all = new Map(backtests.map((one) => [one.backtest_id, one]));
      this.#draw();
    });
  }

  hear({ type, data }) {
    if (type !== "backtest_update" || data.strategy_id !== this.id) return;
    this.#all.set(data.backtest_id, data);
    this.#draw();
    if (data.status === "completed") this.#readResult(data);
  }

  // MARK: Starting one

  #form() {
    const fields = this.fields = new Fields();
    const now = Date.now() - Date.now() % 60_000;
    this.from = textInput({ type: "datetime-local", required: true, value: local(now - 86_400_000) });
    this.to = textInput({ type: "datetime-local", required: true, value: local(now) });
    this.instruments = textInput();
    this.timeframe = select(["1s", "5s", "1m", "5m", "15m", "1h", "1d"]);
    this.timeframe.prepend(make("option", { value: "", selected: true }, "its own"));
    this.balance = numberInput();
    this.slippage = numberInput();
    this.commission = numberInput();
    this.changed = make("input", { type: "checkbox" });
    this.fault = make("p", { class: "fault", role: "alert" });
    this.button = make("button", { class: "main" }, "Start a backtest");
    return make("form", { onsubmit: (event) => this.#start(event) }, make("div", { class: "form" },
      fields.add("from", "From", this.from), fields.add("to", "To", this.to),
      fields.add("instruments", "Instruments", this.instruments, "with commas between; empty = its own"),
      fields.add("timeframe", "Timeframe", this.timeframe),
      fields.add("initial_balance", "Opening balance", this.balance, "empty = the account's"),
      fields.add("commission_rate", "Commission", this.commission, "fraction of a fill's value, 0.001 = 0.1 %"),
      fields.add("slippage_bps", "Slippage", this.slippage, "basis points of the price"),
      make("label", { class: "check" }, this.changed, "With the changed parameters of the form")),
    this.fault, make("div", { class: "buttons" }, this.button));
  }

  async #start(event) {
    event.preventDefault();
    const body = { from: new Date(this.from.value).toISOString(), to: new Date(this.to.value).toISOString() };
    const given = { timeframe: this.timeframe.value, initial_balance: this.balance.value, commission_rate: this.commission.value,
      slippage_bps: this.slippage.value };
    for (const [name, value] of Object.entries(given)) if (value.trim()) body[name] = value.trim();
    const names = this.instruments.value.split(",").map((one) => one.trim()).filter(Boolean);
    if (names.length) body.instruments = names;
    if (this.changed.checked) body.parameters = this.parameters.changes("parameters");
    await submit(this, async () => {
      const answer = await call("POST", address(this.id, "backtest"), body);
      if (!this.#all.has(answer.backtest_id)) this.hear({ type: "backtest_update", data: answer });
    });
  }

  // MARK: Following them

  #draw() {
    const newest = [...this.#all.values()].sort((a, b) => b.created_at.localeCompare(a.created_at)).slice(0, most);
    this.empty.hidden = newest.length > 0;
    keep(this.list, newest, (one) => one.backtest_id, (one) => this.#row(one), (row, one) => this.#fill(row, one));
  }

  #row(one) {
    const id = one.backtest_id;
    const button = (text, act) => make("button", { type: "button", "aria-label": `${text} ${id}`, onclick: act }, text);
    const row = { state: make("span", { class: "pill" }), range: make("span"), figures: make("span", { class: "figures-line" }),
      progress: make("progress", { max: 1, "aria-label": `Progress of ${id}` }), problem: make("small"),
      result: button("Result", () => this.#readResult(one)), report: button("Report", (event) => this.#saveReport(id, event.target)),
      cancel: may("trader") ? button("Cancel", () => this.#cancel(id)) : null };
    row.element = make("li", { "data-backtest": id }, make("b", {}, id), row.state, row.range, row.progress, row.figures, row.result,
      row.report, row.cancel, row.problem);
    return row;
  }

  #fill(row, one) {
    const result = this.#results.get(one.backtest_id), isCompleted = one.status === "completed";
    say(row.state, one.status);
    mark(row.state, "data-tone", tones[one.status]);
    say(row.range, `${one.instruments.join(", ")}, ${clock(one.from)} to ${clock(one.to)}`);
    row.progress.hidden = isOver(one);
    row.progress.value = one.progress;
    row.figures.hidden = !result;
    if (result) {
      say(row.figures, `Return ${percent(result.total_return)}, drawdown ${percent(result.max_drawdown)}, Sharpe ${ratio(result.sharpe_ratio)}, `
        + `${result.total_trades} trades, ${percent(result.win_rate)} won, profit factor ${ratio(result.profit_factor)}`);
    }
    row.result.hidden = !isCompleted || Boolean(result);
    row.report.hidden = !isCompleted;
    if (row.cancel) row.cancel.hidden = isOver(one);
    say(row.problem, one.error ?? "");
  }

  async #readResult({ backtest_id: id }) {
    try {
      this.#results.set(id, (await call("GET", address(this.id, "backtests", id))).result);
      this.#draw();
    } catch (error) {
      notice(`The result of ${id} was not read: ${error.message}`, true);
    }
  }

  /** As a file, since the page's own rules would keep the report's style and script from working in a tab. */
  async #saveReport(id, button) {
    button.disabled = true;
    try {
      const answer = await load(address(this.id, "backtests", id, "report"));
      const name = `${this.id}-${id}.html`;
      saveFile(name, await answer.blob());
      notice(`The report is saved as ${name}.`);
    } catch (error) {
      notice(`The report of ${id} was not saved: ${error.message}`, true);
    }
    button.disabled = false;
  }

  #cancel(id) {
    ask({ title: `Cancel backtest ${id}?`, action: "Cancel the backtest",
      act: async () => { this.hear({ type: "backtest_update", data: await call("DELETE", address(this.id, "backtests", id)) }); } });
  }
}
