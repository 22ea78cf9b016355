// What every page has: signing out, times and clocks in the reader's own way, news of the box as it comes, short words of how something went.
import { ask } from "./api.js";
import { byId, h, put } from "./dom.js";
import { language, minutes, number, t, time, translated } from "./words.js";

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

const streams = new Map();

/** News from `path`, each the parts that changed; whoever follows later is told what is known. One stream a page, whoever follows. */
export function follow(path, show) {
  const stream = streams.get(path) ?? { seen: {}, shows: [] };
  stream.shows.push(show);
  if (stream.shows.length === 1) listen(path, stream);
  else if (Object.keys(stream.seen).length) queueMicrotask(() => show({ ...stream.seen })); // after the caller's own next lines, as all news come
}

/** It says so when the page's server is gone, and goes on by itself when it is back. */
function listen(path, stream) {
  streams.set(path, stream);
  const source = new EventSource(path);
  source.onopen = () => tellConnection("");
  source.onmessage = (event) => {
    const news = JSON.parse(event.data);
    Object.assign(stream.seen, news);
    for (const show of stream.shows) show(news);
  };
  source.addEventListener("signed-out", () => location.assign("/login"));
  source.onerror = () => {
    tellConnection(t("The page's server does not answer. This page goes on by itself when it is back."));
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(path, stream), RETRY_MS); // it gave up: a refusal, not a pause
  };
}

function tellConnection(sentence) {
  const connection = byId("connection");
  put(connection, sentence);
  connection.hidden = !sentence;
}

/** Says when the adapter itself is gone; `back` is called when it is there again. */
export function watchBox(back) {
  let gone = false;
  follow("/api/v1/events", ({ trouble }) => {
    if (trouble === undefined) return;
    tellConnection(trouble && t("The adapter is not running: {trouble}. This page goes on by itself when it is back.", { trouble: translated(trouble) }));
    if (gone && !trouble) back();
    gone = Boolean(trouble);
  });
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

/** How a page of cards comes: built, put in place, a refusal told instead; built again where the adapter was gone meanwhile. */
export async function fill(build) {
  let built = await place(build);
  watchBox(async () => { built ||= await place(build); }); // what somebody types into a page that stands is not taken away
}

async function place(build) {
  const page = byId("page");
  try {
    page.replaceChildren(...(await build()).filter(Boolean));
    return true;
  } catch (problem) {
    page.replaceChildren(h("p", { class: "told told-bad banner" }, problem.message));
    return false;
  } finally {
    page.removeAttribute("aria-busy");
  }
}

dress(document);
