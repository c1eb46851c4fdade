// The audit log: who did what, what the gate decided, and the proof that nobody has changed it.

import { clock, keep, make, mark, notice, quantity, saveFile, say, table } from "./dom.js";
import { Fields } from "./form.js";
import { findingLine, ruleName } from "./rules.js";
import { load } from "./session.js";
import { panel, View } from "./view.js";

const columns = ["Time", "Who", "Action", "Target", "Record"];
const pageRows = 100;
const saveRows = 10_000;

/** A reason says most; else what is short of the detail, which is JSON or a text. */
function inShort(detail) {
  let value = detail;
  try {
    value = JSON.parse(detail);
  } catch {}
  if (typeof value !== "object" || value === null) return String(value).slice(0, 100);
  const short = Object.entries(value).filter(([, one]) => ["string", "number", "boolean"].includes(typeof one) && String(one).length < 80);
  return value.reason || short.map(([name, one]) => `${name.replaceAll("_", " ")} ${one}`).join(", ").slice(0, 100);
}

export class Audit extends View {
  #fields = new Fields();
  #inputs = {};
  #rows = [];

  constructor(desk, place) {
    super(desk, place);
    const field = (name, label, input, note) => {
      this.#inputs[name] = input;
      return this.#fields.add(name, label, input, note);
    };
    const text = () => make("input", { autocomplete: "off", maxlength: 64 });
    this.older = make("button", { type: "button", hidden: true, onclick: () => this.#readOlder() }, "Older rows");
    this.table = table("audit", columns, new Set());
    this.none = make("p", { class: "soft", hidden: true }, "No row of this day fits. Try another day, or fewer words.");
    this.count = make("p", { class: "soft", role: "status" });
    const save = (kind, title) => make("button", { type: "button", onclick: (event) => this.#save(kind, event.target) }, title);
    this.panel = panel("audit", "Audit log", make("form", { class: "grid", onsubmit: (event) => this.#search(event) },
      field("day", "Day (UTC)", make("input", { type: "date", value: new Date().toISOString().slice(0, 10) })),
      field("user", "Who", text()), field("action", "Action", text(), "as it begins, like order or order.denied"),
      field("text", "Words", text(), "in target, reason, strategy, instrument, rule"),
      make("div", { class: "buttons" }, make("button", { class: "main" }, "Search"), save("export", "Save as JSON lines"),
        save("export.csv", "Save as a table"))),
      this.count, this.none, this.table.element, this.older);
    this.verdict = make("div", { class: "verdict", role: "status" });
    this.prove = make("button", { type: "button", onclick: () => this.#verify() }, "Verify the chain");
    this.chain = panel("chain", "Proof", make("p", { class: "soft" },
      "Each row holds a hash over itself and the row before; signed heads hold the chain together. Verifying walks all of it."),
      this.prove, this.verdict);
    place.append(this.panel.element, this.chain.element);
    this.read = this.every(3_600_000, this.panel, () => this.#readNewest());
    this.appear();
  }

  #asked(more) {
    const asked = new URLSearchParams(more);
    for (const [name, input] of Object.entries(this.#inputs)) if (input.value.trim()) asked.set(name, input.value.trim());
    return asked;
  }

  #search(event) {
    event.preventDefault();
    this.read();
  }

  async #page(more) {
    this.#fields.clear();
    try {
      const lines = await (await load(`/api/audit/export?${this.#asked({ newest: true, limit: pageRows, ...more })}`)).text();
      return lines.split("\n").filter(Boolean).map((line) => JSON.parse(line)).reverse();
    } catch (error) {
      error.message = this.#fields.blame(error) || "Mend what is marked.";
      throw error;
    }
  }

  async #readNewest() {
    say(this.count, "Searching …");
    this.#rows = await this.#page().catch((error) => {
      say(this.count, "");
      throw error;
    });
    this.#show(this.#rows.length);
  }

  async #readOlder() {
    this.older.disabled = true;
    try {
      const shown = this.#rows;
      const rows = await this.#page({ before: shown.at(-1).sequence });
      shown.push(...rows);
      // Another search may have been made meanwhile.
      if (shown === this.#rows) this.#show(rows.length);
    } catch (error) {
      notice(error.message, true);
    }
    this.older.disabled = false;
  }

  #show(last) {
    this.older.hidden = last < pageRows;
    this.none.hidden = this.#rows.length > 0;
    this.table.element.hidden = this.#rows.length === 0;
    const count = this.#rows.length;
    const more = last < pageRows ? "" : "; there are older ones";
    say(this.count, count ? `${quantity(count)} ${count === 1 ? "row" : "rows"}, newest first${more}.` : "");
    keep(this.table.rows, this.#rows, (one) => one.sequence, (one) => this.#row(one), () => {});
  }

  #row(one) {
    const { cell } = this.table;
    const order = [one.side, one.quantity != null && quantity(one.quantity), one.instrument, one.order_kind].filter(Boolean).join(" ");
    const rules = one.findings.map((finding) => ruleName(finding.rule).toLowerCase()).join(", ");
    const fields = Object.entries(one).filter(([name, value]) => name !== "findings" && value !== null && value !== "");
    return { element: make("tr", { role: "row", "data-sequence": one.sequence },
      cell(0, clock(one.wall_time)), cell(1, one.user || one.strategy_id || "the host", make("small", {}, one.channel)),
      cell(2, one.action), cell(3, one.target || "–"),
      cell(4, make("details", {}, make("summary", {}, [order, rules].filter(Boolean).join(": ") || inShort(one.detail) || `Row ${one.sequence}`),
        make("dl", {}, ...fields.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))])),
        make("ul", { class: "findings" }, ...one.findings.map(findingLine))))) };
  }

  /** All rows of the day that fit, in their order, page by page. */
  async #save(kind, button) {
    button.disabled = true;
    const parts = [];
    let after = 0, count = 0;
    try {
      while (!this.isClosed) {
        const text = await (await load(`/api/audit/${kind}?${this.#asked({ after, limit: saveRows })}`)).text();
        const isTable = kind === "export.csv";
        // A quoted text may hold the end of a line: a row of the table begins with its number.
        const starts = text.match(isTable ? /^\d+,\d{4}-/gm : /^\{"sequence":\d+/gm) ?? [];
        parts.push(isTable && count ? text.slice(text.indexOf("\n") + 1) : text);
        count += starts.length;
        if (starts.length < saveRows) break;
        after = Number(starts.at(-1).match(/\d+/)[0]);
        say(this.count, `Saving … ${quantity(count)} rows`);
      }
      saveFile(`audit-${this.#inputs.day.value || "all"}.${kind === "export" ? "jsonl" : "csv"}`, ...parts);
      notice(`${quantity(count)} rows are saved.`);
      this.read();
    } catch (error) {
      notice(`Nothing was saved: ${error.message}`, true);
    }
    button.disabled = false;
  }

  async #verify() {
    this.prove.disabled = true;
    this.chain.fault.hidden = true;
    this.verdict.replaceChildren(make("p", {}, "Verifying …"));
    try {
      const answer = await (await load("/api/audit/verify")).json();
      const pill = make("span", { class: "pill" }, answer.valid ? "whole" : "not whole");
      mark(pill, "data-tone", answer.valid ? "good" : "bad");
      this.verdict.replaceChildren(
        make("p", {}, pill, ` ${quantity(answer.rows)} rows and ${quantity(answer.signed_heads)} signed heads, ${clock(Date.now())}`),
        make("ul", { class: "findings" }, ...answer.problems.map((one) =>
          make("li", {}, one.sequence ? `Row ${one.sequence}: ${one.text}` : one.text))),
        make("p", { class: "soft" }, `Head of row ${answer.head_sequence}, to be written down elsewhere: `, make("code", {}, answer.head)));
    } catch (error) {
      this.verdict.replaceChildren();
      this.chain.fault.hidden = false;
      say(this.chain.fault, error.message);
    }
    this.prove.disabled = false;
  }
}
