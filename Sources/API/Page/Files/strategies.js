// The strategies as rows, and what can be done with each.

import { StrategyActions, tones } from "./actions.js";
import { Sparkline } from "./chart.js";
import { change, duration, keep, make, mark, quantity, rate, say, sign, table } from "./dom.js";

const columns = ["Strategy", "State", "Code", "Events/s", "p99 per call", "Position", "Today", "Course of today", ""];
const numbers = new Set([3, 4, 5, 6]);

export class StrategyTable {
  #positions = new Map();
  #counts = new Map();

  /** `changed` is called after each action that may have changed something. */
  constructor(changed) {
    this.actions = new StrategyActions(changed);
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
    const row = { id, name: make("a", { href: `#/strategies/${encodeURIComponent(id)}` }), about: make("small"), state: make("span", { class: "pill" }), problem: make("small"),
      code: make("span"), place: make("small"), line: new Sparkline(`Profit and loss of ${id} today, since this page was opened`) };
    row.events = cell(3);
    row.calls = cell(4);
    row.position = cell(5);
    row.day = cell(6);
    row.actions = this.actions.buttons(id);
    row.buttons = cell(8, ...row.actions.elements);
    row.buttons.className = "actions";
    row.element = make("tr", { role: "row" }, cell(0, row.name, row.about), cell(1, row.state, row.problem), cell(2, row.code, row.place),
      row.events, row.calls, row.position, row.day, cell(7, row.line.element), row.buttons);
    return row;
  }

  #fill(row, one) {
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
    row.actions.show(one);
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
}
