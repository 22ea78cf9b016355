// The first set-up, step by step: it can be left and taken up again; the box keeps how far it is. Longer steps stand in setup_uplink.js and setup_number.js.
import { ask, renewCsrf } from "./api.js";
import { choice } from "./choices.js";
import { byId, card, h, labelled, told } from "./dom.js";
import { numberStep, ringStep, testStep } from "./setup_number.js";
import { uplinkStep } from "./setup_uplink.js";
import { press } from "./shell.js";
import { language, learnSettings, N_, t } from "./words.js";

const STEPS = [["language", N_("Language and country")], ["password", N_("Password")], ["uplink", N_("Internet")], ["number", N_("Your number")], ["test", N_("Try it")], ["ring", N_("Ring it")], ["done", N_("Done")]];
const LANGUAGES = [["kk", "Қазақша"], ["ru", "Русский"], ["en", "English"], ["bn", "বাংলা"]];
const COUNTRIES = ["KZ", "RU", "US", "GB", "DE", "IN"];
const page = byId("page");

async function begin() {
  const [session] = await Promise.all([ask("GET", "/session"), learnSettings()]);
  renewCsrf(session.csrf);
  const { step } = session.setup;
  const early = ["language", "password"].includes(step);
  if (session.signed_in) show(step === "language" ? "password" : step);
  else show(early ? "language" : "again", step);
}

/** `step` may be a screen of another step: the code stands before the password. */
function show(screen, step = { code: "password" }[screen] ?? screen) {
  const here = STEPS.findIndex(([name]) => name === step);
  const steps = STEPS.map(([, words], index) => h("li", { class: index < here ? "past" : null, "aria-current": index === here ? "step" : null }, h("span", {}, t(words))));
  page.replaceChildren(h("ol", { class: "steps", "aria-label": t("Steps") }, steps), SCREENS[screen](step));
  page.removeAttribute("aria-busy");
  const heading = page.querySelector("h2");
  heading.tabIndex = -1;
  heading.focus();
}

async function goOn(step) {
  await ask("POST", "/setup/step", { step });
  show(step);
}

const next = (label, work) => press(label, work, "main wide");
const form = (...children) => h("form", { novalidate: true, onsubmit: (event) => event.preventDefault() }, children);

const SCREENS = {
  language() {
    const country = h("select", {}, COUNTRIES.map((code) => h("option", { value: code, selected: code === (sessionStorage.getItem("country") ?? "KZ") }, choice(code))));
    const links = LANGUAGES.map(([code, name]) => h("a", { class: "button", lang: code, href: `/language/${code}?then=/setup`, "aria-current": code === language ? "true" : null }, name));
    return card(t("Language and country"), form(
      h("div", { class: "field" }, h("p", { class: "like-label" }, t("Language")), h("div", { class: "row start" }, links)),
      labelled(t("Country"), country, t("Tones, ringing and numbers are those of the country.")),
      next(t("Go on"), () => { sessionStorage.setItem("country", country.value); show("code"); })));
  },

  code() {
    const code = h("input", { type: "text", autocomplete: "off", spellcheck: "false", maxlength: 64, class: "code" });
    return card(t("The code on the label"), form(labelled(t("Set-up code"), code, t("It stands on the label of the box, and in the file setup-code beside its settings.")),
      next(t("Go on"), async () => {
        renewCsrf((await ask("POST", "/setup/code", { code: code.value })).csrf);
        await ask("PATCH", "/settings", { changes: { device: { country: sessionStorage.getItem("country") ?? "KZ", language } } });
        await goOn("password");
      })));
  },

  again(step) {
    const password = h("input", { type: "password", autocomplete: "current-password", maxlength: 256 });
    return card(t("Welcome back"), form(labelled(t("Password"), password, t("The one you chose a moment ago.")),
      next(t("Go on"), async () => { renewCsrf((await ask("POST", "/session", { password: password.value })).csrf); show(step); })));
  },

  password() {
    const [first, second] = [0, 1].map(() => h("input", { type: "password", autocomplete: "new-password", maxlength: 256 }));
    const trouble = h("div", { role: "alert" });
    return card(t("Choose a password"), form(labelled(t("New password"), first, t("At least 8 characters; it opens this page.")), labelled(t("Once more"), second), trouble,
      next(t("Go on"), async () => {
        if (first.value !== second.value) {
          trouble.replaceChildren(told("bad", t("The two are not the same.")));
          return;
        }
        await ask("POST", "/password", { new: first.value });
        await goOn("uplink");
      })));
  },

  uplink: () => card(t("How the box reaches the internet"), uplinkStep(goOn)),
  number: () => card(t("Your number"), numberStep(goOn)),
  test: () => card(t("Try it"), testStep(goOn)),
  ring: () => card(t("Ring the telephone"), ringStep(goOn)),

  done: () => card(t("Done"), told("good", t("Your box is set up.")), h("p", {}, t("Keep the password in a safe place. Everything can be changed later on these pages.")),
    next(t("To the first page"), () => location.assign("/"))),
};

begin().catch((problem) => page.replaceChildren(told("bad", problem.message)));
