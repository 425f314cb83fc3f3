// The start of a static copy: on to the first of the person's languages that is offered. When none
// is, the list of languages stays.

const spoken = (tag) => tag.split("-")[0];
const codes = [...document.querySelectorAll("[hreflang]")].map((link) => link.hreflang);
const wanted = (navigator.languages || []).flatMap((tag) => [
  ...codes.filter((code) => code === tag),
  ...codes.filter((code) => spoken(code) === spoken(tag)),
]);
if (wanted.length) location.replace(`/${wanted[0]}/`);
