// What it could be and what helps, on the phone: the twin of webapp/triage/guide.py. Pure, ids only.
// Nothing here can change the level: it reads an outcome and adds to it.
import { evaluator, get, has, shownAnswers } from "./triage.js";

const MOST_CAUSES = 5;
const ENOUGH = 3; // points a cause needs
const CALM = ["routine", "self_care"]; // the only levels at which a sensitive alarm is named
const STATES = ["hidden", "caution", "shown"]; // the strictest first

// What could fit, [{id, mustRuleOut, fits}]: causes to be ruled out, then at most five by score.
export function causes(book, guide, answers, outcome) {
  const counted = shownAnswers(book, answers);
  const holds = evaluator(book, counted);
  const first = toRuleOut(book, guide, holds, outcome);
  const others = guide.causes.filter(({ id }) => !first.includes(id));
  return [
    ...first.map((id) => guide.causes.find((cause) => cause.id === id)),
    ...ranked(others, holds, outcome).slice(0, MOST_CAUSES),
  ].map(({ id, evidence }) => ({
    id,
    mustRuleOut: first.includes(id),
    fits: evidence.flatMap(([weight, when]) => (weight > 0 && holds(when) ? said(when, counted) : [])),
  }));
}

function toRuleOut(book, guide, holds, { rules }) {
  const fired = book.rules.filter(({ id }) => rules.includes(id));
  const applies = (link) => {
    const carrying = fired.filter(({ flags }) => meet(flags, link.flags));
    const alone = carrying.length === 1 && carrying[0].id;
    return (
      carrying.length &&
      (!link.fired.length || meet(link.fired, rules)) &&
      !meet(link.not_fired, rules) &&
      (!link.only || link.only === alone) &&
      link.not_only !== alone &&
      holds(link.when)
    );
  };
  return [...new Set(guide.links.filter(applies).flatMap((link) => link.causes))];
}

function ranked(others, holds, { flags, level }) {
  const scored = [];
  for (const cause of others) {
    const weights = cause.evidence.filter((piece) => holds(piece[1])).map((piece) => piece[0]);
    const score = weights.reduce((sum, weight) => sum + weight, cause.prior);
    const convincing = weights.includes(3) || weights.filter((weight) => weight === 2).length > 1;
    const allowed = cause.id !== "central_sensitisation" || CALM.includes(level);
    if (score >= ENOUGH && convincing && allowed) scored.push([score, cause]);
  }
  const best = scored.sort(([a], [b]) => b - a).map(([, cause]) => cause);
  // without a tumour rule no tumour stands first
  const lead = best.find(({ tumour }) => !tumour || flags.includes("F_TUMOUR"));
  return lead ? [lead, ...best.filter((cause) => cause !== lead)] : [];
}

// [[question, option]]: what a piece of evidence found in the answers.
function said([, question, wanted], counted) {
  const answer = counted[question];
  const found = typeof answer === "object" ? wanted.filter((row) => has(answer, row)) : [String(answer)];
  return found.map((option) => [question, option]);
}

// All flags: of the fired rules, and those with an expression of their own.
export function flagsSet(book, guide, answers, outcome) {
  const holds = evaluator(book, shownAnswers(book, answers));
  const own = guide.gates.filter(({ when }) => holds(when)).map(({ id }) => id);
  return new Set([...own, ...outcome.flags]);
}

// Every card that is relevant, in the guide's order: [{id, state, reason, more, dose}].
export function care(book, guide, answers, outcome, found) {
  const holds = evaluator(book, shownAnswers(book, answers));
  const flags = flagsSet(book, guide, answers, outcome);
  const gates = guide.gates.filter(({ id }) => flags.has(id));
  const checks = guide.checks.filter(({ when }) => holds(when));
  const fits = found.map(({ id }) => id);
  const mayDose = book.questions
    .filter(({ id, show }) => guide.medicine_questions.includes(id) && holds(show))
    .every((question) => understood(question, get(answers, question.id)));
  return guide.cards
    .filter((card) => holds(card.relevant) || meet(card.causes, fits))
    .map(({ id, medicine, level_gate }) => {
      const own = checks.filter(({ card }) => card === id);
      const met = [
        ...gates.map((gate) => [gate.cards[id], gate.id]),
        ...own.map((check) => [check.effect, check.id]),
        [level_gate[outcome.level], `level:${outcome.level}`],
      ];
      const state = STATES.find((one) => met.some(([effect]) => effect === one));
      const [reason, ...more] = met.filter(([effect]) => effect === state).map(([, why]) => why);
      const dose = state !== "hidden" && (!medicine || (mayDose && !own.length));
      return { id, state, reason, more, dose };
    });
}

function understood({ type, options }, answer) {
  if (type !== "multi") return options.includes(answer);
  return !!answer && Object.keys(answer).every((row) => options.includes(row) && answer[row] === "yes");
}

function meet(some, others) {
  return some.some((one) => others.includes(one));
}
