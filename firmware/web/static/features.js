// What is switched on for each line, the same as by star codes; and which code does what.
import { ask } from "./api.js";
import { card, h, newId, told } from "./dom.js";
import { loadSettings } from "./settings.js";
import { fill, press, say } from "./shell.js";
import { N_, t } from "./words.js";

const SWITCHES = [
  ["do_not_disturb", N_("Do not disturb"), N_("Nothing rings, but important contacts.")],
  ["call_waiting", N_("Call waiting"), N_("A second caller is announced in a call.")],
  ["hides_number", N_("Hide my number"), N_("Those you call do not see it.")],
  ["rejects_anonymous", N_("Turn away callers without a number"), ""],
];
const FORWARDS = [["all", N_("Every call")], ["busy", N_("When busy")], ["no answer", N_("When nobody answers")], ["unreachable", N_("While the handset is left off")]];
const AT_FIRST = { call_waiting: true };

function lineCard(number, name, services) {
  const state = services.lines?.[number] ?? {};
  return card(name, SWITCHES.map(([key, label, help]) => toggle(number, key, label, help, state[key] ?? Boolean(AT_FIRST[key]))),
    h("h3", {}, t("Forward calls")), FORWARDS.map(([when, label]) => forward(number, when, label, state.forwards?.[when] ?? "")));
}

function toggle(line, key, label, help, on) {
  const id = newId();
  const input = h("input", { id, type: "checkbox", role: "switch", checked: on, "aria-describedby": help ? `${id}-hint` : null });
  input.addEventListener("change", async () => {
    try {
      await ask("POST", "/services/line", { line, [key]: input.checked });
      say(input.checked ? t("{name} is on.", { name: t(label) }) : t("{name} is off.", { name: t(label) }));
    } catch (problem) {
      input.checked = !input.checked;
      say(problem.message, "bad");
    }
  });
  return h("div", { class: "field field-switch" }, h("label", { for: id }, t(label)), input, help && h("p", { class: "hint", id: `${id}-hint` }, t(help)));
}

function forward(line, when, label, number) {
  const id = newId();
  const input = h("input", { id, type: "tel", value: number, maxlength: 64, placeholder: t("off"), autocomplete: "off" });
  const set = press(t("Set"), async () => {
    const to = input.value.trim();
    await ask("POST", "/services/forward", { line, when, number: to });
    say(to ? t("Calls go on to {number}.", { number: to }) : t("Calls are forwarded no longer."));
  });
  set.setAttribute("aria-label", `${t("Set")}: ${t(label)}`);
  return h("div", { class: "one-line" }, h("div", { class: "field" }, h("label", { for: id }, t(label)), input), set);
}

function byCodes(services) {
  const keys = Object.entries(services.speed_dials);
  return keys.length ? card(t("Set by star codes"), h("ul", {}, keys.map(([key, number]) => h("li", {}, t("Key {key} dials {number}", { key, number }))))) : null;
}

/** A code's key says less than what it does. */
function nameCodes(section) {
  for (const field of section.fields) [field.label, field.help] = [field.help, ""];
}

fill(async () => {
  const [settings, services] = await Promise.all([loadSettings(), ask("GET", "/services").catch((problem) => problem)]);
  nameCodes(settings.sections.star_codes);
  const lines = settings.values.line.map((line, index) => [index + 1, line.name || t("Line {number}", { number: index + 1 })]);
  const cards = services instanceof Error ? [told("bad", services.message)] : [...lines.map(([number, name]) => lineCard(number, name, services)), byCodes(services)];
  return [
    ...cards,
    settings.table("star_codes", t("Star codes"), { lead: h("p", { class: "hint" }, t("What to dial for each feature: codes separated by spaces, “off”, or “pass” to leave a code to your PBX.")) }),
    settings.bar,
  ];
});
