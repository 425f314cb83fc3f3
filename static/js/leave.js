// "Next person" and "Leave now": what was entered is erased and the screen emptied at once, so that
// nothing of it can come back by Back or out of the page cache. Leaving also takes the check's own steps
// out of the history: one entry with the name of the app stays.

import { erase, eraseAnswers } from "./store.js";

export default function leave(element) {
  const quick = element.dataset.leave === "now";
  let left = false;
  const offer = () => (element.hidden = quick && Boolean(document.querySelector("#start.on")));
  addEventListener("genu:screen", offer);
  offer();
  addEventListener("pageshow", ({ persisted }) => persisted && left && location.reload());
  addEventListener("popstate", (event) => left && event.stopImmediatePropagation(), true);
  element.addEventListener("click", async (event) => {
    event.stopPropagation();
    left = true;
    (quick ? erase : eraseAnswers)();
    document.body.replaceChildren();
    if (!quick) return location.replace(location.pathname);
    await toFirstStep();
    location.assign("about:blank");
  });
}

// Back to the first entry of this page, so that the next one takes the place of all after it.
async function toFirstStep() {
  const steps = window.navigation?.entries().filter((entry) => entry.sameDocument) || [];
  const first = steps[0];
  if (!first || first.index === navigation.currentEntry.index) return;
  await navigation.traverseTo(first.key).finished.catch(() => {});
}
