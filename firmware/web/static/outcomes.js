// How calls went, in words and a mood. The texts are those of words.py.
import { t, translated } from "./words.js";

const MOODS = { answered: "good", failed: "bad", missed: "bad", interrupted: "bad", "under way": "busy" };

export const mood = (call) => MOODS[call.outcome] ?? "calm";

export function outcome(call) {
  const why = call.reason && call.reason !== call.outcome && call.outcome !== "answered" ? `: ${translated(call.reason)}` : "";
  return t(call.outcome) + why;
}

export const who = (call) => call.name || call.number || t("withheld");
export const way = (call) => (call.direction === "out" ? t("Outgoing to") : t("Incoming from"));
export const arrow = (call) => (call.direction === "out" ? "↗" : "↙");
