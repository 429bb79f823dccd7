// Marks that scripts run, and sets the chosen brightness before anything is drawn. "auto" leaves it to the system.
(() => {
  document.documentElement.classList.add("js");
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage is closed to us: the system decides.
  }
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
    document.documentElement.dataset.bsTheme = chosen;
  }
})();
