// Binds the page's behaviour. Each module listens on the document, so what htmx brings later behaves the same.
import "./js/dialogs.js";
import "./js/forms.js";
import "./js/menus.js";
import "./js/panel.js";
import "./js/replies.js";
import "./js/search.js";
import "./js/sorting.js";
import "./js/tables.js";
import "./js/talk.js";
import "./js/themes.js";
import "./js/ticks.js";
import "./js/toasts.js";
import "./js/keys.js";
import { onContent } from "./js/words.js";

onContent((root) => {
  if (root.querySelector("[data-chart]")) import("./js/charts.js").then(({ draw }) => draw(root));
});
