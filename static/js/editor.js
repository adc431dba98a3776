// Text areas: Markdown toolbar and preview, pasted and dropped files, drafts on the server, undo of sending.
import { onContent, request, words } from "vigie/base";

const SAVE_AFTER = 1200;

function surround(area, mark) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const inner = value.slice(from, to) || words.text;
  const text = mark === "link" ? `[${inner}](${words.link})` : `${mark}${inner}${mark}`;
  area.setRangeText(text, from, to, "end");
  const start = mark === "link" ? from + inner.length + 3 : from + mark.length;
  area.setSelectionRange(start, start + (mark === "link" ? words.link.length : inner.length));
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function prefixLines(area, mark) {
  const { value, selectionStart, selectionEnd } = area;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const lines = value.slice(from, selectionEnd).split("\n");
  area.setRangeText(lines.map((line) => mark + line).join("\n"), from, selectionEnd, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function fitMarkdown(box) {
  const area = box.querySelector("textarea");
  const preview = box.querySelector(".md-preview");
  const [write, show] = [box.querySelector("[data-write]"), box.querySelector("[data-show-preview]")];
  box.querySelector("[data-markdown-bar]").hidden = false;
  const select = (previewing) => {
    write.setAttribute("aria-selected", String(!previewing));
    show.setAttribute("aria-selected", String(previewing));
    area.hidden = previewing;
    preview.hidden = !previewing;
  };
  write.addEventListener("click", () => { select(false); area.focus(); });
  show.addEventListener("click", async () => {
    const data = new FormData();
    data.set("text", area.value);
    const answer = await request(box.dataset.preview, { method: "POST", data });
    preview.innerHTML = answer.ok ? await answer.text() : words.failed; // cleaned by the server
    select(true);
  });
  for (const button of box.querySelectorAll("[data-md]")) button.addEventListener("click", () => surround(area, button.dataset.md));
  for (const button of box.querySelectorAll("[data-md-line]")) button.addEventListener("click", () => prefixLines(area, button.dataset.mdLine));
  area.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const mark = { b: "**", i: "_" }[event.key];
    if (mark) { event.preventDefault(); surround(area, mark); }
    if (event.key === "Enter") { event.preventDefault(); area.form?.requestSubmit(); }
  });
  const files = () => area.form?.querySelector(`input[type=file][name="${box.dataset.files || "files"}"]`);
  area.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length && files()) { event.preventDefault(); addFiles(files(), event.clipboardData.files); }
  });
  box.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files") && files()) { event.preventDefault(); box.classList.add("is-dropping"); }
  });
  box.addEventListener("dragleave", () => box.classList.remove("is-dropping"));
  box.addEventListener("drop", (event) => {
    box.classList.remove("is-dropping");
    if (event.dataTransfer.files.length && files()) { event.preventDefault(); addFiles(files(), event.dataTransfer.files); }
  });
}

function setFiles(input, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function addFiles(input, more) {
  const stamp = new Date().toISOString().slice(11, 19).replaceAll(":", "");
  const named = [...more].map((file) => (file.name === "image.png" ? new File([file], `image-${stamp}.png`, { type: file.type }) : file));
  setFiles(input, [...input.files, ...named]);
}

function fitFiles(box) {
  const input = box.querySelector("input[type=file]");
  const list = box.querySelector(".files-list");
  box.querySelector("label").hidden = false;
  input.classList.add("sr");
  input.addEventListener("change", () => {
    list.hidden = !input.files.length;
    list.replaceChildren(...[...input.files].map((file, place) => fileLine(input, file, place)));
  });
}

function fileLine(input, file, place) {
  const item = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const picture = document.createElement("img");
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    item.append(picture);
  }
  const label = document.createElement("span");
  label.textContent = `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} kB`;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "icon-button";
  remove.textContent = "×";
  remove.setAttribute("aria-label", `${words.remove} ${file.name}`);
  remove.addEventListener("click", () => setFiles(input, [...input.files].filter((_, other) => other !== place)));
  item.append(label, remove);
  return item;
}

