// One call's evidence: SIP as a ladder, voice as curves, events of line and modem, all on one clock; to be taken away as JSON and pcap.
import { API, ask } from "./api.js";
import { byId, card, download, facts, h, told } from "./dom.js";
import { happenings } from "./happenings.js";
import { drawLadder, moment } from "./ladder.js";
import { mood, outcome, way, who } from "./outcomes.js";
import { fill, press } from "./shell.js";
import { drawVoice } from "./voice.js";
import { minutes, number, t, time } from "./words.js";

const NOT_FOUND = 404;
const path = `/calls/${encodeURIComponent(byId("page").dataset.call)}`;

function summary(call) {
  const media = call.media ?? {};
  const measured = (value, unit) => (value === undefined ? "" : `${number(value)} ${unit}`);
  document.querySelector("h1").replaceChildren(`${way(call)} `, h("bdi", {}, who(call)));
  return card(t("What happened"), told(mood(call), outcome(call)), facts([
    [t("Time"), time(call.started_at, { dateStyle: "full", timeStyle: "medium" })],
    [t("Number"), call.number || t("withheld")], [t("Name"), call.name], [t("By"), call.account], [t("Line"), call.line],
    [t("Rang for"), call.ring_s ? minutes(call.ring_s) : ""], [t("Talked for"), call.talk_s ? minutes(call.talk_s) : ""],
    [t("Codec"), call.codec.split("/")[0]], [t("SIP status"), call.status || ""],
    [t("Loss"), measured(media.loss_percent, "%")], [t("Jitter"), measured(media.jitter_ms, "ms")], [t("Round trip"), measured(media.rtt_ms, "ms")],
  ]));
}

function pictures(evidence, call) {
  const none = (words) => h("p", { class: "none" }, words);
  const events = happenings(evidence.events);
  const began = Date.parse(evidence.began_at);
  return [
    card(t("To take away"), h("p", { class: "hint" }, t("Passwords and keys are taken out of both.")), h("div", { class: "row start" },
      press(t("Everything as JSON"), () => download(JSON.stringify({ log: call, ...evidence }, null, 1), "application/json", "call.json")),
      h("a", { class: "button", href: `${API}${path}/evidence.pcap`, download: "call.pcap" }, t("SIP for Wireshark (pcap)")))),
    card(t("SIP messages"), evidence.sip.length ? drawLadder(evidence.sip, began) : none(t("None were kept."))),
    card(t("Voice over time"), evidence.rtp.length ? drawVoice(evidence.rtp, began, events.filter((event) => event.turn)) : none(t("No voice was measured."))),
    card(t("Events of line and modem"), events.length ? eventList(events, began) : none(t("None were kept.")),
      evidence.dropped ? h("p", { class: "hint" }, t("{number} more messages and events were not kept.", { number: number(evidence.dropped) })) : null),
  ];
}

function eventList(events, began) {
  return h("ol", { class: "events" }, events.map(({ at_s, label, words }) => h("li", {}, moment(began + at_s * 1000), " ", h("b", {}, h("bdi", {}, label)), " ", h("bdi", {}, words))));
}

fill(async () => {
  const asked = (place) => ask("GET", place).catch((problem) => {
    if (problem.status !== NOT_FOUND) throw problem;
    return problem;
  });
  const [call, evidence] = await Promise.all([asked(path), asked(`${path}/evidence`)]);
  const known = !(call instanceof Error);
  const more = evidence instanceof Error ? [card(t("Evidence"), h("p", { class: "none" }, evidence.message))] : pictures(evidence, known ? call : null);
  return [known ? summary(call) : told("bad", call.message), ...more];
});
