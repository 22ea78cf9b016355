// The drawn telephone: shows what the device says of it and turns presses into orders. What is heard and said stands in sound.js.
import { csrfHeader } from "./api.js";
import { put } from "./dom.js";
import { Bell, Microphone, Receiver } from "./sound.js";
import { apart, N_, t } from "./words.js";

const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"],
  ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", ""], ["0", "+"], ["#", ""],
];
const SPOKEN = { "*": N_("star"), "#": N_("pound") };
const ABSENT = { private: N_("Number withheld"), unavailable: N_("Number not available") };
const STATES = {
  "dial tone": N_("Dial tone"), collecting: N_("Dialing"), calling: N_("Calling"), ringback: N_("It rings at the far end."),
  "early media": N_("Before the answer"), "in call": N_("In a call"), conference: N_("In a call of three"), service: N_("Keepline speaks"),
  released: N_("Call over"), howler: N_("Left off the hook"), denied: N_("Left off the hook"), idle: N_("Ready"), ringing: N_("Ringing"),
};
const METER_MS = 100;
const SILENCE_DB = -50;

export const phones = [];

export function showPhones(states) {
  const column = document.getElementById("phones");
  while (phones.length > states.length) phones.pop().remove();
  while (phones.length < states.length) phones.push(new Phone(column, states[phones.length].line, states.length > 1));
  states.forEach((state, index) => phones[index].show(state));
}

class Phone {
  constructor(column, line, many) {
    this.line = line;
    this.state = { hook: "on" };
    this.root = document.getElementById("phone-template").content.firstElementChild.cloneNode(true);
    this.root.setAttribute("aria-label", many ? t("Simulated telephone {line}", { line }) : t("Simulated telephone"));
    this.forgetDigits();
    this.receiver = new Receiver(line, () => this.tellVoice());
    this.microphone = new Microphone((pcm) => this.receiver.send(pcm));
    this.bell = new Bell(this.receiver, (sounding) => { this.root.dataset.sounding = sounding; });
    this.part("keys").append(...KEYS.map(([key, letters]) => this.key(key, letters)));
    this.listenTo();
    column.append(this.root);
    this.tellVoice();
  }

  part(name) { return this.root.querySelector(`.${name}`); }

  key(key, letters) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.key = key;
    if (SPOKEN[key]) button.setAttribute("aria-label", t(SPOKEN[key]));
    const small = document.createElement("small");
    small.setAttribute("aria-hidden", "true");
    small.textContent = letters;
    button.append(key, small);
    button.addEventListener("click", () => this.dial(key));
    return button;
  }

  listenTo() {
    const toggle = (name, action) => this.part(name).addEventListener("click", action);
    toggle("hook", () => this.changeHook());
    toggle("flash", () => this.order("flash"));
    toggle("listen", () => this.changeSound());
    toggle("microphone", () => this.changeMicrophone());
    this.root.addEventListener("keydown", (event) => this.typed(event));
  }

  typed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !KEYS.some(([key]) => key === event.key)) return;
    event.preventDefault();
    this.dial(event.key);
  }

  changeHook() {
    this.receiver.allow(); // a press lets the browser play sound
    this.forgetDigits();
    this.order(this.state.hook === "on" ? "lift" : "replace");
  }

  async changeSound() {
    await this.receiver.turn(!this.receiver.wanted);
    this.tellVoice();
  }

  async changeMicrophone() {
    try {
      await (this.microphone.open ? this.microphone.stop() : this.microphone.start());
    } catch (problem) {
      this.tellTrouble(t("The browser gave no microphone ({problem}); allow it for this page, or go on without.", { problem: problem.name }));
    }
    this.tellVoice();
  }

  /** Digits that still wait belong to the call that is over. */
  forgetDigits() {
    this.digits = { waiting: Promise.resolve() };
  }

  /** One digit at a time, in the order they were typed: each waits until the last one is out. */
  dial(key) {
    const button = this.part("keys").querySelector(`[data-key="${CSS.escape(key)}"]`);
    button.classList.add("pressed");
    const pulse = this.part("pulse").checked;
    const { digits } = this;
    const current = () => digits === this.digits;
    digits.waiting = digits.waiting.then(() => current() && this.order("dial", { digits: key, pulse }, current));
    return digits.waiting.finally(() => button.classList.remove("pressed"));
  }

  /** `current` says whether anyone still wants to know how it went. */
  async order(verb, more = {}, current = () => true) {
    try {
      const answer = await fetch(`/phone/${verb}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...csrfHeader() },
        body: JSON.stringify({ line: this.line, ...more }),
      });
      const trouble = answer.ok ? "" : (await answer.json()).error;
      if (current()) this.tellTrouble(trouble);
    } catch {
      this.tellTrouble(t("The page's server does not answer; that press is lost."));
    }
  }

  show(state) {
    const lifted = state.hook === "off";
    // a person takes a pause in the ringing for its end only after a while; the line knows at once
    const ringing = state.ringing && [state.state, state.ring_test].includes("ringing");
    if (!lifted && this.state.hook === "off") this.forgetDigits();
    this.state = state;
    this.root.dataset.hook = state.hook;
    this.root.dataset.ringing = ringing;
    put(this.part("hook"), lifted ? t("Replace the handset") : ringing ? t("Answer") : t("Lift the handset"));
    this.showDisplay(state, ringing);
    this.bell.ring(ringing, state.cadence_ms);
    this.receiver.lift(lifted);
    this.microphone.lift(lifted);
    this.measure(lifted);
    this.tellVoice();
  }

  showDisplay({ hook, state, digits, caller_id: caller }, ringing) {
    const shown = this.part("shown");
    const detail = this.part("detail");
    if (ringing || (caller && hook === "on")) {
      put(shown, caller ? caller.number || t(ABSENT[caller.number_absent] ?? N_("No number")) : t("Ringing"));
      put(detail, caller ? [apart(caller.name), ringing ? t("is calling") : t("called"), caller.time].filter(Boolean).join(" ") : "");
      return;
    }
    put(shown, digits || (hook === "on" ? t("On the hook") : t(STATES[state] ?? state)));
    put(detail, digits ? t(STATES[state] ?? state) : "");
  }

  measure(lifted) {
    clearInterval(this.meter);
    const meter = this.part("level");
    meter.value = SILENCE_DB;
    if (lifted) this.meter = setInterval(() => { meter.value = Math.max(SILENCE_DB, this.receiver.level()); }, METER_MS);
  }

  tellVoice() {
    const { receiver, microphone } = this;
    this.part("listen").setAttribute("aria-pressed", receiver.wanted);
    this.part("microphone").setAttribute("aria-pressed", microphone.open);
    const deaf = !receiver.wanted ? t("Sound is off: you hear nothing.") : receiver.blocked ? t("Press Sound to hear the line: the browser waits for a press.") : "";
    const mute = microphone.open ? t("Your microphone is the mouthpiece.") : t("Without a microphone the far end hears nothing of you.");
    put(this.part("voice"), [deaf, mute].filter(Boolean).join(" "));
  }

  tellTrouble(sentence) {
    put(this.part("trouble"), sentence);
    this.part("trouble").hidden = !sentence;
  }

  remove() {
    this.measure(false);
    this.bell.ring(false, []);
    this.receiver.lift(false);
    this.microphone.stop();
    this.root.remove();
  }
}
