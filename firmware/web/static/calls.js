// The call log: searched, filtered, taken away as CSV, erased; each call leads to its evidence, its caller to the phone book or the block list.
import { API, ask, query } from "./api.js";
import { block, mayBlock } from "./blocking.js";
import { byId, h, told } from "./dom.js";
import { arrow, mood, outcome, way, who } from "./outcomes.js";
import { confirmed, follow, press, say, watchBox } from "./shell.js";
import { minutes, N_, number, t, time } from "./words.js";

const LIMIT = 200;
const EVERYTHING = 10_000;
const TYPED_MS = 250;
const OUTCOMES = [N_("answered"), N_("missed"), N_("no answer"), N_("busy"), N_("cancelled"), N_("rejected"), N_("failed"), N_("forwarded"), N_("voicemail"), N_("interrupted")];
const page = byId("page");
const given = new URLSearchParams(location.search);
const list = h("div", {});
const found = h("p", { class: "unseen", role: "status" });
const csv = h("a", { class: "button", download: "calls.csv" }, t("As CSV"));
let asked = 0;
let typed;
let last = "";

const pick = (name, label, words) => h("div", { class: "field" }, h("label", { for: name }, label), h("select", { id: name, name },
  h("option", { value: "" }, t("all")), words.map(([value, text]) => h("option", { value, selected: given.get(name) === value }, text))));

const form = h("form", { class: "filters card", role: "search", "aria-label": t("Search"), onsubmit: (event) => event.preventDefault() },
  h("div", { class: "field" }, h("label", { for: "search" }, t("Search")), h("input", { id: "search", name: "search", type: "search", maxlength: 64, value: given.get("search") ?? "", placeholder: t("Number, name or reason") })),
  pick("direction", t("Direction"), [["in", t("Incoming")], ["out", t("Outgoing")]]),
  pick("outcome", t("Outcome"), OUTCOMES.map((word) => [word, t(word)])), csv);

form.addEventListener("input", () => { clearTimeout(typed); typed = setTimeout(load, TYPED_MS); });

async function load() {
  const mine = ++asked;
  const wanted = Object.fromEntries(new FormData(form));
  history.replaceState(null, "", location.pathname + query(wanted));
  csv.href = `${API}/calls.csv${query({ ...wanted, limit: EVERYTHING })}`;
  try {
    const rows = await ask("GET", `/calls${query({ ...wanted, limit: LIMIT })}`);
    if (mine === asked) show(rows, Object.values(wanted).some(Boolean));
  } catch (problem) {
    last = "";
    list.replaceChildren(told("bad", problem.message));
  }
}

function show(rows, filtered) {
  const shown = JSON.stringify([rows, filtered]);
  if (shown === last) return;
  last = shown;
  const back = whereFocusIs();
  draw(rows, filtered);
  back();
}

/** News of a call must not throw anybody out of a row: what is called afterwards goes back there, into its open menu too. */
function whereFocusIs() {
  const here = document.activeElement;
  const call = here.closest("tr[data-call]")?.dataset.call;
  const menu = here.closest(".tool-menu");
  return () => {
    const row = call && list.querySelector(`tr[data-call="${CSS.escape(call)}"]`);
    if (!row) return;
    if (menu?.open) row.querySelector(".tool-menu")?.setAttribute("open", "");
    row.querySelector(menu ? "summary" : "a")?.focus();
  };
}

function draw(rows, filtered) {
  found.textContent = t("Calls found: {number}", { number: number(rows.length) });
  if (!rows.length) {
    list.replaceChildren(h("p", { class: "none card" }, filtered ? t("No call fits.") : t("No calls yet.")));
    return;
  }
  const heads = [t("Time"), t("Who"), t("Outcome"), t("Length"), t("Quality"), t("More")];
  const more = rows.length === LIMIT && h("p", { class: "hint" }, t("The newest {number} are shown; search for older ones.", { number: number(LIMIT) }));
  list.replaceChildren(h("table", { class: "calls card" }, h("caption", { class: "unseen" }, t("Calls, the newest first")),
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, rows.map(row))), more || "");
}

function row(call) {
  return h("tr", { "data-call": call.id },
    h("td", { class: "at" }, call.time_known ? h("time", { datetime: call.started_at }, time(call.started_at)) : time("")),
    h("th", { scope: "row", class: "who" }, h("span", { "aria-hidden": "true", class: "way" }, arrow(call)),
      h("a", { href: `/calls/${encodeURIComponent(call.id)}`, "aria-label": `${way(call)} ${who(call)}` }, h("bdi", {}, who(call))), call.name && call.number ? h("span", { class: "more" }, " ", h("bdi", {}, call.number)) : null),
    h("td", { class: "how" }, told(mood(call), outcome(call), "span")),
    cell("length", t("Length"), call.talk_s ? minutes(call.talk_s) : ""),
    cell("quality", t("Quality"), quality(call.media)),
    h("td", { class: "tools" }, call.number ? tools(call) : null));
}

/** Where there is room every column is filled; on a phone only what is known is shown. */
function cell(kind, head, words) {
  return h("td", { class: words ? kind : `${kind} empty`, "data-head": head }, words || "–");
}

function quality(media = {}) {
  if (media.mos) return t("MOS {value}", { value: number(media.mos) });
  return media.loss_percent === undefined ? "" : t("{loss} % lost", { loss: number(media.loss_percent) });
}

function tools(call) {
  return h("details", { class: "tool-menu", name: "tools", onkeydown: closedByEscape }, h("summary", { "aria-label": t("More about {who}", { who: who(call) }) }, "⋯"), h("div", { class: "tool-list" },
    h("a", { href: `/people${query({ add: call.number, name: call.name })}` }, t("Add to contacts")),
    h("a", { href: `/rules${query({ explain: call.number })}` }, t("Which way would it go?")),
    call.direction === "in" && mayBlock(call.number) && press(t("Block this number"), () => turnAway(call), "quiet danger")));
}

function closedByEscape(event) {
  if (event.key !== "Escape") return;
  event.currentTarget.open = false;
  event.currentTarget.querySelector("summary").focus();
}

async function turnAway({ number: caller, name }) {
  const known = name ? h("p", {}, h("bdi", {}, name)) : "";
  if (!(await confirmed(t("Block {number}?", { number: caller }), h("div", {}, known, h("p", {}, t("Its calls will be turned away before the first ring."))), t("Block")))) return;
  await block(caller);
  say(t("{number} is blocked. Contacts, Blocked callers lets it in again.", { number: caller }));
}

async function erase() {
  const warning = t("Every call that is over is forgotten, with its evidence. Voice messages stay. It cannot be undone.");
  if (!(await confirmed(t("Erase all calls?"), h("p", {}, warning), t("Erase")))) return;
  await ask("POST", "/calls/erase", {});
  await load();
  say(t("The calls are erased."));
}

page.replaceChildren(form, found, list, h("div", { class: "row start" }, press(t("Erase all calls ..."), erase, "danger")));
page.removeAttribute("aria-busy");
load();
watchBox(load);
let first = true;
follow("/api/v1/events", (news) => { // at once what is there already, then what changed
  if (news.calls && !first) load();
  first = false;
});
