/* The chat page put together: what comes goes into the log, what is touched goes into the
   queue, and the server is told what has really been seen. */

import * as bar from "./bar.js";
import * as log from "./log.js";
import { enlarge, prepare } from "./picture.js";
import * as queue from "./queue.js";
import * as stream from "./stream.js";
import { word } from "./words.js";

const get = (id) => document.getElementById(id);
const boot = JSON.parse(get("boot").textContent);
const name = document.title;
const chinese = document.documentElement.lang.startsWith("zh");
const marks = { bot: boot.bot, worker: boot.mark || (chinese ? "我" : "I"), person: chinese ? "人" : "S" };

let last = 0;
let seen = boot.shown || 0;
let unread = 0;
let more = false;
let loading = false;
let chat = null;
let stale = false;

/* Large type, kept between visits where the browser lets us. */

function rememberedLarge() {
  return recall("zhigong.large") === "1";
}

function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** The person chose the size, here or on another phone: the latest word holds. */
function size(large) {
  if (typeof large !== "boolean" || recall("zhigong.told") === String(large)) return;
  remember("zhigong.told", String(large));
  setLarge(large);
}

/** Choose the size here, and have it remembered with the person. */
function choose(large) {
  setLarge(large);
  remember("zhigong.told", String(large));
  fetch("/chat/type", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Requested-With": "zhigong" },
    body: JSON.stringify({ large }),
  }).catch(() => {});
}

function setLarge(large) {
  const follow = log.atBottom();
  document.documentElement.classList.toggle("large", large);
  if (follow) log.toBottom();
  remember("zhigong.large", large ? "1" : "0");
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}

/* The line under the title: the network first, else what was told last. */

let online = true;
let told = "";
let toldUntil = 0;

function showState() {
  const lost = navigator.onLine === false
    ? word("No network. What you send waits here.")
    : word("No connection. Reconnecting…");
  const line = get("state");
  line.textContent = online ? told : lost;
  line.classList.toggle("lost", !online);
}

function tell(words, seconds) {
  clearTimeout(toldUntil);
  told = words;
  if (seconds) toldUntil = setTimeout(() => tell(""), seconds * 1000);
  showState();
}

function setOnline(is) {
  if (is === online) return;
  online = is;
  showState();
}

/* What was seen, and what is still to be read. */

let seenTimer = 0;

function lookSoon() {
  clearTimeout(seenTimer);
  seenTimer = setTimeout(look, 700);
}

/** Only a visible page with its end in view has shown its last message. */
function look() {
  if (document.hidden || !log.atBottom()) return;
  showUnread(0);
  if (last <= seen) return;
  const number = last;
  fetch("/chat/shown", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Requested-With": "zhigong" },
    body: JSON.stringify({ number }),
  }).then((response) => {
    if (response.ok) seen = Math.max(seen, number);
  }, () => {});
}

function showUnread(count) {
  unread = count;
  document.title = count && document.hidden ? `(${count}) ${name}` : name;
  bar.dot(count > 0);
  const pill = get("fresh");
  pill.hidden = count === 0 || log.atBottom();
  pill.textContent = `↓ ${word("New messages: {n}", { n: count })}`;
}

/* What comes. */

/** A new mark means that messages were erased, here or in another tab: start over. */
function follow(mark) {
  const was = chat;
  chat = mark;
  const kept = recall("zhigong.chat");
  if (kept && kept !== mark) queue.forgetRefused();
  remember("zhigong.chat", mark || "");
  if (was && was !== mark) location.reload();
}

function take(messages) {
  if (messages.length === 0) return;
  const fresh = log.add(messages);
  for (const message of messages) {
    if (message.erased) log.erase(message.erased);
    last = Math.max(last, message.number);
    if (message.id) queue.settle(message.id);
  }
  const heard = fresh.filter((message) => message.side !== "worker");
  if (heard.length) bar.fitQuestion(heard[heard.length - 1]);
  if (heard.length && (document.hidden || !log.atBottom())) showUnread(unread + heard.length);
  lookSoon();
}

