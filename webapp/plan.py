"""What stands below a result: care, what to leave out, causes, the visit. Server's twin of plan.js.

The engine (webapp.triage.guide) decides with ids; here they meet their words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from webapp.content.schema import Card, Condition, Content
from webapp.triage import guide as engine
from webapp.triage.changes import changes
from webapp.triage.engine import Answers, Book, Outcome, State, shown_answers

BLOCK_J = ("medicines", "med_safety", "weight_low")
ELSEWHERE = ("safety", "knowledge")  # groups that stand on the result already, or are for reading
VISIT = "visit"
Words = Callable[[str, str], Any]  # (question, option) → webapp.pages.Said, as the person read it


@dataclass(frozen=True)
class Shown:
    """A card as the person may see it.

    cautions: lines before the steps. dose: a medicine's steps may be read. checks: lines that say
    why not. asked: the questions of block J need not be asked (again), as they are answered or
    another answer settles it; that one without an answer counts as "not sure" does not.
    """

    card: Card
    cautions: tuple[str, ...]
    dose: bool
    checks: tuple[str, ...]
    asked: bool


@dataclass(frozen=True)
class Fitting:
    """A cause that could fit, with the person's own answers in words."""

    cause: Condition
    must_rule_out: bool
    fits: tuple[Any, ...]


@dataclass(frozen=True)
class Plan:
    """Everything below one result.

    changes: [(level, [signs in words])] that would make it more urgent. left: (id, name, why).
    """

    changes: tuple[tuple[str, tuple[Any, ...]], ...]
    care: tuple[Shown, ...]
    visit: tuple[Shown, ...]
    left: tuple[tuple[str, str, str], ...]
    causes: tuple[Fitting, ...]
    minor: bool


def lines(content: Content) -> dict[str, str]:
    """Return every line a gate can say: {"F_DVT.massage": …, "F_PE.all": …, "hidden.ice": …}."""
    found: dict[str, str] = {}
    for gate in content.gates:
        for id, line in (gate.why | gate.cautions).items():
            found[f"{gate.id}.{id}"] = line
    for card in content.cards:
        found[f"hidden.{card.id}"] = card.hidden_why or ""
        found[f"caution.{card.id}"] = card.caution or ""
    for check in content.checks:
        found[check.id] = check.text
        found |= {f"{check.id}.{n}": one.text for n, one in enumerate(check.texts, 1)}
    return {key: line for key, line in found.items() if line}


class Planner:
    """One content in one language, with the data of both engines."""

    def __init__(self, content: Content, book: Book, guide: engine.Guide) -> None:
        self.content = content
        self.book = book
        self.guide = guide
        self.lines = lines(content)
        self.cards = {card.id: card for card in content.cards}
        self.causes = {cause.id: cause for cause in content.conditions}

    def plan(self, answers: Answers, outcome: Outcome, in_words: Words) -> Plan:
        """Return what stands below the outcome of these answers."""
        state = State(self.book, shown_answers(self.book, answers))
        found = engine.causes(self.book, self.guide, answers, outcome)
        care = engine.care(self.book, self.guide, answers, outcome, found)
        given = State(self.book, shown_answers(self.book, answers, finished=False))
        shown = [self._shown(c, answers, state, given) for c in care if c.state != "hidden"]
        home = [s for s in shown if s.card.group not in (*ELSEWHERE, VISIT)]
        flags = engine.flags_set(self.book, self.guide, answers, outcome)
        return Plan(
            changes=self._changes(answers, outcome.level, in_words),
            care=tuple(sorted(home, key=lambda s: not s.card.free)),
            visit=tuple(s for s in shown if s.card.group == VISIT),
            left=() if outcome.level == "emergency" else tuple(self._left(care, flags)),
            causes=tuple(
                Fitting(self.causes[c.id], c.must_rule_out, tuple(in_words(*fit) for fit in c.fits))
                for c in found
            ),
            minor=state.holds(["is", "AGE_MINOR"]),
        )

    def _changes(
        self, answers: Answers, level: str, in_words: Words
    ) -> tuple[tuple[str, tuple[Any, ...]], ...]:
        found = changes(self.book, answers, level)
        return tuple(
            (to, tuple(in_words(change.question, change.option) for change in signs))
            for to, signs in groupby(found, key=lambda change: change.level)
        )

    def _shown(self, care: engine.Care, answers: Answers, state: State, given: State) -> Shown:
        """Return a card as it is shown. given: what was said, nothing assumed."""
        checks = self._checks(care.id, state)
        own = [check["when"] for check in self.guide["checks"] if check["card"] == care.id]
        asked = all(answers.get(name) is not None for name in BLOCK_J) or any(
            given.holds(when) for when in own
        )
        reasons = (care.reason, *care.more) if care.state == "caution" else ()
        said = dict.fromkeys(self._line(care, reason) for reason in reasons)
        cautions = tuple(line for line in said if line and line not in checks)
        return Shown(self.cards[care.id], cautions, care.dose, checks, asked)

    def _left(self, care: Iterable[engine.Care], flags: set[str]) -> list[tuple[str, str, str]]:
        hidden = [
            c for c in care if c.state == "hidden" and self.cards[c.id].group not in ELSEWHERE
        ]
        remedies = [remedy for remedy in self.content.remedies if flags & set(remedy.flags)]
        left = [(c.id, str(self.cards[c.id].title), self._line(c, c.reason)) for c in hidden]
        said = [row for row in left if row[2]]  # nobody looks for the others
        return said + [(r.id, str(r.name), str(r.danger)) for r in remedies]

    def _line(self, care: engine.Care, reason: str) -> str:
        """Return the line that says why a card is hidden or wants care."""
        keys = (f"{reason}.{care.id}", f"{reason}.all", reason, f"{care.state}.{care.id}")
        return next((self.lines[key] for key in keys if key in self.lines), "")

    def _checks(self, card: str, state: State) -> tuple[str, ...]:
        """Return the lines of the medicine checks that hold for a card."""
        found: list[str] = []
        for check in self.guide["checks"]:
            if check["card"] == card and state.holds(check["when"]):
                fine = [n for n, when in enumerate(check["texts"], 1) if state.holds(when)]
                found += [self.lines[f"{check['id']}.{n}"] for n in fine] or [
                    self.lines[check["id"]]
                ]
        return tuple(dict.fromkeys(found))
