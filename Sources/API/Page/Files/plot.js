// Charts on a canvas: panes that share a time axis, moved and zoomed by pointer, fingers and keys.

import { make, mark, say } from "./dom.js";
import { handle } from "./moves.js";
import { Pane } from "./pane.js";
import { moment, timeTicks } from "./ticks.js";

const timeAxis = 24, gap = 10, text = "12px system-ui, sans-serif";
const between = (low, value, high) => Math.max(low, Math.min(high, value));

/**
 * `panes` are [{ height, series: [{ name, kind, tone, format }] }]; kinds are candles, line, area, bars and marks, a tone is the name of
 * a colour of page.css. Points are { time, value }, candles { time, open, high, low, close }, marks { time, value, side, text }; times
 * are milliseconds. Until somebody moves it, the plot shows the newest and follows it.
 */
export class Plot {
  #series = new Map();
  /** Where the shown time ends, and how long it is; null = at the newest, as much as fits. */
  #end = null;
  #span = null;
  #pointer = null;
  #frame = 0;
  #colours = new Map();
  #summary = 0;
  #closing = new AbortController();

  constructor({ label, panes }) {
    this.label = label;
    this.panes = panes.map((one) => new Pane(one));
    for (const series of this.panes.flatMap((pane) => pane.series)) this.#series.set(series.name, series);
    this.height = this.panes.reduce((sum, pane) => sum + pane.height + gap, timeAxis - gap);
    this.canvas = make("canvas", { role: "img", tabindex: 0, "aria-label": label });
    this.canvas.style.height = `${this.height}px`;
    this.pen = this.canvas.getContext("2d");
    this.time = make("span", {}, " ");
    const legend = [...this.#series.values()].map((series) => {
      series.shown = make("span", {});
      const patch = make("i");
      patch.style.background = `var(--${series.tone})`;
      return make("span", {}, series.isWide || series.kind === "marks" ? null : patch, `${series.name} `, series.shown);
    });
    this.element = make("div", { class: "plot" }, make("p", { "aria-hidden": "true" }, this.time, ...legend), this.canvas);
    this.size = new ResizeObserver(() => this.#draw());
    this.size.observe(this.canvas);
    const { signal } = this.#closing;
    handle(this, signal);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#colours.clear();
      this.#draw();
    }, { signal });
  }

  set(name, points) {
    this.#series.get(name).set(points);
    this.#draw();
  }

  append(name, point) {
    this.#series.get(name).append(point);
    this.#draw();
  }

  /** Back to the newest. */
  reset() {
    this.#end = this.#span = null;
    this.#draw();
  }

  close() {
    this.#closing.abort();
    this.size.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#summary);
  }

  // MARK: What is shown

  /** Later or earlier. */
  shift(milliseconds) {
    const { to, from, first, newest, isEmpty } = this.range, end = Math.max(to + milliseconds, first + (to - from) / 4);
    if (isEmpty) return;
    this.#end = end < newest ? end : null;
    // What is looked at keeps its size while more arrives.
    this.#span = to - from;
    this.#draw();
  }

  /** Around a pixel; without one around the right end. */
  zoom(factor, x = this.#width) {
    const { from, to, whole, least, isEmpty } = this.range, around = from + x * this.scale;
    if (isEmpty) return;
    this.#span = between(least, (to - from) * factor, whole);
    const end = around + (to - around) * this.#span / (to - from);
    this.#end = null;
    this.#end = end < this.range.newest ? end : null;
    this.#draw();
  }

  /** A place { x, y } of the canvas, or null. */
  point(place) {
    this.#pointer = place;
    this.#draw();
  }

  get #width() { return Math.max(1, this.canvas.clientWidth - this.gutter); }
  /** Milliseconds of a pixel. */
  get scale() { return (this.range.to - this.range.from) / this.#width; }

  /** The time that is shown, and what it may become. */
  get range() {
    const lead = this.panes[0].lead, all = [...this.#series.values()].filter((one) => one.points.length);
    const first = Math.min(...all.map((one) => one.points[0].time));
    const step = Number.isFinite(lead.step) ? lead.step : 1000;
    const last = Math.max(...all.map((one) => one.points.at(-1).time + (one.isWide ? step : 0)));
    const whole = Math.max((last - first) * 1.05, step * 10), least = step * 10;
    const fit = lead.kind === "candles" ? between(this.#width / 16 * step, whole, this.#width / 8 * step) : whole;
    const span = Math.min(this.#span ?? fit, Math.max(fit, whole)), newest = last + span * 0.02;
    const to = Math.min(this.#end ?? newest, newest);
    return { from: to - span, to, first, newest, whole: Math.max(fit, whole), least, isEmpty: all.length === 0 };
  }

  // MARK: Drawing

  gutter = 64;

  /** Once for all that changes before the next frame. */
  #draw() { this.#frame ||= requestAnimationFrame(() => this.#paint()); }

  #paint() {
    this.#frame = 0;
    const { canvas, pen } = this, width = canvas.clientWidth, ratio = devicePixelRatio;
    if (width === 0) return;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(this.height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(this.height * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, this.height);
    pen.font = text;
    pen.textBaseline = "middle";
    const shown = this.range;
    if (shown.isEmpty) return this.#paintNothing(width);
    const scale = (shown.to - shown.from) / this.#width;
    const x = (time) => (time - shown.from) / scale;
    let top = 0;
    for (const pane of this.panes) {
      pane.layOut(top, shown.from, shown.to, scale);
      top = pane.bottom + gap;
    }
    this.#fitGutter();
    const times = timeTicks(shown.from, shown.to, Math.max(2, this.#width / 80)).filter((one) => x(one.time) > 30);
    this.#paintGrid(times, x);
    for (const pane of this.panes) pane.paint(pen, { x, right: this.#width, colour: (name) => this.#colour(name) });
    for (const pane of this.panes) if (pane.last) this.#label(pane.last.text, pane.y(pane.last.value), pane.last.tone);
    this.#tell(this.#pointer && this.#pointer.x < this.#width ? this.#paintCross(shown, scale, x) : null);
    this.#summary ||= setTimeout(() => this.#summarise(), 1000);
  }

  #paintNothing(width) {
    this.pen.fillStyle = this.#colour("soft");
    this.pen.textAlign = "center";
    this.pen.fillText("nothing to show yet", width / 2, this.height / 2);
  }

  /** Room for the texts of the axes. */
  #fitGutter() {
    const texts = this.panes.flatMap((pane) => [...pane.ticks.map((one) => one.text), pane.last?.text ?? ""]);
    const needed = Math.ceil(Math.max(...texts.map((one) => this.pen.measureText(one).width)) / 8) * 8 + 16;
    if (needed === this.gutter) return;
    this.gutter = needed;
    this.#draw();
  }

  #paintGrid(times, x) {
    const { pen } = this, right = this.#width, bottom = this.panes.at(-1).bottom;
    pen.fillStyle = this.#colour("line");
    for (const { time } of times) pen.fillRect(Math.round(x(time)), 0, 1, bottom);
    for (const pane of this.panes) {
      for (const { y } of pane.ticks) pen.fillRect(0, Math.round(y), right, 1);
      pen.fillRect(0, pane.bottom, right, 1);
    }
    pen.fillStyle = this.#colour("soft");
    pen.textAlign = "center";
    for (const { time, text } of times) if (x(time) < right - 20) pen.fillText(text, x(time), bottom + timeAxis / 2 + 2);
    pen.textAlign = "left";
    for (const { y, text } of this.panes.flatMap((pane) => pane.ticks)) pen.fillText(text, right + 8, y);
  }

  /** A value on its axis. */
  #label(words, middle, tone) {
    const { pen } = this, left = this.#width;
    pen.fillStyle = this.#colour(tone);
    pen.beginPath();
    pen.roundRect(left + 2, middle - 9, this.gutter - 2, 18, 3);
    pen.fill();
    pen.fillStyle = this.#colour("card");
    pen.textAlign = "left";
    pen.fillText(words, left + 8, middle + 1);
  }

  /** Lines through the pointer, at the nearest point of the first series; the time that it is at. */
  #paintCross(shown, scale, x) {
    const { pen } = this, { x: across, y: down } = this.#pointer, { lead } = this.panes[0];
    const shift = lead.isWide && Number.isFinite(lead.step) ? lead.step / 2 : 0, time = shown.from + across * scale;
    const nearest = lead.at(time + (shift ? 0 : 4 * scale)) ?? lead.points[0] ?? { time };
    const pane = this.panes.find((one) => one.contains(down));
    pen.fillStyle = this.#colour("edge");
    pen.fillRect(Math.round(x(nearest.time + shift)), 0, 1, this.panes.at(-1).bottom);
    if (pane) {
      pen.fillRect(0, Math.round(down), this.#width, 1);
      this.#label(pane.lead.format(pane.value(down)), down, "ink");
    }
    return nearest.time;
  }

  /** The values at a time, or the newest; marks only where one is pointed at. */
  #tell(time) {
    const lead = this.panes[0].lead, until = time === null ? Infinity : time + (lead.isWide ? lead.step - 1 : 0);
    const at = time ?? Math.max(...[...this.#series.values()].map((one) => one.points.at(-1)?.time ?? 0));
    say(this.time, moment(at));
    for (const series of this.#series.values()) {
      const point = series.at(until), isMark = series.kind === "marks";
      say(series.shown, !point || isMark && (time === null || point.time < time) ? "–" : series.text(point));
      if (isMark) series.shown.parentElement.hidden = series.shown.textContent === "–";
    }
  }

  /** What the picture shows, for who does not see it. */
  #summarise() {
    this.#summary = 0;
    const shown = this.range, parts = this.panes.map(({ lead, layers, last }) => {
      const { entries } = layers[0];
      if (!entries.length) return `${lead.name}: nothing`;
      const low = Math.min(...entries.map((one) => one.low)), high = Math.max(...entries.map((one) => one.high));
      return `${lead.name}: ${last ? `last ${last.text}, ` : ""}lowest ${lead.format(low)}, highest ${lead.format(high)}`;
    });
    mark(this.canvas, "aria-label", `${this.label}, ${moment(Math.max(shown.from, shown.first))} to ${moment(shown.to)}. ${parts.join(". ")}. `
      + "Arrow keys move it, plus and minus zoom, End goes to the newest.");
  }

  // MARK: Colours

  /** A variable of page.css as it is in the scheme of now; the browser works it out. */
  #colour(name) {
    if (!this.#colours.has(name)) {
      this.canvas.style.color = `var(--${name})`;
      this.#colours.set(name, getComputedStyle(this.canvas).color);
    }
    return this.#colours.get(name);
  }
}
