"""python -m tests.proof.mutants: one thing wrong in the rules or gates at a time; who notices?

Every dangerous mutant (judge.py) has to be killed by a kept case (golden, MC/DC pair, cards.yaml,
witnesses.yaml)
or by a theorem; those that nobody kills are printed and the exit code is 1.
"""

import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import yaml

from tests.proof import cards, mcdc
from tests.proof.judge import DANGEROUS, EQUIVALENT, HARMLESS, Mutant, Mutants
from tests.proof.prove import prove
from tests.proof.theorems import World, theorems
from tests.triage.plain import expand
from webapp.content.load import book as make_book
from webapp.content.load import guide as make_guide
from webapp.content.load import load
from webapp.content.schema import Content
from webapp.triage.engine import LEVELS, Answers, Book, triage
from webapp.triage.guide import Guide

WITNESSES = mcdc.FILE.parent / "witnesses.yaml"
NEAR = 60  # cases asked before z3 is


@dataclass(frozen=True)
class Kept:
    """A kept case: answers, the level and rules they must give, the places it was made for."""

    source: str
    answers: Answers
    gives: list[str]
    places: frozenset[str]


@dataclass(frozen=True)
class Finding:
    """What is known of a mutant: the verdict, and who killed it ("" = nobody)."""

    mutant: Mutant
    verdict: str
    killed_by: str


class Hunt:
    """Kept cases and theorems, set on mutants."""

    def __init__(self, content: Content, book: Book, guide: Guide) -> None:
        self.book, self.guide = book, guide
        self.kept = list(kept_cases(content, book))
        self.near: dict[str, list[Kept]] = defaultdict(list)
        for case in self.kept:
            for place in case.places:
                self.near[place].append(case)
        rows = yaml.load(cards.FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        self.cards = [cards_case(content, book, row) for row in rows]

    def by_cases(self, mutant: Mutant, cases: list[Kept]) -> tuple[str, bool]:
        """Return (source of the first case that notices, whether one shows a lower level)."""
        book, _ = mutant.make(self.book, self.guide)
        killed = ""
        for case in cases:
            outcome = triage(book, case.answers)
            if [outcome.level, *outcome.rules] == case.gives:
                continue
            killed = killed or case.source
            if LEVELS.index(outcome.level) < LEVELS.index(case.gives[0]):
                return killed, True
        return killed, False

    def by_cards(self, mutant: Mutant) -> tuple[str, bool]:
        """The same for cards: whether one shows a card that is freer."""
        book, guide = mutant.make(self.book, self.guide)
        killed = ""
        for answers, gives in self.cards:
            found = cards.states(book, guide, answers)
            if found != gives:
                killed = "cards"
                if cards.freer(gives, found):
                    return killed, True
        return killed, False

    def by_theorems(self, mutant: Mutant) -> str:
        world = World(*mutant.make(self.book, self.guide))
        return next((f"theorem {t.id}" for t in theorems() if not prove(world, t).proved), "")

    def judged(self, mutant: Mutant, judge: Any) -> Finding:
        """Return the finding on one mutant; z3 is asked where the near cases show no danger."""
        about = cards.about_cards(mutant)
        near = self.near[mutant.place][:NEAR]
        killed, danger = self.by_cards(mutant) if about else self.by_cases(mutant, near)
        if danger:
            return Finding(mutant, DANGEROUS, killed)
        verdict = judge.verdict(mutant.id)
        if verdict == DANGEROUS and not killed:
            killed, _ = self.by_cases(mutant, self.kept)
            killed = killed or self.by_cards(mutant)[0] or self.by_theorems(mutant)
        return Finding(mutant, verdict, killed)


def kept_cases(content: Content, book: Book) -> Any:
    """Yield the golden cases, both sides of the MC/DC pairs and the witnesses."""
    for row in yaml.safe_load(WITNESSES.read_text(encoding="utf-8")):
        answers = expand(content, book, row["answers"])
        yield Kept("witness", answers, row["gives"], frozenset())
    for case in content.cases:
        answers = expand(content, book, case.answers)
        yield Kept("golden", answers, [case.level, *case.fires], frozenset(case.fires))
    for pair in yaml.load(mcdc.FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)["pairs"]:
        places = {atom.partition("/")[0] for atom in pair["atoms"]}
        for short, gives in zip((pair["a"], pair["a"] | pair["b"]), pair["gives"], strict=True):
            answers = expand(content, book, short)
            yield Kept("MC/DC", answers, gives, frozenset(places | set(gives[1:])))


def cards_case(content: Content, book: Book, row: Any) -> tuple[Answers, dict[str, list[str]]]:
    gives = {name: sorted(row[name].split()) for name in ("hidden", "caution", "doses")}
    return cards.full(content, book, row["answers"]), gives


def figures(findings: list[Finding]) -> list[str]:
    """Return the lines that sum up a hunt."""
    lines = []
    for kind in sorted({finding.mutant.kind for finding in findings}):
        mine = [finding for finding in findings if finding.mutant.kind == kind]
        lines.append(f"{kind:24} {_figures(mine)}")
    killers = Counter(
        f.killed_by.partition(" ")[0] for f in findings if f.verdict == DANGEROUS and f.killed_by
    )
    lines.append(f"{'all':24} {_figures(findings)}")
    lines.append("dangerous ones killed first by: " + str(dict(killers)))
    return lines


def _figures(findings: list[Finding]) -> str:
    count = Counter(finding.verdict for finding in findings)
    killed = sum(f.verdict == DANGEROUS and bool(f.killed_by) for f in findings)
    return (
        f"{len(findings):5} made {count[EQUIVALENT]:5} equivalent {count[HARMLESS]:5} harmless "
        f"{count[DANGEROUS]:5} dangerous {killed:5} of these killed"
    )


def survivors(findings: list[Finding]) -> list[str]:
    return [f.mutant.id for f in findings if f.verdict == DANGEROUS and not f.killed_by]


def main() -> int:
    """Hunt all mutants and print the figures and the survivors."""
    start = time.perf_counter()
    content = load()
    book, guide = make_book(content), make_guide(content)
    mutants = Mutants(book, guide)
    hunt = Hunt(content, book, guide)
    findings = [hunt.judged(mutant, mutants.judge) for mutant in mutants]
    print("\n".join(figures(findings)))
    left = survivors(findings)
    print("\n".join(f"survives: {id}" for id in left))
    print(f"{len(left)} dangerous mutants survive, {time.perf_counter() - start:.0f} s")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
