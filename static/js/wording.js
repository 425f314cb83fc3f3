// "Are words here wrong?": puts the words a person taps under the page's name; they pass it on.

const BLOCK = "h1, h2, h3, p, li, dt, dd, th, td, label, legend, button, a, summary";

const OWN = ".yours, .why, [data-fits], .private"; // tells what the person answered

export default function wording(element) {
  const text = element.querySelector("textarea");
  const start = text.value;
  const button = (name) => element.querySelector(`[data-wording=${name}]`);
  const said = element.querySelector("[role=status]");
  let picking = false;
  const pick = (on) => {
    picking = on;
    button("pick").setAttribute("aria-pressed", String(on));
    document.body.classList.toggle("picking", on);
    if (on) document.querySelector("main:not([hidden])").scrollIntoView();
  };

  addEventListener("genu:erased", () => (text.value = start));
  button("pick").onclick = () => pick(!picking);
  // Before anything else hears of the tap: it must answer nothing while words are picked.
  addEventListener(
    "click",
    (event) => {
      if (!picking || element.contains(event.target)) return;
      event.preventDefault();
      event.stopPropagation();
      const block = event.target.closest(BLOCK);
      if (!block || block.closest(OWN)) return;
      text.value += `${block.innerText.trim()}\n`;
      pick(false);
      element.scrollIntoView();
      text.focus({ preventScroll: true });
    },
    true,
  );
  button("copy").onclick = () => {
    text.select();
    said.hidden = !document.execCommand("copy"); // works offline and without https too
  };
  button("share").hidden = !navigator.share;
  button("share").onclick = () => navigator.share({ title: "Genu", text: text.value }).catch(() => {});
}
