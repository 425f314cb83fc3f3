"""Nothing is cut off, too small, too close or too pale: every page and screen, every shape of phone."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Server
from tests.browser.test_check import BOOK, CASES, asked, full
from webapp.languages import COMPLETE
from webapp.pages import PAGES
from webapp.triage.engine import LEVELS, triage

AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
FULL = os.environ.get("GENU_BROWSER") == "all"
LANGUAGES = (
    "en-XA",
    "ar-XB",
    *(language.code for language in COMPLETE if FULL or language.code in ("en", "ar")),
)
SHAPES = {  # width, height, size of the root's text
    "320x640": (320, 640, ""),
    "320x256": (320, 256, ""),
    "text 200%": (360, 640, "32px"),
}
if not FULL:
    SHAPES = {"320x640": SHAPES["320x640"]}
ONE_OF_EACH = {
    "emergency": "V02",
    "urgent_today": "V03",
    "soon": "V04",
    "routine": "V16",
    "self_care": "V01",
}
OTHER_SCREENS = ("again-better", "again-same", "broken")
languages = pytest.mark.parametrize("language", LANGUAGES)
spoken = pytest.mark.parametrize("language", LANGUAGES[2:])  # not the generated ones

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
    if (e.closest(".languages ul")) continue; // scrolls within itself
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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that speaks every language tested here."""
    log = tmp_path_factory.mktemp("layout") / "log.txt"
    server = Server(log, GENU_LANGUAGES=" ".join(LANGUAGES)).start()
    yield server
    server.stop()


def case(level: str) -> dict[str, Any]:
    answers = asked(full(CASES[ONE_OF_EACH[level]].answers))
    assert triage(BOOK, answers).level == level
    return answers


def opened(phones: Callable[..., Any], language: str = "en", **options: Any) -> Page:
    page = phones(viewport={"width": 320, "height": 640}, **options).page()
    page.goto(f"/{language}/")
    if options.get("java_script_enabled", True):
        page.wait_for_selector(".screen.on")
    return page


def screens(page: Page) -> list[Any]:
    """Return what is to be shown one after the other: every screen of the check and round it."""
    number = page.locator("#check .screen:has([data-question])").count()
    recheck = page.evaluate("document.querySelector('[data-do=recheck]').hash.slice(1)")
    return [-1, *range(number), recheck, *OTHER_SCREENS]


def shown(page: Page, screen: Any, every_row: bool = True) -> str:
    """Show a screen of the check; return its id."""
    return str(page.evaluate(SHOW, [screen, every_row]))


def result_of(page: Page, language: str, level: str) -> None:
    page.evaluate(
        """answers => {
          localStorage.clear();
          sessionStorage.setItem('genu.result', JSON.stringify({answers, at: Date.now()}));
        }""",
        case(level),
    )
    page.goto("about:blank")
    page.goto(f"/{language}/")
    page.evaluate("history.replaceState({at: -2}, '')")
    page.reload()
    page.wait_for_selector(f"#result.on .level.{level}")
    page.wait_for_selector("#result [data-part=visit]")
    unfold(page)


def unfold(page: Page) -> None:
    page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")


def also_what_waits(page: Page) -> None:
    """Show what a result may show later: that it stopped here, the offer to keep the app."""
    for part in (
        "[data-stopped]",
        "main [data-module]",
        "[data-module=updates]",
        "[data-part=said]",
    ):
        page.evaluate(f"for (const p of document.querySelectorAll('{part}')) p.hidden = false")


@pytest.fixture
def look(foreign_words: Callable[[Page], list[str]]) -> Callable[..., dict[str, list[str]]]:
    """Show things in every shape; return what is wrong: {thing and shape: faults}."""

    def look(
        page: Page, language: str, things: dict[str, Callable[[], Any]], targets: bool = False
    ) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for shape, (width, height, text) in SHAPES.items():
            page.set_viewport_size({"width": width, "height": height})
            for name, show in things.items():
                show()
                page.evaluate(f"document.documentElement.style.fontSize = '{text}'")
                faults = list(page.evaluate(MISFITS))
                faults += page.evaluate(TARGETS) if targets else []
                if language in ("en-XA", "ar-XB"):
                    faults += [f"not translated: {word}" for word in foreign_words(page)]
                found[f"{name} {shape}"] = faults
        return {name: faults for name, faults in found.items() if faults}

    return look


