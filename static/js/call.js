// The call button for the person's country. Never dials by itself; the number is a plain tel: link.

import { loadCountry, saveCountry } from "./store.js";

// The chooser moves from one result to the next, so it is looked up once.
const select = document.getElementById("country");
const label = select?.labels[0];

// Fill a .call block: the remembered country at once, a guess only after it was confirmed.
export function showCall(block) {
  const chosen = select.value || loadCountry() || "";
  const guess = chosen ? "" : guessed();
  block.prepend(label, select);
  select.value = chosen || guess;
  if (!select.selectedOptions.length) select.value = ""; // a country this release does not have
  select.onchange = () => {
    if (select.value) saveCountry(select.value);
    fill(block, false);
  };
  fill(block, Boolean(guess));
}

function guessed() {
  const regions = (navigator.languages || []).map((tag) => tag.split("-").pop());
  return regions.find((code) => [...select.options].some((option) => option.value === code)) || "";
}

function fill(block, unsure) {
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
  for (const node of [...block.children]) if (![last, select, label].includes(node)) node.remove();
  last.before(shown);
}
