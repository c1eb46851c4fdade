// The strategies as rows, and what can be done with each.

import { Sparkline } from "./chart.js";
import { ask, change, duration, keep, make, mark, notice, quantity, rate, say, sign, table } from "./dom.js";
import { call, may } from "./session.js";

const columns = ["Strategy", "State", "Code", "Events/s", "p99 per call", "Position", "Today", "Course of today", ""];
const numbers = new Set([3, 4, 5, 6]);
const tones = { running: "good", stopped: null, paused: "warn", degraded: "warn", faulted: "bad", quarantined: "bad" };

export class StrategyTable {
  #positions = new Map();
  #counts = new Map();

  /** `changed` is called after each action that may have changed something. */
  constructor(changed) {
    this.changed = changed;
    this.table = table("strategies", columns, numbers);
    this.nobody = make("p", { class: "soft" }, "Reading …");
    this.element = make("div", {}, this.table.element, this.nobody);
  }

  show(strategies) {
    this.table.element.hidden = strategies.length === 0;
    this.nobody.hidden = strategies.length > 0;
    say(this.nobody, "There is none. Put one into the folder of strategies, and the host loads it.");
    keep(this.table.rows, strategies, (one) => one.id, (one) => this.#row(one), (row, one) => this.#fill(row, one));
  }

  takePositions(positions) {
    this.#positions = Map.groupBy(positions, (one) => one.strategy_id);
    for (const row of this.table.rows.kept?.values() ?? []) this.#fillPosition(row);
  }

  #row({ id }) {
    const { cell } = this.table;
    const row = { id, name: make("b"), about: make("small"), state: make("span", { class: "pill" }), problem: make("small"),
      code: make("span"), place: make("small"), line: new Sparkline(`Profit and loss of ${id} today, since this page was opened`) };
    row.events = cell(3);
    row.calls = cell(4);
    row.position = cell(5);
    row.day = cell(6);
    row.buttons = cell(8, ...this.#buttons(row));
    row.buttons.className = "actions";
    row.element = make("tr", { role: "row" }, cell(0, row.name, row.about), cell(1, row.state, row.problem), cell(2, row.code, row.place),
      row.events, row.calls, row.position, row.day, cell(7, row.line.element), row.buttons);
    return row;
  }

  #fill(row, one) {
    row.one = one;
    mark(row.element, "data-strategy", one.id);
    say(row.name, one.strategy_name || one.id);
    say(row.about, `${one.id} · ${one.instruments.join(", ")}`);
    say(row.state, one.state);
    mark(row.state, "data-tone", tones[one.state]);
    say(row.problem, one.problem ?? "");
    say(row.code, `generation ${one.generation}`);
    say(row.place, { host: "in the host", worker: "in a worker" }[one.runtime.isolation] ?? "");
    say(row.events, rate(this.#perSecond(one)));
    say(row.calls, duration(one.runtime.call_ns_p99));
    say(row.day, change(one.day_pnl));
    mark(row.day, "data-sign", sign(one.day_pnl));
    row.line.add(one.day_pnl);
    if (row.toggle) {
      say(row.toggle, one.enabled ? "Disable" : "Enable");
      mark(row.toggle, "aria-label", `${one.enabled ? "Disable" : "Enable"} ${one.id}`);
    }
    this.#fillPosition(row);
  }

  #fillPosition(row) {
    const held = this.#positions.get(row.id) ?? [];
    const more = held.length > 2 ? `, and ${held.length - 2} more` : "";
    say(row.position, held.slice(0, 2).map((one) => `${quantity(one.quantity)} ${one.instrument}`).join(", ") + more || "flat");
  }

  /** Between the two last answers; null until there are two. */
  #perSecond({ id, runtime }) {
    const now = performance.now(), last = this.#counts.get(id);
    if (last && now - last.time < 500) return last.rate;
    // A count that is smaller is that of a host that was started anew.
    const known = last && runtime.events >= last.events;
    const value = known ? (runtime.events - last.events) / (now - last.time) * 1000 : null;
    this.#counts.set(id, { time: now, events: runtime.events, rate: value });
    return value;
  }

  // MARK: Actions

  #buttons(row) {
    const button = (text, act) => make("button", { type: "button", "aria-label": `${text} ${row.id}`, onclick: act }, text);
    const all = [];
    if (may("trader")) all.push(row.toggle = button("Disable", () => row.one.enabled ? this.#disable(row) : this.#enable(row)));
    if (may("admin")) all.push(button("Reload", () => this.#reload(row)), button("Roll back", () => this.#rollBack(row)));
    return all;
  }

  #path = (row, verb) => `/api/strategies/${encodeURIComponent(row.id)}/${verb}`;

  async #enable(row) {
    row.toggle.disabled = true;
    try {
      await call("POST", this.#path(row, "enable"));
      notice(`${row.id} is enabled.`);
      this.changed();
    } catch (error) {
      notice(`${row.id} was not enabled: ${error.message}`, true);
    }
    row.toggle.disabled = false;
  }

  #disable(row) {
    ask({ title: `Disable ${row.id}?`, action: "Disable",
      fill: ({ body }) => body.append(make("p", {},
        "It gets no more events and sends no more orders. Its own setting on_stop says what becomes of its orders and positions; "
        + "you will be told.")),
      act: async () => {
        const answer = await call("POST", this.#path(row, "disable"));
        const left = [answer.cancelled_orders === 1 ? "one order was cancelled" : `${answer.cancelled_orders || "no"} orders were cancelled`,
          answer.closing_positions.length ? `closing ${answer.closing_positions.join(", ")}` : "",
          answer.kept_positions.length ? `still held: ${answer.kept_positions.join(", ")}` : "nothing is held"];
        notice(`${row.id} is disabled; ${left.filter(Boolean).join("; ")}.`);
        this.changed();
      } });
  }

  #reload(row) {
    const fresh = make("input", { type: "checkbox" });
    ask({ title: `Reload ${row.id}?`, action: "Reload",
      fill: ({ body }) => body.append(
        make("p", {}, "Its code is loaded as a new generation and takes over between two events, with the memory of the one "
          + "that runs. Where that fails, the old code runs on."),
        make("label", { class: "check" }, fresh, "Begin without that memory")),
      act: async () => {
        const answer = await call("POST", this.#path(row, "reload"), { memory: fresh.checked ? "discard" : "keep" });
        notice(`${row.id} runs as generation ${answer.generation}.`);
        this.changed();
      } });
  }

  #rollBack(row) {
    const choice = make("select", {}, make("option", {}, "Reading …"));
    ask({ title: `Roll ${row.id} back?`, action: "Roll back",
      fill: async ({ body, button }) => {
        button.disabled = true;
        const fault = make("p", { class: "fault" });
        body.append(make("p", {}, "Other code takes the place of the one that runs, and its memory over."),
          make("label", {}, "Generation", choice), fault);
        try {
          const { generations } = await call("GET", this.#path(row, "generations"));
          const older = generations.filter((one) => !one.active).sort((a, b) => b.generation - a.generation);
          choice.replaceChildren(...older.map((one) => make("option", { value: one.generation },
            `${one.generation}, ${one.state}, ${one.version ?? ""} ${(one.sha256 ?? "").slice(0, 12)}`)));
          button.disabled = older.length === 0;
          say(fault, older.length ? "" : "There is no other generation.");
        } catch (error) {
          say(fault, error.message);
        }
      },
      act: async () => {
        const answer = await call("POST", this.#path(row, "rollback"), { generation: Number(choice.value) });
        notice(`${row.id} is back at generation ${answer.rolled_back_to}.`);
        this.changed();
      } });
  }
}
