// The phone book, and who is let through to the bell.
import { ask, query } from "./api.js";
import { block } from "./blocking.js";
import { card, h, newId, told } from "./dom.js";
import { loadSettings } from "./settings.js";
import { fill, press, say } from "./shell.js";
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

/** Those blocked at the telephone or from the call log: they hold at once, and are no settings. */
function blockedCard(services) {
  const list = h("ul", { class: "live-list" });
  const none = h("p", { class: "none" }, t("Nobody is blocked."));
  const show = ({ blocked }) => {
    none.hidden = blocked.length > 0;
    list.replaceChildren(...blocked.map(row));
  };
  const row = (number) => h("li", {}, h("bdi", {}, number), h("a", { href: `/calls${query({ search: number })}` }, t("Its calls")), lettingIn(number));
  const lettingIn = (number) => {
    const button = press(t("Let in again"), async () => {
      show(await ask("POST", "/services/unblock", { number }));
      say(t("{number} may ring again.", { number }));
    }, "small");
    button.setAttribute("aria-label", `${t("Let in again")}: ${number}`);
    return button;
  };
  show(services);
  return card(t("Blocked callers"), none, list, blockForm(show));
}

function blockForm(show) {
  const id = newId();
  const input = h("input", { id, type: "tel", maxlength: 33, autocomplete: "off", dir: "ltr" });
  const add = press(t("Block"), async () => {
    show(await block(input.value));
    say(t("{number} is blocked.", { number: input.value }));
    input.value = "";
  }, "main");
  return h("form", { class: "one-line", novalidate: true }, h("div", { class: "field" }, h("label", { for: id }, t("Block a number")), input), add);
}

fill(async () => {
  const [settings, services] = await Promise.all([loadSettings(), ask("GET", "/services").catch((problem) => problem)]);
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
    lead: h("p", { class: "hint" }, t("Who is let through to the bell.")),
  });
  const blocked = services instanceof Error ? told("bad", services.message) : blockedCard(services);
  return [list, blocked, callers, settings.bar];
});
