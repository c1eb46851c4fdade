// Orders, positions and trades, and what a trader does with them.

import { ask, change, clock, make, mark, money, notice, price, quantity, sign } from "./dom.js";
import { Fields, fillChoice } from "./form.js";
import { Rows, write } from "./rows.js";
import { call, may } from "./session.js";
import { Ticket } from "./ticket.js";
import { panel, View } from "./view.js";

const working = ["PENDING", "SUBMITTED", "PARTIALLY_FILLED"];
const states = [["working", "working"], ["all", "all"], ["FILLED", "filled"], ["CANCELLED", "cancelled"], ["REJECTED", "rejected"]];
const tones = { FILLED: "good", REJECTED: "bad", PARTIALLY_FILLED: "warn" };
const sides = { BUY: "up", SELL: "down" };
const most = 100;
const word = (text) => text.toLowerCase().replaceAll("_", " ");

export class Orders extends View {
  #isChanged = false;

  /** Behind `#/orders`: an instrument for the new order. */
  constructor(desk, place, instrument) {
    super(desk, place);
    this.#build(instrument);
    this.readOrders = this.every(5000, this.orderPanel, () => this.#readOrders());
    this.readTrades = this.every(10_000, this.tradePanel, () => this.#readTrades());
    const readPositions = this.every(2000, this.positionPanel, () => this.#readPositions());
    this.every(60_000, this.orderPanel, () => this.#readNames());
    this.later(1000, () => {
      if (this.#isChanged) for (const read of [this.readOrders, this.readTrades, readPositions]) read();
      this.#isChanged = false;
    });
    this.appear();
  }

  /** The stream says when, the rows come over REST. */
  hear({ type }) { if (type === "order_update") this.#isChanged = true; }

  // MARK: Building

  #build(instrument) {
    const choice = (label, options) => {
      const select = make("select", { "aria-label": label, onchange: () => { this.readOrders(); this.readTrades(); } });
      fillChoice(select, options);
      return select;
    };
    this.state = choice("State of the orders", states);
    this.instrument = choice("Instrument", [["", "every instrument"]]);
    this.strategy = choice("Strategy", [["", "every strategy"]]);
    this.orders = new Rows(["Order", "Instrument", "Side", "Kind", "Quantity", "Filled", "Price", "State", "Changed", ""], [4, 5, 6],
      "There is none like that.", "orders");
    this.positions = new Rows(["Instrument", "Strategy", "Quantity", "Entry", "Price", "Value", "Unrealized", "Realized", ""],
      [2, 3, 4, 5, 6, 7], "Nothing is held.", "held");
    this.trades = new Rows(["Time", "Strategy", "Instrument", "Side", "Quantity", "Price", "Commission", "Order"], [4, 5, 6], "There is none yet.");
    const all = may("trader") ? make("button", { type: "button", onclick: () => this.#cancelAll() }, "Cancel working orders …") : null;
    this.orderPanel = panel("orders", "Orders, newest first", make("div", { class: "filters" }, this.state, this.instrument, this.strategy, all), this.orders.element);
    this.positionPanel = panel("positions", "Positions", this.positions.element);
    this.tradePanel = panel("trades", "Trades, newest first", this.trades.element);
    this.ticket = may("trader") ? new Ticket(instrument, () => this.desk.changed()) : null;
    this.place.append(...[this.ticket, { panel: this.orderPanel }, { panel: this.positionPanel }, { panel: this.tradePanel }]
      .filter(Boolean).map((one) => one.panel.element));
  }

  #button = (text, label, act) => make("button", { type: "button", "aria-label": label, onclick: act }, text);

  // MARK: Reading

  async #readNames() {
    const [{ instruments }, { data }] = await Promise.all([call("GET", "/api/instruments"), call("GET", "/api/strategies")]);
    const strategies = data.strategies.map((one) => one.id);
    fillChoice(this.instrument, [["", "every instrument"], ...instruments.map((one) => one.instrument)]);
    fillChoice(this.strategy, [["", "every strategy"], ["manual", "without a strategy"], ...strategies]);
    this.ticket?.takeNames(instruments, strategies);
  }

  #query(more) {
    const query = new URLSearchParams({ limit: most, ...more });
    if (this.instrument.value) query.set("instrument", this.instrument.value);
    if (this.strategy.value) query.set("strategy_id", this.strategy.value);
    return query;
  }

  async #readOrders() {
    const wanted = { working: working.map((status) => ({ status })), all: [{}] }[this.state.value] ?? [{ status: this.state.value }];
    const answers = await Promise.all(wanted.map((one) => call("GET", `/api/orders?${this.#query(one)}`)));
    const orders = answers.flatMap((one) => one.orders).sort((a, b) => b.created_at.localeCompare(a.created_at)).slice(0, most);
    this.orders.show(orders, (one) => one.order_id, (cells, one) => this.#fillOrder(cells, one), (cells, { order_id: id, strategy_id: strategy }) => {
      cells[0].append(id, make("small", {}, strategy));
      cells[9].className = "actions";
      if (!may("trader")) return;
      cells.buttons = [this.#button("Change", `Change ${id}`, () => this.#modify(cells.order)),
        this.#button("Cancel", `Cancel ${id}`, (event) => this.#cancel(id, event.currentTarget))];
      cells[9].append(...cells.buttons);
    });
  }

  #fillOrder(cells, order) {
    cells.order = order;
    const more = [order.time_in_force, order.reduce_only && "reduces only", order.post_only && "only rests"].filter(Boolean).join(", ");
    write(cells.slice(1), order.instrument, order.order_type, `${word(order.order_kind)}, ${more}`, quantity(order.quantity),
      quantity(order.filled_quantity), price(order.price ?? order.stop_price ?? order.average_price), word(order.status), clock(order.updated_at));
    mark(cells[2], "data-sign", sides[order.order_type]);
    mark(cells[7], "data-tone", tones[order.status]);
    for (const button of cells.buttons ?? []) button.hidden = !working.includes(order.status);
  }

  async #readPositions() {
    const { positions } = await call("GET", "/api/positions");
    this.positions.show(positions, (one) => one.id, (cells, one) => {
      cells.position = one;
      write(cells, one.instrument, one.strategy_id, quantity(one.quantity), price(one.average_entry_price), price(one.current_price),
        money(one.market_value), change(one.unrealized_pnl), change(one.realized_pnl));
      mark(cells[6], "data-sign", sign(one.unrealized_pnl));
      mark(cells[7], "data-sign", sign(one.realized_pnl));
    }, (cells, one) => {
      cells[8].className = "actions";
      if (may("trader")) cells[8].append(this.#button("Close …", `Close ${one.instrument} of ${one.strategy_id}`, () => this.#close(cells.position)));
    });
  }

  async #readTrades() {
    const { trades } = await call("GET", `/api/trades?${this.#query({ limit: 50 })}`);
    this.trades.show(trades, (one) => one.trade_id, (cells, one) => {
      write(cells, clock(one.timestamp), one.strategy_id, one.instrument, one.side, quantity(one.quantity), price(one.price),
        money(one.commission), one.order_id);
      mark(cells[3], "data-sign", sides[one.side]);
    });
  }

  // MARK: Actions

  async #cancel(id, button) {
    button.disabled = true;
    try {
      await call("DELETE", `/api/orders/${encodeURIComponent(id)}`);
      notice(`Order ${id} is cancelled.`);
      this.desk.changed();
    } catch (error) {
      notice(`Order ${id} was not cancelled: ${error.message}`, true);
    }
    button.disabled = false;
  }

  #cancelAll() {
    const query = this.#query({});
    query.delete("limit");
    const which = [this.instrument.value && `in ${this.instrument.value}`, this.strategy.value && `of ${this.strategy.value}`].filter(Boolean).join(" ");
    ask({ title: `Cancel all working orders${which ? ` ${which}` : ""}?`, action: "Cancel them", danger: true,
      fill: ({ body }) => body.append(make("p", {}, "Stops and targets that a strategy's own percentages make stay as long as their position.")),
      act: async () => {
        const { orders } = await call("DELETE", `/api/orders?${query}`);
        notice(orders.length === 1 ? "One order is cancelled." : `${orders.length} orders are cancelled.`);
        this.desk.changed();
      } });
  }

