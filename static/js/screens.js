// The screens of the check in their order: which are asked for these answers, and which still need one.

import { shownOptions, shownQuestions } from "./triage.js";

const all = (selector, from) => [...from.querySelectorAll(selector)];

// asks: {more, medicine}, whether the optional questions and those before a medicine are asked too.
export function screensOf(form, book, read, asks) {
  const question = Object.fromEntries(book.questions.map((one) => [one.id, one]));
  const list = all(".screen", form).filter((screen) => screen.querySelector("[data-question]"));
  const ids = new Map(list.map((one) => [one, all("[data-question]", one).map((field) => field.dataset.question)]));
  let seen = []; // the answers that `wanted` looked at last, and their questions

  const idsOn = (screen) => ids.get(screen);
  const ofMedicine = (screen) => screen.classList.contains("medicine");
  const optional = (screen) => idsOn(screen).every((id) => question[id].optional);
  const answered = (screen) => idsOn(screen).every((id) => question[id].optional || id in read());

  // For each screen whether it is asked.
  function wanted() {
    if (seen[0] !== read()) seen = [read(), new Set(shownQuestions(book, read()))];
    const [, shown] = seen;
    return list.map(
      (screen) => shown.has(idsOn(screen)[0]) && (asks.more || !optional(screen)) && (asks.medicine || !ofMedicine(screen)),
    );
  }

  // The next one that is asked, counted from `from` on by 1 or -1.
  function step(from, by) {
    const on = wanted();
    let at = from + by;
    while (at >= 0 && at < list.length && !on[at]) at += by;
    return at;
  }

  // The first screen that is asked and has no answer yet; their number when there is none.
  function unanswered() {
    const on = wanted();
    const needed = (screen) => !optional(screen) && !ofMedicine(screen) && !answered(screen);
    const found = list.findIndex((screen, at) => on[at] && needed(screen));
    return found < 0 ? list.length : found;
  }

  function lastAnswered() {
    const some = (screen) => !ofMedicine(screen) && idsOn(screen).some((id) => id in read());
    return list.reduce((last, screen, at) => (some(screen) ? at : last), -1);
  }

  // The field on this screen that still needs an answer, if any.
  function incomplete(screen) {
    const answers = read();
    return all("[data-question]", screen).find((field) => {
      const { id, type, optional: free, none } = question[field.dataset.question];
      const written = field.querySelector("input[type=text]")?.value.trim();
      if (written && answers[id] === undefined) return true; // a number we cannot read
      if (free) return false;
      if (type !== "multi") return answers[id] === undefined;
      return !none && !Object.keys(answers[id] || {}).length;
    });
  }

  // Show the rows that the answers call for, and how far the person has come.
  function prepare(screen) {
    if (ofMedicine(screen)) asks.medicine = true; // also when it was taken up again
    const answers = read();
    for (const id of idsOn(screen)) {
      const rows = shownOptions(book, answers, question[id]);
      for (const row of all(`[data-question="${id}"] [data-row]`, screen)) row.hidden = !rows.includes(row.dataset.row);
    }
    const at = list.indexOf(screen);
    const on = wanted();
    const count = (from, to) => on.slice(from, to).filter(Boolean).length;
    const progress = screen.querySelector(".progress");
    const { text, last } = progress.dataset;
    const more = count(at + 1);
    progress.textContent = (more ? text : last).replace("%(n)s", count(0, at) + 1).replace("%(more)s", more);
  }

  return { question, list, idsOn, ofMedicine, optional, step, unanswered, lastAnswered, incomplete, prepare };
}
