// The trading state in words, and emergency stops: thrown in two steps, released with a reason.

import { ask, clock, keep, make, mark, notice, say } from "./dom.js";
import { call, may, user } from "./session.js";

const modes = {
  stop: "No new orders; cancels and closes stay possible",
  reduce: "Only orders that shrink a position",
  cancel: "No new orders, and all working orders are cancelled",
  flatten: "No new orders, all working orders are cancelled, and all positions are closed" };
const scopes = { system: "Everything", account: "An account", agent: "A strategy", instrument: "An instrument" };
const force = ["reduce", "stop", "cancel", "flatten"];

/** What a stop is of. */
export const stopPlace = (stop) => stop.scope === "system" ? "everything" : `${stop.scope === "agent" ? "strategy" : stop.scope} ${stop.target_id}`;

/** What is allowed now, and how it should look. */
function tradingState(active) {
  const whole = active.filter((one) => one.scope === "system").sort((a, b) => force.indexOf(b.mode) - force.indexOf(a.mode))[0];
  if (!whole && active.length === 0) return ["trading", "good"];
  if (!whole) return [`trading, stopped in ${active.length === 1 ? "one part" : `${active.length} parts`}`, "warn"];
  if (whole.mode === "reduce") return ["reducing only", "warn"];
  if (whole.mode === "flatten" && whole.remaining_components.length) return ["stopped, closing positions", "bad"];
  return ["stopped", "bad"];
}

export class StopControl {
  constructor(changed) {
    this.changed = changed;
    this.state = make("span", { class: "pill", id: "trading", role: "status" }, "…");
    this.button = may("trader")
      ? make("button", { type: "button", class: "danger", onclick: () => this.#throw() }, "Emergency stop …") : "";
    this.rows = make("ul", { class: "lines" });
    this.none = make("p", { class: "soft" }, "Reading …");
    this.list = make("div", {}, this.rows, this.none);
  }

  show(stops) {
    const active = stops.filter((one) => one.status === "active" && !one.drill);
    const [text, tone] = tradingState(active);
    say(this.state, text);
    mark(this.state, "data-tone", tone);
    say(this.none, "None is in force.");
    this.none.hidden = active.length > 0;
    keep(this.rows, active, (one) => one.stop_id, (one) => {
      const text = make("span"), what = make("span", { class: "pill", "data-tone": "bad" }), left = make("small");
      const release = may("admin")
        ? make("button", { type: "button", onclick: () => this.#release(one) }, "Release …") : null;
      return { element: make("li", {}, what, text, release, left), what, text, left };
    }, (row, one) => {
      say(row.what, `${one.mode}: ${stopPlace(one)}`);
      say(row.text, `${one.reason || "without a reason"} (${one.triggered_by}, ${clock(one.timestamp)})`);
      say(row.left, one.remaining_components.length ? `still to do: ${one.remaining_components.join(", ")}` : "");
    });
  }

  // MARK: Throwing

  #throw() {
    const scope = make("select", {}, ...Object.entries(scopes).map(([value, text]) => make("option", { value }, text)));
    const target = make("select");
    const targetLabel = make("label", { hidden: true }, "Which", target);
    const mode = make("select", {}, ...Object.entries(modes).map(([value, text]) => make("option", { value }, `${value}: ${text.toLowerCase()}`)));
    const reason = make("input", { required: true, maxlength: 500 });
    const fields = make("fieldset", {}, make("label", {}, "What to stop", scope), targetLabel, make("label", {}, "How", mode),
      make("label", {}, "Reason", reason));
    const sum = make("div", { "aria-live": "polite" });
    const back = make("button", { type: "button", hidden: true }, "Back");
    let isTried = false;
    const request = (drill) => ({ scope: scope.value, target_id: scope.value === "system" ? undefined : target.value, mode: mode.value,
      reason: reason.value, triggered_by: user().username, drill });
    ask({ title: "Emergency stop, step 1 of 2", action: "See what it would do", danger: true,
      fill: ({ body, button, title }) => {
        body.append(fields, sum, back);
        scope.addEventListener("change", () => this.#fillTargets(scope, target, targetLabel));
        back.addEventListener("click", () => {
          isTried = fields.disabled = false;
          back.hidden = true;
          sum.replaceChildren();
          title("Emergency stop, step 1 of 2");
          say(button, "See what it would do");
        });
      },
      act: async ({ button, title }) => {
        if (isTried) {
          await call("POST", "/api/v1/emergency-stop", request(false));
          notice(`The stop is in force: ${mode.value}, ${stopPlace(request(false))}.`);
          return this.changed();
        }
        const { affected_components: affected } = await call("POST", "/api/v1/emergency-stop", request(true));
        isTried = fields.disabled = true;
        back.hidden = false;
        title("Emergency stop, step 2 of 2");
        say(button, "Stop now");
        sum.replaceChildren(make("p", {}, `${modes[mode.value]}. It affects ${affected.length ? "" : "nothing that runs now."}`),
          make("ul", {}, ...affected.map((one) => make("li", {}, one))));
        return false;
      } });
  }

  async #fillTargets(choice, target, label) {
    const scope = choice.value;
    label.hidden = scope === "system";
    target.required = !label.hidden;
    target.replaceChildren();
    if (label.hidden) return;
    const read = {
      account: async () => (await call("GET", "/api/v1/risk-status")).account_risks.map((one) => one.account_id),
      agent: async () => (await call("GET", "/api/strategies")).data.strategies.map((one) => one.id),
      instrument: async () => (await call("GET", "/api/instruments")).instruments.map((one) => one.instrument) }[scope];
    target.replaceChildren(make("option", { value: "" }, "Reading …"));
    const names = await read().catch((error) => error);
    // Another scope may have been chosen meanwhile.
    if (scope !== choice.value) return;
    target.replaceChildren(...names instanceof Error
      ? [make("option", { value: "" }, names.message)] : names.map((name) => make("option", { value: name }, name)));
  }

  // MARK: Releasing

  #release(stop) {
    const reason = make("input", { required: true, maxlength: 500 });
    const code = make("input", { autocomplete: "one-time-code", maxlength: 19 });
    const second = make("label", { hidden: true }, "Code of your second factor", code);
    ask({ title: `Release the stop of ${stopPlace(stop)}?`, action: "Release",
      fill: ({ body }) => body.append(make("p", {}, "Orders pass again, unless another stop covers them."),
        make("label", {}, "Reason", reason), second),
      act: async () => {
        if (!second.hidden) await call("POST", "/api/auth/verify-mfa", { mfa_token: code.value.trim() });
        try {
          await call("DELETE", `/api/v1/emergency-stop/${encodeURIComponent(stop.stop_id)}`,
            { authorized_by: user().username, resolution_reason: reason.value });
        } catch (error) {
          // Only who has a second factor is asked for it, and only when it was not shown in the last minutes.
          if (error.status === 403 && second.hidden && error.message.includes("second factor")) {
            second.hidden = false;
            code.required = true;
            code.focus();
            throw new Error("This needs a code of your second factor.");
          }
          throw error;
        }
        notice("The stop is released.");
        this.changed();
      } });
  }
}
