// The bar of acts on many: it comes with the first ticket chosen, and knows when the whole filter is meant.
const bar = document.querySelector("[data-bulk]");

if (bar) {
  const count = bar.querySelector("[data-bulk-count]");
  const total = bar.querySelector("[data-bulk-total]");
  const page = bar.querySelector("[data-bulk-page]");
  const all = bar.elements.all;
  const boxes = () => [...document.querySelectorAll("[data-pick]")];

  function show() {
    const chosen = boxes().filter((box) => box.checked).length;
    bar.hidden = !chosen && !all.checked;
    count.textContent = chosen === 1 ? bar.dataset.one : bar.dataset.many.replace("%n", chosen);
    count.hidden = all.checked;
    for (const box of boxes()) box.closest("tr").classList.toggle("is-chosen", box.checked || all.checked);
  }

  bar.classList.add("is-floating");
  page.hidden = false;
  page.addEventListener("click", () => {
    const missing = boxes().some((box) => !box.checked);
    for (const box of boxes()) box.checked = missing;
    show();
  });
  all.addEventListener("change", show);
  document.addEventListener("change", (event) => event.target.matches("[data-pick]") && show());
  document.addEventListener("vigie:list", () => {
    all.checked = false;
    total.textContent = `(${document.querySelector(".list-count")?.textContent.trim() ?? ""})`;
    show();
  });
  // The filters may have changed in place since the bar was drawn: the address has those in force.
  bar.addEventListener("submit", (event) => {
    if (!all.checked) return;
    event.preventDefault();
    const query = new URLSearchParams(location.search);
    for (const name of ["page", "sort", "filters"]) query.delete(name);
    if (!query.has("view")) query.set("view", bar.elements.view.value);
    query.set("act", bar.elements.act.value);
    query.set("all", "1");
    location.assign(`${bar.action}?${query}`);
  });
  show();
}
