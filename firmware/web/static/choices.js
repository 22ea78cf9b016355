// What the words of the settings' choices mean. A word that is not here is shown as it is written in the file.
import { N_, t } from "./words.js";

const MEANT = {
  off: N_("off"), optional: N_("where possible"), required: N_("always"), none: N_("none"),
  mon: N_("Monday"), tue: N_("Tuesday"), wed: N_("Wednesday"), thu: N_("Thursday"), fri: N_("Friday"), sat: N_("Saturday"), sun: N_("Sunday"),
  ring: N_("rings"), reject: N_("is turned away"), voicemail: N_("goes to the mailbox"),
  all: N_("everybody"), contacts: N_("the phone book"), vip: N_("important contacts only"),
  standard: N_("standard"), own: N_("my own"), auto: N_("automatic"), country: N_("as in this country"),
  refuse: N_("are refused"), allow: N_("are allowed"),
  "no-answer": N_("nobody answers"), busy: N_("the line is busy"), "do-not-disturb": N_("do not disturb is on"),
  ethernet: N_("Cable"), wifi: N_("Wi-Fi"), cellular: N_("Mobile network"),
  debug: N_("everything"), info: N_("the usual"), warning: N_("warnings"), error: N_("errors only"),
  end: N_("end it"), transfer: N_("leave the others talking"), swap: N_("swap the two"), stutter: N_("stuttering dial tone"), both: N_("both"),
  bridge: N_("through this box"), redirect: N_("by the provider"), "as-dialed": N_("as dialed"),
  kk: "Қазақша", ru: "Русский", en: "English", bn: "বাংলা",
  KZ: N_("Kazakhstan"), RU: N_("Russia"), US: N_("United States"), GB: N_("United Kingdom"), DE: N_("Germany"), IN: N_("India"), BD: N_("Bangladesh"),
  dr1: N_("rhythm {number}"), dr2: N_("rhythm {number}"), dr3: N_("rhythm {number}"), dr4: N_("rhythm {number}"), dr5: N_("rhythm {number}"),
  pi: "Raspberry Pi", sim: N_("simulated board"), "new-zealand": N_("New Zealand"), swedish: N_("Sweden"),
};

export function choice(word) {
  return Object.hasOwn(MEANT, word) ? t(MEANT[word], { number: word.slice(2) }) : word;
}
