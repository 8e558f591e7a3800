/* Hear what the server says: a stream of events, opened again whenever it ends, and plain
   questions every few seconds where something on the way holds streams back.
   Read with fetch, not EventSource: that one hides the keep-alive comments, so a dead
   connection looks like a quiet one, and it hides the status when it is turned away. */

const silence = 40;
const firstWord = 20;
const patience = 3;
const pollFor = 300;
const now = () => Date.now() / 1000;

/** Fetch JSON from our own server; anything else is an error, with its waiting time. */
export async function ask(path) {
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(), firstWord * 1000);
  try {
    const response = await accepted(await fetch(path, { signal: aborter.signal }));
    return await response.json();
  } finally {
    clearTimeout(timer);
  }
}

async function accepted(response) {
  if (response.ok) return response;
  const error = new Error(`status ${response.status}`);
  error.wait = Number(response.headers.get("Retry-After")) || 0;
  throw error;
}

/** Pauses that can be cut short: pause(seconds) and wake(). */
export function pauses() {
  let end = () => {};
  const pause = (seconds) => new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    end = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { pause, wake: () => end() };
}

/** Seconds to rest after so many failures, scattered so that phones do not come at once. */
export const backOff = (failures) => Math.min(30, 2 ** failures) * (0.5 + Math.random() / 2);

/** Split what has come into whole events, and give back the unfinished rest. */
function readEvents(text, hear) {
  const blocks = text.split(/\r?\n\r?\n/);
  const rest = blocks.pop();
  for (const block of blocks) {
    const event = { event: "message", data: "" };
    for (const line of block.split(/\r?\n/)) {
      const [, field, value] = line.match(/^(event|data): ?([^]*)$/) || [];
      if (field === "event") event.event = value;
      if (field === "data") event.data += value;
    }
    if (event.data) hear(event.event, JSON.parse(event.data));
  }
  return rest;
}

let page = {};
let failures = 0;
let pollUntil = 0;
let heard = 0;
let fruitful = 0;
let begun = 0;
let asleep = false;
let urgent = false;
let cut = () => {};
const { pause, wake } = pauses();

function hear(kind, data) {
  if (kind === "message") page.take([data]);
  if (kind === "menu") page.menu(data);
  if (kind === "chat") page.chat(data);
  if (kind === "language") page.speak(data);
  if (kind === "large") page.size(data);
}

function alive() {
  heard = now();
  failures = 0;
  page.online(true);
}

/** Read one stream to its end; cut() ends it from outside. */
async function listen() {
  const aborter = new AbortController();
  cut = () => aborter.abort();
  const opening = setTimeout(distrust, firstWord * 1000);
  begun = now();
  heard = begun;
  try {
    const path = `/chat/stream?after=${page.last()}`;
    const answer = await fetch(path, { signal: aborter.signal });
    clearTimeout(opening);
    if (answer.status === 503) return distrust(); // no room for one more stream
    const response = await accepted(answer);
    alive();
    const type = response.headers.get("Content-Type") || "";
    if (!type.startsWith("text/event-stream")) throw new Error("no stream");
    await read(response.body.getReader());
  } finally {
    clearTimeout(opening);
    begun = 0;
    cut();
  }
}

async function read(reader) {
  const decoder = new TextDecoder();
  const opened = now();
  let text = "";
  let spoken = false;
  const watch = setInterval(() => {
    if (!spoken && now() - opened > firstWord) distrust();
    else if (now() - heard > silence) cut();
  }, 2000);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      spoken = true;
      alive();
      text = readEvents(text + decoder.decode(value, { stream: true }), hear);
    }
  } finally {
    clearInterval(watch);
  }
}

/** Something on the way keeps the stream back: ask plainly for a while. */
function distrust() {
  pollUntil = now() + pollFor;
  cut();
}

/** Ask for everything after the last message shown; true when there was any. */
async function catchUp() {
  for (let any = false; ;) {
    const answer = await ask(`/chat/messages?after=${page.last()}`);
    const came = answer.messages.length > 0;
    page.chat(answer.chat);
    page.take(answer.messages);
    page.menu(answer.menu);
    page.speak(answer.language);
    page.size(answer.large);
    alive();
    if (!answer.more || !came) return any || came;
    any = true;
  }
}

async function poll() {
  if (await catchUp()) fruitful = now();
}

const canStream = "body" in Response.prototype;
const polling = () => !canStream || now() < pollUntil;

function pollPause() {
  if (document.hidden) return 60;
  return now() - fruitful < 60 ? 2 : 8;
}

function giveWay(error) {
  failures += 1;
  if (failures > 1 || navigator.onLine === false) page.online(false);
  return Math.max(error.wait || 0, backOff(failures));
}

/** One stream or one question; answers how long to rest after it. */
async function round() {
  try {
    if (polling()) {
      await poll();
      return pollPause() * (0.8 + Math.random() * 0.4);
    }
    await listen();
    return 0.3 + Math.random();
  } catch (error) {
    return polling() && canStream && failures === 0 ? 0.1 : giveWay(error);
  }
}

async function run() {
  for (;;) {
    const rest = await round();
    if (!urgent) await pause(asleep ? 86400 : rest);
    urgent = false;
  }
}

/** The page is looked at again or the network is back: do not wait any longer. */
function hurry() {
  asleep = false;
  failures = 0;
  if (begun && now() - heard > silence) {
    urgent = true;
    cut();
  }
  wake();
}

function sleep() {
  asleep = true;
  cut();
}

/** A message was taken as `number`: if the stream does not bring it soon, ask. */
export function expect(number) {
  fruitful = now();
  if (polling()) wake();
  setTimeout(async () => {
    if (polling() || asleep || page.last() >= number) return;
    const held = begun && now() - begun > patience;
    try {
      if (await catchUp() && held) distrust();
    } catch {
      cut();
    }
  }, patience * 1000);
}

function lost() {
  page.online(false);
  cut();
}

/** Follow the chat. `hearer` gives last(), chat(mark), take(messages), menu(menu),
    speak(language), online(is). */
export function open(hearer) {
  page = hearer;
  window.addEventListener("online", hurry);
  window.addEventListener("offline", lost);
  window.addEventListener("pageshow", hurry);
  window.addEventListener("pagehide", sleep);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  run();
}
