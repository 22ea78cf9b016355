// The telephone socket: country, loudness, flash, dial, bell, lamp, echo; and how to teach the box a rotary dial.
import { ask } from "./api.js";
import { card, h } from "./dom.js";
import { loadSettings } from "./settings.js";
import { fill } from "./shell.js";
import { number, t } from "./words.js";

const FIRST = ["name", "account", "gain_rx_db", "gain_tx_db", "caller_id", "message_waiting", "hotline", "flash_min_ms", "flash_max_ms", "pulse_dial", "echo_canceller"];

function dialCard(code, dials) {
  const learned = (dial) => Object.entries(dial).map(([name, value]) => `${name.replaceAll("_", " ")} ${typeof value === "number" ? number(value) : value}`).join(" · ");
  const known = dials.map(([line, dial]) => h("li", {}, t("Line {number}", { number: line }), ": ", h("span", { class: "more" }, learned(dial))));
  return card(t("Learn my dial"),
    h("p", {}, t("Rotary dials run slow with age. Lift the handset, dial {code}, listen, and dial the digits you are told. The box measures your dial and keeps it.", { code })),
    known.length ? h("ul", {}, known) : h("p", { class: "hint" }, t("No dial was learned yet.")));
}

fill(async () => {
  const [settings, services] = await Promise.all([loadSettings(), ask("GET", "/services").catch(() => ({}))]);
  const accounts = [["", t("the first")], ...settings.values.account.map((each) => [each.id, each.number || each.user || each.id])];
  return [
    settings.table("device", t("Country"), { only: ["country"], lead: h("p", { class: "hint" }, t("Tones, ringing and numbers are those of the country.")) }),
    settings.list("line", t("Lines"), { first: FIRST, options: { account: accounts }, add: t("Add a line"), named: (values) => values.name || t("Line") }),
    dialCard(settings.values.star_codes.learn_dial.split(" ")[0], Object.entries(services.dials ?? {})),
    settings.bar,
  ];
});
