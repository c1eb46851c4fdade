// Orders that wait for a second person, and what became of those before.

import { ask, clock, keep, make, mark, notice, price, quantity, say, table } from "./dom.js";
import { call, may, user } from "./session.js";
import { panel } from "./view.js";

const columns = ["Order", "Asked by", "Asked", "Time left", "State", ""];
const tones = { pending: "warn", approved: "good", denied: "bad", refused: "bad", expired: null };
const decidedCount = 10;

/** "BUY 2 BTC_USDT, LIMIT at 65,000.00". */
export function orderWords(order) {
  const at = [order.price && `at ${price(order.price)}`, order.stop_price && `stop ${price(order.stop_price)}`,
    order.trail_percent && `trailing ${quantity(order.trail_percent)} %`, order.trail_offset && `trailing ${price(order.trail_offset)}`,
    order.stop_loss && `stop-loss ${price(order.stop_loss)}`, order.take_profit && `take-profit ${price(order.take_profit)}`,
    order.reduce_only && "reduce-only"].filter(Boolean).join(", ");
  return `${order.order_type} ${quantity(order.quantity)} ${order.instrument}, ${order.order_kind}${at ? ` ${at}` : ""}`;
}

export class Approvals {
  constructor(view) {
    this.changed = () => view.desk.changed();
    this.table = table("approvals", columns, new Set());
    this.none = make("p", { class: "soft", hidden: true },
      "No order waits. One above the approval notional of its account's compliance program waits here for a second person.");
    this.panel = panel("approvals", "Approvals", this.none, this.table.element);
    view.every(3000, this.panel, async () => this.#show((await call("GET", "/api/approvals")).approvals));
    view.later(1000, () => this.#count());
  }

  #show(all) {
    const waiting = all.filter((one) => one.status === "pending");
    const rows = [...waiting, ...all.filter((one) => one.status !== "pending").slice(0, decidedCount)];
    this.none.hidden = waiting.length > 0;
    this.table.element.hidden = rows.length === 0;
    keep(this.table.rows, rows, (one) => one.approval_id, (one) => this.#row(one), (row, one) => {
      row.one = one;
      const isOpen = one.status === "pending";
      const isOwn = one.sender === user().username;
      say(row.state, one.status);
      mark(row.state, "data-tone", tones[one.status]);
      say(row.note, isOpen ? isOwn ? "another person must approve it" : ""
        : [one.decided_by && `by ${one.decided_by}`, one.decided_at && clock(one.decided_at), one.reason].filter(Boolean).join(", "));
      if (row.approve) row.approve.hidden = !isOpen || isOwn;
      if (row.deny) row.deny.hidden = !isOpen;
    });
    this.#count();
  }

  #row(one) {
    const { cell } = this.table;
    const button = (text, act) => make("button", { type: "button", "aria-label": `${text} ${orderWords(one.order)}`, onclick: act }, `${text} …`);
    const row = { state: make("span", { class: "pill" }), note: make("small"), left: cell(3),
      approve: may("trader") ? button("Approve", () => this.#approve(one)) : null,
      deny: may("trader") ? button("Deny", () => this.#deny(one)) : null };
    const actions = cell(5, row.approve, row.deny);
    actions.className = "actions";
    row.element = make("tr", { role: "row", "data-approval": one.approval_id },
      cell(0, make("b", {}, orderWords(one.order)), make("small", {}, `${one.order.strategy_id}, account ${one.order.account_id}`)),
      cell(1, one.sender), cell(2, clock(one.requested_at)), row.left, cell(4, row.state, row.note), actions);
    return row;
  }

  #count() {
    for (const { one, left } of this.table.rows.kept?.values() ?? []) {
      const seconds = Math.max(0, Math.floor((new Date(one.expires_at) - Date.now()) / 1000));
      say(left, one.status === "pending" ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "–");
    }
  }

  #approve({ approval_id: id, sender, order }) {
    ask({ title: "Approve this order?", action: "Approve",
      fill: ({ body }) => body.append(make("p", {}, make("b", {}, orderWords(order))),
        make("p", {}, `Asked by ${sender}, for ${order.strategy_id} in account ${order.account_id}. It passes the gate again, as the market and `
          + "the limits are now, and is sent if nothing else denies it.")),
      act: async () => {
        const answer = await call("POST", `/api/approvals/${encodeURIComponent(id)}/approve`, {});
        notice(answer.status === "approved" ? "The order is approved and sent." : `The order is ${answer.status}: ${answer.reason ?? ""}`,
          answer.status !== "approved");
        this.changed();
      } });
  }

  #deny({ approval_id: id, order }) {
    const reason = make("input", { required: true, maxlength: 500 });
    ask({ title: "Deny this order?", action: "Deny", danger: true,
      fill: ({ body }) => body.append(make("p", {}, make("b", {}, orderWords(order))), make("label", {}, "Reason", reason)),
      act: async () => {
        await call("POST", `/api/approvals/${encodeURIComponent(id)}/deny`, { reason: reason.value });
        notice("The order is denied.");
        this.changed();
      } });
  }
}
