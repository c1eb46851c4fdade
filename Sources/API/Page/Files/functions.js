// What a strategy's plugin lets operators call: a form for each function, made from its signature.

import { address } from "./actions.js";
import { keep, make, say } from "./dom.js";
import { Fields } from "./form.js";
import { call, may } from "./session.js";
import { numberInput, select, submit, textInput } from "./submit.js";
import { panel } from "./view.js";

/** How an argument is entered, and what its text means; undefined leaves it out. */
function control(schema) {
  const inner = schema.anyOf?.find((one) => one.type !== "null") ?? schema;
  const isNumber = inner.type === "number" || inner.type === "integer";
  // What is no number goes as it is: the host says what it should be.
  const number = (text) => text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
  switch (inner.type) {
    case "boolean": return { input: select(["true", "false"]), note: "", read: (text) => text === "true" };
    case "array": return { input: textInput(), note: "numbers, with commas between", read: (text) =>
      text.split(",").filter((one) => one.trim()).map(number) };
    default: return { input: isNumber ? numberInput() : textInput(), note: schema.anyOf ? "may be left empty" : "",
      read: (text) => isNumber ? number(text) : schema.anyOf && !text ? undefined : text };
  }
}

export class Calls {
  constructor(view, id) {
    this.id = id;
    this.list = make("div", { class: "functions" });
    this.empty = make("p", { class: "soft" }, "Its plugin has none.");
    this.panel = panel("functions", "Functions", this.list, this.empty);
    this.read = view.every(60_000, this.panel, async () => this.#show((await call("GET", address(id, "functions"))).functions));
  }

  #show(functions) {
    this.empty.hidden = functions.length > 0;
    keep(this.list, functions, (one) => JSON.stringify(one), (one) => ({ element: this.#form(one) }), () => {});
  }

  #form({ name, description, parameters }) {
    const fields = new Fields();
    const fault = make("p", { class: "fault", role: "alert" });
    const result = make("output", { "aria-label": `Result of ${name}` });
    const button = make("button", { "aria-label": `Call ${name}` }, "Call");
    const controls = Object.entries(parameters.properties ?? {}).map(([argument, schema]) => ({ argument, ...control(schema) }));
    const send = async (event) => {
      event.preventDefault();
      say(result, "");
      const values = controls.map(({ argument, input, read }) => [argument, read(input.value)]);
      await submit({ button, fields, fault }, async () => {
        const answer = await call("POST", address(this.id, "functions", name), Object.fromEntries(values));
        say(result, answer.result === null ? "null: it has no value now" : JSON.stringify(answer.result));
      });
    };
    const inputs = controls.map(({ argument, input, note }) => fields.add(argument, argument, input, note));
    const form = make("form", { onsubmit: send, "data-function": name, "aria-label": name },
      make("h3", {}, name), make("p", { class: "soft" }, description));
    if (!may("trader")) form.append(make("p", {}, `Takes ${controls.map((one) => one.argument).join(", ") || "nothing"}.`));
    else form.append(make("div", { class: "form" }, ...inputs), make("div", { class: "tools" }, button, result), fault);
    return form;
  }
}
