// One word in, one answer out: the page's password, or the code on the label.
const OPERATIONS = { login: ["session", "password"], setup: ["setup/code", "code"] };
const form = document.querySelector("form");
const trouble = document.querySelector(".trouble");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [path, name] = OPERATIONS[form.id];
  const answer = await fetch(`/api/v1/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ [name]: form.elements.word.value }),
  });
  if (answer.ok) location.assign("/");
  else {
    trouble.textContent = (await answer.json()).error;
    trouble.hidden = false;
  }
});
