// "Ready without internet" only after the worker has counted every file; and how long it will stay.

import { say } from "./words.js";
import { ask, workers } from "./worker.js";

const ROOM = 3e6; // bytes: one language takes about half of it

export default async function offline(element) {
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  staying().then((state) => say(part("stays"), state));
  if (!workers) return say(part("kept"), "cannot");
  const look = async (what) => {
    const state = await keeping(await ask(what));
    say(part("kept"), state);
    return state === "ready";
  };
  for (let tries = 0; tries < 60 && !(await look(tries ? "status" : "guide")); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function keeping(status) {
  const has = (codes) => codes?.includes(document.documentElement.lang);
  if (has(status?.ready)) return "ready";
  if (!(await full())) return "not-yet";
  return has(status?.checks) ? "check" : "full";
}

// Whether the browser has too little space for us; false when it does not tell.
async function full() {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) || {};
  return quota - usage < ROOM;
}

// Whether what is kept may be taken away by the phone itself.
async function staying() {
  const lasting = await navigator.storage?.persisted?.().catch(() => undefined);
  return lasting === undefined ? "unknown" : lasting ? "for-good" : "may-go";
}
