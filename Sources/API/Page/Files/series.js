// What a plot shows: points in the order of their time, thinned to what the eye can tell apart, and how each kind is painted.

import { price } from "./dom.js";

/** Beyond it the oldest points go, so that a page that stays open for days does not grow. */
const most = 60_000;

export class Series {
  points = [];
  /** The shortest time between two points; a candle's and a bar's width. */
  step = Infinity;

  constructor({ name, kind, tone = "link", format = price }) {
    Object.assign(this, { name, kind, tone, format });
  }

  /** Candles and bars stand for the time from theirs on, the others for a moment. */
  get isWide() { return this.kind === "candles" || this.kind === "bars"; }

  set(points) {
    this.points = [];
    this.step = Infinity;
    for (const point of points.slice(-most)) this.append(point);
  }

  append(point) {
    const place = this.after(point.time), before = this.points[place - 1];
    // Marks may share a time: several fills of one order do.
    const isSame = before?.time === point.time && this.kind !== "marks";
    this.points.splice(isSame ? place - 1 : place, isSame ? 1 : 0, point);
    if (before && !isSame) this.step = Math.min(this.step, point.time - before.time || Infinity);
    if (this.points.length > most * 1.1) this.points.splice(0, this.points.length - most);
  }

  /** The place of the first point that is later. */
  after(time) {
    let low = 0, high = this.points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.points[middle].time <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The last point up to a time. */
  at(time) { return this.points[this.after(time) - 1]; }

  /**
   * What lies between two times, and a neighbour on each side so that lines go on; all that shares a bucket of time (and
   * a side) becomes one entry. Buckets begin at fixed times: the picture stays the same while it is moved.
   */
  between(from, to, bucket) {
    const end = Math.min(this.points.length, this.after(to) + 1), shown = [], latest = {};
    for (let place = Math.max(0, this.after(from) - 1); place < end; place++) {
      const point = this.points[place], number = Math.floor(point.time / bucket), entry = latest[point.side];
      const high = point.high ?? point.value, low = point.low ?? point.value, close = point.close ?? point.value;
      if (entry?.number === number) {
        if (high > entry.high) entry.high = high;
        if (low < entry.low) entry.low = low;
        entry.close = close;
        entry.point = point;
      } else {
        shown.push(latest[point.side] = { time: point.time, open: point.open ?? point.value, high, low, close, point, number });
      }
    }
    return shown;
  }

  /** A length of time in which as many pixels lie as can be told apart. */
  bucket(millisecondsPerPixel) {
    const least = millisecondsPerPixel * ({ line: 1, area: 1, marks: 12 }[this.kind] ?? 3), step = Number.isFinite(this.step) ? this.step : 1;
    return least <= step ? step : step * 2 ** Math.ceil(Math.log2(least / step));
  }

  /** A point in words. */
  text(point) {
    if (this.kind === "marks") return point.text;
    if (this.kind !== "candles") return this.format(point.value);
    return ["open", "high", "low", "close"].map((name) => `${name} ${this.format(point[name])}`).join(" ");
  }
}

/** `x` and `y` turn times and values into pixels, `width` is that of a bucket, `zero` the line that areas and bars stand on. */
export const painters = {
  candles(pen, shown, { x, y, width, colour }) {
    const body = Math.max(1, Math.round(width * 0.7)), wick = width > 12 ? 2 : 1;
    for (const rises of [true, false]) {
      pen.fillStyle = colour(rises ? "good" : "bad");
      for (const one of shown) {
        if (one.close >= one.open !== rises) continue;
        const middle = x(one.time) + width / 2, top = y(Math.max(one.open, one.close)), high = y(one.high);
        pen.fillRect(Math.round(middle - wick / 2), high, wick, Math.max(1, y(one.low) - high));
        pen.fillRect(Math.round(middle - body / 2), top, body, Math.max(1, y(Math.min(one.open, one.close)) - top));
      }
    }
  },

  bars(pen, shown, { x, y, width, zero, colour }, { tone }) {
    const body = Math.max(1, Math.round(width * 0.7));
    pen.fillStyle = colour(tone);
    pen.globalAlpha = 0.55;
    for (const one of shown) {
      const edge = y(one.high > 0 ? one.high : one.low);
      pen.fillRect(Math.round(x(one.time) + (width - body) / 2), Math.min(edge, zero), body, Math.max(1, Math.abs(zero - edge)));
    }
    pen.globalAlpha = 1;
  },

  line(pen, shown, { x, y, colour }, { tone }) {
    pen.strokeStyle = colour(tone);
    pen.lineWidth = 1.5;
    pen.lineJoin = "round";
    pen.stroke(path(shown, x, y));
  },

  area(pen, shown, area, series) {
    if (shown.length === 0) return;
    const { x, y, zero, colour } = area, shape = path(shown, x, y);
    shape.lineTo(x(shown.at(-1).time), zero);
    shape.lineTo(x(shown[0].time), zero);
    pen.fillStyle = colour(series.tone);
    pen.globalAlpha = 0.16;
    pen.fill(shape);
    pen.globalAlpha = 1;
    painters.line(pen, shown, area, series);
  },

  /** Buys point up from below their price, sells down from above it; a text only where it would not lie over another. */
  marks(pen, shown, { x, y, right, colour }) {
    const hasRoom = shown.length * 90 < right, taken = [];
    pen.textAlign = "center";
    pen.strokeStyle = colour("card");
    pen.lineWidth = 3;
    for (const way of [1, -1]) {
      const own = shown.filter(({ point }) => point.side === "buy" === way > 0), shape = new Path2D();
      for (const { point: { time, value } } of own) triangle(shape, x(time), y(value), way);
      pen.fillStyle = colour(way > 0 ? "good" : "bad");
      if (hasRoom) pen.stroke(shape);
      pen.fill(shape);
      for (const { point: { time, value, text } } of hasRoom ? own : []) {
        const place = { x: x(time), y: y(value) + 18 * way, half: pen.measureText(text).width / 2 };
        if (taken.some((one) => Math.abs(one.x - place.x) < one.half + place.half + 4 && Math.abs(one.y - place.y) < 14)) continue;
        taken.push(place);
        pen.strokeText(text, place.x, place.y);
        pen.fillText(text, place.x, place.y);
      }
    }
  },
};

function triangle(shape, x, tip, way) {
  shape.moveTo(x, tip);
  shape.lineTo(x - 6, tip + 10 * way);
  shape.lineTo(x + 6, tip + 10 * way);
  shape.closePath();
}

function path(shown, x, y) {
  const line = new Path2D();
  for (const one of shown) {
    const across = x(one.time);
    line.lineTo(across, y(one.open));
    if (one.high === one.low) continue;
    line.lineTo(across, y(one.high));
    line.lineTo(across, y(one.low));
    line.lineTo(across, y(one.close));
  }
  return line;
}