async function loadOlder() {
  if (!more || loading) return;
  loading = true;
  try {
    const answer = await stream.ask(`/chat/messages?before=${Math.floor(log.first())}`);
    follow(answer.chat);
    log.addOlder(answer.messages);
    setMore(answer.more && answer.messages.length > 0);
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  loading = false;
}

function setMore(is) {
  more = is;
  get("older").hidden = !is;
}

/* What the worker says. */

function asMessage(record) {
  if (record.kind === "document") return waitingDocument(record);
  if (record.file && !record.preview) record.preview = URL.createObjectURL(record.file);
  const image = record.photo || record.preview;
  return { id: record.id, side: "worker", at: record.at, text: record.label || record.text, image };
}

function waitingDocument({ id, at, label, file }) {
  const size = `${Math.max(1, Math.round(file.size / 1024))} KB`;
  return { id, side: "worker", at, text: "", document: { name: label, size } };
}

function waits(record, progress) {
  if (record.kind === "hello" || record.kind === "start") return;
  log.wait(record, asMessage(record), progress);
}

function taken(record, number) {
  log.taken(record.id, number);
  tell("");
  freshen();
  if (number !== null) stream.expect(number);
  else if (last === 0 || record.kind !== "hello") stream.expect(last + 1);
}

function send(record) {
  queue.send(record);
  log.toBottom();
}

const press = (label, value) => send({ kind: "press", press: value, label });
const say = (text) => send({ kind: "text", text });
const place = (lat, lon) => send({ kind: "location", lat, lon, label: word("My location") });

const paper = (file) => send({ kind: "document", file, label: file.name });

async function photo(file) {
  send({ kind: "photo", ...(await prepare(file)) });
}

/** The bot answers in a new language: the page's own words come with a reload, which
    waits for what is being typed or sent. */
function speak(language) {
  stale = Boolean(language) && language !== document.documentElement.lang;
  freshen();
}

function freshen() {
  if (stale && !bar.isTyping() && !queue.holdsFiles()) location.reload();
}

function openMore() {
  const large = document.documentElement.classList.contains("large");
  const other = chinese ? "English" : "中文";
  bar.openSheet([
    [word(large ? "Standard text" : "Larger text"), () => choose(!large)],
    [other, () => say(other)],
    [word("Refresh"), () => location.reload()],
  ]);
}

function scrolled(atBottom) {
  if (atBottom) lookSoon();
  if (atBottom) get("fresh").hidden = true;
  if (get("scroll").scrollTop < 300) loadOlder();
}

/* Put together. */

function drop(id) {
  queue.settle(id);
  log.drop(id);
}

const slow = (words) => tell(words, 6);
const { locate, pick, pickDocument } = bar;
const touches = { press, enlarge, scrolled, locate, pick, pickDocument, again: queue.resend, drop };

/** Load the newest messages, again and again until the network lets it. */
async function firstLoad() {
  for (let wait = 1; ; wait = Math.min(wait * 2, 15)) {
    try {
      return await stream.ask("/chat/messages");
    } catch {
      setOnline(false);
      await new Promise((resolve) => setTimeout(resolve, wait * 1000 * (0.5 + Math.random())));
    }
  }
}

/** Greet the bot, or hand it the poster's code, once: a reload must not repeat it. */
function greet() {
  if (!boot.start) return queue.send({ kind: "hello" });
  history.replaceState(null, "", location.pathname);
  return queue.send({ kind: "start", code: boot.start });
}

async function open() {
  bar.open({ press, say, photo, document: paper, place, tell });
  bar.showMenus(boot.menu);
  log.open(marks, touches);
  queue.open(() => last, { waits, taken, slow });
  const answer = await firstLoad();
  setOnline(true);
  follow(answer.chat);
  setMore(answer.more);
  take(answer.messages);
  if (answer.messages.length === 0) last = answer.last || 0;
  bar.showMenus(answer.menu);
  speak(answer.language);
  size(answer.large);
  log.toBottom();
  get("log").setAttribute("aria-live", "polite");
  const hearer = { last: () => last, chat: follow, take, menu: bar.showMenus, speak, size, online: setOnline };
  stream.open(hearer);
  greet();
  if (get("scroll").scrollTop < 300) loadOlder();
}

/** Keep the bar above the keyboard of phones that lay it over the page. */
function fitKeyboard() {
  const { height, scale } = window.visualViewport;
  if (scale !== 1) return;
  get("page").style.height = `${height}px`;
  window.scrollTo(0, 0);
}

setLarge(rememberedLarge());
if (window.visualViewport) window.visualViewport.addEventListener("resize", fitKeyboard);
get("back").hidden = history.length < 2;
get("back").addEventListener("click", () => history.back());
get("more").addEventListener("click", openMore);
get("fresh").addEventListener("click", () => log.toBottom());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  log.newDay();
  showUnread(unread);
  lookSoon();
});
open();
