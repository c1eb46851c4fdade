// A table that is shown anew with each answer.

import { keep, make, say, table } from "./dom.js";

export class Rows {
  /** `nothing` is said where there are no rows; the columns with numbers are named by their places. */
  constructor(columns, numbers, nothing, style = "") {
    this.columns = columns;
    this.nothing = nothing;
    this.table = table(style, columns, new Set(numbers));
    this.empty = make("p", { class: "soft" }, "Reading …");
    this.element = make("div", {}, this.table.element, this.empty);
  }

  /** `fill` gets an item's cells; `create` is called once for each item, for what stays in them. */
  show(items, key, fill, create) {
    say(this.empty, this.nothing);
    this.empty.hidden = items.length > 0;
    this.table.element.hidden = items.length === 0;
    keep(this.table.rows, items, key, (item) => {
      const cells = this.columns.map((_, place) => this.table.cell(place));
      create?.(cells, item);
      return { element: make("tr", { role: "row" }, ...cells), cells };
    }, ({ cells }, item) => fill(cells, item));
  }
}

/** Texts into the first cells. */
export const write = (cells, ...texts) => texts.forEach((text, place) => say(cells[place], text));
