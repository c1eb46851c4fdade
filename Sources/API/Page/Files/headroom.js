// What the limits leave: a bar for each, the nearest first.

import { clock, keep, make, mark, money, percent, quantity, say } from "./dom.js";
import { fillChoice } from "./form.js";
import { keyed, ruleTitle } from "./rules.js";
import { call } from "./session.js";
import { panel } from "./view.js";

/** The host's own levels: medium from half of a limit on, high from 80 %. */
function level(share) {
  if (share >= 1) return ["at the limit", "bad"];
  if (share >= 0.8) return ["high", "bad"];
  return share >= 0.5 ? ["medium", "warn"] : ["low", "good"];
}

/** A part of a whole as a bar, with the percent and a word for it. */
export class Bar {
  constructor() {
    this.fill = make("span");
    this.track = make("div", { class: "bar", role: "meter", "aria-valuemin": 0, "aria-valuemax": 100 }, this.fill);
    this.text = make("span", { class: "pill" });
  }

  /** The room stays. */
  hide(text) {
    this.track.style.visibility = "hidden";
    say(this.text, text);
  }

  show(share, label) {
    const [word, tone] = level(share);
    const rounded = Math.round(Math.min(share, 1) * 1000) / 10;
    this.fill.style.width = `${rounded}%`;
    mark(this.track, "aria-label", label);
    mark(this.track, "aria-valuenow", rounded);
    mark(this.track, "aria-valuetext", `${percent(share)} used, ${word}`);
    for (const element of [this.track, this.text]) mark(element, "data-tone", tone);
    say(this.text, `${percent(share)}, ${word}`);
  }
}

export class Headroom {
  #rows = [];
  #programs = [];
  currencies = {};

  constructor(view) {
    const choice = (label, ...options) => make("select", { "aria-label": label, onchange: () => this.read() }, ...options);
    this.account = choice("Account");
    this.strategy = choice("Strategy", make("option", { value: "" }, "no strategy"));
    this.scope = choice("Scope", make("option", { value: "" }, "every scope"));
    this.list = make("ul", { class: "headroom" });
    this.none = make("p", { class: "soft", hidden: true }, "No limit of this scope is set.");
    this.panel = panel("headroom", "Headroom", make("div", { class: "filters" }, this.account, this.strategy, this.scope), this.list, this.none);
    this.read = view.every(3000, this.panel, () => this.#read());
  }

  takeNames({ accounts, strategies, currencies }) {
    this.currencies = currencies;
    fillChoice(this.account, accounts);
    this.account.hidden = accounts.length < 2;
    fillChoice(this.strategy, [["", "no strategy"], ...strategies.map((id) => [id, `with ${id}`])]);
    this.#show();
  }

  /** A program's own limits are those of its account. */
  takePrograms(programs) {
    this.#programs = programs;
    this.#show();
  }

  async #read() {
    const asked = new URLSearchParams();
    if (this.account.value) asked.set("account_id", this.account.value);
    if (this.strategy.value) asked.set("strategy_id", this.strategy.value);
    this.#rows = (await call("GET", `/api/risk/headroom?${asked}`)).headroom;
    this.#show();
  }

  #show() {
    const program = this.#programs.find((one) => one.account_id === this.account.value) ?? this.#programs[0];
    const own = (rule, used, limit) => limit == null ? []
      : [{ rule, scope: "program", used: Math.max(used, 0), limit, left: Math.max(limit - Math.max(used, 0), 0) }];
    const all = [...this.#rows, ...program ? [
      ...own("compliance.daily-loss", program.day_loss, program.day_loss_limit),
      ...own("compliance.total-drawdown", program.drawdown, program.drawdown_limit)] : []];
    fillChoice(this.scope, [["", "every scope"], ...new Set(all.map((one) => one.scope))]);
    const share = (one) => one.used / one.limit;
    const rows = keyed(all.filter((one) => !this.scope.value || one.scope === this.scope.value)
      .sort((a, b) => share(b) - share(a) || a.limit - b.limit), (one) => `${one.rule} ${one.scope}`);
    this.none.hidden = rows.length > 0;
    keep(this.list, rows, (one) => one.key, (one) => this.#row(one), (row, one) => {
      // Nothing is ever used of what one order may be.
      if (one.rule === "risk.order-size") row.bar.hide("each order");
      else row.bar.show(share(one), `${one.rule}, ${one.scope}`);
      say(row.text, this.#words(one));
    });
  }

  #row(one) {
    const bar = new Bar(), text = make("span", { class: "soft" });
    return { bar, text, element: make("li", { "data-rule": one.rule },
      make("span", {}, ruleTitle(one.rule), make("small", {}, one.scope)), bar.track, bar.text, text) };
  }

  /** All are amounts of the account's money, but what a strategy may hold of an instrument. */
  #words({ rule, scope, used, limit, left, resets_at: reset }) {
    const isCount = rule === "risk.position" && scope === "strategy";
    const figure = (value) => isCount ? quantity(value) : money(value);
    const unit = isCount ? "units" : this.currencies[this.account.value] ?? "";
    if (rule === "risk.order-size") return `up to ${figure(limit)} ${unit}`;
    return `${figure(used)} of ${figure(limit)} ${unit}, ${figure(left)} left${reset ? `; begins anew ${clock(reset)}` : ""}`;
  }
}
