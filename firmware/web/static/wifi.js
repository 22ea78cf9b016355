// Wi-Fi: what is around, strongest first; joining a network with its progress and its outcome in words; forgetting one. A passphrase goes to the box and nowhere else.
import { ask } from "./api.js";
import { h, labelled, s, told } from "./dom.js";
import { confirmed, press } from "./shell.js";
import { N_, number, t } from "./words.js";

const STRENGTHS = [[-55, N_("Strong")], [-67, N_("Good")], [-77, N_("Weak")], [-200, N_("Very weak")]];
const PROGRESS = { looking: N_("The box looks for the network and asks to be let in ..."), address: N_("The box is let in and waits for an address ...") };
const OPEN = ["open", "enhanced open"];
const REFUSED = "other";

/** `root` goes into the page; give `take` the status's `wifi` whenever it changes, so that progress is seen. */
export function wifiPart() {
  const now = h("div", {});
  const around = h("div", {});
  const outcome = h("div", { role: "status" });
  const root = h("div", { class: "wifi" }, h("p", { class: "none" }, t("Loading ...")));
  let joining = false;

  const take = (news) => {
    if (joining && news?.phase in PROGRESS) outcome.replaceChildren(told("busy", t(PROGRESS[news.phase])));
  };

  async function renew() {
    const state = await ask("GET", "/wifi");
    if (!state.radio) return root.replaceChildren(told("calm", t(state.trouble)));
    now.replaceChildren(state.ssid ? told("good", [t("In this network:"), " ", h("bdi", {}, state.ssid)]) : told("calm", t("In no Wi-Fi network.")), ...keptList(state.kept, forget));
    if (!around.isConnected) root.replaceChildren(now, outcome, around, h("div", { class: "row start" }, press(t("Look for Wi-Fi networks"), look)));
  }

  async function look() {
    const found = await ask("POST", "/wifi/scan");
    around.replaceChildren(found.length ? h("ul", { class: "items" }, found.map((each) => networkItem(each, join))) : h("p", { class: "none" }, t("No Wi-Fi network is heard here.")), hiddenItem(join),
      h("p", { class: "hint" }, t("If this page comes over the box's present Wi-Fi, it stops when the box leaves it: open it again in the new network.")));
  }

  /** `form` is where it was asked for, and where the outcome is told. */
  async function join(given, form) {
    joining = true;
    form.append(outcome);
    take({ phase: "looking" });
    try {
      const { joined, reason } = await ask("POST", "/wifi/join", given);
      outcome.replaceChildren(told(joined ? "good" : "bad", t(reason)));
      if (!joined) return;
      now.after(outcome);
      await Promise.all([renew(), look()]);
    } catch (problem) {
      outcome.replaceChildren(told("bad", problem.message));
    } finally {
      joining = false;
    }
  }

  async function forget({ ssid, ssid_hex }) {
    const sure = await confirmed(t("Forget this network?"), h("p", {}, h("bdi", {}, ssid)), t("Forget it"));
    if (!sure) return;
    await ask("POST", "/wifi/forget", { ssid_hex });
    await renew();
  }

  renew().catch((problem) => root.replaceChildren(told("bad", problem.message)));
  return { root, take };
}

function keptList(kept, forget) {
  if (!kept.length) return [];
  const row = (each) => h("li", {}, h("bdi", {}, each.ssid), press(t("Forget"), () => forget(each), "small"));
  return [h("h3", {}, t("Networks the box keeps")), h("ul", { class: "live-list" }, kept.map(row))];
}

const lockSign = () => s("svg", { class: "lock", viewBox: "0 0 12 14", "aria-hidden": "true" }, s("path", { d: "M1 6h10v8H1zM3 6V4a3 3 0 0 1 6 0v2H7.500V4a1.500 1.500 0 0 0-3 0v2z" }));

function networkItem(network, join) {
  const { ssid, ssid_hex, security, kept, joined } = network;
  const open = OPEN.includes(security);
  const lock = security === REFUSED ? t("Cannot be joined") : open ? t("Open") : t("Protected");
  const tag = joined ? t("In use") : kept && t("Kept");
  const strength = t(STRENGTHS.find(([least]) => network.signal_dbm >= least)[1]);
  return h("li", {}, h("details", { name: "wifi" },
    h("summary", {}, open ? "" : lockSign(), h("bdi", { class: "item-title" }, ssid), " ",
      h("span", { class: "more" }, `${strength} (${number(network.signal_dbm)} dBm) · ${lock}`), tag && [" ", h("span", { class: "tag" }, tag)]),
    security === REFUSED ? h("p", { class: "hint" }, t("It is protected by WEP or by a company's sign-in, which the box does not know.")) : joinForm(join, { ssid_hex }, open, kept)));
}

/** A network that does not tell its name. */
function hiddenItem(join) {
  const name = h("input", { type: "text", autocomplete: "off", spellcheck: "false", maxlength: 32, dir: "auto" });
  return h("details", { name: "wifi" }, h("summary", {}, t("A network that is not listed")), labelled(t("Name of the network"), name), joinForm(join, () => ({ ssid: name.value })));
}

function joinForm(join, network, open = false, kept = false) {
  const passphrase = h("input", { type: "password", autocomplete: "off", spellcheck: "false", maxlength: 64 });
  const seen = h("input", { type: "checkbox", onchange: () => { passphrase.type = seen.checked ? "text" : "password"; } });
  const hint = kept ? t("Empty: the one the box keeps.") : t("8 to 63 characters.");
  const asked = open ? h("p", { class: "hint" }, t("Anybody near can join this network and see what is not encrypted.")) :
    [labelled(t("Passphrase"), passphrase, hint), h("label", { class: "inline" }, seen, h("span", {}, t("Show it")))];
  const work = () => join({ ...(typeof network === "function" ? network() : network), passphrase: passphrase.value }, form);
  const form = h("form", { novalidate: true, onsubmit: (event) => event.preventDefault() }, asked, h("div", { class: "row start" }, press(t("Join"), work, "main")));
  return form;
}
