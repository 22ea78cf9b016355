// Which number is called by which account, what may be dialed and what it may cost; and, asked before it happens, where a number would go.
import { ask, query } from "./api.js";
import { card, facts, h, told } from "./dom.js";
import { loadSettings } from "./settings.js";
import { busy, fill } from "./shell.js";
import { minutes, t, translated } from "./words.js";

function explainCard() {
  const result = h("div", { role: "status" });
  const input = h("input", { id: "explained", type: "tel", maxlength: 64, value: new URLSearchParams(location.search).get("explain") ?? "", autocomplete: "off" });
  const button = h("button", { class: "main" }, t("Where would it go?"));
  const submit = (event) => { event.preventDefault(); busy(button, () => explain(input.value.trim(), result)); };
  if (input.value) busy(button, () => explain(input.value, result));
  return card(t("Try a number"), h("form", { class: "one-line", onsubmit: submit },
    h("div", { class: "field" }, h("label", { for: "explained" }, t("A number as you would dial it")), input), button), result);
}

async function explain(number, place) {
  if (!number) return;
  const way = await ask("GET", `/explain${query({ number })}`);
  const verdict = way.allowed ? told("good", way.emergency ? t("This is an emergency call: it goes out by any way there is.") : t("This call would be made.")) : told("bad", translated(way.sentence));
  place.replaceChildren(verdict, facts([
    [t("Called by"), way.account], [t("Dialed as"), way.dialed_form], [t("Your number"), way.hidden ? t("hidden") : way.own_number],
    [t("Full number"), way.e164], [t("At most"), way.limit_s ? minutes(way.limit_s) : ""],
  ]), h("ul", { class: "reasons" }, way.reasons.map((reason) => h("li", {}, translated(reason)))));
}

fill(async () => {
  const settings = await loadSettings();
  const accounts = settings.values.account.map((each) => [each.id, each.number || each.user || each.id]);
  return [
    explainCard(),
    settings.list("rule", t("Rules"), {
      lead: h("p", { class: "hint" }, t("The first rule that fits a call decides which number it is made with. Without one, it is the line's own, else the first.")),
      add: t("Add a rule"), first: ["name", "account", "prefix", "country"], options: { account: accounts },
      named: (values) => [values.name || t("Rule"), [...values.prefix, ...values.country, ...values.contact].join(", ") || t("every call"), "→", values.account].join(" "),
      fresh: () => ({ account: accounts[0]?.[0] ?? "" }),
    }),
    settings.table("dial_plan", t("What may be called"), { first: ["area_code", "international", "premium", "block", "allow"] }),
    settings.list("price", t("Prices"), {
      lead: h("p", { class: "hint" }, t("Only for the daily limit on costs; the longest prefix that fits holds.")), add: t("Add a price"), named: (values) => [values.prefix, values.per_minute].join(": "),
    }),
    settings.bar,
  ];
});
