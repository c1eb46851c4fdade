// The order book of an instrument: the best prices of both sides, and how much lies there.

import { fixed, make, say } from "./dom.js";

export class Book {
  #rows = { asks: [], bids: [] };

  constructor(levels) {
    this.levels = levels;
    this.terms = { tick_size: 0.01, lot_size: 0.01 };
    this.between = make("td", { colspan: 3, class: "spread" }, "Reading …");
    this.element = make("table", { class: "book", "aria-label": "Order book" },
      make("thead", {}, make("tr", {}, ...["Price", "Quantity", "Sum"].map((name) => make("th", { scope: "col", class: "number" }, name)))),
      this.#side("asks", "down"), make("tbody", {}, make("tr", {}, this.between)), this.#side("bids", "up"));
  }

  /** Rows that stay, so that nothing moves but their numbers; asks have their best at the bottom. */
  #side(name, tone) {
    for (let count = 0; count < this.levels; count++) {
      const cells = [make("th", { scope: "row", class: "number", "data-sign": tone }), make("td", { class: "number" }), make("td", { class: "number" })];
      const bar = make("i", { "aria-hidden": "true" }), texts = cells.map(() => document.createTextNode(""));
      cells.forEach((cell, place) => cell.append(texts[place]));
      cells[0].append(bar);
      this.#rows[name].push({ element: make("tr", {}, ...cells), bar, texts });
    }
    const rows = this.#rows[name].map((one) => one.element);
    return make("tbody", { "aria-label": name === "asks" ? "Asks" : "Bids" }, ...name === "asks" ? rows.reverse() : rows);
  }

  show({ asks, bids }) {
    const { tick_size: tick, lot_size: lot } = this.terms;
    const largest = Math.max(...[...asks, ...bids].map((one) => one.quantity));
    for (const [name, levels] of Object.entries({ asks, bids })) {
      let sum = 0;
      this.#rows[name].forEach((row, place) => {
        const level = levels[place];
        sum += level?.quantity ?? 0;
        const texts = level ? [fixed(level.price, tick), fixed(level.quantity, lot), fixed(sum, lot)] : ["–", "", ""];
        texts.forEach((text, place) => { if (row.texts[place].data !== text) row.texts[place].data = text; });
        row.bar.style.width = `${level ? level.quantity / largest * 100 : 0}%`;
      });
    }
    const [ask] = asks, [bid] = bids;
    const spread = ask && bid ? ask.price - bid.price : null;
    say(this.between, spread === null ? "one side is empty" : `spread ${fixed(spread, tick)} · ${(spread / bid.price * 10_000).toFixed(2)} bp`);
  }
}
