"""Answers to urgency: the server's triage engine. Pure: no Flask, no files, no text.

Its twin on the phone is static/js/triage.js; one suite runs both over the same rule data.
The rule data ("book") is plain JSON, made by webapp.content.load.book(); README.md beside this
file tells its shape and the language. Source of the rules: the clinical brief, section 3.
"""

import math
from dataclasses import dataclass
from typing import Any

Answers = dict[str, Any]  # single: option id · multi: {row: "yes"|"unsure"} · number: int or float
Book = dict[str, Any]

LEVELS = ("self_care", "routine", "soon", "urgent_today", "emergency")  # index = rank
MAX_REASONS = 3


@dataclass(frozen=True)
class Outcome:
    """What the answers mean.

    level: one of LEVELS · rules: ids that fired, in file order · flags: sorted · reasons: at most
    three rule ids of the highest level, one per flag · more: the other fired rules, highest level
    first · open: danger questions that were asked and not answered (then rule M01 has fired).
    """

    level: str
    rules: tuple[str, ...]
    flags: tuple[str, ...]
    reasons: tuple[str, ...]
    more: tuple[str, ...]
    open: tuple[str, ...]


def triage(book: Book, answers: Answers, finished: bool = True) -> Outcome:
    """Return the Outcome of a set of answers.

    finished=False is the look taken during the check: no question counts as skipped yet, so only
    what was said can fire. Raises ValueError on rule data it does not understand.
    """
    state = State(book, shown_answers(book, answers, finished))
    fired = [rule for rule in book["rules"] if state.holds(rule["when"])]
    unanswered = open_questions(book, answers) if finished else ()
    rank = max((LEVELS.index(rule["level"]) for rule in fired), default=0)
    if unanswered:
        rank = max(rank, LEVELS.index("soon"))
    reasons, more = _reasons(fired, LEVELS[rank])
    return Outcome(
        level=LEVELS[rank],
        rules=tuple(rule["id"] for rule in fired) + (("M01",) if unanswered else ()),
        flags=tuple(sorted({flag for rule in fired for flag in rule["flags"]})),
        reasons=reasons,
        more=more,
        open=unanswered,
    )


def shown_answers(book: Book, answers: Answers, finished: bool = True) -> Answers:
    """Return the answers that count: those of questions and rows that are shown.

    A finished check reads a missing answer as "unsure" where the book says so (`unanswered`).
    """
    kept: Answers = {}
    state = State(book, kept)
    for question in book["questions"]:
        if not state.holds(question["show"]):
            continue
        name, answer = question["id"], answers.get(question["id"])
        if answer is None and finished and question["unanswered"]:
            value = question["unanswered"]
            answer = {value: "yes"} if question["type"] == "multi" else value
        if answer is None:
            continue
        if question["type"] == "multi":
            shows = question["row_show"]
            answer = {r: v for r, v in answer.items() if r not in shows or state.holds(shows[r])}
        kept[name] = answer
        state.forget()
    _measure(book, kept)
    return kept


def shown_questions(book: Book, answers: Answers) -> list[str]:
    """Return the ids of the questions these answers lead to, in the order they are asked."""
    state = State(book, shown_answers(book, answers, finished=False))
    return [question["id"] for question in book["questions"] if state.holds(question["show"])]


def shown_options(book: Book, answers: Answers, question: dict[str, Any]) -> list[str]:
    """Return the ids of the rows of a question that are shown."""
    state = State(book, shown_answers(book, answers, finished=False))
    shows = question["row_show"]
    return [row for row in question["options"] if row not in shows or state.holds(shows[row])]


def open_questions(book: Book, answers: Answers) -> tuple[str, ...]:
    """Return the danger questions that are shown and have no answer: never read as "no"."""
    state = State(book, shown_answers(book, answers))
    return tuple(
        question["id"]
        for question in book["questions"]
        if question["danger"]
        and not question["unanswered"]
        and answers.get(question["id"]) is None
        and state.holds(question["show"])
    )


def _tenths(cm: float) -> int:
    """Return tenths of a centimetre, a half rounded up as the phone does."""
    return math.floor(cm * 10 + 0.5)


def _measure(book: Book, kept: Answers) -> None:
    """Tick a row when one measured number is so much more than the other (calf, in cm)."""
    for question in book["questions"]:
        rule = question["more_than"]
        if not rule or question["id"] not in kept or rule["other"] not in kept:
            continue
        tenths = _tenths(kept[question["id"]]) - _tenths(kept[rule["other"]])
        if tenths >= rule["by"] * 10:
            kept[rule["of"]] = {**kept.get(rule["of"], {}), rule["ticks"]: "yes"}


def _reasons(fired: list[dict[str, Any]], level: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split fired rules into the reasons shown first and the rest, highest level first."""
    ordered = sorted(fired, key=lambda rule: -LEVELS.index(rule["level"]))
    first: list[str] = []
    said: set[str] = set()
    for rule in ordered:
        topic = rule["flags"][0] if rule["flags"] else rule["id"]
        if rule["level"] == level and topic not in said and len(first) < MAX_REASONS:
            first.append(rule["id"])
            said.add(topic)
    return tuple(first), tuple(rule["id"] for rule in ordered if rule["id"] not in first)


class State:
    """Answers plus the macros already worked out for them."""

    def __init__(self, book: Book, answers: Answers) -> None:
        self.book = book
        self.answers = answers
        self.known: dict[str, bool] = {}

    def forget(self) -> None:
        """Work the macros out anew: the answers have changed."""
        self.known.clear()

    def holds(self, expression: Any) -> bool:
        """Return whether an expression is true; ValueError if it is no expression."""
        if expression is True:
            return True
        kind, *parts = expression
        if kind == "and":
            return all(self.holds(part) for part in parts)
        if kind == "or":
            return any(self.holds(part) for part in parts)
        if kind == "is":
            return self.macro(parts[0])
        if kind == "score":
            name, k = parts
            return bool(sum(self.holds(item) for item in self.book["scores"][name]) >= k)
        return self.literal(kind, *parts)

    def macro(self, name: str) -> bool:
        """Return whether a named expression is true, worked out once."""
        if name not in self.known:
            self.known[name] = self.holds(self.book["macros"][name])
        return self.known[name]

    def literal(self, kind: str, question: str, wanted: Any) -> bool:
        """Return whether one literal is true of the answers."""
        answer = self.answers.get(question)
        if kind == "one":
            return answer in wanted
        if kind == "num":
            return answer is not None and bool(answer >= wanted)
        rows = answer or {}
        if kind == "any":
            return any(rows.get(row) == "yes" for row in wanted)
        if kind == "anyU":
            return any(rows.get(row) in ("yes", "unsure") for row in wanted)
        if kind == "none":
            return not any(rows.get(row) == "yes" for row in wanted)
        raise ValueError(f"unknown expression {kind!r}")
