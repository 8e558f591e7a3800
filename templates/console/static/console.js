// Small comforts: keys for lists, ticking all rows, one send for one touch.
// Every page works without this.

const fields = "input, select, textarea";
const rows = () => [...document.querySelectorAll("a.row, .today a")];

function step(by) {
  const all = rows(), now = all.indexOf(document.activeElement);
  const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by];
  if (next) next.focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  "/": () => document.querySelector("[data-search], .filters select, .filters input")?.focus(),
};

document.addEventListener("keydown", (event) => {
  const writes = event.target.closest?.(fields);
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  const arrows = event.key.startsWith("Arrow");
  if (writes || modified || !KEYS[event.key]) return;
  if (arrows && !rows().length) return;
  event.preventDefault();
  KEYS[event.key]();
});

for (const all of document.querySelectorAll("[data-all]")) {
  all.addEventListener("change", () => {
    for (const one of document.getElementsByName(all.dataset.all)) one.checked = all.checked;
  });
}

// The server does a form once anyway; this only spares a second touch its waiting.
for (const form of document.forms) {
  if (form.method !== "post") continue;
  form.addEventListener("submit", () => setTimeout(() => {
    for (const button of form.elements) if (button.type === "submit") button.disabled = true;
  }));
}

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
});

// What was wrong is read out first, and the first field of it is ready to be mended.
(document.querySelector("[aria-invalid=true]") ?? document.querySelector("#wrong"))?.focus();
