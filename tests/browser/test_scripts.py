"""Each script is set as its readers know it: height of lines, direction, breaks, letters."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.test_layout import (  # noqa: F401  server: the fixture that speaks them all
    FULL,
    LANGUAGES,
    SHAPES,
    opened,
    result_of,
    screens,
    server,
    shown,
    unfold,
)
from tests.wording import CODES, KNOWN, catalogue
from webapp.pages import PAGES

SPOKEN = [code for code in LANGUAGES[2:] if code in CODES]
RIGHT_TO_LEFT = [code for code in LANGUAGES if code in ("ar", "ur", "ar-XB")]
LEAST = {"ar": 1.69, "ur": 1.69, "hi": 1.31}  # natural height of Noto's letters
spoken = pytest.mark.parametrize("language", SPOKEN)
rtl = pytest.mark.parametrize("language", RIGHT_TO_LEFT)

# Every visible text with what it is set in.
TEXTS = r"""() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    const text = walk.currentNode.data.trim();
    if (!text || e.closest(".vh, svg, template, script, style, select, textarea, .clock") || !e.checkVisibility()) continue;
    const s = getComputedStyle(e);
    found.push({text, lang: e.closest("[lang]").lang, own: e.closest("bdi, [lang]").localName,
      line: s.lineHeight === "normal" ? 0 : parseFloat(s.lineHeight) / parseFloat(s.fontSize),
      style: s.fontStyle, spacing: s.letterSpacing, transform: s.textTransform,
      wrap: s.textWrapMode ?? s.whiteSpace, overflow: s.textOverflow, breaks: s.wordBreak, strict: s.lineBreak});
  }
  return found;
}"""

# The first letter of every line of every text.
LINES = r"""() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (!node.data.trim() || node.parentElement.closest(".vh, svg, template, script, select") || !node.parentElement.checkVisibility()) continue;
    let line = null;
    for (let at = 0; at < node.data.length; at += 1) {
      if (/\s/.test(node.data[at])) continue;
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const top = range.getClientRects()[0]?.top;
      if (top === undefined) continue;
      if (line !== null && top > line + 8) found.push(node.data[at]);
      line = top;
    }
  }
  return found;
}"""

# Letters that the fonts of this machine do not have: drawn, they are the box of a letter that is none.
TOFU = r"""(letters) => {
  const canvas = new OffscreenCanvas(48, 48);
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  pen.font = "24px " + getComputedStyle(document.body).fontFamily;
  const drawn = (letter) => {
    pen.clearRect(0, 0, 48, 48);
    pen.fillText(letter, 8, 32);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  const box = drawn("\u{10FFFD}");
  return [...letters].filter((letter) => drawn(letter) === box);
}"""


def pages(language: str, page: Page) -> Any:
    """Show every page, some screens of the check, and two results; yield their names."""
    for path in ["danger", "numbers", *PAGES] if FULL else ["danger", "languages"]:
        page.goto(f"/{language}/{path}")
        page.wait_for_selector("html.js")
        unfold(page)
        yield path or "start"
    for screen in screens(page) if page.locator("#check").count() else []:
        yield f"check {shown(page, screen)}"
    for level in ("emergency", "self_care"):
        result_of(page, language, level)
        yield level


@spoken
def test_lines_are_high_enough_and_letters_are_left_alone(phones, language):
    page = opened(phones, language)
    found: dict[str, set[str]] = {}
    for name in pages(language, page):
        for text in page.evaluate(TEXTS):
            faults = set()
            if text["lang"] == language and text["line"] < LEAST.get(language, 1.2):
                faults.add(f"line {text['line']:.2f}")
            if language in LEAST and text["lang"] == language:
                faults |= {text["style"], text["transform"], text["spacing"]} - {"normal", "none"}
            if text["wrap"] == "nowrap" or text["overflow"] != "clip":
                faults.add("cut")
            if text["breaks"] != "normal" or (
                language.startswith("zh") and text["strict"] != "strict"
            ):
                faults.add("breaks")
            if faults:
                found.setdefault(f"{name}: {sorted(faults)}", set()).add(text["text"][:40])
    assert found == {}


@spoken
def test_words_of_another_language_are_marked_as_such(phones, language):
    if KNOWN[language]["script"] == "LATIN":
        pytest.skip("its letters are those of English")
    page = opened(phones, language)
    known = {*KNOWN[language]["foreign"], "Genu", "Home", "Screen"}
    unmarked: set[str] = set()
    for name in pages(language, page):
        for text in page.evaluate(TEXTS):
            if text["lang"] != language or text["own"] == "bdi":
                continue
            words = set(re.findall(r"[A-Za-z]{4,}", text["text"])) - known
            unmarked |= {f"{name}: {word}" for word in words}
    assert sorted(unmarked) == []


@rtl
def test_telephone_numbers_run_from_left_to_right(phones, language):
    page = opened(phones, language)
    page.goto(f"/{language}/numbers")
    order = page.eval_on_selector_all(
        "a[href^='tel:']",
        """links => links.map((link) => {
          const digits = link.querySelector("bdi[dir=ltr]")?.firstChild;
          if (!digits) return "not set apart: " + link.textContent;
          const at = (n) => {
            const range = document.createRange();
            range.setStart(digits, n);
            range.setEnd(digits, n + 1);
            return range.getBoundingClientRect().left;
          };
          const whole = link.hash || link.href.slice(4);
          if (digits.data !== whole) return `${digits.data} is not ${whole}`;
          return at(0) < at(digits.length - 1) ? "" : "turned: " + digits.data;
        })""",
    )
    assert len(order) > 100
    assert set(order) == {""}


@rtl
def test_signs_that_point_are_turned_once(phones, language):
    """The sign at the end of a link turns with the direction; nothing turns it back."""
    page = opened(phones, language)
    after = "e => { const s = getComputedStyle(e, '::after'); return [s.content, s.transform, s.direction]; }"
    assert page.locator(".links a").first.evaluate(after) == ['"›"', "none", "rtl"]


@pytest.mark.parametrize("language", [code for code in SPOKEN if code in ("zh-Hans", "fr", "ar")])
def test_no_line_begins_with_what_belongs_to_the_line_before(phones, language):
    page = opened(phones, language)
    wrong: dict[str, set[str]] = {}
    for shape in SHAPES.values():
        page.set_viewport_size({"width": shape[0], "height": shape[1]})
        for name in pages(language, page):
            begun = set(page.evaluate(LINES)) & set("，。、：；？！）》”»?!;:,.)؟،؛%…")
            if begun:
                wrong[name] = begun
    assert wrong == {}


@spoken
def test_every_letter_of_the_language_is_drawn(phones, language):
    page = opened(phones, language)
    letters = {c for entry in catalogue(language) for c in entry.msgstr if not c.isspace()}
    assert page.evaluate(TOFU, ["\U0010fffc"]) == ["\U0010fffc"], (
        "a letter that is none is not seen"
    )
    assert page.evaluate(TOFU, sorted(letters)) == []


@spoken
def test_the_manifest_speaks_the_language(phones, language):
    page = opened(phones, language)
    page.goto(f"/{language}/manifest.webmanifest")
    manifest = json.loads(page.locator("body").inner_text())
    assert manifest["lang"] == language
    assert manifest["name"] != "Genu: pain behind the knee"
