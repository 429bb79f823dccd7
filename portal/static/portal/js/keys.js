// Keys: those of the page itself (data-key on a link, button or field) and the list of all of them under "?".
import { isTyping, words } from "./words.js";

const FIXED = [
  ["Ctrl K", "search"], ["?", "help"], ["j ↓", "down"], ["k ↑", "up"], ["x", "select"], ["X", "range"], ["Enter", "open"], ["Esc", "close"],
];
const TABLE_KEYS = new Set(["down", "up", "select", "range", "open"]);

const free = (event) => !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey
  && !isTyping(event.target) && !document.querySelector("dialog[open]");

function shown(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

function press(key) {
  const outside = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  const row = document.querySelector("tr.is-current");
  const chosen = outside.find((one) => row?.contains(one)) ?? outside.find((one) => !one.closest("tr") && shown(one));
  if (!chosen) return false;
  if (chosen.matches("input, textarea, select")) chosen.focus();
  else chosen.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (!free(event)) return;
  if (event.key === "?") openHelp();
  else if (event.key.length !== 1 || !press(event.key)) return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-help]")) openHelp();
});

function openHelp() {
  const list = document.querySelector("[data-help]");
  if (!list) return;
  const onTable = document.querySelector("table[data-rows]") !== null;
  const fixed = FIXED.filter(([, name]) => onTable || !TABLE_KEYS.has(name)).map(([keys, name]) => [keys, words.keys[name]]);
  const own = [...document.querySelectorAll("[data-key], [data-bulk-key]")].map((element) => [
    element.dataset.key ?? element.dataset.bulkKey,
    element.dataset.keyLabel ?? (element.getAttribute("aria-label") || element.innerText.replace(/\s+\S$/, "").trim()),
  ]);
  list.replaceChildren(...[...fixed, ...new Map(own)].flatMap(([keys, label]) => entry(keys, label)));
  document.getElementById("help").showModal();
}

function entry(keys, label) {
  const term = document.createElement("dt");
  for (const key of keys.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap, " ");
  }
  const meaning = document.createElement("dd");
  meaning.textContent = label;
  return [term, meaning];
}
