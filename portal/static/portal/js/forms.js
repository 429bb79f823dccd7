// Forms: a second press does nothing, the summary of errors takes the focus, files can be dropped.
import { onContent } from "./words.js";

const busy = new WeakMap(); // form → what to put back

function begin(form, submitter) {
  const button = submitter ?? form.querySelector("[data-busy]");
  const label = button?.querySelector("[data-busy-words]");
  busy.set(form, { button, label, text: label?.textContent });
  // The button changes after the form's values were taken, its own among them.
  if (button) setTimeout(() => busy.has(form) && showBusy(button, label));
}

function showBusy(button, label) {
  button.setAttribute("aria-disabled", "true");
  button.setAttribute("aria-busy", "true");
  if (label && button.dataset.busy) label.textContent = button.dataset.busy;
}

function end(form) {
  const kept = busy.get(form);
  busy.delete(form);
  if (!kept?.button) return;
  kept.button.removeAttribute("aria-disabled");
  kept.button.removeAttribute("aria-busy");
  if (kept.label) kept.label.textContent = kept.text;
}

// Capturing on the window, so that a blocked second press reaches nobody, htmx included.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.target === "_blank" || form.hasAttribute("data-download")) return;
  if (busy.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (!event.defaultPrevented) {
    begin(form, event.submitter);
  }
}, { capture: true });

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement?.closest?.("form");
  if (form) end(form);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach(end);
});

onContent((root) => root.querySelector("[data-focus]")?.focus());

document.addEventListener("click", (event) => {
  const link = event.target.closest(".form-errors a[href^='#']");
  if (!link) return;
  const field = document.getElementById(link.getAttribute("href").slice(1));
  const control = field?.matches("input, select, textarea") ? field : field?.querySelector("input");
  if (!control) return;
  control.focus();
  event.preventDefault();
});

// ---- dropping files ----

const zoneOf = (event) => event.target.closest?.("[data-dropzone]");

for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => zoneOf(event)?.classList.toggle("is-over", over));
}

document.addEventListener("change", (event) => {
  const zone = event.target.matches("[data-dropzone] input[type=file]") && zoneOf(event);
  if (!zone) return;
  const names = [...event.target.files].map((file) => `${file.name} (${size(file.size)})`);
  zone.querySelector("[data-dropzone-chosen]").textContent = names.join(", ");
});

function size(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  const at = Math.min(3, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024)));
  const amount = bytes / 1024 ** at;
  return `${at && amount < 10 ? amount.toFixed(1) : Math.round(amount)}${units[at]}`;
}
