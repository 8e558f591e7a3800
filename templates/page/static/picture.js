/* Pictures: made small before they are sent, shown large when they are touched. */

import { button, make } from "./bubbles.js";
import { word } from "./words.js";

const longestSide = 1600;
const quality = 0.82;

function load(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = address;
  });
}

/** Redraw a picture small; that also leaves behind the place and phone noted in it. */
async function redraw(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = await load(address);
    const scale = Math.min(1, longestSide / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = make("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", quality);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Make ready to send: a small JPEG as text, or the file itself where it cannot be drawn. */
export async function prepare(file) {
  try {
    const photo = await redraw(file);
    if (photo.startsWith("data:image/jpeg")) return { photo };
  } catch {
    return { file };
  }
  return { file };
}

/** Show a picture over the whole screen; a touch, Escape or the phone's back key closes it. */
export function enlarge(address) {
  const before = document.activeElement;
  const image = make("img");
  image.src = address;
  image.alt = word("Photo");
  const frame = button("viewer", () => history.back(), image);
  frame.setAttribute("aria-label", word("Close"));
  const close = () => {
    window.removeEventListener("popstate", close);
    frame.remove();
    if (before) before.focus();
  };
  frame.addEventListener("keydown", (event) => {
    if (event.key === "Escape") history.back();
    if (event.key === "Tab") event.preventDefault();
  });
  history.pushState({ viewer: true }, "");
  window.addEventListener("popstate", close);
  document.body.append(frame);
  frame.focus();
}
