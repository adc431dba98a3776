// A box to sign in with a finger, a pen or the mouse. Without it, the name and the tick below are the signature.
const box = document.querySelector("[data-signature]");
const field = document.querySelector("input[name=signature]");
const INK = "#14222a";

function fit(canvas) {
  const scale = Math.min(window.devicePixelRatio || 1, 2);
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(canvas.clientHeight * scale);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.lineWidth = 2.4;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = INK;
  return pen;
}

function listen(canvas) {
  let pen = fit(canvas);
  let last = null;
  const at = (event) => {
    const edge = canvas.getBoundingClientRect();
    return [event.clientX - edge.left, event.clientY - edge.top];
  };
  const clear = () => { pen = fit(canvas); field.value = ""; };
  const end = () => {
    if (!last) return;
    last = null;
    field.value = canvas.toDataURL("image/png");
  };
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(last[0] + 0.1, last[1]);
    pen.stroke();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const here = at(each);
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(...here);
      pen.stroke();
      last = here;
    }
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, end);
  box.querySelector("[data-signature-clear]").addEventListener("click", clear);
  // Turning the phone changes the width; a stretched signature is nobody's.
  let width = canvas.clientWidth;
  window.addEventListener("resize", () => { if (canvas.clientWidth !== width) { width = canvas.clientWidth; clear(); } });
}

if (box && field) {
  box.hidden = false;
  field.value = "";
  listen(box.querySelector("canvas"));
}
