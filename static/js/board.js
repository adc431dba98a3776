// The board: a card dropped in another column is moved there by the same request as its buttons make.
const board = document.querySelector("[data-board]");
const form = document.querySelector("#board-move");

let held = null;

board?.addEventListener("dragstart", (event) => {
  held = event.target.closest("[data-task]");
  if (!held) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", held.dataset.task);
  held.classList.add("is-held");
});

board?.addEventListener("dragend", () => {
  held?.classList.remove("is-held");
  for (const column of board.querySelectorAll(".is-over")) column.classList.remove("is-over");
  held = null;
});

board?.addEventListener("dragover", (event) => {
  const column = event.target.closest("[data-status]");
  if (!held || !column) return;
  event.preventDefault();
  for (const other of board.querySelectorAll(".is-over")) other.classList.toggle("is-over", other === column);
  column.classList.add("is-over");
});

board?.addEventListener("drop", (event) => {
  const column = event.target.closest("[data-status]");
  if (!held || !column || held.closest("[data-status]") === column) return;
  event.preventDefault();
  form.elements.task.value = held.dataset.task;
  form.elements.to.value = column.dataset.status;
  form.submit();
});
