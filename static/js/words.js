// Of the sentences in an element, show the one for a state; no state shows none.
export function say(element, state = "") {
  for (const line of element.querySelectorAll("[data-state]")) line.hidden = line.dataset.state !== state;
}
