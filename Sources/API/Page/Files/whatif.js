// Would this order pass? The gate is asked, and nothing is sent.

import { clock, make, say } from "./dom.js";
import { Fields, fillChoice } from "./form.js";
import { call } from "./session.js";
import { dependent, kinds, numbers } from "./ticket.js";
import { verdict } from "./verdict.js";
import { panel } from "./view.js";

export class WhatIf {
  #fields = new Fields();
  #inputs = {};

  constructor() {
    const choice = (name, label, options = []) => {
      const select = this.#inputs[name] = make("select");
      fillChoice(select, options);
      return this.#fields.add(name, label, select);
    };
    const number = (name) => {
      const input = this.#inputs[name] = make("input", { inputmode: "decimal", autocomplete: "off", required: name === "quantity" });
      return this.#fields.add(name, numbers[name], input);
    };
    this.reduce = make("input", { type: "checkbox" });
    this.labels = Object.fromEntries(Object.keys(numbers).map((name) => [name, number(name)]));
    this.button = make("button", { class: "main" }, "Ask the gate");
    this.fault = make("p", { class: "fault", role: "alert" });
    this.answer = make("div", { class: "verdict", role: "status" });
    const form = make("form", { class: "grid", onsubmit: (event) => this.#ask(event), oninput: () => this.#change() },
      choice("strategy_id", "Strategy"), choice("instrument", "Instrument"), choice("order_type", "Side", ["BUY", "SELL"]),
      choice("order_kind", "Kind", Object.keys(kinds)), ...Object.values(this.labels),
      make("label", { class: "check" }, this.reduce, "Only reduces the position"), make("div", { class: "buttons" }, this.button));
    this.panel = panel("whatif", "Would this order pass?", form, this.fault, this.answer);
    this.#change();
  }

  takeNames({ strategies, instruments }) {
    fillChoice(this.#inputs.strategy_id, ["manual", ...strategies]);
    fillChoice(this.#inputs.instrument, instruments);
  }

  /** An answer is of the order that was asked for, and goes with it. */
  #change() {
    const needed = kinds[this.#inputs.order_kind.value];
    for (const name of dependent) {
      this.labels[name].hidden = !needed.includes(name);
      this.#inputs[name].required = needed.includes(name);
    }
    this.answer.replaceChildren();
    say(this.fault, "");
  }

  #order() {
    const order = { reduce_only: this.reduce.checked };
    for (const [name, input] of Object.entries(this.#inputs)) {
      if (input.value.trim() && !this.labels[name]?.hidden) order[name] = input.value.trim();
    }
    return order;
  }

  async #ask(event) {
    event.preventDefault();
    this.button.disabled = true;
    this.#fields.clear();
    this.#change();
    const order = this.#order();
    try {
      this.#show(await call("POST", "/api/orders?dry_run=true", order), order);
    } catch (error) {
      say(this.fault, this.#fields.blame(error));
    }
    this.button.disabled = false;
  }

  #show(answer, order) {
    this.answer.replaceChildren(
      make("p", {}, `${order.order_type} ${order.quantity} ${order.instrument}, asked at ${clock(Date.now())}. Nothing was sent.`),
      ...verdict(answer));
  }
}
