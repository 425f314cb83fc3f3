// "Ready without internet" only after the worker has counted every file.

import { ask, workers } from "./worker.js";

export default async function offline(element) {
  const say = (state) => {
    for (const line of element.querySelectorAll("[data-state]")) line.hidden = line.dataset.state !== state;
  };
  if (!workers) return say("cannot");
  const look = async (what) => {
    const status = await ask(what);
    const ready = status?.ready.includes(document.documentElement.lang);
    say(ready ? "ready" : "not-yet");
    return ready;
  };
  for (let tries = 0; tries < 60 && !(await look(tries ? "status" : "guide")); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
