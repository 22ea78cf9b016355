// Orders to the box over its API. A refusal is thrown with its sentence; whoever is signed out is led to the door.
import { t, translated } from "./words.js";

export const API = "/api/v1";

export class Refused extends Error {
  constructor(sentence, status, body = {}) {
    super(sentence);
    this.status = status;
    this.body = body;
  }
}

let csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";

/** After signing in the session has a new word. */
export function renewCsrf(word) { csrf = word; }

export const csrfHeader = () => (csrf ? { "x-csrf-token": csrf } : {});

/** JSON in, JSON out; `body` may be a Blob of its own type. */
export async function ask(method, path, body) {
  return (await request(method, path, body)).json();
}

export async function request(method, path, body) {
  const raw = body instanceof Blob;
  const headers = { ...csrfHeader(), ...(body === undefined ? {} : { "content-type": raw ? body.type : "application/json" }) };
  let answer;
  try {
    answer = await fetch(API + path, { method, headers, body: raw || body === undefined ? body : JSON.stringify(body) });
  } catch {
    throw new Refused(t("The page's server does not answer. Is the box switched on, and this device in its network?"), 0);
  }
  if (answer.ok) return answer;
  const refusal = await answer.json().catch(() => ({}));
  if (answer.status === 401 && !["/login", "/setup"].includes(location.pathname)) location.assign("/login");
  const told = refusal.error ? translated(refusal.error) : t("That did not work (error {status}).", { status: answer.status });
  throw new Refused(told, answer.status, refusal);
}

export function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
