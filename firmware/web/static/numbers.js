// Numbers and providers: accounts with their presets, tried live before they are saved, the reason in words when it fails.
import { h, told } from "./dom.js";
import { freeId, loadProviders, providerNotes, providerOptions, trial } from "./providers.js";
import { loadSettings } from "./settings.js";
import { fill, follow, press } from "./shell.js";
import { ACCOUNTS } from "./states.js";
import { t, translated } from "./words.js";

const FIRST = ["provider", "id", "number", "display_name", "server", "user", "password", "transport", "lines", "mailbox"];
const MOODS = { registered: "good", direct: "good", registering: "busy", waiting: "bad", refused: "bad" };
const live = h("div", { id: "live" });

function showLive(status) {
  const rows = status.accounts.map((account) => {
    const mood = MOODS[account.state] ?? "calm";
    const why = ["bad", "calm"].includes(mood) && account.reason ? `: ${translated(account.reason)}` : "";
    return h("li", {}, h("b", {}, account.number || account.id), " ", told(mood, t(ACCOUNTS[account.state] ?? account.state) + why, "span"));
  });
  live.replaceChildren(rows.length ? h("ul", { class: "card live-list" }, rows) : "");
}

function beside(fields, providers) {
  const result = h("div", { role: "status", class: "trial" });
  const notes = h("div", {});
  const provider = fields.of("provider");
  const renew = () => notes.replaceChildren(providerNotes(providers.find((each) => each.id === provider.read())));
  provider.root.addEventListener("change", renew);
  provider.root.append(notes);
  renew();
  return [result, press(t("Try it now"), async () => {
    fields.forgetMistakes();
    const answer = await trial(fields.told, result);
    for (const mistake of answer.mistakes ?? []) fields.tell(mistake.key, mistake.sentence);
  })];
}

fill(async () => {
  const settings = await loadSettings();
  const providers = await loadProviders(settings.values.device.country);
  const boxes = [["", t("no mailbox")], ...settings.values.mailbox.map((box) => [box.name, box.name])];
  const lines = settings.values.line.map((line, index) => [index + 1, line.name || t("Line {number}", { number: index + 1 })]);
  const list = settings.list("account", t("Your numbers"), {
    lead: h("p", { class: "hint" }, t("A number is an account at a telephone provider or at a PBX of your own. The first one is called with unless the call rules say otherwise.")),
    first: FIRST,
    options: { provider: providerOptions(providers), mailbox: boxes, lines },
    named: (values) => [values.number || values.user || values.id, providers.find((each) => each.id === values.provider)?.name ?? values.server].filter(Boolean).join(" · "),
    add: t("Add a number"),
    fresh: () => ({ id: freeId(settings.values.account) }),
    beside: (fields) => beside(fields, providers),
  });
  follow("/api/v1/events", (news) => { if (news.status) showLive(news.status); });
  return [live, list, settings.bar];
});
