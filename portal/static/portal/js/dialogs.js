// Dialogs: opened by their button (command/commandfor, also where the browser does not know it yet), and a question.

const known = "commandForElement" in HTMLButtonElement.prototype;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[commandfor]");
  const dialog = button && !known && document.getElementById(button.getAttribute("commandfor"));
  if (dialog && button.getAttribute("command") === "show-modal") dialog.showModal();
  if (dialog && button.getAttribute("command") === "close") dialog.close();
  if (event.target.matches("dialog[data-dialog]") && outside(event)) event.target.close();
});

function outside({ target, clientX: x, clientY: y }) {
  const box = target.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

/** Asks in a dialog; resolves to whether the answer was yes. action: the words on the button that says yes. */
export function ask(question, action) {
  const dialog = document.getElementById("ask");
  dialog.querySelector("[data-ask-words]").textContent = question;
  const yes = dialog.querySelector("[data-ask-yes]");
  if (action) yes.textContent = action;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    yes.onclick = () => dialog.close("yes");
    dialog.querySelector("[data-ask-no]").onclick = () => dialog.close();
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
  });
}

document.addEventListener("htmx:confirm", async (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (!ctx.confirm) return;
  event.preventDefault();
  if (await ask(ctx.confirm, ctx.sourceElement.innerText?.trim())) issueRequest();
  else dropRequest();
});
