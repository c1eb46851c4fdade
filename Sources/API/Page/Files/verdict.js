// What the gate says to an order, rule by rule, and about what it would cost.

import { make, mark, money, percent, price, quantity } from "./dom.js";
import { findingLine } from "./rules.js";

/** "approved", "denied", or "waits" where only a second person's word is missing. */
export function outcome({ approved, denials }) {
  if (approved) return "approved";
  return denials.length && denials.every((one) => one.rule === "compliance.approval") ? "waits" : "denied";
}

const sentences = {
  approved: ["would pass", "good"], waits: ["would wait for a second person", "warn"], denied: ["would be denied", "bad"] };

export function verdict(answer) {
  const [word, tone] = sentences[outcome(answer)], pill = make("span", { class: "pill" }, word);
  mark(pill, "data-tone", tone);
  const list = (title, lines) => lines.length ? [make("h3", {}, title), make("ul", { class: "findings" }, ...lines)] : [];
  return [
    make("p", {}, pill, ` in account ${answer.account_id}; ${percent(answer.risk_score)} of the nearest limit would be used.`),
    ...list("These rules deny it", answer.denials.map(findingLine)),
    ...list("These rules warn", answer.warnings.map(findingLine)),
    make("p", { class: "soft" }, answer.denials.length + answer.warnings.length
      ? "All other rules that apply let it pass." : "All rules that apply let it pass."),
    ...list("What would help", answer.required_actions.map((one) => make("li", {}, one)))];
}

/** In words; a market order is counted against the book of now (null = it could not be read), commission is left out. */
export function estimate(order, { quote_currency: currency, multiplier }, book) {
  const wanted = Number(order.quantity), isBuy = order.order_type === "BUY", verb = isBuy ? "Costs" : "Brings";
  const limit = order.price ?? order.stop_price;
  if (limit !== undefined) {
    const bound = order.price === undefined ? "about" : isBuy ? "at most" : "at least";
    return `${verb} ${bound} ${money(wanted * limit * multiplier)} ${currency}, without commission.`;
  }
  if (!book) return "Its cost is not known, as the book could not be read.";
  let left = wanted, value = 0;
  for (const level of isBuy ? book.asks : book.bids) {
    const part = Math.min(left, level.quantity);
    left -= part;
    value += part * level.price;
  }
  const filled = wanted - left;
  if (filled <= 0) return "Its side of the book is empty now.";
  const costs = `${verb} about ${money(value * multiplier)} ${currency} at ${price(value / filled)} on average, by the book of now, without commission.`;
  return left > 1e-9 * wanted ? `The book shows only ${quantity(filled)} of it. That part ${costs.toLowerCase().replace(currency.toLowerCase(), currency)}` : costs;
}
