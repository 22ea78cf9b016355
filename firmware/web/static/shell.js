// What every page has: signing out, times and clocks in the reader's own way, news of the box as it comes, short words of how something went.
import { ask } from "./api.js";
import { byId, h, put } from "./dom.js";
import { language, minutes, number, t, time } from "./words.js";

const RETRY_MS = 1000;
const SAID_MS = 8000;
let ticking = 0;

byId("sign-out")?.addEventListener("click", async () => {
  await ask("DELETE", "/session").catch(() => {});
  location.assign("/login");
});

/** Brings what the server wrote into the reader's own time, numbers and counting clocks. */
export function dress(place) {
  for (const each of place.querySelectorAll("time[datetime]")) {
    put(each, time(each.dateTime));
    each.title = new Date(each.dateTime).toLocaleString(language);
  }
  for (const each of place.querySelectorAll(".number[data-value]")) put(each, number(Number(each.dataset.value)));
  for (const each of place.querySelectorAll(".clock")) {
    const seconds = Number(each.dataset.seconds);
    each.zero = performance.now() + (each.dataset.counts === "down" ? seconds : -seconds) * 1000;
  }
  if (document.querySelector(".clock")) ticking ||= setInterval(tick, 1000);
}

function tick() {
  const clocks = document.querySelectorAll(".clock");
  for (const each of clocks) {
    const over = each.dataset.counts === "down" && performance.now() > each.zero;
    put(each, over ? t("a moment") : minutes(Math.abs(performance.now() - each.zero) / 1000));
  }
  if (clocks.length) return;
  clearInterval(ticking);
  ticking = 0;
}

/** News from `path`, each the parts that changed; it says so when the box is gone, and goes on by itself when it is back. */
export function follow(path, show) {
  const source = new EventSource(path);
  const connection = byId("connection");
  source.onopen = () => { connection.hidden = true; };
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.addEventListener("signed-out", () => location.assign("/login"));
  source.onerror = () => {
    put(connection, t("The page's server does not answer. This page goes on by itself when it is back."));
    connection.hidden = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(path, show), RETRY_MS); // it gave up: a refusal, not a pause
  };
}

/** A sentence at the lower edge that goes away by itself; read out by a screen reader. */
export function say(sentence, mood = "good") {
  const place = byId("said") ?? document.body.appendChild(h("div", { id: "said", role: "status" }));
  place.replaceChildren(h("p", { class: `said said-${mood}` }, sentence));
  clearTimeout(place.timer);
  place.timer = setTimeout(() => place.replaceChildren(), SAID_MS);
}

/** The same, on the page that comes next. */
export function sayLater(sentence) { sessionStorage.setItem("said", sentence); }

const waiting = sessionStorage.getItem("said");
if (waiting) {
  sessionStorage.removeItem("said");
  say(waiting);
}

/** Runs what a press asks for: the button waits meanwhile, and a refusal is said. */
export async function busy(button, work) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (problem) {
    say(problem.message, "bad");
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

/** A button; in a form the one of kind "main" is what Enter presses. */
export function press(label, work, kind = null) {
  const button = h("button", { type: kind?.startsWith("main") ? "submit" : "button", class: kind, onclick: (event) => {
    event.preventDefault(); // no form is ever sent by the browser itself
    busy(button, work);
  } }, label);
  return button;
}

/** Asks before something that cannot be taken back; `body` may hold fields. Resolves to whether it was agreed to. */
export function confirmed(title, body, agree) {
  return new Promise((resolve) => {
    const id = "dialog-title";
    const answer = (value) => () => { resolve(value); dialog.close(); };
    const dialog = h("dialog", { "aria-labelledby": id, onclose: () => { dialog.remove(); resolve(false); } }, h("h2", { id }, title), body,
      h("div", { class: "row end" }, h("button", { type: "button", onclick: answer(false) }, t("Go back")),
        h("button", { type: "button", class: "main", onclick: answer(true) }, agree)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** How a page of cards comes: built, put in place, a refusal told instead. */
export async function fill(build) {
  const page = byId("page");
  try {
    page.replaceChildren(...(await build()).filter(Boolean));
  } catch (problem) {
    page.replaceChildren(h("p", { class: "told told-bad banner" }, problem.message));
  }
  page.removeAttribute("aria-busy");
}

dress(document);
