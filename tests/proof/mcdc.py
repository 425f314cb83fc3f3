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
from tests.triage.plain import PLAIN, WHEN_ASKED, expand
from webapp.content.load import book as make_book
from webapp.content.load import load
from webapp.content.schema import Content
from webapp.tools.encode import Key, Person, Reading, answers_of, either
from webapp.triage.engine import Answers, Book, shown_questions, triage
from webapp.triage.language import Expression, atoms

FILE = Path(__file__).parents[1] / "data" / "mcdc.yaml"
PLAIN_TOO = {"age_band": "a25_39", "onset": "gradual_use", "duration": "d1_3"}
NOT_ASKED = ("weight_low", "recheck", "seen_before")
TAPE = ("calf_cm_sore", "calf_cm_other")  # answered only where the atom is about them
FEW = (1, 2, 3, 4, 5, 6, 8, 12, 20)

# Why an atom has no pair: by the start of its id. An atom that is not listed here is a fault.
MASKED = {
    "show:good_signs/12 ": "masked by INJ_HARD in NO_NUMB: where numbness alone opens the question, numb_gone rests nothing",
    "show:good_signs.lump_seen/0 anyU(swelling: lump_hard)": "masked by lump_hard in NO_LUMPSEEN: lump_seen rests nothing then",
    "NO_SNAP/2 ": "masked by the row's own condition: muscle_snap is shown for sprint_pull and injury_twist only",
    "NO_DOMS/3 ": "masked by the row's own condition: sore_both is shown in the first 7 days only",
    "NO_GROW/3 ": "masked by the row's own condition: evening_legs is shown for 3-15 years only",
    "NO_GONE/2 ": "masked by the row's own condition: almost_gone is shown in the first 3 days only",
    "U03/1.2.1.1.2 PREG": "masked by PREG at the end of the same part",
    "S17/1.5.2.2 one(pain_peak: every_step)": "masked by PEAK_HARD AND RECENT in the same part",
    "S17/1.5.2.2 one(pain_peak: still)": "masked by PEAK_HARD AND RECENT in the same part",
    "S17/1.5.2.2 one(pain_peak: unsure)": "masked by PEAK_HARD AND RECENT in the same part",
}
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
    key: tuple[Any, ...] = ()
    atoms: list[str] = field(default_factory=list)

    @property
    def levels_differ(self) -> bool:
        return self.gives[0][0] != self.gives[1][0]


