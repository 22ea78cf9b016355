// The page's texts in its language, and numbers and times as it writes them. A text without a translation stays English.
export const language = document.documentElement.lang || "en";

const texts = await load("page");

async function load(domain) {
  const answer = await fetch(`/words/${language}.${domain}.json`).catch(() => null);
  return answer?.ok ? answer.json() : {};
}

/** What the settings say of themselves too: only pages with forms need it. */
export async function learnSettings() {
  Object.assign(texts, await load("settings"));
}

/** The text in the page's language; `values` go into its braces. */
export function t(text, values) {
  const known = texts[text] || text;
  return values ? known.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole)) : known;
}

/** A stranger's name within a sentence: its direction of writing ends with it (Unicode's FSI and PDI). */
export const apart = (name) => (name ? `\u2068${name}\u2069` : "");

/** Marks a text of a table for the catalogues; it is translated where it is shown. */
export const N_ = (text) => text;

export const number = (value, digits = 1) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);

export function time(at, style = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }) {
  return new Date(at).toLocaleString(language, style);
}

/** To the millisecond, as a capture has it. */
export const exact = (at) => time(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

export const clock = (at) => time(at, { hour: "2-digit", minute: "2-digit" });

export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++) bytes /= 1000;
  return `${number(bytes)} ${units[unit]}`;
}

export function minutes(seconds) {
  const two = (value) => String(value).padStart(2, "0");
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / 3600);
  const rest = `${Math.floor(whole / 60) % 60}`;
  return hours ? `${hours}:${two(rest)}:${two(whole % 60)}` : `${rest}:${two(whole % 60)}`;
}
