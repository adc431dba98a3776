// Links marked data-dialog open their form in a dialog; what the server refuses stays in it, with what was typed.
import { csrf, notice, words } from "vigie/base";

let dialog;

function frame() {
  if (dialog) return dialog;
  dialog = document.createElement("dialog");
  dialog.className = "form-dialog";
  dialog.addEventListener("close", () => dialog.replaceChildren());
  document.body.append(dialog);
  return dialog;
}

function show(html, address) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const form = page.querySelector("main .form");
  const title = page.querySelector("main h1");
  if (!form || !title) return false;
  form.action = form.getAttribute("action") || address;
  form.setAttribute("data-in-dialog", "");
  const heading = document.createElement("h2");
  heading.id = "dialog-title";
  heading.textContent = title.textContent;
  frame().setAttribute("aria-labelledby", heading.id);
  dialog.replaceChildren(heading, ...page.querySelectorAll("main .narrow > .alert"), form);
  for (const cancel of form.querySelectorAll("a.button.quiet")) {
    cancel.addEventListener("click", (event) => { event.preventDefault(); dialog.close(); });
  }
  if (!dialog.open) dialog.showModal();
  window.htmx?.process(dialog);
  dialog.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  (form.querySelector(".errors") || form.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
  return true;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  link.closest("details[data-menu]")?.removeAttribute("open");
  const answer = await fetch(link.href, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || !show(await answer.text(), link.href)) location.assign(link.href);
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-in-dialog]")) return;
  event.preventDefault();
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  const data = new FormData(form, event.submitter);
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-CSRFToken": csrf }, credentials: "same-origin" }).catch(() => null);
  for (const button of form.querySelectorAll("button")) button.disabled = false;
  if (answer?.redirected) {
    const same = new URL(answer.url).pathname === location.pathname;
    location.assign(answer.url);
    if (same) location.reload();
  } else if (!answer || !show(await answer.text(), form.action)) notice(words.failed);
});
