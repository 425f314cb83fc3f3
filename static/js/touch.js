// One answer alone on a screen moves on by itself: only when a finger or pointer chose it, not the
// arrow keys; and a second touch at the same spot, or on Continue or Back, right after a screen came
// by itself was meant for the screen before.

const DOUBLE = 250; // ms within which a second touch belongs to the first
const CHOSEN = 1000; // ms within which a change follows the pointer that made it
const NEAR = 24; // px

// {came, used, chosen} of a form: a screen came by itself; it was touched; was this change a touch?
export function touchGuard(form) {
  let at = 0; // when a screen came by itself; a clock that nobody sets
  let touched = true; // and if it was touched since
  let pressed = -1e9; // when the last pointer was lifted
  let finger = false; // and if it was a finger
  let spot = { x: -99, y: -99 };

  form.addEventListener("pointerup", ({ pointerType }) => ((pressed = performance.now()), (finger = pointerType === "touch")));
  form.addEventListener("keydown", () => (pressed = -1e9));
  form.addEventListener("click", stopSecond, true);

  function stopSecond(event) {
    const { clientX: x, clientY: y, detail, target } = event;
    const soon = detail > 0 && !touched && finger && performance.now() - at < DOUBLE;
    const same = Math.hypot(x - spot.x, y - spot.y) < NEAR;
    if (soon && (same || target.closest(".next, .back"))) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (detail > 0) spot = { x, y };
  }

  return {
    came: () => ((at = performance.now()), (touched = false)),
    used: () => (touched = true),
    chosen: () => performance.now() - pressed <= CHOSEN,
  };
}
