"""The only reader of the content YAML: strict, with file and line in every complaint."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import cattrs
import yaml

from webapp.content.schema import (
    LEVELS,
    Card,
    Case,
    Content,
    EmergencyNumber,
    Level,
    Question,
    Rule,
    ScoreItem,
)
from webapp.triage.language import Expression, LanguageError, atoms, parse

HERE = Path(__file__).parent
RULE_LETTER = {"E": "emergency", "U": "urgent_today", "S": "soon", "T": "routine"}
DEFAULTS = {"show": True}
T = TypeVar("T")


class ContentError(ValueError):
    """The content is wrong; the message starts with file:line."""


class Row(dict[str, Any]):
    """A YAML mapping that knows where it stands ("file:line")."""

    where: str = ""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """SafeLoader that refuses repeated keys and the words YAML 1.1 turns into booleans or dates."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Row:
    row = Row()
    row.where = f"{Path(node.start_mark.name).name}:{node.start_mark.line + 1}"
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in row:
            raise ContentError(f"{_mark(key_node)}: the key {key!r} stands twice")
        row[key] = loader.construct_object(value_node, deep=True)
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


def _list(kind: type[T], data: Row, key: str, where: str) -> tuple[T, ...]:
    rows = data.get(key)
    if not isinstance(rows, list):
        raise ContentError(f"{where}: expected a list {key!r}")
    return tuple(_build(kind, row, where) for row in rows)


def load(folder: Path = HERE) -> Content:
    """Return all content of a folder, cross-references checked; ContentError names the place."""
    rules = read(folder / "rules.yaml")
    content = Content(
        questions=_list(Question, read(folder / "questions.yaml"), "questions", "questions.yaml:1"),
        macros=dict(rules.get("macros", {})),
        guards=dict(rules.get("guards", {})),
        scores={
            name: tuple(_build(ScoreItem, row, "rules.yaml") for row in items)
            for name, items in rules.get("scores", {}).items()
        },
        rules=_list(Rule, rules, "rules", "rules.yaml:1"),
        levels=_list(Level, read(folder / "levels.yaml"), "levels", "levels.yaml:1"),
        cards=tuple(
            _build(Card, read(p), p.name) for p in sorted((folder / "care").glob("*.yaml"))
        ),
        sources=dict(read(folder / "sources.yaml")["sources"]),
        numbers=_list(
            EmergencyNumber, read(folder / "emergency_numbers.yaml"), "numbers", "numbers.yaml:1"
        ),
        cases=tuple(
            case
            for path in sorted((folder / "cases").glob("*.yaml"))
            for case in _list(Case, read(path), "cases", f"{path.name}:1")
        ),
    )
    for complaint in _complaints(content):
        place, what = complaint
        raise ContentError(f"{_line_of(folder, place)}: {what}")
    return content


def _line_of(folder: Path, place: tuple[str, str]) -> str:
    """Return file:line of the first line that names an id, for a complaint about it."""
    name, needle = place
    wanted = re.compile(rf"(id: |^\s*|country: ){re.escape(needle)}\b")
    for number, line in enumerate((folder / name).read_text(encoding="utf-8").splitlines(), 1):
        if wanted.search(line):
            return f"{name}:{number}"
    return f"{name}:1"


Complaint = tuple[tuple[str, str], str]


def _complaints(content: Content) -> Iterator[Complaint]:
    yield from _repeated("questions.yaml", (q.id for q in content.questions))
    yield from _repeated("rules.yaml", (r.id for r in content.rules))
    yield from _question_complaints(content)
    yield from _macro_complaints(content)
    yield from _rule_complaints(content)
    yield from _source_complaints(content)
    yield from _case_complaints(content)
    if tuple(level.id for level in content.levels) != LEVELS[::-1]:
        yield ("levels.yaml", "levels"), f"expected the levels {', '.join(LEVELS[::-1])}"
    for card in ("first_aid_wait", "safety_net"):
        if card not in {c.id for c in content.cards}:
            yield ("levels.yaml", "levels"), f"the card {card} is missing"


def _repeated(file: str, ids: Iterable[str]) -> Iterator[Complaint]:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            yield (file, id), f"the id {id} stands twice"
        seen.add(id)


def _question_complaints(content: Content) -> Iterator[Complaint]:
    asked: dict[str, Question] = {}
    for q in content.questions:
        place = ("questions.yaml", q.id)
        if q.type not in ("single", "multi", "number"):
            yield place, f"unknown type {q.type!r} of {q.id}"
        if (q.type == "number") != (q.range is not None) or (q.type == "number") == bool(q.options):
            yield place, f"{q.id}: a number has a range, any other question has options"
        if q.none and q.type != "multi":
            yield place, f"{q.id}: only a multi question has a `none` row"
        yield from _repeated("questions.yaml", (o.id for o in q.options))
        if q.unanswered and q.unanswered not in {o.id for o in q.options}:
            yield place, f"{q.id}: unanswered names the unknown option {q.unanswered!r}"
        for show in [q.show, *(o.show for o in q.options)]:
            known = {**asked, q.id: q} if show != q.show else asked
            yield from _expression_complaints(content, place, show or "", known)
        asked[q.id] = q


