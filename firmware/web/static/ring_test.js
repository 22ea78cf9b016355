// The ring test: one button a telephone, and in words what came of it, as it happens. It stands in the first set-up and on the page of the line.
import { ask, query } from "./api.js";
import { h, told } from "./dom.js";
import { press } from "./shell.js";
import { N_, t } from "./words.js";

const OUTCOMES = {
  ringing: ["busy", N_("It rings. Lift the handset.")],
  "picked up": ["good", N_("Picked up: it works. You hear dial tone; put the handset back.")],
  "not picked up": ["calm", N_("Nobody picked up. If it did not ring, look whether the telephone's plug is in the box.")],
  cancelled: ["calm", N_("It rings no more.")],
  "a call came": ["calm", N_("A real call came, and the telephone rings for that.")],
};

/** Give `root` a place, and `show` the lines of each status. */
export class RingTest {
  constructor() {
    this.root = h("div", {});
    this.rows = new Map();
  }

  show(lines) {
    for (const line of lines) {
      if (!this.rows.has(line.line)) this.add(line.line, lines.length > 1);
      this.rows.get(line.line).show(line.ring_test);
    }
  }

  add(number, many) {
    const row = new Row(number, many);
    this.rows.set(number, row);
    this.root.append(row.root);
  }
}

class Row {
  constructor(line, many) {
    this.result = h("div", { role: "status" });
    this.ring = press(many ? t("Ring telephone {line}", { line }) : t("Ring the telephone"), async () => {
      this.show((await ask("POST", "/line/ring-test", { line })).ring_test);
    }, "ring");
    this.stop = press(t("Stop ringing"), () => ask("DELETE", `/line/ring-test${query({ line })}`));
    this.stop.hidden = true;
    this.root = h("div", {}, h("div", { class: "row start" }, this.ring, this.stop), this.result);
  }

  /** How a test went that nobody here has seen ringing is old news. */
  show(state) {
    if (state === this.state || (state !== "ringing" && !this.state)) return;
    this.state = state;
    this.stop.hidden = state !== "ringing";
    const [mood, words] = OUTCOMES[state] ?? ["calm", ""];
    this.result.replaceChildren(words ? told(mood, t(words)) : "");
  }
}
