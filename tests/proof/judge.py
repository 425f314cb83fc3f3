"""Every mutant of the rules and gates, and z3's verdict on each, over all answers.

Equivalent: nothing differs. Harmless: no level falls and no card is freer. Dangerous: for some
answers the level is lower, or a card or a dose shows that was hidden, or a caution is lost.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from tests.proof.gating import Cards
from tests.proof.points import (
    FALSE,
    TRUE,
    WITH_OPTIONS,
    Change,
    Point,
    Switched,
    changed,
    in_words,
    nodes,
    points,
)
from webapp.tools.encode import Person, Reading, either
from webapp.triage.engine import LEVELS, Book
from webapp.triage.guide import STATES, Guide
from webapp.triage.language import Expression

EQUIVALENT, HARMLESS, DANGEROUS = "equivalent", "harmless", "dangerous"


@dataclass(frozen=True)
class Mutant:
    """One thing wrong. kind: what was done; make: (book, guide) with it done."""

    id: str
    kind: str
    place: str
    make: Callable[[Book, Guide], tuple[Book, Guide]]


# What can be wrong with an expression


def changes_at(point: Point, danger: set[str]) -> Iterator[tuple[str, Expression]]:
    """Yield (kind, what stands there instead) of one node."""
    kind, *parts = point.node
    yield "part dropped", TRUE if point.inside == "and" else FALSE
    if kind in ("and", "or"):
        yield "operator", ["or" if kind == "and" else "and", *parts]
        return
    if kind in WITH_OPTIONS:
        question, options = parts
        if len(options) > 1:
            for option in options:
                left = [other for other in options if other != option]
                yield f"option dropped: {option}", [kind, question, left]
    if kind == "anyU":
        yield "operator", ["any", *parts]
    if kind == "any" and parts[0] in danger:
        yield "operator", ["anyU", *parts]
    if kind == "none":
        yield "operator", ["any", *parts]
    if kind in ("num", "score"):
        yield "threshold +1", [kind, parts[0], parts[1] + 1]
        if parts[1] > 1:
            yield "threshold -1", [kind, parts[0], parts[1] - 1]


def expression_changes(book: Book, all_points: Iterator[Point]) -> Iterator[tuple[str, Change]]:
    """Yield (kind, change) of every node; what would be the same text twice comes once."""
    danger = {q["id"] for q in book["questions"] if q["danger"]}
    for point in all_points:
        where = ".".join(map(str, point.path)) or "0"
        for kind, instead in changes_at(point, danger):
            name = f"{point.decision}/{where} {in_words(point.node)}: {kind}"
            yield kind.partition(":")[0], Change(name, point, instead)


# The reading and the cards with switches


class SwitchedReading(Switched):
    """A reading in which an expression, or the level of a rule, can be wrong."""

    def __init__(
        self, book: Book, person: Person, changes: Any, levels: dict[str, tuple[str, str]]
    ) -> None:
        self.levels = levels  # {mutant: (rule, level)}
        self.level_switch = {name: z3.Bool(f"switch:{name}") for name in levels}
        super().__init__(book, person, changes)

    def _reaches(self, rank: int) -> Any:
        if not rank:
            return self._name("level>=0", z3.BoolVal(True))
        found = list(self.open.values()) if rank <= LEVELS.index("soon") else []
        for rule in self.book["rules"]:
            counts = z3.BoolVal(LEVELS.index(rule["level"]) >= rank)
            for name, (id, level) in self.levels.items():
                if id == rule["id"]:
                    other = z3.BoolVal(LEVELS.index(level) >= rank)
                    counts = z3.If(self.level_switch[name], other, counts)
            found.append(z3.And(self.fires[rule["id"]], counts))
        return self._name(f"level>={rank}", either(found))


class SwitchedCards(Cards):
    """Cards in which one line of the guide can be wrong: {mutant: what} by kind."""

    def __init__(
        self, reading: Any, guide: Guide, tag: str, wrong: dict[str, dict[str, Any]]
    ) -> None:
        self.wrong = wrong
        self.switches = {
            name: z3.Bool(f"switch:{name}") for names in wrong.values() for name in names
        }
        self._by: dict[Any, list[tuple[str, Any]]] = {}
        for kind, names in wrong.items():
            for name, (*place, instead) in names.items():
                self._by.setdefault((kind, *place), []).append((name, instead))
        super().__init__(reading, guide, tag)

    def _switched(self, place: Any, formula: Any, wanted: Any) -> Any:
        for name, instead in self._by.get(place, ()):
            formula = z3.If(self.switches[name], z3.BoolVal(instead == wanted), formula)
        return formula

    def carries(self, rule: str, flag: str) -> Any:
        lost = [z3.Not(self.switches[name]) for name, _ in self._by.get(("flag", rule, flag), ())]
        return z3.And(super().carries(rule, flag), *lost)

    def gated(self, gate: Any, card: str, state: str) -> Any:
        return self._switched(("gate", gate["id"], card), super().gated(gate, card, state), state)

    def levelled(self, card: Any, level: str, state: str) -> Any:
        place = ("level_gate", card["id"], level)
        return self._switched(place, super().levelled(card, level, state), state)

    def checked(self, check: Any, effect: str) -> Any:
        return self._switched(("check", check["id"]), super().checked(check, effect), effect)


# All mutants


class Mutants:
    """Every mutant of a book and a guide, and what z3 says of each."""

    def __init__(
        self, book: Book, guide: Guide, chosen: Callable[[str], bool] = lambda id: True
    ) -> None:
        self.book, self.guide, self.chosen = book, guide, chosen
        self.changes = dict(self._named(expression_changes(book, points(book))))
        self.guide_changes = dict(self._named(expression_changes(book, guide_points(guide))))
        self.levels = self._those(self._levels())
        self.wrong = {
            "flag": self._those(self._flags()),
            "gate": self._those(self._gates()),
            "level_gate": self._those(self._level_gates()),
            "check": self._those(self._checks()),
        }

    def _named(
        self, found: Iterator[tuple[str, Change]]
    ) -> Iterator[tuple[str, tuple[str, Change]]]:
        for kind, change in found:
            if self.chosen(change.id):
                yield change.id, (kind, change)

    def _those(self, found: Iterator[tuple[str, Any]]) -> dict[str, Any]:
        return {name: place for name, place in found if self.chosen(name)}

    def _levels(self) -> Iterator[tuple[str, tuple[str, str]]]:
        for rule in self.book["rules"]:
            rank = LEVELS.index(rule["level"])
            for other in (rank - 1, rank + 1):
                if 0 <= other < len(LEVELS):
                    yield f"{rule['id']}: level {LEVELS[other]}", (rule["id"], LEVELS[other])

    def _flags(self) -> Iterator[tuple[str, Any]]:
        for rule in self.book["rules"]:
            for flag in rule["flags"]:
                yield f"{rule['id']}: without {flag}", (rule["id"], flag, None)

    def _gates(self) -> Iterator[tuple[str, Any]]:
        for gate in self.guide["gates"]:
            for card, state in gate["cards"].items():
                for looser in STATES[STATES.index(state) + 1 :]:
                    yield f"{gate['id']}: {card} {state} -> {looser}", (gate["id"], card, looser)

    def _level_gates(self) -> Iterator[tuple[str, Any]]:
        for card in self.guide["cards"]:
            for level, state in card["level_gate"].items():
                for looser in STATES[STATES.index(state) + 1 :]:
                    name = f"{card['id']}: at {level} {state} -> {looser}"
                    yield name, (card["id"], level, looser)

    def _checks(self) -> Iterator[tuple[str, Any]]:
        for check in self.guide["checks"]:
            if check["effect"] == "hidden":
                yield f"{check['id']}: hidden -> no_dose", (check["id"], "no_dose")
            yield f"{check['id']}: dropped", (check["id"], "gone")

    def __iter__(self) -> Iterator[Mutant]:
        for name, (kind, change) in self.changes.items():
            yield Mutant(name, kind, change.point.decision, _in_book(change))
        for name, (kind, change) in self.guide_changes.items():
            yield Mutant(name, f"guide: {kind}", change.point.decision, _in_guide(change))
        for name, (rule, level) in self.levels.items():
            raised = LEVELS.index(level) > LEVELS.index(self._rule(rule)["level"])
            kind = "level raised" if raised else "level lowered"
            yield Mutant(name, kind, rule, _in_rule(rule, level=level))
        for name, (rule, flag, _) in self.wrong["flag"].items():
            flags = [other for other in self._rule(rule)["flags"] if other != flag]
            yield Mutant(name, "flag dropped", rule, _in_rule(rule, flags=flags))
        for kind in ("gate", "level_gate", "check"):
            for name, place in self.wrong[kind].items():
                yield Mutant(name, f"{kind} loosened", place[0], _in_gates(kind, place))

    def _rule(self, id: str) -> Any:
        return next(rule for rule in self.book["rules"] if rule["id"] == id)

    @cached_property
    def judge(self) -> "Judge":
        return Judge(self)


class Judge:
    """One solver over all answers, in which each mutant can be switched on."""

    def __init__(self, mutants: Mutants) -> None:
        book, guide = mutants.book, mutants.guide
        self.person = Person(book, "a")
        self.right = Reading(book, self.person)
        changes = [c for _, c in (*mutants.changes.values(), *mutants.guide_changes.values())]
        self.wrong = SwitchedReading(book, self.person, changes, mutants.levels)
        self.right_cards = Cards(self.right, guide, "right")
        self.wrong_cards = SwitchedCards(self.wrong, guide, "wrong", mutants.wrong)
        self.solver = z3.SolverFor("QF_FD")
        for part in (self.right, self.wrong, self.right_cards, self.wrong_cards):
            self.solver.add(part.definitions)
        self.switches = {
            **self.wrong.switches,
            **self.wrong.level_switch,
            **self.wrong_cards.switches,
        }
        self.solver.add(z3.AtMost(*self.switches.values(), z3.Bool("none"), 1))
        levels = list(zip(self.right.at_least, self.wrong.at_least, strict=True))
        self.lower = self._named("lower", either(z3.And(r, z3.Not(w)) for r, w in levels))
        self.freer = self._named("freer", self.right_cards.freer_in(self.wrong_cards))
        fires = [(f, self.wrong.fires[rule]) for rule, f in self.right.fires.items()]
        differs = either(r != w for r, w in [*levels, *fires])
        cards = self.right_cards.differ_from(self.wrong_cards)
        self.differs = self._named("differs", z3.Or(differs, cards))

    def _named(self, name: str, formula: Any) -> Any:
        constant = z3.Bool(f"judge:{name}")
        self.solver.add(constant == formula)
        return constant

    def verdict(self, name: str) -> str:
        switch = self.switches[name]
        if self.solver.check(switch, z3.Or(self.lower, self.freer)) == z3.sat:
            return DANGEROUS
        return HARMLESS if self.solver.check(switch, self.differs) == z3.sat else EQUIVALENT


def guide_points(guide: Guide) -> Iterator[Point]:
    for gate in guide["gates"]:
        if gate["when"] != FALSE:
            yield from nodes(f"gate:{gate['id']}", gate["when"])
    for check in guide["checks"]:
        yield from nodes(f"check:{check['id']}", check["when"])


def _in_book(change: Change) -> Any:
    return lambda book, guide: (changed(book, change), guide)


def _in_guide(change: Change) -> Any:
    kind, _, id = change.point.decision.partition(":")
    part = {"gate": "gates", "check": "checks"}[kind]

    def make(book: Book, guide: Guide) -> tuple[Book, Guide]:
        rows = [
            {**row, "when": _replaced(row["when"], change.point.path, change.instead)}
            if row["id"] == id
            else row
            for row in guide[part]
        ]
        return book, {**guide, part: rows}

    return make


def _replaced(node: Expression, path: tuple[int, ...], instead: Expression) -> Expression:
    if not path:
        return instead
    first, *rest = path
    return [*node[:first], _replaced(node[first], tuple(rest), instead), *node[first + 1 :]]


def _in_rule(id: str, **other: Any) -> Any:
    def make(book: Book, guide: Guide) -> tuple[Book, Guide]:
        rules = [{**rule, **other} if rule["id"] == id else rule for rule in book["rules"]]
        return {**book, "rules": rules}, guide

    return make


def _in_gates(kind: str, place: Any) -> Any:
    def make(book: Book, guide: Guide) -> tuple[Book, Guide]:
        guide = deepcopy(guide)
        rows = guide[{"gate": "gates", "level_gate": "cards", "check": "checks"}[kind]]
        row = next(row for row in rows if row["id"] == place[0])
        if kind == "check":
            row["effect"] = place[1]
            rows[:] = [row for row in rows if row["effect"] != "gone"]
        else:
            row["cards" if kind == "gate" else "level_gate"][place[1]] = place[2]
        return book, guide

    return make
