// Keys of the workspace. None while typing; all of them can be turned off in the list that `?` opens.
import { isTyping, request } from "vigie/base";

const PAUSE = 900;
const box = document.querySelector("[data-keys-switch]");
let prefix = "";
let prefixTimer;

const isOff = () => !box?.checked;

box?.addEventListener("change", () => {
  const data = new FormData();
  data.set("on", box.checked ? "1" : "0");
  request(box.dataset.keysSwitch, { method: "POST", data });
});

const rows = () => [...document.querySelectorAll("tr[data-row] .row-link")];

function step(by) {
  const links = rows();
  const here = links.findIndex((link) => link === document.activeElement || link.closest("tr").classList.contains("is-current"));
  const next = links[Math.min(Math.max(here + by, 0), links.length - 1)];
  if (!next) return;
  for (const link of links) link.closest("tr").classList.toggle("is-current", link === next);
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  next.dispatchEvent(new CustomEvent("vigie:current", { bubbles: true }));
}

function press(keys) {
  const target = document.querySelector(`[data-keys="${CSS.escape(keys)}"]`);
  if (!target) return false;
  const menu = target.closest("details[data-menu]");
  if (menu && !target.matches("summary")) menu.open = true;
  if (target.matches("textarea, input, select")) target.focus();
  else target.click();
  if (target.dataset.then) document.querySelector(target.dataset.then)?.focus();
  if (target.matches("summary")) target.parentElement.querySelector(".menu-body a, .menu-body button, .menu-body select")?.focus();
  return true;
}

const acts = {
  "/": () => document.querySelector("[data-search], .list-tools input[type=search]")?.focus(),
  "?": () => document.getElementById("help")?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  o: () => { const link = document.querySelector("tr.is-current .row-link"); if (link) location.assign(link.href); },
  x: () => document.querySelector("tr.is-current [data-pick]")?.click(),
  u: () => document.querySelector("[data-up], .crumbs li:last-child a")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target) && !event.target.closest("dialog")) event.target.blur();
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isOff() || isTyping(event.target) || document.querySelector("dialog[open]") || event.target.closest(".menu-body")) return;
  const keys = prefix ? `${prefix} ${event.key}` : event.key;
  clearTimeout(prefixTimer);
  prefix = "";
  if (press(keys) || (acts[keys]?.(), acts[keys])) {
    event.preventDefault();
    return;
  }
  if (event.key === "g") {
    prefix = "g";
    prefixTimer = setTimeout(() => { prefix = ""; }, PAUSE);
  }
});
