// What keeps the box's memory, and what ends it: backup, restore, restart, factory reset.
import { ask } from "./api.js";
import { card, download, h, newId, told } from "./dom.js";
import { confirmed, press, say } from "./shell.js";
import { t } from "./words.js";

const LARGEST_BYTES = 4_000_000;

export function input(label, attributes = {}) {
  const element = h("input", { id: newId(), autocomplete: "off", ...attributes });
  return { element, body: h("div", { class: "field" }, h("label", { for: element.id }, label), element) };
}

export function backupCard() {
  const secrets = h("input", { type: "checkbox", onchange: () => { phrase.body.hidden = !secrets.checked; } });
  const phrase = input(t("Passphrase, at least 8 characters"), { type: "password", autocomplete: "new-password", maxlength: 256 });
  phrase.body.hidden = true;
  const make = press(t("Make a backup"), async () => {
    const made = await ask("POST", "/system/backup", secrets.checked ? { secrets: true, passphrase: phrase.element.value } : { secrets: false });
    download(made.backup, "application/octet-stream", made.name);
  });
  return card(t("Backup"), h("p", { class: "hint" }, t("Everything that was set, as one file.")),
    h("label", { class: "inline" }, secrets, h("span", {}, t("With passwords and PINs, sealed by a passphrase"))), phrase.body, h("div", { class: "row start" }, make));
}

export function restoreCard() {
  const file = input(t("The backup's file"), { type: "file" });
  const phrase = input(t("Its passphrase, where it has one"), { type: "password", maxlength: 256 });
  const result = h("div", { role: "status" });
  const tell = (mood, sentence) => result.replaceChildren(told(mood, sentence));
  const restore = press(t("Look into it ..."), async () => {
    const chosen = file.element.files[0];
    if (!chosen || chosen.size > LARGEST_BYTES) {
      tell("bad", chosen ? t("That file is too large to be a backup.") : t("Choose a file first."));
      return;
    }
    try {
      if (await restored({ backup: await chosen.text(), ...(phrase.element.value ? { passphrase: phrase.element.value } : {}) })) tell("good", t("The backup is taken back. The box starts anew; this page comes back by itself."));
    } catch (problem) {
      tell("bad", problem.message);
    }
  });
  return card(t("Restore"), file.body, phrase.body, h("div", { class: "row start" }, restore), result);
}

/** Looked into first, so that nobody restores a file that is none. */
async function restored(given) {
  const found = await ask("POST", "/system/restore", { ...given, check_only: true });
  const missing = found.missing.length ? [h("p", {}, t("These secrets are not in it; give them anew afterwards:")), h("ul", { class: "reasons" }, found.missing.map((each) => h("li", {}, each)))] : [];
  const agreed = await confirmed(t("Take this backup back?"), h("div", {}, h("p", {}, t("What is set now is replaced, and the box starts anew. Calls end.")), missing), t("Restore"));
  if (agreed) await ask("POST", "/system/restore", given);
  return agreed;
}

export function restartCard(name) {
  return card(t("Restart and reset"), h("div", { class: "row start" }, press(t("Restart ..."), restart), press(t("Factory reset ..."), () => reset(name), "danger")));
}

async function restart() {
  if (!(await confirmed(t("Restart the box?"), h("p", {}, t("Calls end; the telephone works again in a few seconds.")), t("Restart")))) return;
  await ask("POST", "/system/restart", {});
  say(t("The box starts anew."));
}

async function reset(name) {
  const typed = input(t("To be sure, type the box's name: {name}", { name }));
  const warning = h("p", {}, t("Settings, call log, voice messages and passwords are gone afterwards, and the box is set up anew."));
  if (!(await confirmed(t("Forget everything?"), h("div", {}, warning, typed.body), t("Forget everything")))) return;
  await ask("POST", "/system/factory-reset", { confirm: typed.element.value });
  location.assign("/setup");
}
