// The box itself: name and language, password and tokens, logs, what helps to find a fault; backup, restart and reset stand in keeping.js.
import { API, ask, query, request } from "./api.js";
import { card, download, facts, h, newId, told } from "./dom.js";
import { backupCard, input, restartCard, restoreCard } from "./keeping.js";
import { softwareCard } from "./software.js";
import { loadSettings } from "./settings.js";
import { fill, press, say } from "./shell.js";
import { N_, t, time, translated } from "./words.js";

const LEVELS = [["debug", N_("everything")], ["info", N_("the usual")], ["warning", N_("warnings")], ["error", N_("errors only")]];
const SCOPES = [["read", N_("only look")], ["call", N_("look and call")], ["admin", N_("everything")]];
const LINES = 300;

const choose = (label, words, chosen) => {
  const element = h("select", { id: newId() }, words.map(([value, text]) => h("option", { value, selected: value === chosen }, t(text))));
  return { element, body: h("div", { class: "field" }, h("label", { for: element.id }, label), element) };
};

function aboutCard(status) {
  return card(t("About"), facts([[t("Version"), status.version], [t("Engine"), status.engine], [t("Board"), status.board === "sim" ? t("simulated board") : "Raspberry Pi"], [t("Runs since"), time(status.time_known ? status.started_at : "")]]),
    h("p", { class: "hint" }, t("Keepline is free software under the GPL, version 3 or later. Its programming interface is described under {path}.", { path: `${API}/openapi.json` })));
}

function passwordCard() {
  const old = input(t("Present password"), { type: "password", autocomplete: "current-password", maxlength: 256 });
  const fresh = input(t("New password, at least 8 characters"), { type: "password", autocomplete: "new-password", maxlength: 256 });
  const change = press(t("Change the password"), async () => {
    await ask("POST", "/password", { old: old.element.value, new: fresh.element.value });
    old.element.value = fresh.element.value = "";
    say(t("The password is changed; everybody else is signed out."));
  });
  return card(t("Password"), old.body, fresh.body, h("div", { class: "row start" }, change));
}

function tokenCard(tokens) {
  const name = input(t("What it is for"), { maxlength: 64 });
  const scope = choose(t("What it may do"), SCOPES, "read");
  const list = h("ul", { class: "live-list" }, tokens.map(tokenRow));
  const word = h("div", { role: "status" });
  const make = press(t("Make a token"), async () => {
    const made = await ask("POST", "/tokens", { name: name.element.value, scope: scope.element.value });
    list.append(tokenRow(made));
    word.replaceChildren(told("good", t("Copy it now, it is not shown again:")), h("code", { class: "secret-word" }, made.word));
  });
  return card(t("Tokens for scripts"), h("p", { class: "hint" }, t("A script signs in with a token instead of the password.")), list, word,
    h("details", {}, h("summary", {}, t("Make a token")), name.body, scope.body, h("div", { class: "row start" }, make)));
}

function tokenRow(token) {
  const revoke = press(t("Revoke"), async () => { await ask("DELETE", `/tokens/${encodeURIComponent(token.id)}`); row.remove(); }, "small danger");
  revoke.setAttribute("aria-label", `${t("Revoke")}: ${token.name}`);
  const row = h("li", {}, h("b", {}, h("bdi", {}, token.name)), " ", h("span", { class: "more" }, t(SCOPES.find(([value]) => value === token.scope)?.[1] ?? token.scope)), " ", revoke);
  return row;
}

function logCard() {
  const place = h("pre", { class: "log", tabindex: 0, role: "region", "aria-label": t("Log"), hidden: true });
  const level = choose(t("Tell me"), LEVELS, "info");
  const show = press(t("Show the log"), async () => {
    const { lines } = await ask("GET", `/system/logs${query({ lines: LINES, level: level.element.value })}`);
    place.textContent = lines.join("\n") || t("Nothing is in the log.");
    place.hidden = false;
    place.scrollTop = place.scrollHeight;
  });
  const bundle = press(t("Support bundle"), async () => download(await (await request("GET", "/system/support-bundle")).blob(), "application/zip", "keepline-support.zip"));
  return card(t("Log and support"), h("p", { class: "hint" }, t("Passwords and keys are taken out of the support bundle, so that it can be shown to somebody.")),
    level.body, h("div", { class: "row start" }, show, bundle), place);
}

/** Whether the broker hears us; nothing where none is set. */
function brokerTold(broker) {
  if (!broker.server) return "";
  return broker.connected ? told("good", t("The MQTT broker hears this box.")) : told("busy", translated(broker.reason) || t("The MQTT broker is being asked."));
}

fill(async () => {
  const [settings, status, tokens, broker] = await Promise.all([loadSettings(), ask("GET", "/status"), ask("GET", "/tokens"), ask("GET", "/mqtt")]);
  const update = await ask("GET", "/system/update").catch((problem) => problem);
  return [
    settings.table("device", t("This box"), { first: ["name", "language"], without: ["country"] }),
    passwordCard(), backupCard(), restoreCard(), softwareCard(update), restartCard(status.name), logCard(), tokenCard(tokens),
    settings.table("mqtt", t("MQTT and Home Assistant"), { first: ["server", "user", "password", "numbers"], lead: brokerTold(broker) }),
    settings.table("sip", t("SIP and voice"), { first: ["tls_verify", "accept_unknown"] }),
    settings.table("web", t("This page"), { without: ["password_hash"] }),
    aboutCard(status),
    settings.bar,
  ];
});
