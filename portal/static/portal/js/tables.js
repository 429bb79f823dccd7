// Tables by hand: j/k moves, x selects, X and shift-click select a range, Enter opens, Esc clears; and the bulk bar.
import { ask } from "./dialogs.js";
import { isTyping, onContent } from "./words.js";

let anchor = null; // the box that a range starts from

const rowsOf = (table) => [...table.querySelectorAll("tbody > tr")].filter((row) => !row.hidden);
const boxOf = (row) => row?.querySelector(".cell-select input");
const currentRow = () => document.querySelector("table[data-rows] tr.is-current");
const activeTable = () => currentRow()?.closest("table") ?? document.querySelector("main table[data-rows]");
const mainLink = (row) => row?.querySelector("a[href]");

function goTo(row) {
  if (!row) return;
  currentRow()?.classList.remove("is-current");
  row.classList.add("is-current");
  (mainLink(row) ?? boxOf(row))?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const table = activeTable();
  if (!table) return;
  const rows = rowsOf(table);
  const at = rows.indexOf(currentRow());
  goTo(at < 0 ? rows[by > 0 ? 0 : rows.length - 1] : rows[Math.min(rows.length - 1, Math.max(0, at + by))]);
}

function check(box, checked) {
  if (box && box.checked !== checked) {
    box.checked = checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function checkRange(table, from, to, checked) {
  const boxes = rowsOf(table).map(boxOf).filter(Boolean);
  const [first, last] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  if (first >= 0) boxes.slice(first, last + 1).forEach((box) => check(box, checked));
}

function toggleCurrent(range) {
  const box = boxOf(currentRow());
  if (!box) return;
  if (range && anchor?.isConnected) checkRange(box.closest("table"), anchor, box, true);
  else {
    check(box, !box.checked);
    anchor = box;
  }
}

const handlers = {
  j: () => step(1),
  k: () => step(-1),
  x: () => toggleCurrent(false),
  X: () => toggleCurrent(true),
  Enter: () => mainLink(currentRow())?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]") || !document.querySelector("table[data-rows]")) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
  const arrows = event.target.closest?.("table[data-rows]") && { ArrowDown: "j", ArrowUp: "k" }[event.key];
  const action = handlers[arrows || event.key] ?? bulkHandler(event.key);
  if (!action) return;
  action();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const box = event.target.closest(".cell-select input");
  if (box && !box.matches("[data-select-all]")) {
    if (event.shiftKey && anchor?.isConnected) checkRange(box.closest("table"), anchor, box, box.checked);
    anchor = box;
  }
  const row = event.target.closest("table[data-rows] tbody > tr");
  if (row && row !== currentRow()) {
    currentRow()?.classList.remove("is-current");
    row.classList.add("is-current");
  }
});

// ---- the bulk bar ----

const barOf = (form) => document.querySelector(`[data-bulk][data-form="${CSS.escape(form?.id ?? "")}"]`);
const everything = (bar) => bar.querySelector("[data-bulk-everything]");

function chosenIn(bar) {
  const form = document.getElementById(bar.dataset.form);
  return form ? [...form.elements].filter((one) => one.name === "selected") : [];
}

function refresh(bar) {
  const boxes = chosenIn(bar);
  const checked = boxes.filter((box) => box.checked).length;
  if (checked < boxes.length) everything(bar).value = "";
  const all = everything(bar).value === "1";
  const whole = bar.querySelector("[data-bulk-all]");
  const number = all ? Number(whole.dataset.total) : checked;
  bar.classList.toggle("is-idle", checked === 0);
  const count = bar.querySelector("[data-bulk-count]");
  count.textContent = (all ? count.dataset.wordsAll : count.dataset.words).replace("{n}", number.toLocaleString("ja"));
  bar.querySelectorAll("[data-bulk-action]").forEach((button) => {
    button.querySelector("[data-bulk-words]").textContent = button.dataset.words.replace("{n}", number.toLocaleString("ja"));
  });
  bar.querySelector("[data-bulk-clear]").hidden = checked === 0;
  if (whole) whole.hidden = all || checked < boxes.length || Number(whole.dataset.total) <= checked;
  refreshHead(boxes, checked);
}

function refreshHead(boxes, checked) {
  const head = boxes[0]?.closest("table")?.querySelector("[data-select-all]");
  if (!head) return;
  head.checked = checked > 0 && checked === boxes.length;
  head.indeterminate = checked > 0 && checked < boxes.length;
}

function clear(bar) {
  everything(bar).value = "";
  chosenIn(bar).forEach((box) => { box.checked = false; });
  refresh(bar);
}

function bulkHandler(key) {
  const button = key.length === 1 && document.querySelector(`[data-bulk]:not(.is-idle) [data-bulk-key="${CSS.escape(key)}"]`);
  return button ? () => button.click() : null;
}

document.addEventListener("change", (event) => {
  const head = event.target.closest("[data-select-all]");
  if (head) rowsOf(head.closest("table")).forEach((row) => { if (boxOf(row)) boxOf(row).checked = head.checked; });
  const bar = event.target.closest(".cell-select input") && barOf(event.target.form);
  if (bar) refresh(bar);
});

document.addEventListener("click", async (event) => {
  const bar = event.target.closest("[data-bulk]");
  if (!bar) return;
  if (event.target.closest("[data-bulk-clear]")) clear(bar);
  if (event.target.closest("[data-bulk-all]")) {
    everything(bar).value = "1";
    refresh(bar);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const bar = document.querySelector("[data-bulk]:not(.is-idle)");
  if (bar && !isTyping(event.target)) clear(bar);
});

onContent((root) => root.querySelectorAll("[data-bulk]").forEach(refresh));

// A table wider than its place scrolls in it; one that fits keeps its head in sight while the page scrolls.
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wide = target.firstElementChild.scrollWidth > target.clientWidth + 1;
    target.classList.toggle("is-wide", wide);
    // What scrolls sideways has to be reached by the keyboard.
    if (wide) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
onContent((root) => root.querySelectorAll(".table-wrap").forEach((wrap) => widths.observe(wrap)));

const wordsOf = (button) => (button.querySelector("[data-bulk-words], [data-busy-words]") ?? button).innerText.trim();

// A question before a button of any kind: data-ask on it; {n} is the number selected.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-ask]");
  if (!button || button.dataset.answered) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const number = button.closest("[data-bulk]")?.querySelector("[data-bulk-count]").textContent.match(/[\d,]+/)?.[0] ?? "";
  if (!(await ask(button.dataset.ask.replace("{n}", number), wordsOf(button)))) return;
  button.dataset.answered = "1";
  button.click();
  delete button.dataset.answered;
}, { capture: true });
