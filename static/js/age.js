// The content says when it is past its day by the clock of the phone, which may be wrong: it is words only.

export default function age(element) {
  element.hidden = Date.now() < Date.parse(element.dataset.until);
}
