// A drawing larger than its frame opens with its centre in sight.
for (const frame of document.querySelectorAll(".graph-frame")) {
  const centre = frame.querySelector(".is-centre")?.getBoundingClientRect();
  if (!centre) continue;
  const here = frame.getBoundingClientRect();
  frame.scrollLeft += centre.left + centre.width / 2 - here.left - here.width / 2;
  frame.scrollTop += centre.top + centre.height / 2 - here.top - here.height / 2;
}
