// The settings of one page: which forms stand on it, what changed, the preview, the save, and each mistake beside its field.
import { ask } from "./api.js";
import { card, h, put } from "./dom.js";
import { shown } from "./fields.js";
import { ListForm, TableForm } from "./settings_forms.js";
import { busy, confirmed, press, sayLater } from "./shell.js";
import { learnSettings, N_, ofKey, t, translated } from "./words.js";

const CONFLICT = 409;
const TITLES = {
  device: N_("Box"), line: N_("Line"), account: N_("Number"), rule: N_("Rule"), dial_plan: N_("Dial plan"), price: N_("Price"), contact: N_("Contact"),
  screening: N_("Callers"), mailbox: N_("Mailbox"), voicemail: N_("Voicemail"), mail: N_("Mail"), star_codes: N_("Star codes"), sip: N_("SIP"),
  uplink: N_("Uplink"), probes: N_("Checks"), modem: N_("Modem"), web: N_("Page"), mqtt: N_("MQTT"),
};

/** Everything that is set, and what each key is for. */
export async function loadSettings() {
  const [told] = await Promise.all([ask("GET", "/settings"), learnSettings()]);
  return new SettingsPage(told);
}

class SettingsPage {
  constructor({ revision, values, sections }) {
    this.revision = revision;
    this.values = values;
    this.sections = Object.fromEntries(sections.map((section) => [section.name, section]));
    this.forms = [];
    this.save = press(t("Save ..."), () => this.preview(), "main");
    this.trouble = h("p", { class: "told told-bad", role: "alert", hidden: true });
    this.anew = press(t("Compare anew ..."), () => this.compareAnew());
    this.anew.hidden = true;
    const undo = h("button", { type: "button", onclick: () => { this.saved = true; location.reload(); } }, t("Undo"));
    this.bar = h("div", { class: "save-bar", hidden: true, role: "region", "aria-label": t("Unsaved changes") },
      h("p", {}, t("There are changes that are not saved.")), this.trouble, h("div", { class: "row" }, undo, this.anew, this.save));
    addEventListener("beforeunload", (event) => { if (this.isChanged && !this.saved) event.preventDefault(); });
  }

  /** The card of one section; nothing where the box does not have it. `more` as Fields takes it, and `lead`: what stands above. */
  table(name, title, { lead, ...more } = {}) {
    return this.placed(name, title, lead, (about) => new TableForm(about, this.values[name] ?? {}, { ...more, changed: () => this.showBar() }));
  }

  /** The same of a section that is a list. */
  list(name, title, { lead, ...more }) {
    return this.placed(name, title, lead, (about) => new ListForm(about, this.values[name] ?? [], { ...more, changed: () => this.showBar() }));
  }

  placed(name, title, lead, make) {
    if (!(name in this.sections)) return null;
    const form = make(this.sections[name]);
    this.forms.push(form);
    form.root.addEventListener("keydown", (event) => this.typed(event));
    return card(title, lead, form.root);
  }

  /** Enter in a field is the button at the end of the page. */
  typed(event) {
    if (event.key !== "Enter" || !event.target.matches("input") || !this.isChanged) return;
    event.preventDefault();
    this.save.click();
  }

  get changes() { return Object.fromEntries(this.forms.filter((form) => form.isChanged).map((form) => [form.about.name, form.changes])); }

  get isChanged() { return this.forms.some((form) => form.isChanged); }

  showBar() { this.bar.hidden = !this.isChanged; }

  /** Says what would change; with a mistake it leads to the field instead. */
  async preview() {
    const told = await this.ask("POST", "/settings/preview");
    if (!told || this.tellMistakes(told.mistakes)) return;
    if (await confirmed(t("Save these changes?"), this.listed(told.changed), t("Save"))) await busy(this.save, () => this.store());
  }

  async store() {
    const told = await this.ask("PATCH", "/settings");
    if (!told || this.tellMistakes(told.mistakes)) return;
    this.saved = true;
    sayLater(told.after_restart.length ? t("Saved. Some of it holds after a restart of the box: System, Restart.") : t("Saved. It holds already."));
    location.reload();
  }

  async ask(method, path) {
    this.tellTrouble("");
    try {
      return await ask(method, path, { changes: this.changes, revision: this.revision });
    } catch (problem) {
      if (problem.body?.mistakes?.length) return problem.body;
      this.tellTrouble(problem.message);
      this.anew.hidden = problem.status !== CONFLICT;
      return null;
    }
  }

  /** Somebody else saved meanwhile: what was typed here is laid over what is set now, and shown before it is saved. */
  async compareAnew() {
    this.revision = (await ask("GET", "/settings")).revision;
    await this.preview();
  }

  tellTrouble(sentence) {
    this.anew.hidden = true;
    put(this.trouble, sentence);
    this.trouble.hidden = !sentence;
  }

  /** Whether there are any; each stands beside its field, those of other pages in the bar. */
  tellMistakes(mistakes) {
    for (const form of this.forms) form.forgetMistakes();
    if (!mistakes.length) return false;
    const lost = mistakes.filter((mistake) => !this.forms.some((form) => form.tell(mistake)));
    this.tellTrouble(lost.map((mistake) => translated(mistake.sentence)).join(" ") || t("Some fields are not right yet."));
    this.forms.flatMap((form) => form.wrong).at(0)?.focus();
    return true;
  }

  listed(changed) {
    if (!changed.length) return h("p", {}, t("Nothing changes."));
    const later = changed.some((change) => change.restart);
    return h("div", {}, h("ul", { class: "changes" }, changed.map((change) => this.change(change))),
      h("p", { class: "hint" }, later ? t("What is marked holds after a restart, which ends calls; the rest holds at once, and calls go on.") : t("All of it holds at once; calls go on.")));
  }

  /** `key` is "account.1.server", or "account.2" for a table that came or went. */
  change({ key, old, new: now, restart }) {
    const [section, ...rest] = key.split(".");
    const about = this.sections[section]?.fields.find((each) => each.name === rest.at(-1));
    const place = [t(TITLES[section] ?? section), /^\d+$/.test(rest[0]) ? rest[0] : ""].filter(Boolean).join(" ");
    const words = about ? `${shown(about, old) || t("nothing")} → ${shown(about, now) || t("nothing")}` : now ? t("is added") : t("is removed");
    return h("li", {}, h("b", {}, about ? `${place}: ${ofKey(about.label)}` : place), " ", h("bdi", {}, words), restart && h("span", { class: "tag" }, t("after a restart")));
  }
}
