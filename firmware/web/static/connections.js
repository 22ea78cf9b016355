// Ways to the internet: as they are now and why one is in use, what they may carry, Wi-Fi, the modem and its card.
import { card, facts, h, told } from "./dom.js";
import { loadSettings } from "./settings.js";
import { fill, follow } from "./shell.js";
import { UPLINKS } from "./states.js";
import { wifiPart } from "./wifi.js";
import { N_, number, size, t, time, translated } from "./words.js";

const MOODS = { active: "good", standby: "calm", poor: "bad", down: "bad", portal: "bad" };
const KINDS = { ethernet: N_("Cable"), wifi: N_("Wi-Fi"), cellular: N_("Mobile network") };
const live = h("div", { id: "live" });

function show({ uplinks, uplink, modem }) {
  const rows = uplinks.length ? h("ul", {}, uplinks.map(uplinkRow)) : h("p", { class: "none" }, t("The box leaves its network to the operating system: no uplink is set up."));
  live.replaceChildren(card(t("Now"), uplink ? chosen(uplink) : null, rows), modem ? modemCard(modem) : "");
}

/** What was decided last, and why. */
function chosen(uplink) {
  return uplink.active ? inUse(uplink) : told("bad", translated(uplink.reason));
}

function inUse({ active, reason, since }) {
  return h("p", {}, t("In use: {name}.", { name: active }), " ", translated(reason), since && h("span", { class: "more" }, " ", t("Since {time}", { time: time(since) })));
}

const figure = (value, unit = "") => (value === null || value === undefined ? "" : `${number(value)} ${unit}`.trim());

function uplinkRow(uplink) {
  const month = uplink.month_bytes ? size(uplink.month_bytes) + (uplink.cap_bytes ? ` / ${size(uplink.cap_bytes)}` : "") : "";
  return h("li", {}, h("p", { class: "who" }, h("b", {}, t(KINDS[uplink.kind] ?? uplink.kind)), " ", h("span", { class: "more" }, uplink.name)),
    told(MOODS[uplink.state] ?? "calm", [t(UPLINKS[uplink.state] ?? uplink.state), translated(uplink.reason)].filter(Boolean).join(": ")),
    uplink.warning ? told("bad", translated(uplink.warning)) : null, budget(uplink),
    facts([[t("Address"), uplink.address], [t("Gateway"), uplink.gateway], [t("Quality (MOS)"), figure(uplink.mos)], [t("Round trip"), figure(uplink.rtt_ms, "ms")],
      [t("Loss"), figure(uplink.loss_percent, "%")], [t("Jitter"), figure(uplink.jitter_ms, "ms")], [t("Signal"), figure(uplink.signal_dbm, "dBm")], [t("This month"), month]]));
}

function budget({ cap_bytes, month_bytes }) {
  if (!cap_bytes) return null;
  const share = Math.min(1, month_bytes / cap_bytes);
  return h("label", { class: "meter" }, h("span", {}, t("Of this month's budget: {share} %", { share: number(share * 100, 0) })), h("meter", { min: 0, max: 1, high: 0.8, optimum: 0, value: share }));
}

function modemCard(modem) {
  return card(t("Modem"), modem.trouble ? told("bad", translated(modem.trouble)) : null, facts([
    [t("Model"), modem.model], [t("Card"), modem.sim], [t("Operator"), modem.operator], [t("Network"), modem.technology], [t("Signal"), figure(modem.signal_dbm, "dBm")],
    [t("Access point"), modem.apn], [t("Address"), modem.address], [t("Abroad"), modem.roaming ? t("yes") : t("no")]]));
}

fill(async () => {
  const settings = await loadSettings();
  const wifi = wifiPart();
  follow("/api/v1/events", ({ status }) => {
    if (!status) return;
    show(status);
    wifi.take(status.wifi);
  });
  return [
    live,
    card(t("Wi-Fi"), wifi.root),
    settings.list("uplink", t("Uplinks"), {
      lead: h("p", { class: "hint" }, t("Ways to the internet, in order of preference. The box uses the best that works, and changes in the middle of a call. Without any it leaves all this to the operating system.")),
      add: t("Add an uplink"), first: ["interface", "kind", "priority", "metered", "month_limit_mb"], named: (values) => [t(KINDS[values.kind] ?? values.kind), values.interface, values.priority].filter(Boolean).join(" · "),
    }),
    settings.table("modem", t("Modem and SIM card"), { first: ["apn", "pin", "port"] }),
    settings.table("probes", t("How uplinks are checked")),
    settings.bar,
  ];
});
