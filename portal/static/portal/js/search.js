// Search from everywhere: Ctrl-K, "/" or the field in the top line opens the dialog; arrows walk the results.
import { isTyping } from "./words.js";

const dialog = () => document.getElementById("search");
const field = () => document.getElementById("search-query");
const results = () => [...document.querySelectorAll("#search-results a[href]")];

function open() {
  if (!dialog() || dialog().open) return;
  dialog().showModal();
  field().select();
}

document.addEventListener("keydown", (event) => {
  const called = (event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !isTyping(event.target));
  if (called && dialog() && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    open();
  } else if (dialog()?.open) walk(event);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-search-opener] input") && dialog()) open();
});

function walk(event) {
  const links = results();
  const at = links.indexOf(document.activeElement);
  if (event.key === "Escape") dialog().close();
  else if (event.key === "ArrowDown" && links.length) links[Math.min(at + 1, links.length - 1)].focus();
  else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] ?? field()).focus();
  else if (event.key === "Enter" && at < 0 && links.length) links[0].click();
  else if (at >= 0 && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    field().focus();
    return;
  } else return;
  event.preventDefault();
}
