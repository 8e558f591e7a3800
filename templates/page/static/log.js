/* The conversation on screen: each message once, in the order of its number, with the
   time above it where more than five minutes passed, and the reader kept in place. */

import { make, showState, turn } from "./bubbles.js";
import { saidTime } from "./words.js";

const gap = 5 * 60 * 1000;
const near = 80;

const scroller = document.getElementById("scroll");
const list = document.getElementById("log");
const turns = [];
const byNumber = new Map();
const byId = new Map();
let stuck = true;
let marks = {};
let on = {};

/** Is the newest message in view? */
export const atBottom = () => stuck;

/** The number of the oldest message here. */
export const first = () => (turns.length ? turns[0].key : 0);

/** Say the times again: what was 09:41 may be yesterday now. */
export const newDay = () => retime(0, true);

/** Go to the newest message and stay with it. */
export function toBottom() {
  stuck = true;
  scroller.scrollTop = scroller.scrollHeight;
}

function place(entry) {
  let index = turns.length;
  while (index > 0 && turns[index - 1].key > entry.key) index -= 1;
  const next = turns[index] ? turns[index].element : null;
  const there = entry.element.parentNode && entry.element.nextElementSibling === next;
  if (!there) list.insertBefore(entry.element, next);
  turns.splice(index, 0, entry);
  retime(index);
}

function lift(entry) {
  const index = turns.indexOf(entry);
  turns.splice(index, 1);
  byNumber.delete(entry.key);
  retime(index);
}

function remove(entry) {
  lift(entry);
  entry.element.remove();
  byId.delete(entry.message.id);
}

/** Give what is on screen its number without drawing, or reading out, it anew. */
function settle(entry, number, message) {
  lift(entry);
  entry.key = number;
  entry.message = message;
  entry.element.dataset.number = number;
  for (const mark of entry.element.querySelectorAll(".sending, .refusal")) mark.remove();
  entry.element.classList.remove("refused");
  byNumber.set(number, entry);
  place(entry);
}

/** Say the times from one turn on, until the rest stands as it should. */
function retime(index, all) {
  for (let here = index; here < turns.length; here += 1) {
    const entry = turns[here];
    const before = here > 0 ? turns[here - 1].shown : -Infinity;
    const at = Date.parse(entry.message.at);
    const told = at - before > gap;
    const shown = told ? at : before;
    if (!all && here > index && shown === entry.shown && told === entry.told) return;
    Object.assign(entry, { shown, told });
    sayTime(entry, at);
  }
}

function sayTime(entry, at) {
  const old = entry.element.querySelector(".time");
  if (old) old.remove();
  if (entry.told) entry.element.prepend(make("p", "time", saidTime(at, Date.now())));
}

/** Grey the choices that a later message of the worker has left behind. */
function agePastChoices() {
  let answered = -Infinity;
  for (const { key, message, record } of turns) {
    if (message.side === "worker" && !(record && record.refused)) answered = key;
  }
  for (const { key, element, asks } of turns) {
    if (asks) element.classList.toggle("past", key < answered);
  }
}

function draw(message, key) {
  const element = turn(message, marks, on);
  const asks = element.querySelector(".choices") !== null;
  const entry = { key, message, element, asks, shown: NaN, told: false };
  if (message.id) byId.set(message.id, entry);
  return entry;
}

/** An echo that says the same, in text alone, can stay as it was drawn. */
function looksSame(echo, message) {
  return echo.text === message.text && !message.image && !message.title && !echo.image;
}

/** Put one message of the server in its place; its own echo gives way to it. */
function put(message) {
  const known = byNumber.get(message.number);
  if (known && !known.record) return false;
  const echo = known || byId.get(message.id);
  if (echo && looksSame(echo.message, message)) {
    settle(echo, message.number, message);
    echo.record = null;
    return true;
  }
  if (echo) remove(echo);
  const entry = draw(message, message.number);
  byNumber.set(message.number, entry);
  place(entry);
  return true;
}

/** Add messages that came from the server; answers those not seen before. */
export function add(messages) {
  const follow = stuck;
  const fresh = messages.filter(put);
  agePastChoices();
  if (follow) toBottom();
  return fresh;
}

/** Put a mark in place of messages whose words were erased. */
export function erase({ text, numbers }) {
  for (const number of numbers) {
    const entry = byNumber.get(number);
    if (!entry || entry.message.gone) continue;
    const { side, at } = entry.message;
    remove(entry);
    put({ number, side, at, text, gone: true });
  }
}

/** Add older messages above, without moving what is being read. */
export function addOlder(messages) {
  const height = scroller.scrollHeight - scroller.scrollTop;
  messages.forEach(put);
  agePastChoices();
  scroller.scrollTop = scroller.scrollHeight - height;
}

/** Where a message not yet taken stands: last, or where it was refused. */
const waitingKey = (record) => (record.refused ? record.after + 0.5 : Infinity);

/** Show, or show anew, a message of one's own that the server has not taken yet. */
export function wait(record, message, progress) {
  let entry = byId.get(record.id);
  if (entry && !entry.record) return;
  if (!entry || entry.key !== waitingKey(record)) {
    if (entry) remove(entry);
    entry = draw(message, waitingKey(record));
    entry.record = record;
    place(entry);
  }
  showState(entry.element, record, progress, on);
  agePastChoices();
}

/** The server has taken it under a number: the clock goes, the place is known. */
export function taken(id, number) {
  const entry = byId.get(id);
  if (!entry || !entry.record || number === null) return;
  if (byNumber.has(number)) remove(entry);
  else settle(entry, number, entry.message);
}

/** The worker gave a message up. */
export function drop(id) {
  const entry = byId.get(id);
  if (entry) remove(entry);
  agePastChoices();
}

function scrolled() {
  stuck = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < near;
  on.scrolled(stuck);
}

/** Open the log; `avatars` are their characters, `touches` what each touch does. */
export function open(avatars, touches) {
  marks = avatars;
  on = touches;
  scroller.addEventListener("scroll", scrolled, { passive: true });
  if (!window.ResizeObserver) return;
  const observer = new ResizeObserver(() => stuck && toBottom());
  observer.observe(scroller);
  observer.observe(list);
}

