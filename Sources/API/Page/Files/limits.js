// The limits that a scope sets itself, and changes of them, each with a reason.

import { ask, keep, make, notice, quantity, say } from "./dom.js";
import { Fields, fillChoice } from "./form.js";
import { ruleName } from "./rules.js";
import { call, may } from "./session.js";
import { panel } from "./view.js";

const meanings = {
  max_order_quantity: "quantity of one order", max_order_notional: "value of one order", max_position_quantity: "quantity held",
  max_position_notional: "value held of one instrument", max_position_equity_fraction: "value held as a fraction of equity",
  max_gross_exposure: "long and short together", max_net_exposure: "long less short", max_leverage: "gross exposure over equity",
  max_concentration: "largest instrument as a fraction of equity", max_daily_loss: "loss since the day began",
  daily_loss_base: "what the day's loss is counted from", max_drawdown: "loss from the high, as a fraction", drawdown: "which high counts",
  budget_global_cap: "positions and orders of the account together", budget_allocation: "the strategy's share of the budget",
  price_collar_percent: "distance of a price from the market, %", max_slippage: "estimated cost of a market order, as a fraction",
  max_orders_per_second: "orders in a second", max_orders_per_minute: "orders in a minute", max_open_orders: "orders that work at once",
  market_data_max_age_ms: "age of a price, ms", duplicate_window_ms: "how long the same order is held back, ms",
  repeat_limit: "executions in a row", repeat_window_ms: "within, ms", reject_streak: "denials in a row",
  max_consecutive_losses: "losing round trips in a row", cooldown_seconds: "pause after them, s" };
const words = { daily_loss_base: ["equity", "balance", "higher"],
  drawdown: ["trailing_intraday", "static", "trailing_eod", "trailing_locked"] };

export class Limits {
  #names = {};

  constructor(view) {
    this.changed = () => view.desk.changed();
    this.scope = make("select", { "aria-label": "Scope of the limits", onchange: () => { this.#fillTargets(); this.read(); } });
    fillChoice(this.scope, [["system", "the whole system"], ["account", "an account"], ["strategy", "a strategy"], ["instrument", "an instrument"]]);
    this.target = make("select", { "aria-label": "Whose limits", hidden: true, onchange: () => this.read() });
    this.list = make("ul", { class: "limits" });
    this.none = make("p", { class: "soft", hidden: true }, "No limit is set here; those of the other scopes hold.");
    const add = may("trader") ? make("button", { type: "button", onclick: () => this.#set() }, "Set a limit …") : null;
    this.panel = panel("limits", "Limits as they are set",
      make("div", { class: "filters" }, this.scope, this.target, add), this.none, this.list);
    this.read = view.every(10_000, this.panel, () => this.#read());
  }

  takeNames({ accounts, strategies, instruments }) {
    this.#names = { account: accounts, strategy: strategies, instrument: instruments };
    this.#fillTargets();
  }

  #fillTargets() {
    this.target.hidden = this.scope.value === "system";
    fillChoice(this.target, this.#names[this.scope.value] ?? []);
  }

  async #read() {
    const { value: scope } = this.scope, { value: id } = this.target;
    const asked = new URLSearchParams(scope === "system" ? { scope } : { scope, id });
    if (scope !== "system" && !id) return;
    const { limits } = await call("GET", `/api/risk/limits?${asked}`);
    this.none.hidden = limits.length > 0;
    keep(this.list, limits, (one) => one.name, (one) => this.#row(one), (row, one) => {
      row.one = one;
      say(row.value, Number.isNaN(Number(one.value)) ? one.value : quantity(Number(one.value)));
    });
  }

  #row({ name }) {
    const row = { value: make("strong") };
    const button = (text, act) => make("button", { type: "button", "aria-label": `${text} ${name}`, onclick: act }, `${text} …`);
    row.element = make("li", { "data-limit": name },
      make("span", {}, make("b", {}, ruleName(name)), make("small", {}, meanings[name] ?? name)), row.value,
      make("span", { class: "actions" }, may("trader") ? button("Change", () => this.#set(row.one)) : null,
        may("admin") ? button("Remove", () => this.#remove(name)) : null));
    return row;
  }

  #place() {
    return this.scope.value === "system" ? { scope: "system" } : { scope: this.scope.value, id: this.target.value };
  }

  #where() {
    return this.scope.value === "system" ? "the whole system" : `${this.scope.value} ${this.target.value}`;
  }

  #set(one) {
    const fields = new Fields();
    const place = this.#place();
    const reason = make("input", { required: true, maxlength: 500 });
    const name = make("select");
    const box = make("div", { class: "fields" });
    const chosen = () => one?.name ?? name.value;
    let value;
    // Each limit is a field of the API of its own name, of numbers or of a few words.
    const build = () => {
      value = words[chosen()] ? make("select") : make("input", { inputmode: "decimal", required: true, autocomplete: "off" });
      if (words[chosen()]) fillChoice(value, words[chosen()]);
      if (one) value.value = one.value;
      box.replaceChildren(fields.add(chosen(), "Value", value, meanings[chosen()]), fields.add("reason", "Reason", reason));
    };
    fillChoice(name, Object.keys(meanings).map((key) => [key, ruleName(key)]));
    name.addEventListener("change", build);
    build();
    ask({ title: `${one ? ruleName(one.name) : "A limit"} of ${this.#where()}`, action: "Set",
      fill: ({ body }) => body.append(make("p", { class: "soft" }, may("admin")
        ? "It holds at once and over restarts, until the file of settings changes." : "You may tighten a limit; an admin may also loosen it."),
        ...one ? [] : [make("label", {}, "Limit", name)], box),
      act: async () => {
        fields.clear();
        try {
          const number = Number(value.value);
          await call("PUT", "/api/risk/limits",
            { ...place, [chosen()]: Number.isFinite(number) ? number : value.value, reason: reason.value });
        } catch (error) {
          throw new Error(fields.blame(error));
        }
        notice("The limit is set.");
        this.changed();
      } });
  }

  #remove(name) {
    const place = this.#place();
    const reason = make("input", { required: true, maxlength: 500 });
    ask({ title: `Remove ${ruleName(name).toLowerCase()} of ${this.#where()}?`, action: "Remove", danger: true,
      fill: ({ body }) => body.append(make("p", {}, "Only the other scopes' limits hold then."), make("label", {}, "Reason", reason)),
      act: async () => {
        await call("PUT", "/api/risk/limits", { ...place, remove: [name], reason: reason.value });
        notice("The limit is removed.");
        this.changed();
      } });
  }
}
