// The host's own stream, and whether what is shown is still true.

import { token } from "./session.js";

const silentMilliseconds = 8_000;

/**
 * A WebSocket on /ws that comes back by itself. `onMessage` gets each message, `onState` "live", "connecting" or "stale" with
 * the time of the last sign of life.
 */
export class Live {
  #socket = null;
  #heard = Date.now();
  #state = "";
  #ended = false;
  #timer = 0;
  #attempt = 0;
  #token = "";
  #wanted = [];

  constructor({ onMessage, onState }) {
    Object.assign(this, { onMessage, onState });
    this.#tell("connecting");
    this.#open();
    this.#timer = setInterval(() => this.#look(), 1000);
    this.beats = setInterval(() => this.#beat(), 3000);
  }

  close() {
    this.#ended = true;
    clearInterval(this.#timer);
    clearInterval(this.beats);
    this.#drop();
  }

  /** What is to be heard besides: [{ channel, instruments, parameters }], instead of what was before. */
  listen(wanted) {
    for (const { channel, instruments } of this.#wanted) this.#send({ type: "unsubscribe", channel, instruments });
    this.#wanted = wanted;
    this.#subscribe();
  }

  #subscribe() {
    for (const one of this.#wanted) this.#send({ type: "subscribe", ...one });
  }

  #tell(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.onState(state, this.#heard);
  }

  #open() {
    if (this.#ended || !token()) return;
    const address = new URL("/ws", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#token = token();
    address.searchParams.set("token", this.#token);
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => { if (socket === this.#socket) this.#subscribe(); };
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      this.#heard = Date.now();
      this.#attempt = 0;
      this.#tell("live");
      this.onMessage(JSON.parse(event.data));
    };
    socket.onclose = () => { if (socket === this.#socket) this.#lost(); };
  }

  /** A new token is shown as soon as there is one, before the connection's own has expired. */
  #beat() {
    if (this.#token !== token() && token()) {
      this.#token = token();
      this.#send({ type: "authenticate", token: this.#token });
    }
    this.#send({ type: "heartbeat", timestamp: Date.now() });
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** The host answers heartbeats: one that is silent is gone, even when the connection does not say so. */
  #look() {
    if (this.#socket && Date.now() - this.#heard > silentMilliseconds) {
      this.#drop();
      this.#lost();
    }
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #lost() {
    this.#socket = null;
    this.#tell("stale");
    if (!this.#ended) setTimeout(() => this.#comeBack(), Math.min(10_000, 1000 * 1.5 ** this.#attempt++));
  }

  /** Sockets are counted by the host, questions whether it is there are not. */
  async #comeBack() {
    const answers = await fetch("/readiness", { cache: "no-store", signal: AbortSignal.timeout(5000) }).catch(() => null);
    if (this.#ended) return;
    if (!answers) return this.#lost();
    this.#heard = Date.now();
    this.#open();
  }
}
