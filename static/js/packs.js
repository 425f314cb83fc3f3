// Which languages this phone keeps: each can be added and removed, or all added at once.

import { say } from "./words.js";
import { ask, workers } from "./worker.js";

export default async function packs(element) {
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const rows = new Map([...element.querySelectorAll("[data-code]")].map((row) => [row.dataset.code, row]));
  const own = document.documentElement.lang; // stays: this page would bring it back
  part("cannot").hidden = Boolean(workers);
  part("packs").hidden = !workers;
  if (!workers) return;

  function set(code, state) {
    const row = rows.get(code);
    row.dataset.now = state;
    say(row, state);
    const [more, less] = ["keep", "drop"].map((what) => row.querySelector(`[data-do=${what}]`));
    const pressed = row.contains(document.activeElement);
    more.setAttribute("aria-disabled", String(state === "loading"));
    more.hidden = state === "kept";
    less.hidden = state !== "kept" || code === own;
    if (pressed) (more.hidden ? less : more).focus(); // not lost with the button that went
  }

  async function keep(code) {
    if (rows.get(code).dataset.now === "loading") return;
    set(code, "loading");
    const status = await ask("guide", code);
    set(code, status?.ready.includes(code) ? "kept" : "failed");
  }

  async function drop(code) {
    const status = await ask("drop", code);
    if (status && !status.checks.includes(code)) set(code, "not");
  }

  async function all() {
    for (const [code, { dataset }] of rows) if (dataset.now !== "kept") await keep(code);
  }

  const fill = (node, size) => (node.textContent = node.dataset.text.replace("%(size)s", size));

  element.addEventListener("click", ({ target }) => {
    const what = target.closest("[data-do]")?.dataset.do;
    if (what === "all") return all();
    const code = target.closest("[data-code]")?.dataset.code;
    if (what) ({ keep, drop })[what](code);
  });
  await workers.ready;
  const { sizes, ready } = (await ask("status")) || {};
  if (!ready) return;
  for (const [code, row] of rows) {
    fill(row.querySelector("[data-size]"), sizes[code]);
    set(code, ready.includes(code) ? "kept" : "not");
  }
  fill(element.querySelector("[data-total]"), Object.values(sizes).reduce((sum, size) => sum + size));
  if (!ready.includes(own)) await keep(own);
}
