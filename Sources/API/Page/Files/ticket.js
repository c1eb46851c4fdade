// A new order in two steps: the gate is asked first, then the order is placed.

import { make, notice, say } from "./dom.js";
import { Fields, fillChoice } from "./form.js";
import { findingLine } from "./rules.js";
import { call } from "./session.js";
import { estimate, outcome, verdict } from "./verdict.js";
import { panel } from "./view.js";

/** What each kind of order needs beside the quantity, and what it may have. */
export const kinds = { MARKET: [], LIMIT: ["price"], STOP_LOSS: ["stop_price"], STOP_LIMIT: ["price", "stop_price"], TRAILING_STOP: ["trail_percent"] };
export const dependent = ["price", "stop_price", "trail_percent"];
export const numbers = { quantity: "Quantity", price: "Limit price", stop_price: "Stop price", trail_percent: "Trail, %",
  stop_loss: "Stop-loss at", take_profit: "Take-profit at" };
const times = ["GTC", "DAY", "IOC", "FOK"];

export class Ticket {
  #fields = new Fields();
  #inputs = {};
  #instruments = new Map();
  #tried = null;

  /** `instrument` is chosen to begin with, `changed` is called after an order was placed. */
  constructor(instrument, changed) {
    Object.assign(this, { instrument, changed });
    const select = (name, label, options = []) => {
      fillChoice(this.#inputs[name] = make("select"), options);
      return this.#fields.add(name, label, this.#inputs[name]);
    };
    this.labels = Object.fromEntries(Object.entries(numbers).map(([name, label]) => {
      this.#inputs[name] = make("input", { inputmode: "decimal", autocomplete: "off", required: name === "quantity" });
      return [name, this.#fields.add(name, label, this.#inputs[name])];
    }));
    this.reduce = make("input", { type: "checkbox" });
    this.post = make("input", { type: "checkbox" });
    this.postLabel = make("label", { class: "check" }, this.post, "Only rests in the book");
    this.fieldset = make("fieldset", { class: "grid ticket" },
      select("instrument", "Instrument"), select("order_type", "Side", ["BUY", "SELL"]), select("order_kind", "Kind", Object.keys(kinds)),
      ...Object.values(this.labels), select("time_in_force", "Time in force", times), select("strategy_id", "Strategy"),
      make("label", { class: "check" }, this.reduce, "Only reduces the position"), this.postLabel);
    this.fault = make("p", { class: "fault", role: "alert" });
    this.answer = make("div", { class: "verdict", role: "status" });
    this.back = make("button", { type: "button", hidden: true, onclick: () => this.#reset() }, "Back");
    this.button = make("button", { class: "main" }, "Try it");
    this.panel = panel("ticket", "New order",
      make("form", { onsubmit: (event) => this.#submit(event), oninput: () => this.#change() },
        this.fieldset, this.answer, this.fault, make("div", { class: "buttons" }, this.back, this.button)));
    this.#change();
  }

  takeNames(instruments, strategies) {
    this.#instruments = new Map(instruments.map((one) => [one.instrument, one]));
    fillChoice(this.#inputs.instrument, [...this.#instruments.keys()]);
    if (this.#instruments.has(this.instrument)) this.#inputs.instrument.value = this.instrument;
    this.instrument = null;
    fillChoice(this.#inputs.strategy_id, [["manual", "none"], ...strategies]);
  }

  /** Only fields that the kind has a use for. */
  #change() {
    const kind = this.#inputs.order_kind.value;
    for (const name of dependent) {
      this.labels[name].hidden = !kinds[kind].includes(name);
      this.#inputs[name].required = kinds[kind].includes(name);
    }
    this.postLabel.hidden = kind !== "LIMIT";
    say(this.fault, "");
  }

  #order() {
    const order = { reduce_only: this.reduce.checked, post_only: this.post.checked && !this.postLabel.hidden };
    for (const [name, input] of Object.entries(this.#inputs)) {
      if (input.value.trim() && !this.labels[name]?.hidden) order[name] = input.value.trim();
    }
    return order;
  }

  async #submit(event) {
    event.preventDefault();
    if (this.button.disabled) return;
    this.button.disabled = true;
    this.#fields.clear();
    say(this.fault, "");
    try {
      await (this.#tried ? this.#send() : this.#try());
    } catch (error) {
      const denials = error.details?.denials ?? [];
      if (denials.length) this.answer.replaceChildren(make("ul", { class: "findings" }, ...denials.map(findingLine)));
      say(this.fault, this.#fields.blame(error));
    }
    this.button.disabled = false;
  }

  async #try() {
    const order = this.#order();
    const [answer, book] = await Promise.all([call("POST", "/api/orders?dry_run=true", order),
      call("GET", `/api/market-data/${encodeURIComponent(order.instrument)}/depth`).catch(() => null)]);
    const cost = estimate(order, this.#instruments.get(order.instrument), book);
    this.answer.replaceChildren(make("p", {}, `${order.order_type} ${order.quantity} ${order.instrument}, ${order.order_kind}. ${cost}`), ...verdict(answer));
    const next = { approved: "Place the order", waits: "Ask a second person", denied: "" }[outcome(answer)];
    this.fieldset.disabled = true;
    this.back.hidden = false;
    this.button.hidden = !next;
    say(this.button, next);
    this.#tried = order;
    (next ? this.button : this.back).focus();
  }

  async #send() {
    notice(await this.#place());
    this.#reset();
    this.changed();
  }

  /** What became of it; one that a second person has to approve comes back as denied, and waits. */
  async #place() {
    try {
      const { order_id: id, status } = await call("POST", "/api/orders", this.#tried);
      return `Order ${id} is placed: ${status.toLowerCase().replace("_", " ")}.`;
    } catch (error) {
      if (!error.details?.approval_id) throw error;
      return `The order waits for a second person, as ${error.details.approval_id}.`;
    }
  }

  #reset() {
    this.#tried = null;
    this.fieldset.disabled = false;
    this.back.hidden = true;
    this.button.hidden = false;
    say(this.button, "Try it");
    this.answer.replaceChildren();
    say(this.fault, "");
    this.#inputs.quantity.focus();
  }
}
