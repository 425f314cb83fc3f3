// Erase everything entered; says so only after reading back.

import { erase } from "./store.js";

export default function eraser(element) {
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  element.querySelector("button").addEventListener("click", () => {
    const done = erase();
    part("said").hidden = !done;
    part("failed").hidden = done;
  });
}
