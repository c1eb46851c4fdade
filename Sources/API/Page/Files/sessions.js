// Trading sessions: strategies that trade symbols within a budget, the market being recorded, and what was recorded played again.

import { ask, clock, keep, make, mark, notice, percent, quantity, rate, say, table } from "./dom.js";
import { fillChoice } from "./form.js";
import { call, may } from "./session.js";
import { panel, View } from "./view.js";

const kinds = { paper: "paper trading", collect: "recording", backtest: "replay" };
const columns = ["Session", "Kind", "State", "Instruments", "Began", "Ended", "Result", ""];
const tones = { running: "good", failed: "bad" };
const numbers = { global_cap: ["Budget", "of all strategies together"], max_position_size: ["Largest position", "its value"],
  stop_loss_percent: ["Stop-loss, %"], take_profit_percent: ["Take-profit, %"],
  acceleration_factor: ["Times as fast", "empty: as fast as possible"] };
const fieldsOf = { paper: ["global_cap", "max_position_size", "stop_loss_percent", "take_profit_percent"], collect: [],
  backtest: ["acceleration_factor"] };

export class Sessions extends View {
  #running = null;

  constructor(desk, place) {
    super(desk, place);
    this.table = table("sessions", columns, new Set());
    this.none = make("p", { class: "soft", hidden: true }, "There was none yet.");
    this.panel = panel("sessions", "Sessions, newest first", this.none, this.table.element);
    if (may("trader")) place.append(this.#form());
    place.append(this.panel.element);
    this.every(3000, this.panel, async () => {
      const [all, data] = await Promise.all([call("GET", "/sessions?limit=50"), call("GET", "/api/data-collection/sessions")]);
      this.#show(all.data.sessions, new Map(data.sessions.map((one) => [one.session_id, one])));
    });
    this.appear();
  }

  // MARK: Starting

  #form() {
    this.kind = make("select", { onchange: () => this.#choose() });
    fillChoice(this.kind, Object.entries(kinds));
    this.recording = make("select");
    this.symbols = make("fieldset", { class: "checks" });
    this.strategies = make("fieldset", { class: "checks" });
    this.inputs = Object.fromEntries(Object.keys(numbers).map((name) => [name, make("input", { inputmode: "decimal", autocomplete: "off" })]));
    this.labels = Object.fromEntries(Object.entries(numbers).map(([name, [text, note]]) =>
      [name, make("label", {}, text, this.inputs[name], note ? make("small", {}, note) : null)]));
    this.recordingLabel = make("label", {}, "Recording", this.recording);
    const form = make("form", { class: "fields", onsubmit: (event) => this.#start(event) },
      make("div", { class: "grid" }, make("label", {}, "What", this.kind), this.recordingLabel, ...Object.values(this.labels)),
      this.symbols, this.strategies, make("div", {}, make("button", { class: "main" }, "Start …")));
    this.startPanel = panel("start", "Start a session", form);
    this.every(60_000, this.startPanel, async () => {
      const [strategies, instruments] = await Promise.all([call("GET", "/api/strategies"), call("GET", "/api/instruments")]);
      this.#fillChecks(this.symbols, "Instruments", instruments.instruments.map((one) => one.instrument));
      this.#fillChecks(this.strategies, "Strategies", strategies.data.strategies.map((one) => one.id));
    });
    this.#choose();
    return this.startPanel.element;
  }

  #choose() {
    const needed = fieldsOf[this.kind.value];
    for (const [name, label] of Object.entries(this.labels)) label.hidden = !needed.includes(name);
    this.recordingLabel.hidden = this.kind.value !== "backtest";
    this.recording.required = !this.recordingLabel.hidden;
    this.strategies.hidden = this.kind.value === "collect";
  }

  #fillChecks(set, title, names) {
    if (set.written === names.join()) return;
    set.written = names.join();
    set.replaceChildren(make("legend", {}, title), ...names.map((name) =>
      make("label", { class: "check" }, make("input", { type: "checkbox", value: name }), name)));
  }

  #checked = (set) => [...set.querySelectorAll("input:checked")].map((one) => one.value);

  #request() {
    const kind = this.kind.value;
    const config = {};
    for (const name of fieldsOf[kind]) {
      const value = this.inputs[name].value.trim();
      if (value && name === "global_cap") config.budget = { global_cap: value };
      else if (value) config[name] = value;
    }
    if (kind === "backtest") config.session_id = this.recording.value;
    const request = { session_type: kind, symbols: this.#checked(this.symbols), config };
    if (kind !== "collect") request.strategy_config = { strategies: this.#checked(this.strategies) };
    return request;
  }

  #start(event) {
    event.preventDefault();
    const request = this.#request();
    const names = [...request.symbols, ...request.strategy_config?.strategies ?? []];
    ask({ title: `Start a session of ${kinds[request.session_type]}?`, action: "Start",
      fill: ({ body }) => body.append(...[make("p", {}, names.join(", ") || "Nothing is chosen."),
        this.#running && make("p", {}, `One session runs at a time: this ends ${this.#running.session_id}.`),
        request.session_type === "paper" && make("p", {}, "The strategies are switched on for these instruments, without memory, "
          + "until the session ends; what they were before comes back then.")].filter(Boolean)),
      act: async () => {
        const answer = await call("POST", "/sessions/start", request);
        notice(`Session ${answer.data.data.session_id} runs.`);
        this.desk.changed();
      } });
  }

  #stop(session) {
    ask({ title: `Stop session ${session.session_id}?`, action: "Stop", danger: true,
      fill: ({ body }) => body.append(make("p", {}, session.session_type === "collect" ? "What was recorded until now is kept."
        : "What its strategies were before comes back; their setting on_stop says what becomes of their orders and positions.")),
      act: async () => {
        await call("POST", "/sessions/stop", { session_id: session.session_id });
        notice(`Session ${session.session_id} is stopped.`);
        this.desk.changed();
      } });
  }