# ---- everything fits


@languages
def test_every_screen_of_the_check_fits(phones, look, language):
    page = opened(phones, language)
    every = {str(screen): lambda s=screen: shown(page, s) for screen in screens(page)}
    assert len(every) >= 30
    assert look(page, language, every, targets=True) == {}


@languages
def test_every_result_fits(phones, look, language):
    page = opened(phones, language)
    found = {}
    for level in LEVELS:
        result_of(page, language, level)
        found |= look(page, language, {level: lambda: None})
    also_what_waits(page)
    found |= look(page, language, {"all at once": lambda: None})
    assert found == {}


@languages
def test_every_page_fits(phones, look, language):
    page = opened(phones, language)
    found = {}
    for path in [*filter(None, PAGES), "no-such-page"]:
        page.goto(f"/{language}/{path}")
        page.wait_for_selector("html.js")
        unfold(page)
        found |= look(page, language, {path: lambda: None})
    page.locator(".languages summary").tap()
    found |= look(page, language, {"languages open": lambda: None})
    phones.made[0].expect_faults("status of 404")
    assert found == {}


@languages
def test_the_plain_form_fits(phones, look, language):
    page = opened(phones, language, java_script_enabled=False)
    found = look(page, language, {"form": lambda: None})
    page.locator("button[value=danger]").tap()
    page.wait_for_selector(".errors")
    found |= look(page, language, {"errors": lambda: None})
    page.locator("label.pick", has=page.locator("[value=breathless]")).tap()
    page.locator("button[value=danger]").tap()
    page.wait_for_selector("#result .level")
    found |= look(page, language, {"result": lambda: None})
    assert found == {}


@languages
def test_the_legs_are_not_mirrored(phones, language):
    page = opened(phones, language)
    next(s for s in screens(page) if page.locator(f"#{shown(page, s)} .map").count())
    for place in ("calf", "behind_middle", "thigh_back"):
        left, right = (
            page.locator(f".spot[data-side={side}][data-place={place}]").bounding_box()
            for side in ("left", "right")
        )
        assert left and right and left["x"] + left["width"] <= right["x"] + 1
    names = [page.locator(".map .names span").nth(n).bounding_box() for n in (0, 1)]
    assert names[0] and names[1] and names[0]["x"] < names[1]["x"]
    words = page.locator("[data-question=side] label.pick").all_inner_texts()
    assert page.locator(".map .names span").all_inner_texts() == [w.strip() for w in words[:2]]


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
    page = opened(phones)
    page.emulate_media(**media)
    seen = {shown(page, screen): page.evaluate(BORDERS) for screen in screens(page)}
    next(s for s in screens(page) if page.locator(f"#{shown(page, s)} .map").count())
    page.locator(".spot[data-side=left][data-place=calf]").tap()
    spots = page.eval_on_selector_all(
        ".spot",
        """all => [true, false].map(on =>
             getComputedStyle(all.find(s => s.classList.contains('on') === on)).fill)""",
    )
    seen["spot"] = [] if spots[0] != spots[1] else [f"tapped spot looks as before: {spots}"]
    for level in LEVELS:
        result_of(page, "en", level)
        seen[level] = page.evaluate(BORDERS)
    assert {screen: found for screen, found in seen.items() if found} == {}


def test_a_ticked_answer_shows_without_colour(phones):
    """In forced colours a heavier frame says it, besides the tick itself."""
    page = opened(phones)
    page.emulate_media(forced_colors="active")
    shown(page, 0)
    label = page.locator(".screen.on label.pick").first
    before = label.evaluate("e => getComputedStyle(e).outlineStyle")
    label.tap()
    assert label.evaluate("e => getComputedStyle(e).outlineStyle") != before


def test_each_level_has_its_own_shape_and_word_and_prints_in_black(phones):
    page = opened(phones)
    shapes, words = set(), set()
    for level in LEVELS:
        result_of(page, "en", level)
        assert page.locator("#result .level h1 svg").is_visible()
        shapes.add(page.locator("#result .level h1 svg").inner_html())
        words.add(page.locator("#result .level h1").inner_text())
        page.emulate_media(media="print")
        style = page.locator("#result .level").evaluate(
            """e => {
              const style = getComputedStyle(e);
              return [style.color, style.backgroundColor, style.borderTopWidth];
            }"""
        )
        assert style == ["rgb(0, 0, 0)", "rgb(255, 255, 255)", "3px"]
        assert page.locator("#result .private:visible").count() == 0
        assert page.locator("button:visible, .change:visible, select:visible").count() == 0
        page.emulate_media(media="screen")
    assert (len(shapes), len(words)) == (5, 5)


