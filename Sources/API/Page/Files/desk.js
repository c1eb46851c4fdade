// What stands around every view: the bar with trading state, emergency stop and connection, and the way from view to view.

import { Audit } from "./audit.js";
import { clock, make, mark, notice, say } from "./dom.js";
import { Live } from "./live.js";
import { Market } from "./market.js";
import { Orders } from "./orders.js";
import { Overview } from "./overview.js";
import { Risk } from "./risk.js";
import { call, logout, may, user } from "./session.js";
import { Sessions } from "./sessions.js";
import { Signals } from "./signals.js";
import { StopControl } from "./stops.js";
import { Strategy } from "./strategy.js";
import { View } from "./view.js";

/** The first part of an address behind `#/`, its name in the bar (none: reached from elsewhere), its view, and whose it is. */
const routes = [
  { path: "", title: "Overview", view: Overview },
  { path: "market", title: "Market", view: Market },
  { path: "orders", title: "Orders", view: Orders },
  { path: "risk", title: "Risk", view: Risk },
  { path: "strategies", view: Strategy },
  { path: "signals", title: "Signals", view: Signals },
  { path: "sessions", title: "Sessions", view: Sessions },
  { path: "audit", title: "Audit", view: Audit, role: "admin" },
];

const isOpen = ({ role = "viewer" }) => may(role);

export class Desk extends View {
  #view = null;
  #onMove = () => this.#go();

  constructor(bar, main) {
    super(null, main);
    this.stops = new StopControl(() => this.changed());
    this.#build(bar);
    this.every(2000, this, async () => this.stops.show((await call("GET", "/api/v1/emergency-stops")).active_stops));
    this.every(15_000, this, async () => {
      say(this.mode, (await call("GET", "/config")).trading.mode === "live" ? "live orders" : "paper");
    });
    this.live = new Live({
      onMessage: (message) => this.#view.hear(message),
      onState: (state, heard) => this.#showConnection(state, heard) });
    addEventListener("hashchange", this.#onMove);
    this.#go();
  }

  /** After an action that may have changed something: all is read anew. */
  changed() {
    this.readAll();
    this.#view?.readAll();
  }

  close() {
    super.close();
    removeEventListener("hashchange", this.#onMove);
    this.live.close();
    this.#view.close();
  }

  #build(bar) {
    this.connection = make("span", { class: "pill", id: "connection", role: "status" }, "connecting …");
    this.mode = make("span", { class: "pill" }, "…");
    this.links = routes.filter((one) => one.title && isOpen(one)).map(({ path, title }) =>
      ({ path, element: make("a", { href: `#/${path}` }, title) }));
    bar.replaceChildren(
      make("h1", {}, make("img", { src: "/page/icon.svg", alt: "", width: 24, height: 24 }), "Stratagem"),
      make("nav", { "aria-label": "Views" }, ...this.links.map((one) => one.element)),
      this.stops.state, this.mode, this.connection,
      make("span", { class: "rest" }),
      this.stops.button,
      make("span", { class: "who" }, [user().username, ...user().roles.filter((role) => role !== user().username)].join(", ")),
      make("button", { type: "button", class: "quiet", onclick: () => logout() }, "Log out"));
    this.banner = make("p", { class: "banner", role: "alert", hidden: true });
    this.fault = make("p", { class: "fault", role: "alert", hidden: true });
    this.content = make("div", { class: "view" });
    this.place.replaceChildren(this.banner, this.fault, this.content);
  }

  /** To the view of the address, with what stands behind its name. */
  #go() {
    const [path, ...parts] = location.hash.slice(2).split("/").map(decode);
    const route = routes.find((one) => one.path === path && isOpen(one));
    if (!route) {
      notice(`There is no view at ${location.hash}.`, true);
      return history.replaceState(null, "", "#/") ?? this.#go();
    }
    this.#view?.close();
    this.content.replaceChildren();
    for (const link of this.links) mark(link.element, "aria-current", link.path === path ? "page" : null);
    this.links.find((one) => one.path === path)?.element.scrollIntoView({ block: "nearest", inline: "nearest" });
    document.title = path ? `${[...parts, route.title].filter(Boolean)[0]} – Stratagem` : "Stratagem";
    this.#view = new route.view(this, this.content, ...parts);
    scrollTo(0, 0);
    this.place.focus();
  }

  #showConnection(state, heard) {
    const isStale = state === "stale";
    say(this.connection, { live: "live", stale: "stale", connecting: "connecting …" }[state]);
    mark(this.connection, "data-tone", { live: "good", stale: "bad" }[state]);
    mark(document.body, "data-stale", isStale);
    this.banner.hidden = !isStale;
    say(this.banner, isStale
      ? `No contact with the host since ${clock(heard)}: all that you see is from then. Trying again …` : "");
    if (state === "live") this.changed();
  }
}

/** An address that somebody typed may hold what is no text. */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
