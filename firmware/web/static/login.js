// The door: one password in, one sentence out.
import { ask } from "./api.js";
import { byId, put } from "./dom.js";

const form = byId("login");
const trouble = byId("trouble");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  trouble.hidden = true;
  try {
    await ask("POST", "/session", { password: form.elements.password.value });
    location.assign("/");
  } catch (problem) {
    put(trouble, problem.message);
    trouble.hidden = false;
    form.elements.password.select();
  }
  button.disabled = false;
});
