/* What the worker says, until the server has it: one message in flight, in order, kept
   in localStorage, sent again under the same id so that it can never count twice. */

import { backOff, pauses } from "./stream.js";
import { word } from "./words.js";

const prefix = "zhigong.waiting.";
const again = new Set([408, 425, 429]);
const files = new Set(["photo", "document"]);

/** Make a random UUID; crypto.randomUUID exists on secure pages of new browsers only. */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function kept() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).sort()
      .map((key) => ({ ...JSON.parse(localStorage.getItem(key)), key }));
  } catch {
    return [];
  }
}

/** Keep a record over a reload; where storage is full or forbidden it lives in memory. */
function keep(record) {
  if (record.kind === "hello" || record.file) return;
  try {
    localStorage.setItem(record.key, JSON.stringify(record));
  } catch {
    forget(record);
  }
}

function forget(record) {
  try {
    localStorage.removeItem(record.key);
  } catch {
    return;
  }
}

/** Turn a picture kept as text back into bytes. */
function pictureBytes(address) {
  const [head, body] = address.split(",");
  const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: head.slice(5, head.indexOf(";")) });
}

/** A request made by hand, because fetch cannot tell how far an upload is. */
function request(path, body, seconds, progress) {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest();
    const end = () => resolve({ status: call.status, body: call.response });
    call.open("POST", path);
    call.responseType = "json";
    call.timeout = seconds * 1000;
    call.setRequestHeader("X-Requested-With", "zhigong");
    if (typeof body === "string") call.setRequestHeader("Content-Type", "application/json");
    if (progress) call.upload.onprogress = (event) => progress(event.loaded / event.total);
    call.onload = end;
    call.onerror = end;
    call.ontimeout = end;
    call.send(body);
  });
}

function postFile(record, progress) {
  const form = new FormData();
  form.append("id", record.id);
  form.append("file", record.file || pictureBytes(record.photo), record.label || "photo.jpg");
  return request(`/chat/${record.kind}`, form, 180, progress);
}

function postWords(record, shown) {
  const { id, kind, text, press, label, lat, lon, code } = record;
  const body = JSON.stringify({ id, kind, text, press, label, lat, lon, code, shown });
  return request("/chat/send", body, 20, null);
}

function refusal(status, body) {
  if (body && body.error) return body.error;
  return word(status === 413 ? "The file is too large. Please choose a smaller one." : "Not sent");
}

const records = kept();
let busy = false;
let failures = 0;
let newest = 0;
const { pause, wake } = pauses();
let shown = () => 0;
let on = {};

function nextKey() {
  newest = Math.max(newest + 1, Date.now());
  return prefix + String(newest).padStart(15, "0");
}

function remove(record) {
  const index = records.indexOf(record);
  if (index >= 0) records.splice(index, 1);
  forget(record);
}

/** Try one record once; a captive portal's 200 without our number is no answer. */
async function attempt(record) {
  const progress = (part) => records.includes(record) && on.waits(record, part);
  const call = files.has(record.kind) ? postFile(record, progress) : postWords(record, shown());
  const { status, body } = await call;
  if (status === 200 && body && "number" in body) {
    failures = 0;
    remove(record);
    on.taken(record, body.number);
  } else if (!records.includes(record)) {
    failures = 0;
  } else if (status >= 400 && status < 500 && !again.has(status)) {
    refuse(record, refusal(status, body));
  } else {
    await retryLater(status, body);
  }
}

function refuse(record, words) {
  failures = 0;
  if (record.kind === "hello" || record.kind === "start") return remove(record);
  Object.assign(record, { refused: words, after: shown() });
  keep(record);
  return on.waits(record, 0);
}

async function retryLater(status, body) {
  failures += 1;
  const told = body && Number(body.retry_after);
  if (status === 429) on.slow((body && body.error) || word("Too fast. It will be sent in a moment."));
  await pause(told > 0 ? Math.min(told, 120) + Math.random() : backOff(failures));
}

async function drain() {
  if (busy) return;
  busy = true;
  for (;;) {
    const next = records.find((record) => !record.refused);
    if (!next) break;
    await attempt(next);
  }
  busy = false;
}

/** Say something; answers the id it goes under. */
export function send(record) {
  const full = { id: freshId(), at: new Date().toISOString(), key: nextKey(), ...record };
  records.push(full);
  keep(full);
  on.waits(full, 0);
  drain();
  return full.id;
}

/** Try a refused message once more, behind what waits. */
export function resend(id) {
  const record = records.find((one) => one.id === id);
  if (!record) return;
  records.splice(records.indexOf(record), 1);
  forget(record);
  Object.assign(record, { refused: "", key: nextKey() });
  records.push(record);
  keep(record);
  on.waits(record, 0);
  drain();
}

/** The server's own copy came, or the worker gave it up: it waits no more. */
export function settle(id) {
  const record = records.find((one) => one.id === id);
  if (!record) return;
  remove(record);
  wake();
}

/** What was refused in a chat that is no more need not be kept. */
export function forgetRefused() {
  records.filter((record) => record.refused).forEach(remove);
}

/** Does a file wait that a reload would lose? */
export const holdsFiles = () => records.some((record) => record.file);

/** Open the queue with what was kept. `lastShown` answers a number; `hearer` is told
    waits(record, progress), taken(record, number) and slow(words). */
export function open(lastShown, hearer) {
  shown = lastShown;
  on = hearer;
  records.forEach((record) => on.waits(record, 0));
  window.addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  drain();
}

function hurry() {
  failures = 0;
  wake();
}

