// Erase everything entered; says so only after reading back.

import { erase as forget } from "./store.js";

export default function erase(element) {
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  element.querySelector("button").addEventListener("click", () => {
    const done = forget();
    part("said").hidden = !done;
    part("failed").hidden = done;
  });
}
