// Work in steps (a generator), so that a slow phone can draw and answer touches before and in between.

const SLICE = 8; // ms of work before the page may draw; five times that on the slowest phones
const pause = () => new Promise((resolve) => setTimeout(resolve));

// The generator's result.
export async function unhurried(steps) {
  for (;;) {
    await pause();
    const until = performance.now() + SLICE;
    do {
      const { done, value } = steps.next();
      if (done) return value;
    } while (performance.now() < until);
  }
}
