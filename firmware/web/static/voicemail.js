// Voice messages: listened to, deleted; the greeting; how the mailboxes answer.
import { API, ask, request } from "./api.js";
import { card, h, newId, told } from "./dom.js";
import { Recorder } from "./recorder.js";
import { loadSettings } from "./settings.js";
import { confirmed, fill, press, say } from "./shell.js";
import { apart, minutes, number, t, time } from "./words.js";

const FULL = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };

function messageCard(messages) {
  return card(t("Messages"), messages.length ? h("ol", { class: "messages" }, messages.toReversed().map(messageRow)) : h("p", { class: "none" }, t("No messages.")));
}

function messageRow(message) {
  const who = message.name || message.number || t("withheld");
  const path = `/voicemail/${encodeURIComponent(message.id)}`;
  const mark = h("span", { class: "tag", hidden: message.heard }, t("new"));
  const sound = h("audio", { controls: true, preload: "none", src: `${API}${path}/sound`, "aria-label": t("Message of {who}", { who }) });
  sound.addEventListener("play", () => ask("POST", `${path}/heard`, { heard: true }).then(() => { mark.hidden = true; }, () => {}), { once: true });
  const remove = async () => {
    if (!(await confirmed(t("Delete this message?"), h("p", {}, t("From {who}, {when}. It cannot be brought back.", { who: apart(who), when: time(message.at, FULL) })), t("Delete")))) return;
    await ask("DELETE", path);
    row.remove();
    say(t("The message is deleted."));
  };
  const row = h("li", {}, h("div", { class: "message-head" }, h("b", {}, h("bdi", {}, who)), mark, h("span", { class: "more" }, `${time(message.at, FULL)} · ${minutes(message.seconds)} · ${message.mailbox}`)),
    sound, h("div", { class: "row start" }, press(t("Delete"), remove, "small danger")));
  return row;
}

function greetingCard(box) {
  const id = newId();
  const path = `/mailboxes/${encodeURIComponent(box.name)}/greeting`;
  const sound = h("audio", { controls: true, hidden: true, "aria-label": t("The greeting now") });
  const state = h("p", { role: "status", class: "hint" });
  const renew = async () => {
    const own = await request("GET", path).then((answer) => answer.blob(), () => null);
    sound.hidden = !own;
    if (own) sound.src = API + path;
    state.textContent = own ? t("Your own greeting is recorded.") : t("The standard greeting is heard.");
  };
  const send = async (wav) => {
    await ask("PUT", path, new Blob([wav], { type: "audio/wav" }));
    await renew();
    say(t("The greeting is kept."));
  };
  const chosen = (event) => event.target.files[0] && send(event.target.files[0]).catch((problem) => say(problem.message, "bad"));
  renew();
  return card(t("Greeting of {name}", { name: box.name }), state, sound, recordButton(send),
    h("div", { class: "field" }, h("label", { for: id }, t("Or a WAV file, at most a minute")), h("input", { id, type: "file", accept: ".wav,audio/wav", onchange: chosen })),
    h("div", { class: "row start" }, press(t("Back to the standard greeting"), async () => { await ask("DELETE", path); await renew(); })));
}

function recordButton(send) {
  if (!navigator.mediaDevices) return h("p", { class: "hint" }, t("To record here, open this page by https."));
  let recorder = null;
  const button = press(t("Record a greeting"), async () => {
    const running = recorder;
    recorder = running ? null : await Recorder.start();
    button.textContent = recorder ? t("Stop and keep it") : t("Record a greeting");
    if (running) await send(await running.stop());
  });
  return h("div", { class: "row start" }, button);
}

fill(async () => {
  const [messages, settings] = await Promise.all([ask("GET", "/voicemail").catch((problem) => problem), loadSettings()]);
  const boxes = settings.values.mailbox;
  return [
    messages instanceof Error ? told("bad", messages.message) : messageCard(messages),
    ...boxes.map(greetingCard),
    settings.list("mailbox", t("Mailboxes"), {
      lead: h("p", { class: "hint" }, t("A number finds its mailbox under Numbers.")), add: t("Add a mailbox"), first: ["name", "after_s", "greeting", "pin", "email"],
      named: (values) => [values.name, t("answers after {seconds} s", { seconds: number(Number(values.after_s)) })].join(" · "), fresh: () => ({ name: boxes.length ? "" : "home" }),
    }),
    settings.table("voicemail", t("How it answers")),
    settings.table("mail", t("Messages by mail"), { first: ["server", "user", "password", "sender"] }),
    settings.bar,
  ];
});
