/* The page's words, as the template translated them, and how a time is said. */

const words = JSON.parse(document.getElementById("words").textContent);
const language = document.documentElement.lang || "zh-CN";
const { zone } = JSON.parse(document.getElementById("boot").textContent);
const day = 86400000;

/** Say a word of the page, with its {values} filled in. */
export function word(name, values) {
  const said = words[name] || name;
  return said.replace(/\{(\w+)\}/g, (whole, key) => (values && key in values ? values[key] : whole));
}

const format = (options) => new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = format({ weekday: "long" });
const date = format({ year: "numeric", month: "long", day: "numeric" });
const digits = new Intl.DateTimeFormat("en-US", {
  timeZone: zone, year: "numeric", month: "numeric", day: "numeric",
});

/** Count the days from 1970 to a moment, as the calendar of the product's zone counts them. */
function calendarDay(moment) {
  const [month, dayOfMonth, year] = digits.format(moment).split("/").map(Number);
  return Math.round(Date.UTC(year, month - 1, dayOfMonth) / day);
}

function dayWords(moment, now) {
  const ago = calendarDay(now) - calendarDay(moment);
  if (ago <= 0) return "";
  if (ago === 1) return word("Yesterday");
  return ago < 7 ? weekday.format(moment) : date.format(moment);
}

/** Say when something was written: 09:41, 昨天 19:02, 星期三 08:00, 2026年11月3日 08:00. */
export function saidTime(moment, now) {
  return `${dayWords(moment, now)} ${clock.format(moment)}`.trim();
}
