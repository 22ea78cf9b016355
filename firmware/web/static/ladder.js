// SIP messages as a ladder: the box on the left, the other side on the right, one arrow each; the text of a message opens below it.
import { h } from "./dom.js";
import { t, time } from "./words.js";

const EXACT = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 };

/** `began_at`: when the call began, ISO 8601; `at_s` in each message counts from there. */
export function drawLadder(messages, began_at) {
  const peers = [...new Set(messages.map((message) => message.peer))].filter(Boolean);
  const rungs = messages.map((message) => rung(message, new Date(Date.parse(began_at) + message.at_s * 1000)));
  return h("div", { class: "ladder" },
    h("div", { class: "ladder-heads", "aria-hidden": "true" }, h("b", {}, t("This box")), h("b", {}, peers.join(", "))), h("ol", {}, rungs));
}

function rung(message, at) {
  const sent = message.direction === "sent";
  const arrow = h("span", { class: `arrow ${kindOf(message.first_line)}` }, short(message.first_line));
  const summary = h("summary", {}, h("time", { datetime: at.toISOString() }, time(at, EXACT)), h("span", { class: "unseen" }, ` ${sent ? t("sent") : t("received")}: `), arrow);
  return h("li", { class: sent ? "sent" : "received" }, h("details", {}, summary,
    h("pre", { tabindex: 0 }, message.text), message.cut && h("p", { class: "hint" }, t("The rest of this message was not kept."))));
}

/** "INVITE" of a request, "180 Ringing" of an answer (RFC 3261 section 7). */
const short = (line) => (line.startsWith("SIP/2.0 ") ? line.slice(8) : line.split(" ")[0]);

const kindOf = (line) => (!line.startsWith("SIP/2.0 ") ? "request" : line[8] < "3" ? "fine" : "refusal");
