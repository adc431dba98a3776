// The command palette (Ctrl-K): pages, what can be done here, and tickets found by the server.
import { request, words } from "vigie/base";

const dialog = document.getElementById("palette");
const SOURCES = ".rail nav a, .topline .menu-body a, .topline .menu-body button, .manage-nav a, .page-acts a, .ticket-acts a, .ticket-acts button, .ticket-acts summary";
const DELAY = 150;

if (dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  let commands = [];
  let found = [];
  let chosen = 0;
  let timer;
  let running;

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const name = (element) => (element.getAttribute("aria-label") || element.textContent).replace(/\s+/g, " ").trim();

  function collect() {
    const seen = new Set();
    return [...document.querySelectorAll(SOURCES)]
      .filter((element) => !element.closest("[hidden]") && name(element))
      .map((element) => ({ label: name(element), detail: element.dataset.keys || "", run: () => run(element) }))
      .filter((command) => !seen.has(command.label) && seen.add(command.label));
  }

  function run(element) {
    const menu = element.closest("details");
    if (menu) menu.open = true;
    element.click();
    if (element.matches("summary")) element.focus();
  }

  function draw() {
    const asked = fold(input.value.trim()).split(/\s+/).filter(Boolean);
    const matching = commands.filter((command) => asked.every((word) => fold(command.label).includes(word)));
    const shown = [...found, ...matching].slice(0, 30);
    chosen = Math.min(chosen, Math.max(shown.length - 1, 0));
    list.replaceChildren(...shown.map(line));
    if (!shown.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = words.nothing;
      list.append(none);
    }
    input.setAttribute("aria-activedescendant", shown.length ? `command-${chosen}` : "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function line(command, place) {
    const item = document.createElement("li");
    item.id = `command-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(place === chosen));
    const label = document.createElement("span");
    label.textContent = command.label;
    const detail = document.createElement("span");
    detail.className = "detail";
    detail.textContent = command.detail;
    item.append(label, detail);
    item.addEventListener("click", () => choose(command));
    item.command = command;
    return item;
  }

  function choose(command) {
    if (!command) return;
    dialog.close();
    command.run();
  }

  async function look() {
    const asked = input.value.trim();
    running?.abort();
    found = [];
    if (dialog.dataset.lookup && asked.length > 1) {
      running = new AbortController();
      try {
        const answer = await request(`${dialog.dataset.lookup}?q=${encodeURIComponent(asked)}`, { signal: running.signal });
        const { results = [] } = answer.ok ? await answer.json() : {};
        found = results.map(({ label, detail, url }) => ({ label, detail, run: () => location.assign(url) }));
      } catch { return; }
    }
    draw();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
  });
  new MutationObserver(() => {
    if (!dialog.open) return;
    input.value = "";
    found = [];
    chosen = 0;
    commands = collect();
    draw();
    input.focus();
  }).observe(dialog, { attributeFilter: ["open"] });
  input.addEventListener("input", () => {
    chosen = 0;
    draw();
    clearTimeout(timer);
    timer = setTimeout(look, DELAY);
  });
  input.addEventListener("keydown", (event) => {
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") chosen = chosen >= last ? 0 : chosen + 1;
    else if (event.key === "ArrowUp") chosen = chosen <= 0 ? last : chosen - 1;
    else if (event.key === "Enter") choose(list.children[chosen]?.command);
    else return;
    event.preventDefault();
    if (event.key !== "Enter") draw();
  });
}
