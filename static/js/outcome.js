// An outcome (ids) to the blocks the page already holds: takes away what does not apply. No words.

import { shownAnswers } from "./triage.js";

const clone = (id) => document.getElementById(id).content.cloneNode(true);
const fields = new Map();

// The field of a question in the form.
function fieldOf(id) {
  if (!fields.has(id)) fields.set(id, document.querySelector(`[data-question="${id}"]`));
  return fields.get(id);
}

// What the server prints for the same outcome, in three: the level and whom to call, seen first;
export function levelBlocks({ level }) {
  const { content } = document.getElementById("outcome");
  const first = document.createDocumentFragment();
  for (const node of content.querySelectorAll(`[data-level=${level}], .ambulance[data-levels=${level}]`)) {
    first.append(node.cloneNode(true));
  }
  return first;
}

// what follows it; and "Your answers" (restate).
export function outcomeBlocks(outcome) {
  const blocks = clone("outcome");
  const all = (selector) => [...blocks.querySelectorAll(selector)];
  const keep = (selector, test) => all(selector).forEach((node) => test(node.dataset) || node.remove());
  keep("[data-level], .ambulance", () => false);
  keep("[data-levels]", (data) => data.levels.split(" ").includes(outcome.level));
  keep("[data-why]", (data) => data.why === (outcome.rules.length ? "some" : "none"));
  keep("li[data-open]", (data) => outcome.open.includes(data.open));
  if (!outcome.open.length) keep("section[data-open]", () => false);
  placeReasons(blocks, outcome);
  return blocks;
}

// "Your answers": those that count, into their list; at the end of a result, so it may come after the paint.
export function restate(list, book, answers) {
  const counted = shownAnswers(book, answers, false);
  const asked = book.questions.filter(({ id, check }) => check && id in counted);
  list.replaceChildren(...asked.map(({ id }) => restated(id, counted[id])));
}

function placeReasons(blocks, outcome) {
  const items = new Map([...blocks.querySelectorAll("[data-rule]")].map((li) => [li.dataset.rule, li]));
  const fill = (list, ids) => list && list.replaceChildren(...ids.map((id) => items.get(id)));
  const more = blocks.querySelector(".more");
  fill(blocks.querySelector(".reasons"), outcome.reasons.filter((id) => items.has(id)));
  if (more && outcome.more.length) fill(more.querySelector("ul"), outcome.more);
  else if (more) more.remove();
}

// One answered question in the page's own words, taken from the form.
function restated(id, answer) {
  const field = fieldOf(id);
  const row = clone("answer").firstElementChild;
  const number = field.id.slice(1);
  row.dataset.answer = id;
  const [term, change] = [row.querySelector("dt"), row.querySelector("a")];
  term.id = `a${number}`;
  term.textContent = field.querySelector("h1, h2").textContent;
  change.setAttribute("href", `#${field.closest(".screen").id}`);
  change.setAttribute("aria-describedby", term.id);
  for (const said of inWords(field, answer)) change.parentElement.before(said, "\n");
  return row;
}

// One answer as an item of a list, in the page's own words; a choice or number stands after its question.
export function itemInWords({ id, type }, option) {
  const field = fieldOf(id);
  const [said] = inWords(field, type === "multi" ? { [option]: "yes" } : option);
  const li = document.createElement("li");
  if (said.className) li.className = said.className;
  if (type === "multi") li.append(...said.childNodes);
  else {
    const answer = document.createElement("bdi");
    answer.append(...said.childNodes);
    li.append(field.querySelector("h1, h2").textContent, " ", answer);
  }
  return li;
}

function inWords(field, answer) {
  const rows = answer !== null && typeof answer === "object" ? Object.entries(answer) : [[String(answer), ""]];
  const inputs = [...field.querySelectorAll("input")];
  const order = ([value]) => inputs.findIndex((input) => input.value === value);
  const said = rows.length ? rows.sort((a, b) => order(a) - order(b)) : [["none", ""]];
  return said.map(([value, how]) => {
    const dd = document.createElement("dd");
    const input = inputs.find((one) => one.value === value);
    dd.textContent = input && input.type !== "text" ? input.parentElement.textContent.trim() : value;
    if (how === "unsure") dd.append(" ", clone("unsure").firstElementChild);
    if (field.hasAttribute("data-private") || (input && input.hasAttribute("data-private"))) dd.className = "private";
    return dd;
  });
}
