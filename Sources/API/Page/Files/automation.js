// What trades by itself: the bridge from signals to orders, and the rebalancer to target weights.

import { change, clock, keep, make, mark, percent, quantity, say } from "./dom.js";
import { call } from "./session.js";
import { panel } from "./view.js";

export class Bridge {
  constructor(view) {
    this.state = make("span", { class: "pill" });
    this.text = make("span");
    this.letters = make("ul", { class: "lines" });
    this.panel = panel("bridge", "Bridge: signals become orders", make("p", {}, this.state, " ", this.text), this.letters);
    view.every(5000, this.panel, async () => {
      this.#show(...await Promise.all([call("GET", "/bridge/status"), call("GET", "/bridge/dead-letters?limit=20")]));
    });
  }

  #show(status, dead) {
    say(this.state, status.enabled ? "on" : "off");
    mark(this.state, "data-tone", status.enabled ? "good" : null);
    say(this.text, `${quantity(status.queue_depth)} wait, ${quantity(status.pending_trades)} entries work, `
      + `${quantity(status.processing_rate)} a second, ${quantity(status.failed_signals)} could not be traded`);
    keep(this.letters, dead.dead_letters, (one) => one.signal_id, (one) => ({ element: make("li", {}, make("b", {}, `${one.signal} ${one.instrument}`),
      make("span", {}, `${one.model}: ${one.reason}${one.rules.length ? ` (${one.rules.join(", ")})` : ""}`),
      make("time", { class: "soft" }, clock(one.failed_at ?? one.timestamp))) }), () => {});
  }
}

export class Rebalancer {
  constructor(view) {
    this.state = make("span", { class: "pill" });
    this.text = make("span");
    this.weights = make("ul", { class: "lines" });
    this.panel = panel("rebalancer", "Rebalancer: target weights", make("p", {}, this.state, " ", this.text), this.weights);
    view.every(5000, this.panel, async () => this.#show(await call("GET", "/rebalance")));
  }

  #show({ account_id: account, method, band, rebalance_frequency: often, within_bands: within, positions, last_rebalance: last }) {
    const isOn = method !== "off";
    say(this.state, isOn ? within ? "within its bands" : "outside of its bands" : "off");
    mark(this.state, "data-tone", isOn ? within ? "good" : "warn" : null);
    say(this.text, isOn
      ? `account ${account}: ${method.replaceAll("_", " ")} weights, band ${percent(band)}, ${often}`
        + (last ? `; last ${clock(last.timestamp)}: ${last.status}, ${quantity(last.orders.length)} orders` : "")
      : `account ${account} has no target weights`);
    keep(this.weights, positions, (one) => one.instrument, ({ instrument }) => {
      const text = make("span");
      return { element: make("li", {}, make("b", {}, instrument), text), text };
    }, (row, one) => say(row.text, `weight ${percent(one.weight)}`
      + (one.target == null ? "" : `, target ${percent(one.target)}, drift ${change(one.drift * 100)} points`)));
  }
}