  // MARK: Showing

  #show(sessions, recordings) {
    this.#running = sessions.find((one) => one.status === "running") ?? null;
    this.none.hidden = sessions.length > 0;
    this.table.element.hidden = sessions.length === 0;
    const usable = [...recordings.values()].filter((one) => one.status !== "running");
    if (this.recording) {
      fillChoice(this.recording, usable.map((one) => [one.session_id, `${one.session_id}: ${one.symbols.join(", ")}, ${one.duration}`]));
    }
    keep(this.table.rows, sessions, (one) => one.session_id, (one) => this.#row(one), (row, one) => {
      const recording = recordings.get(one.session_id);
      say(row.state, one.status);
      mark(row.state, "data-tone", tones[one.status]);
      say(row.problem, one.problem ?? "");
      say(row.ended, one.end_time ? clock(one.end_time) : "–");
      say(row.records, recording ? `${quantity(one.records_collected)} records in ${recording.duration} (${recording.data_types.join(", ")})` : "");
      if (row.stop) row.stop.hidden = one.status !== "running";
      keep(row.results, one.results, (run) => `${run.strategy_id} ${run.symbol}`, (run) => {
        const text = make("span");
        return { element: make("li", {}, make("b", {}, `${run.strategy_id}, ${run.symbol}`), text), text };
      }, (line, run) => say(line.text, run.error ?? `return ${percent(run.total_return)}, Sharpe ${rate(run.sharpe_ratio)}, drawdown `
        + `${percent(run.max_drawdown)}, won ${percent(run.win_rate)} of ${quantity(run.total_trades)} trades, profit factor ${rate(run.profit_factor)}`));
    });
  }

  #row(one) {
    const { cell } = this.table;
    const stop = () => make("button", { type: "button", "aria-label": `Stop ${one.session_id}`, onclick: () => this.#stop(one) }, "Stop …");
    const row = { state: make("span", { class: "pill" }), problem: make("small"), ended: cell(5), records: make("span"),
      results: make("ul", { class: "findings" }), stop: may("trader") ? stop() : null };
    const actions = cell(7, row.stop);
    actions.className = "actions";
    row.element = make("tr", { role: "row", "data-session": one.session_id },
      cell(0, make("b", {}, one.session_id), make("small", {}, `by ${one.started_by}`)),
      cell(1, kinds[one.session_type] ?? one.session_type), cell(2, row.state, row.problem),
      cell(3, one.symbols.join(", "), make("small", {}, one.strategies.join(", "))), cell(4, clock(one.start_time)), row.ended,
      cell(6, row.records, row.results), actions);
    return row;
  }
}
