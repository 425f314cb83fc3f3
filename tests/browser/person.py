"""What a person does with Genu on a phone, in the person's words."""

from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page

from webapp.content.load import book, load
from webapp.triage.engine import shown_questions

CONTENT = load()
BOOK = book(CONTENT)
QUESTIONS = {question.id: question for question in CONTENT.questions}
SCREEN = ".screen.on"
STEPS = 60  # more screens than any check has


class Result(NamedTuple):
    """What the result says."""

    level: str
    rules: tuple[str, ...]


class Person:
    """Someone with a phone, at one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    # ---- moving

    def opens(self, path: str = "/en/") -> "Person":
        self.page.goto(path)
        self.page.wait_for_selector("html.js .screen.on")
        return self

    def starts(self, language: str = "en") -> "Person":
        self.opens(f"/{language}/")
        return self.taps("start")

    def comes_to(self, where: str, answers: dict[str, Any], language: str = "en") -> "Person":
        """Be at a question, or at the result, with these answers given: by a draft, without taps."""
        self.opens(f"/{language}/")
        shown = shown_questions(BOOK, answers)
        asked = [name for name in shown if QUESTIONS[name].block not in "IJK"]
        early = asked if where == "result" else asked[: asked.index(where)]
        self.page.evaluate(
            """([where, answers]) => {
              const screens = [...document.querySelectorAll("#check .screen:has([data-question])")];
              const screen = screens.findIndex((one) => one.querySelector(`[data-question="${where}"]`));
              const [area, key] = where === "result" ? [sessionStorage, "result"] : [localStorage, "draft"];
              area.setItem(`genu.${key}`, JSON.stringify({answers, screen, at: Date.now()}));
              if (where === "result") history.pushState({at: -2}, "");
            }""",
            [where, {name: answers[name] for name in early if name in answers}],
        )
        self.page.reload()
        self.page.wait_for_selector(
            f"#{where}.on" if where == "result" else f".screen.on [data-question={where}]"
        )
        return self

    def taps(self, what: str) -> "Person":
        """Tap a visible control by what it does."""
        before = self.place()
        self.page.locator(f"[data-do={what}]:visible").first.tap()
        if what not in ("print", "share", "erase"):
            self._moves_on(before)
        return self

    def goes_on(self) -> "Person":
        return self.taps("next")

    def stays_on(self) -> "Person":
        """Tap Continue and stay where an answer is needed."""
        before = self.place()
        self.screen.locator("[data-do=next]").tap()
        self.page.wait_for_timeout(250)
        assert self.place() == before
        return self

    def back(self) -> "Person":
        return self.taps("back")

    def goes_back_in_the_browser(self) -> "Person":
        before = self.place()
        self.page.go_back(wait_until="commit")
        self._moves_on(before)
        return self

    def changes(self, question: str) -> "Person":
        before = self.place()
        self.page.locator(f"#result [data-answer={question}] .change a").tap()
        self._moves_on(before)
        return self

    def switches_to(self, language: str) -> "Person":
        self.page.locator(".languages summary").tap()
        with self.page.expect_navigation():
            self.page.locator(f".languages [data-language={language}]").tap()
        self.page.wait_for_selector("html.js .screen.on")
        assert self.page.get_attribute("html", "lang") == language
        return self

    # ---- answering

    def ticks(self, question: str, *rows: str) -> "Person":
        for row in rows:
            self.label(question, row).tap()
        return self

    def is_unsure(self, question: str, *rows: str) -> "Person":
        return self.ticks(question, *(f"{row}?" for row in rows))

    def chooses(self, question: str, option: str) -> "Person":
        """Tap one of the single answers; the check goes on by itself where it stands alone."""
        before, alone = self.place(), len(self.questions()) == 1
        if alone and option in self.ticked(question):
            return self.goes_on()
        self.label(question, option).tap()
        if alone:
            self._moves_on(before)
        return self

    def none(self) -> "Person":
        """Tap "None of these", which goes on by itself."""
        before = self.place()
        self.screen.locator("label.none").tap()
        self._moves_on(before)
        return self

    def taps_spot(self, place: str, side: str = "") -> "Person":
        sided = f"[data-side={side}]" if side else ""
        self.page.locator(f".spot{sided}[data-place={place}]").tap()
        return self

    def answers(self, answers: dict[str, Any], until: str = "result") -> "Person":
        """Walk on from here by these answers: to the result, or to the screen of a question."""
        for _ in range(STEPS):
            if until in (self.place(), *self.questions()):
                if until != "result" or not self.stopped():
                    return self
            if self.place() == "result":
                self.taps("continue")
            else:
                self.answers_screen(answers)
        raise AssertionError(f"no {until} after {STEPS} screens")

    def answers_screen(self, answers: dict[str, Any]) -> "Person":
        """Answer what is asked on this screen and go on, by itself or with Continue."""
        before, questions = self.place(), self.questions()
        taps = [tap for name in questions for tap in self._taps(name, answers.get(name))]
        alone = len(questions) == 1
        moves = [self._goes_on_by_itself(name, answers, alone) for name in questions]
        for label in taps:
            label.tap()
        if not (taps and any(moves)):
            self.screen.locator("[data-do=next]").tap()
        self._moves_on(before)
        return self

    def _taps(self, name: str, given: Any) -> list[Locator]:
        """Return the labels to tap so that just this answer is given; type what is typed."""
        question = QUESTIONS[name]
        ticked = set(self.ticked(name))
        if question.type == "multi":
            rows = {f"{row}?" if how == "unsure" else row for row, how in (given or {}).items()}
            shown = {value for value in rows if self.label(name, value).is_visible()}
            wanted = shown or ({"none"} if question.none else set())
            wrong = set() if "none" in wanted else ticked - rows - {"none"}
            return [self.label(name, value) for value in sorted(wrong) + sorted(wanted - ticked)]
        if question.type == "number" and question.range != (0, 10):
            if given is not None:
                self.screen.locator("summary").tap()
                self.field(name).locator("input").fill(str(given))
            return []
        value = question.unanswered if given is None else str(given)
        assert value is not None, f"no answer to {name}"
        return [] if value in ticked else [self.label(name, value)]

    def _goes_on_by_itself(self, name: str, answers: dict[str, Any], alone: bool) -> bool:
        """Return whether a tap on this answer ends the screen: a lone choice, "None of these"."""
        question = QUESTIONS[name]
        if question.type != "multi":
            return alone
        rows = [*(answers.get(name) or {})]
        return bool(question.none) and not any(self.label(name, row).is_visible() for row in rows)

    # ---- seeing

    @property
    def screen(self) -> Locator:
        return self.page.locator(SCREEN)

    def field(self, question: str) -> Locator:
        return self.page.locator(f"[data-question={question}]")

    def label(self, question: str, value: str) -> Locator:
        tick = self.page.locator(f'input[name="{question}"][value="{value}"]')
        return self.field(question).locator("label.pick", has=tick)

    def ticked(self, question: str) -> list[str]:
        return self.page.eval_on_selector_all(
            f'[data-question="{question}"] input:checked', "found => found.map(i => i.value)"
        )

    def given(self) -> dict[str, list[str]]:
        """Return what is entered in the form: {question: [values]}; blank is as good as none."""
        return self.page.evaluate(
            """() => {
              const given = {};
              for (const [name, value] of new FormData(document.getElementById("check")))
                if (value && value !== "none" && name !== "country") (given[name] ||= []).push(value);
              return given;
            }"""
        )

    def place(self) -> str:
        """Return the id of the screen: start, q1, q2, … result."""
        return self.page.evaluate(f"document.querySelector('{SCREEN}')?.id || ''")

    def questions(self) -> list[str]:
        """Return the questions on the screen."""
        return self.page.eval_on_selector_all(
            f"{SCREEN} [data-question]", "found => found.map(f => f.dataset.question)"
        )

    def banner(self) -> str:
        """Return "firm", "soft" or ""."""
        seen = self.page.locator("[data-banner]:visible")
        return seen.get_attribute("data-banner") or "" if seen.count() else ""

    def stopped(self) -> bool:
        return self.page.locator("#result.on[data-early] .level").is_visible()

    def result(self) -> Result:
        """Return the one level shown and the rules it names."""
        self.page.wait_for_selector("#result.on .level ~ .yours")  # the rest follows the level
        levels = self.page.eval_on_selector_all(
            "#result .level", "found => found.map(l => l.dataset.level)"
        )
        assert len(levels) == 1, levels
        assert self.page.locator("[data-stopped]").is_visible() is self.stopped()
        rules = self.page.eval_on_selector_all(
            "#result [data-rule]", "found => found.map(r => r.dataset.rule)"
        )
        return Result(levels[0], tuple(sorted(rules)))

    def stored(self) -> dict[str, str]:
        """Return what the phone keeps in both stores."""
        return self.page.evaluate("({...localStorage, ...sessionStorage})")

    def _moves_on(self, before: str) -> None:
        self.page.wait_for_selector(f".screen.on:not(#{before})" if before else SCREEN)
        self.page.wait_for_timeout(260)  # a second touch sooner than this counts as a double tap
