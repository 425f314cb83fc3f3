"""Every place of the rule data at which one thing can be changed, and readings that can try it.

A decision is a rule, a macro, a point of a score or the condition of a question or row; a Point is
one node of its expression. A Change puts another expression there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import z3

from webapp.tools.encode import Person, Reading
from webapp.triage.engine import Book
from webapp.triage.language import Expression

FALSE: Expression = ["or"]  # of no parts: never true
TRUE: Expression = ["and"]
WITH_OPTIONS = ("one", "any", "anyU", "none")


@dataclass(frozen=True)
class Point:
    """One node of a decision's expression: path = the way to it, inside = and, or, or nothing."""

    decision: str
    path: tuple[int, ...]
    node: Expression
    inside: str = ""


@dataclass(frozen=True)
class Change:
    """What stands at a point instead, in words, for the lists of cases and survivors."""

    id: str
    point: Point
    instead: Expression


def decisions(book: Book) -> Iterator[tuple[str, Expression]]:
    """Yield (name, expression) of everything that decides something about the level."""
    for question in book["questions"]:
        if question["show"] is not True:
            yield f"show:{question['id']}", question["show"]
        for row, show in question["row_show"].items():
            yield f"show:{question['id']}.{row}", show
    yield from book["macros"].items()
    for name, items in book["scores"].items():
        yield from ((f"{name}.{number}", item) for number, item in enumerate(items, 1))
    yield from ((rule["id"], rule["when"]) for rule in book["rules"])


def points(book: Book) -> Iterator[Point]:
    """Yield every node, ANDs and ORs included, in the order of the file."""
    for name, expression in decisions(book):
        yield from nodes(name, expression)


def nodes(
    decision: str, node: Expression, path: tuple[int, ...] = (), inside: str = ""
) -> Iterator[Point]:
    yield Point(decision, path, node, inside)
    if node[0] in ("and", "or"):
        for number, part in enumerate(node[1:], 1):
            yield from nodes(decision, part, (*path, number), node[0])


def in_words(node: Expression) -> str:
    """Return a literal as it is written in the rules."""
    kind, *parts = node
    if kind in WITH_OPTIONS:
        return f"{kind}({parts[0]}: {', '.join(parts[1])})"
    if kind == "num":
        return f"num({parts[0]}) >= {parts[1]}"
    if kind == "score":
        return f"{parts[0]} >= {parts[1]}"
    return str(parts[0]) if kind == "is" else kind.upper()


def without_each_option(book: Book) -> Iterator[tuple[Change, str]]:
    """Yield, for each option of each literal, (the change that drops it, the option)."""
    for point in points(book):
        kind, *parts = point.node
        where = ".".join(map(str, point.path)) or "0"
        if kind in ("and", "or"):
            continue
        if kind not in WITH_OPTIONS:
            yield Change(f"{point.decision}/{where} {in_words(point.node)}", point, FALSE), ""
            continue
        question, options = parts
        for option in options:
            left = [other for other in options if other != option]
            instead = [kind, question, left] if left else FALSE
            name = f"{point.decision}/{where} {kind}({question}: {option})"
            yield Change(name, point, instead), option


def changed(book: Book, change: Change) -> Book:
    """Return the book with the change made; the book itself stays as it is."""
    name = change.point.decision
    where, _, row = name.removeprefix("show:").partition(".")
    put = _put(change)
    if name.startswith("show:"):
        questions = [_shown(q, row, put) if q["id"] == where else q for q in book["questions"]]
        return {**book, "questions": questions}
    if name in book["macros"]:
        return {**book, "macros": {**book["macros"], name: put(book["macros"][name])}}
    if where in book["scores"]:
        items = list(book["scores"][where])
        items[int(row) - 1] = put(items[int(row) - 1])
        return {**book, "scores": {**book["scores"], where: items}}
    rules = [{**r, "when": put(r["when"])} if r["id"] == name else r for r in book["rules"]]
    return {**book, "rules": rules}


def _shown(question: Any, row: str, put: Any) -> Any:
    if not row:
        return {**question, "show": put(question["show"])}
    return {**question, "row_show": {**question["row_show"], row: put(question["row_show"][row])}}


def _put(change: Change) -> Any:
    def at(node: Expression, path: tuple[int, ...]) -> Expression:
        if not path:
            return change.instead
        first, *rest = path
        return [*node[:first], at(node[first], tuple(rest)), *node[first + 1 :]]

    return lambda expression: at(expression, change.point.path)


class Switched(Reading):
    """A reading in which each change can be switched on by an assumption; never two at once."""

    def __init__(self, book: Book, person: Person, changes: Iterable[Change]) -> None:
        self.switches: dict[str, Any] = {}
        self._at: dict[int, list[tuple[Any, Expression]]] = {}
        self._keep = list(changes)  # the nodes are known by id(): they must live
        for change in self._keep:
            switch = self.switches[change.id] = z3.Bool(f"switch:{change.id}")
            self._at.setdefault(id(change.point.node), []).append((switch, change.instead))
        super().__init__(book, person, tag=".switched")
        if self.switches:
            self.definitions.append(z3.AtMost(*self.switches.values(), 1))

    def holds(self, expression: Any, words: Any = None) -> Any:
        value = super().holds(expression, words)
        for switch, instead in self._at.get(id(expression), ()):
            value = z3.If(switch, super().holds(instead, words), value)
        return value
