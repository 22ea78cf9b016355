// One field of a settings form, made from its description: label, unit, range, default, help, and the sentence of a mistake. It knows no section.
import { choice } from "./choices.js";
import { h, newId } from "./dom.js";
import { ofKey, plain, t, translated } from "./words.js";

const MASK = "********";

/** `options`: [[value, words]] to choose from instead of typing; `value` as the API gave it. `changed` is called with every input. */
export function field(about, value, { options, changed = () => {} } = {}) {
  const id = newId();
  const kind = kindOf(about, options);
  const parts = KINDS[kind](about, value, id, options);
  const mistake = h("p", { class: "mistake", id: `${id}-mistake`, hidden: true });
  const hint = h("p", { class: "hint", id: `${id}-hint` }, hintOf(about));
  const label = parts.group ? h("legend", {}, ofKey(about.label)) : h("label", { for: id }, ofKey(about.label));
  const root = h(parts.group ? "fieldset" : "div", { class: `field field-${kind}`, "data-key": about.name }, label, parts.body, mistake, hint);
  (parts.group ? root : parts.element).setAttribute("aria-describedby", `${id}-mistake ${id}-hint`);
  root.addEventListener("input", changed);
  root.addEventListener("change", changed);
  const tell = (sentence) => {
    mistake.textContent = translated(sentence);
    mistake.hidden = !sentence;
    root.classList.toggle("wrong", Boolean(sentence));
    parts.element?.setAttribute("aria-invalid", Boolean(sentence));
  };
  return { about, root, tell, read: parts.read, focus: () => root.querySelector("input, textarea, select")?.focus() };
}

function kindOf(about, options) {
  if (about.many) return about.name === "codecs" ? "order" : about.choices.length || options ? "set" : "lines";
  if (options) return "pick";
  return { boolean: "switch", choice: "pick", secret: "secret", number: "number", integer: "number" }[about.kind] ?? "text";
}

/** Help, what is allowed, and what holds where nothing is said. */
function hintOf(about) {
  const range = rangeOf(about);
  const usual = shown(about, about.default);
  return [about.help && ofKey(about.help), range && t("Allowed: {range}.", { range }), usual && t("Usual: {value}.", { value: usual })].filter(Boolean).join(" ");
}

/** "" where what may be chosen stands in the field itself. */
function rangeOf({ kind, many, allowed, least, most, unit, zero_allowed: zero }) {
  if (["text", "secret"].includes(kind)) return ofKey(allowed);
  if (many || !Number.isFinite(least)) return "";
  const range = t("{least} to {most} {unit}", { least: plain(least), most: plain(most), unit }).trim();
  return zero ? t("0, or {range}", { range }) : range;
}

/** A value in words, for hints and for the list of changes. */
export function shown(about, value) {
  if (value === null || value === undefined || value === "") return "";
  if (about.kind === "secret") return "••••";
  if (Array.isArray(value)) return value.map((each) => choice(String(each))).join(", ");
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (typeof value === "number") return `${plain(value)} ${about.unit}`.trim();
  return about.choices?.length ? choice(String(value)) : String(value);
}

const KINDS = {
  text: (about, value, id) => single(h("input", { id, type: "text", value: value ?? "", autocomplete: "off", spellcheck: "false", dir: "auto" })),

  number(about, value, id) {
    const input = h("input", { id, type: "text", inputmode: about.kind === "number" ? "decimal" : "numeric", value: value ?? "", autocomplete: "off", class: "short" });
    return { element: input, read: () => asNumber(input.value), body: h("span", { class: "with-unit" }, input, about.unit && h("span", { class: "unit", "aria-hidden": "true" }, about.unit)) };
  },

  secret(about, value, id) {
    const known = value === MASK;
    const input = h("input", { id, type: "password", value: "", autocomplete: "new-password", placeholder: known ? t("Set. Type to change it.") : "" });
    const forget = h("input", { type: "checkbox" });
    const read = () => input.value || (known && !forget.checked ? MASK : "");
    return { element: input, read, body: [input, known && h("label", { class: "inline" }, forget, h("span", {}, t("Forget it")))] };
  },

  switch(about, value, id) {
    const input = h("input", { id, type: "checkbox", role: "switch", checked: Boolean(value) });
    return { element: input, read: () => input.checked, body: input };
  },

  pick(about, value, id, options) {
    const known = options ?? about.choices.map((word) => [word, choice(word)]);
    const strange = value !== undefined && value !== null && !known.some(([word]) => word === value);
    const select = h("select", { id }, (strange ? [[value, String(value)], ...known] : known).map(([word, words]) => h("option", { value: word, selected: word === value }, words)));
    return single(select);
  },

  lines(about, value, id) {
    const area = h("textarea", { id, rows: Math.min(8, Math.max(2, (value?.length ?? 0) + 1)), spellcheck: "false", dir: "auto" });
    area.value = (value ?? []).join("\n");
    const read = () => area.value.split(/[\n,;]+/).map((text) => text.trim()).filter(Boolean).map((text) => (about.kind === "integer" ? asNumber(text) : text));
    return { element: area, read, body: [area, h("p", { class: "hint" }, t("One on each line."))] };
  },

  set(about, value, id, options) {
    const known = options ?? about.choices.map((word) => [word, choice(word)]);
    const boxes = known.map(([word, words]) => [word, h("input", { type: "checkbox", checked: (value ?? []).includes(word) }), words]);
    const rows = boxes.map(([, box, words]) => h("label", { class: "inline" }, box, h("span", {}, words)));
    return { group: true, read: () => boxes.filter(([, box]) => box.checked).map(([word]) => word), body: h("div", { class: "set-of" }, rows) };
  },

  /** Where the order counts: the chosen ones first. */
  order(about, value) {
    const chosen = value ?? [];
    const words = [...chosen, ...about.choices.filter((word) => !chosen.includes(word))];
    const list = h("ol", { class: "ordered" }, words.map((word) => orderRow(word, chosen.includes(word))));
    return { group: true, read: () => [...list.children].filter((row) => row.querySelector("input").checked).map((row) => row.dataset.word), body: list };
  },
};

function orderRow(word, checked) {
  const move = () => {
    row.previousElementSibling?.before(row);
    row.dispatchEvent(new Event("change", { bubbles: true }));
    row.querySelector("button").focus();
  };
  const row = h("li", { "data-word": word }, h("label", { class: "inline" }, h("input", { type: "checkbox", checked }), h("span", {}, word)),
    h("button", { type: "button", class: "small", onclick: move, "aria-label": t("Move {name} up", { name: word }) }, "↑"));
  return row;
}

function single(element) {
  return { element, body: element, read: () => element.value };
}

/** As people write it, with a comma too; what is no number goes to the box as it is, which says so. */
function asNumber(text) {
  const plain = text.trim().replace(",", ".");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : text;
}
