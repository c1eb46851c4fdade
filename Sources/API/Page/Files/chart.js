// A line over the last values, as SVG.

const name = "http://www.w3.org/2000/svg";

/** Keeps `most` values and draws them; values that are not known are left out. */
export class Sparkline {
  #values = [];

  constructor(label, most = 120) {
    this.most = most;
    this.element = document.createElementNS(name, "svg");
    this.element.setAttribute("viewBox", "0 0 100 24");
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.setAttribute("class", "spark");
    this.element.setAttribute("role", "img");
    this.element.setAttribute("aria-label", label);
    this.area = document.createElementNS(name, "path");
    this.area.setAttribute("class", "area");
    this.line = document.createElementNS(name, "path");
    this.line.setAttribute("class", "line");
    this.element.append(this.area, this.line);
  }

  add(value) {
    if (value == null || Number.isNaN(value)) return;
    this.#values.push(value);
    if (this.#values.length > this.most) this.#values.shift();
    this.#draw();
  }

  #draw() {
    const values = this.#values;
    if (values.length < 2) return;
    const low = Math.min(...values), high = Math.max(...values);
    const x = (place) => (place / (values.length - 1) * 100).toFixed(2);
    const y = (value) => (high === low ? 12 : 22 - (value - low) / (high - low) * 20).toFixed(2);
    const line = values.map((value, place) => `${place ? "L" : "M"}${x(place)} ${y(value)}`).join("");
    this.line.setAttribute("d", line);
    this.area.setAttribute("d", `${line}L100 24L0 24Z`);
  }
}
