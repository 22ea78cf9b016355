// Voice over the time of one call, as curves: quality, loss, jitter in both directions, and the round trip.
import { h, s } from "./dom.js";
import { minutes, N_, number, t } from "./words.js";

const WIDTH = 640;
const HEIGHT = 110;
const LEFT = 44;
const RIGHT = WIDTH - 8;
const CURVES = [
  { name: "mos", title: N_("Quality (MOS)"), least: 1, most: 5, unit: "" },
  { name: "loss_percent", title: N_("Loss"), least: 0, most: 5, unit: "%" },
  { name: "jitter_ms", title: N_("Jitter"), least: 0, most: 20, unit: "ms" },
  { name: "rtt_ms", title: N_("Round trip"), least: 0, most: 50, unit: "ms" },
];

/** Samples: {at_s, rtt_ms, rx: {...}, tx: {...}}; rx is what comes in. */
export function drawVoice(samples) {
  const drawings = CURVES.map((curve) => drawn(curve, samples)).filter(Boolean);
  return h("div", { class: "curves" }, drawings, h("p", { class: "hint" }, t("Solid: coming in. Dashed: going out.")));
}

function series(samples, name) {
  const take = (of) => samples.map((each) => ({ at: each.at_s, value: of(each)?.[name] })).filter((each) => Number.isFinite(each.value));
  const sides = name === "rtt_ms" ? [["rx", take((each) => each)]] : [["rx", take((each) => each.rx)], ["tx", take((each) => each.tx)]];
  return sides.filter(([, points]) => points.length);
}

function drawn(curve, samples) {
  const lines = series(samples, curve.name);
  if (!lines.length) return null;
  const all = lines.flatMap(([, points]) => points);
  const [from, until] = [samples[0].at_s, samples.at(-1).at_s];
  const values = all.map((each) => each.value);
  const most = Math.max(curve.most, ...values);
  const x = (at) => LEFT + ((at - from) / Math.max(1, until - from)) * (RIGHT - LEFT);
  const y = (value) => HEIGHT - 20 - ((value - curve.least) / (most - curve.least)) * (HEIGHT - 32);
  const worst = curve.name === "mos" ? Math.min(...values) : Math.max(...values);
  const label = t("{title}: at worst {worst} {unit}", { title: t(curve.title), worst: number(worst), unit: curve.unit }).trim();
  return h("figure", {}, h("figcaption", {}, label), s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "curve" },
    [curve.least, most].map((value) => [s("line", { x1: LEFT, x2: RIGHT, y1: y(value), y2: y(value), class: "grid" }), s("text", { x: LEFT - 6, y: y(value) + 4, class: "axis", "text-anchor": "end" }, number(value))]),
    lines.map(([side, points]) => s("polyline", { class: `curve-${side}`, points: points.map((each) => `${x(each.at).toFixed(1)},${y(each.value).toFixed(1)}`).join(" ") })),
    s("text", { x: LEFT, y: HEIGHT - 4, class: "axis" }, minutes(from)), s("text", { x: RIGHT, y: HEIGHT - 4, class: "axis", "text-anchor": "end" }, minutes(until))));
}
