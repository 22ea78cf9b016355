// Providers and their presets, and the trial of an account before it is saved.
import { ask } from "./api.js";
import { h, told } from "./dom.js";
import { N_, t, translated } from "./words.js";

const KNOWN = {
  confirmed: N_("Tried with Keepline."),
  community: N_("Published by people who use it; not tried by us."),
  unconfirmed: N_("Pieced together or old: it may need changes."),
};

/** Those of `country` first, then those of any country, then the others. */
export async function loadProviders(country = "") {
  const { providers } = await ask("GET", "/providers");
  const rank = (each) => (each.country === country ? 0 : each.country ? 2 : 1);
  return providers.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

export const providerOptions = (providers) => [["", t("Another provider or PBX")], ...providers.map((each) => [each.id, each.country ? `${each.name} (${each.country})` : each.name])];

/** What a preset says for its owner: how well it is known, and its quirks. */
export function providerNotes(preset) {
  if (!preset) return "";
  return h("div", { class: "notes" }, h("p", { class: "hint" }, t(KNOWN[preset.status])), h("ul", {}, preset.quirks.map((quirk) => h("li", {}, quirk))));
}

/** Registers what the form says, and tells in `place` how it went. */
export async function trial(values, place) {
  place.replaceChildren(told("busy", t("Trying to register ...")));
  try {
    const answer = await ask("POST", "/settings/test-account", { account: values });
    place.replaceChildren(answer.ok ? told("good", t("It works: the provider accepted this number.")) : told("bad", t("It does not work: {reason}", { reason: translated(answer.reason) })));
    return answer;
  } catch (problem) {
    place.replaceChildren(told("bad", problem.message));
    return { ok: false, mistakes: [] };
  }
}

export function freeId(accounts) {
  const taken = accounts.map((each) => each.id);
  let next = 1;
  while (taken.includes(`number-${next}`)) next++;
  return `number-${next}`;
}
