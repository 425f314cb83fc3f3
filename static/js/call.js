// The call button for the person's country. Never dials by itself; the number is a plain tel: link.

import { loadCountry, saveCountry } from "./store.js";

// The chooser moves from one result to the next, so it is looked up once.
const select = document.getElementById("country");
const label = select?.labels[0];
const options = [...(select?.options || [])];
let sure = options.find((option) => option.defaultSelected)?.value; // chosen or confirmed: never a guess
const optionOf = (country) => options.find(({ value }) => value === country);

// Fill a .call block: the remembered country at once, a guess only after it was confirmed.
export function showCall(block) {
  const chosen = sure || loadCountry() || "";
  const guess = chosen ? undefined : guessed();
  const option = guess || optionOf(chosen) || options[0]; // or a country this release does not have
  offer([option], option); // the button is there sooner: to draw hundreds takes long
  setTimeout(() => select.options.length > 1 || offer(options, optionOf(select.value)));
  block.prepend(label, select);
  select.onchange = () => {
    sure = select.value;
    if (sure) saveCountry(sure);
    fill(block, optionOf(sure), false);
  };
  fill(block, option, Boolean(guess));
}

function offer(some, chosen) {
  select.replaceChildren(...some);
  select.value = chosen.value;
}

function guessed() {
  const regions = (navigator.languages || []).map((tag) => tag.split("-").pop());
  return regions.map(optionOf).find((option) => option?.value);
}

function fill(block, option, unsure) {
  const { number, grade } = option.dataset;
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
    shown.querySelector("[data-country]").textContent = option.textContent;
    if (grade !== "B") shown.querySelector("[data-grade]").remove();
  }
  const last = block.lastElementChild;
  for (const node of [...block.children]) if (![last, select, label].includes(node)) node.remove();
  last.before(shown);
}
