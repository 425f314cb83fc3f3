"""What a single file cannot tell: ids that must exist elsewhere, and what rules may say of them."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from webapp.content.schema import LEVELS, Content, Question
from webapp.triage.language import Expression, LanguageError, atoms, parse

RULE_LETTER = {"E": "emergency", "U": "urgent_today", "S": "soon", "T": "routine"}
NEEDED_CARDS = ("first_aid_wait", "safety_net")
Complaint = tuple[str, str]  # ("file:line", what is wrong)


class Places:
    """Where each item stands ("file:line"), taken from the rows the reader made."""

    def __init__(
        self,
        raw: dict[str, Any],
        cards: list[Any],
        cases: list[Any],
        conditions: list[Any],
        exercises: list[Any],
    ) -> None:
        rules = raw["rules"]
        self.questions = [row.where for row in raw["questions"]["questions"]]
        self.options = [
            [option.where for option in row.get("options", [])]
            for row in raw["questions"]["questions"]
        ]
        self.rules = [row.where for row in rules["rules"]]
        self.macros = {**rules["macros"].lines, **rules["guards"].lines}
        self.scores = {
            name: [row.where for row in items] for name, items in rules.get("scores", {}).items()
        }
        self.levels = [row.where for row in raw["levels"]["levels"]]
        self.all_levels = raw["levels"].where
        self.cards = [card.where for card in cards]
        self.cases = [row.where for data in cases for row in data["cases"]]
        self.conditions = [row.where for row in conditions]
        self.exercises = [row.where for row in exercises]
        self.gates = [row.where for row in raw["gates"]["flags"]]
        self.checks = [row.where for row in raw["gates"]["medicine_checks"]]
        self.links = [row.where for row in raw["links"]["links"]]
        self.remedies = [row.where for row in raw["remedies"]["remedies"]]


def complaints(content: Content, places: Places) -> Iterator[Complaint]:
    """Yield every cross-reference that does not hold, with its place."""
    yield from _repeated(zip(places.questions, (q.id for q in content.questions), strict=True))
    yield from _repeated(zip(places.rules, (r.id for r in content.rules), strict=True))
    yield from _repeated(zip(places.cases, (c.id for c in content.cases), strict=True))
    yield from _questions(content, places)
    yield from _macros(content, places)
    yield from _shows(content, places)
    yield from _rules(content, places)
    yield from _sources(content, places)
    yield from _cases(content, places)
    yield from _guide_expressions(content, places)
    yield from _guide_ids(content, places)
    if tuple(level.id for level in content.levels) != LEVELS[::-1]:
        yield places.all_levels, f"expected the levels {', '.join(LEVELS[::-1])}"
    for card in NEEDED_CARDS:
        if card not in {c.id for c in content.cards}:
            yield places.all_levels, f"the card {card} is missing"


def _repeated(found: Iterable[tuple[str, str]]) -> Iterator[Complaint]:
    seen: set[str] = set()
    for where, id in found:
        if id in seen:
            yield where, f"the id {id} stands twice"
        seen.add(id)


def _questions(content: Content, places: Places) -> Iterator[Complaint]:
    for q, where, lines in zip(content.questions, places.questions, places.options, strict=True):
        yield from ((where, what) for what in _shape(q))
        yield from _repeated(zip(lines, (o.id for o in q.options), strict=True))
        yield from _measures(content, q, where)


def _shows(content: Content, places: Places) -> Iterator[Complaint]:
    asked: dict[str, Question] = {}
    for q, where, lines in zip(content.questions, places.questions, places.options, strict=True):
        yield from _show(content, where, q.show, asked)
        asked[q.id] = q
        for option, line in zip(q.options, lines, strict=True):
            yield from _show(content, line, option.show, asked)


def _shape(q: Question) -> Iterator[str]:
    if q.type not in ("single", "multi", "number"):
        yield f"unknown type {q.type!r} of {q.id}"
    if (q.type == "number") != (q.range is not None) or (q.type == "number") == bool(q.options):
        yield f"{q.id}: a number has a range, any other question has options"
    if q.none and q.type != "multi":
        yield f"{q.id}: only a multi question has a `none` row"
    if q.unanswered and q.unanswered not in {o.id for o in q.options}:
        yield f"{q.id}: unanswered names the unknown option {q.unanswered!r}"


def _measures(content: Content, q: Question, where: str) -> Iterator[Complaint]:
    rule = q.more_than
    if rule is None:
        return
    known = {other.id: other for other in content.questions}
    if rule.other not in known or known[rule.other].type != "number":
        yield where, f"{q.id}: more_than names no number question {rule.other!r}"
    if rule.of not in known or rule.ticks not in {o.id for o in known[rule.of].options}:
        yield where, f"{q.id}: more_than ticks the unknown row {rule.ticks!r} of {rule.of!r}"


def _show(
    content: Content, where: str, text: str | None, asked: dict[str, Question]
) -> Iterator[Complaint]:
    if not text:
        return
    found = list(_expression(content, where, text, asked))
    yield from found
    if not found:
        for name in sorted(looked_at(content, text) - asked.keys()):
            yield where, f"show looks at the later question {name!r}, in: {text}"


def looked_at(content: Content, text: str) -> set[str]:
    """Return the questions an expression looks at, through its macros and scores too."""
    every = {**content.macros, **content.guards}
    found: set[str] = set()
    for kind, name, *_ in atoms(parse(text)):
        if kind == "is":
            found |= looked_at(content, every[name])
        elif kind == "score":
            found |= {q for item in content.scores[name] for q in looked_at(content, item.when)}
        else:
            found.add(name)
    return found


def _macros(content: Content, places: Places) -> Iterator[Complaint]:
    questions = {q.id: q for q in content.questions}
    known: set[str] = set()
    for name, text in {**content.macros, **content.guards}.items():
        where, guard = places.macros[name], name in content.guards
        if guard != name.startswith("NO_"):
            yield where, f"{name}: guards, and only guards, are named NO_…"
        found = list(_expression(content, where, text, questions, guard))
        yield from found
        if not found and not {a[1] for a in atoms(parse(text)) if a[0] == "is"} <= known:
            yield where, f"{name} uses a macro that does not stand above it"
        known.add(name)
    for name, items in content.scores.items():
        for item, where in zip(items, places.scores[name], strict=True):
            yield from _expression(content, where, item.when, questions)


def _rules(content: Content, places: Places) -> Iterator[Complaint]:
    questions = {q.id: q for q in content.questions}
    for rule, where in zip(content.rules, places.rules, strict=True):
        if RULE_LETTER.get(rule.id[0]) != rule.level:
            yield where, f"{rule.id}: the level {rule.level!r} does not fit the id"
        for flag in rule.flags:
            if not re.fullmatch(r"F_[A-Z_]+", flag):
                yield where, f"{rule.id}: {flag!r} is no flag"
        yield from _expression(content, where, rule.when, questions)


def _sources(content: Content, places: Places) -> Iterator[Complaint]:
    cited: list[tuple[Any, str]] = [
        *zip(content.rules, places.rules, strict=True),
        *zip(content.levels, places.levels, strict=True),
        *zip(content.cards, places.cards, strict=True),
        *zip(content.conditions, places.conditions, strict=True),
        *zip(content.exercises, places.exercises, strict=True),
        *zip(content.gates, places.gates, strict=True),
        *zip(content.checks, places.checks, strict=True),
        *zip(content.remedies, places.remedies, strict=True),
    ]
    for item, where in cited:
        ids = {a or b for a, b in re.findall(r"\[(\d+)\]|\b(S\d|GK)\b", item.source)}
        if not ids:
            yield where, f"{item.id}: names no source"
        for id in sorted(ids - content.sources.keys()):
            yield where, f"{item.id}: unknown source {id}"


def _cases(content: Content, places: Places) -> Iterator[Complaint]:
    rules = {rule.id for rule in content.rules}
    for case, where in zip(content.cases, places.cases, strict=True):
        if case.level not in LEVELS:
            yield where, f"{case.id}: unknown level {case.level!r}"
        for id in case.fires:
            if id not in rules:
                yield where, f"{case.id}: unknown rule {id!r}"
        for name, answer in case.answers.items():
            yield from ((where, f"{case.id}: {what}") for what in _answer(content, name, answer))
    fired = {id for case in content.cases for id in case.fires}
    for rule, where in zip(content.rules, places.rules, strict=True):
        if rule.id not in fired:
            yield where, f"{rule.id} has no case in which it fires"


def _guide_expressions(content: Content, places: Places) -> Iterator[Complaint]:
    """Every `when`, `relevant` and `not_for` of causes, cards, gates, checks, links, exercises."""
    found: list[tuple[str, str | None]] = []
    for condition, where in zip(content.conditions, places.conditions, strict=True):
        found += [(where, evidence.when) for evidence in condition.evidence]
    found += zip(places.cards, (card.relevant for card in content.cards), strict=True)
    found += zip(places.gates, (gate.when for gate in content.gates), strict=True)
    found += zip(places.links, (link.when for link in content.links), strict=True)
    found += zip(places.exercises, (one.not_for for one in content.exercises), strict=True)
    for check, where in zip(content.checks, places.checks, strict=True):
        found += [(where, check.when), *((where, text.when) for text in check.texts)]
    questions = {q.id: replace(q, benign=False) for q in content.questions}
    for where, text in found:  # a benign row may speak for a harmless cause
        if text:
            yield from _expression(content, where, text, questions)


def _guide_ids(content: Content, places: Places) -> Iterator[Complaint]:
    """Ids of cards, causes, rules, flags and levels that must exist."""
    cards, rules = {c.id for c in content.cards}, {r.id for r in content.rules}
    causes = {c.id for c in content.conditions}
    flags = {f for rule in content.rules for f in rule.flags} | {g.id for g in content.gates}
    for condition, where in zip(content.conditions, places.conditions, strict=True):
        yield from _known(where, "card", (*condition.cards, *condition.not_cards), cards)
        yield from _known(where, "rule", condition.rules, rules)
        yield from _known(where, "level", condition.usual_level, LEVELS)
    for card, where in zip(content.cards, places.cards, strict=True):
        yield from _known(where, "cause", card.causes, causes)
        yield from _known(where, "level", card.level_gate, LEVELS)
        yield from _known(where, "gate", card.level_gate.values(), ("shown", "caution", "hidden"))
    for gate, where in zip(content.gates, places.gates, strict=True):
        named = (*gate.hides, *gate.hides_all_but, *gate.cautions, *(set(gate.why) - {"all"}))
        yield from _known(where, "card", named, cards)
    for check, where in zip(content.checks, places.checks, strict=True):
        yield from _known(where, "card", (check.card,), cards)
    for link, where in zip(content.links, places.links, strict=True):
        yield from _known(where, "cause", link.causes, causes)
        yield from _known(where, "flag", link.flags, flags)
        named = (*link.fired, *link.not_fired, link.only or "", link.not_only or "")
        yield from _known(where, "rule", filter(None, named), rules)
    for remedy, where in zip(content.remedies, places.remedies, strict=True):
        yield from _known(where, "flag", remedy.flags, flags)


def _known(
    where: str, what: str, named: Iterable[str], known: Collection[str]
) -> Iterator[Complaint]:
    for name in named:
        if name not in known:
            yield where, f"unknown {what} {name!r}"


def _answer(content: Content, name: str, answer: Any) -> Iterator[str]:
    question = next((q for q in content.questions if q.id == name), None)
    if question is None:
        yield f"unknown question {name!r}"
        return
    options = {o.id for o in question.options}
    for row in answer if isinstance(answer, list) else [answer]:
        if question.type != "number" and str(row).removesuffix("?") not in options:
            yield f"unknown option {row!r} of {name}"


def _expression(
    content: Content, where: str, text: str, questions: dict[str, Question], guard: bool = False
) -> Iterator[Complaint]:
    try:
        found = list(atoms(parse(text)))
    except LanguageError as error:
        yield where, str(error)
        return
    for atom in found:
        if what := _atom(content, atom, questions, guard):
            yield where, f"{what}, in: {text}"


def _atom(content: Content, atom: Expression, questions: dict[str, Question], guard: bool) -> str:
    kind, name = atom[0], atom[1]
    if kind == "is":
        return "" if name in content.macros or name in content.guards else f"unknown macro {name}"
    if kind == "score":
        return "" if name in content.scores else f"unknown score {name}"
    if name not in questions:
        return f"unknown (or later) question {name!r}"
    question = questions[name]
    if kind == "num":
        return "" if question.type == "number" else f"{name} is no number"
    unknown = set(atom[2]) - {o.id for o in question.options}
    if unknown:
        return f"unknown option {sorted(unknown)[0]!r} of {name}"
    return _kind(kind, question, guard)


def _kind(kind: str, question: Question, guard: bool) -> str:
    if kind == "one":
        fits = question.type == "single"
        return "" if fits else f"one() needs a single question, not {question.id}"
    if question.type != "multi":
        return f"{kind}() needs a multi question, not {question.id}"
    if kind == "none":
        fits = question.benign and guard
        return "" if fits else "none() is for benign rows in a guard only"
    if question.benign:
        return f"{kind}() must not look at the benign {question.id}"
    if (kind == "anyU") != question.danger:
        return f"danger rows are read with anyU(), and only they ({question.id})"
    return ""
