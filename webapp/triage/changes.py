"""What would make it more urgent: single new signs that raise the level.

Its twin on the phone is static/js/changes.js. Each sign is tried by running the triage again with
that one sign more, so what is said is so.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from webapp.triage.engine import (
    LEVELS,
    Answers,
    Book,
    State,
    shown_answers,
    shown_options,
    shown_questions,
)

# Questions whose answers can change from one hour to the next; in the order they are asked.
CHANGING = (
    "danger_now",
    "limb_danger",
    "body_skin",
    "walk",
    "course",
    "pain_level",
    "pain_peak",
    "swelling",
    "calf_check",
    "joint_signs",
    "pain_timing",
    "child_signs",
    "cramp_check",
    "foot_check",
)
MOST = 12  # signs named per level


class Change(NamedTuple):
    """One more sign, and the level it would mean."""

    level: str
    question: str
    option: str


def changes(book: Book, answers: Answers, level: str) -> tuple[Change, ...]:
    """Return the single new signs that raise `level`: the most urgent first, MOST per level."""
    rank = LEVELS.index(level)
    found: list[Change] = []
    for question, option, changed in _one_more(book, answers):
        reached = _reached(book, changed, rank)
        known = {change.level for change in found if change.question == question}
        if reached > rank and not (option.isdigit() and LEVELS[reached] in known):
            found.append(Change(LEVELS[reached], question, option))
    return tuple(
        change
        for one in reversed(LEVELS[rank + 1 :])
        for change in [c for c in found if c.level == one][:MOST]
    )


def _reached(book: Book, answers: Answers, rank: int) -> int:
    """Return the highest rank above `rank` of a fired rule, or it: an open question is no sign."""
    state = State(book, shown_answers(book, answers))
    for to in range(len(LEVELS) - 1, rank, -1):
        if any(r["level"] == LEVELS[to] and state.holds(r["when"]) for r in book["rules"]):
            return to
    return rank


def _one_more(book: Book, answers: Answers) -> Iterator[tuple[str, str, Answers]]:
    """Yield (question, option, answers with it) of every sign the person did not name."""
    questions = {question["id"]: question for question in book["questions"]}
    shown = shown_questions(book, answers)
    for id in (one for one in CHANGING if one in shown):
        question, given = questions[id], answers.get(id)
        for option in _options(book, question, answers):
            value: Any = option
            if question["type"] == "multi":
                value = {**(given or {}), option: "yes"}
            if value != given and option != given:
                yield id, str(option), {**answers, id: value}


def _options(book: Book, question: dict[str, Any], answers: Answers) -> list[Any]:
    if question["type"] == "number":
        given = answers.get(question["id"], 0)
        return [n for n in range(question["range"][1] + 1) if n > given]
    return [option for option in shown_options(book, answers, question) if option != "unsure"]
