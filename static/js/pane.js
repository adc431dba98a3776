// The reading pane beside a list: a click reads here, Enter or a double click opens the page.
import { cookie } from "vigie/base";

const desk = document.querySelector(".desk");
const pane = document.getElementById("pane");

if (desk && pane) {
  const isShown = () => getComputedStyle(pane).display !== "none";
  let shown = "";

  function read(link) {
    if (!isShown() || !window.htmx || link.href === shown) return;
    shown = link.href;
    for (const row of desk.querySelectorAll("tr[data-row]")) row.classList.toggle("is-current", row.contains(link));
    window.htmx.ajax("GET", link.getAttribute("href"), { target: "#pane", swap: "innerHTML" }).then(() => { pane.scrollTop = 0; });
  }
  const readFirst = () => { const first = desk.querySelector(".row-link"); if (first) read(first); };

  desk.addEventListener("click", (event) => {
    const link = event.target.closest(".row-link");
    if (!link || !event.detail || event.detail > 1 || event.ctrlKey || event.metaKey || event.shiftKey || !isShown()) return;
    event.preventDefault();
    read(link);
  });
  desk.addEventListener("dblclick", (event) => {
    const link = event.target.closest(".row-link");
    if (link) location.assign(link.href);
  });
  desk.addEventListener("vigie:current", (event) => read(event.target));
  document.addEventListener("vigie:list", () => { shown = ""; readFirst(); });
  for (const button of document.querySelectorAll("[data-pane-switch]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const on = desk.classList.toggle("with-pane");
      button.setAttribute("aria-pressed", String(on));
      cookie("pane", on ? "on" : "off");
      if (on) readFirst();
    });
  }
  window.addEventListener("load", readFirst);
}
