// "A new version is ready": offered in words, never during a check; one reload after a yes.

import { registration, workers } from "./worker.js";

export default async function updates(element) {
  if (!workers) return;
  const offer = async () => {
    element.hidden = true;
    if (document.querySelector("#check .screen.on") || element.dataset.later) return; // in a check
    element.hidden = !(await registration())?.waiting;
  };
  element.addEventListener("click", async ({ target }) => {
    const what = target.closest("[data-do]")?.dataset.do;
    if (what === "later") (element.dataset.later = "yes"), (element.hidden = true);
    if (what !== "now") return;
    workers.addEventListener("controllerchange", () => location.reload(), { once: true });
    (await registration())?.waiting?.postMessage({ do: "activate" });
  });
  const watch = async () => {
    const found = await registration();
    found?.addEventListener("updatefound", () => {
      found.installing?.addEventListener("statechange", offer);
    });
    await offer();
  };
  await workers.ready.then(watch);
  addEventListener("genu:screen", offer);
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible") return;
    await (await registration())?.update().catch(() => {});
    await offer();
  });
}
