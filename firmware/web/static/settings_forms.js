// Forms of settings: the fields of one table, and lists of tables to add to, take from and put in order. They save nothing.
import { h, put } from "./dom.js";
import { field } from "./fields.js";
import { press, say } from "./shell.js";
import { t } from "./words.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The fields of one table. `first`: those people look for; the others wait behind "More settings". */
export class Fields {
  constructor(about, values, { first, only, without = [], options = {}, changed }) {
    const wanted = about.fields.filter((each) => (!only || only.includes(each.name)) && !without.includes(each.name));
    this.start = new Map();
    this.fields = wanted.map((each) => this.made(each, values, options, changed));
    const shownFirst = (first ?? wanted.map((each) => each.name)).map((name) => this.of(name)).filter(Boolean);
    const others = this.fields.filter((each) => !shownFirst.includes(each));
    this.more = others.length ? h("details", { class: "more-settings" }, h("summary", {}, t("More settings")), h("div", { class: "fields" }, others.map((each) => each.root))) : null;
    this.root = h("div", { class: "fields" }, shownFirst.map((each) => each.root), this.more);
  }

  made(about, values, options, changed) {
    const value = values[about.name] ?? about.default ?? (about.many ? [] : undefined);
    const made = field(about, value, { options: options[about.name], changed });
    this.start.set(about.name, JSON.stringify(made.read()));
    return made;
  }

  of(name) { return this.fields.find((each) => each.about.name === name); }

  get changedFields() { return this.fields.filter((each) => JSON.stringify(each.read()) !== this.start.get(each.about.name)); }

  get values() { return Object.fromEntries(this.fields.map((each) => [each.about.name, each.read()])); }

  /** Only what is not as it would be anyway, so that the file stays short. With a preset the usual value is the preset's, not the default. */
  get told() {
    const preset = this.of("provider")?.read();
    const kept = this.fields.filter((each) => preset || each.about.required || !same(each.read(), each.about.default));
    return Object.fromEntries(kept.map((each) => [each.about.name, each.read()]));
  }

  tell(key, sentence) {
    const found = this.of(key);
    if (!found) return false;
    found.tell(sentence);
    if (this.more?.contains(found.root)) this.more.open = true;
    return true;
  }

  get wrong() { return this.fields.filter((each) => each.root.classList.contains("wrong")); }

  forgetMistakes() { for (const each of this.fields) each.tell(""); }
}

const asForm = ({ name }, ...children) => h("form", { novalidate: true, "data-section": name, onsubmit: (event) => event.preventDefault() }, children);

/** A section that is one table. */
export class TableForm {
  constructor(about, values, settings) {
    this.about = about;
    this.fields = new Fields(about, values, settings);
    this.root = asForm(about, this.fields.root);
  }

  get isChanged() { return this.fields.changedFields.length > 0; }

  get changes() {
    return Object.fromEntries(this.fields.changedFields.map((each) => [each.about.name, same(each.read(), each.about.default) ? null : each.read()]));
  }

  tell({ table, key, sentence }) { return table === this.about.name && this.fields.tell(key, sentence); }

  get wrong() { return this.fields.wrong; }

  forgetMistakes() { this.fields.forgetMistakes(); }
}

/** A section that is a list. `named` gives an item's heading from its values; `fresh` the values of a new one; `beside` what stands by its buttons. */
export class ListForm {
  constructor(about, values, { first, options, named, add, beside, fresh = () => ({}), changed }) {
    Object.assign(this, { about, first, options, named, beside, changed });
    this.items = [];
    this.list = h("ol", { class: "items" });
    this.none = h("p", { class: "none" }, t("None yet."));
    this.adder = h("button", { type: "button", onclick: () => { this.add(fresh(), true); this.moved(); } }, add);
    this.root = asForm(about, this.none, this.list, this.adder);
    for (const value of values) this.add(value, false);
    this.before = this.changes;
    this.settle();
  }

  add(values, open) {
    const item = { title: h("span", { class: "item-title" }) };
    item.fields = new Fields(this.about, values, { first: this.first, options: this.options, changed: () => { this.name(item); this.changed(); } });
    const tools = h("div", { class: "row item-tools" }, this.beside?.(item.fields),
      press(t("Move up"), () => this.moveUp(item), "small"), press(t("Remove"), () => this.remove(item), "small danger"));
    item.root = h("li", {}, h("details", { open }, h("summary", {}, item.title), item.fields.root, tools));
    this.items.push(item);
    this.list.append(item.root);
    this.name(item);
    if (open) queueMicrotask(() => item.fields.fields[0]?.focus());
  }

  name(item) { put(item.title, this.named(item.fields.values) || t("New")); }

  remove(item) {
    this.items = this.items.filter((each) => each !== item);
    item.root.remove();
    say(t("Removed; it is gone when you save."), "calm");
    this.moved();
  }

  moveUp(item) {
    const place = this.items.indexOf(item);
    if (place < 1) return;
    this.items.splice(place - 1, 2, item, this.items[place - 1]);
    item.root.previousElementSibling.before(item.root);
    this.moved();
  }

  moved() {
    this.settle();
    this.changed();
  }

  settle() {
    this.none.hidden = this.items.length > 0;
    this.adder.hidden = this.items.length >= this.about.most;
  }

  get changes() { return this.items.map((item) => item.fields.told); }

  get isChanged() { return !same(this.changes, this.before); }

  tell({ table, key, sentence }) {
    const [section, place] = table.split(".");
    const item = this.items[Number(place) - 1];
    if (section !== this.about.name || !item) return false;
    item.root.querySelector("details").open = true;
    return item.fields.tell(key, sentence);
  }

  get wrong() { return this.items.flatMap((item) => item.fields.wrong); }

  forgetMistakes() { for (const item of this.items) item.fields.forgetMistakes(); }
}
