// One instrument: its price, candles with the fills in it, the order book, and what was traded last.

import { Book } from "./book.js";
import { clock, fixed, keep, make, mark, percent, quantity, say, sign } from "./dom.js";
import { fillChoice } from "./form.js";
import { Plot } from "./plot.js";
import { call, may } from "./session.js";
import { panel, View } from "./view.js";

const timeframes = { "1s": 1, "5s": 5, "15s": 15, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14_400, "1d": 86_400 };
const most = 1000, levels = 10, silentMilliseconds = 15_000;

export class Market extends View {
  #candles = [];
  #book = null;
  #heard = 0;
  #areFillsNew = false;
  #price = (value) => fixed(value, this.book.terms.tick_size);
  #size = (value) => fixed(value, this.book.terms.lot_size);

  /** Behind `#/market`: an instrument, and a timeframe. */
  constructor(desk, place, instrument, timeframe) {
    super(desk, place);
    Object.assign(this, { instrument, timeframe });
    this.#build();
    this.every(60_000, this.market, () => this.#readInstruments());
    this.appear();
  }

  close() {
    super.close();
    this.desk.live.listen([]);
    this.plot.close();
  }

  /** Messages come more often than the eye can follow: they are kept until they are drawn. */
  hear({ type, data }) {
    if (type === "order_update") this.#areFillsNew = true;
    if (data?.instrument !== this.instrument) return;
    if (type === "orderbook") this.#book = data;
    if (type === "candle" && data.timeframe === this.timeframe) this.#candles.push(data);
    if (type === "orderbook" || type === "candle") this.#heard = Date.now();
  }

  // MARK: Building

  #build() {
    this.choice = make("select", { onchange: () => this.#go(this.choice.value, this.timeframe) });
    this.price = make("strong", {}, "–");
    this.change = make("span", {}, "–");
    this.order = make("a", { hidden: !may("trader") }, "New order");
    this.feed = make("span", { class: "pill", role: "status" }, "…");
    this.facts = Object.fromEntries(["24 h high", "24 h low", "24 h volume", "State"].map((name) => [name, make("span", {}, "–")]));
    this.market = panel("market", "Market",
      make("div", { class: "quote" },
        make("label", {}, "Instrument", this.choice),
        make("div", { class: "last" }, this.price, this.change, this.feed),
        make("dl", {}, ...Object.entries(this.facts).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))), this.order));
    this.book = new Book(levels);
    this.plot = new Plot({ label: `Price of ${this.instrument ?? "the instrument"}`, panes: [
      { height: 340, series: [{ name: "Price", kind: "candles", format: this.#price }, { name: "Fill", kind: "marks" }] },
      { height: 80, series: [{ name: "Volume", kind: "bars", tone: "edge", format: quantity }] }] });
    this.frames = Object.keys(timeframes).map((name) => make("button", { type: "button", onclick: () => this.#go(this.instrument, name) }, name));
    this.chart = panel("chart", "Candles",
      make("div", { class: "filters frames", role: "group", "aria-label": "Timeframe" }, ...this.frames), this.plot.element);
    this.depth = panel("book", "Order book", this.book.element);
    this.trades = make("ol", { class: "tape" });
    this.tape = panel("tape", "Last trades", this.trades);
    this.place.append(this.market.element,
      make("div", { class: "floor" }, this.chart.element, this.depth.element, this.tape.element));
  }

  #go(instrument, timeframe) {
    location.hash = `#/market/${[instrument, timeframe].filter(Boolean).map(encodeURIComponent).join("/")}`;
  }

  // MARK: Reading

  /** All else waits for the first answer, since it says which instruments there are. */
  async #readInstruments() {
    const { instruments } = await call("GET", "/api/instruments");
    if (this.isClosed) return;
    fillChoice(this.choice, instruments.map((one) => [one.instrument, one.name === one.instrument ? one.name : `${one.instrument} · ${one.name}`]));
    const wanted = this.instrument ?? instruments[0]?.instrument, found = instruments.find((one) => one.instrument === wanted);
    if (!found) throw new Error(wanted ? `There is no instrument ${wanted}. Choose one of the list.` : "There is no instrument.");
    if (this.path) return;
    this.choice.value = wanted;
    this.order.href = `#/orders/${encodeURIComponent(wanted)}`;
    this.book.terms = found;
    this.instrument = wanted;
    this.path = `/api/market-data/${encodeURIComponent(wanted)}`;
    await this.#begin();
  }

  async #begin() {
    const state = await this.#readState().catch(() => null);
    if (!(this.timeframe in timeframes)) this.timeframe = state?.timeframe in timeframes ? state.timeframe : "1s";
    if (this.isClosed) return;
    for (const button of this.frames) mark(button, "aria-pressed", button.textContent === this.timeframe);
    this.plot.label = `Price and volume of ${this.instrument} in candles of ${this.timeframe}`;
    this.desk.live.listen([
      { channel: "candles", instruments: [this.instrument], parameters: { timeframe: this.timeframe } },
      { channel: "orderbook", instruments: [this.instrument], parameters: { depth: levels } }]);
    this.every(1000, this.market, async () => this.#showStats(await call("GET", `${this.path}/stats`)));
    this.every(1000, this.tape, async () => this.#showTrades((await call("GET", `${this.path}/ticks?limit=20`)).data));
    // The stream tells what is new; this fills what was missed while it was away.
    this.every(60_000, this.chart, () => this.#readCandles());
    this.every(60_000, this.depth, async () => { this.#book = await call("GET", `${this.path}/depth`); });
    const readFills = this.every(10_000, this.chart, () => this.#readFills());
    this.later(10_000, () => this.#readState().catch(() => {}));
    this.later(1000, () => {
      if (this.#areFillsNew) readFills();
      this.#areFillsNew = false;
    });
    this.later(100, () => this.#draw());
  }

  async #readCandles() {
    const to = Date.now(), from = to - most * timeframes[this.timeframe] * 1000;
    const { data } = await call("GET", `${this.path}/candles?timeframe=${this.timeframe}&limit=${most}`
      + `&from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`);
    this.plot.set("Price", data.map(candle));
    this.plot.set("Volume", data.map(volume));
  }

  async #readFills() {
    const { trades } = await call("GET", `/api/trades?instrument=${encodeURIComponent(this.instrument)}&limit=500`);
    this.plot.set("Fill", trades.map((one) => ({ time: Date.parse(one.timestamp), value: one.price, side: one.side.toLowerCase(),
      text: `${one.side.toLowerCase()} ${quantity(one.quantity)}` })));
  }

  /** Before its first bar has closed a market has no state. */
  async #readState() {
    const state = await call("GET", `/api/v1/market-state/${encodeURIComponent(this.instrument)}`);
    say(this.facts.State, `${state.current_state}, ${state.trend_direction}, volatility ${state.volatility_level}`);
    return state;
  }

  // MARK: Showing

  #showStats(stats) {
    say(this.price, this.#price(stats.last_price));
    const change = stats.change_24h / 100;
    say(this.change, `${change > 0 ? "+" : ""}${percent(change)} in 24 h`);
    mark(this.change, "data-sign", sign(change));
    say(this.facts["24 h high"], this.#price(stats.high_24h));
    say(this.facts["24 h low"], this.#price(stats.low_24h));
    say(this.facts["24 h volume"], quantity(Number(stats.volume_24h.toPrecision(7))));
    const last = Math.max(Date.parse(stats.timestamp), this.#heard), isQuiet = Date.now() - last > silentMilliseconds;
    say(this.feed, isQuiet ? `no prices since ${clock(last)}` : "prices come in");
    mark(this.feed, "data-tone", isQuiet ? "warn" : "good");
  }

  /** The newest first; each is a rise or a fall against the one before it. */
  #showTrades(trades) {
    const rows = trades.map((one, place) => ({ ...one, move: sign(one.price - (trades[place - 1]?.price ?? one.price)) })).slice(1).reverse();
    keep(this.trades, rows, (one) => one.trade_id, (one) => ({ element: make("li", {},
      make("span", { "data-sign": one.move }, this.#price(one.price)), make("span", {}, this.#size(one.quantity)), make("time", {}, clock(one.timestamp))) }), () => {});
  }

  #draw() {
    if (this.#book) this.book.show(this.#book);
    this.#book = null;
    for (const one of this.#candles) {
      this.plot.append("Price", candle(one));
      this.plot.append("Volume", volume(one));
    }
    this.#candles = [];
  }
}

/** History says `time`, the stream `timestamp`. */
const time = (one) => Date.parse(one.time ?? one.timestamp);
const candle = (one) => ({ time: time(one), open: one.open, high: one.high, low: one.low, close: one.close });
const volume = (one) => ({ time: time(one), value: one.volume });
