// Narrows the list of causes to the names that hold what was typed. The page's words only.

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

export default function find(element) {
  const items = [...document.querySelectorAll("#names li")].map((li) => [li, plain(li.textContent)]);
  const none = element.querySelector("[data-none]");
  element.querySelector("input").addEventListener("input", ({ target }) => {
    const wanted = plain(target.value.trim());
    for (const [li, name] of items) li.hidden = !name.includes(wanted);
    none.hidden = items.some(([li]) => !li.hidden);
  });
}
