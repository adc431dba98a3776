// News without moving anything: watermarks asked every 10 s, every minute while the page is hidden; and live counts.
import { onContent, request, words } from "vigie/base";

const VISIBLE = 10_000;
const HIDDEN = 60_000;
const SHORT = 400;
const TYPING = 20_000;

let typedAt = 0;
document.addEventListener("input", (event) => { if (event.target.closest(".composer")) typedAt = Date.now(); });

function sentence(count) {
  return count === 1 ? words.one : words.many.replace("%n", count);
}

// What the open ticket told its reader is read by opening it.
let isSeen = false;

async function see(badge) {
  const open = document.querySelector("[data-seen]");
  if (isSeen || !open || document.hidden) return;
  isSeen = true;
  const answer = await request(open.dataset.seen, { method: "POST" }).catch(() => null);
  if (answer?.ok) ask(badge);
}

function tell(element, { watermark, count, here, html }) {
  if (watermark !== undefined) element.dataset.watermark = watermark;
  if (here !== undefined) {
    element.dataset.here = here;
    const place = document.querySelector("[data-presence]");
    if (place) place.innerHTML = html; // escaped by the server
  }
  if ("liveBadge" in element.dataset) {
    element.textContent = count > 99 ? "99+" : count;
    element.hidden = !count;
    element.parentElement.dataset.count = count;
    if (count) see(element);
  } else if (count) {
    element.textContent = sentence(count);
    element.hidden = false;
  }
}

async function ask(element) {
  const address = new URL(element.dataset.live, location.href);
  if (element.dataset.watermark) address.searchParams.set("since", element.dataset.watermark);
  if (element.dataset.here !== undefined && !document.hidden) {
    address.searchParams.set("here", element.dataset.here);
    if (Date.now() - typedAt < TYPING) address.searchParams.set("writing", "1");
  }
  const answer = await request(address).catch(() => null);
  if (answer?.status === 200) tell(element, await answer.json());
}

function follow(element) {
  const again = (wait) => setTimeout(async () => {
    if (!element.isConnected) return;
    await ask(element);
    again(document.hidden ? HIDDEN : VISIBLE);
  }, wait);
  again("liveBadge" in element.dataset ? SHORT : VISIBLE);
  element.addEventListener("click", () => "liveBar" in element.dataset && location.reload());
}

async function counts() {
  const address = document.body.dataset.counts;
  if (!address || !document.querySelector("[data-count]")) return;
  const answer = await request(address).catch(() => null);
  if (!answer?.ok) return;
  const known = await answer.json();
  for (const place of document.querySelectorAll(".count[data-count]")) place.textContent = known[place.dataset.count] ?? "";
}

onContent((part) => part.querySelectorAll("[data-live]").forEach(follow));
counts();
document.addEventListener("vigie:list", counts);
