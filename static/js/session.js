// The exercise session: one exercise at a time, a counter of sets and repeats, a clock for holds.
// Works without sound: the clock is on the screen, the phone shakes where it can, the line is spoken.

import { loadPhase, savePhase } from "./store.js";

export default function session(element) {
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const button = (name) => element.querySelector(`[data-do=${name}]`);
  const page = [...element.parentElement.children].filter((node) => node !== element);
  const title = element.querySelector("h2");
  let queue = [];
  let phase = 0;
  let done = 0; // repeats of the exercise done so far, over all sets
  let left = 0; // seconds left of this hold
  let ticking = 0;
  let awake = null;

  const now = () => queue[0].dataset;
  const whole = () => now().sets * now().repeats;

  function begin(number) {
    phase = number;
    queue = exercisesOf(number);
    button("remember").checked = loadPhase() === number;
    for (const node of page) node.hidden = true;
    element.hidden = false;
    stayAwake();
    show();
  }

  // The articles of a phase; one shown earlier on the page stands in for its link.
  function exercisesOf(number) {
    return [...document.querySelectorAll(`#phase${number} [data-exercise]`)].map((article) => {
      const link = article.id ? "" : article.querySelector("a").hash.slice(1);
      return link ? document.getElementById(link) : article;
    });
  }

  function show() {
    stop();
    const over = !queue.length;
    part("finished").hidden = !over;
    for (const name of ["picture", "dose", "count", "clock"]) part(name).hidden = over;
    for (const name of ["begin", "skip"]) button(name).hidden = over;
    for (const name of ["done", "pause"]) button(name).hidden = true;
    if (over) return;
    done = 0;
    title.textContent = queue[0].querySelector("h3").textContent;
    part("picture").replaceChildren(...[...queue[0].querySelectorAll("svg,ol")].map((node) => node.cloneNode(true)));
    part("dose").textContent = queue[0].querySelector(".dose").textContent;
    count();
    scrollTo(0, 0);
    title.focus({ preventScroll: true });
  }

  function count() {
    const { sets, repeats, hold } = now();
    const at = Math.min(done, whole() - 1);
    const values = { set: Math.floor(at / repeats) + 1, sets, repeat: (at % repeats) + 1, repeats };
    part("count").textContent = part("count").dataset.text.replace(/%\((\w+)\)s/g, (all, name) => values[name]);
    left = Number(hold);
    part("clock").textContent = left || "";
  }

  function run() {
    button("begin").hidden = true;
    button("done").hidden = Number(now().hold) > 0;
    button("pause").hidden = !button("done").hidden;
    if (Number(now().hold)) ticking = setInterval(tick, 1000);
  }

  function tick() {
    left -= 1;
    part("clock").textContent = left;
    if (left > 0) return;
    stop();
    oneDone();
  }

  function oneDone() {
    navigator.vibrate?.(200);
    done += 1;
    if (done >= whole()) return next();
    count();
    if (Number(now().hold)) pause(); // a rest between holds, as long as the person likes
  }

  function next() {
    queue.shift();
    navigator.vibrate?.([200, 100, 200]);
    show();
  }

  function pause() {
    stop();
    button("begin").hidden = false;
    button("pause").hidden = true;
  }

  const stop = () => clearInterval(ticking);

  async function stayAwake() {
    awake = await navigator.wakeLock?.request("screen").catch(() => null);
  }

  function leave() {
    stop();
    awake?.release();
    element.hidden = true;
    for (const node of page) node.hidden = false;
    document.getElementById(`phase${phase}`).scrollIntoView();
  }

  const actions = { begin: run, done: oneDone, pause, skip: next, leave };
  document.addEventListener("click", ({ target }) => {
    const source = target.closest("[data-do]");
    if (source?.dataset.do === "train") begin(Number(source.dataset.phase));
    else actions[source?.dataset.do]?.();
  });
  button("remember").addEventListener("change", ({ target }) => savePhase(target.checked ? phase : 0));
  document.addEventListener("visibilitychange", () => !element.hidden && !document.hidden && stayAwake());
  const kept = loadPhase();
  if (kept && !location.hash) document.getElementById(`phase${kept}`)?.scrollIntoView();
}
