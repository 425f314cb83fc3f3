"""What it could be and what helps: the server's twin of static/js/guide.js. Pure, ids only.

Nothing here can change the level: it reads an outcome and adds to it. Source: clinical brief,
sections 4 (causes), 5.2 (medicine checks) and 6 (gates).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webapp.triage.engine import Answers, Book, Outcome, State, shown_answers

MOST_CAUSES = 5
ENOUGH = 3  # points a cause needs
CALM = ("routine", "self_care")  # the only levels at which a sensitive alarm is named
STATES = ("hidden", "caution", "shown")  # the strictest first
Guide = dict[str, Any]


@dataclass(frozen=True)
class Cause:
    """A cause that could fit. fits: (question, option) of the answers that speak for it."""

    id: str
    must_rule_out: bool
    fits: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Care:
    """A card and how it may be shown: STATES.

    reason: the flag or medicine check behind the state, else "level:" and the level; more: all
    others that ask for the same state. dose: False when a medicine card must not show its dose.
    """

    id: str
    state: str
    reason: str
    more: tuple[str, ...] = ()
    dose: bool = True


def causes(book: Book, guide: Guide, answers: Answers, outcome: Outcome) -> tuple[Cause, ...]:
    """Return what could fit: causes to be ruled out first, then at most five by their score."""
    counted = shown_answers(book, answers)
    state = State(book, counted)
    first = _to_rule_out(book, guide, state, outcome)
    by_id = {cause["id"]: cause for cause in guide["causes"]}
    others = [cause for cause in guide["causes"] if cause["id"] not in first]
    found = [by_id[id] for id in first] + _ranked(others, state, outcome)[:MOST_CAUSES]
    return tuple(
        Cause(
            id=cause["id"],
            must_rule_out=cause["id"] in first,
            fits=tuple(
                (when[1], option)
                for weight, when in cause["evidence"]
                if weight > 0 and state.holds(when)
                for option in _said(when, counted)
            ),
        )
        for cause in found
    )


def _to_rule_out(book: Book, guide: Guide, state: State, outcome: Outcome) -> list[str]:
    fired = [rule for rule in book["rules"] if rule["id"] in outcome.rules]

    def applies(link: dict[str, Any]) -> bool:
        carrying = [rule["id"] for rule in fired if _meet(rule["flags"], link["flags"])]
        alone = carrying[0] if len(carrying) == 1 else ""
        return (
            bool(carrying)
            and (not link["fired"] or _meet(link["fired"], outcome.rules))
            and not _meet(link["not_fired"], outcome.rules)
            and (not link["only"] or link["only"] == alone)
            and link["not_only"] != alone
            and state.holds(link["when"])
        )

    return list(
        dict.fromkeys(id for link in guide["links"] if applies(link) for id in link["causes"])
    )


def _ranked(others: list[dict[str, Any]], state: State, outcome: Outcome) -> list[dict[str, Any]]:
    scored = []
    for cause in others:
        weights = [weight for weight, when in cause["evidence"] if state.holds(when)]
        score = cause["prior"] + sum(weights)
        convincing = 3 in weights or weights.count(2) > 1
        allowed = cause["id"] != "central_sensitisation" or outcome.level in CALM
        if score >= ENOUGH and convincing and allowed:
            scored.append((score, cause))
    best = [cause for _, cause in sorted(scored, key=lambda row: -row[0])]
    # without a tumour rule no tumour stands first
    lead = next((c for c in best if not c["tumour"] or "F_TUMOUR" in outcome.flags), None)
    return [lead, *(cause for cause in best if cause is not lead)] if lead else []


def _said(when: Any, counted: Answers) -> list[str]:
    """Return the options that a piece of evidence found in the answers."""
    _, question, wanted = when
    answer = counted[question]
    return [row for row in wanted if row in answer] if isinstance(answer, dict) else [str(answer)]


def flags_set(book: Book, guide: Guide, answers: Answers, outcome: Outcome) -> set[str]:
    """Return all flags: of the fired rules, and those with an expression of their own."""
    state = State(book, shown_answers(book, answers))
    own = {gate["id"] for gate in guide["gates"] if state.holds(gate["when"])}
    return own | set(outcome.flags)


def care(
    book: Book, guide: Guide, answers: Answers, outcome: Outcome, found: tuple[Cause, ...]
) -> tuple[Care, ...]:
    """Return every card that is relevant, in the guide's order, with its state and reason."""
    state = State(book, shown_answers(book, answers))
    flags = flags_set(book, guide, answers, outcome)
    gates = [gate for gate in guide["gates"] if gate["id"] in flags]
    checks = [check for check in guide["checks"] if state.holds(check["when"])]
    fits = [cause.id for cause in found]
    may_dose = all(
        _understood(question, answers.get(question["id"]))
        for question in book["questions"]
        if question["id"] in guide["medicine_questions"] and state.holds(question["show"])
    )
    return tuple(
        _gated(card, gates, checks, may_dose, outcome)
        for card in guide["cards"]
        if state.holds(card["relevant"]) or _meet(card["causes"], fits)
    )


def _gated(
    card: dict[str, Any],
    gates: list[dict[str, Any]],
    checks: list[dict[str, Any]],
    may_dose: bool,
    outcome: Outcome,
) -> Care:
    """Flags, then medicine checks, then the level; the strictest wins, its first is the reason."""
    id, level = card["id"], outcome.level
    own = [check for check in checks if check["card"] == id]
    met = [(gate["cards"].get(id), gate["id"]) for gate in gates]
    met += [(check["effect"], check["id"]) for check in own]
    met.append((card["level_gate"][level], f"level:{level}"))
    state = next(one for one in STATES if any(effect == one for effect, _ in met))
    reason, *more = [why for effect, why in met if effect == state]
    dose = state != "hidden" and (not card["medicine"] or (may_dose and not own))
    return Care(id, state, reason, tuple(more), dose)


def _understood(question: dict[str, Any], answer: Any) -> bool:
    options = question["options"]
    if question["type"] != "multi":
        return answer in options
    return answer is not None and all(r in options and v == "yes" for r, v in answer.items())


def _meet(some: Iterable[str], others: Iterable[str]) -> bool:
    return bool(set(some) & set(others))
