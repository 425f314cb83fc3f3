// A new release waits while a check is under way in any window. Then one with the same medicine (rules
// and gates) takes over in silence; changed medicine is said in words. The check's page is loaded anew
// once, and says so when the new worker is not in charge.

import { loadDraft, saveDraft, saveUpdate, takeUpdate } from "./store.js";
import { say } from "./words.js";
import { ask, registration, workers } from "./worker.js";

export default async function updates(element) {
  if (!workers) return;
  const check = document.getElementById("check");
  const changed = (status) => Boolean(status) && status.medicine !== element.dataset.medicine;
  const asking = () => document.querySelector("#check .screen.on, #result.on[data-early]");
  const free = () => !loadDraft() && (!check || document.querySelector("#start.on"));
  let led = Boolean(workers.controller);
  let wanted = ""; // version that was told to take over
  let past = null; // {version, rules} of the release that took over while this page is of the last one
  let pressed = false;
  let later = false;

  // quiet: at the start of a page, out of sight, on the way to a screen: a new load disturbs nobody.
  async function look(quiet) {
    if (past) return check && quiet && free() ? anew() : tell();
    const { waiting } = (await registration()) || {};
    const news = waiting && (await ask("status", "", waiting));
    if (!news) return;
    if (free() && (quiet || !check)) take(waiting, news);
    else say(element, changed(news) && !later && !asking() && (check || !loadDraft()) ? "offer" : "");
  }

  function take(waiting, { version }) {
    wanted = version;
    waiting.postMessage({ do: "activate" });
  }

  async function taken() {
    const first = !led; // the first worker of this phone, or none any more: the browser removed it
    led = Boolean(workers.controller);
    if (first || !led) return;
    const status = await ask("status");
    past = { version: wanted || status?.version, rules: changed(status) };
    if (pressed || (check && free())) anew();
    else tell();
  }

  const tell = () => say(element, past.rules && !asking() ? "changed" : "");
  const anew = () => (saveUpdate(past), location.reload());

  async function arrived() {
    const update = takeUpdate();
    if (!update) return;
    const status = await ask("status");
    const failed = status?.version !== update.version || changed(status);
    say(element, failed ? "failed" : update.rules ? "changed" : "");
  }

  async function now() {
    const { waiting } = (await registration()) || {};
    const news = waiting && (await ask("status", "", waiting));
    if (!news) return say(element, "failed");
    pressed = true;
    const draft = loadDraft();
    if (draft) saveDraft({ ...draft, screen: 0 }); // new rules may ask more: from the first screen on
    take(waiting, news);
  }

  element.addEventListener("click", ({ target }) => {
    const what = target.closest("[data-do]")?.dataset.do;
    if (what === "now") now();
    if (what === "later") (later = true), say(element);
  });
  workers.addEventListener("controllerchange", taken);
  addEventListener("genu:screen", () => look(true));
  const found = await workers.ready;
  await arrived();
  found.addEventListener("updatefound", () => {
    found.installing?.addEventListener("statechange", () => look(false));
  });
  document.addEventListener("visibilitychange", async () => {
    const seen = document.visibilityState === "visible";
    if (seen) await found.update().catch(() => {});
    await look(!seen);
  });
  await look(true);
}
