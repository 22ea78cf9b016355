// The phone book, and who is let through to the bell.
import { h } from "./dom.js";
import { loadSettings } from "./settings.js";
import { fill } from "./shell.js";
import { t } from "./words.js";

const FEW = 5;

function searchOf(list) {
  const input = h("input", { id: "find", type: "search", autocomplete: "off" });
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLocaleLowerCase();
    for (const item of list().querySelectorAll(".items > li")) {
      const known = `${item.querySelector(".item-title").textContent} ${item.querySelector('[data-key="numbers"] textarea').value}`;
      item.hidden = Boolean(wanted) && !known.toLocaleLowerCase().includes(wanted);
    }
  });
  return h("div", { class: "field" }, h("label", { for: "find" }, t("Search")), input);
}

fill(async () => {
  const settings = await loadSettings();
  const asked = new URLSearchParams(location.search);
  const accounts = [["", t("as for everyone")], ...settings.values.account.map((each) => [each.id, each.number || each.user || each.id])];
  const given = asked.get("add") ? { name: asked.get("name") ?? "", numbers: [asked.get("add")] } : {};
  const list = settings.list("contact", t("Phone book"), {
    lead: settings.values.contact.length > FEW ? searchOf(() => list) : null,
    add: t("Add a contact"), first: ["name", "numbers", "speed_dial", "vip"], options: { account: accounts },
    named: (values) => [values.name, values.numbers[0]].filter(Boolean).join(" · "), fresh: () => given,
  });
  if (asked.get("add")) {
    settings.forms[0].adder.click();
    history.replaceState(null, "", location.pathname); // a reload is not to add it again
  }
  const callers = settings.table("screening", t("Callers"), {
    first: ["anonymous", "unknown", "block", "allow", "night", "night_callers"],
    lead: h("p", { class: "hint" }, t("Who is let through to the bell. Numbers blocked by star code stand under Features.")),
  });
  return [list, callers, settings.bar];
});
