// The set-up's steps with a number and with a call: tried live, the reason in words when it fails, and the telephone watched while it is tried.
import { ask } from "./api.js";
import { h, told } from "./dom.js";
import { outcome } from "./outcomes.js";
import { showPhones } from "./phone.js";
import { freeId, loadProviders, providerNotes, providerOptions, trial } from "./providers.js";
import { RingTest } from "./ring_test.js";
import { Fields } from "./settings_forms.js";
import { follow, press } from "./shell.js";
import { N_, t, translated } from "./words.js";

const ASKED = ["provider", "server", "user", "password", "number"];
const LINES = { idle: N_("The handset is on the hook."), "dial tone": N_("Dial tone"), collecting: N_("Dialing"), calling: N_("Calling"), ringback: N_("It rings at the far end."), "in call": N_("In a call"), ringing: N_("Ringing"), released: N_("Call over") };

export function numberStep(goOn) {
  const place = h("div", {}, h("p", { class: "none" }, t("Loading ...")));
  fillNumber(place, goOn).catch((problem) => place.replaceChildren(told("bad", problem.message)));
  return place;
}

async function fillNumber(place, goOn) {
  const settings = await ask("GET", "/settings");
  const providers = await loadProviders(settings.values.device.country);
  const accounts = settings.values.account;
  const about = settings.sections.find((section) => section.name === "account");
  const result = h("div", { role: "status" });
  const notes = h("div", {});
  const fields = new Fields(about, {}, { first: ASKED, only: ASKED, options: { provider: providerOptions(providers) }, changed: () => renew() });
  const renew = () => {
    const preset = providers.find((each) => each.id === fields.of("provider").read());
    notes.replaceChildren(providerNotes(preset));
    fields.of("server").root.hidden = Boolean(preset?.account.server);
  };
  fields.of("provider").root.append(notes);
  renew();
  const values = () => {
    const given = Object.entries(fields.values).filter(([name, value]) => value !== "" && !fields.of(name).root.hidden);
    return { id: freeId(accounts), ...Object.fromEntries(given) };
  };
  const keep = async () => {
    await ask("PATCH", "/settings", { changes: { account: [...accounts, values()] } });
    await goOn("test");
  };
  const tryIt = async () => {
    fields.forgetMistakes();
    const answer = await trial(values(), result);
    for (const mistake of answer.mistakes ?? []) fields.tell(mistake.key, mistake.sentence);
    if (answer.ok) await keep();
  };
  const present = accounts.length ? told("calm", t("Numbers that are set up already: {numbers}.", { numbers: accounts.map((each) => each.number || each.user).join(", ") })) : null;
  const form = h("form", { novalidate: true, onsubmit: (event) => event.preventDefault() }, present, fields.root, result,
    press(t("Try it and go on"), tryIt, "main wide"), h("div", { class: "row start" }, press(t("Keep it untried"), keep), press(t("Later"), () => goOn("test"))));
  place.replaceChildren(form);
}

const phones = h("div", { id: "phones" });
const seen = {};
let show = null;

/** `step` is shown all that is known, and all news; both steps, one after the other, by one follower. */
function watch(step) {
  const first = !show;
  show = step;
  if (first) queueMicrotask(() => follow("/api/v1/events", showNews)); // what is known comes at once: the telephone needs its place on the page first
  else if (seen.status) show(seen);
}

function showNews(news) {
  Object.assign(seen, news);
  if (seen.status) show(seen);
  if (news.phones) showPhones(news.phones);
}

export function testStep(goOn) {
  const live = h("div", { role: "status" });
  watch(() => showTest(live, seen));
  return [
    h("ol", { class: "reasons" }, h("li", {}, t("Lift the handset: you hear dial tone. Dial a number and talk to somebody.")), h("li", {}, t("Let somebody call your number: the telephone rings."))),
    live, phones,
    press(t("It works"), () => goOn("ring"), "main wide"), h("div", { class: "row start" }, press(t("Back to the number"), () => goOn("number"))),
  ];
}

export function ringStep(goOn) {
  const test = new RingTest();
  watch(({ status }) => test.show(status.lines));
  return [
    h("p", {}, t("The telephone rings for some ten seconds without a call, so that you know that it is plugged in and works.")),
    test.root, phones,
    press(t("Go on"), () => goOn("done"), "main wide"), h("div", { class: "row start" }, press(t("Back to the call"), () => goOn("test"))),
  ];
}

function showTest(place, { status, calls = [] }) {
  const account = status.accounts.at(-1);
  const last = calls.find((call) => call.outcome !== "under way");
  place.replaceChildren(
    account ? accountTold(account) : told("calm", t("No number is set up yet.")),
    ...status.lines.map((line) => told(line.state === "idle" ? "calm" : "busy", t(LINES[line.state] ?? line.state))),
    last ? told(last.outcome === "answered" ? "good" : "calm", t("The last call: {outcome}.", { outcome: outcome(last) })) : "");
}

function accountTold(account) {
  const works = ["registered", "direct"].includes(account.state);
  const why = [t("Registering"), account.reason && translated(account.reason)].filter(Boolean).join(": ");
  return told(works ? "good" : "busy", works ? t("{number} is registered.", { number: account.number || account.id }) : why);
}