class Finder:
    """Two persons and a reading in which each option can be dropped, in one solver."""

    def __init__(self, content: Content, book: Book) -> None:
        self.content, self.book = content, book
        self.changes = list(without_each_option(book))
        self.solver = z3.SolverFor("QF_FD")
        self.a = a = Reading(book, Person(book, "a"))
        self.b = b = Reading(book, Person(book, "b"))
        self.solver.add([*a.definitions, *b.definitions])
        self.dropped = Switched(book, a.person, [change for change, _ in self.changes])
        self.solver.add(self.dropped.definitions)
        self.solver.add([self._asked(reading) for reading in (a, b)])
        self.level = self._named("level", self._levels_differ(a, self.dropped))
        self.pair_level = self._named("pair_level", self._levels_differ(a, b))
        self.shown = self._named("shown", self._rules_differ(a, self.dropped))
        self.pair_shown = self._named("pair_shown", self._rules_differ(a, b))
        ticks = [v for k, v in a.person.said.items() if len(k) == 3]
        self.few = [self._named(f"few{n}", z3.AtMost(*ticks, n)) for n in FEW]
        self.plain = [a.person.said[item] for item in (PLAIN | PLAIN_TOO).items() if item[1] != 3]
        self.plain += [a.person.said["pain_level", 3], z3.Not(a.person.said["pain_level", 4])]
        tape = [v for key, v in a.person.said.items() if key[0] in TAPE]
        self.no_tape = self._named("no_tape", z3.Not(either(tape)))
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
                parts += [z3.Not(reading.person.said[key]) for key in reading.person.keys(name)]
            elif name in TAPE:
                continue
            elif question["type"] == "multi":
                parts.append(answered)
            else:
                parts.append(z3.Implies(reading.shown[name], answered))
        return z3.And(*parts)

    def _levels_differ(self, one: Any, other: Any) -> Any:
        return either(x != y for x, y in zip(one.at_least, other.at_least, strict=True))

    def _rules_differ(self, one: Any, other: Any) -> Any:
        return either(one.fires[rule] != other.fires[rule] for rule in one.fires)

    def keep(self, rows: list[dict[str, Any]]) -> None:
        """Take over the pairs that still decide what they say."""
        drops = {change.id: change for change, _ in self.changes}
        for row in rows:
            pair = Pair(**row)
            sides = [expand(self.content, self.book, side) for side in (pair.a, pair.a | pair.b)]
            outcomes = [triage(self.book, answers) for answers in sides]
            gives = [[outcome.level, *outcome.rules] for outcome in outcomes]
            pair.atoms = [
                atom
                for atom in pair.atoms
                if atom in drops and self._without(drops[atom], sides[0]) != gives[0]
            ]
            if gives == pair.gives and pair.atoms:
                self.pairs.append(pair)

    def _without(self, change: Change, answers: Answers) -> list[str]:
        outcome = triage(changed(self.book, change), answers)
        return [outcome.level, *outcome.rules]

    def find_all(self) -> None:
        """Find a pair for every atom that has none, or the reason why there is none."""
        done = {atom for pair in self.pairs for atom in pair.atoms}
        for number, (change, option) in enumerate(self.changes):
            if change.id in done:
                continue
            if not self._known(change, option) and not self._search(change, option, number % 2):
                self.masked[change.id] = why_not(change.id)

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
        person = self.a.person
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
        switch = z3.And(self.dropped.switches[change.id], self._tape(change))
        edge = self._edge(change.point.node)
        for found in ((self.level, self.pair_level), (self.shown, self.pair_shown)):
            if self.solver.check(switch, *found[:1]) != z3.sat:
                continue
            for way in self._ways(change, option):
                free, b = set(way), self.b.person.said
                same = [v == b[k] for k, v in self.a.person.said.items() if k not in free]
                wanted = [switch, *found, *edge, *self._said(change, option, unsure)]
                self.solver.push()
                self.solver.add(same)
                model = self._plainest(wanted) or self._plainest([switch, *found])
                self.solver.pop()
                if model is not None:
                    self._note(change, way, model)
                    return True
        return False

    def _tape(self, change: Change) -> Any:
        return z3.BoolVal(True) if change.id.startswith("show:calf_cm_") else self.no_tape

    def _edge(self, node: Expression) -> list[Any]:
        """Return, for "at least k", that a stands at k and b just below it."""
        if node[0] != "num":
            return []
        a, b = self.a.person.said, self.b.person.said
        _, question, k = node
        edge = [z3.Not(a[question, k + 1])] if (question, k + 1) in a else []
        return [*edge, a[question, k]] + ([b[question, k - 1]] if (question, k - 1) in b else [])

    def _said(self, change: Change, option: str, unsure: bool) -> list[Any]:
        """Return, for every other danger row, that it is "not sure" and not "yes"."""
        if change.point.node[0] != "anyU" or not unsure:
            return []
        return [self.a.person.said[change.point.node[1], option, "unsure"]]

    def _plainest(self, wanted: list[Any]) -> Any:
        """Return a model with few ticks and the rest as plain as can be, or None."""
        if self.solver.check(*wanted) != z3.sat:
            return None
        few = next(few for few in self.few if self.solver.check(*wanted, few) == z3.sat)
        wanted = [*wanted, few]
        for plain in self.plain:
            if self.solver.check(*wanted, plain) == z3.sat:
                wanted.append(plain)
        self.solver.check(*wanted)
        return self.solver.model()

    def _note(self, change: Change, way: list[Key], model: Any) -> None:
        persons = self.a.person, self.b.person
        full = [answers_of(person, model) for person in persons]
        seen = {name for answers in full for name in shown_questions(self.book, answers)}
        a, b = (self._short({n: v for n, v in said.items() if n in seen}) for said in full)
        plain = PLAIN | WHEN_ASKED
        b = {n: b.get(n, plain.get(n, [])) for n in {**a, **b} if a.get(n) != b.get(n)}
        outcomes = [triage(self.book, expand(self.content, self.book, s)) for s in (a, a | b)]
        gives = tuple([o.level, *o.rules] for o in outcomes)
        pair = Pair(a, b, gives, way[0][:2], [change.id])
        if (
            gives[0] == gives[1]
            or self._without(change, expand(self.content, self.book, a)) == gives[0]
        ):
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


def why_not(atom: str) -> str:
    """Return why an atom has no pair; KeyError when nobody has said."""
    return (
        next((why for start, why in MASKED.items() if atom.startswith(start)), None) or MASKED[atom]
    )


def main() -> int:
    """Write the file and print the figures."""
    content = load()
    finder = Finder(content, make_book(content))
    if FILE.exists():
        finder.keep(yaml.safe_load(FILE.read_text(encoding="utf-8"))["pairs"])
    finder.find_all()
    FILE.write_text(HEAD + as_yaml(finder), encoding="utf-8")
    pairs, masked = finder.pairs, finder.masked
    level = sum(pair.levels_differ for pair in pairs)
    print(f"{len(finder.changes)} atoms, {len(pairs)} pairs ({level} change the level, ", end="")
    print(f"{len(pairs) - level} what is shown), {len(masked)} atoms without a pair")
    return 0


def as_yaml(finder: Finder) -> str:
    rows = ["pairs:"]
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
