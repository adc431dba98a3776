// Theme, rail, menus, dialogs, folding panels, copying, and htmx with the CSRF token.
import { cookie, csrf, notice, onContent, request, words } from "vigie/base";

const root = document.documentElement;

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrf;
});
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => notice(words.failed));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  root.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-form] button")) {
    button.setAttribute("aria-current", String(button.value === theme));
  }
  const data = new FormData(form);
  data.set("theme", theme);
  request(form.action, { method: "POST", data });
});

for (const button of document.querySelectorAll("[data-rail-fold]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const state = root.dataset.rail === "folded" ? "open" : "folded";
    root.dataset.rail = state;
    cookie("rail", state);
  });
}

// A menu closes on a click elsewhere and on Escape, and gives the focus back.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu) return;
  const items = [...menu.querySelectorAll(".menu-body a, .menu-body button")];
  const place = items.indexOf(document.activeElement);
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "ArrowDown") items[(place + 1) % items.length]?.focus();
  else if (event.key === "ArrowUp") items.at(place < 1 ? -1 : place - 1)?.focus();
  else return;
  event.preventDefault();
});

for (const opener of document.querySelectorAll("[data-open]")) {
  opener.hidden = false;
  opener.addEventListener("click", () => document.getElementById(opener.dataset.open)?.showModal());
}
document.addEventListener("click", (event) => {
  if (event.target.matches("dialog")) event.target.close();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});

onContent((part) => {
  for (const panel of part.querySelectorAll("details[data-fold]")) {
    const key = `fold:${panel.dataset.fold}`;
    if (localStorage.getItem(key) === "closed") panel.open = false;
    panel.addEventListener("toggle", () => localStorage.setItem(key, panel.open ? "open" : "closed"));
  }
  for (const field of part.querySelectorAll("select[data-autosubmit]")) {
    field.addEventListener("change", () => field.form.requestSubmit());
  }
  part.querySelector("[data-focus]")?.focus();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) navigator.clipboard?.writeText(button.dataset.copy).then(() => notice(words.copied));
});

// A field that depends on another (a reason, a date) is shown only with its value: data-when="status=pending".
onContent((part) => {
  for (const dependent of part.querySelectorAll("[data-when]")) {
    const [name, value] = dependent.dataset.when.split("=");
    const source = dependent.closest("form")?.elements[name];
    if (!source) continue;
    const fit = () => { dependent.hidden = source.value !== value; };
    (source.addEventListener ? [source] : [...source]).forEach((each) => each.addEventListener("change", fit));
    fit();
  }
});
