// Writing: an @ offers the names of those who can be called, Ctrl+Enter sends.
const known = new Map(); // address → promise of the names, by kind of message

function names(field) {
  const address = field.dataset.names;
  if (!known.has(address)) {
    known.set(address, fetch(address, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : {}))
      .catch(() => {
        known.delete(address);
        return {};
      }));
  }
  return known.get(address);
}

const folded = (text) => text.normalize("NFKC").replace(/\s+/g, "").toLowerCase();

/** What stands between the last @ before the cursor and the cursor, null where there is none. */
function begun(field) {
  const before = field.value.slice(0, field.selectionStart);
  return /[@＠]([^@＠\n]{0,30})$/.exec(before);
}

function listOf(field) {
  let list = field.parentElement.querySelector(".names");
  if (!list) {
    list = document.createElement("ul");
    list.className = "names";
    list.id = `${field.id}-names`;
    list.setAttribute("role", "listbox");
    field.parentElement.append(list);
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-autocomplete", "list");
  }
  return list;
}

function close(field) {
  const list = field.parentElement.querySelector(".names");
  if (list) list.hidden = true;
  field.removeAttribute("aria-activedescendant");
}

const choices = (field) => [...(field.parentElement.querySelectorAll(".names:not([hidden]) > li") ?? [])];

function mark(field, at) {
  choices(field).forEach((choice, nth) => {
    choice.setAttribute("aria-selected", String(nth === at));
    if (nth === at) field.setAttribute("aria-activedescendant", choice.id);
  });
}

async function offer(field) {
  if (!begun(field)) return close(field);
  const kind = field.form?.querySelector("[name=internal][value='1']:checked") ? "note" : "message";
  const all = (await names(field))[kind] ?? [];
  const typed = begun(field);
  const fitting = typed ? all.filter((name) => folded(name).includes(folded(typed[1]))).slice(0, 8) : [];
  if (!fitting.length) return close(field);
  const list = listOf(field);
  list.replaceChildren(...fitting.map((name, nth) => {
    const choice = document.createElement("li");
    choice.id = `${list.id}-${nth}`;
    choice.setAttribute("role", "option");
    choice.textContent = name;
    return choice;
  }));
  list.hidden = false;
  mark(field, 0);
}

function take(field, name) {
  const typed = begun(field);
  if (typed) field.setRangeText(`@${name} `, typed.index, field.selectionStart, "end");
  close(field);
  field.focus();
}

const fieldOf = (event) => event.target.closest?.("textarea[data-names]");

document.addEventListener("input", (event) => {
  const field = fieldOf(event);
  if (field) offer(field);
});

document.addEventListener("focusout", (event) => {
  const field = fieldOf(event);
  if (field) close(field);
});

document.addEventListener("mousedown", (event) => {
  const choice = event.target.closest?.(".names > li");
  if (!choice) return;
  event.preventDefault(); // the field keeps the focus
  take(choice.parentElement.parentElement.querySelector("textarea"), choice.textContent);
});

document.addEventListener("keydown", (event) => {
  const field = fieldOf(event);
  if (!field || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form.requestSubmit(field.form.querySelector("[type=submit]"));
    return;
  }
  const offered = choices(field);
  if (!offered.length) return;
  const at = offered.findIndex((choice) => choice.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") mark(field, (at + 1) % offered.length);
  else if (event.key === "ArrowUp") mark(field, (at - 1 + offered.length) % offered.length);
  else if (event.key === "Enter" || event.key === "Tab") take(field, offered[at].textContent);
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });
