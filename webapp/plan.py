"""What stands below a result: care, what to leave out, causes, the visit. Server's twin of plan.js.

The engine (webapp.triage.guide) decides with ids; here they meet their words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webapp.content.schema import Card, Condition, Content
from webapp.triage import guide as engine
from webapp.triage.engine import Answers, Book, Outcome, State, shown_answers

BLOCK_J = ("medicines", "med_safety", "weight_low")
ELSEWHERE = ("safety", "knowledge")  # groups that stand on the result already, or are for reading


@dataclass(frozen=True)
class Shown:
    """A card as the person may see it. line: caution. checks: why no dose. asked: J is answered."""

    card: Card
    line: str
    dose: bool
    asked: bool
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Fitting:
    """A cause that could fit, with the person's own answers in words."""

    cause: Condition
    must_rule_out: bool
    fits: tuple[Any, ...]


@dataclass(frozen=True)
class Plan:
    """Everything below one result. left: (id, name, why) of what to leave out."""

    care: tuple[Shown, ...]
    visit: tuple[Shown, ...]
    left: tuple[tuple[str, str, str], ...]
    causes: tuple[Fitting, ...]
    minor: bool


def lines(content: Content) -> dict[str, str]:
    """Return every line a gate can say: {"F_DVT.massage": …, "F_PE.all": …, "hidden.ice": …}."""
    found: dict[str, str] = {}
    for gate in content.gates:
        for card, line in (gate.why | gate.cautions).items():
            found[f"{gate.id}.{card}"] = line
    for card in content.cards:
        found[f"hidden.{card.id}"] = card.hidden_why or ""
        found[f"caution.{card.id}"] = card.caution or ""
    for check in content.checks:
        found[check.id] = check.text
        found |= {f"{check.id}.{n}": one.text for n, one in enumerate(check.texts, 1)}
    return {key: line for key, line in found.items() if line}


def make(
    content: Content,
    book: Book,
    guide: engine.Guide,
    answers: Answers,
    outcome: Outcome,
    in_words: Callable[[str, str], Any],
) -> Plan:
    """Return the plan of an outcome, in the words of `content` (one language).

    in_words(question, option) gives an answer as the person read it (webapp.pages.Said).
    """
    said = lines(content)
    found = engine.causes(book, guide, answers, outcome)
    cards = {card.id: card for card in content.cards}
    care = engine.care(book, guide, answers, outcome, found)
    flags = engine.flags_set(book, guide, answers, outcome)
    shown = [
        _shown(cards[c.id], c, said, guide, book, answers) for c in care if c.state != "hidden"
    ]
    by_id = {cause.id: cause for cause in content.conditions}
    left = [
        (c.id, cards[c.id].title, _line(said, c))
        for c in care
        if c.state == "hidden" and cards[c.id].group not in ELSEWHERE
    ]
    left += [(r.id, r.name, r.danger) for r in content.remedies if flags & set(r.flags)]
    return Plan(
        care=tuple(
            sorted(
                (s for s in shown if s.card.group not in (*ELSEWHERE, "visit")),
                key=lambda s: not s.card.free,
            )
        ),
        visit=tuple(s for s in shown if s.card.group == "visit"),
        left=tuple(left) if outcome.level != "emergency" else (),
        causes=tuple(
            Fitting(by_id[c.id], c.must_rule_out, tuple(in_words(*fit) for fit in c.fits))
            for c in found
        ),
        minor=State(book, shown_answers(book, answers)).holds(["is", "AGE_MINOR"]),
    )


def _line(said: dict[str, str], care: engine.Care) -> str:
    """Return the one line that says why a card is hidden or wants care."""
    if care.state == "shown":
        return ""
    keys = (
        f"{care.reason}.{care.id}",
        f"{care.reason}.all",
        care.reason,
        f"{care.state}.{care.id}",
    )
    return next((said[key] for key in keys if key in said), "")


def _shown(
    card: Card,
    care: engine.Care,
    said: dict[str, str],
    guide: engine.Guide,
    book: Book,
    answers: Answers,
) -> Shown:
    checks = _checks(card.id, said, guide, State(book, shown_answers(book, answers)))
    asked = bool(checks) or all(answers.get(name) is not None for name in BLOCK_J)
    return Shown(card, _line(said, care), care.dose, asked, checks)


def _checks(id: str, said: dict[str, str], guide: engine.Guide, state: State) -> tuple[str, ...]:
    """Return the lines of the medicine checks that hold for a card."""
    found: list[str] = []
    for check in guide["checks"]:
        if check["card"] == id and state.holds(check["when"]):
            fine = [n for n, when in enumerate(check["texts"], 1) if state.holds(when)]
            found += [said[f"{check['id']}.{n}"] for n in fine] or [said[check["id"]]]
    return tuple(dict.fromkeys(found))
