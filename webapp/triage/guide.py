"""What it could be and what helps: the server's twin of static/js/guide.js. Pure, ids only.

Nothing here can change the level: it reads an outcome and adds to it. Source: clinical brief,
sections 4 (causes), 5.2 (medicine checks) and 6 (gates).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from webapp.triage.engine import Answers, Book, Outcome, State, shown_answers

MOST_CAUSES = 5
ENOUGH = 3  # points a cause needs
CALM = ("routine", "self_care")  # the only levels at which a sensitive alarm is named
STATES = ("shown", "caution", "hidden")  # the strictest wins
MEDICINE_QUESTIONS = ("medicines", "med_safety", "weight_low")
Guide = dict[str, Any]


@dataclass(frozen=True)
class Cause:
    """A cause that could fit. fits: (question, option) of the answers that speak for it."""

    id: str
    must_rule_out: bool
    fits: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Care:
    """A card and how it may be shown: STATES; reason names the flag, check or level behind it.

    dose: False when a medicine card must not show its dose.
    """

    id: str
    state: str
    reason: str
    dose: bool = True


def causes(book: Book, guide: Guide, answers: Answers, outcome: Outcome) -> tuple[Cause, ...]:
    """Return what could fit: causes to be ruled out first, then at most five by their score."""
    counted = shown_answers(book, answers)
    state = State(book, counted)
    first = list(dict.fromkeys(_to_rule_out(guide, state, book, outcome)))
    ranked = [c for c in _ranked(guide, state, outcome) if c not in first]
    by_id = {cause["id"]: cause for cause in guide["causes"]}
    return tuple(
        Cause(id, id in first, tuple(_fitting(by_id[id], state, counted)))
        for id in first + ranked[:MOST_CAUSES]
    )


def _to_rule_out(guide: Guide, state: State, book: Book, outcome: Outcome) -> Iterator[str]:
    carriers = {rule["id"]: set(rule["flags"]) for rule in book["rules"]}
    for link in guide["links"]:
        flags = set(link["flags"])
        carrying = [rule for rule in outcome.rules if carriers.get(rule, set()) & flags]
        if carrying and _applies(link, carrying, outcome) and state.holds(link["when"]):
            yield from link["causes"]


def _applies(link: dict[str, Any], carrying: list[str], outcome: Outcome) -> bool:
    fired = set(outcome.rules)
    alone = carrying == [link["only"] or link["not_only"]]
    return (
        (not link["fired"] or bool(fired & set(link["fired"])))
        and not fired & set(link["not_fired"])
        and (not link["only"] or alone)
        and (not link["not_only"] or not alone)
    )


def _ranked(guide: Guide, state: State, outcome: Outcome) -> list[str]:
    scored = [(-_score(cause, state), cause["order"], cause) for cause in guide["causes"]]
    fitting = [
        cause
        for score, _, cause in sorted(scored, key=lambda row: row[:2])
        if -score >= ENOUGH and _convincing(cause, state) and _allowed(cause, outcome)
    ]
    if "F_TUMOUR" not in outcome.flags:  # without a tumour rule no tumour stands first
        calm = [cause for cause in fitting if not cause["tumour"]]
        fitting = calm[:1] + [cause for cause in fitting if cause not in calm[:1] and calm]
    return [cause["id"] for cause in fitting]


def _score(cause: dict[str, Any], state: State) -> int:
    weights: list[int] = [w for w, when in cause["evidence"] if state.holds(when)]
    return sum(weights, int(cause["prior"]))


def _convincing(cause: dict[str, Any], state: State) -> bool:
    weights = [w for w, when in cause["evidence"] if w >= 2 and state.holds(when)]
    return 3 in weights or len(weights) >= 2


def _allowed(cause: dict[str, Any], outcome: Outcome) -> bool:
    return cause["id"] != "central_sensitisation" or outcome.level in CALM


def _fitting(cause: dict[str, Any], state: State, counted: Answers) -> Iterator[tuple[str, str]]:
    for weight, when in cause["evidence"]:
        if weight <= 0 or not state.holds(when) or when[0] not in ("one", "any", "anyU", "num"):
            continue
        answer = counted[when[1]]
        if when[0] in ("one", "num"):
            yield when[1], str(answer)
        else:
            yield from ((when[1], row) for row in when[2] if row in answer)


def flags_set(book: Book, guide: Guide, answers: Answers, outcome: Outcome) -> set[str]:
    """Return all flags: of the fired rules, and those with an expression of their own."""
    state = State(book, shown_answers(book, answers))
    own = {g["id"] for g in guide["gates"] if g["when"] is not None and state.holds(g["when"])}
    return own | set(outcome.flags)


def care(
    book: Book, guide: Guide, answers: Answers, outcome: Outcome, found: tuple[Cause, ...]
) -> tuple[Care, ...]:
    """Return every card that is relevant, in the guide's order, with its state and reason."""
    state = State(book, shown_answers(book, answers))
    flags = flags_set(book, guide, answers, outcome)
    fits = {cause.id for cause in found}
    return tuple(
        _gated(guide, card, flags, answers, state, outcome)
        for card in guide["cards"]
        if _relevant(card, state, fits)
    )


def _relevant(card: dict[str, Any], state: State, fits: set[str]) -> bool:
    if card["relevant"] is None and not card["causes"]:
        return True
    asked = card["relevant"] is not None and state.holds(card["relevant"])
    return asked or bool(fits & set(card["causes"]))


def _gated(
    guide: Guide,
    card: dict[str, Any],
    flags: set[str],
    answers: Answers,
    state: State,
    outcome: Outcome,
) -> Care:
    """Apply level gate, flag gates and medicine checks; the strictest wins, the first names it."""
    id = card["id"]
    found = [(card["level_gate"][outcome.level], f"level:{outcome.level}")]
    for gate in guide["gates"]:
        if gate["id"] in flags:
            found.append((_gate_state(gate, id), gate["id"]))
    checks = [c for c in guide["checks"] if c["card"] == id and state.holds(c["when"])]
    found += [("hidden", c["id"]) for c in checks if c["effect"] == "hidden"]
    strictest = max(found, key=lambda row: STATES.index(row[0]))
    asked = all(answers.get(question) is not None for question in MEDICINE_QUESTIONS)
    dose = not card["medicine"] or (asked and not checks)
    return Care(id, *strictest, dose=dose and strictest[0] != "hidden")


def _gate_state(gate: dict[str, Any], card: str) -> str:
    everything = gate["hides_all_but"]
    if card in gate["hides"] or (everything and card not in everything):
        return "hidden"
    return "caution" if card in gate["cautions"] else "shown"
