// What would make it more urgent: single new signs that raise the level, each tried by running the
// triage again. The twin of webapp/triage/changes.py. Pure, ids only; a step per sign (unhurried.js).

import { evaluator, get, LEVELS, shownAnswers, shownOptions, shownQuestions } from "./triage.js";

const MOST = 12; // signs named per level

// [[level, question, option]]: the most urgent first. guide.changing: questions whose answers can change.
export function* changes(book, guide, answers, level) {
  const rank = LEVELS.indexOf(level);
  const found = [];
  for (const [question, option, changed] of oneMore(book, guide, answers)) {
    yield;
    const reached = reachedBy(book, changed, rank);
    const number = /^\d+$/.test(option); // of numbers the smallest that raises
    const known = number && found.some(([one, asked]) => asked === question && one === LEVELS[reached]);
    if (reached > rank && !known) found.push([LEVELS[reached], question, option]);
  }
  const upwards = LEVELS.slice(rank + 1).reverse();
  return upwards.flatMap((one) => found.filter(([to]) => to === one).slice(0, MOST));
}

// The highest rank above `rank` of a fired rule, or `rank`: a question that opens is no sign.
function reachedBy(book, answers, rank) {
  const holds = evaluator(book, shownAnswers(book, answers));
  const fires = (to) => book.rules.some((rule) => rule.level === LEVELS[to] && holds(rule.when));
  for (let to = LEVELS.length - 1; to > rank; to -= 1) if (fires(to)) return to;
  return rank;
}

function oneMore(book, guide, answers) {
  const shown = shownQuestions(book, answers);
  return guide.changing.filter((id) => shown.includes(id)).flatMap((id) => {
    const question = book.questions.find((one) => one.id === id);
    const given = get(answers, id);
    return options(book, answers, question, given)
      .filter((option) => option !== given && !(question.type === "multi" && get(given || {}, option) === "yes"))
      .map((option) => [id, String(option), { ...answers, [id]: question.type === "multi" ? { ...given, [option]: "yes" } : option }]);
  });
}

function options(book, answers, question, given) {
  if (question.type !== "number") return shownOptions(book, answers, question).filter((option) => option !== "unsure");
  const from = given === undefined ? 1 : given + 1;
  return Array.from({ length: Math.max(0, question.range[1] + 1 - from) }, (_, n) => from + n);
}
