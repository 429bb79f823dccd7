// What the scripts say, in the reader's language, and the page's own notion of the time.

const element = document.getElementById("interface-words");
export const words = element ? JSON.parse(element.textContent) : { formats: {}, keys: {} };

const served = Date.parse(document.documentElement.dataset.now ?? "");
const offset = Number.isNaN(served) ? 0 : served - Date.now();

/** The time as the server has it, in milliseconds. */
export const now = () => Date.now() + offset;

export const filled = (form, value) => form.replace("{}", value);

/** Calls back with the page now, and with each part of it that htmx brings. */
export function onContent(callback) {
  callback(document);
  document.addEventListener("htmx:after:process", (event) => {
    if (event.target instanceof Element) callback(event.target.parentElement ?? event.target);
  });
}

/** Whether a key pressed there is meant as text. */
export function isTyping(target) {
  return target instanceof Element && target.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]");
}
