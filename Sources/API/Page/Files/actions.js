// What can be done with a strategy, wherever it is shown: a question, a call, and a sentence about what came of it.

import { ask, make, mark, notice, say } from "./dom.js";
import { call, may } from "./session.js";

/** How states look. */
export const tones = { running: "good", stopped: null, paused: "warn", degraded: "warn", faulted: "bad", quarantined: "bad" };

export const address = (id, ...parts) => ["/api/strategies", ...[id, ...parts].map(encodeURIComponent)].join("/");

const codeName = (one) => [one.generation, one.state, one.version, one.sha256?.slice(0, 12)].filter(Boolean).join(", ");

export class StrategyActions {
  /** `changed` is called after each action that may have changed something. */
  constructor(changed) {
    this.changed = changed;
  }

  /** Those that this user may press; `show` takes each answer about the strategy. */
  buttons(id) {
    let isEnabled = true;
    const button = (text, act) => make("button", { type: "button", "aria-label": `${text} ${id}`, onclick: act }, text);
    const toggle = may("trader") ? button("Disable", () => isEnabled ? this.disable(id) : this.#enable(id, toggle)) : null;
    const more = may("admin") ? [button("Reload", () => this.reload(id)), button("Roll back", () => this.#rollBack(id))] : [];
    const show = (one) => {
      isEnabled = one.enabled;
      if (!toggle) return;
      say(toggle, isEnabled ? "Disable" : "Enable");
      mark(toggle, "aria-label", `${isEnabled ? "Disable" : "Enable"} ${id}`);
    };
    return { elements: [toggle, ...more].filter(Boolean), show };
  }

  async #enable(id, button) {
    button.disabled = true;
    try {
      await call("POST", address(id, "enable"));
      notice(`${id} is enabled.`);
      this.changed();
    } catch (error) {
      notice(`${id} was not enabled: ${error.message}`, true);
    }
    button.disabled = false;
  }

  disable(id) {
    const closes = make("input", { type: "checkbox" });
    ask({ title: `Disable ${id}?`, action: "Disable",
      fill: ({ body }) => body.append(make("p", {},
        "It gets no more events and sends no more orders. Its own setting on_stop says what becomes of its orders and positions; "
        + "you will be told."), make("label", { class: "check" }, closes, "Cancel its orders and close all that it holds, whatever that setting says")),
      act: async () => {
        if (closes.checked) {
          const { remaining_components: waiting } = await call("POST", address(id, "close-and-disable"));
          notice(`${id} is disabled; ${waiting.length ? `still to do: ${waiting.join(", ")}` : "nothing is held"}.`);
          return this.changed();
        }
        const answer = await call("POST", address(id, "disable"));
        const left = [answer.cancelled_orders === 1 ? "one order was cancelled" : `${answer.cancelled_orders || "no"} orders were cancelled`,
          answer.closing_positions.length ? `closing ${answer.closing_positions.join(", ")}` : "",
          answer.kept_positions.length ? `still held: ${answer.kept_positions.join(", ")}` : "nothing is held"];
        notice(`${id} is disabled; ${left.filter(Boolean).join("; ")}.`);
        this.changed();
      } });
  }

  reload(id) {
    const mode = make("select", {}, make("option", { value: "swap" }, "swap: takes over between two events"),
      make("option", { value: "shadow" }, "shadow: runs beside it, sends nothing"));
    const fresh = make("input", { type: "checkbox" });
    const replay = make("input", { type: "checkbox" });
    ask({ title: `Reload ${id}?`, action: "Reload",
      fill: ({ body }) => body.append(
        make("p", {}, "Its code is loaded as a new generation, with the memory of the one that runs. Where that fails, the old code "
          + "runs on. What a shadow would send is compared with what the old code sends, until it is promoted or discarded."),
        make("label", {}, "Mode", mode),
        make("label", { class: "check" }, fresh, "Begin without that memory"),
        make("label", { class: "check" }, replay, "Only if it says the same as the old code to what was recorded in this run")),
      act: async () => {
        const answer = await call("POST", address(id, "reload"),
          { mode: mode.value, memory: fresh.checked ? "discard" : "keep", gate: replay.checked ? "replay" : "none" });
        notice(answer.mode === "shadow" ? `Generation ${answer.generation} of ${id} runs as a shadow.`
          : `${id} runs as generation ${answer.generation}.`);
        this.changed();
      } });
  }

  #rollBack(id) {
    const choice = make("select", {}, make("option", {}, "Reading …"));
    ask({ title: `Roll ${id} back?`, action: "Roll back",
      fill: async ({ body, button }) => {
        button.disabled = true;
        const fault = make("p", { class: "fault" });
        body.append(make("p", {}, "Other code takes the place of the one that runs, and its memory over."),
          make("label", {}, "Generation", choice), fault);
        try {
          const { generations } = await call("GET", address(id, "generations"));
          const older = generations.filter((one) => one.state === "kept").sort((a, b) => b.generation - a.generation);
          choice.replaceChildren(...older.map((one) => make("option", { value: one.generation }, codeName(one))));
          button.disabled = older.length === 0;
          say(fault, older.length ? "" : "There is no other generation.");
        } catch (error) {
          say(fault, error.message);
        }
      },
      act: async () => {
        const answer = await call("POST", address(id, "rollback"), { generation: Number(choice.value) });
        notice(`${id} is back at generation ${answer.rolled_back_to}.`);
        this.changed();
      } });
  }

  promote(id, generation) {
    ask({ title: `Promote generation ${generation} of ${id}?`, action: "Promote", danger: true,
      fill: ({ body }) => body.append(make("p", {}, "The shadow takes the place of the active generation, and its orders are sent from "
        + "then on. Working orders that it would not have sent are cancelled; positions stay.")),
      act: async () => {
        const answer = await call("POST", address(id, "promote"));
        notice(`${id} runs as generation ${answer.generation}.`);
        this.changed();
      } });
  }

  discard(id, generation) {
    ask({ title: `Discard generation ${generation} of ${id}?`, action: "Discard",
      fill: ({ body }) => body.append(make("p", {}, "The shadow ends; the active generation runs on.")),
      act: async () => {
        await call("DELETE", address(id, "shadow"));
        notice(`The shadow of ${id} is discarded.`);
        this.changed();
      } });
  }
}