def _macro_complaints(content: Content) -> Iterator[Complaint]:
    questions = {q.id: q for q in content.questions}
    known: set[str] = set()
    for name, text in {**content.macros, **content.guards}.items():
        place = ("rules.yaml", name)
        guard = name in content.guards
        if guard != name.startswith("NO_"):
            yield place, f"{name}: guards, and only guards, are named NO_…"
        yield from _expression_complaints(content, place, text, questions, guard)
        if not _parts(text, "is") <= known:
            yield place, f"{name} uses a macro that does not stand above it"
        known.add(name)
    for name, items in content.scores.items():
        for item in items:
            yield from _expression_complaints(content, ("rules.yaml", name), item.when, questions)


def _rule_complaints(content: Content) -> Iterator[Complaint]:
    questions = {q.id: q for q in content.questions}
    for rule in content.rules:
        place = ("rules.yaml", rule.id)
        if RULE_LETTER.get(rule.id[0]) != rule.level:
            yield place, f"{rule.id}: the level {rule.level!r} does not fit the id"
        for flag in rule.flags:
            if not re.fullmatch(r"F_[A-Z_]+", flag):
                yield place, f"{rule.id}: {flag!r} is no flag"
        yield from _expression_complaints(content, place, rule.when, questions)


def _source_complaints(content: Content) -> Iterator[Complaint]:
    cited = [("rules.yaml", item) for item in content.rules]
    cited += [("levels.yaml", item) for item in content.levels]  # type: ignore[misc]
    cited += [(f"care/{item.id}.yaml", item) for item in content.cards]  # type: ignore[misc]
    for file, item in cited:
        named = set(re.findall(r"\[(\d+)\]|\b(S\d|GK)\b", item.source))
        ids = {a or b for a, b in named}
        if not ids:
            yield (file, item.id), f"{item.id}: names no source"
        for id in sorted(ids - content.sources.keys()):
            yield (file, item.id), f"{item.id}: unknown source {id}"


def _case_complaints(content: Content) -> Iterator[Complaint]:
    questions = {q.id: q for q in content.questions}
    yield from _repeated("cases/golden.yaml", (case.id for case in content.cases))
    for case in content.cases:
        place = ("cases/golden.yaml", case.id)
        if case.level not in LEVELS:
            yield place, f"{case.id}: unknown level {case.level!r}"
        for name, answer in case.answers.items():
            if name not in questions:
                yield place, f"{case.id}: unknown question {name!r}"
                continue
            options = {o.id for o in questions[name].options}
            for row in answer if isinstance(answer, list) else [answer]:
                if questions[name].type != "number" and str(row).rstrip("?") not in options:
                    yield place, f"{case.id}: unknown option {row!r} of {name}"
    fired = {rule for case in content.cases for rule in case.fires}
    for rule in content.rules:
        if rule.id not in fired:
            yield ("rules.yaml", rule.id), f"{rule.id} has no case in which it fires"


def _parts(text: str, kind: str) -> set[str]:
    return {part[1] for part in atoms(parse(text)) if part[0] == kind}


def _expression_complaints(
    content: Content,
    place: tuple[str, str],
    text: str,
    questions: dict[str, Question],
    guard: bool = False,
) -> Iterator[Complaint]:
    if not text:
        return
    try:
        parsed = parse(text)
    except LanguageError as error:
        yield place, str(error)
        return
    for atom in atoms(parsed):
        what = _atom_complaint(content, atom, questions, guard)
        if what:
            yield place, f"{what}, in: {text}"


def _atom_complaint(
    content: Content, atom: Expression, questions: dict[str, Question], guard: bool
) -> str:
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
    return _kind_complaint(kind, question, guard)


def _kind_complaint(kind: str, question: Question, guard: bool) -> str:
    if kind == "one":
        return (
            "" if question.type == "single" else f"one() needs a single question, not {question.id}"
        )
    if question.type != "multi":
        return f"{kind}() needs a multi question, not {question.id}"
    if kind == "none":
        return "" if question.benign and guard else "none() is for benign rows in a guard only"
    if question.benign:
        return f"{kind}() must not look at the benign {question.id}"
    if (kind == "anyU") != question.danger:
        return f"danger rows are read with anyU(), and only they ({question.id})"
    return ""


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
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return {"version": hashlib.sha256(canonical.encode()).hexdigest()[:12], **data}


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
