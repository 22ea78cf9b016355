// The page's live part: puts what the server sends where it belongs, and says so when the server is gone. It asks for nothing by itself.
import { showPhones } from "./phone.js";

const RETRY_MS = 1000;
const connection = document.getElementById("connection");
let ticking = 0;

function follow() {
  const source = new EventSource("/events");
  source.onopen = () => { connection.hidden = true; };
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.onerror = () => {
    connection.textContent = "The page's server does not answer. This page goes on by itself when it is back.";
    connection.hidden = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, RETRY_MS); // it gave up: a refusal, not a pause
  };
}

function show({ phones, ...parts }) {
  for (const [id, html] of Object.entries(parts)) {
    const place = document.getElementById(id);
    place.innerHTML = html; // escaped by the server (parts.py); the policy lets no script in
    dress(place);
  }
  if (phones) showPhones(phones);
}

function dress(place) {
  for (const time of place.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    time.textContent = at.toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    time.title = at.toLocaleString();
  }
  for (const clock of place.querySelectorAll(".clock")) {
    const seconds = Number(clock.dataset.seconds);
    clock.zero = performance.now() + (clock.dataset.counts === "down" ? seconds : -seconds) * 1000;
  }
  if (document.querySelector(".clock")) ticking ||= setInterval(tick, 1000);
}

function tick() {
  const clocks = document.querySelectorAll(".clock");
  for (const clock of clocks) {
    const seconds = Math.abs(performance.now() - clock.zero) / 1000;
    const over = clock.dataset.counts === "down" && performance.now() > clock.zero;
    clock.textContent = over ? "a moment" : inMinutes(Math.floor(seconds));
  }
  if (clocks.length) return;
  clearInterval(ticking);
  ticking = 0;
}

function inMinutes(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

dress(document);
follow();
