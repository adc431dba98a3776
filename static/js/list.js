// Lists change in place: sorting, pages, chips and filters swap the list and keep the address true.
const INSIDE = "[data-list] .pages a, [data-list] .chips a, [data-list] th a, [data-list] .list-tools a, [data-list] .empty a";

async function load(address, { remember = true } = {}) {
  const list = document.querySelector("[data-list]");
  if (!list || !window.htmx) { location.assign(address); return; }
  await window.htmx.ajax("GET", address, { target: list, swap: "outerHTML" });
  if (remember) history.pushState({ list: true }, "", address);
  document.dispatchEvent(new CustomEvent("vigie:list"));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(INSIDE);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  if (new URL(link.href).pathname !== location.pathname) return;
  event.preventDefault();
  load(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-list] .list-tools")) return;
  event.preventDefault();
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
  load(`${location.pathname}?${query}`);
});

window.addEventListener("popstate", (event) => {
  if (event.state?.list || document.querySelector("[data-list]")) load(location.href, { remember: false });
});
