// The telephone socket: the ring test, country, loudness, flash, dial, bell, lamp, echo; and the box taught a rotary dial.
import { ask } from "./api.js";
import { DialLesson } from "./dial_lesson.js";
import { card, h } from "./dom.js";
import { RingTest } from "./ring_test.js";
import { loadSettings } from "./settings.js";
import { fill, follow } from "./shell.js";
import { t } from "./words.js";

const FIRST = ["name", "account", "gain_rx_db", "gain_tx_db", "caller_id", "message_waiting", "hotline", "flash_min_ms", "flash_max_ms", "pulse_dial", "echo_canceller"];

const ringCard = (test) => card(t("Ring test"), h("p", { class: "hint" }, t("The telephone rings for some ten seconds without a call, so that you know that it is plugged in and works.")), test.root);

function dialCard(code, lessons) {
  const byCode = /^[*#\d]/.test(code) ? t("Dialing {code} with the handset does the same without this page.", { code }) : "";
  return card(t("Learn my dial"),
    h("p", {}, t("Rotary dials run slow with age. The box measures yours: lift the handset when told, and dial 1 2 3 4 5 6 7 8 9 0, one digit after the other.")),
    byCode && h("p", { class: "hint" }, byCode), lessons.map((lesson) => lesson.root));
}

fill(async () => {
  const [settings, services] = await Promise.all([loadSettings(), ask("GET", "/services").catch(() => ({}))]);
  const accounts = [["", t("the first")], ...settings.values.account.map((each) => [each.id, each.number || each.user || each.id])];
  const ring = new RingTest();
  const { line: lines } = settings.values;
  const name = (line, index) => (lines.length > 1 ? line.name || t("Line {number}", { number: index + 1 }) : "");
  const lessons = lines.map((line, index) => new DialLesson(index + 1, name(line, index), services.dials?.[index + 1]));
  follow("/api/v1/events", ({ status }) => {
    if (!status) return;
    ring.show(status.lines);
    for (const line of status.lines) lessons[line.line - 1]?.show(line.dial_lesson);
  });
  return [
    ringCard(ring),
    settings.table("device", t("Country"), { only: ["country"], lead: h("p", { class: "hint" }, t("Tones, ringing and numbers are those of the country.")) }),
    settings.list("line", t("Lines"), { first: FIRST, options: { account: accounts }, add: t("Add a line"), named: (values) => values.name || t("Line") }),
    dialCard(settings.values.star_codes.learn_dial.split(" ")[0], lessons),
    settings.bar,
  ];
});
