// The check, one screen at a time: moves between the form's screens, asks the engine, and shows the
// outcome. Without it the form still posts.

import { answersIn, untickOthers } from "./answers.js";
import { bodyMap } from "./body-map.js";
import { showCall } from "./call.js";
import { itemInWords, levelBlocks, outcomeBlocks, restate } from "./outcome.js";
import { parts, planBlocks } from "./plan.js";
import { screensOf } from "./screens.js";
import * as store from "./store.js";
import { touchGuard } from "./touch.js";
import { triage } from "./triage.js";
import { unhurried } from "./unhurried.js";

const FIRST_SCREENS = 3; // the danger screens: a banner comes from these alone
const BREATH = 300; // ms in which a new screen is drawn
const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const part = (name) => document.querySelector(`[data-part=${name}]`);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

export default function check(form) {
  const book = JSON.parse(byId("book").textContent);
  let now = -1; // index of the screen shown; -1 start, "result" or another section by id
  let alerted = new Set(); // emergency rules whose page was shown before the end
  let returning = false; // one answer is being changed from the result
  let saving = 0; // timer of the next save of the draft
  const asks = { more: false, medicine: false }; // the optional questions, and those before a medicine
  let kept = false; // something entered was kept on the phone
  const entered = answersIn(form, book);
  const { read } = entered;
  const { question, list: screens, idsOn, ofMedicine, optional, ...order } = screensOf(form, book, read, asks);
  const { step, unanswered, lastAnswered, incomplete, prepare } = order;
  const emergencies = new Set(book.rules.filter((rule) => rule.level === "emergency").map((rule) => rule.id));
  const map = bodyMap(form, read);
  const touch = touchGuard(form);

  function write(answers) {
    entered.write(answers);
    map.paint();
  }

  // ---- screens

  function show(target, focus = true) {
    now = target;
    const node = typeof target === "number" ? screens[target] || byId("start") : byId(target);
    all(".screen.on").forEach((screen) => screen !== node && screen.classList.remove("on"));
    node.classList.add("on");
    const inCheck = typeof target === "number" && target >= 0;
    part("after").hidden = part("said").hidden = part("failed").hidden = true;
    if (inCheck) prepare(node);
    dispatchEvent(new Event("genu:screen"));
    banner(inCheck);
    if (focus) {
      scrollTo(0, 0);
      node.querySelector("h1")?.focus({ preventScroll: true });
    }
    if (inCheck) save();
  }

  // Storage comes after the paint; the last thing to be kept counts.
  function later(keep) {
    clearTimeout(saving);
    saving = setTimeout(() => (kept = keep()));
  }

  // Never an empty draft over one that holds answers.
  function save() {
    later(() => (Object.keys(read()).length ? store.saveDraft({ answers: read(), screen: now }) : kept));
  }

  function go(target) {
    show(target);
    const at = typeof target === "number" ? target : target === "result" ? -2 : -1;
    if (history.state?.at !== at) setTimeout(() => history.pushState({ at }, "", location.pathname));
  }

  // ---- moving

  function next() {
    const screen = screens[now];
    const fault = incomplete(screen);
    flag(screen, fault);
    if (fault) return;
    entered.leave(idsOn(screen));
    const early = triage(book, read(), false);
    const before = alerted;
    alerted = new Set(early.rules.filter((id) => emergencies.has(id)));
    if ([...alerted].some((id) => !before.has(id))) return stop(early);
    const at = returning ? unanswered() : step(now, 1);
    if (at >= screens.length) return finish();
    go(at);
    if (at >= FIRST_SCREENS) setTimeout(() => parts().catch(() => {}), BREATH); // so that they are there in the end
  }

  function flag(screen, field) {
    all(".needed", screen).forEach((note) => note.remove());
    if (!field) return;
    const why = field.querySelector("input[type=text]") ? "range" : "needed";
    const note = byId(why).content.firstElementChild.cloneNode(true);
    note.closest("details")?.setAttribute("open", "");
    field.querySelector("legend").after(note);
    note.focus();
  }

  function stop(outcome) {
    alerted = new Set(outcome.rules.filter((id) => emergencies.has(id)));
    const draft = { answers: read(), screen: typeof now === "number" ? now : lastAnswered() };
    later(() => store.saveDraft(draft));
    reveal(outcome, false);
    go("result");
  }

  // at: when this result was found, if not now (ms)
  function finish(at) {
    const answers = read();
    const outcome = triage(book, answers);
    reveal(outcome, true);
    later(() => (store.dropDraft(), store.saveResult(answers, at)));
    returning = asks.more = asks.medicine = false;
    go("result");
  }

  // The outcome of the answers as they are now: the end, or an emergency before it. Some of the answers
  // say nothing less.
  function conclude() {
    if (unanswered() >= screens.length) return finish();
    const early = triage(book, read(), false);
    if (early.level === "emergency") stop(early);
    else go(unanswered());
  }

  // The level and whom to call now; the rest after the paint. Whatever becomes of that, an emergency stands.
  function reveal(outcome, ended) {
    const result = byId("result");
    const answers = read();
    result.replaceChildren(levelBlocks(outcome));
    result.toggleAttribute("data-early", !ended);
    const [level] = result.children;
    const rest = () => level.isConnected && follow(outcome, answers, ended);
    setTimeout(outcome.level === "emergency" ? rest : guarded(rest));
    const call = result.querySelector(".call");
    if (call) queueMicrotask(() => showCall(call)); // whatever becomes of it, the result stands
  }

  function follow(outcome, answers, ended) {
    const result = byId("result");
    result.append(outcomeBlocks(outcome));
    result.querySelector("[data-stopped]").hidden = ended;
    part("after").hidden = now !== "result";
    dispatchEvent(new Event("genu:result"));
    setTimeout(restate, 0, result.querySelector(".answers"), book, answers); // so here
    if (ended) plan(outcome, answers).catch(() => {}); // then the links to the guide stand there
  }

  // Below the result, a moment later: what helps at home and what it could be.
  async function plan(outcome, answers) {
    const place = byId("result").querySelector("[data-part=guide]");
    const inWords = (id, option) => itemInWords(question[id], option);
    place.replaceChildren(await unhurried(planBlocks(await parts(), book, answers, outcome, inWords)));
  }

  function banner(inCheck) {
    for (const note of all("[data-banner]", form)) note.hidden = true;
    if (!inCheck) return;
    const answers = read();
    const early = Object.fromEntries(
      screens.slice(0, FIRST_SCREENS).flatMap(idsOn).filter((id) => id in answers).map((id) => [id, answers[id]]),
    );
    const { rules } = triage(book, early, false);
    const today = book.rules.filter((rule) => rules.includes(rule.id) && rule.level === "urgent_today");
    const firm = today.some((rule) => !JSON.stringify(rule.when).includes('"NO_'));
    if (today.length) form.querySelector(`[data-banner=${firm ? "firm" : "soft"}]`).hidden = false;
  }

  // Whatever fails in here, a person is told to get advice: never nothing, never the start. Faults of
  // scripts that others put into the page are not ours.
  function guarded(act) {
    return (...given) => {
      try {
        return act(...given);
      } catch (error) {
        show("broken");
        reportError(error);
      }
    };
  }

  function on(target, kind, act, capture) {
    target.addEventListener(kind, guarded(act), capture);
  }

  // ---- what a person does

  const actions = {
    start: () => {
      if (byId("result").children.length) clear(); // a finished check is not gone on with
      go(0);
    },
    next,
    back: () => {
      const at = step(now, -1);
      if (asks.medicine && (at < 0 || !ofMedicine(screens[at]))) finish();
      else go(at);
    },
    resume: () => resume(store.loadDraft()),
    restart: () => (clear(), go(-1)),
    again: () => (clear(), go(0)),
    recheck: (link) => go(link.hash.slice(1)),
    continue: () => go(Math.min(step(now === "result" ? lastAnswered() : now, 1), screens.length - 1)),
    more: () => {
      asks.more = true;
      go(screens.findIndex(optional));
    },
    medicine: () => {
      asks.medicine = true;
      go(screens.findIndex(ofMedicine));
    },
    erase: () => {
      const done = store.eraseAnswers();
      go(-1);
      part(done ? "said" : "failed").hidden = false;
    },
    print: () => print(),
    share: () => share(),
  };

  function clear() {
    entered.clear();
    clearTimeout(saving);
    alerted = new Set();
    returning = asks.more = asks.medicine = false;
    store.dropDraft();
    store.dropResult();
    byId("result").replaceChildren();
    part("resume").hidden = true;
    map.paint();
  }

  function resume(draft) {
    if (!draft) return go(0);
    write(draft.answers);
    const early = triage(book, read(), false);
    if (early.level === "emergency") return stop(early);
    go(Math.max(0, Math.min(draft.screen || 0, screens.length - 1)));
  }

  async function share() {
    const texts = all("#result .level, #result .reasons, #result .card").map((node) => node.innerText);
    await navigator.share({ title: "Genu", text: texts.join("\n\n") }).catch(() => {});
  }

  function touched() {
    entered.changed();
    touch.used();
    map.paint();
    save();
  }

  on(form, "change", ({ target }) => {
    const field = target.closest("[data-question]");
    if (!field) return;
    untickOthers(field, target);
    touched();
    const alone = target.type === "radio" ? idsOn(screens[now]).length === 1 : target.value === "none";
    if (!alone || !target.checked || !touch.chosen()) return;
    next();
    touch.came();
  });

  on(form, "click", ({ target }) => {
    const spot = target.closest(".spot");
    if (spot) (map.tap(spot), touched());
  });
  on(form, "submit", (event) => {
    if (event.submitter?.value === "switch") return; // storage refused: the page travels by POST
    event.preventDefault();
    entered.changed();
    next();
  });
  on(document, "click", (event) => {
    entered.changed();
    const source = event.target.closest("[data-do]");
    if (source && actions[source.dataset.do]) {
      event.preventDefault();
      actions[source.dataset.do](source);
      return;
    }
    const change = event.target.closest("#result a[href^='#q']");
    if (change) {
      event.preventDefault();
      returning = true;
      go(screens.indexOf(byId(change.hash.slice(1))));
    }
    const again = event.target.closest("a[href^='#again']");
    if (again) (event.preventDefault(), go(again.hash.slice(1)));
  });
  on(document.querySelector(".languages"), "click", (event) => {
    const code = event.target.closest("[data-language]")?.dataset.language;
    if (!code) return;
    const answers = read();
    if (now === -1 && !Object.keys(answers).length) return location.assign(`/${code}/`), event.preventDefault();
    clearTimeout(saving);
    const kept = store.saveDraft({ answers, screen: typeof now === "number" ? now : 0, resume: String(now) });
    if (!kept) return; // the button posts the form instead
    event.preventDefault();
    location.assign(`/${code}/`);
  });
  on(window, "popstate", ({ state }) => {
    const at = state?.at ?? -1;
    const empty = !Object.keys(read()).length;
    if (at !== -1 && empty && store.loadDraft()) return offerDraft();
    if (at !== -2) return show(at);
    if (empty) return show(-1);
    const done = unanswered() >= screens.length;
    const outcome = triage(book, read(), done); // the answers may have changed since
    if (!done && outcome.level !== "emergency") return show(unanswered());
    reveal(outcome, done);
    show("result");
  });
  on(window, "genu:erased", () => (clear(), show(-1, false)));
  on(window, "pageshow", ({ persisted }) => {
    if (persisted && kept && !store.loadDraft() && !store.loadResult()) (clear(), show(-1)); // erased meanwhile
  });

  // ---- begin

  // Each screen begins at its top, a result with its level; the guide's pages in a file handed on do not.
  if (!("handed" in root.dataset)) history.scrollRestoration = "manual";
  document.querySelector("[data-do=share]").hidden = !navigator.share;
  const posted = root.dataset.posted;
  root.classList.add("js");
  root.classList.remove("plain");
  guarded(begin)();

  function begin() {
    const draft = store.loadDraft();
    const { type } = performance.getEntriesByType("navigation")[0] || {};
    const at = history.state?.at ?? -1;
    const returned = type === "reload" || (type === "back_forward" && at !== -1);
    if (!returned) history.replaceState(null, ""); // of the page that stood at this address before
    const result = store.loadResult();
    if (posted) return begunByPost();
    if (draft?.resume !== undefined) return switched(draft);
    if (draft && returned) return resume(draft);
    if (result && returned && at === -2) return (write(result.answers), finish(result.at));
    const touched = all("input:checked", form).length > 0 || location.hash === "#q1";
    if (draft) return offerDraft();
    if (location.hash.startsWith("#q")) return go(Math.max(0, screens.indexOf(byId(location.hash.slice(1)))));
    show(-1, false);
    if (touched) map.paint();
  }

  function offerDraft() {
    part("resume").hidden = false;
    show(-1, false);
  }

  function begunByPost() {
    entered.leave(Object.keys(question).filter((id) => all(`[data-question="${id}"] input:checked`).length));
    if (posted === "result" || (posted === "switch" && unanswered() >= screens.length)) return conclude();
    resume({ answers: {}, screen: step(lastAnswered(), 1) });
  }

  function switched(draft) {
    store.saveDraft({ answers: draft.answers, screen: draft.screen });
    if (draft.resume === "-1") return offerDraft();
    if (draft.resume !== "result") return resume(draft);
    write(draft.answers);
    conclude();
  }
}
