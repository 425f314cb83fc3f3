"""python -m tests.proof.cards: write tests/data/cards.yaml, answers and what their cards are.

Found by z3: for every line of the gates (a flag that hides a card, a caution, a card at a level, a
medicine check, a flag on a rule) answers that tell whether the line is there. Each case says
which cards are hidden, which have a caution and which medicine cards may show a dose; every card
counts as asked for. The engine is asked again, and both engines run all cases in the tests.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
import z3

from tests.proof.judge import DANGEROUS, Judge, Mutant, Mutants
from tests.proof.points import TRUE
from tests.triage.plain import PLAIN, WHEN_ASKED, expand
from webapp.content.load import book as make_book
from webapp.content.load import guide as make_guide
from webapp.content.load import load
from webapp.content.schema import Content
from webapp.tools.encode import answers_of
from webapp.triage.engine import Answers, Book, shown_questions, triage
from webapp.triage.guide import Guide, care

FILE = Path(__file__).parents[1] / "data" / "cards.yaml"
HEAD = """# Answers in the short notation of the golden cases, and the state of the cards for them (not named:
# shown; doses: medicine cards that may show theirs). Written by tests/proof/cards.py.
"""
NOT_ASKED = ("recheck", "seen_before", "calf_cm_sore", "calf_cm_other")
MEDICINES = {"weight_low": "no"}  # answered in every case, else no dose could show


def every_card(guide: Guide) -> Guide:
    """Return the guide with every card asked for, so that only its gates count."""
    return {**guide, "cards": [{**card, "relevant": TRUE} for card in guide["cards"]]}


def states(book: Book, guide: Guide, answers: Answers) -> dict[str, list[str]]:
    """Return the cards hidden, with a caution, and the medicine cards with a dose."""
    cards = care(book, every_card(guide), answers, triage(book, answers), ())
    return told([(card.id, card.state, card.dose) for card in cards], guide)


def told(cards: list[tuple[str, str, bool]], guide: Guide) -> dict[str, list[str]]:
    medicine = {card["id"] for card in guide["cards"] if card["medicine"]}
    cards = sorted(cards)
    return {
        "hidden": [id for id, state, _ in cards if state == "hidden"],
        "caution": [id for id, state, _ in cards if state == "caution"],
        "doses": [id for id, _, dose in cards if dose and id in medicine],
    }


def freer(than: dict[str, list[str]], now: dict[str, list[str]]) -> bool:
    """Return whether some card is freer now than before."""
    held = {**dict.fromkeys(than["caution"], 1), **dict.fromkeys(than["hidden"], 2)}
    holds = {**dict.fromkeys(now["caution"], 1), **dict.fromkeys(now["hidden"], 2)}
    looser = any(holds.get(card, 0) < strict for card, strict in held.items())
    return looser or bool(set(now["doses"]) - set(than["doses"]))


def full(content: Content, book: Book, short: dict[str, Any]) -> Answers:
    return expand(content, book, MEDICINES | short)


class Finder:
    """Cases that notice every dangerous mutant of the gates."""

    def __init__(self, content: Content, book: Book, guide: Guide) -> None:
        self.content, self.book, self.guide = content, book, guide
        self.mutants = [m for m in Mutants(book, guide) if about_cards(m)]
        names = {mutant.id for mutant in self.mutants}
        self.judge = Judge(Mutants(book, guide, lambda id: id in names))
        self.cases: list[tuple[dict[str, Any], dict[str, list[str]]]] = []
        solver, person = self.judge.solver, self.judge.person
        for question in book["questions"]:
            answered = person.answered(question["id"])
            if question["type"] == "multi":
                solver.add(answered)
            elif question["id"] in NOT_ASKED:
                solver.add([z3.Not(person.said[key]) for key in person.keys(question["id"])])
            else:
                solver.add(z3.Implies(self.judge.right.shown[question["id"]], answered))
        ticks = [variable for key, variable in person.said.items() if len(key) == 3]
        self.few = [z3.Bool(f"cards:few{n}") for n in range(9)]
        solver.add([few == z3.AtMost(*ticks, n) for n, few in enumerate(self.few)])

    def find_all(self) -> Iterator[str]:
        """Find the cases; yield the ids of the mutants that need none."""
        for mutant in self.mutants:
            if not self.noticed(mutant) and not self._search(mutant):
                yield mutant.id

    def noticed(self, mutant: Mutant) -> bool:
        book, guide = mutant.make(self.book, self.guide)
        return any(
            states(book, guide, full(self.content, book, short)) != gives
            for short, gives in self.cases
        )

    def _search(self, mutant: Mutant) -> bool:
        judge = self.judge
        wanted = [judge.switches[mutant.id], judge.freer]
        if judge.solver.check(*wanted) != z3.sat:
            return False
        few = next(few for few in self.few if judge.solver.check(*wanted, few) == z3.sat)
        plain = [judge.person.said[item] for item in PLAIN.items() if item[0] != "pain_level"]
        wanted.append(few)
        for one in plain:
            wanted += [one] if judge.solver.check(*wanted, one) == z3.sat else []
        judge.solver.check(*wanted)
        answers = answers_of(judge.person, judge.solver.model())
        seen = set(shown_questions(self.book, answers))
        short = in_short({n: answer for n, answer in answers.items() if n in seen})
        gives = states(self.book, self.guide, full(self.content, self.book, short))
        self.cases.append((short, gives))
        if not self.noticed(mutant):
            raise AssertionError(f"the engine does not see what z3 sees: {mutant.id} {short}")
        return True


def about_cards(mutant: Mutant) -> bool:
    """Return whether a mutant is one of the gates (or of the flags that rules set)."""
    return mutant.kind.startswith(("guide", "gate", "level_gate", "check", "flag"))


def in_short(answers: Answers) -> dict[str, Any]:
    """Return answers in the notation of the golden cases."""
    short: dict[str, Any] = {}
    for name, answer in answers.items():
        if isinstance(answer, dict):
            if answer:
                short[name] = [row + "?" * (said == "unsure") for row, said in answer.items()]
        elif (PLAIN | WHEN_ASKED | MEDICINES).get(name) != answer:
            short[name] = answer
    return short


def main() -> int:
    """Write the file and print the figures."""
    content = load()
    finder = Finder(content, make_book(content), make_guide(content))
    unneeded = list(finder.find_all())
    rows = [
        f"- {_flow({'answers': short, **{n: ' '.join(c) for n, c in gives.items()}})}"
        for short, gives in finder.cases
    ]
    FILE.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(finder.mutants)} changes of the gates, {len(finder.cases)} cases, ", end="")
    print(f"{len(unneeded)} that free no card (not {DANGEROUS})")
    return 0


def _flow(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False).strip()


if __name__ == "__main__":
    sys.exit(main())