// A draft is saved a moment after the last key, and comes back into an empty field.
async function fitDraft(area) {
  if (area.form?.dataset.formDraft) return; // kept with the whole form
  const address = area.dataset.draft;
  let timer;
  const note = document.createElement("p");
  note.className = "draft-note";
  note.setAttribute("role", "status");
  note.hidden = true;
  area.after(note);
  const say = (text) => { note.textContent = text; note.hidden = false; };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const data = new FormData();
      data.set(area.name, area.value);
      const answer = await request(address, { method: "POST", data }).catch(() => null);
      if (answer?.ok && area.value) say(words.kept);
    }, SAVE_AFTER);
  });
  area.form?.addEventListener("submit", () => clearTimeout(timer));
  if (area.value.trim()) return;
  const answer = await request(address).catch(() => null);
  if (answer?.status !== 200 || area.value) return;
  area.value = (await answer.json())[area.name] || "";
  if (area.value) say(words.restored);
}

// A draft of a whole form: what was typed or chosen and not sent comes back into fields that still show what they did.
async function fitFormDraft(form) {
  const address = form.dataset.formDraft;
  const kept = () => [...form.elements].filter((field) => field.name && !field.name.startsWith("_") && field.matches(
    "textarea, select:not([multiple]), input:not([type=hidden], [type=password], [type=file], [type=checkbox], [type=radio], [type=submit])"));
  const first = new Map(kept().map((field) => [field.name, field.value]));
  const note = document.createElement("p");
  note.className = "draft-note";
  note.setAttribute("role", "status");
  note.hidden = true;
  form.prepend(note);
  const say = (text) => { note.textContent = text; note.hidden = false; };
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const changed = kept().filter((field) => field.value !== first.get(field.name));
      const data = new FormData();
      for (const field of changed) data.set(field.name, field.value);
      const version = form.elements.version?.value;
      if (changed.length && version) data.set("version", version);
      const answer = await request(address, { method: "POST", data }).catch(() => null);
      if (answer?.ok && changed.length) say(words.kept);
    }, SAVE_AFTER);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  if (form.querySelector(".is-wrong, .errors, .merge")) return; // what was typed is in the form already
  const answer = await request(address).catch(() => null);
  if (answer?.status !== 200) return;
  const draft = await answer.json();
  const back = kept().filter((field) => draft[field.name] !== undefined && draft[field.name] !== field.value && field.value === first.get(field.name));
  if (!back.length) return;
  for (const field of back) field.value = draft[field.name];
  // Typed over an older version: saving it will show what was changed since.
  if (draft.version && form.elements.version) form.elements.version.value = draft.version;
  say(`${words.restored}. `);
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "button small quiet";
  drop.textContent = words.discard;
  drop.addEventListener("click", async () => {
    await request(address, { method: "DELETE" }).catch(() => null);
    location.reload();
  });
  note.append(drop);
}

// "Undo (12)": counts the seconds in which an answer can be taken back, then goes.
function fitUndo(button) {
  const label = button.querySelector("span") || button;
  const text = label.textContent;
  let left = Number(button.dataset.undo);
  const timer = setInterval(() => {
    left -= 1;
    if (left <= 0 || !button.isConnected) {
      clearInterval(timer);
      (button.closest("[data-undo-line]") || button).remove();
    } else label.textContent = `${text} (${left})`;
  }, 1000);
  label.textContent = `${text} (${left})`;
}

onContent((part) => {
  part.querySelectorAll("[data-markdown]").forEach(fitMarkdown);
  part.querySelectorAll("[data-files-input]").forEach(fitFiles);
  part.querySelectorAll("form[data-form-draft]").forEach(fitFormDraft);
  part.querySelectorAll("textarea[data-draft]").forEach(fitDraft);
  part.querySelectorAll("[data-undo]").forEach(fitUndo);
});
