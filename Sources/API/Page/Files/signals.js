// What models and strategies think of the markets, and how often they were right.

import { Bridge, Rebalancer } from "./automation.js";
import { clock, keep, make, mark, percent, price, quantity, say, table } from "./dom.js";
import { fillChoice } from "./form.js";
import { call } from "./session.js";
import { panel, View } from "./view.js";

const latestColumns = ["Instrument", "Signal", "Confidence", "Price", "Stop", "Target", "Model", "Time", "Why"];
const listColumns = ["Time", "Instrument", "Direction", "Confidence", "Model", "Source", "Status", "Outcome"];
const modelColumns = ["Model", "Source", "Signals", "Decided", "Right", "Latest"];
const tones = { BUY: "good", LONG: "good", SELL: "bad", SHORT: "bad", right: "good", wrong: "bad", executed: "good" };
const pageRows = 20;
const countedRows = 100;

const pill = (text) => {
  const element = make("span", { class: "pill" }, text);
  mark(element, "data-tone", tones[text]);
  return element;
};

/** Rows that are written once: a change makes a new one. */
function fill(into, items, key, cells) {
  into.element.hidden = items.length === 0;
  keep(into.rows, items, (one) => `${key(one)} ${JSON.stringify(one)}`, (one) => ({
    element: make("tr", { role: "row" }, ...cells(one).map((content, place) => into.cell(place, ...[content].flat()))) }), () => {});
}

export class Signals extends View {
  #page = 1;

  constructor(desk, place) {
    super(desk, place);
    this.#build();
    this.every(5000, this.latestPanel, async () => this.#showLatest((await call("GET", "/signals/latest")).signals));
    this.every(15_000, this.accuracyPanel, async () => {
      this.#showAccuracy(await call("GET", "/signals/performance"), (await call("GET", `/api/v1/signals?page_size=${countedRows}`)).signals);
    });
    this.read = this.every(5000, this.listPanel, () => this.#readList());
    this.appear();
  }

  // MARK: Building

  #build() {
    this.figures = {};
    const figure = (name, label) => {
      const value = make("strong", {}, "–"), note = make("small", {}, " ");
      this.figures[name] = { value, note };
      return make("div", { class: "figure" }, make("span", {}, label), value, note);
    };
    this.models = table("dense", modelColumns, new Set([2, 3, 4]));
    this.assets = make("ul", { class: "lines inline", "aria-label": "Accuracy by instrument" });
    this.accuracyPanel = panel("accuracy", "Accuracy",
      make("div", { class: "figures" }, figure("week", "Right, 7 days"), figure("month", "Right, 30 days"),
        figure("decided", "Decided, 30 days"), figure("open", "Undecided"), figure("sure", "Mean confidence")),
      this.assets, this.modelTitle = make("h3", { hidden: true }, `Models, of the last ${countedRows} signals`), this.models.element);
    this.latest = table("latest dense", latestColumns, new Set([2, 3, 4, 5]));
    this.noLatest = make("p", { class: "soft", hidden: true }, "There is none yet.");
    this.latestPanel = panel("latest", "Latest of each instrument", this.noLatest, this.latest.element);
    const choice = (label, options) => {
      const select = make("select", { "aria-label": label, onchange: () => this.#turn(1) });
      fillChoice(select, options);
      return select;
    };
    const turn = (text, by) => make("button", { type: "button", onclick: () => this.#turn(this.#page + by) }, text);
    this.instrument = choice("Instrument", [["", "every instrument"]]);
    this.status = choice("Status", [["", "every status"], "pending", "executed", "cancelled"]);
    this.newer = turn("Newer", -1);
    this.older = turn("Older", 1);
    this.where = make("span", { class: "soft" });
    this.list = table("dense", listColumns, new Set([3]));
    this.noSignals = make("p", { class: "soft", hidden: true }, "No signal fits.");
    this.listPanel = panel("signals", "All signals of 31 days", make("div", { class: "filters" }, this.instrument, this.status), this.noSignals,
      this.list.element, make("div", { class: "filters turn" }, this.newer, this.older, this.where));
    this.place.append(this.accuracyPanel.element, this.latestPanel.element, this.listPanel.element,
      make("div", { class: "pair" }, new Bridge(this).panel.element, new Rebalancer(this).panel.element));
  }

  // MARK: Showing

  #showLatest(signals) {
    this.noLatest.hidden = signals.length > 0;
    fillChoice(this.instrument, [["", "every instrument"], ...signals.map((one) => one.instrument).sort()]);
    fill(this.latest, signals, (one) => one.instrument, (one) => [one.instrument, pill(one.signal), percent(one.confidence), price(one.entry_price),
      price(one.stop_loss), price(one.take_profit), [one.model, make("small", {}, one.timeframe)], clock(one.timestamp),
      one.reasons.map((reason) => reason.text).join("; ") || "–"]);
  }

  #showAccuracy(all, latest) {
    const { week, month, decided, open, sure } = this.figures;
    const known = all.total_signals > 0;
    say(week.value, known ? percent(all.accuracy_7d) : "–");
    say(month.value, known ? percent(all.accuracy_30d) : "–");
    say(month.note, known ? `${quantity(all.correct_predictions)} of ${quantity(all.total_signals)}` : "none is decided yet");
    say(decided.value, quantity(all.total_signals));
    const horizon = all.horizon_seconds;
    say(decided.note, `each after ${horizon < 60 ? `${horizon} s` : `${quantity(Math.round(horizon / 60))} min`} of the market's time`);
    say(open.value, quantity(all.undecided_signals));
    say(open.note, all.unknown_outcomes ? `${quantity(all.unknown_outcomes)} whose price nobody saw` : " ");
    say(sure.value, known ? percent(all.avg_confidence) : "–");
    keep(this.assets, Object.entries(all.performance_by_asset), ([name]) => name, ([name]) => {
      const text = make("span");
      return { element: make("li", {}, make("b", {}, name), text), text };
    }, (row, [, one]) => say(row.text, `${percent(one.accuracy)} of ${quantity(one.signals)}`));
    const models = [...Map.groupBy(latest, (one) => `${one.model} ${one.source}`).values()];
    this.modelTitle.hidden = models.length === 0;
    fill(this.models, models, ([one]) => `${one.model} ${one.source}`, (rows) => {
      const judged = rows.filter((one) => one.verdict === "right" || one.verdict === "wrong");
      const right = judged.filter((one) => one.verdict === "right").length;
      return [rows[0].model, rows[0].source, quantity(rows.length), quantity(judged.length),
        judged.length ? percent(right / judged.length) : "–", clock(rows[0].generated_at)];
    });
  }

  #turn(page) {
    this.#page = page;
    this.read();
  }

  async #readList() {
    const page = this.#page;
    const asked = new URLSearchParams({ page, page_size: pageRows });
    if (this.instrument.value) asked.set("instrument", this.instrument.value);
    if (this.status.value) asked.set("status", this.status.value);
    const { signals, total_count: total } = await call("GET", `/api/v1/signals?${asked}`);
    this.noSignals.hidden = signals.length > 0;
    this.newer.disabled = page === 1;
    this.older.disabled = page * pageRows >= total;
    say(this.where, `${quantity(total)} signals, page ${page} of ${Math.max(1, Math.ceil(total / pageRows))}`);
    fill(this.list, signals, (one) => one.signal_id, (one) => [[clock(one.generated_at), make("small", {}, one.signal_id)], one.instrument,
      pill(one.direction), percent(one.confidence), one.model, one.source, pill(one.status), pill(one.verdict)]);
  }
}
