// The phone's engine over batches of answer sets, for tests/triage/bulk.py. The first line in is
// {book, guide}; then a batch per line, [[answers, finished]], and out per batch {digest, cpu}, or
// {texts} when the batch came as {tell: batch}. cpu: microseconds the engine took.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { care, causes, flagsSet } from "../../static/js/guide.js";
import { shownQuestions, triage } from "../../static/js/triage.js";

function text(book, guide, answers, finished) {
  const outcome = triage(book, answers, finished);
  const { level, rules, flags, reasons, more, open } = outcome;
  const told = [level, rules, flags, reasons, more, open];
  if (!finished) return JSON.stringify([...told, shownQuestions(book, answers)]);
  const found = causes(book, guide, answers, outcome);
  const cards = care(book, guide, answers, outcome, found);
  return JSON.stringify([
    ...told,
    [...flagsSet(book, guide, answers, outcome)].sort(),
    found.map(({ id, mustRuleOut, fits }) => [id, mustRuleOut, fits]),
    cards.map(({ id, state, reason, more, dose }) => [id, state, reason, more, dose]),
  ]);
}

let data = null;
const tried = ([answers, finished]) => {
  try {
    return text(data.book, data.guide, answers, finished);
  } catch {
    return "refused";
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (!data) {
    data = request;
    continue;
  }
  const before = process.cpuUsage();
  const texts = (request.tell || request).map(tried);
  const { user, system } = process.cpuUsage(before);
  const digest = () => createHash("sha256").update(texts.join("\n")).digest("hex");
  process.stdout.write(JSON.stringify(request.tell ? { texts } : { digest: digest(), cpu: user + system }) + "\n");
}
