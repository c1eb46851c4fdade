// The gate's rules and what they measured, in words.

import { make, quantity } from "./dom.js";

/** "risk.order-size" is "Order size": the part before the point says who asks. */
export function ruleName(rule) {
  const words = rule.split(".").at(-1).replaceAll(/[-_]/g, " ");
  return words[0].toUpperCase() + words.slice(1);
}

/** Daily loss is a rule of risk and one of compliance programs. */
export const ruleTitle = (rule) => make("b", {}, rule.startsWith("compliance.") ? `${ruleName(rule)} (compliance)` : ruleName(rule));

/** Of large numbers two decimals say enough. */
const measure = (value) => quantity(Math.abs(value) < 100 ? value : Math.round(value * 100) / 100);

/** "Order size, system: observed 12, limit 10, left 10"; where nothing was measured the host says what is wrong. */
export function findingLine({ rule, scope, observed, limit, headroom }) {
  const measured = typeof observed === "number"
    ? [`observed ${measure(observed)}`, limit == null ? "" : `limit ${measure(limit)}`, headroom == null ? "" : `left ${measure(headroom)}`]
    : [observed, limit == null ? "" : `limit ${measure(limit)}`];
  return make("li", {}, ruleTitle(rule), make("span", {}, `${scope}: ${measured.filter(Boolean).join(", ")}`));
}

/** Rows that look the same are told apart by their number, so that each has a key of its own. */
export function keyed(items, name) {
  const counts = new Map();
  return items.map((item) => {
    const count = (counts.get(name(item)) ?? 0) + 1;
    counts.set(name(item), count);
    return { ...item, key: `${name(item)} ${count}` };
  });
}
