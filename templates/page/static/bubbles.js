/* A message becomes elements. Nothing here remembers anything, and every word goes in
   as text, so a name that looks like markup stays a name. */

import { word } from "./words.js";

/** Make an element of a class with children; strings among them become plain text. */
export function make(tag, name, ...children) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Make a button that does one thing. */
export function button(name, action, ...children) {
  const element = make("button", name, ...children);
  element.type = "button";
  element.addEventListener("click", action);
  return element;
}

/** Draw one of the symbols the template defines. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#${name}`);
  drawing.append(use);
  return drawing;
}

/** Let through only addresses of this site or https ones; anything else is null. */
export function safeAddress(address) {
  try {
    const url = new URL(address, location.href);
    return url.origin === location.origin || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

function anchor(name, address, ...children) {
  const element = make("a", name, ...children);
  element.href = address;
  element.rel = "noopener noreferrer";
  if (new URL(address).origin !== location.origin) element.target = "_blank";
  return element;
}

/** Show text as it was written, with the https addresses in it made tappable. */
function prose(name, text, linked) {
  const element = make("p", name);
  element.dir = "auto";
  const address = /(https:\/\/[\w\-./?%&=#~:@!$+,;]*[\w\-/=#])/;
  const parts = linked ? text.split(address) : [text];
  parts.forEach((part, index) => {
    const href = index % 2 ? safeAddress(part) : null;
    element.append(href ? anchor("", href, part) : part);
  });
  return element;
}

function facts(rows) {
  const list = make("dl", "facts");
  for (const [label, value] of rows) {
    const fact = make("dd", "", String(value));
    fact.dir = "auto";
    list.append(make("dt", "", String(label)), fact);
  }
  return list;
}

function choiceRow(choice, press) {
  const label = make("span", "label", choice.label);
  label.dir = "auto";
  const number = choice.number === null ? "" : `${choice.number}. `;
  const row = button("choice", () => press(choice), number, label);
  row.dataset.label = choice.label;
  return row;
}

/** Offer the choices; a second touch of the same bubble within a second is a slip. */
function choiceRows(choices, on) {
  let touched = 0;
  const press = (choice) => {
    if (Date.now() - touched < 1000) return;
    touched = Date.now();
    on.press(choice.label, choice.press);
  };
  return make("div", "choices", ...choices.map((choice) => choiceRow(choice, press)));
}

function wishRow(wish, on) {
  const photo = ["photo", "Choose a photo", on.pick];
  const wishes = {
    location: [["pin", "Send my location", on.locate]],
    photo: [photo],
    file: [photo, ["paper", "Choose a PDF", on.pickDocument]],
  };
  const rows = (wishes[wish] || []).map(([symbol, label, action]) =>
    button("choice", action, icon(symbol), make("span", "label", word(label))));
  return rows.length ? make("div", "choices", ...rows) : null;
}

function picture(address, on) {
  const image = make("img");
  image.alt = "";
  image.src = address;
  image.addEventListener("error", () => image.replaceWith(make("span", "unseen", icon("photo"))));
  const frame = button("picture", () => on.enlarge(address), image);
  frame.setAttribute("aria-label", word("Photo, tap to enlarge"));
  return frame;
}

/** Offer a document to save; nothing of it is shown here. */
function saved({ url, name, size }) {
  const label = make("span", "label", make("b", "", name), make("small", "", size));
  label.dir = "auto";
  const sign = make("span", "kind", "PDF");
  sign.setAttribute("aria-hidden", "true");
  const href = url && safeAddress(url);
  if (!href) return make("div", "document", sign, label);
  const link = anchor("document", href, sign, label);
  link.download = name;
  return link;
}

/** Show a drawing of these words in their place; they are read out, or stand in for it. */
function drawing(address, words, on) {
  const frame = picture(address, on);
  const image = frame.querySelector("img");
  frame.classList.add("drawn");
  words.forEach((element) => element.classList.add("speaker"));
  image.loading = "lazy";
  image.addEventListener("error", () => {
    frame.remove();
    words.forEach((element) => element.classList.remove("speaker"));
  });
  return frame;
}

function place(text) {
  const element = make("span", "place", text);
  element.setAttribute("aria-label", word("Question {place}", { place: text }));
  return element;
}

function linkRow(link) {
  const href = link && safeAddress(link.url);
  return href ? anchor("detail", href, make("span", "label", link.label || word("Details"))) : null;
}

function parts(message, on) {
  const head = [
    message.title ? prose("title", message.title, false) : null,
    message.rows && message.rows.length ? facts(message.rows) : null,
  ].filter((part) => part !== null);
  return [
    message.place ? place(message.place) : null,
    message.image ? picture(message.image, on) : null,
    message.document ? saved(message.document) : null,
    message.drawing ? drawing(message.drawing, head, on) : null,
    ...head,
    message.text ? prose("text", message.text, message.side !== "worker") : null,
    message.choices && message.choices.length ? choiceRows(message.choices, on) : null,
    message.wish ? wishRow(message.wish, on) : null,
    linkRow(message.link),
  ];
}

const isCard = (message) => Boolean(message.title) && message.side !== "worker";

/** Join the classes that say what a bubble holds, so that the style needs no guessing. */
function shape(message) {
  const bare = message.image && !message.text && !message.title;
  return isCard(message) ? "card" : `bubble${bare ? " bare" : ""}`;
}

const speakers = { worker: "Me", person: "Staff", bot: "Assistant" };

/** Draw a message whose words were erased: one quiet line for as many as there are. */
function gone(message) {
  const element = make("div", `turn gone ${message.side}`, make("p", "text", message.text));
  element.dataset.number = message.number;
  return element;
}

/** Draw one message as a turn of the conversation. */
export function turn(message, marks, on) {
  if (message.gone) return gone(message);
  const body = make("div", shape(message), ...parts(message, on));
  const speaker = word(speakers[message.side] || "Assistant");
  const avatar = make("span", "mark", marks[message.side] || marks.bot);
  avatar.setAttribute("aria-hidden", "true");
  const said = make("div", "said", make("span", "speaker", speaker), body);
  const line = make("div", "line", isCard(message) ? "" : avatar, said);
  const element = make("div", `turn ${message.side}${isCard(message) ? " wide" : ""}`, line);
  if (message.number) element.dataset.number = message.number;
  return element;
}

/** Show on a turn that its message waits, is on its way (0 to 1), or was refused. */
export function showState(element, record, progress, on) {
  for (const old of element.querySelectorAll(".sending, .refusal")) old.remove();
  element.classList.toggle("refused", Boolean(record.refused));
  const said = element.querySelector(".said");
  if (!record.refused) {
    const clock = make("span", "sending", progress ? `${Math.floor(progress * 100)}%` : "");
    clock.setAttribute("role", "img");
    clock.setAttribute("aria-label", word("Sending"));
    said.after(clock);
    return;
  }
  const again = button("again", () => on.again(record.id), "!");
  again.setAttribute("aria-label", word("Send again"));
  const refusal = make("div", "refusal", again, make("span", "", record.refused),
    button("", () => on.again(record.id), word("Send again")),
    button("", () => on.drop(record.id), word("Delete")));
  element.append(refusal);
}
