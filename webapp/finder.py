"""Ways into the guide: causes by symptom and by place, the options an expression names, sources."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from webapp.content.schema import Condition, Content, Option, Question
from webapp.triage.language import Expression, parse

SYMPTOMS = (  # questions whose answers people look for; the order of the index
    "limb_danger",
    "body_skin",
    "onset",
    "injury_signs",
    "swelling",
    "calf_check",
    "joint_signs",
    "pain_timing",
    "pain_quality",
    "pain_spread",
    "worse_with",
    "activity",
    "child_signs",
)
parsed = cache(parse)
LISTED = ("one", "any", "anyU")  # literals that name options
NAMES_AN_ANSWER = 2  # weight from which an answer leads to a cause; a place does from 1


class Found(NamedTuple):
    """One answer and the causes it speaks for, in the brief's order."""

    option: Option
    causes: list[Condition]


def by_symptom(content: Content) -> list[tuple[Question, list[Found]]]:
    """Return [(question, [Found, …]), …] of the questions people look for."""
    return [(content.question(id), found(content, id, NAMES_AN_ANSWER)) for id in SYMPTOMS]


def found(content: Content, question: str, weight: int = 1) -> list[Found]:
    """Return the options of a question that speak for a cause, each with its causes."""
    causes: dict[str, list[Condition]] = {}
    for cause in content.conditions:
        for option in {o for w, o in _answers(cause, question) if w >= weight}:
            causes.setdefault(option, []).append(cause)
    asked = content.question(question)
    return [Found(o, causes[o.id]) for o in asked.options if o.id in causes]


def _answers(cause: Condition, question: str) -> Iterator[tuple[int, str]]:
    for evidence in cause.evidence:
        when = parsed(evidence.when)
        if when[0] in LISTED and when[1] == question:
            yield from ((evidence.weight, option) for option in when[2])


def named(content: Content, expression: str) -> list[Option]:
    """Return every option an expression names, its macros opened, each once, in its order."""
    return list(dict.fromkeys(_named(content, parse(expression))))


def _named(content: Content, when: Expression) -> Iterator[Option]:
    if when[0] in LISTED:
        options = content.question(when[1]).options
        yield from (o for o in options if o.id in when[2] and o.id != "unsure")
    elif when[0] == "is":
        yield from _named(content, parse(content.macros[when[1]]))
    elif when[0] in ("and", "or"):
        for part in when[1:]:
            yield from _named(content, part)


def cited(source: str) -> list[str]:
    """Return the ids of the sources a `source` names: "S2; [19][38]" gives S2, 19, 38."""
    return re.findall(r"\b(?:S\d|GK)\b|(?<=\[)\w+(?=\])", source)
