// One call's evidence: SIP as a ladder, voice as curves, events of line and modem, all on one clock; to be taken away as JSON and pcap.
import { API, ask } from "./api.js";
import { byId, card, download, facts, h, put, told } from "./dom.js";
import { drawLadder } from "./ladder.js";
import { mood, outcome, way, who } from "./outcomes.js";
import { fill, press } from "./shell.js";
import { drawVoice } from "./voice.js";
import { minutes, number, t, time } from "./words.js";

const id = byId("page").dataset.call;
const EXACT = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 };
const ABOUT_ITSELF = ["at", "at_s", "event", "call"];

function summary(call) {
  const media = call.media ?? {};
  const measured = (value, unit) => (value === undefined ? "" : `${number(value)} ${unit}`);
  put(document.querySelector("h1"), `${way(call)} ${who(call)}`);
  return card(t("What happened"), told(mood(call), outcome(call)), facts([
    [t("Time"), time(call.started_at, { dateStyle: "full", timeStyle: "medium" })],
    [t("Number"), call.number || t("withheld")], [t("Name"), call.name], [t("By"), call.account], [t("Line"), call.line],
    [t("Rang for"), call.ring_s ? minutes(call.ring_s) : ""], [t("Talked for"), call.talk_s ? minutes(call.talk_s) : ""],
    [t("Codec"), call.codec], [t("SIP status"), call.status || ""],
    [t("Loss"), measured(media.loss_percent, "%")], [t("Jitter"), measured(media.jitter_ms, "ms")], [t("Round trip"), measured(media.rtt_ms, "ms")],
  ]));
}

function pictures(evidence) {
  const none = (words) => h("p", { class: "none" }, words);
  return [
    card(t("To take away"), h("p", { class: "hint" }, t("Passwords and keys are taken out of both.")), h("div", { class: "row start" },
      press(t("Everything as JSON"), () => download(JSON.stringify(evidence, null, 1), "application/json", "call.json")),
      h("a", { class: "button", href: `${API}/calls/${encodeURIComponent(id)}/evidence.pcap`, download: "call.pcap" }, t("SIP for Wireshark (pcap)")))),
    card(t("SIP messages"), evidence.sip.length ? drawLadder(evidence.sip, evidence.began_at) : none(t("None were kept."))),
    card(t("Voice over time"), evidence.rtp.length ? drawVoice(evidence.rtp) : none(t("No voice was measured."))),
    card(t("Events of line and modem"), evidence.events.length ? eventList(evidence) : none(t("None were kept."))),
  ];
}

function eventList({ events, began_at }) {
  return h("ol", { class: "events" }, events.map((event) => {
    const at = new Date(Date.parse(began_at) + event.at_s * 1000);
    return h("li", {}, h("time", { datetime: at.toISOString() }, time(at, EXACT)), " ", h("b", {}, event.event), " ", h("bdi", {}, described(event)));
  }));
}

function described(event) {
  const facts = Object.entries(event).filter(([name, value]) => !ABOUT_ITSELF.includes(name) && value !== "" && value !== null);
  return facts.map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(" · ");
}

fill(async () => {
  const [rows, evidence] = await Promise.all([
    ask("GET", "/calls?limit=10000"),
    ask("GET", `/calls/${encodeURIComponent(id)}/evidence`).catch((problem) => problem),
  ]);
  const call = rows.find((each) => each.id === id);
  const more = evidence instanceof Error ? [card(t("Evidence"), h("p", { class: "none" }, evidence.message))] : pictures(evidence);
  return [call ? summary(call) : told("bad", t("This call is not in the log.")), ...more];
});
