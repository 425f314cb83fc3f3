// The phone's engine behind standard input and output: one JSON request per line, one JSON answer.
// {answers, finished} → the outcome, or {error} when the engine throws. {book} replaces the rules.
import { createInterface } from "node:readline";
import { shownAnswers, shownQuestions, triage } from "../../static/js/triage.js";

let book = null;
const handlers = {
  book: (request) => ((book = request.book), true),
  triage: ({ answers, finished }) => triage(book, answers, finished),
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
