/** Moments in words: message times, and Discord's <t:…> timestamps, of which the relative ones keep counting. */

const DAY_MS = 86_400_000;
// The page speaks English; the reader's own kind of English decides between 2:03 PM and 14:03.
const LOCALE = navigator.languages.find((language) => language.startsWith("en")) ?? "en-GB";

const FORMATS = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};
const formatter = ([letter, options]) => [letter, new Intl.DateTimeFormat(LOCALE, options)];
const FORMATTERS = Object.fromEntries(Object.entries(FORMATS).map(formatter));
const RELATIVE = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const UNITS = Object.entries({ year: 31_536_000, month: 2_592_000, day: 86_400, hour: 3600, minute: 60, second: 1 });

// From here on a unit is used: 59 minutes and a half are an hour.
const NEARLY = 59.5 / 60;

/** "in 5 minutes", "2 days ago", rounded as Discord does. @param {Date} moment */
export function relative(moment, now = Date.now()) {
  const seconds = Math.round((moment.getTime() - now) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length * NEARLY) ?? ["second", 1];
  return RELATIVE.format(Math.round(seconds / size), unit);
}

/** A message's time as people say it: "14:03" today, else with the date. @param {Date} moment */
export function spoken(moment, now = new Date()) {
  const time = FORMATTERS.t.format(moment);
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(moment).setHours(0, 0, 0, 0)) / DAY_MS);
  if (days === 0) return time;
  return days === 1 ? `Yesterday at ${time}` : `${FORMATTERS.d.format(moment)} ${time}`;
}

/** @param {Date} moment */
export const inFull = (moment) => FORMATTERS.F.format(moment);

/** Word every <t:…> timestamp within `root` as the reader's clock has it. @param {ParentNode} root */
export function showTimes(root) {
  for (const element of root.querySelectorAll("time[data-format]")) {
    const moment = new Date(element.getAttribute("datetime"));
    const format = element.dataset.format;
    const text = format === "R" ? relative(moment) : (FORMATTERS[format] ?? FORMATTERS.f).format(moment);
    if (element.textContent !== text) element.textContent = text;
    element.title = inFull(moment);
  }
}

/** Keep the relative timestamps of the whole page counting, while it is looked at. */
export function keepCounting() {
  setInterval(() => document.hidden || showTimes(document), 1000);
}
