// Fields with room for what is wrong with them, and choices that the host fills.

import { make, mark, say } from "./dom.js";

let count = 0;

export class Fields {
  #all = new Map();

  /** `name` is that of the API's field. */
  add(name, text, input, note = "") {
    const fault = make("small", { class: "fault", id: `fault-${++count}` });
    mark(input, "aria-describedby", fault.id);
    this.#all.set(name, { input, fault });
    input.addEventListener("input", () => this.#blame(name, ""));
    return make("label", {}, text, input, note ? make("small", {}, note) : null, fault);
  }

  /** Puts each fault beside its field; answers the sentence for all that has none. */
  blame(error) {
    const faults = error.details?.faults ?? [];
    const known = faults.filter((one) => this.#all.has(one.path));
    for (const { path, message } of known) this.#blame(path, message);
    if (known.length === 0 || known.length < faults.length) return error.message;
    this.#all.get(known[0].path).input.focus();
    return "";
  }

  clear() { for (const name of this.#all.keys()) this.#blame(name, ""); }

  #blame(name, text) {
    const { input, fault } = this.#all.get(name);
    mark(input, "aria-invalid", text ? true : null);
    say(fault, text);
  }
}

/** Options by their values and texts; what is chosen stays chosen where it is still there. */
export function fillChoice(select, options) {
  const pairs = options.map((one) => Array.isArray(one) ? one : [one, one]);
  const written = JSON.stringify(pairs);
  if (select.written === written) return;
  const chosen = select.value;
  select.written = written;
  select.replaceChildren(...pairs.map(([value, text]) => make("option", { value }, text)));
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
}
