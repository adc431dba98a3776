// What the other scripts share: words in the reader's language, requests with the CSRF token, short notices.
const body = document.body;

export const words = JSON.parse(body.dataset.words || "{}");
export const csrf = body.dataset.csrf || "";

export function request(address, { method = "GET", data, signal } = {}) {
  const headers = { "X-CSRFToken": csrf, "HX-Request": "true" };
  return fetch(address, { method, body: data, headers, signal, credentials: "same-origin" });
}

export function notice(text) {
  document.querySelector(".toast")?.remove();
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  toast.textContent = text;
  body.append(toast);
  setTimeout(() => toast.remove(), 4000);
}

export function cookie(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}

// Run `fit` on what is in the page now and on what htmx swaps in later.
export function onContent(fit) {
  fit(document);
  document.addEventListener("htmx:load", (event) => event.target !== body && fit(event.target));
}

export function isTyping(target) {
  return target.closest?.("input:not([data-pick]), textarea, select, [contenteditable]") !== null;
}