# ---- axe


RUN = """async ([only, without]) => {
  const options = {resultTypes: ["violations"], rules: {"color-contrast-enhanced": {enabled: true}, "target-size": {enabled: true}}};
  options.runOnly = only.length ? {type: "rule", values: only}
    : {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]};
  if (only.length) delete options.rules;
  for (const id of without) options.rules[id] = {enabled: false};
  const seen = {exclude: [[".screen:not(.on)"]]}; // what is hidden is passed over anyway, but slowly
  const {violations} = await axe.run(seen, options);
  return violations.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + n.failureSummary.replace(/\\s+/g, " ").slice(0, 200)).join(" | ")}`);
}"""
COLOURS = ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]


def axe(page: Page, only: Sequence[str] = (), without: Sequence[str] = ()) -> list[str]:
    """Return the violations, of these rules only, or of all without these."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(RUN, [only, without]))


def both_schemes(page: Page) -> list[str]:
    """Return the violations in the light, and those of colour in the dark."""
    found = axe(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark {violation}" for violation in axe(page, only=COLOURS)]
    page.emulate_media(color_scheme="light")
    return found


@pytest.fixture
def violations() -> Callable[..., dict[str, list[str]]]:
    """Show things in every shape; return what axe finds: {thing and shape: violations}."""

    def violations(page: Page, things: dict[str, Callable[[], Any]]) -> dict[str, list[str]]:
        found = {}
        for name, show in things.items():
            show()
            for shape, (width, height, text) in SHAPES.items():
                page.set_viewport_size({"width": width, "height": height})
                page.evaluate(f"document.documentElement.style.fontSize = '{text}'")
                first = shape == next(iter(SHAPES))  # colours are the same in every shape
                found[f"{name} {shape}"] = (
                    both_schemes(page) if first else axe(page, without=COLOURS)
                )
        return {name: faults for name, faults in found.items() if faults}

    return violations


@spoken
def test_axe_finds_nothing_on_the_screens(phones, violations, language):
    page = opened(phones, language)
    every = {str(screen): lambda s=screen: shown(page, s) for screen in screens(page)}
    assert violations(page, every) == {}


@spoken
def test_axe_finds_nothing_on_results(phones, violations, language):
    page = opened(phones, language)
    every = {level: lambda level=level: result_of(page, language, level) for level in LEVELS}
    every["all at once"] = lambda: also_what_waits(page)
    assert violations(page, every) == {}


@spoken
def test_axe_finds_nothing_on_pages(phones, violations, language):
    page = opened(phones, language)

    def visit(path: str) -> None:
        page.goto(f"/{language}/{path}")
        page.wait_for_selector("html.js")
        unfold(page)

    paths = [*filter(None, PAGES), "no-such-page"]
    found = violations(page, {path: lambda path=path: visit(path) for path in paths})
    phones.made[0].expect_faults("status of 404")
    assert found == {}


def test_axe_finds_nothing_in_passing_states(phones):
    page = opened(phones)
    page.evaluate("document.querySelector('[data-part=resume]').hidden = false")
    seen = {"resume": both_schemes(page)}
    shown(page, 3)
    page.locator(".screen.on [data-do=next]").tap()
    page.wait_for_selector(".needed:visible")
    for kind in ("firm", "soft"):
        page.evaluate(f"document.querySelector('[data-banner={kind}]').hidden = false")
    seen["needed, with both banners"] = both_schemes(page)
    page.route("**/app.js", lambda route: route.abort())  # axe needs a page that can run it
    page.goto("about:blank")
    page.goto("/en/")
    page.evaluate("document.getElementById('check').submit()")
    page.wait_for_selector(".errors:visible")
    seen["plain form with errors"] = both_schemes(page)
    phones.made[0].expect_faults("ERR_FAILED")
    assert {name: found for name, found in seen.items() if found} == {}
