// What a strategy writes, as it writes it.

import { address } from "./actions.js";
import { clock, keep, make, mark, say } from "./dom.js";
import { call, load } from "./session.js";
import { select } from "./submit.js";
import { panel } from "./view.js";

const most = 500;
const tones = { warning: "warn", error: "bad" };
/** A host that was started anew counts from 1 again. */
const order = (a, b) => a.time - b.time || a.sequence - b.sequence;
const key = (one) => `${one.time} ${one.sequence}`;

export class Logs {
  #lines = new Map();
  #stream = null;
  #isChanged = false;
  #isFollowed = true;
  #unseen = 0;

  constructor(view, id) {
    this.id = id;
    this.level = select(["debug", "info", "warning", "error"]);
    this.level.value = "info";
    this.level.addEventListener("change", () => this.#restart());
    this.pause = make("button", { type: "button", onclick: () => this.#turn() }, "Pause");
    this.state = make("span", { class: "soft", role: "status" });
    this.list = make("ol", { class: "log", role: "log", "aria-live": "off", "aria-labelledby": "log", tabindex: 0 });
    this.empty = make("p", { class: "soft" }, "No lines of this level.");
    this.panel = panel("log", "Log",
      make("div", { class: "tools" }, make("label", {}, "Level", this.level), this.pause, this.state), this.list, this.empty);
    // A stream that broke off is taken up again, with what was missed.
    this.read = view.every(5000, this.panel, async () => { if (!this.#stream) await this.#follow(); });
    view.later(250, () => this.#draw());
  }

  close() {
    this.#stream?.abort();
    this.#stream = null;
  }

  #restart() {
    this.close();
    this.#lines.clear();
    this.#isChanged = true;
    this.read();
  }

  /** The stream first and then what was before it, so that nothing falls between. */
  async #follow() {
    const stream = this.#stream = new AbortController();
    const level = `level=${this.level.value}`;
    try {
      const answer = await load(`${address(this.id, "logs", "stream")}?${level}`, stream.signal);
      this.#listen(answer.body.pipeThrough(new TextDecoderStream()).getReader(), stream);
      const { entries } = await call("GET", `${address(this.id, "logs")}?${level}&limit=200`);
      if (stream === this.#stream) this.#take(entries);
    } catch (error) {
      stream.abort();
      if (stream !== this.#stream) return;
      this.#stream = null;
      throw error;
    }
  }

  /** Server-sent events: blocks of lines, each with an empty one behind it. */
  async #listen(reader, stream) {
    let rest = "";
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done || stream !== this.#stream) break;
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        this.#take(lines.filter((line) => line.startsWith("data:")).map((line) => JSON.parse(line.slice(5))));
      }
    } catch {
      // Broken off, as when it ended.
    }
    if (stream === this.#stream) this.#stream = null;
  }

  #take(entries) {
    for (const one of entries.map((entry) => ({ ...entry, time: Date.parse(entry.timestamp) }))) {
      if (!this.#lines.has(key(one))) this.#unseen += 1;
      this.#lines.set(key(one), one);
      this.#isChanged = true;
    }
    if (this.#lines.size > most) this.#lines = new Map([...this.#lines.values()].sort(order).slice(-most).map((one) => [key(one), one]));
  }

  #turn() {
    this.#isFollowed = !this.#isFollowed;
    this.#unseen = 0;
    this.#isChanged = true;
    say(this.pause, this.#isFollowed ? "Pause" : "Follow");
  }

  /** Many lines may come at once: they are drawn four times a second. */
  #draw() {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    say(this.state, this.#isFollowed ? "" : `Paused, ${this.#unseen || "nothing"} new.`);
    if (!this.#isFollowed) return;
    const isAtEnd = this.list.scrollTop + this.list.clientHeight > this.list.scrollHeight - 40;
    const lines = [...this.#lines.values()].sort(order);
    keep(this.list, lines, key, (one) => ({ element: make("li", {},
      make("time", { class: "soft" }, clock(one.timestamp)), make("b", {}, one.level), make("span", {}, one.message)) }),
    (row, one) => mark(row.element.children[1], "data-tone", tones[one.level]));
    this.list.hidden = lines.length === 0;
    this.empty.hidden = !this.list.hidden;
    if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
  }
}
