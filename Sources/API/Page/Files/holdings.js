// What a strategy holds, the orders of it that work, and its last fills.

import { change, clock, mark, money, price, quantity, sign } from "./dom.js";
import { Rows, write } from "./rows.js";
import { call } from "./session.js";
import { panel } from "./view.js";

const working = ["PENDING", "SUBMITTED", "PARTIALLY_FILLED"];
const tones = { BUY: "up", SELL: "down" };

export class Holdings {
  #isChanged = false;

  constructor(view, id) {
    this.id = id;
    this.positions = new Rows(["Instrument", "Quantity", "Entry", "Price", "Unrealized"], [1, 2, 3, 4], "Nothing is held.");
    this.orders = new Rows(["Order", "Side", "Instrument", "Kind", "Quantity", "Filled", "Price"], [4, 5, 6], "None is working.");
    this.fills = new Rows(["Time", "Side", "Instrument", "Quantity", "Price", "Commission"], [3, 4, 5], "None so far.");
    this.positionPanel = panel("positions", "Positions", this.positions.element);
    this.orderPanel = panel("orders", "Working orders", this.orders.element);
    this.fillPanel = panel("fills", "Last fills", this.fills.element);
    this.panels = [this.positionPanel, this.orderPanel, this.fillPanel].map((one) => one.element);
    const reads = [
      view.every(5000, this.positionPanel, () => this.#readPositions()),
      view.every(10_000, this.orderPanel, () => this.#readOrders()),
      view.every(10_000, this.fillPanel, () => this.#readFills()),
    ];
    view.later(1000, () => {
      if (this.#isChanged) for (const read of reads) read();
      this.#isChanged = false;
    });
  }

  /** The stream says when, the rows come over REST. */
  hear({ type, data }) {
    if (type === "order_update" && data.strategy_id === this.id) this.#isChanged = true;
  }

  async #readPositions() {
    const { positions } = await call("GET", "/api/positions");
    const own = positions.filter((one) => one.strategy_id === this.id);
    this.positions.show(own, (one) => one.id, (cells, one) => {
      write(cells, one.instrument, quantity(one.quantity), price(one.average_entry_price), price(one.current_price), change(one.unrealized_pnl));
      mark(cells[4], "data-sign", sign(one.unrealized_pnl));
    });
  }

  async #readOrders() {
    const ask = (status) => call("GET", `/api/orders?strategy_id=${encodeURIComponent(this.id)}&status=${status}&limit=50`);
    const orders = (await Promise.all(working.map(ask))).flatMap((answer) => answer.orders);
    orders.sort((a, b) => b.created_at.localeCompare(a.created_at));
    this.orders.show(orders, (one) => one.order_id, (cells, one) => {
      write(cells, one.order_id, one.order_type, one.instrument, one.order_kind, quantity(one.quantity), quantity(one.filled_quantity),
        price(one.price ?? one.stop_price));
      mark(cells[1], "data-sign", tones[one.order_type]);
    });
  }

  async #readFills() {
    const { trades } = await call("GET", `/api/trades?strategy_id=${encodeURIComponent(this.id)}&limit=10`);
    this.fills.show(trades, (one) => one.trade_id, (cells, one) => {
      write(cells, clock(one.timestamp), one.side, one.instrument, quantity(one.quantity), price(one.price), money(one.commission));
      mark(cells[1], "data-sign", tones[one.side]);
    });
  }
}
