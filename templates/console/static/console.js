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

// A code is scanned in a picture the camera takes, where the browser can read one.
async function offerScan(button) {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (!formats?.includes("qr_code")) return;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  button.hidden = false;
  button.querySelector("input").addEventListener("change", async ({ target }) => {
    const picture = target.files[0] && await createImageBitmap(target.files[0]).catch(() => null);
    const [code] = picture ? await detector.detect(picture).catch(() => []) : [];
    target.value = "";
    button.nextElementSibling.hidden = Boolean(code);
    if (!code) return;
    const field = document.getElementById(button.dataset.scan);
    field.value = code.rawValue;
    field.form.requestSubmit();
  });
}
for (const button of document.querySelectorAll("[data-scan]")) offerScan(button);

// Where something goes on, the page is looked at again.
const again = document.querySelector("[data-again]");
if (again) setTimeout(() => location.reload(), again.dataset.again * 1000);

// What may be filled in is put where one writes.
for (const group of document.querySelectorAll("[data-inserts]")) {
  const field = document.getElementById(group.dataset.inserts);
  group.hidden = false;
  group.addEventListener("click", ({ target }) => {
    if (!target.value || field.value.length + target.value.length > field.maxLength) return;
    field.setRangeText(target.value, field.selectionStart, field.selectionEnd, "end");
    field.focus();
  });
}

// What moves by itself is looked at again; where its state is another, so is the page.
const live = (page) => [...page.querySelectorAll("[data-live]")];
const states = (page) => live(page).map((one) => one.dataset.live).join();

async function lookAgain() {
  const how = { headers: { "zhigong-live": "1" } };
  const answer = document.hidden ? null : await fetch(location.href, how).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (states(page) !== states(document)) return location.reload();
    const fresh = live(page);
    live(document).forEach((one, index) => one.replaceWith(fresh[index]));
  }
  setTimeout(lookAgain, 2000);
}
if (live(document).length) setTimeout(lookAgain, 2000);

// What was wrong is read out first, and the first field of it is ready to be mended.
(document.querySelector("[aria-invalid=true]") ?? document.querySelector("#wrong"))?.focus();
