// A strategy's parameters as its plugin describes them, and the limits of its own; both take effect between two events.

import { address } from "./actions.js";
import { make, mark, notice, say } from "./dom.js";
import { Fields } from "./form.js";
import { call, may } from "./session.js";
import { numberInput, select, submit } from "./submit.js";
import { panel } from "./view.js";

const limits = [
  ["max_position_size", "Largest position", "In units of the instrument; 0 = no limit"],
  ["max_daily_loss", "Largest loss of a day", "In the account's currency; 0 = no limit"],
  ["stop_loss_percent", "Stop loss", "In percent of the entry price; 0 = none"],
  ["take_profit_percent", "Take profit", "In percent of the entry price; 0 = none"],
];

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 9 });
/** A number as people write it, without an exponent. */
const plain = (value) => /e/.test(String(value)) ? Number(value).toFixed(9).replace(/\.?0+$/, "") : String(value);
const shown = (value) => typeof value === "number" ? grouped.format(value) : String(value);

/** What a parameter is and may be: "Bars in the fast average; 1 to 9,999, default 20". */
function note({ description, minimum, maximum, default: standard }) {
  const bounds = minimum === null ? "" : `${shown(minimum)} to ${shown(maximum)}`;
  return [description, [bounds, `default ${shown(standard)}`].filter(Boolean).join(", ")].filter(Boolean).join("; ");
}

function input({ kind, choices }) {
  if (kind === "boolean") return select(["true", "false"]);
  if (kind === "choice") return select(choices);
  return numberInput();
}

export class Parameters {
  #controls = [];
  #written = "";

  constructor(view, id) {
    Object.assign(this, { view, id });
    this.fieldset = make("fieldset", { class: "form", disabled: !may("trader") });
    this.fault = make("p", { class: "fault", role: "alert" });
    this.button = make("button", { class: "main" }, "Apply");
    this.undo = make("button", { type: "button", onclick: () => this.#reset() }, "Reset");
    const buttons = may("trader") ? make("div", { class: "buttons" }, this.undo, this.button) : null;
    this.form = make("form", { onsubmit: (event) => this.#apply(event), oninput: () => this.#mark() }, this.fieldset, this.fault, buttons);
    this.panel = panel("parameters", "Parameters", this.form);
  }

  /** What was changed here and is not applied yet, of "parameters" or of "risk_parameters". */
  changes(group) {
    const changed = this.#controls.filter((one) => one.group === group && one.input.value.trim() !== one.known);
    return Object.fromEntries(changed.map((one) => [one.name, one.kind === "boolean" ? one.input.value === "true" : one.input.value.trim()]));
  }

  show(one) {
    const written = JSON.stringify(one.parameter_descriptions);
    if (written !== this.#written) this.#build(one.parameter_descriptions);
    this.#written = written;
    for (const control of this.#controls) {
      const value = plain(one[control.group][control.name]);
      if (control.input.value.trim() === control.known) control.input.value = value;
      control.known = value;
    }
    this.#mark();
  }

  #build(descriptions) {
    this.fields = new Fields();
    this.#controls = [];
    const add = (group, name, kind, input, unit, note) => {
      const label = this.fields.add(`config.${group}.${name}`, unit ? `${name} (${unit})` : name, input, note);
      const was = make("small", { class: "was" });
      label.append(was);
      this.#controls.push({ group, name, kind, input, label, was, known: input.value });
      return label;
    };
    const own = descriptions.map((one) => add("parameters", one.name, one.kind, input(one),
      one.unit ?? (one.kind === "duration" ? "seconds" : ""), note(one)));
    const set = limits.map(([name, text, about]) => {
      const label = add("risk_parameters", name, "quantity", numberInput(), "", about);
      label.firstChild.data = text;
      return label;
    });
    this.fieldset.replaceChildren(...own.length ? own : [make("p", { class: "soft" }, "Its plugin has none.")],
      make("h3", {}, "Limits of this strategy"), ...set);
  }

  #mark() {
    let count = 0;
    for (const { input, label, was, known } of this.#controls) {
      const isChanged = input.value.trim() !== known;
      count += isChanged;
      mark(label, "data-changed", isChanged || null);
      say(was, isChanged ? `changed, was ${known}` : "");
    }
    say(this.button, count ? `Apply ${count} ${count === 1 ? "change" : "changes"}` : "Apply");
    this.button.disabled = this.undo.disabled = count === 0;
  }

  #reset() {
    for (const control of this.#controls) control.input.value = control.known;
    this.fields.clear();
    say(this.fault, "");
    this.#mark();
  }

  async #apply(event) {
    event.preventDefault();
    await submit(this, async () => {
      const [parameters, risk_parameters] = ["parameters", "risk_parameters"].map((group) => this.changes(group));
      const { config } = await call("PUT", address(this.id, "config"), { config: { parameters, risk_parameters } });
      for (const control of this.#controls) control.input.value = control.known = plain(config[control.group][control.name]);
      notice(`The values of ${this.id} are in force.`);
      this.view.desk.changed();
    });
    this.#mark();
  }
}
