// A talk as it goes on: what the worker says comes by itself, and what is written is
// sent without leaving the page.  Without this the page works, too: it is opened again.

const PAUSE = 3;
const SILENCE = 40;
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const talk = () => document.querySelector("[data-live]");
const log = () => talk().querySelector(".entries");
const stateOf = (mark) => mark.split(".")[1];
const last = () => Math.max(0, ...[...log().children].map((one) => Number(one.dataset.n)));

let atTheEnd = true;
document.addEventListener("scroll", ({ target }) => {
  if (!target.matches?.(".talk .entries")) return;
  atTheEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 40;
}, true);

function toTheEnd() {
  atTheEnd = true;
  log().scrollTop = log().scrollHeight;
}

// A picture that has come makes the last words slip down.
document.addEventListener("load", ({ target }) => {
  if (target.matches?.(".talk .picture") && atTheEnd) toTheEnd();
}, true);

/** Put what is new at the end; what began or ended changes the whole page. */
function take({ mark, html }) {
  if (stateOf(mark) !== stateOf(talk().dataset.mark)) return renew();
  talk().dataset.mark = mark;
  const box = document.createElement("template");
  box.innerHTML = html;
  const fresh = [...box.content.children].filter((one) => Number(one.dataset.n) > last());
  log().append(...fresh);
  if (fresh.length) toTheEnd();
}

/** Put another state of this page in the place of the present one. */
function show(html, address) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.querySelector("[data-live]");
  if (!next) return location.assign(address);
  const written = document.getElementById("in-words")?.value;
  talk().replaceWith(document.adoptNode(next));
  toTheEnd();
  return written;
}

async function renew() {
  const answer = await fetch(`${talk().dataset.away}/talk`);
  const written = show(await answer.text(), talk().dataset.away);
  const field = document.getElementById("in-words");
  if (field && written) field.value = written;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-stay]")) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    show(await answer.text(), answer.url);
    document.getElementById("in-words")?.focus();
  } catch {
    talk().querySelector("[data-lost]").hidden = false;
    setTimeout(() => { for (const one of form.elements) one.disabled = false; });
  }
});

// What is too large is said before it is sent, so that no words are lost with it.
document.addEventListener("change", ({ target }) => {
  if (!target.dataset.most) return;
  const large = (target.files[0]?.size || 0) > target.dataset.most * 1024 * 1024;
  if (large) target.value = "";
  target.form.querySelector("[data-too-large]").hidden = !large;
});

document.addEventListener("change", ({ target }) => {
  if (!target.dataset.insert || !target.value) return;
  const field = document.getElementById(target.dataset.insert);
  const words = target.selectedOptions[0].textContent;
  field.value += field.value && !field.value.endsWith("\n") ? `\n${words}` : words;
  target.value = "";
  field.focus();
});

// Ctrl+Enter sends, as in other chats on a desk.
document.addEventListener("keydown", (event) => {
  const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (sends && event.target.id === "in-words") event.target.form.requestSubmit();
});

/** Ask once what is new; who may not see it any more is led away. */
async function ask() {
  const { live, mark, away } = talk().dataset;
  const answer = await fetch(`${live}?after=${mark}`);
  if (answer.redirected || answer.status === 404) return location.assign(away);
  if (answer.ok) take(await answer.json());
}

/** Listen until the stream ends or falls silent; tell whether it brought anything. */
function listen() {
  return new Promise((resolve) => {
    const { live, mark, away } = talk().dataset;
    const source = new EventSource(`${live}?after=${mark}`);
    let brought = false, watch;
    const end = () => { clearTimeout(watch); source.close(); resolve(brought); };
    const heard = () => { clearTimeout(watch); watch = setTimeout(end, SILENCE * 1000); };
    heard();
    source.onerror = end;
    source.addEventListener("ping", () => { brought = true; heard(); });
    source.addEventListener("piece", ({ data }) => { brought = true; heard(); take(JSON.parse(data)); });
    source.addEventListener("away", () => location.assign(away));
  });
}

async function keep() {
  for (let failures = 0; ;) {
    failures = await listen() ? 0 : failures + 1;
    for (let times = failures > 2 ? 20 : 1; times > 0; times -= 1) {
      await ask().catch(() => {});
      await pause(PAUSE);
    }
  }
}

toTheEnd();
keep();
