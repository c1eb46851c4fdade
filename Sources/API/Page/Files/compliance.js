// Compliance programs of the accounts, with locks that an admin releases, and circuit breakers.

import { ask, keep, make, mark, money, notice, quantity, say } from "./dom.js";
import { Bar } from "./headroom.js";
import { ruleName } from "./rules.js";
import { call, may } from "./session.js";
import { panel } from "./view.js";

const locks = { none: ["open", "good"], day: ["locked until its next day", "bad"], total: ["locked until an admin releases it", "bad"] };

export class Programs {
  /** `take` gets the programs as they were read. */
  constructor(view, take) {
    this.changed = () => view.desk.changed();
    this.list = make("ul", { class: "lines" });
    this.panel = panel("programs", "Compliance programs", this.list);
    view.every(5000, this.panel, async () => {
      const { accounts } = await call("GET", "/api/compliance/accounts");
      take(accounts);
      this.#show(accounts);
    });
  }

  #show(accounts) {
    keep(this.list, accounts, (one) => one.account_id, ({ account_id: account }) => {
      const row = { lock: make("span", { class: "pill" }), text: make("span"), rules: make("small"), counts: make("small"),
        release: may("admin") ? make("button", { type: "button", onclick: () => this.#release(account) }, "Release …") : null };
      row.element = make("li", {}, make("b", {}, account), row.lock, row.text, row.release, row.rules, row.counts);
      return row;
    }, (row, one) => {
      const [word, tone] = locks[one.lock];
      say(row.lock, word);
      mark(row.lock, "data-tone", tone);
      say(row.text, `program ${one.program}, of ${one.owner}; warns from ${Math.round(one.warning_threshold * 100)} % of a limit`);
      say(row.rules, `Rules: ${one.rules.map((rule) => ruleName(rule).toLowerCase()).join(", ") || "none"}`);
      say(row.counts, `Today ${quantity(one.messages)} orders, changes and cancels, ${quantity(one.fills)} fills, `
        + `${quantity(one.day_trades)} day trades; profit ${money(one.profit)}, best day ${money(one.best_day)}`);
      if (row.release) row.release.hidden = one.lock === "none";
    });
  }

  #release(account) {
    const reason = make("input", { required: true, maxlength: 500 });
    ask({ title: `Release account ${account}?`, action: "Release",
      fill: ({ body }) => body.append(make("p", {}, "Its orders pass again. What is beyond its limit still locks it again with the next price."),
        make("label", {}, "Reason", reason)),
      act: async () => {
        await call("POST", `/api/compliance/accounts/${encodeURIComponent(account)}/release`, { reason: reason.value });
        notice(`Account ${account} is released.`);
        this.changed();
      } });
  }
}

export class Breakers {
  constructor(view) {
    this.list = make("ul", { class: "headroom" });
    this.none = make("p", { class: "soft", hidden: true }, "None is set.");
    this.panel = panel("breakers", "Circuit breakers", this.none, this.list);
    view.every(5000, this.panel, async () => this.#show((await call("GET", "/api/risk/breakers")).breakers));
  }

  #show(breakers) {
    this.none.hidden = breakers.length > 0;
    keep(this.list, breakers, (one) => `${one.name} ${one.scope} ${one.target_id}`, (one) => {
      const bar = new Bar(), state = make("span", { class: "pill" }), text = make("span", { class: "soft" });
      return { bar, state, text, element: make("li", {}, make("span", {}, make("b", {}, one.name),
        make("small", {}, one.target_id ? `${one.scope} ${one.target_id}` : one.scope)), bar.track, state, text) };
    }, (row, one) => {
      row.bar.show(one.observed / one.threshold, `${one.name}, ${one.scope} ${one.target_id ?? ""}`);
      say(row.state, one.state);
      mark(row.state, "data-tone", { armed: "good", tripped: "bad", spent: "warn" }[one.state]);
      say(row.text, `${ruleName(one.kind).toLowerCase()} ${quantity(one.observed)} of ${quantity(one.threshold)} within ${one.window_seconds} s; `
        + `throws ${one.mode}, reset ${one.reset}`);
    });
  }
}
