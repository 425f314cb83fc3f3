"""Nothing is cut off, too small, too close or too pale: every page and screen, every shape of phone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.test_check import BOOK, CASES, asked, full
from webapp.pages import PAGES
from webapp.triage.engine import LEVELS, triage

AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
LANGUAGES = ("en-XA", "ar-XB", "en", "ar")
SHAPES = {
    "320x640": ({"width": 320, "height": 640}, ""),
    "320x256": ({"width": 320, "height": 256}, ""),
    "text200%": ({"width": 360, "height": 640}, "32px"),
}
ONE_OF_EACH = {
    "emergency": "V02",
    "urgent_today": "V03",
    "soon": "V04",
    "routine": "V16",
    "self_care": "V01",
}
OTHER_SCREENS = ("again-better", "again-same", "broken")
shapes = pytest.mark.parametrize("shape", SHAPES)
languages = pytest.mark.parametrize("language", LANGUAGES)

# What does not fit: sideways scroll, boxes outside, text cut off or outside its control.
MISFITS = r"""() => {
  const found = new Set();
  const width = document.documentElement.clientWidth;
  const tell = (what, e) => found.add(`${what}: ${e.localName}.${e.className?.baseVal ?? e.className} “${e.textContent.trim().slice(0, 40)}”`);
  const spoken = (e) => e.closest(".vh, svg, template, script, style");
  const scrolls = document.scrollingElement.scrollWidth;
  if (scrolls > width) found.add(`scrolls sideways: ${scrolls} > ${width}`);
  for (const e of document.body.querySelectorAll("*")) {
    if (spoken(e) || !e.checkVisibility()) continue;
    const box = e.getBoundingClientRect();
    if (box.width && (box.right > width + 1 || box.left < -1)) tell("outside the screen", e);
    const style = getComputedStyle(e);
    const hides = (axis) => ["hidden", "clip"].includes(style[axis]);
    if (hides("overflowX") && e.scrollWidth > e.clientWidth + 1) tell("cut off", e);
    if (hides("overflowY") && e.scrollHeight > e.clientHeight + 1) tell("cut off", e);
  }
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || spoken(e) || !e.checkVisibility()) continue;
    const holder = e.closest("label, button, .button, summary, td, th, .level, .note, .banner") || document.body;
    const box = holder.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    for (const rect of range.getClientRects()) {
      if (!rect.width) continue;
      const out = rect.left < box.left - 1 || rect.right > box.right + 1 || rect.top < box.top - 2 || rect.bottom > box.bottom + 2;
      if (out) tell("text outside its box", holder);
    }
  }
  return [...found];
}"""

# Targets on the shown screen that are under 48 px high or under 8 px apart.
TARGETS = r"""() => {
  const found = [];
  const label = (e) => `${e.localName}.${e.className} “${e.textContent.trim().slice(0, 30)}”`;
  const on = document.querySelector(".screen.on");
  const targets = [...on.querySelectorAll("label.pick, a, button, summary, select, input[type=text]")]
    .filter((e) => e.checkVisibility() && e.getClientRects().length)
    .map((e) => [e, e.getBoundingClientRect()]);
  for (const [e, box] of targets) {
    if (box.height < 47.5 || box.width < 47.5) found.push(`${Math.round(box.width)}x${Math.round(box.height)}: ${label(e)}`);
  }
  targets.forEach(([e, a], n) => {
    for (const [other, b] of targets.slice(n + 1)) {
      const apart = Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
      if (apart < 7.5) found.push(`${Math.round(apart)} px between ${label(e)} and ${label(other)}`);
    }
  });
  return targets.length ? found : ["no targets"];
}"""

SHOW = """([at, more]) => {
  dispatchEvent(new PopStateEvent("popstate", {state: {at}}));
  for (const part of document.querySelectorAll(".screen.on details, main details")) part.open = true;
  if (more) for (const row of document.querySelectorAll(".screen.on [data-row]")) row.hidden = false;
  return document.querySelector(".screen.on").id;
}"""


def case(level: str) -> dict[str, Any]:
    answers = asked(full(CASES[ONE_OF_EACH[level]].answers))
    assert triage(BOOK, answers).level == level
    return answers


def opened(phones: Callable[..., Any], language: str, shape: str, **options: Any) -> Page:
    viewport, text = SHAPES[shape]
    phone = phones(viewport=viewport, **options)
    if text:
        phone.context.add_init_script(
            f"document.documentElement.style.fontSize = '{text}';"
            f"new MutationObserver(() => document.documentElement.style.fontSize = '{text}')"
            ".observe(document, {childList: true});"
        )
    page = phone.page()
    page.goto(f"/{language}/")
    page.wait_for_selector(".screen.on")
    return page


def screens(page: Page) -> Iterator[str]:
    """Show every screen of the check one after the other, every row of each."""
    number = page.locator("#check .screen:has([data-question])").count()
    recheck = page.evaluate("document.querySelector('[data-do=recheck]').hash.slice(1)")
    for at in [-1, *range(number), recheck, *OTHER_SCREENS]:
        yield str(page.evaluate(SHOW, [at, True]))


def results(page: Page, language: str) -> Iterator[str]:
    """Show a result of every level; the emergency also as it stops a check."""
    for level in LEVELS:
        page.evaluate(
            "answers => sessionStorage.setItem('genu.result', JSON.stringify({answers, at: Date.now()}))",
            case(level),
        )
        page.goto(f"/{language}/")
        page.reload()
        page.wait_for_selector(f"#result.on .level.{level}")
        page.evaluate(
            "for (const part of document.querySelectorAll('main details')) part.open = true"
        )
        yield level
    page.evaluate("document.querySelector('[data-stopped]').hidden = false")
    page.evaluate(
        "for (const part of document.querySelectorAll('[data-module]')) part.hidden = false"
    )
    yield "stopped"


def pages(page: Page, language: str) -> Iterator[str]:
    for path in [*filter(None, PAGES), "no-such-page"]:
        page.goto(f"/{language}/{path}")
        page.wait_for_selector("html.js")
        page.evaluate(
            "for (const part of document.querySelectorAll('main details')) part.open = true"
        )
        yield path


@pytest.fixture
def look(foreign_words: Callable[[Page], list[str]]) -> Callable[..., list[str]]:
    """Return what is wrong with what is shown."""

    def look(page: Page, language: str, targets: bool = False) -> list[str]:
        found = list(page.evaluate(MISFITS))
        if language in ("en-XA", "ar-XB"):
            found += [f"not translated: {word}" for word in foreign_words(page)]
        return found + (list(page.evaluate(TARGETS)) if targets else [])

    return look


# ---- everything fits


@shapes
@languages
def test_every_screen_of_the_check(phones, look, language, shape):
    page = opened(phones, language, shape)
    seen = {screen: look(page, language, targets=True) for screen in screens(page)}
    assert len(seen) >= 25
    assert {screen: found for screen, found in seen.items() if found} == {}


@shapes
@languages
def test_every_result(phones, look, language, shape):
    page = opened(phones, language, shape)
    seen = {level: look(page, language) for level in results(page, language)}
    assert {level: found for level, found in seen.items() if found} == {}


@shapes
@languages
def test_every_page(phones, look, language, shape):
    phone_page = opened(phones, language, shape)
    seen = {path: look(phone_page, language) for path in pages(phone_page, language)}
    phone_page.goto(f"/{language}/")
    phone_page.wait_for_selector(".screen.on")
    phone_page.locator(".languages summary").tap()
    seen["languages open"] = look(phone_page, language)
    expect_only_missing(phones)
    assert {path: found for path, found in seen.items() if found} == {}


def expect_only_missing(phones: Any) -> None:
    for phone in phones.made:
        phone.expect_faults("status of 404")


@shapes
@languages
def test_plain_form_without_script(phones, look, language, shape):
    viewport, text = SHAPES[shape]
    page = phones(viewport=viewport, java_script_enabled=False).page()
    page.goto(f"/{language}/")
    if text:
        page.evaluate(f"document.documentElement.style.fontSize = '{text}'")
    assert look(page, language) == []
    page.locator("button[value=danger]").tap()
    page.wait_for_selector(".errors")
    if text:
        page.evaluate(f"document.documentElement.style.fontSize = '{text}'")
    assert look(page, language) == []


@pytest.mark.parametrize("language", ["en", "ar", "ar-XB"])
def test_the_legs_are_not_mirrored(phones, language):
    page = opened(phones, language, "320x640")
    side = next(n for n, name in enumerate(screens(page)) if page.locator(f"#{name} .map").count())
    page.evaluate(SHOW, [side - 1, True])
    for place in ("calf", "behind_middle", "thigh_back"):
        left, right = (
            page.locator(f".spot[data-side={side}][data-place={place}]").bounding_box()
            for side in ("left", "right")
        )
        assert left and right and left["x"] + left["width"] <= right["x"] + 1
    names = [page.locator(".map .names span").nth(n).bounding_box() for n in (0, 1)]
    assert names[0] and names[1] and names[0]["x"] < names[1]["x"]
    words = page.locator("[data-question=side] label.pick").all_inner_texts()
    assert page.locator(".map .names span").all_inner_texts() == words[:2]


# ---- borders stay


BORDERS = r"""() => {
  const bright = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(bright(a), bright(b)) + 0.05) / (Math.min(bright(a), bright(b)) + 0.05);
  const paper = getComputedStyle(document.body).backgroundColor;
  const found = [];
  for (const e of document.querySelectorAll("label.pick, .button, main button:not(.quiet), .level, .banner, select, input[type=text]")) {
    if (!e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const told = `${e.localName}.${e.className} ${style.borderTopWidth} ${style.borderTopStyle} ${style.borderTopColor} on ${paper}`;
    const filled = contrast(style.backgroundColor.replace(/rgba\(.*, 0\)/, paper), paper) >= 3;
    if (parseFloat(style.borderTopWidth) < 2 || ["none", "hidden"].includes(style.borderTopStyle)) found.push(told);
    else if (!filled && contrast(style.borderTopColor, paper) < 3) found.push(told);
  }
  return found;
}"""


@pytest.mark.parametrize(
    "media",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"color_scheme": "light", "forced_colors": "active"},
        {"color_scheme": "dark", "forced_colors": "active"},
    ],
    ids=lambda media: "-".join(media.values()),
)
def test_borders_are_not_lost(phones, media):
    page = opened(phones, "en", "320x640")
    page.emulate_media(**media)
    seen = {screen: page.evaluate(BORDERS) for screen in screens(page)}
    page.evaluate(SHOW, [12, True])
    page.locator(".spot[data-side=left][data-place=calf]").tap()
    spots = page.eval_on_selector_all(
        ".spot",
        "all => [true, false].map(on => getComputedStyle(all.find(s => s.classList.contains('on') === on)).fill)",
    )
    seen["spot"] = [] if spots[0] != spots[1] else [f"tapped spot looks as before: {spots}"]
    seen |= {level: page.evaluate(BORDERS) for level in results(page, "en")}
    assert {screen: found for screen, found in seen.items() if found} == {}


def test_a_ticked_answer_shows_without_colour(phones):
    """In forced colours and in grey the tick itself and a heavier frame say it."""
    page = opened(phones, "en", "320x640")
    page.emulate_media(forced_colors="active")
    page.evaluate(SHOW, [0, False])
    label = page.locator(".screen.on label.pick").first
    before = label.evaluate("e => getComputedStyle(e).outlineStyle")
    label.tap()
    assert label.evaluate("e => getComputedStyle(e).outlineStyle") != before


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_has_its_shape_and_prints_in_black(phones, level):
    page = opened(phones, "en", "320x640")
    for shown in results(page, "en"):
        if shown != level:
            continue
        assert page.locator("#result .level h1 svg").is_visible()
        page.emulate_media(media="print")
        style = page.locator("#result .level").evaluate(
            "e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor, s.borderTopWidth]; }"
        )
        assert style == ["rgb(0, 0, 0)", "rgb(255, 255, 255)", "3px"]
        assert page.locator("#result .private:visible").count() == 0
        assert page.locator("button:visible, .change:visible, select:visible").count() == 0
        return


# ---- axe


RUN = """async (only) => {
  const options = {resultTypes: ["violations"], rules: {"color-contrast-enhanced": {enabled: true}, "target-size": {enabled: true}}};
  options.runOnly = only.length ? {type: "rule", values: only}
    : {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]};
  if (only.length) delete options.rules;
  const {violations} = await axe.run(document, options);
  return violations.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + n.failureSummary.replace(/\\s+/g, " ").slice(0, 200)).join(" | ")}`);
}"""
COLOURS = ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]


def axe(page: Page, scheme: str) -> list[str]:
    """Return the violations; in the dark only what depends on colour is looked at again."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(RUN, COLOURS if scheme == "dark" else []))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("what", ["screens", "results", "pages"])
def test_axe_finds_nothing(phones, scheme, what):
    page = opened(phones, "en", "text200%" if False else "320x640", color_scheme=scheme)
    shown = {
        "screens": lambda: screens(page),
        "results": lambda: results(page, "en"),
        "pages": lambda: pages(page, "en"),
    }[what]()
    seen = {name: axe(page, scheme) for name in shown}
    expect_only_missing(phones)
    assert {name: found for name, found in seen.items() if found} == {}


def test_axe_finds_nothing_in_arabic(phones):
    page = opened(phones, "ar", "320x640")
    seen = {
        f"screen {n}": axe(page, "light") for n, _ in zip(range(4), screens(page), strict=False)
    }
    seen |= {level: axe(page, "light") for level in results(page, "ar")}
    assert {name: found for name, found in seen.items() if found} == {}


@pytest.mark.parametrize("state", ["banner", "needed", "resume", "erased", "errors"])
def test_axe_finds_nothing_in_passing_states(phones, state):
    page = opened(phones, "en", "320x640")
    if state == "banner":
        page.evaluate(SHOW, [3, False])
        page.evaluate(
            "for (const note of document.querySelectorAll('[data-banner]')) note.hidden = false"
        )
    elif state == "needed":
        page.evaluate(SHOW, [3, False])
        page.locator(".screen.on [data-do=next]").tap()
        page.wait_for_selector(".needed:visible")
    elif state == "resume":
        page.evaluate("document.querySelector('[data-part=resume]').hidden = false")
    elif state == "erased":
        page.evaluate("document.querySelector('[data-part=said]').hidden = false")
    else:
        page = phones(java_script_enabled=False).page()
        page.goto("/en/")
        page.locator("button[value=all]").tap()
        page.wait_for_selector(".errors")
    assert axe(page, "light") == []
    page.emulate_media(color_scheme="dark")
    assert axe(page, "dark") == []
