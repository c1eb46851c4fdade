// Good round places for the marks of an axis.

const second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
const steps = [second, 5 * second, 15 * second, 30 * second, minute, 5 * minute, 15 * minute, 30 * minute,
  hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day];
const months = [1, 3, 6, 12, 24, 60, 120];

/** Values at 1, 2 or 5 times a power of ten; at most `most` of them. */
export function valueTicks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((one) => one * power >= rough) ?? 10);
  const ticks = [];
  for (let count = Math.ceil(low / step); count * step <= high; count++) ticks.push(count * step);
  return ticks;
}

const written = (options) => {
  const format = new Intl.DateTimeFormat("en-GB", options);
  return (time) => format.format(time);
};
const ofDay = written({ hour: "2-digit", minute: "2-digit" });
const ofMinute = written({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const ofMonth = written({ day: "numeric", month: "short" });
const ofYear = written({ month: "short", year: "numeric" });
const whole = written({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** A time with its day, for who does not see the axis. */
export const moment = whole;

/** Times at round places of the clock here, each with its text; a day's first says the day. */
export function timeTicks(from, to, most) {
  const step = steps.find((one) => (to - from) / one <= most);
  return step ? clockTicks(from, to, step) : calendarTicks(from, to, most);
}

function clockTicks(from, to, step) {
  const offset = new Date(from).getTimezoneOffset() * minute;
  const ticks = [];
  for (let time = Math.ceil((from - offset) / step) * step + offset; time <= to; time += step) {
    const isMidnight = (time - offset) % day === 0;
    ticks.push({ time, text: (isMidnight || step >= day ? ofMonth : step < minute ? ofMinute : ofDay)(time) });
  }
  return ticks;
}

function calendarTicks(from, to, most) {
  const step = months.find((one) => (to - from) / (one * 30 * day) <= most) ?? months.at(-1);
  const first = new Date(from), ticks = [];
  for (let month = Math.ceil((first.getMonth() + 1) / step) * step; ; month += step) {
    const date = new Date(first.getFullYear(), month, 1);
    if (date > to) return ticks;
    ticks.push({ time: date.getTime(), text: step < 12 ? ofYear(date) : String(date.getFullYear()) });
  }
}
