// The set-up's step to the internet: what works already, Wi-Fi, and the SIM card of a modem.
import { ask } from "./api.js";
import { h, labelled, told } from "./dom.js";
import { follow, press } from "./shell.js";
import { t } from "./words.js";
import { wifiPart } from "./wifi.js";

let shown; // the step as it stands on the page now

export function uplinkStep(goOn) {
  const live = h("div", { role: "status" });
  const wifi = wifiPart();
  watch({ live, wifi });
  const pin = h("input", { type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 8 });
  const apn = h("input", { type: "text", autocomplete: "off", maxlength: 100 });
  const simCard = h("details", {}, h("summary", {}, t("There is a SIM card in the box")), labelled(t("PIN of the card"), pin, t("Empty where it asks for none.")),
    labelled(t("Access point (APN)"), apn, t("Empty: the one known for the card.")));
  const next = press(t("Go on"), async () => {
    if (simCard.open) await ask("PATCH", "/settings", { changes: { modem: { apn: apn.value, pin: pin.value } } });
    await goOn("number");
  }, "main wide");
  const form = h("form", { novalidate: true, onsubmit: (event) => event.preventDefault() }, simCard, next);
  return [live, h("details", {}, h("summary", {}, t("Join a Wi-Fi network")), wifi.root), form];
}

/** The step may be come to again: the news are followed once, for the part that is shown. */
function watch(step) {
  const followed = shown !== undefined;
  shown = step;
  if (followed) return;
  follow("/api/v1/events", ({ status }) => {
    if (!status) return;
    shown.wifi.take(status.wifi);
    shown.live.replaceChildren(reach(status));
  });
}

function reach({ uplinks }) {
  const works = uplinks.filter((uplink) => ["active", "standby"].includes(uplink.state));
  if (works.length) return told("good", t("The internet is reached by: {names}.", { names: works.map((uplink) => uplink.name).join(", ") }));
  if (uplinks.length) return told("bad", t("No way to the internet works yet. Plug in a cable, or set up one of these."));
  return told("calm", t("The box is in your network: that is how this page came to you. If that has internet, there is nothing to do here."));
}
