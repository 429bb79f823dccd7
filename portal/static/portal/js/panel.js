// The side panel: opens an item beside the list. htmx fills it; here it is shown, closed, and gives the focus back.

const panel = () => document.getElementById("panel");
const body = () => document.getElementById("panel-body");
let opener = null;

function show(source, url) {
  const fresh = panel().hidden;
  panel().hidden = false;
  document.querySelector(".frame").classList.add("has-panel");
  if (source.matches("[data-panel]") && !panel().contains(source)) {
    opener = source;
    document.querySelectorAll("tr.is-open").forEach((row) => row.classList.remove("is-open"));
    source.closest("tr")?.classList.add("is-open");
  }
  panel().querySelector("[data-panel-alone]").href = url;
  if (fresh) body().replaceChildren(panel().querySelector("[data-panel-waiting]").content.cloneNode(true));
}

function close() {
  panel().hidden = true;
  body().replaceChildren();
  document.querySelector(".frame").classList.remove("has-panel");
  document.querySelectorAll("tr.is-open").forEach((row) => row.classList.remove("is-open"));
  if (opener?.isConnected) opener.focus();
  opener = null;
}

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (body() && ctx.target === body() && ctx.request.method === "GET") show(ctx.sourceElement, ctx.request.action);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!body() || ctx.target !== body()) return;
  body().scrollTop = 0;
  if (opener) body().focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-panel-close]")) close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (!panel() || panel().hidden) return;
  close();
  event.preventDefault();
});
