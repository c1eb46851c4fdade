// Elements and numbers. Texts of the host become text nodes, never markup.

/** An element; `on…` attributes are listeners, true is an attribute without a value, false and null leave one out. */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Writes only what has changed, so that a selection and a screen reader are left in peace. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function mark(element, name, value) {
  if (value == null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** One element for each item, in the items' order; those of before are kept by their key. */
export function keep(parent, items, key, create, update) {
  const old = parent.kept ?? new Map();
  const now = new Map(items.map((item) => [key(item), null]));
  // First, so that those that stay need not move.
  for (const [name, row] of old) if (!now.has(name)) row.element.remove();
  items.forEach((item, place) => {
    const row = old.get(key(item)) ?? create(item);
    now.set(key(item), row);
    update(row, item);
    if (parent.children[place] !== row.element) parent.insertBefore(row.element, parent.children[place] ?? null);
  });
  parent.kept = now;
}

/** A table whose rows become cards on narrow screens; its roles are said outright, since browsers forget them there. */
export function table(style, columns, numbers) {
  const kind = (place) => numbers.has(place) ? "number" : null;
  const rows = make("tbody", { role: "rowgroup" });
  const head = columns.map((name, place) => make("th", { role: "columnheader", scope: "col", class: kind(place) },
    name || make("span", { class: "unseen" }, "Actions")));
  const element = make("table", { class: `cards ${style}`, role: "table", hidden: true },
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...head)), rows);
  const cell = (place, ...content) => place
    ? make("td", { role: "cell", "data-label": columns[place] || null, class: kind(place) }, ...content)
    : make("th", { role: "rowheader", scope: "row" }, ...content);
  return { element, rows, cell };
}

const formats = new Map();

function format(low, high, sign = "negative") {
  const name = `${low}/${high}/${sign}`;
  if (!formats.has(name)) {
    formats.set(name, new Intl.NumberFormat("en", {
      minimumFractionDigits: low, maximumFractionDigits: high, signDisplay: sign }));
  }
  return formats.get(name);
}

/** Two digits; a real minus, so that columns of signed numbers line up. */
export const money = (value) => dash(value, (value) => format(2, 2).format(value).replace("-", "−"));
export const change = (value) => dash(value, (value) => format(2, 2, "exceptZero").format(value).replace("-", "−"));
export const quantity = (value) => dash(value, (value) => format(0, 8).format(value).replace("-", "−"));
export const price = (value) => dash(value, (value) => format(2, Math.abs(value) < 10 ? 6 : 3).format(value));
/** As many digits as a tick or a lot has, so that a column lines up. */
export const fixed = (value, step) => dash(value, (value) => format(digits(step), digits(step)).format(value));
export const percent = (value) => dash(value, (value) => format(2, 2).format(value * 100).replace("-", "−") + " %");
export const rate = (value) => dash(value, (value) => format(0, value < 10 ? 1 : 0).format(value));
/** Nanoseconds of a call. */
export const duration = (value) => dash(value || null, (value) =>
  value < 1e3 ? `${value} ns` : value < 1e6 ? `${rate(value / 1e3)} µs` : `${rate(value / 1e6)} ms`);

const digits = (step) => Math.max(0, Math.min(9, Math.ceil(-Math.log10(step) - 1e-9)));

const dash = (value, write) => value == null || Number.isNaN(value) ? "–" : write(value);

export const sign = (value) => value > 0 ? "up" : value < 0 ? "down" : null;

/** The hour, and the day where it is not today. */
export function clock(time) {
  const date = new Date(time);
  const hour = date.toLocaleTimeString("en-GB");
  return date.toDateString() === new Date().toDateString() ? hour : `${date.toLocaleDateString("sv-SE")} ${hour}`;
}

/** A sentence that goes away by itself, or by its button; a failure stays until it is read. */
export function notice(text, isFailure = false) {
  const close = make("button", { type: "button", class: "quiet", "aria-label": "Close this notice", onclick: () => box.remove() }, "×");
  const box = make("div", { class: isFailure ? "notice bad" : "notice" }, make("p", {}, text), close);
  const all = document.getElementById("notices");
  all.append(box);
  while (all.children.length > 3) all.firstChild.remove();
  if (!isFailure) setTimeout(() => box.remove(), 6000);
}

/** Gives the reader a file to keep. */
export function saveFile(name, ...parts) {
  const link = make("a", { href: URL.createObjectURL(new Blob(parts)), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

let count = 0;

/**
 * A modal question. `fill` gets the form's body and puts fields there; `act` does the work and throws an Error whose message is
 * shown in the dialog, which stays open. Resolves when it is closed.
 */
export function ask({ title, fill, action, danger = false, act }) {
  const name = `dialog-${++count}`;
  const body = make("div", { class: "fields" });
  const fault = make("p", { class: "fault", role: "alert" });
  const button = make("button", { class: danger ? "danger" : "main" }, action);
  const dialog = make("dialog", { "aria-labelledby": name },
    make("form", { method: "dialog", onsubmit: submit },
      make("h2", { id: name }, title), body, fault,
      make("div", { class: "buttons" }, make("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), button)));
  const controls = { body, button, title: (text) => say(dialog.querySelector("h2"), text), close: () => dialog.close() };
  fill?.(controls);
  async function submit(event) {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    mark(dialog, "aria-busy", true);
    say(fault, "");
    try {
      if (await act(controls) !== false) dialog.close();
    } catch (error) {
      say(fault, error.message);
    }
    mark(dialog, "aria-busy", null);
    button.disabled = false;
  }
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => {
    dialog.remove();
    done();
  }));
}
