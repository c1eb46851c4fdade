// What happens when a form is sent, and its controls.

import { make, say } from "./dom.js";

export const textInput = (more) => make("input", { autocomplete: "off", spellcheck: "false", ...more });
export const numberInput = (more) => textInput({ inputmode: "decimal", ...more });
export const select = (values) => make("select", {}, ...values.map((value) => make("option", { value }, value)));

/** Lets the button wait while `act` runs; what went wrong stands beside the fields it belongs to, the rest in `fault`. */
export async function submit({ button, fields, fault }, act) {
  if (button.disabled) return;
  button.disabled = true;
  say(fault, "");
  fields.clear();
  try {
    await act();
  } catch (error) {
    say(fault, fields.blame(error));
  }
  button.disabled = false;
}
