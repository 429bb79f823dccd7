// What htmx does with answers that are not the fragment it asked for.
import { toast } from "./toasts.js";
import { words } from "./words.js";

const wholeDocument = (text) => /^\s*<!doctype/i.test(text ?? "");

function sentence(status) {
  if (status === 403) return words.forbidden;
  return status === 404 || status === 410 ? words.missing : words.failed;
}

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!wholeDocument(ctx.text) || ctx.target === document.body) return;
  if (ctx.response.status >= 400 && ctx.response.status !== 422) {
    toast(sentence(ctx.response.status), { tone: "trouble" });
    ctx.swap = "none";
  } else if (!ctx.select) {
    // The answer leads elsewhere: after a redirect, or to the log-in when the session has ended.
    ctx.target = document.body;
    ctx.swap = "outerSync show:top";
    ctx.push = ctx.response.raw.url;
  }
});

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  toast(words.passkey, { tone: "attention" });
});

document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx && detail.error instanceof TypeError) toast(words.unreachable, { tone: "trouble" });
});