  /** What is left as it is is not sent. */
  #modify(order) {
    const fields = new Fields(), inputs = {};
    const labels = { quantity: "Quantity", price: "Limit price", stop_price: "Stop price" };
    ask({ title: `Change order ${order.order_id}`, action: "Change it",
      fill: ({ body }) => body.append(
        make("p", {}, `${order.order_type} ${order.instrument}, ${word(order.order_kind)}. The gate judges the change like a new order.`),
        ...Object.keys(labels).filter((name) => order[name] != null).map((name) => {
          inputs[name] = make("input", { inputmode: "decimal", autocomplete: "off", required: true, value: order[name] });
          return fields.add(name, labels[name], inputs[name]);
        })),
      act: async () => {
        const changes = Object.entries(inputs).map(([name, input]) => [name, input.value.trim()]).filter(([name, value]) => Number(value) !== order[name]);
        if (changes.length === 0) throw new Error("Nothing was changed.");
        await this.#sendFrom(fields, "PUT", `/api/orders/${encodeURIComponent(order.order_id)}`, Object.fromEntries(changes));
        notice(`Order ${order.order_id} is changed.`);
      } });
  }

  #close(position) {
    const fields = new Fields(), held = Math.abs(position.quantity);
    const input = make("input", { inputmode: "decimal", autocomplete: "off", required: true, value: held });
    ask({ title: `Close ${position.instrument} of ${position.strategy_id}?`, action: "Close at the market", danger: true,
      fill: ({ body }) => body.append(
        make("p", {}, `A market order ${position.quantity > 0 ? "sells" : "buys"} it, after other orders that reduce it have made room.`),
        fields.add("quantity", "Quantity", input, `held: ${quantity(held)}`)),
      act: async () => {
        const body = Number(input.value) === held ? {} : { quantity: input.value.trim() };
        await this.#sendFrom(fields, "POST", `/api/positions/${encodeURIComponent(position.id)}/close`, body);
        notice(`${position.instrument} of ${position.strategy_id} is being closed.`);
      } });
  }

  /** What is wrong with a field is said beside it, all else in the dialog. */
  async #sendFrom(fields, method, path, body) {
    fields.clear();
    try {
      await call(method, path, body);
    } catch (error) {
      throw new Error(fields.blame(error));
    }
    this.desk.changed();
  }
}
