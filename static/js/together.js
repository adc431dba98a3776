// Writing together: names after an @, and canned answers in a dialog. Without scripts both are plain pages and plain text.
import { onContent, request, words } from "vigie/base";

const DELAY = 150;

// ---- names after an @ ----

function fitNames(area) {
  const list = document.createElement("ul");
  list.className = "names";
  list.id = `${area.id || "text"}-names`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.people);
  list.hidden = true;
  area.parentElement.style.position ||= "relative";
  area.after(list);
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("aria-autocomplete", "list");
  let chosen = 0, timer, running;

  const typed = () => /(?:^|[^\w@./])@([\w.+-]{0,40})$/.exec(area.value.slice(0, area.selectionStart));
  const close = () => { list.hidden = true; list.replaceChildren(); area.removeAttribute("aria-activedescendant"); };
  const mark = () => {
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
    if (list.children[chosen]) area.setAttribute("aria-activedescendant", list.children[chosen].id);
  };
  const take = (item) => {
    const found = typed();
    if (!found || !item) return close();
    const end = area.selectionStart;
    area.setRangeText(`${item.dataset.handle} `, end - found[1].length, end, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };
  const show = (results) => {
    list.replaceChildren(...results.map(({ handle, label, detail }, place) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${place}`;
      item.setAttribute("role", "option");
      item.dataset.handle = handle;
      const name = document.createElement("span");
      name.textContent = label;
      const more = document.createElement("span");
      more.className = "detail";
      more.textContent = detail;
      item.append(name, more);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(item); });
      return item;
    }));
    chosen = 0;
    list.hidden = !results.length;
    mark();
  };
  const look = async (asked) => {
    running?.abort();
    running = new AbortController();
    const answer = await request(`${area.dataset.names}?q=${encodeURIComponent(asked)}`, { signal: running.signal }).catch(() => null);
    if (answer?.ok && typed()) show((await answer.json()).results);
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    const found = typed();
    if (!found) return close();
    timer = setTimeout(() => look(found[1]), DELAY);
  });
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") chosen = chosen >= last ? 0 : chosen + 1;
    else if (event.key === "ArrowUp") chosen = chosen <= 0 ? last : chosen - 1;
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    mark();
  }, true);
  area.addEventListener("blur", () => setTimeout(close, DELAY));
}

// ---- canned answers ----

function fitCanned(link) {
  const form = link.form || link.closest("form");
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dialog = document.createElement("dialog");
    dialog.className = "form-dialog";
    dialog.setAttribute("aria-label", link.textContent.trim());
    const search = document.createElement("input");
    search.type = "search";
    search.setAttribute("aria-label", link.textContent.trim());
    const heading = document.createElement("h2");
    heading.textContent = link.textContent.trim();
    const list = document.createElement("div");
    dialog.append(heading, search, list);
    document.body.append(dialog);
    dialog.addEventListener("close", () => { dialog.remove(); form.querySelector("textarea")?.focus(); });
    let timer;
    const load = async () => {
      const answer = await request(`${link.href}?q=${encodeURIComponent(search.value)}`).catch(() => null);
      if (answer?.ok) list.innerHTML = await answer.text(); // escaped by the server
    };
    search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(load, DELAY); });
    dialog.addEventListener("keydown", (keys) => {
      const links = [...list.querySelectorAll("[data-canned]")];
      const here = links.indexOf(document.activeElement);
      if (keys.key === "ArrowDown") links[Math.min(here + 1, links.length - 1)]?.focus();
      else if (keys.key === "ArrowUp") (here <= 0 ? search : links[here - 1]).focus();
      else if (keys.key === "Enter" && keys.target === search) links[0]?.click();
      else return;
      keys.preventDefault();
    });
    list.addEventListener("click", (chosen) => {
      const found = chosen.target.closest("[data-canned]");
      if (!found) return;
      chosen.preventDefault();
      insert(form, found.dataset.text, found.dataset.canned);
      dialog.close();
    });
    dialog.showModal();
    search.focus();
    load();
  });
}

function insert(form, text, key) {
  const area = form.querySelector("textarea");
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  const used = form.elements.canned;
  if (used) used.value = [...used.value.split(",").filter(Boolean), key].join(",");
}

onContent((part) => {
  part.querySelectorAll("textarea[data-names]").forEach(fitNames);
  part.querySelectorAll("[data-canned-open]").forEach(fitCanned);
});
