// What the events in a call's evidence say, in words: each is compared with the one before of its kind, so that only what changed is told. It draws nothing.
import { choice } from "./choices.js";
import { ACCOUNTS, CALLS, PHASES, UPLINKS } from "./states.js";
import { number, t, translated } from "./words.js";

/** Those the curves of the voice are marked with. */
const TURNS = new Set(["CallEstablished", "CallMoved", "CallStranded", "CallOver"]);
const STEP_DBM = 6; // a signal moves all the time; a step of the bars is news

/** [{at_s, label, words, turn}] in the order they came. */
export function happenings(events) {
  const before = new Map();
  return events.flatMap((event) => {
    const told = (TELLERS[event.event] ?? strange)(event).filter(({ key, mark }) => key === undefined || before.get(key) !== mark);
    for (const { key, mark } of told) before.set(key, mark);
    return told.filter(({ words }) => words).map(({ label, words, turn }) => ({ at_s: event.at_s, label, words, turn: Boolean(turn) }));
  });
}

const TELLERS = {
  line(event) {
    const label = t("Line {number}", { number: event.line });
    const dialed = event.state === "collecting" ? event.digits : ""; // stars, one for each digit
    const of = (what, mark, words) => ({ key: `line ${event.line} ${what}`, mark, label, words });
    return [
      of("state", `${event.state} ${dialed}`, `${t(PHASES[event.state] ?? event.state)} ${dialed}`.trim()),
      of("held", Boolean(event.held), event.held && t("A call is put on hold.")),
      of("waiting", Boolean(event.waiting), event.waiting && t("A second call waits.")),
    ];
  },

  ring: ({ line, ringing }) => [{ key: `bell ${line}`, mark: ringing, label: t("Line {number}", { number: line }), words: ringing ? t("The bell rings.") : t("The bell is silent.") }],

  call({ what, call, other }) {
    const key = what === "DigitArrived" ? undefined : `call ${call}`;
    return [{ key, mark: what, label: other ? t("Another call") : t("Call"), words: t(CALLS[what] ?? what), turn: !other && TURNS.has(what) }];
  },

  /** A refresh says "registering" for a moment: that is no news to anybody. */
  account({ id, number: own, state, reason }) {
    if (state === "registering") return [];
    return [{ key: `account ${id}`, mark: `${state} ${reason}`, label: own || id, words: because(t(ACCOUNTS[state] ?? state), state === "registered" ? "" : reason) }];
  },

  uplink({ uplinks = [], modem }) {
    const ways = uplinks.map(({ name, kind, state, reason }) => ({ key: `uplink ${name}`, mark: state, label: `${choice(kind)} ${name}`, words: because(t(UPLINKS[state] ?? state), reason) }));
    return modem ? [...ways, ofModem(modem)] : ways;
  },

  button: () => [{ label: t("Button"), words: t("The button on the box was held.") }],
};

function ofModem({ phase, operator, technology, signal_dbm, trouble }) {
  const signal = Number.isFinite(signal_dbm) ? `${number(signal_dbm)} dBm` : "";
  const mark = [phase, operator, technology, trouble, signal && Math.round(signal_dbm / STEP_DBM)].join();
  return { key: "modem", mark, label: t("Modem"), words: [operator || t("no network"), technology, signal, trouble && translated(trouble)].filter(Boolean).join(" · ") };
}

/** An event of a newer box: as it came. */
function strange({ at_s, event, ...facts }) {
  return [{ label: event, words: JSON.stringify(facts) }];
}

const because = (words, reason) => (reason ? `${words}: ${translated(reason)}` : words);
