// The page's texts in its language, and numbers and times as it writes them. A text without a translation stays English.
export const language = document.documentElement.lang || "en";

const texts = await load("page");

async function load(domain) {
  const answer = await fetch(`/words/${language}.${domain}.json`).catch(() => null);
  return answer?.ok ? answer.json() : {};
}

let ofSettings = {};

/** What the settings say of themselves too: only pages with forms need it. */
export async function learnSettings() {
  ofSettings = await load("settings");
}

/** A label, help or range of a setting: "Block" is a key there, and a button elsewhere. */
export const ofKey = (text) => ofSettings[text] || t(text);

/** The text in the page's language; `values` go into its braces. */
export function t(text, values) {
  const known = texts[text] || text;
  return values ? known.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole)) : known;
}

const SPECIAL = /[.*+?^${}()|[\]\\]/g;
const shapes = (texts[""] ?? []).map((pattern) => [pattern, new RegExp(`^${pattern.replace(SPECIAL, "\\$&").replace(/\\\{(\w+)\\\}/g, "(?<$1>.+?)")}$`, "s")]);

/** What the device said, which knows no language: found again by its pattern (sentences.py), its values said by the same patterns. */
export function translated(text) {
  if (language === "en" || !text) return text;
  if (texts[text] || ofSettings[text]) return ofKey(text);
  for (const [pattern, shape] of shapes) {
    const found = shape.exec(text);
    if (found) return t(pattern, Object.fromEntries(Object.entries(found.groups).map(([name, value]) => [name, translated(value)])));
  }
  const small = text[0].toLowerCase() + text.slice(1); // the page's server begins a refusal with a capital
  if (small === text) return text;
  const told = translated(small);
  return told === small ? text : told[0].toUpperCase() + told.slice(1);
}

/** A stranger's name within a sentence: its direction of writing ends with it (Unicode's FSI and PDI). */
export const apart = (name) => (name ? `\u2068${name}\u2069` : "");

/** Marks a text of a table for the catalogues; it is translated where it is shown. */
export const N_ = (text) => text;

export const number = (value, digits = 1) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);

/** Without marks between thousands, as in a field one types into. */
export const plain = (value) => new Intl.NumberFormat(language, { maximumFractionDigits: 3, useGrouping: false }).format(value);

/** What happened before the box knew the time has none. */
export function time(at, style = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }) {
  if (at === "") return t("time not known");
  return new Date(at).toLocaleString(language, style);
}

const SECONDS = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };

/** To the millisecond, as a capture has it. */
export const exact = (at) => time(at, { ...SECONDS, fractionalSecondDigits: 3 });

export const toTheSecond = (at) => time(at, SECONDS);

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
