"""The only reader of the content YAML: strict, with file and line in every complaint."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import cattrs
import yaml

from webapp.content.crossrefs import Places, complaints, looked_at
from webapp.content.schema import (
    CARD_GROUPS,
    Card,
    Case,
    Condition,
    Content,
    EmergencyNumber,
    Exercise,
    Gate,
    Level,
    Link,
    MedicineCheck,
    Question,
    Remedy,
    Rule,
    ScoreItem,
)
from webapp.triage.changes import CHANGING
from webapp.triage.language import parse

HERE = Path(__file__).parent
FILES = (
    "questions",
    "rules",
    "levels",
    "sources",
    "emergency_numbers",
    "gates",
    "links",
    "remedies",
)
NEVER = ["or"]  # the expression that is true of no answers
T = TypeVar("T")


class ContentError(ValueError):
    """The content is wrong; the message starts with file:line."""


class Row(dict[str, Any]):
    """A YAML mapping that knows where it and each of its keys stand ("file:line")."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self.lines: dict[str, str] = {}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """SafeLoader that refuses repeated keys and the words YAML 1.1 turns into booleans or dates."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Row:
    row = Row(_mark(node))
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise ContentError(f"{_mark(key_node)}: expected text as a key, met {key!r}")
        if key in row:
            raise ContentError(f"{_mark(key_node)}: the key {key!r} stands twice")
        row[key] = loader.construct_object(value_node, deep=True)
        row.lines[key] = _mark(key_node)
    return row


def _boolean(loader: _Loader, node: yaml.ScalarNode) -> bool:
    if node.value in ("true", "false"):
        return bool(node.value == "true")
    raise ContentError(f"{_mark(node)}: put {node.value!r} in quotes, YAML reads it as a boolean")


def _no_date(loader: _Loader, node: yaml.ScalarNode) -> None:
    raise ContentError(f"{_mark(node)}: put {node.value!r} in quotes, YAML reads it as a date")


def _mark(node: yaml.Node) -> str:
    return f"{Path(node.start_mark.name).name}:{node.start_mark.line + 1}"


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:bool", _boolean)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _no_date)


def read(path: Path) -> Row:
    """Return the mapping in one YAML file; ContentError when it is no clean YAML mapping."""
    try:
        with path.open(encoding="utf-8") as stream:
            data = yaml.load(stream, Loader=_Loader)  # noqa: S506  a SafeLoader, only stricter
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ContentError(f"{path.name}:{line}: {getattr(error, 'problem', error)}") from None
    if not isinstance(data, Row):
        raise ContentError(f"{path.name}:1: expected a mapping")
    return data


def _day(data: Row, key: str) -> str:
    """Return a date written as "2027-11-22"."""
    try:
        return date.fromisoformat(data.get(key, "")).isoformat()
    except (TypeError, ValueError):
        raise ContentError(f"{data.where}: expected a date {key!r} in quotes") from None


def _build(kind: type[T], row: Any, where: str) -> T:
    """Make a dataclass of a row; unknown, missing and mistyped fields are named."""
    if not isinstance(row, Row):
        raise ContentError(f"{where}: expected a mapping for {kind.__name__}")
    try:
        return _converter().structure(row, kind)
    except Exception as error:
        what = "; ".join(cattrs.transform_error(error))
        raise ContentError(f"{row.where}: {kind.__name__} {row.get('id', '')}: {what}") from None


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(bool, _exact(bool))
    converter.register_structure_hook(int, _exact(int))
    return converter


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected text, met {value!r}")
    return value


def _exact(kind: type[T]) -> Callable[[Any, Any], T]:
    def check(value: Any, _: Any) -> T:
        if type(value) is not kind:
            raise ValueError(f"expected {kind.__name__}, met {value!r}")
        return value

    return check


def _list(kind: type[T], data: Row, key: str) -> tuple[T, ...]:
    rows = data.get(key)
    if not isinstance(rows, list):
        raise ContentError(f"{data.where}: expected a list {key!r}")
    return tuple(_build(kind, row, data.where) for row in rows)


def load(folder: Path = HERE) -> Content:
    """Return all content of a folder, cross-references checked; ContentError names the place."""
    raw = {name: read(folder / f"{name}.yaml") for name in FILES}
    cards, cases, conditions, exercises = (
        [read(path) for path in sorted((folder / name).glob("*.yaml"))]
        for name in ("care", "cases", "conditions", "exercises")
    )
    conditions.sort(key=lambda row: row.get("order", 0))
    cards.sort(key=_card_order)
    rules = raw["rules"]
    content = Content(
        questions=_list(Question, raw["questions"], "questions"),
        macros=_texts(rules, "macros"),
        guards=_texts(rules, "guards"),
        scores={
            name: tuple(_build(ScoreItem, row, rules.where) for row in items)
            for name, items in rules.get("scores", {}).items()
        },
        rules=_list(Rule, rules, "rules"),
        levels=_list(Level, raw["levels"], "levels"),
        cards=tuple(_build(Card, card, card.where) for card in cards),
        sources=_texts(raw["sources"], "sources"),
        look_again=_day(raw["sources"], "look_again"),
        numbers=_list(EmergencyNumber, raw["emergency_numbers"], "numbers"),
        cases=tuple(case for data in cases for case in _list(Case, data, "cases")),
        conditions=tuple(_build(Condition, row, row.where) for row in conditions),
        exercises=tuple(_build(Exercise, row, row.where) for row in exercises),
        gates=_list(Gate, raw["gates"], "flags"),
        checks=_list(MedicineCheck, raw["gates"], "medicine_checks"),
        links=_list(Link, raw["links"], "links"),
        remedies=_list(Remedy, raw["remedies"], "remedies"),
    )
    places = Places(raw, cards, cases, conditions, exercises)
    for where, what in complaints(content, places):
        raise ContentError(f"{where}: {what}")
    return content


