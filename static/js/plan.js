// What stands below a result: the engine's ids to the blocks of the kept page "parts". No words here.
// The server's twin is webapp/plan.py with templates/components/plan.html.

import { changes } from "./changes.js";
import { care, causes, flagsSet } from "./guide.js";
import { evaluator, shownAnswers } from "./triage.js";

const BLOCK_J = ["medicines", "med_safety", "weight_low"];
let loading = null;

// The parts of this language: {guide, lines, kept(id), entry(name, id)}; asked once, again after a failure.
export function parts() {
  if (document.getElementById("guide")) loading ??= Promise.resolve(prepared(document)); // a file handed on
  loading ??= new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", `/${document.documentElement.lang}/parts`);
    request.responseType = "document"; // parsed by the browser: nothing here makes markup out of text
    request.onload = () => (fitting(request.response) ? resolve(prepared(request.response)) : request.onerror());
    request.onerror = () => ((loading = null), reject(new Error("parts")));
    request.send();
  });
  return loading;
}

// Of the same rules and gates as this page: a new release may have taken over since it was opened.
function fitting(source) {
  const { medicine } = document.querySelector("[data-module=updates]").dataset;
  return source?.getElementById("guide")?.dataset.medicine === medicine;
}

function prepared(source) {
  const kept = (id) => source.getElementById(id).content;
  const entries = new Map();
  for (const node of kept("entries").children) {
    for (const [name, id] of Object.entries(node.dataset)) if (id) entries.set(`${name} ${id}`, node);
  }
  return {
    kept,
    guide: JSON.parse(source.getElementById("guide").textContent),
    lines: new Map([...kept("lines").querySelectorAll("li")].map((li) => [li.dataset.line, li.textContent])),
    entry: (name, id) => entries.has(`${name} ${id}`) && document.importNode(entries.get(`${name} ${id}`), true),
  };
}

// A fragment equal to what the server prints, in steps (unhurried.js). inWords(question, option) gives a <li>.
export function* planBlocks({ guide, lines, kept, entry }, book, answers, outcome, inWords) {
  const blocks = document.importNode(kept("plan"), true);
  const list = (name) => blocks.querySelector(`[data-part=${name}] [data-list]`);
  const fill = (name, items) =>
    items.length ? list(name).append(...items) : blocks.querySelector(`[data-part=${name}]`).remove();
  const holds = evaluator(book, shownAnswers(book, answers));
  const given = evaluator(book, shownAnswers(book, answers, false)); // what was said, nothing assumed
  const found = causes(book, guide, answers, outcome);
  yield;
  const cards = care(book, guide, answers, outcome, found);
  yield;
  const flags = flagsSet(book, guide, answers, outcome);
  const asked = BLOCK_J.every((id) => answers[id] !== undefined && answers[id] !== null);

  const shown = [];
  for (const card of cards) {
    if (card.state !== "hidden") shown.push(careEntry(card));
    yield;
  }
  const here = shown.filter(Boolean);
  const home = here.filter(({ dataset }) => !("visit" in dataset));
  const free = ({ dataset }) => "free" in dataset;
  const hidden = cards.filter((card) => card.state === "hidden" && lineOf(card, card.reason));
  const left = hidden.map((card) => leftOut(card.id, lineOf(card, card.reason)));
  const risky = guide.remedies.filter((remedy) => remedy.flags.some((flag) => flags.has(flag)));
  fillChanges(yield* changes(book, guide, answers, outcome.level));
  fill("care", [...home.filter(free), ...home.filter((entry) => !free(entry))]);
  fill("left", outcome.level === "emergency" ? [] : [...left, ...risky.map(({ id }) => leftOut(id, ""))].filter(Boolean));
  if (!holds(["is", "AGE_MINOR"])) blocks.querySelector("[data-minor]").remove();
  yield;
  fill("causes", found.map(causeEntry));
  const visit = here.filter(({ dataset }) => "visit" in dataset);
  list("visit").append(...visit);
  return blocks;

  function fillChanges(found) {
    for (const row of list("changes").children) {
      const signs = found.filter(([to]) => to === row.dataset.to).map(([, ...sign]) => inWords(...sign));
      row.querySelector("ul").append(...signs);
    }
    const wanted = [...list("changes").children].filter((row) => row.querySelector("li"));
    list("changes").replaceChildren();
    fill("changes", wanted);
  }

  function lineOf({ id, state }, reason) {
    const keys = [`${reason}.${id}`, `${reason}.all`, reason, `${state}.${id}`];
    return lines.get(keys.find((key) => lines.has(key))) || "";
  }

  function careEntry(card) {
    const node = entry("card", card.id);
    if (!node) return null;
    const part = (name) => node.querySelector(name);
    const said = checkLines(card.id);
    part(".caution").replaceWith(...cautions(card, said).map((line) => ofText("p", line, "caution")));
    if (!part("[data-dose]")) return node;
    const known = asked || guide.checks.some((check) => check.card === card.id && given(check.when));
    part("[data-no-dose] ul").append(...said.map((line) => ofText("li", line)));
    if (card.dose || known) part("[data-ask]").remove();
    if (card.dose || !known) part("[data-no-dose]").remove();
    if (!card.dose) part("[data-dose]").remove();
    return node;
  }

  function cautions(card, checks) {
    const reasons = card.state === "caution" ? [card.reason, ...card.more] : [];
    const said = new Set(reasons.map((reason) => lineOf(card, reason)));
    return [...said].filter((line) => line && !checks.includes(line));
  }

  function checkLines(id) {
    const said = guide.checks.filter((check) => check.card === id && holds(check.when)).flatMap((check) => {
      const fine = check.texts.map((when, n) => holds(when) && lines.get(`${check.id}.${n + 1}`)).filter(Boolean);
      return fine.length ? fine : [lines.get(check.id)];
    });
    return [...new Set(said)];
  }

  function leftOut(id, line) {
    const node = entry("left", id);
    if (node && line) node.querySelector("span").textContent = line;
    return node;
  }

  function causeEntry({ id, mustRuleOut, fits }) {
    const node = entry("cause", id);
    if (!mustRuleOut) node.querySelector("[data-first]").remove();
    const said = node.querySelector("[data-fits]");
    if (fits.length) said.querySelector("ul").append(...fits.map((fit) => inWords(...fit)));
    else said.remove();
    return node;
  }
}

function ofText(name, text, className) {
  const node = document.createElement(name);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}
