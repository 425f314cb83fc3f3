// The phone's engine behind standard input and output: one JSON request per line, one JSON answer.
// {answers, finished} → the outcome, or {error} when the engine throws. {book} replaces the rules,
// {guide} the causes, cards and gates.
import { createInterface } from "node:readline";
import { changes } from "../../static/js/changes.js";
import { care, causes, flagsSet } from "../../static/js/guide.js";
import { shownAnswers, shownQuestions, triage } from "../../static/js/triage.js";

// A generator's result.
function atOnce(steps) {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

let book = null;
let guide = null;
const handlers = {
  book: (request) => ((book = request.book), true),
  guide: (request) => ((guide = request.guide), true),
  triage: ({ answers, finished }) => triage(book, answers, finished),
  advise: ({ answers }) => {
    const outcome = triage(book, answers);
    const found = causes(book, guide, answers, outcome);
    return {
      causes: found,
      care: care(book, guide, answers, outcome, found),
      flags: [...flagsSet(book, guide, answers, outcome)].sort(),
    };
  },
  changes: ({ answers }) => atOnce(changes(book, guide, answers, triage(book, answers).level)),
  shown: ({ answers }) => shownQuestions(book, answers),
  counted: ({ answers, finished }) => shownAnswers(book, answers, finished),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = handlers[request.do](request);
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
