// What it could be and what helps, on the phone: the twin of webapp/triage/guide.py. Pure, ids only.
// Nothing here can change the level: it reads an outcome and adds to it.
import { evaluator, get, has, shownAnswers } from "./triage.js";

const MOST_CAUSES = 5;
const ENOUGH = 3; // points a cause needs
const CALM = ["routine", "self_care"]; // the only levels at which a sensitive alarm is named
const STATES = ["hidden", "caution", "shown"]; // the strictest first
// All that the medicine checks look at: no dose unless each was asked and understood.
const MEDICINE_QUESTIONS =
  ["age_band", "pregnancy", "onset", "duration", "health", "medicines", "med_safety", "weight_low"];
const meet = (some, others) => some.some((one) => others.includes(one));

// What could fit: causes to be ruled out first, then at most five by their score.
export function causes(book, guide, answers, outcome) {
  const counted = shownAnswers(book, answers);
  const holds = evaluator(book, counted);
  const first = toRuleOut(book, guide, holds, outcome);
  const others = guide.causes.filter((cause) => !first.includes(cause.id));
  const byId = new Map(guide.causes.map((cause) => [cause.id, cause]));
  return [...first, ...ranked(others, holds, outcome).slice(0, MOST_CAUSES)].map((id) => ({
    id,
    mustRuleOut: first.includes(id),
    fits: fitting(byId.get(id), holds, counted),
  }));
}

function toRuleOut(book, guide, holds, { rules }) {
  const found = guide.links.filter((link) => {
    const carrying = book.rules.filter((rule) => rules.includes(rule.id) && meet(rule.flags, link.flags));
    const alone = carrying.length === 1 ? carrying[0].id : "";
    return (
      carrying.length &&
      (!link.fired.length || meet(link.fired, rules)) &&
      !meet(link.not_fired, rules) &&
      [null, alone].includes(link.only) &&
      link.not_only !== alone &&
      holds(link.when)
    );
  });
  return [...new Set(found.flatMap((link) => link.causes))];
}

function ranked(others, holds, { flags, level }) {
  const scored = others.map((cause) => {
    const weights = cause.evidence.filter(([, when]) => holds(when)).map(([weight]) => weight);
    const convincing = weights.includes(3) || weights.filter((weight) => weight === 2).length > 1;
    return { ...cause, convincing, score: weights.reduce((sum, weight) => sum + weight, cause.prior) };
  });
  const found = scored
    .filter(({ score, convincing }) => score >= ENOUGH && convincing)
    .filter(({ id }) => id !== "central_sensitisation" || CALM.includes(level))
    .sort((a, b) => b.score - a.score);
  // without a tumour rule no tumour stands first
  const lead = found.find(({ tumour }) => !tumour || flags.includes("F_TUMOUR"));
  return lead ? [lead, ...found.filter((cause) => cause !== lead)].map(({ id }) => id) : [];
}

function fitting({ evidence }, holds, counted) {
  return evidence.flatMap(([weight, when]) => {
    const [kind, question, rows] = when;
    if (weight <= 0 || !holds(when)) return [];
    if (kind === "one" || kind === "num") return [[question, String(counted[question])]];
    if (kind !== "any" && kind !== "anyU") return [];
    return rows.filter((row) => has(counted[question], row)).map((row) => [question, row]);
  });
}

// All flags: of the fired rules, and those with an expression of their own.
export function flagsSet(book, guide, answers, outcome) {
  const holds = evaluator(book, shownAnswers(book, answers));
  const own = guide.gates.filter((gate) => gate.when && holds(gate.when)).map((gate) => gate.id);
  return new Set([...own, ...outcome.flags]);
}

// Every card that is relevant, in the guide's order: {id, state, reason, more, dose}.
export function care(book, guide, answers, outcome, found) {
  const holds = evaluator(book, shownAnswers(book, answers));
  const flags = flagsSet(book, guide, answers, outcome);
  const gates = guide.gates.filter((gate) => flags.has(gate.id));
  const checks = guide.checks.filter((check) => holds(check.when));
  const asked = book.questions
    .filter((question) => MEDICINE_QUESTIONS.includes(question.id) && holds(question.show))
    .every((question) => understood(question, get(answers, question.id)));
  const fits = found.map((cause) => cause.id);
  return guide.cards
    .filter(({ relevant, causes }) =>
      relevant || causes.length ? (relevant && holds(relevant)) || meet(causes, fits) : true)
    .map((card) => gated(card, gates, checks.filter((check) => check.card === card.id), asked, outcome));
}

// Flags, then medicine checks, then the level; the strictest wins, the first of it is the reason.
function gated({ id, level_gate, medicine }, gates, checks, asked, { level }) {
  const met = [
    ...gates.map((gate) => [gateState(gate, id), gate.id]),
    ...checks.map((check) => [check.effect === "hidden" ? "hidden" : "caution", check.id]),
    [level_gate[level], `level:${level}`],
  ];
  const state = STATES.find((one) => met.some(([said]) => said === one));
  const [reason, ...more] = met.filter(([said]) => said === state).map(([, why]) => why);
  const dose = state !== "hidden" && (!medicine || (asked && !checks.length));
  return { id, state, reason, more, dose };
}

function gateState({ hides, hides_all_but: but, cautions }, card) {
  if (hides.includes(card) || (but.length && !but.includes(card))) return "hidden";
  return cautions.includes(card) ? "caution" : "";
}

function understood({ type, options }, answer) {
  if (type !== "multi") return options.includes(answer);
  return !!answer && Object.keys(answer).every((row) => options.includes(row) && answer[row] === "yes");
}
