// The call button for the person's country. Never dials by itself; the number is a plain tel: link.

import { loadCountry, saveCountry } from "./store.js";

// Fill a .call block: the remembered country at once, a guess only after it was confirmed.
export function showCall(block) {
  const select = document.getElementById("country");
  const chosen = select.value || loadCountry() || "";
  const guess = chosen ? "" : guessed(select);
  block.prepend(select.labels[0], select);
  select.value = chosen || guess;
  select.onchange = () => {
    if (select.value) saveCountry(select.value);
    fill(block, select, false);
  };
  fill(block, select, Boolean(guess));
}

function guessed(select) {
  const regions = (navigator.languages || []).map((tag) => tag.split("-").pop());
  return regions.find((code) => [...select.options].some((option) => option.value === code)) || "";
}

function fill(block, select, unsure) {
  const { number, grade } = select.selectedOptions[0].dataset;
  const parts = document.getElementById("call").content.cloneNode(true);
  const part = (name) => parts.querySelector(`[data-part="${name}"]`);
  const confirm = parts.querySelector("[data-do=confirm]");
  confirm.onclick = select.onchange;
  const shown = unsure ? confirm : number ? part("chosen") : part("none");
  if (shown === part("chosen")) {
    const link = shown.querySelector("a");
    link.href = `tel:${number}`;
    link.querySelector("bdi").textContent = number;
    link.querySelector(".vh").textContent = [...number].join(" ");
    shown.querySelector("[data-country]").textContent = select.selectedOptions[0].textContent;
    if (grade !== "B") shown.querySelector("[data-grade]").remove();
  }
  const last = block.lastElementChild;
  for (const node of [...block.children]) {
    if (node !== last && node !== select && node !== select.labels[0]) node.remove();
  }
  last.before(shown);
}
