// Typing an order without the mouse: lists under the fields that search, a new line by Enter, handing in by Ctrl+Enter.

const options = (input) => [...document.querySelectorAll(`#${CSS.escape(input.dataset.finder)} button`)];
const finderOf = (list) => document.querySelector(`[data-finder="${CSS.escape(list.id)}"]`);
const press = (value) => document.querySelector(`#entry-form button[name=press][value="${value}"]:not(.visually-hidden)`)?.click();

function close(list) {
  list.replaceChildren();
}

function inFinder(event) {
  const input = event.target;
  const found = options(input);
  if (event.key === "ArrowDown" && found.length) found[0].focus();
  else if (event.key === "Enter" && found.length) found[0].click();
  else if (event.key === "Escape" && found.length) close(document.getElementById(input.dataset.finder));
  else return false;
  return true;
}

function inList(event) {
  const list = event.target.closest(".entry-found");
  const input = finderOf(list);
  const found = options(input);
  const at = found.indexOf(event.target);
  if (event.key === "ArrowDown") found[Math.min(at + 1, found.length - 1)].focus();
  else if (event.key === "ArrowUp") (found[at - 1] ?? input).focus();
  else if (event.key === "Escape") {
    input.focus();
    close(list);
  } else return false;
  return true;
}

/** Enter goes on to the next field of the line, and behind the last one to the next line. */
function inLine(event) {
  if (event.key !== "Enter") return false;
  const line = event.target.closest("[data-line]");
  const fields = [...line.querySelectorAll("input, select")];
  const next = fields[fields.indexOf(event.target) + 1] ?? line.nextElementSibling?.querySelector("input");
  if (next) next.focus();
  else press("add_line");
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || !event.target.closest?.("#entry-form")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    press("place");
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const done = (event.target.matches("[data-finder]") && inFinder(event))
    || (event.target.matches(".entry-found button") && inList(event))
    || (event.target.matches("[data-line] :is(input, select)") && inLine(event))
    || (event.key === "Enter" && event.target.matches("input:not([type=checkbox])"));
  if (done) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-attach]") && event.target.files.length) document.querySelector("[data-attach-now]").click();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sheet]");
  const sheet = button && document.querySelector(".entry-sheet");
  if (!sheet) return;
  if (button.dataset.sheet === "larger") {
    sheet.classList.toggle("is-larger");
    return;
  }
  const turns = [1, 2, 3].find((nth) => sheet.classList.contains(`turn-${nth}`)) ?? 0;
  sheet.classList.remove(`turn-${turns}`);
  if (turns < 3) sheet.classList.add(`turn-${turns + 1}`);
});
