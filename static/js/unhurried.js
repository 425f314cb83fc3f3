// Work in steps (a generator), so that a slow phone can draw and answer touches in between.

const SLICE = 8; // ms of work before the page may draw; five times that on the slowest phones

// The generator's result, with pauses.
export async function unhurried(steps) {
  let until = performance.now() + SLICE;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() < until) continue;
    await new Promise((resolve) => setTimeout(resolve));
    until = performance.now() + SLICE;
  }
}

// The generator's result, at once.
export function atOnce(steps) {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
