// Risk and compliance: what waits for a person, what the limits leave, what was denied, and what was stopped.

import { Approvals } from "./approvals.js";
import { Breakers, Programs } from "./compliance.js";
import { Denials } from "./denials.js";
import { clock, keep, make, say } from "./dom.js";
import { Headroom } from "./headroom.js";
import { Limits } from "./limits.js";
import { call, may } from "./session.js";
import { stopPlace } from "./stops.js";
import { panel, View } from "./view.js";
import { WhatIf } from "./whatif.js";

export class Risk extends View {
  constructor(desk, place) {
    super(desk, place);
    this.headroom = new Headroom(this);
    this.whatIf = may("trader") ? new WhatIf() : null;
    this.limits = new Limits(this);
    this.denials = new Denials(this);
    this.pastStops = make("ul", { class: "lines" });
    this.noPastStops = make("p", { class: "soft", hidden: true }, "None yet.");
    this.stopPanel = panel("stops", "Emergency stops", desk.stops.list,
      make("h3", {}, "Released"), this.noPastStops, this.pastStops);
    this.every(30_000, this.headroom.panel, () => this.#readNames());
    this.every(5000, this.stopPanel, async () => this.#showStops((await call("GET", "/api/v1/emergency-stops")).active_stops));
    const programs = new Programs(this, (all) => this.headroom.takePrograms(all));
    const element = (part) => part.panel.element;
    place.append(element(new Approvals(this)), element(this.headroom),
      make("div", { class: "pair" }, ...[this.whatIf, this.limits].filter(Boolean).map(element)),
      element(this.denials),
      make("div", { class: "pair" }, make("div", { class: "stack" }, element(programs), element(new Breakers(this))), this.stopPanel.element));
    this.appear();
  }

  /** What the choices offer. Strategies are asked for twice a minute: the host allows 50 of all that a user asks of them. */
  async #readNames() {
    const [strategies, instruments, programs, risk] = await Promise.all([call("GET", "/api/strategies"), call("GET", "/api/instruments"),
      call("GET", "/api/compliance/accounts"), call("GET", "/api/risk/portfolio")]);
    const names = { strategies: strategies.data.strategies.map((one) => one.id),
      instruments: instruments.instruments.map((one) => one.instrument),
      accounts: programs.accounts.map((one) => one.account_id), currencies: { [risk.account_id]: risk.currency } };
    for (const part of [this.headroom, this.whatIf, this.limits, this.denials]) part?.takeNames(names);
  }

  #showStops(all) {
    const past = all.filter((one) => one.status === "resolved" && !one.drill).slice(0, 20);
    this.noPastStops.hidden = past.length > 0;
    keep(this.pastStops, past, (one) => one.stop_id, (one) => {
      const why = (reason, who) => `${reason || "without a reason"} (${who ?? "the host"})`;
      return { element: make("li", {}, make("span", { class: "pill" }, `${one.mode}: ${stopPlace(one)}`),
        make("span", {}, `${clock(one.timestamp)}, ${why(one.reason, one.triggered_by)}`),
        make("small", {}, `released ${clock(one.resolved_at)}, ${why(one.resolution_reason, one.resolved_by)}`)) };
    }, () => {});
  }
}
