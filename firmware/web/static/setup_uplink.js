// The set-up's step to the internet: what works already, Wi-Fi, and the SIM card of a modem.
import { ask } from "./api.js";
import { h, labelled, told } from "./dom.js";
import { follow, press } from "./shell.js";
import { t, translated } from "./words.js";
import { wifiPart } from "./wifi.js";

let shown; // the step as it stands on the page now

export function uplinkStep(goOn) {
  const live = h("div", { role: "status" });
  const wifi = wifiPart();
  const simCard = simCardPart();
  watch((status) => {
    live.replaceChildren(reach(status));
    wifi.take(status.wifi);
    simCard.take(status);
  });
  const next = h("form", { novalidate: true, onsubmit: (event) => event.preventDefault() }, press(t("Go on"), () => goOn("number"), "main wide"));
  return [live, h("details", {}, h("summary", {}, t("Join a Wi-Fi network")), wifi.root), simCard.root, next];
}

/** The step may be come to again: the news are followed once, for the step that is shown. */
function watch(take) {
  const followed = shown !== undefined;
  shown = take;
  if (!followed) follow("/api/v1/events", ({ status }) => { if (status) shown(status); });
}

function reach({ uplinks }) {
  const works = uplinks.filter((uplink) => ["active", "standby"].includes(uplink.state));
  if (works.length) return told("good", t("The internet is reached by: {names}.", { names: works.map((uplink) => uplink.name).join(", ") }));
  if (uplinks.length) return told("bad", t("No way to the internet works yet. Plug in a cable, or set up one of these."));
  return told("calm", t("The box is in your network: that is how this page came to you. If that has internet, there is nothing to do here."));
}

/** A modem is looked for when the box starts; so the card is used by a start anew, and afterwards the modem says how it is. */
function simCardPart() {
  const pin = h("input", { type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 8 });
  const apn = h("input", { type: "text", autocomplete: "off", maxlength: 100 });
  const outcome = h("div", { role: "status" });
  let before = "";
  let started = "";
  const use = async () => {
    await ask("PATCH", "/settings", { changes: await withModem({ pin: pin.value, apn: apn.value }) });
    before = started;
    outcome.replaceChildren(told("busy", t("The box starts anew with the SIM card; that takes a moment.")));
    await ask("POST", "/system/restart");
  };
  const take = ({ started_at, modem }) => {
    started = started_at;
    if (!modem || started_at === before) return;
    outcome.replaceChildren(modem.attached ? told("good", t("The mobile network is reached: {name}.", { name: modem.operator || modem.apn })) : told(modem.trouble ? "bad" : "busy", modem.trouble ? translated(modem.trouble) : t("The modem comes up ...")));
  };
  const form = h("form", { novalidate: true, onsubmit: (event) => event.preventDefault() }, labelled(t("PIN of the card"), pin, t("Empty where it asks for none.")),
    labelled(t("Access point (APN)"), apn, t("Empty: the one known for the card.")), outcome, h("div", { class: "row start" }, press(t("Use the SIM card"), use)));
  return { root: h("details", {}, h("summary", {}, t("There is a SIM card in the box")), form), take };
}

/** The card, and every other way there is: once uplinks are named, only those are used. */
async function withModem(modem) {
  const [{ values }, proposed] = await Promise.all([ask("GET", "/settings"), ask("GET", "/uplinks/proposal")]);
  const own = values.uplink.length ? values.uplink : proposed.filter(({ kind }) => kind !== "cellular");
  const cellular = own.some(({ kind }) => kind === "cellular") ? [] : proposed.filter(({ kind }) => kind === "cellular");
  return { modem, uplink: [...own, ...cellular] };
}
