// SIP messages as a ladder: the box on the left, the other side on the right, one arrow each; the text of a message opens below it.
import { h } from "./dom.js";
import { exact, t } from "./words.js";

export const moment = (at) => h("time", { datetime: new Date(at).toISOString() }, exact(at));

/** `began`: when the call began, in milliseconds; `at_s` in each message counts from there. */
export function drawLadder(messages, began) {
  const peers = [...new Set(messages.map((message) => message.peer))].filter(Boolean);
  const rungs = messages.map((message) => rung(message, moment(began + message.at_s * 1000)));
  return h("div", { class: "ladder" },
    h("div", { class: "ladder-heads", "aria-hidden": "true" }, h("b", {}, t("This box")), h("b", {}, peers.join(", "))), h("ol", {}, rungs));
}

function rung(message, at) {
  const sent = message.direction === "sent";
  const arrow = h("span", { class: `arrow ${kindOf(message.first_line)}` }, short(message.first_line));
  const summary = h("summary", {}, at, h("span", { class: "unseen" }, ` ${sent ? t("sent") : t("received")}: `), arrow);
  return h("li", { class: sent ? "sent" : "received" }, h("details", {}, summary,
    h("pre", { tabindex: 0, dir: "ltr" }, visible(message.text)), message.cut && h("p", { class: "hint" }, t("The rest of this message was not kept."))));
}

/** Marks that turn the direction of writing, by their names: here one wants to see them. */
const visible = (text) => text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (mark) => `<U+${mark.codePointAt(0).toString(16).toUpperCase()}>`);

/** "INVITE" of a request, "180 Ringing" of an answer (RFC 3261 section 7). */
const short = (line) => (line.startsWith("SIP/2.0 ") ? line.slice(8) : line.split(" ")[0]);

const kindOf = (line) => (!line.startsWith("SIP/2.0 ") ? "request" : line[8] < "3" ? "fine" : "refusal");
