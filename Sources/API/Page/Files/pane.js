// One pane of a plot: its own values, above and below others at the same times.

import { painters, Series } from "./series.js";
import { valueTicks } from "./ticks.js";

export class Pane {
  constructor({ height, series }) {
    this.height = height;
    this.series = series.map((one) => new Series(one));
    /** The first one has the axis. */
    this.lead = this.series[0];
  }

  get bottom() { return this.top + this.height; }

  contains(y) { return y >= this.top && y <= this.bottom; }
  y(value) { return this.bottom - (value - this.low) / (this.high - this.low) * this.height; }
  value(y) { return this.low + (this.bottom - y) / this.height * (this.high - this.low); }

  /** What can be seen between two times, and the scale that it needs. */
  layOut(top, from, to, scale) {
    this.top = top;
    this.layers = this.series.map((series) => {
      const bucket = series.bucket(scale);
      return { series, width: bucket / scale, entries: series.between(from, to, bucket) };
    });
    this.#fit(this.layers.flatMap((one) => one.entries));
    this.last = this.#newest();
    const isFree = (y) => y > top + 8 && y < this.bottom - 6 && !(this.last && Math.abs(y - this.y(this.last.value)) < 16);
    this.ticks = valueTicks(this.low, this.high, Math.max(3, this.height / 45)).map((value) =>
      ({ y: this.y(value), text: isFree(this.y(value)) ? this.lead.format(value) : "" }));
  }

  /** Some room above and below; bars stand on the bottom. */
  #fit(entries) {
    const hasBars = this.series.some((one) => one.kind === "bars");
    let low = hasBars ? 0 : Infinity, high = hasBars ? 0 : -Infinity;
    for (const entry of entries) {
      low = Math.min(low, entry.low);
      high = Math.max(high, entry.high);
    }
    if (low > high) [low, high] = [0, 1];
    const room = (high - low || Math.abs(high) / 100 || 1) * 0.08;
    this.low = hasBars && low === 0 ? 0 : low - room;
    this.high = hasBars && high === 0 ? 0 : high + room;
  }

  /** The newest value, for the axis; null where it cannot be seen. */
  #newest() {
    const { lead } = this, point = lead.points.at(-1);
    if (!point || lead.kind === "bars" || lead.kind === "marks") return null;
    const value = point.close ?? point.value, tone = point.open === undefined ? lead.tone : value >= point.open ? "good" : "bad";
    return value >= this.low && value <= this.high ? { value, tone, text: lead.format(value) } : null;
  }

  paint(pen, { x, right, colour }) {
    const zero = Math.max(this.top, Math.min(this.bottom, this.y(0)));
    pen.save();
    pen.beginPath();
    pen.rect(0, this.top, right, this.height);
    pen.clip();
    for (const { series, width, entries } of this.layers) {
      painters[series.kind](pen, entries, { x, y: (value) => this.y(value), right, colour, width, zero }, series);
    }
    pen.restore();
  }
}