def _card_order(card: Row) -> int:
    group = card.get("group")
    return CARD_GROUPS.index(group) if group in CARD_GROUPS else len(CARD_GROUPS)


def load_rules(folder: Path) -> Content:
    """Return only the questions and rules of a folder, unchecked against the rest: for compare."""
    raw = {name: read(folder / f"{name}.yaml") for name in ("questions", "rules")}
    rules = raw["rules"]
    empty: dict[str, Any] = {part.name: () for part in fields(Content)}
    scores = {
        name: tuple(_build(ScoreItem, row, rules.where) for row in items)
        for name, items in rules.get("scores", {}).items()
    }
    return Content(
        **empty
        | {
            "questions": _list(Question, raw["questions"], "questions"),
            "macros": _texts(rules, "macros"),
            "guards": _texts(rules, "guards"),
            "scores": scores,
            "rules": _list(Rule, rules, "rules"),
        }
    )


def _texts(data: Row, key: str) -> dict[str, str]:
    """Return a mapping of names to texts; ContentError when it holds anything else."""
    found = data.get(key)
    if not isinstance(found, Row):
        raise ContentError(f"{data.where}: expected a mapping {key!r}")
    for name, text in found.items():
        if not isinstance(text, str) or not text.strip():
            raise ContentError(f"{found.lines[name]}: expected text, met {text!r}")
    return dict(found)


def book(content: Content) -> dict[str, Any]:
    """Return the rule data both engines run, as plain JSON-able data with its own hash.

    Keys: questions [{id, type, danger, benign, optional, unanswered, show, row_show, options,
    more_than}], macros {name: expression}, scores {name: [expression]}, rules [{id, level, when,
    flags}], version (first 12 hex digits of the SHA-256 of the rest).
    """
    data: dict[str, Any] = {
        "questions": [_question_data(q) for q in content.questions],
        "macros": {n: parse(t) for n, t in {**content.macros, **content.guards}.items()},
        "scores": {n: [parse(i.when) for i in items] for n, items in content.scores.items()},
        "rules": [
            {"id": r.id, "level": r.level, "when": parse(r.when), "flags": list(r.flags)}
            for r in content.rules
        ],
    }
    return {"version": digest(data), **data}


def digest(data: Any) -> str:
    """Return the first 12 hex digits of the SHA-256 of plain data: what its version is called."""
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _question_data(q: Question) -> dict[str, Any]:
    more = q.more_than
    return {
        "id": q.id,
        "type": q.type,
        "danger": q.danger,
        "benign": q.benign,
        "optional": q.optional,
        "check": q.block not in "JK",
        "none": q.none is not None,
        "unanswered": q.unanswered,
        "show": parse(q.show) if q.show else True,
        "row_show": {o.id: parse(o.show) for o in q.options if o.show},
        "options": [o.id for o in q.options],
        "range": list(q.range) if q.range else None,
        "more_than": vars(more).copy() if more else None,
    }


@cache
def theorems() -> dict[str, Any]:
    """Return what is proved: {theorems: {id: words}, rests_on: {rule: [theorem ids]}}.

    Made by tests.proof.carried; a test says when it is older than the rules.
    """
    data: dict[str, Any] = json.loads((HERE / "theorems.json").read_text(encoding="utf-8"))
    return data


def guide(content: Content) -> dict[str, Any]:
    """Return the data of causes, cards and gates both engines run; expressions already parsed.

    Keys: causes [{id, prior, tumour, evidence [[weight, expression]]}] in the brief's order, links
    (brief 4.3), cards [{id, relevant, causes, level_gate, medicine}], gates (6.2) [{id, when, cards
    {card: "hidden"|"caution"}}], checks (5.2), medicine_questions: all that the checks look at,
    remedies [{id, flags}], changing (webapp.triage.changes).
    """
    return {
        "causes": [
            {
                "id": c.id,
                "prior": c.prior,
                "tumour": c.tumour,
                "evidence": [[e.weight, parse(e.when)] for e in c.evidence],
            }
            for c in content.conditions
        ],
        "links": [
            {**_plain(link), "when": parse(link.when) if link.when else True}
            for link in content.links
        ],
        "cards": [_card_data(card) for card in content.cards],
        "gates": [
            {"id": g.id, "when": parse(g.when) if g.when else NEVER, "cards": _gated(content, g)}
            for g in content.gates
        ],
        "checks": [
            {
                "id": c.id,
                "card": c.card,
                "effect": c.effect,
                "when": parse(c.when),
                "texts": [parse(text.when) for text in c.texts],
            }
            for c in content.checks
        ],
        "medicine_questions": sorted(
            {name for c in content.checks for name in looked_at(content, c.when)}
        ),
        "changing": list(CHANGING),
        "remedies": [{"id": r.id, "flags": list(r.flags)} for r in content.remedies],
    }


def _card_data(card: Card) -> dict[str, Any]:
    always = not card.relevant and not card.causes
    return {
        "id": card.id,
        "relevant": parse(card.relevant) if card.relevant else always or NEVER,
        "causes": list(card.causes),
        "level_gate": dict(card.level_gate),
        "medicine": card.group == "medicine",
    }


def _gated(content: Content, gate: Gate) -> dict[str, str]:
    hidden = set(gate.hides)
    if gate.hides_all_but:
        hidden |= {card.id for card in content.cards} - set(gate.hides_all_but)
    cautions = {card: "caution" for card in gate.cautions}
    return cautions | {card: "hidden" for card in sorted(hidden)}


def _plain(item: Any) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in vars(item).items()}
