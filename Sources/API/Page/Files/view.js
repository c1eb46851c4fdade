// What all views share: panels, and questions to the host that are asked again and again.

import { make, mark, say } from "./dom.js";

/** A part of the page with a heading, and a sentence where it could not be read. */
export function panel(id, title, ...content) {
  const fault = make("p", { class: "fault", role: "alert", hidden: true });
  const element = make("section", { "aria-labelledby": id }, make("h2", { id }, title), fault, ...content);
  return { element, fault };
}

/** One place of the desk. `desk` has what all of them need: the stops, and `changed()` for after an action. */
export class View {
  #timers = [];
  #reads = [];
  #first = [];
  #isClosed = false;

  constructor(desk, place) {
    this.desk = desk;
    this.place = place;
  }

  get isClosed() { return this.#isClosed; }

  /** Messages of the host's stream. */
  hear(message) {}

  /**
   * Asks at once and then every so often, one question at a time; what fails is said in the panel until it succeeds. What this
   * returns asks out of turn, and once more where a question is under way, whose answer may be of before.
   */
  every(milliseconds, { fault }, read) {
    let runs = false, isOld = false;
    const one = async () => {
      isOld = runs;
      if (runs || this.#isClosed) return;
      runs = true;
      try {
        await read();
        if (!this.#isClosed && fault.reader === read) fault.hidden = true;
      } catch (error) {
        if (!this.#isClosed) {
          fault.reader = read;
          fault.hidden = false;
          say(fault, error.message);
        }
      }
      runs = false;
      if (isOld) await one();
    };
    this.#reads.push(one);
    this.later(milliseconds, () => { if (!runs) one(); });
    this.#first.push(one());
    return one;
  }

  /** Does something every so often, until the view is closed. */
  later(milliseconds, act) { this.#timers.push(setInterval(act, milliseconds)); }

  readAll() { for (const read of this.#reads) read(); }

  /** Shows all at once when each question was answered, so that nothing jumps. */
  appear() {
    mark(this.place, "aria-busy", true);
    const count = this.#first.length;
    Promise.all(this.#first).then(() => {
      if (this.#isClosed) return;
      // An answer may have brought further questions.
      if (this.#first.length > count) this.appear();
      else mark(this.place, "aria-busy", null);
    });
  }

  close() {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
  }
}
