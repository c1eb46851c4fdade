// Orders that the gate denied, with every rule that failed.

import { clock, keep, make, table } from "./dom.js";
import { fillChoice } from "./form.js";
import { findingLine, keyed, ruleName } from "./rules.js";
import { call } from "./session.js";
import { panel } from "./view.js";

const columns = ["Time", "Strategy", "Instrument", "Why"];

export class Denials {
  #rules = new Set();

  constructor(view) {
    const choice = (label, all) => {
      const select = make("select", { "aria-label": label, onchange: () => this.read() });
      fillChoice(select, [["", all]]);
      return select;
    };
    this.strategy = choice("Strategy of the denials", "every strategy");
    this.rule = choice("Rule of the denials", "every rule");
    this.table = table("denials", columns, new Set());
    this.none = make("p", { class: "soft", hidden: true }, "No order was denied.");
    this.panel = panel("denials", "Denials, newest first", make("div", { class: "filters" }, this.strategy, this.rule), this.none, this.table.element);
    this.read = view.every(3000, this.panel, () => this.#read());
  }

  takeNames({ strategies }) {
    fillChoice(this.strategy, [["", "every strategy"], "manual", ...strategies]);
  }

  async #read() {
    const asked = new URLSearchParams({ limit: 20 });
    if (this.strategy.value) asked.set("strategy_id", this.strategy.value);
    if (this.rule.value) asked.set("rule", this.rule.value);
    const { denials } = await call("GET", `/api/risk/denials?${asked}`);
    for (const { rule } of denials.flatMap((one) => one.failures)) this.#rules.add(rule);
    fillChoice(this.rule, [["", "every rule"], ...[...this.#rules].sort().map((rule) => [rule, `${ruleName(rule)} (${rule.split(".")[0]})`])]);
    this.none.hidden = denials.length > 0;
    this.table.element.hidden = denials.length === 0;
    const { cell } = this.table;
    // A denial is written down once and stays as it is.
    keep(this.table.rows, keyed(denials, (one) => `${one.timestamp} ${one.strategy_id} ${one.instrument}`), (one) => one.key,
      (one) => ({ element: make("tr", { role: "row" }, cell(0, clock(one.timestamp)),
        cell(1, one.strategy_id ?? "–", make("small", {}, `account ${one.account_id}`)), cell(2, one.instrument),
        cell(3, make("ul", { class: "findings" }, ...one.failures.map(findingLine)))) }), () => {});
  }
}
