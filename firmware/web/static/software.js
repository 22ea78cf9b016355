// The software: which version runs, where newer ones come from, and how an update goes. Where the system has no updater it says so, and offers nothing.
import { ask } from "./api.js";
import { card, facts, h, told } from "./dom.js";
import { confirmed, press } from "./shell.js";
import { N_, t } from "./words.js";

const DOING = {
  asked: ["busy", N_("The updater was asked.")], looking: ["busy", N_("It looks for a newer version.")],
  installing: ["busy", N_("The update is being installed. The box starts anew by itself.")], failed: ["bad", N_("The update did not work.")],
};
const AGAIN_MS = 2000;

/** `found` as /system/update tells it, or why it does not. */
export function softwareCard(found) {
  const place = h("div", {});
  const live = h("div", { role: "status" });
  if (found instanceof Error) live.append(told("bad", found.message));
  else show(place, live, found);
  return card(t("Software"), place, live);
}

function show(place, live, { version, updater }) {
  const known = facts([[t("Version"), version], [t("Updates come from"), updater?.source], [t("Newer version"), updater?.offered]]);
  if (!updater) {
    place.replaceChildren(known, h("p", { class: "hint" }, t("Updates are not set up on this system: whoever installed Keepline here also updates it.")));
    return;
  }
  const order = async (path) => show(place, live, await ask("POST", path, {}));
  const [mood, words] = DOING[updater.doing] ?? [];
  live.replaceChildren(words ? told(mood, [t(words), updater.reason && t(updater.reason)].filter(Boolean).join(" ")) : "");
  place.replaceChildren(known, h("div", { class: "row start" }, press(t("Look for updates"), () => order("/system/update/look")),
    updater.offered && press(t("Install {version} ...", { version: updater.offered }), () => install(order, updater.offered))));
  if (mood === "busy") setTimeout(async () => show(place, live, await ask("GET", "/system/update").catch(() => ({ version, updater }))), AGAIN_MS);
}

async function install(order, version) {
  const warning = h("p", {}, t("Calls end, and the box starts anew. Settings, calls and messages stay."));
  if (await confirmed(t("Install {version}?", { version }), warning, t("Install"))) await order("/system/update/install");
}
