// Every load of a strategy's code, and the one that runs beside it.

import { address } from "./actions.js";
import { clock, make, mark, say } from "./dom.js";
import { Rows, write } from "./rows.js";
import { call, may } from "./session.js";
import { panel } from "./view.js";

const tones = { active: "good", shadow: "warn", gone: "bad" };
const count = new Intl.NumberFormat("en");

export class Generations {
  #shadow = null;

  constructor(view, id, actions) {
    this.rows = new Rows(["Generation", "State", "Loaded", "Version", "Library", "SHA-256"], [], "None was loaded.");
    this.differences = new Rows(["Time", "Active", "Shadow"], [], "No difference so far.", "differences");
    this.title = make("h3", { id: "shadow" });
    this.counts = make("p", {});
    this.problem = make("p", { class: "fault" });
    const buttons = may("admin") ? make("div", { class: "buttons" },
      make("button", { type: "button", onclick: () => actions.discard(id, this.#shadow.generation) }, "Discard …"),
      make("button", { type: "button", class: "main", onclick: () => actions.promote(id, this.#shadow.generation) }, "Promote …")) : null;
    this.shadow = make("div", { class: "shadow", role: "group", "aria-labelledby": "shadow", hidden: true },
      this.title, this.counts, this.problem, buttons,
      make("div", { class: "scrolls", role: "region", "aria-label": "Differences", tabindex: 0 }, this.differences.element));
    this.panel = panel("generations", "Generations", this.rows.element, this.shadow);
    this.read = view.every(20_000, this.panel, async () => this.#show(await call("GET", address(id, "generations"))));
    view.later(10_000, () => { if (this.#shadow) this.read(); });
  }

  #show({ generations, shadow }) {
    const newest = [...generations].reverse();
    this.rows.show(newest, (one) => one.generation, (cells, one) => {
      const [, state] = cells;
      write(cells, one.generation);
      say(state.firstChild, one.state);
      mark(state.firstChild, "data-tone", tones[one.state]);
      write(cells.slice(2), clock(one.loaded_at), one.version || "–", one.plugin);
      say(cells[5].firstChild, one.sha256.slice(0, 12));
      mark(cells[5].firstChild, "title", one.sha256);
    }, (cells) => {
      cells[1].append(make("span", { class: "pill" }));
      cells[5].append(make("code"));
    });
    this.#showShadow(shadow);
  }

  #showShadow(shadow) {
    this.#shadow = shadow;
    this.shadow.hidden = !shadow;
    if (!shadow) return;
    say(this.title, `Generation ${shadow.generation} runs as a shadow since ${clock(shadow.since)}`);
    say(this.counts, `In ${count.format(shadow.equal)} calls it asked for the same as the active one, in `
      + `${count.format(shadow.differing)} for something else${shadow.differing ? ", first these:" : "."}`);
    say(this.problem, shadow.problem ? `It is not called any more: ${shadow.problem}` : "");
    const said = (intents) => intents.length ? intents.join("\n") : "nothing";
    this.differences.show(shadow.differences.map((one, place) => ({ ...one, place })), (one) => `${shadow.generation} ${one.place}`,
      (cells, one) => write(cells, clock(one.timestamp), said(one.running), said(one.shadow)));
  }
}
