// Voice over the time of one call, as curves: quality, loss, jitter in both directions, and the round trip.
import { byId, h, roomFor, s } from "./dom.js";
import { N_, number, t, toTheSecond } from "./words.js";

const HEIGHT = 120;
const LEFT = 44;
const MOST_ROWS = 120;
const WIDE = 690;
const CURVES = [
  { name: "mos", title: N_("Quality (MOS)"), least: 1, most: 5, unit: "" },
  { name: "loss_percent", title: N_("Loss"), least: 0, most: 5, unit: "%" },
  { name: "jitter_ms", title: N_("Jitter"), least: 0, most: 20, unit: "ms" },
  { name: "rtt_ms", title: N_("Round trip"), least: 0, most: 50, unit: "ms" },
];

/**
 * Samples: {at_s, rtt_ms, rx: {...}, tx: {...}}; rx is what comes in. `began` in milliseconds is where at_s counts from; `turns`, each with its
 * at_s and words, are marked by numbers.
 */
export function drawVoice(samples, began, turns) {
  const frame = { samples, began, width: widthOf(byId("page")), turns: within(samples, turns) };
  const drawings = CURVES.map((curve) => drawn(curve, frame)).filter(Boolean);
  const marks = frame.turns.map(({ at_s, words }) => h("li", {}, toTheSecond(began + at_s * 1000), " ", words));
  return h("div", { class: "curves" }, drawings, h("p", { class: "hint" }, t("Solid: coming in. Dashed: going out.")),
    marks.length ? h("ol", { class: "marks", "aria-label": t("Marked in the curves") }, marks) : null, table(samples, began));
}

/** Two stand beside each other where there is room (forms.css). */
const widthOf = (place) => (place.clientWidth > WIDE ? place.clientWidth / 2 - 34 : roomFor(place));

/** What happened before the first figure or after the last stands at the edge. */
function within(samples, turns) {
  const [from, until] = [samples[0].at_s, samples.at(-1).at_s];
  return turns.map((turn) => ({ ...turn, x_s: Math.min(until, Math.max(from, turn.at_s)) }));
}

function series(samples, name) {
  const take = (of) => samples.map((each) => ({ at: each.at_s, value: of(each)?.[name] })).filter((each) => Number.isFinite(each.value));
  const sides = name === "rtt_ms" ? [["rx", take((each) => each)]] : [["rx", take((each) => each.rx)], ["tx", take((each) => each.tx)]];
  return sides.filter(([, points]) => points.length);
}

function drawn(curve, { samples, began, width, turns }) {
  const lines = series(samples, curve.name);
  if (!lines.length) return null;
  const all = lines.flatMap(([, points]) => points);
  const [from, until, right] = [samples[0].at_s, samples.at(-1).at_s, width - 8];
  const values = all.map((each) => each.value);
  const most = Math.max(curve.most, ...values);
  const x = (at) => LEFT + ((at - from) / Math.max(1, until - from)) * (right - LEFT);
  const y = (value) => HEIGHT - 20 - ((value - curve.least) / (most - curve.least)) * (HEIGHT - 42);
  const worst = curve.name === "mos" ? Math.min(...values) : Math.max(...values);
  const label = t("{title}: at worst {worst} {unit}", { title: t(curve.title), worst: number(worst), unit: curve.unit }).trim();
  const clock = (at_s) => toTheSecond(began + at_s * 1000);
  return h("figure", {}, h("figcaption", {}, label), s("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, role: "img", "aria-label": label, class: "curve" },
    turns.map(({ x_s }, place) => [s("line", { x1: x(x_s), x2: x(x_s), y1: 14, y2: HEIGHT - 20, class: "turn" }), s("text", { x: x(x_s), y: 11, class: "axis", "text-anchor": "middle" }, number(place + 1))]),
    [curve.least, most].map((value) => [s("line", { x1: LEFT, x2: right, y1: y(value), y2: y(value), class: "grid" }), s("text", { x: LEFT - 6, y: y(value) + 4, class: "axis", "text-anchor": "end" }, number(value))]),
    lines.map(([side, points]) => s("polyline", { class: `curve-${side}`, points: points.map((each) => `${x(each.at).toFixed(1)},${y(each.value).toFixed(1)}`).join(" ") })),
    s("text", { x: LEFT, y: HEIGHT - 4, class: "axis" }, clock(from)), s("text", { x: right, y: HEIGHT - 4, class: "axis", "text-anchor": "end" }, clock(until))));
}

/** The same for those who do not see curves, at most so many rows. */
function table(samples, began) {
  const step = Math.ceil(samples.length / MOST_ROWS);
  const cell = (value) => h("td", {}, Number.isFinite(value) ? number(value) : "–");
  const rows = samples.filter((_, place) => place % step === 0).map(({ at_s, rtt_ms, rx, tx }) => h("tr", {}, h("td", {}, toTheSecond(began + at_s * 1000)),
    CURVES.map(({ name }) => (name === "rtt_ms" ? cell(rtt_ms) : [cell(rx?.[name]), cell(tx?.[name])]))));
  const heads = CURVES.map(({ name, title, unit }) => h("th", name === "rtt_ms" ? { scope: "col", rowspan: 2 } : { scope: "colgroup", colspan: 2 }, [t(title), unit].filter(Boolean).join(", ")));
  const sides = CURVES.filter(({ name }) => name !== "rtt_ms").map(() => [h("th", { scope: "col" }, t("in")), h("th", { scope: "col" }, t("out"))]);
  return h("details", {}, h("summary", {}, t("As a table")), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Voice over time") },
    h("table", { class: "figures-table" }, h("thead", {}, h("tr", {}, h("th", { scope: "col", rowspan: 2 }, t("Time")), heads), h("tr", {}, sides)), h("tbody", {}, rows))));
}
