// The last 24 hours as a drawing: which uplinks worked and which was in use, and how each call sounded. Told in a table too.
import { ask } from "./api.js";
import { h, roomFor, s } from "./dom.js";
import { UPLINKS } from "./states.js";
import { clock, minutes, number, t, time } from "./words.js";

const NARROW = 480;
const LEFT = 4;
const ROW = 34;
const CALLS_HEIGHT = 76;
const AGAIN_MS = 60_000;
const HOUR_MS = 3_600_000;
const HEIGHTS = { active: 14, standby: 6, poor: 6, portal: 6, down: 2 };

/** Draws now and every minute. Times in what the box tells are seconds since 1970. */
export async function drawTimeline(place) {
  try {
    const open = place.querySelector("details")?.open;
    place.replaceChildren(...pictures(await ask("GET", "/timeline"), roomFor(place)));
    if (open) place.querySelector("details").open = true;
  } catch (problem) {
    place.replaceChildren(h("p", { class: "none" }, problem.message));
  }
  setTimeout(() => drawTimeline(place), AGAIN_MS);
}

function pictures({ from, to, uplinks, calls }, width) {
  if (!uplinks.length && !calls.length) return [h("p", { class: "none" }, t("Nothing happened in the last 24 hours."))];
  const x = (at) => LEFT + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (width - 2 * LEFT);
  const height = uplinks.length * ROW + CALLS_HEIGHT + 22;
  const label = t("Uplinks and calls of the last 24 hours. Uplinks: {uplinks}. Calls: {calls}.", { uplinks: uplinks.length, calls: calls.length });
  return [
    s("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img", "aria-label": label, class: "timeline" },
      hours(from, to, x, height, width), uplinks.map((uplink, row) => uplinkRow(uplink, row * ROW, x)), callRow(calls, uplinks.length * ROW, x, width)),
    legend(uplinks),
    h("details", {}, h("summary", {}, t("As a table")), table(uplinks, calls)),
  ];
}

function hours(from, to, x, height, width) {
  const every = width < NARROW ? 8 : 4;
  const first = new Date(from * 1000).setMinutes(0, 0, 0) + HOUR_MS;
  const whole = Array.from({ length: 24 }, (_, hour) => first + hour * HOUR_MS).filter((at) => at < to * 1000 && new Date(at).getHours() % every === 0);
  return whole.map((at) => [
    s("line", { x1: x(at / 1000), x2: x(at / 1000), y1: 0, y2: height - 18, class: "grid" }),
    s("text", { x: x(at / 1000), y: height - 4, class: "axis", "text-anchor": "middle" }, clock(at)),
  ]);
}

const stateOf = (span) => (span.active ? "active" : span.state);

function uplinkRow(uplink, top, x) {
  const spans = uplink.spans.map((span) => {
    const tall = HEIGHTS[stateOf(span)] ?? 4;
    return s("rect", { x: x(span.from), width: Math.max(1, x(span.to) - x(span.from)), y: top + 24 - tall / 2, height: tall, class: `span span-${stateOf(span)}` });
  });
  return [s("text", { x: LEFT, y: top + 12, class: "axis" }, uplink.name), spans];
}

/** Each call as a bar: as high as its worst moment sounded, from MOS 1 to 4.5 (ITU-T P.800). */
function callRow(calls, top, x, width) {
  const floor = top + CALLS_HEIGHT - 4;
  const tall = (mos) => 4 + ((Math.max(1, mos) - 1) / 3.5) * (CALLS_HEIGHT - 28);
  return [
    s("text", { x: LEFT, y: top + 14, class: "axis" }, t("Quality of calls (MOS)")),
    s("line", { x1: LEFT, x2: width - LEFT, y1: floor, y2: floor, class: "grid" }),
    calls.map((call) => {
      const high = call.least_mos ? tall(call.least_mos) : 4;
      return s("rect", { x: x(call.from), width: Math.max(3, x(call.to) - x(call.from)), y: floor - high, height: high, class: `heard heard-${sounded(call.least_mos)}` });
    }),
  ];
}

/** ITU-T G.107 annex B: 4.03 and more satisfies, below 3.1 nearly everybody is dissatisfied. */
const sounded = (mos) => (!mos ? "none" : mos >= 4 ? "good" : mos >= 3.1 ? "fair" : "bad");

function legend(uplinks) {
  const states = [...new Set(uplinks.flatMap((uplink) => uplink.spans.map(stateOf)))];
  return h("ul", { class: "legend" }, states.map((state) => h("li", {}, s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" },
    s("rect", { x: 0, width: 16, y: 8 - (HEIGHTS[state] ?? 4) / 2, height: HEIGHTS[state] ?? 4, class: `span span-${state}` })), t(UPLINKS[state] ?? state))));
}

function table(uplinks, calls) {
  const rows = [
    ...uplinks.flatMap((uplink) => uplink.spans.map((span) => [span.from, uplink.name, t(UPLINKS[stateOf(span)] ?? span.state)])),
    ...calls.map((call) => [call.from, t("Call"), call.least_mos ? `MOS ${number(call.least_mos)} · ${minutes(call.to - call.from)}` : t("not measured")]),
  ].sort((one, other) => other[0] - one[0]).slice(0, 100);
  const head = h("thead", {}, h("tr", {}, [t("Time"), t("What"), t("How")].map((text) => h("th", { scope: "col" }, text))));
  const body = h("tbody", {}, rows.map(([at, what, how]) => h("tr", {}, h("td", {}, time(at * 1000)), h("td", {}, what), h("td", {}, how))));
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("As a table") }, h("table", {}, head, body));
}
