// Short notices at the foot of the page. The server sends them as the event "toasts"; those that matter stay.
import { words } from "./words.js";

const LASTING = { info: 6_000, done: 6_000, attention: 12_000, trouble: 0 };
const tones = { info: "moving", done: "done", attention: "attention", trouble: "trouble" };

function undoForm(url) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}")["X-CSRFToken"] ?? "";
  form.append(token, button(words.undo, "submit"));
  return form;
}

function button(label, type = "button") {
  const made = document.createElement("button");
  made.type = type;
  made.className = "btn btn-sm";
  made.textContent = label;
  return made;
}

/** Shows a notice. tone: info, done, attention or trouble, which stays until dismissed; undo: where to post to. */
export function toast(text, { tone = "info", undo = "" } = {}) {
  const place = document.getElementById("toasts");
  if ([...place.children].some((shown) => shown.firstChild.textContent === text)) return;
  const item = document.createElement("div");
  item.className = `toast-item tone-${tones[tone] ?? "moving"}`;
  const said = document.createElement("p");
  said.textContent = text;
  const dismiss = button(words.dismiss);
  dismiss.addEventListener("click", () => item.remove());
  item.append(said, ...(undo ? [undoForm(undo)] : []), dismiss);
  place.append(item);
  leaveLater(item, undo ? Math.max(12_000, LASTING[tone]) : LASTING[tone]);
}

function leaveLater(item, lasting) {
  if (!lasting) return;
  let timer = setTimeout(() => item.remove(), lasting);
  const stay = () => clearTimeout(timer);
  const leave = () => { timer = setTimeout(() => item.remove(), lasting); };
  item.addEventListener("pointerenter", stay);
  item.addEventListener("pointerleave", leave);
  item.addEventListener("focusin", stay);
  item.addEventListener("focusout", leave);
}

document.addEventListener("toasts", (event) => {
  for (const { text, tone, undo } of event.detail.items ?? []) toast(text, { tone, undo });
});
