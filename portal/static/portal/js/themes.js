// The choice of brightness in the person's menu; kept in this browser.
import { onContent } from "./words.js";

const root = document.documentElement;

function chosen() {
  return root.dataset.theme ?? "auto";
}

function choose(theme) {
  if (theme === "auto") {
    delete root.dataset.theme;
    delete root.dataset.bsTheme;
    localStorage.removeItem("theme");
  } else {
    root.dataset.theme = root.dataset.bsTheme = theme;
    localStorage.setItem("theme", theme);
  }
  show(document);
  document.dispatchEvent(new CustomEvent("theme"));
}

function show(within) {
  within.querySelectorAll("[data-themes]").forEach((group) => { group.hidden = false; });
  within.querySelectorAll("[data-theme-choice]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()));
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (button) choose(button.dataset.themeChoice);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("theme")));
onContent(show);
