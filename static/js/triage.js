// Answers to urgency, on the phone: the twin of webapp/triage/engine.py. Pure: no DOM, no network,
// no words. Language and shape of the rule data: webapp/triage/README.md. It throws on rule data it
// does not understand; the caller then says "get medical advice", never nothing.

export const LEVELS = ["self_care", "routine", "soon", "urgent_today", "emergency"];
const MAX_REASONS = 3;
export const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
export const get = (object, key) => (has(object, key) && object[key] !== null ? object[key] : undefined);

// {level, rules, flags, reasons, more, open}. finished=false is the look taken during the check.
export function triage(book, answers, finished = true) {
  const holds = evaluator(book, shownAnswers(book, answers, finished));
  const fired = book.rules.filter((rule) => holds(rule.when));
  const open = finished ? openQuestions(book, answers) : [];
  const rank = Math.max(0, open.length ? LEVELS.indexOf("soon") : 0, ...fired.map(rankOf));
  return {
    level: LEVELS[rank],
    rules: fired.map((rule) => rule.id).concat(open.length ? ["M01"] : []),
    flags: [...new Set(fired.flatMap((rule) => rule.flags))].sort(),
    ...splitReasons(fired, rank),
    open,
  };
}

// The answers that count: those of questions and rows that are shown.
export function shownAnswers(book, answers, finished = true) {
  const kept = {};
  const holds = evaluator(book, kept);
  for (const question of book.questions) {
    if (!holds(question.show)) continue;
    let answer = get(answers, question.id);
    if (answer === undefined && finished && question.unanswered) {
      answer = question.type === "multi" ? { [question.unanswered]: "yes" } : question.unanswered;
    }
    if (answer === undefined) continue;
    kept[question.id] = question.type === "multi" ? shownRows(question, answer, holds) : answer;
    holds.forget();
  }
  measure(book, kept);
  return kept;
}

// Ids of the questions these answers lead to, in the order they are asked.
export function shownQuestions(book, answers) {
  const holds = evaluator(book, shownAnswers(book, answers, false));
  return book.questions.filter((question) => holds(question.show)).map((question) => question.id);
}

// Ids of the rows of a question that are shown.
export function shownOptions(book, answers, question) {
  const shows = question.row_show;
  if (!Object.keys(shows).length) return question.options;
  const holds = evaluator(book, shownAnswers(book, answers, false));
  return question.options.filter((row) => !has(shows, row) || holds(shows[row]));
}

function openQuestions(book, answers) {
  const holds = evaluator(book, shownAnswers(book, answers));
  return book.questions
    .filter((q) => q.danger && !q.unanswered && get(answers, q.id) === undefined && holds(q.show))
    .map((q) => q.id);
}

function shownRows(question, answer, holds) {
  if (typeof answer !== "object" || Array.isArray(answer)) throw new Error("bad answer");
  const shown = ([row]) => !has(question.row_show, row) || holds(question.row_show[row]);
  return Object.fromEntries(Object.entries(answer).filter(shown));
}

function measure(book, kept) {
  for (const { id, more_than: rule } of book.questions) {
    if (!rule || !has(kept, id) || !has(kept, rule.other)) continue;
    const tenths = Math.round(kept[id] * 10) - Math.round(kept[rule.other] * 10);
    if (tenths >= rule.by * 10) kept[rule.of] = { ...get(kept, rule.of), [rule.ticks]: "yes" };
  }
}

function rankOf(rule) {
  const rank = LEVELS.indexOf(rule.level);
  if (rank < 0) throw new Error("unknown level");
  return rank;
}

function splitReasons(fired, rank) {
  const ordered = [...fired].sort((a, b) => rankOf(b) - rankOf(a));
  const reasons = [];
  const said = new Set();
  for (const rule of ordered) {
    const topic = rule.flags[0] || rule.id;
    if (rankOf(rule) !== rank || said.has(topic) || reasons.length >= MAX_REASONS) continue;
    reasons.push(rule.id);
    said.add(topic);
  }
  const more = ordered.map((rule) => rule.id).filter((id) => !reasons.includes(id));
  return { reasons, more };
}

export function evaluator(book, answers) {
  const known = new Map();
  const rows = (question, wanted, ...values) => {
    const answer = get(answers, question) || {};
    return Object.keys(answer).some((row) => wanted.includes(row) && values.includes(answer[row]));
  };
  const kinds = {
    and: (...parts) => parts.every(holds),
    or: (...parts) => parts.some(holds),
    is: (name) => {
      if (!known.has(name)) known.set(name, holds(book.macros[name]));
      return known.get(name);
    },
    score: (name, k) => book.scores[name].filter(holds).length >= k,
    one: (question, wanted) => wanted.includes(get(answers, question)),
    num: (question, k) => get(answers, question) >= k,
    any: (question, wanted) => rows(question, wanted, "yes"),
    anyU: (question, wanted) => rows(question, wanted, "yes", "unsure"),
    none: (question, wanted) => !rows(question, wanted, "yes"),
  };
  function holds(expression) {
    if (expression === true) return true;
    if (!Array.isArray(expression) || !has(kinds, expression[0])) throw new Error("bad expression");
    return kinds[expression[0]](...expression.slice(1));
  }
  holds.forget = () => known.clear();
  return holds;
}
