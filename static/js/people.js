// Fields for a person offer names while one types; without this, the address is typed.
import { onContent, request } from "vigie/base";

const DELAY = 200;
let number = 0;

function fit(input) {
  const list = document.createElement("datalist");
  list.id = `people-${(number += 1)}`;
  input.after(list);
  input.setAttribute("list", list.id);
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const asked = input.value.trim();
      if (asked.length < 2 || asked.includes("@")) return;
      const address = new URL(input.dataset.lookup, location.href);
      address.searchParams.set("field", input.name);
      address.searchParams.set(input.name, asked);
      const answer = await request(address).catch(() => null);
      if (answer?.ok) list.innerHTML = await answer.text(); // options escaped by the server
    }, DELAY);
  });
}

onContent((part) => part.querySelectorAll("input[data-lookup]").forEach(fit));
