// The drawing over the questions of side and place: it ticks their boxes, and shows what is ticked.

// {paint, tap} of the drawing in a form; answers() gives the plain answers.
export function bodyMap(form, answers) {
  const spots = form.querySelectorAll(".spot");
  const box = (name, value) => form.querySelector(`input[name="${name}"][value="${value}"]`);

  function paint() {
    const { side: given, pain_place: places } = answers();
    for (const spot of spots) {
      const { side, place } = spot.dataset;
      const sided = !side || given === side || given === "both";
      spot.classList.toggle("on", sided && Boolean(places?.[place]));
    }
  }

  function tap({ dataset: { side, place } }) {
    const row = box("pain_place", place);
    const { side: given } = answers();
    const sideOn = !side || given === side || given === "both";
    row.checked = !(row.checked && sideOn);
    if (side && row.checked) box("side", given && given !== side ? "both" : side).checked = true;
  }

  return { paint, tap };
}
