// "Ready without internet" only after the worker has counted every file; and how long it will stay.

import { say } from "./words.js";
import { ask, workers } from "./worker.js";

const ROOM = 15e5; // bytes: more than one language takes
const SOON = 3; // looks within which a phone with space is mostly ready

export default async function offline(element) {
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  staying().then((state) => say(part("stays"), state));
  if (!workers) return say(part("kept"), "cannot");
  const look = async (tries) => {
    const state = await keeping(await ask(tries ? "status" : "guide"), tries < SOON);
    say(part("kept"), state);
    return state === "ready";
  };
  for (let tries = 0; tries < 60 && !(await look(tries)); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function keeping(status, early) {
  const has = (codes) => codes?.includes(document.documentElement.lang);
  if (has(status?.ready)) return "ready";
  if (early || !(await full())) return "not-yet";
  return has(status?.checks) ? "check" : "full";
}

// Whether there is too little space for us. Tried, as estimate() names 10 GB on a phone that is full.
async function full() {
  try {
    await (await caches.open("room")).put("/room", new Response(new Uint8Array(ROOM)));
    return false;
  } catch (error) {
    return error.name === "QuotaExceededError";
  } finally {
    await caches.delete("room").catch(() => {});
  }
}

// Whether what is kept may be taken away by the phone itself.
async function staying() {
  const lasting = await navigator.storage?.persisted?.().catch(() => undefined);
  return lasting === undefined ? "unknown" : lasting ? "for-good" : "may-go";
}
