// Drop-down menus close when something else is chosen; texts are copied by their button.
import { toast } from "./toasts.js";
import { words } from "./words.js";

const open = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  open().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open().length) return;
  open().forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.closest(".copy").querySelector(".copy-text").textContent);
  toast(words.copied, { tone: "done" });
});
