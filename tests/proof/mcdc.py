"""python -m tests.proof.mcdc: write tests/data/mcdc.yaml, two answer sets per atom of the rules.

The two differ in one answer only (the atom's own), the level or what is shown differs, and it
does so because of this atom: without it the first set gives another outcome (z3 says so, the engine
is asked again). An atom is one option of one literal, or a literal without options. For an atom
without such a pair the file tells why, found by z3: which rules mask it.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
import z3

from tests.proof.points import Change, Switched, changed, without_each_option
from tests.proof.theorems import World
from tests.triage.plain import PLAIN, WHEN_ASKED, expand
from webapp.content.load import book as make_book
from webapp.content.load import load
from webapp.content.schema import Content
from webapp.tools.encode import Key, answers_of, either
from webapp.triage.engine import LEVELS, Answers, Book, triage
from webapp.triage.language import Expression, atoms

FILE = Path(__file__).parents[1] / "data" / "mcdc.yaml"
PLAIN_TOO = {"age_band": "a25_39", "onset": "gradual_use", "duration": "d1_3"}
NOT_ASKED = ("weight_low", "recheck", "seen_before", "calf_cm_sore", "calf_cm_other")
MOST_TICKS = 14
HEAD = """# Two answer sets per atom of the rules; see tests/proof/mcdc.py, which writes this file.
# a, b: short notation of the golden cases; b is a with what stands in it changed. Each gives [level,
# rules…]. atoms: what the pair decides. shown: the level stays, the rules and their advice differ.
"""


@dataclass
class Pair:
    """Two answer sets that differ in one answer, and the atoms that make the difference."""

    a: dict[str, Any]
    b: dict[str, Any]
    gives: tuple[list[str], list[str]]
    key: tuple[Any, ...]
    atoms: list[str] = field(default_factory=list)

    @property
    def levels_differ(self) -> bool:
        return self.gives[0][0] != self.gives[1][0]


class Finder:
    """Two persons and a reading in which each option can be dropped, in one solver."""

    def __init__(self, content: Content, book: Book) -> None:
        self.content, self.book = content, book
        self.world = World(book)
        self.changes = list(without_each_option(book))
        self.solver = self.world.two
        a, b = self.world.a, self.world.b
        self.dropped = Switched(book, a.person, [change for change, _ in self.changes])
        self.solver.add(self.dropped.definitions)
        self.solver.add([self._asked(reading) for reading in (a, b)])
        self.level = self._named("level", self._levels_differ(a, self.dropped))
        self.pair_level = self._named("pair_level", self._levels_differ(a, b))
        self.shown = self._named("shown", self._rules_differ(a, self.dropped))
        self.pair_shown = self._named("pair_shown", self._rules_differ(a, b))
        ticks = [v for k, v in a.person.said.items() if len(k) == 3]
        self.few = [
            self._named(f"few{n}", z3.AtMost(*ticks, n)) for n in (*range(MOST_TICKS), len(ticks))
        ]
        self.plain = [a.person.said[item] for item in (PLAIN | PLAIN_TOO).items() if item[1] != 3]
        self.plain += [a.person.said["pain_level", 3], z3.Not(a.person.said["pain_level", 4])]
        self.pairs: list[Pair] = []
        self.masked: dict[str, str] = {}

    def _named(self, name: str, formula: Any) -> Any:
        constant = z3.Bool(f"mcdc:{name}")
        self.solver.add(constant == formula)
        return constant

    def _asked(self, reading: Any) -> Any:
        """Return "a whole check": each shown question has an answer, no hidden one in disguise."""
        parts = []
        for question in self.book["questions"]:
            name = question["id"]
            answered = reading.person.answered(name)
            if name in NOT_ASKED:
                parts.append(z3.Not(answered))
            elif question["type"] == "multi":
                parts.append(answered)
            else:
                parts.append(z3.Implies(reading.shown[name], answered))
        return z3.And(*parts)

    def _levels_differ(self, one: Any, other: Any) -> Any:
        return either(x != y for x, y in zip(one.at_least, other.at_least, strict=True))

    def _rules_differ(self, one: Any, other: Any) -> Any:
        return either(one.fires[rule] != other.fires[rule] for rule in one.fires)

    def find_all(self) -> None:
        for number, (change, option) in enumerate(self.changes):
            if not self._known(change, option) and not self._search(change, option, number % 2):
                self.masked[change.id] = self._why(change)

    def _known(self, change: Change, option: str) -> bool:
        """Return whether a pair found before decides this atom too; it is then noted there."""
        keys = {key[:2] for way in self._ways(change, option) for key in way}
        without = changed(self.book, change)
        for pair in self.pairs:
            if pair.key in keys and pair.levels_differ:
                answers = expand(self.content, self.book, pair.a)
                if triage(without, answers).level != pair.gives[0][0]:
                    pair.atoms.append(change.id)
                    return True
        return False

    def _ways(self, change: Change, option: str) -> Iterator[list[Key]]:
        """Yield the keys that b may say otherwise: one row, one single answer or one number."""
        person = self.world.a.person
        for literal in self._literals(change.point.node):
            question = literal[1]
            rows = [option] if option else literal[2] if isinstance(literal[2], list) else []
            kind = next(q["type"] for q in self.book["questions"] if q["id"] == question)
            if kind != "multi":
                yield person.keys(question)
                continue
            for row in rows:
                yield [key for key in person.keys(question) if key[1:2] == (row,)]

    def _literals(self, node: Expression) -> Iterator[Expression]:
        """Yield the literals with a question below a node; macros and scores are walked through."""
        for atom in atoms(node):
            if atom[0] == "is":
                yield from self._literals(self.book["macros"][atom[1]])
            elif atom[0] == "score":
                for item in self.book["scores"][atom[1]]:
                    yield from self._literals(item)
            else:
                yield atom

    def _search(self, change: Change, option: str, unsure: bool) -> bool:
        switch = self.dropped.switches[change.id]
        edge = self._edge(change.point.node)
        for found in ((self.level, self.pair_level), (self.shown, self.pair_shown)):
            if self.solver.check(switch, *found[:1]) != z3.sat:
                continue
            for way in self._ways(change, option):
                same = self.world.all_same(but=way)
                wanted = [switch, *found, *edge, *self._said(change, option, unsure)]
                self.solver.push()
                self.solver.add(same)
                model = self._plainest(wanted) or self._plainest([switch, *found])
                self.solver.pop()
                if model is not None:
                    self._note(change, way, model)
                    return True
        return False

    def _edge(self, node: Expression) -> list[Any]:
        """Return, for "at least k", that a stands at k and b just below it."""
        if node[0] != "num":
            return []
        a, b = self.world.a.person.said, self.world.b.person.said
        _, question, k = node
        edge = [z3.Not(a[question, k + 1])] if (question, k + 1) in a else []
        return [*edge, a[question, k]] + ([b[question, k - 1]] if (question, k - 1) in b else [])

    def _said(self, change: Change, option: str, unsure: bool) -> list[Any]:
        """Return, for every other danger row, that it is "not sure" and not "yes"."""
        if change.point.node[0] != "anyU" or not unsure:
            return []
        return [self.world.a.person.said[change.point.node[1], option, "unsure"]]

    def _plainest(self, wanted: list[Any]) -> Any:
        """Return a model with few ticks and the rest as plain as can be, or None."""
        if self.solver.check(*wanted) != z3.sat:
            return None
        few = next(few for few in self.few if self.solver.check(*wanted, few) == z3.sat)
        wanted = [*wanted, few]
        model = self.solver.model()
        for plain in self.plain:
            if z3.is_true(model.eval(plain, model_completion=True)):
                wanted.append(plain)
            elif self.solver.check(*wanted, plain) == z3.sat:
                wanted.append(plain)
                model = self.solver.model()
        return model

    def _note(self, change: Change, way: list[Key], model: Any) -> None:
        persons = (self.world.a.person, self.world.b.person)
        a, b = (self._short(answers_of(person, model)) for person in persons)
        b = {name: b.get(name) for name in {**a, **b} if a.get(name) != b.get(name)}
        b = {name: [] if value is None else value for name, value in b.items()}
        outcomes = [triage(self.book, expand(self.content, self.book, s)) for s in (a, a | b)]
        gives = tuple([o.level, *o.rules] for o in outcomes)
        pair = Pair(a, b, gives, way[0][:2], [change.id])
        without = changed(self.book, change)
        other = triage(without, expand(self.content, self.book, a))
        if gives[0] == gives[1] or [other.level, *other.rules] == gives[0]:
            raise AssertionError(f"the engine does not see what z3 sees: {change.id} {a} {b}")
        self.pairs.append(pair)

    def _short(self, answers: Answers) -> dict[str, Any]:
        """Return answers in the notation of the golden cases."""
        short: dict[str, Any] = {}
        for name, answer in answers.items():
            if isinstance(answer, dict):
                if answer:
                    short[name] = [r + "?" * (s == "unsure") for r, s in answer.items()]
            elif (PLAIN | WHEN_ASKED).get(name) != answer:
                short[name] = answer
        return short

    def _why(self, change: Change) -> str:
        """Return why no pair exists: what is true at the same time, whatever is answered."""
        switch = self.dropped.switches[change.id]
        if self.solver.check(switch, self.shown) == z3.sat:
            return "no single answer turns it: each that does turns another part too"
        rank = {rule["id"]: LEVELS.index(rule["level"]) for rule in self.book["rules"]}
        if change.point.decision in rank:
            return "another part of the rule says the same"
        return "no rule looks at it in a way that matters: another part says the same"


def main() -> int:
    """Write the file and print the figures."""
    content = load()
    finder = Finder(content, make_book(content))
    finder.find_all()
    FILE.write_text(HEAD + as_yaml(finder), encoding="utf-8")
    pairs, masked = finder.pairs, finder.masked
    level = sum(pair.levels_differ for pair in pairs)
    print(f"{len(finder.changes)} atoms, {len(pairs)} pairs ({level} change the level, ", end="")
    print(f"{len(pairs) - level} what is shown), {len(masked)} atoms without a pair")
    return 0


def as_yaml(finder: Finder) -> str:
    rows = ["version: " + finder.book["version"], "pairs:"]
    for pair in finder.pairs:
        row = {"a": pair.a, "b": pair.b, "gives": list(pair.gives)}
        rows.append(f"- atoms: {_flow(pair.atoms)}")
        rows += [f"  {name}: {_flow(value)}" for name, value in row.items()]
    rows.append("masked:")
    rows += [f"  {_flow(name)}: {_flow(why)}" for name, why in finder.masked.items()]
    return "\n".join(rows) + "\n"


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


if __name__ == "__main__":
    sys.exit(main())
