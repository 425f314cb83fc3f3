// What stays on the phone. Every access can be refused (private window, full phone): then the
// check goes on without it. A file that was handed on keeps nothing: other files could read it.

const DRAFT = "genu.draft";
const COUNTRY = "genu.country";
const PHASE = "genu.phase"; // of the exercises; only when asked to remember
const RESULT = "genu.result"; // this tab only, so that a reload keeps the result
const UPDATE = "genu.update"; // what a page says after it was loaded anew for a new release
const ERASED = "genu.erased"; // for a moment only
const DAY = 24 * 60 * 60 * 1000;

function put(area, key, value) {
  if ("handed" in document.documentElement.dataset) return false;
  try {
    window[area].setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function take(area, key) {
  try {
    return JSON.parse(window[area].getItem(key));
  } catch {
    return null;
  }
}

function drop(area, key) {
  try {
    window[area].removeItem(key);
    return window[area].getItem(key) === null;
  } catch {
    return true; // nothing can be kept here
  }
}

// A draft of the answers: {answers, screen, resume}. Returns whether it was kept.
export const saveDraft = (draft) => put("localStorage", DRAFT, { ...draft, at: Date.now() });

export function loadDraft() {
  const draft = recent(take("localStorage", DRAFT));
  if (!draft) dropDraft();
  return draft;
}

// A result: {answers, at}. `at` (ms) is when it was found, also when it is shown again.
export const saveResult = (answers, at = Date.now()) => put("sessionStorage", RESULT, { answers, at });

export function loadResult() {
  const result = recent(take("sessionStorage", RESULT));
  if (!result) dropResult();
  return result;
}

// What was kept less than a day ago, else null. A clock may have been set back by an hour.
function recent(kept) {
  const age = kept ? Date.now() - kept.at : DAY;
  return kept?.answers && age >= -DAY / 24 && age < DAY ? kept : null;
}

export const dropDraft = () => drop("localStorage", DRAFT);
export const dropResult = () => drop("sessionStorage", RESULT);
export const saveCountry = (code) => put("localStorage", COUNTRY, code);
export const loadCountry = () => take("localStorage", COUNTRY);
export const savePhase = (phase) => (phase ? put("localStorage", PHASE, phase) : drop("localStorage", PHASE));
export const loadPhase = () => take("localStorage", PHASE);

export const saveUpdate = (update) => put("sessionStorage", UPDATE, update);
export function takeUpdate() {
  const update = take("sessionStorage", UPDATE);
  drop("sessionStorage", UPDATE);
  return update;
}

// Remove the answers and what came of them, in every window; true when reading back finds nothing.
export function eraseAnswers() {
  const done = [dropDraft(), dropResult(), savePhase(0)].every(Boolean);
  put("localStorage", ERASED, 1); // a change that the other windows hear of
  dispatchEvent(new Event("genu:erased")); // and this one
  return drop("localStorage", ERASED) && done;
}

// Remove everything the person entered, the country too.
export function erase() {
  const done = drop("localStorage", COUNTRY);
  return eraseAnswers() && done;
}

// What to do when another window has erased; the result that this one keeps is gone by then.
export function onErased(act) {
  addEventListener("storage", ({ key, newValue }) => {
    if (key === ERASED && newValue) (dropResult(), act());
  });
}
