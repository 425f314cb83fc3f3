// The form's answers as plain data, and back. The form is the only place where answers live.

const all = (selector, from) => [...from.querySelectorAll(selector)];

// {read, write, leave, changed, clear} of a form over the rule data's questions.
export function answersIn(form, book) {
  const question = Object.fromEntries(book.questions.map((one) => [one.id, one]));
  const fields = all("[data-question]", form).map((field) => [question[field.dataset.question], all("input", field)]);
  const left = new Set(); // multi questions left with Continue: blank now means "no"
  let known = null; // the answers as last read; null after any change

  const changed = () => (known = null);
  const read = () => (known ??= fields.reduce(withOne, {}));

  function withOne(answers, [{ id, type }, inputs]) {
    const ticked = inputs.filter((input) => input.checked).map((input) => input.value);
    const answer = type === "multi" ? rows(id, ticked) : type === "single" ? ticked[0] : number(inputs, ticked);
    if (answer !== undefined) answers[id] = answer;
    return answers;
  }

  function rows(id, ticked) {
    if (!ticked.length && !left.has(id)) return undefined;
    const unsure = ticked.filter((row) => row.endsWith("?")).map((row) => [row.slice(0, -1), "unsure"]);
    const yes = ticked.filter((row) => row !== "none" && !row.endsWith("?")).map((row) => [row, "yes"]);
    return Object.fromEntries([...unsure, ...yes]);
  }

  function write(answers) {
    for (const [id, answer] of Object.entries(answers)) {
      const [, inputs] = fields.find(([one]) => one?.id === id) || [];
      if (!inputs) continue;
      const several = answer !== null && typeof answer === "object";
      if (several) left.add(id);
      const ticked = several ? Object.entries(answer).map(([row, how]) => (how === "unsure" ? `${row}?` : row)) : [String(answer)];
      if (several && !ticked.length) ticked.push("none");
      for (const input of inputs) {
        if (input.type === "text") input.value = ticked[0];
        else input.checked = ticked.includes(input.value);
      }
    }
    changed();
  }

  // These questions were left with Continue, or came answered.
  function leave(ids) {
    for (const id of ids) if (question[id].type === "multi") left.add(id);
    changed();
  }

  function clear() {
    form.reset();
    for (const input of all("input", form)) {
      if (input.type === "text") input.value = "";
      else input.checked = false;
    }
    left.clear();
    changed();
  }

  return { read, write, leave, changed, clear };
}

// The number chosen or typed; undefined when it is none or out of range.
function number(inputs, ticked) {
  const input = inputs.find(({ type }) => type === "text");
  const text = input ? input.value.trim() : ticked[0] || "";
  const value = Number(text.replace(/[٠-٩۰-۹०-९০-৯]/g, western).replace(/[,٫]/, "."));
  if (!text || !Number.isFinite(value)) return undefined;
  return input && (value < input.dataset.low || value > input.dataset.high) ? undefined : value;
}

function western(digit) {
  const code = digit.codePointAt(0); // Arabic and Persian start at …0, Devanagari and Bengali at …6
  return String((code > 0x900 ? code - 6 : code) & 15);
}

// One box of a field was ticked: what contradicts it is not.
export function untickOthers(field, target) {
  if (!target.checked || target.type !== "checkbox") return;
  const twin = target.value.endsWith("?") ? target.value.slice(0, -1) : `${target.value}?`;
  for (const one of all("input", field)) {
    const against = target.value === "none" ? one !== target : one.value === twin || one.value === "none";
    if (against) one.checked = false;
  }
}
