// Rows that are put in another order by dragging their grip. `data-sortable` names the form that takes the keys of the
// rows; buttons beside the grip do the same without a pointer, and without scripts.
import { onContent } from "./words.js";

let row = null;
let before = [];

onContent((root) => {
  for (const grip of root.querySelectorAll("[data-sortable] [data-grip]")) grip.hidden = false;
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  row = grip.closest("[data-key]");
  before = [...row.parentElement.children];
  row.classList.add("is-dragged");
});

document.addEventListener("pointermove", (event) => {
  if (!row) return;
  const other = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-key]");
  if (!other || other === row || other.parentElement !== row.parentElement) return;
  const box = other.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) other.before(row);
  else other.after(row);
});

document.addEventListener("pointerup", () => {
  if (!row) return;
  const list = row.parentElement;
  const after = [...list.children];
  drop();
  if (after.every((each, nth) => each === before[nth])) return;
  const form = document.getElementById(list.dataset.sortable);
  form.elements.order.value = after.map((each) => each.dataset.key).join(",");
  form.requestSubmit();
});

document.addEventListener("pointercancel", () => undo());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") undo();
});

function undo() {
  if (!row) return;
  row.parentElement.append(...before);
  drop();
}

function drop() {
  row.classList.remove("is-dragged");
  row = null;
}
