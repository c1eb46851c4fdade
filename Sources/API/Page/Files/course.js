// The price of an instrument with a strategy's fills in it, what they made, and how far that fell.

import { change, make, mark, price, quantity, say, sign } from "./dom.js";
import { Plot } from "./plot.js";
import { call } from "./session.js";
import { select } from "./submit.js";
import { panel } from "./view.js";

const steps = { "1s": 1e3, "5s": 5e3, "1m": 6e4, "5m": 3e5, "15m": 9e5, "1h": 36e5, "1d": 864e5 };
const most = 1000;
const signed = ({ side, quantity }) => side === "BUY" ? quantity : -quantity;

export class Course {
  #candles = [];
  #fills = [];
  #held = 0;
  #areFillsOld = true;

  constructor(view, id, one) {
    this.id = id;
    this.instrument = select(one.instruments);
    this.timeframe = select(Object.keys(steps));
    this.timeframe.value = one.timeframe in steps ? one.timeframe : "1m";
    for (const choice of [this.instrument, this.timeframe]) choice.addEventListener("change", () => this.#restart());
    this.plot = new Plot({ label: `Price with the fills of ${id}, their result and its drawdown`, panes: [
      { height: 260, series: [{ name: "Price", kind: "candles", tone: "ink", format: price },
        { name: "Fills", kind: "marks", tone: "link", format: price }] },
      { height: 110, series: [{ name: "Result", kind: "line", tone: "link", format: change }] },
      { height: 80, series: [{ name: "Drawdown", kind: "area", tone: "bad", format: change }] }] });
    this.sum = make("strong", {}, "–");
    this.about = make("span", { class: "soft" });
    this.panel = panel("course", "Price, fills and result",
      make("div", { class: "tools" }, make("label", {}, "Instrument", this.instrument), make("label", {}, "Timeframe", this.timeframe),
        make("p", {}, this.sum, " ", this.about)),
      this.plot.element);
    this.read = view.every(2000, this.panel, () => this.#read());
    view.later(15_000, () => { this.#areFillsOld = true; });
  }

  hear({ type, data }) {
    if (type === "order_update" && data.strategy_id === this.id) this.#areFillsOld = true;
  }

  close() { this.plot.close(); }

  #restart() {
    this.#candles = [];
    this.#areFillsOld = true;
    this.read();
  }

  async #read() {
    const instrument = this.instrument.value, timeframe = this.timeframe.value;
    // The host's time need not be this browser's.
    const from = new Date(this.#candles.at(-1)?.time ?? 0).toISOString();
    const { data } = await call("GET", `/api/market-data/${encodeURIComponent(instrument)}/candles?timeframe=${timeframe}&limit=${most}`
      + `&from=${from}&to=2200-01-01T00:00:00Z`);
    if (this.#areFillsOld) await this.#readFills(instrument);
    this.instruments ??= new Map((await call("GET", "/api/instruments")).instruments.map((one) => [one.instrument, one]));
    // Another one may have been chosen meanwhile.
    if (instrument !== this.instrument.value || timeframe !== this.timeframe.value) return this.#restart();
    const fresh = data.map((one) => ({ ...one, time: Date.parse(one.time) }));
    this.#candles = [...this.#candles.filter((one) => one.time < fresh[0]?.time), ...fresh].slice(-most);
    this.#show();
  }

  /** With what is held between two fills: one that comes while they are read makes them old again. */
  async #readFills(instrument) {
    this.#areFillsOld = false;
    const held = async () => (await call("GET", "/api/positions")).positions
      .find((one) => one.strategy_id === this.id && one.instrument === instrument)?.quantity ?? 0;
    const before = await held();
    const { trades } = await call("GET", `/api/trades?strategy_id=${encodeURIComponent(this.id)}`
      + `&instrument=${encodeURIComponent(instrument)}&limit=${most}`);
    this.#held = await held();
    this.#areFillsOld ||= before !== this.#held;
    this.#fills = trades.map((one) => ({ ...one, time: Date.parse(one.timestamp) })).reverse();
  }

  #show() {
    const { multiplier, quote_currency: currency } = this.instruments.get(this.instrument.value) ?? { multiplier: 1, quote_currency: "" };
    const result = resultOf(this.#candles, steps[this.timeframe.value], this.#fills, this.#held, multiplier);
    let high = 0;
    const drawdown = result.map(({ time, value }) => ({ time, value: value - (high = Math.max(high, value)) }));
    const first = this.#candles[0]?.time ?? 0;
    this.plot.set("Price", this.#candles);
    this.plot.set("Fills", this.#fills.filter((one) => one.time >= first).map((one) => ({ time: one.time, value: one.price,
      side: one.side.toLowerCase(), text: `${one.side} ${quantity(one.quantity)} at ${price(one.price)}` })));
    this.plot.set("Result", result);
    this.plot.set("Drawdown", drawdown);
    const last = result.at(-1)?.value ?? 0;
    say(this.sum, `${change(last)} ${currency}`);
    mark(this.sum, "data-sign", sign(last));
    const fall = Math.min(0, ...drawdown.map((one) => one.value));
    const count = this.#fills.length, fills = count === 1 ? "one fill" : `${count === most ? "the last " : ""}${count} fills`;
    say(this.about, count ? `from ${fills} with commission, at the last price; deepest fall ${change(fall)}` : "no fills yet");
  }
}

/**
 * What fills have made by the close of each candle: money in and out with commission, and what is held then at that price. What was
 * held before the first known fill counts from there on.
 */
function resultOf(candles, step, fills, held, multiplier) {
  const sum = fills.reduce((sum, one) => sum + signed(one), 0);
  const opening = Math.abs(held - sum) < 1e-9 ? 0 : held - sum;
  const begin = fills[0]?.time < candles[0]?.time ? fills[0].price : candles[0]?.open;
  let quantity = opening, cash = -opening * begin * multiplier, next = 0;
  return candles.map(({ time, close }) => {
    for (; next < fills.length && fills[next].time < time + step; next += 1) {
      cash -= signed(fills[next]) * fills[next].price * multiplier + fills[next].commission;
      quantity += signed(fills[next]);
    }
    return { time, value: cash + quantity * close * multiplier };
  });
}
