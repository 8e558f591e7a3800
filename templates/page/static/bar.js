/* What the worker touches around the conversation: the menus with their pop-up rows, the
   field to type in, the panel for a photo or the place, and the sheet behind ⋯. */

import { button, make } from "./bubbles.js";
import { word } from "./words.js";

const get = (id) => document.getElementById(id);

/** Close whatever lies open when the touch goes elsewhere or Escape is pressed. */
function closeOutside(inside, close) {
  document.addEventListener("pointerdown", (event) => inside(event.target) || close(), true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
}

/** Keep a pop-up within the page, however narrow its column is. */
function nudge(popup) {
  const page = get("page").getBoundingClientRect();
  const box = popup.getBoundingClientRect();
  const over = Math.max(0, box.right + 8 - page.right) - Math.max(0, page.left + 8 - box.left);
  popup.style.marginLeft = `${-over}px`;
}

/** The three menus; answers how to show them anew and how to set the red dot. */
function openMenus(press) {
  const bar = get("menus");
  let shown = "";
  let dotted = false;

  function close() {
    for (const popup of bar.querySelectorAll(".popup")) {
      if (popup.contains(document.activeElement)) popup.previousElementSibling.focus();
      popup.remove();
    }
    for (const head of bar.querySelectorAll("[aria-expanded]")) head.setAttribute("aria-expanded", "false");
  }

  function choose(row) {
    close();
    press(row.label, row.press);
  }

  function unfold(column, head, rows) {
    const wasOpen = head.getAttribute("aria-expanded") === "true";
    close();
    if (wasOpen) return;
    const items = rows.slice(0, 5).map((row) => button("", () => choose(row), row.label));
    const popup = make("div", "popup", ...items);
    head.setAttribute("aria-expanded", "true");
    column.append(popup);
    nudge(popup);
  }

  function column(menu) {
    const single = menu.rows.length === 1;
    const folded = make("span", "fold", single ? "" : "≡");
    folded.setAttribute("aria-hidden", "true");
    const box = make("div", "menu");
    const act = () => (single ? choose(menu.rows[0]) : unfold(box, head, menu.rows));
    const head = button("", act, single ? "" : folded, make("span", "label", menu.label));
    if (!single) head.setAttribute("aria-expanded", "false");
    box.append(head);
    return box;
  }

  function show(menus) {
    const wanted = JSON.stringify(menus);
    if (!menus || wanted === shown) return;
    shown = wanted;
    for (const old of bar.querySelectorAll(".menu")) old.remove();
    bar.append(...menus.slice(0, 3).map(column));
    dot(dotted);
  }

  function dot(on) {
    dotted = on;
    const last = bar.querySelector(".menu:last-child");
    if (last) last.classList.toggle("dotted", on);
    get("to-menu").classList.toggle("dotted", on);
  }

  closeOutside((target) => target.closest(".menu"), close);
  return { show, dot };
}

/** The field to type in; grows to four lines, Enter sends. */
function openField(say) {
  const field = get("text");
  const composing = (event) => event.isComposing || event.keyCode === 229;

  function fit() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    const empty = field.value.trim() === "";
    get("send").hidden = empty;
    get("plus").hidden = !empty;
  }

  function submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (text === "") return;
    field.value = "";
    fit();
    say(text);
    field.focus();
  }

  get("say").addEventListener("submit", submit);
  field.addEventListener("input", fit);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !composing(event)) submit(event);
  });
  return { fit, field };
}

/** Find the place; where that is refused or impossible, say so and offer the field. */
function locator(found, failed) {
  let busy = false;
  const options = { enableHighAccuracy: true, timeout: 12000, maximumAge: 60000 };
  return (tell) => {
    if (busy) return;
    if (!window.isSecureContext || !navigator.geolocation) {
      failed();
      return;
    }
    busy = true;
    tell(word("Finding your place…"));
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      busy = false;
      found(coords.latitude, coords.longitude);
    }, () => {
      busy = false;
      failed();
    }, options);
  };
}

/** Open the bar. `on` hears press(label, press), say(text), photo(file), place(lat, lon). */
export function openBar(on, tell) {
  const menus = openMenus(on.press);
  const { fit, field } = openField(on.say);
  const panel = get("panel");
  let swapped = false;

  function showPanel(open) {
    panel.hidden = !open;
    get("plus").setAttribute("aria-expanded", String(open));
  }

  function showField(open) {
    get("say").hidden = !open;
    get("menus").hidden = open;
    showPanel(false);
    if (open) fit();
  }

  const type = () => {
    showField(true);
    field.focus();
  };
  const locate = locator((lat, lon) => {
    tell("");
    on.place(lat, lon);
  }, () => {
    type();
    tell(word("The location cannot be read. Please type the place, such as the district and street."), 8);
  });

  /** Fit the bar to the question on screen, never opening the phone's keyboard. */
  function fitQuestion(message) {
    field.inputMode = message.wish === "phone" ? "tel" : "text";
    const choices = message.choices && message.choices.length > 0;
    const typed = !choices && (message.wish === "phone" || (message.place && !message.wish));
    const writing = document.activeElement === field || field.value !== "";
    if (typed) {
      if (get("say").hidden) swapped = true;
      get("say").hidden && showField(true);
    } else if (swapped && !writing) {
      swapped = false;
      showField(false);
    }
  }

  get("to-text").addEventListener("click", type);
  get("to-menu").addEventListener("click", () => showField(false));
  get("plus").addEventListener("click", () => showPanel(panel.hidden));
  field.addEventListener("focus", () => showPanel(false));
  get("pick").addEventListener("click", () => get("file").click());
  get("locate").addEventListener("click", () => locate(tell));
  get("file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    showPanel(false);
    if (file) on.photo(file);
    event.target.value = "";
  });
  return { menus, fitQuestion, locate: () => locate(tell), pick: () => get("file").click() };
}

/** Lay a sheet of rows over the page; the last row always closes it. */
export function openSheet(rows) {
  const before = document.activeElement;
  const close = () => {
    veil.remove();
    before.focus();
  };
  const items = rows.map(([label, act]) => button("", () => {
    close();
    act();
  }, label));
  const sheet = make("div", "sheet", ...items, button("cancel", close, word("Cancel")));
  const veil = make("div", "veil", sheet);
  sheet.setAttribute("role", "dialog");
  sheet.setAttribute("aria-modal", "true");
  sheet.setAttribute("aria-label", get("more").getAttribute("aria-label"));
  veil.addEventListener("click", (event) => event.target === veil && close());
  veil.addEventListener("keydown", (event) => keepWithin(event, sheet, close));
  get("page").append(veil);
  items[0].focus();
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
