/* What the worker touches around the conversation: the menus with their pop-up rows, the
   field to type in, the panel for a file or the place, and the sheet behind ⋯. */

import { button, make } from "./bubbles.js";
import { word } from "./words.js";

const get = (id) => document.getElementById(id);
const menus = get("menus");
const field = get("text");
const panel = get("panel");

let on = {};
let shownMenus = "";
let dotted = false;
let swapped = false;
let locating = false;

/* The menus. */

function fold() {
  for (const popup of menus.querySelectorAll(".popup")) {
    const head = popup.previousElementSibling;
    if (popup.contains(document.activeElement)) head.focus();
    head.setAttribute("aria-expanded", "false");
    popup.remove();
  }
}

/** Keep a pop-up within the page, however narrow its column is. */
function nudge(popup) {
  const page = get("page").getBoundingClientRect();
  const box = popup.getBoundingClientRect();
  const right = Math.max(0, box.right + 8 - page.right);
  const left = Math.max(0, page.left + 8 - box.left);
  popup.style.marginLeft = `${left - right}px`;
}

function choose(row) {
  fold();
  on.press(row.label, row.press);
}

function unfold(head, rows) {
  const wasOpen = head.getAttribute("aria-expanded") === "true";
  fold();
  if (wasOpen) return;
  const items = rows.slice(0, 5).map((row) => button("", () => choose(row), row.label));
  const popup = make("div", "popup", ...items);
  head.setAttribute("aria-expanded", "true");
  head.after(popup);
  nudge(popup);
}

/** A menu of one row acts at once; of more it unfolds. */
function column(menu) {
  const label = make("span", "label", menu.label);
  if (menu.rows.length === 1) {
    return make("div", "menu", button("", () => choose(menu.rows[0]), label));
  }
  const sign = make("span", "fold", "≡");
  sign.setAttribute("aria-hidden", "true");
  const head = button("", () => unfold(head, menu.rows), sign, label);
  head.setAttribute("aria-expanded", "false");
  return make("div", "menu", head);
}

/** Show the menus, drawing them anew only when they differ. */
export function showMenus(wanted) {
  const text = JSON.stringify(wanted);
  if (!wanted || text === shownMenus) return;
  shownMenus = text;
  for (const old of menus.querySelectorAll(".menu")) old.remove();
  menus.append(...wanted.slice(0, 3).map(column));
  dot(dotted);
}

/** Set or clear the red dot that says something is unread. */
export function dot(is) {
  dotted = is;
  const last = menus.querySelector(".menu:last-child");
  if (last) last.classList.toggle("dotted", is);
  get("to-menu").classList.toggle("dotted", is);
}

/* The field, which grows to four lines, and the panel beneath it. */

function fitField() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
  const empty = field.value.trim() === "";
  get("send").hidden = empty;
  get("plus").hidden = !empty;
}

/** Is somebody in the middle of writing? */
export const isTyping = () => field.value.trim() !== "";

function submit(event) {
  event.preventDefault();
  const text = field.value.trim();
  if (text === "") return;
  field.value = "";
  fitField();
  on.say(text);
  field.focus();
}

/** Enter sends, but not the Enter that picks a word in a Chinese keyboard. */
function typed(event) {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key === "Enter" && !event.shiftKey && !composing) submit(event);
}

function showPanel(open) {
  panel.hidden = !open;
  get("plus").setAttribute("aria-expanded", String(open));
}

function showField(open) {
  get("say").hidden = !open;
  menus.hidden = open;
  showPanel(false);
  if (open) fitField();
}

function type() {
  showField(true);
  field.focus();
}

/** Fit the bar to the question on screen, never opening the phone's keyboard. */
export function fitQuestion(message) {
  const choices = (message.choices || []).some((choice) => choice.number);
  const asked = message.wish === "phone" || (message.place && !message.wish);
  const writing = document.activeElement === field || field.value !== "";
  field.inputMode = message.wish === "phone" ? "tel" : "text";
  if (asked && !choices) {
    if (!get("say").hidden) return;
    swapped = true;
    showField(true);
  } else if (swapped && !writing) {
    swapped = false;
    showField(false);
  }
}

/* A photo, a document, the place. */

/** Let the worker choose a photo; only a touch may call this. */
export const pick = () => get("file").click();

/** Let the worker choose a document; only a touch may call this. */
export const pickDocument = () => get("document").click();

function picked(event, act) {
  const [file] = event.target.files;
  showPanel(false);
  if (file) act(file);
  event.target.value = "";
}

function found({ coords }) {
  locating = false;
  on.tell("");
  on.place(coords.latitude, coords.longitude);
}

function notFound() {
  locating = false;
  type();
  on.tell(word("The location cannot be read. Please type the place, such as the district and street."), 8);
}

/** Find the place and send it; where that is refused or impossible, offer the field. */
export function locate() {
  if (locating) return;
  if (!window.isSecureContext || !navigator.geolocation) {
    notFound();
    return;
  }
  locating = true;
  on.tell(word("Finding your place…"));
  const options = { enableHighAccuracy: true, timeout: 12000, maximumAge: 60000 };
  navigator.geolocation.getCurrentPosition(found, notFound, options);
}

/** Open the bar. `hearer` has press(label, press), say(text), photo(file),
    document(file), place(lat, lon) and tell(words, seconds). */
export function open(hearer) {
  on = hearer;
  const outside = (event) => event.target.closest(".menu") || fold();
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && fold());
  get("say").addEventListener("submit", submit);
  field.addEventListener("input", fitField);
  field.addEventListener("keydown", typed);
  field.addEventListener("focus", () => showPanel(false));
  get("to-text").addEventListener("click", type);
  get("to-menu").addEventListener("click", () => showField(false));
  get("plus").addEventListener("click", () => showPanel(panel.hidden));
  get("pick").addEventListener("click", pick);
  get("locate").addEventListener("click", locate);
  get("pick-document").addEventListener("click", pickDocument);
  get("file").addEventListener("change", (event) => picked(event, on.photo));
  get("document").addEventListener("change", (event) => picked(event, on.document));
}

/* The sheet. */

/** Lay a sheet of rows over the page; the last row always closes it. */
export function openSheet(rows) {
  const before = document.activeElement;
  const close = () => {
    veil.remove();
    before.focus();
  };
  const row = ([label, act]) => button("", () => {
    close();
    act();
  }, label);
  const sheet = make("div", "sheet", ...rows.map(row), button("cancel", close, word("Cancel")));
  const veil = make("div", "veil", sheet);
  sheet.setAttribute("role", "dialog");
  sheet.setAttribute("aria-modal", "true");
  sheet.setAttribute("aria-label", get("more").getAttribute("aria-label"));
  veil.addEventListener("click", (event) => event.target === veil && close());
  veil.addEventListener("keydown", (event) => keepWithin(event, sheet, close));
  get("page").append(veil);
  sheet.firstElementChild.focus();
}

function keepWithin(event, sheet, close) {
  if (event.key === "Escape") close();
  if (event.key !== "Tab") return;
  const end = event.shiftKey ? sheet.firstElementChild : sheet.lastElementChild;
  const other = event.shiftKey ? sheet.lastElementChild : sheet.firstElementChild;
  if (document.activeElement !== end) return;
  event.preventDefault();
  other.focus();
}
