// Elements made by hand, so that whatever a stranger wrote stays text. It knows no page.
const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden"]);

/** `h("a", { href: "/", onclick }, "text", other)`; false, null and undefined are left out. */
export function h(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a drawing. */
export function s(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name) && element.namespaceURI !== SVG) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== false && child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

let lastId = 0;
export const newId = () => `made-${++lastId}`;

/** Only what changed, so that a screen reader says nothing twice. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A mark, a colour and words: never a colour alone. */
export function told(mood, sentence, tag = "p") {
  const marks = { good: "✓", busy: "●", bad: "!", calm: "·" };
  return h(tag, { class: `told told-${mood}` }, h("span", { class: "mark", "aria-hidden": "true" }, marks[mood]), h("span", {}, sentence));
}

export function card(title, ...children) {
  const id = newId();
  return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), children);
}

/** Names and values, those that are empty left out. */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return h("dl", { class: "facts" }, known.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, h("bdi", {}, String(value))))));
}

/** How wide a drawing in a card of this place may be, so that its letters keep their size. */
export const roomFor = (place) => Math.min(640, Math.max(280, place.clientWidth));

/** A field by hand, with its label and what to write into it. */
export function labelled(label, element, hint) {
  element.id ||= newId();
  const hintId = `${element.id}-hint`;
  if (hint) element.setAttribute("aria-describedby", hintId);
  return h("div", { class: "field" }, h("label", { for: element.id }, label), element, hint && h("p", { class: "hint", id: hintId }, hint));
}

export function download(content, type, name) {
  const link = h("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
