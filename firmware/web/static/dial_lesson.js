// Learn my dial: ten digits dialed with the handset, told as they come; what was measured is kept when it is agreed to.
import { ask, query } from "./api.js";
import { facts, h, told } from "./dom.js";
import { press, say } from "./shell.js";
import { N_, number, t } from "./words.js";

const ORDER = [..."1234567890"];
const COUNTING = { standard: N_("as usual"), "new-zealand": N_("as in New Zealand: nine pulses for 1"), swedish: N_("as in Sweden: one pulse for 0"), off: N_("off") };

/** What is known of a dial: pulses a second, how much of each is open, how it counts. */
const measured = (dial) => facts([[t("Pulses a second"), number(dial.pps)], [t("Contact open"), `${number(100 * dial.break_share, 0)} %`], [t("Counts"), t(COUNTING[dial.dialing])]]);

/** Of one line; `known` is the dial it has learned already. */
export class DialLesson {
  constructor(line, name, known) {
    this.line = line;
    this.live = h("div", { role: "status" });
    this.buttons = h("div", { class: "row start" });
    this.kept = h("div", {});
    this.root = h("div", { "data-line": line }, name && h("h3", {}, name), this.live, this.buttons, this.kept);
    this.showKept(known);
    this.show(null);
  }

  /** `lesson` as the status has it; null where there is none. */
  show(lesson) {
    const shown = JSON.stringify(lesson);
    if (shown === this.shown) return;
    this.shown = shown;
    this.kept.hidden = Boolean(lesson);
    this.live.replaceChildren(...this.told(lesson));
    this.buttons.replaceChildren(...this.offered(lesson));
  }

  told(lesson) {
    switch (lesson?.state) {
      case "waiting": return [told("busy", t("Lift the handset."))];
      case "dialing": return [told("busy", t("Dial {digit}, and let the dial run back by itself.", { digit: lesson.next })), digits(lesson)];
      case "learned": return [told("good", t("The dial is measured. Put the handset back.")), measured(lesson.learned)];
      case "failed": return [told("bad", t(lesson.trouble.sentence, lesson.trouble.values))];
      default: return [];
    }
  }

  offered(lesson) {
    const order = (label, method, path, kind) => press(label, () => this.order(method, path), kind);
    const cancel = order(t("Cancel"), "DELETE", "/line/dial-lesson");
    switch (lesson?.state) {
      case "waiting": case "dialing": return [cancel];
      case "learned": return [press(t("Keep it"), () => this.keep(lesson.learned)), order(t("Do not keep it"), "DELETE", "/line/dial-lesson")];
      case "failed": return [order(t("Try again"), "POST", "/line/dial-lesson"), cancel];
      default: return [order(t("Measure my dial"), "POST", "/line/dial-lesson")];
    }
  }

  async order(method, path) {
    const place = method === "DELETE" ? path + query({ line: this.line }) : path;
    this.show((await ask(method, place, method === "DELETE" ? undefined : { line: this.line })).dial_lesson);
  }

  async keep(dial) {
    await this.order("POST", "/line/dial-lesson/keep");
    this.showKept(dial);
    say(t("The dial is kept; pulses are counted by it from now on."));
  }

  showKept(dial) {
    const forget = press(t("Forget it"), async () => { await this.order("DELETE", "/line/dial"); this.showKept(null); });
    this.kept.replaceChildren(...(dial ? [h("p", {}, t("This dial is kept:")), measured(dial), h("div", { class: "row start" }, forget)] : [h("p", { class: "hint" }, t("No dial was learned yet."))]));
  }
}

function digits({ came }) {
  const marks = ORDER.map((digit, index) => h("li", { class: index < came ? "past" : null, "aria-current": index === came ? "step" : null }, digit));
  return h("ol", { class: "digits", "aria-label": t("Digits that came") }, marks);
}
