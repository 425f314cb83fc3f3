"""The shapes of the content, as frozen dataclasses. `Text` marks a string that people read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, NewType

Text = NewType("Text", str)
CARD_GROUPS = (  # the order of the cards on every page
    "safety",
    "comfort",
    "condition",
    "movement",
    "habits",
    "medicine",
    "visit",
    "knowledge",
)
LEVELS = ("self_care", "routine", "soon", "urgent_today", "emergency")


@dataclass(frozen=True)
class Option:
    """One answer of a question; `show` only on benign rows; `private` keeps it off shared paper."""

    id: str
    text: Text
    show: str | None = None
    private: bool = False


@dataclass(frozen=True)
class MoreThan:
    """When this number exceeds `other` by `by` (cm), row `ticks` of question `of` counts as yes."""

    other: str
    by: int
    ticks: str
    of: str


@dataclass(frozen=True)
class Question:
    """One screen of the checklist. Source: clinical brief, section 2."""

    id: str
    type: str
    block: str
    text: Text
    why: str
    hint: Text | None = None
    options: tuple[Option, ...] = ()
    none: Text | None = None
    danger: bool = False
    benign: bool = False
    optional: bool = False
    private: bool = False
    show: str | None = None
    unanswered: str | None = None
    range: tuple[int, int] | None = None
    more_than: MoreThan | None = None


@dataclass(frozen=True)
class ScoreItem:
    """One point of a score, and when it counts."""

    item: str
    when: str


@dataclass(frozen=True)
class Rule:
    """One alert rule: true means at least `level`. Source: clinical brief, section 3.4."""

    id: str
    level: str
    when: str
    reason: Text
    source: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Level:
    """One urgency level and what the person is told to do. Source: brief, section 1."""

    id: str
    label: Text
    by_when: Text
    do: tuple[Text, ...]
    source: str


@dataclass(frozen=True)
class Group:
    """A titled list inside a card."""

    title: Text
    items: tuple[Text, ...]
    level: str | None = None


@dataclass(frozen=True)
class Figure:
    """A number worth knowing, with where it comes from."""

    text: Text
    source: str


@dataclass(frozen=True)
class Card:
    """A care card. Source: brief, sections 5 and 6.1.

    relevant (rule language) and causes say when it is offered; neither: always. level_gate: shown,
    caution or hidden at each level. free: needs no money, ice or pharmacy.
    """

    id: str
    group: str
    title: Text
    source: str
    level_gate: dict[str, str]
    free: bool = False
    steps: tuple[Text, ...] = ()
    groups: tuple[Group, ...] = ()
    stop: tuple[Text, ...] = ()
    not_for: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    hidden_why: Text | None = None
    caution: Text | None = None
    figures: tuple[Figure, ...] = ()
    relevant: str | None = None
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """One part of a cause's pattern: weight 3 strong, 2 fair, 1 weak for it; negative against."""

    weight: int
    when: str


@dataclass(frozen=True)
class Condition:
    """A possible cause. Source: brief, sections 4.1 and 4.2. Ranking text only, never the level."""

    id: str
    order: int
    group: str
    prior: int
    name: Text
    medical: Text
    what: tuple[Text, ...]
    feels: tuple[Text, ...]
    clinician: tuple[Text, ...]
    treatment: tuple[Text, ...]
    recovery: tuple[Text, ...]
    evidence: tuple[Evidence, ...]
    cards: tuple[str, ...]
    not_cards: tuple[str, ...]
    usual_level: tuple[str, ...]
    rules: tuple[str, ...]
    source: str
    harmless: bool = False
    tumour: bool = False
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """One exercise. Source: brief, section 5.3. `picture` tells the artist what to draw."""

    id: str
    phases: tuple[int, ...]
    name: Text
    picture: str
    how: tuple[Text, ...]
    dose: Text
    sets: int
    repeats: int
    hold_seconds: int
    go_on: tuple[Text, ...]
    stop: tuple[Text, ...]
    source: str
    not_for: str | None = None


@dataclass(frozen=True)
class Gate:
    """What a flag hides or cautions. Source: brief, section 6.2.

    A flag is set by a fired rule that carries it, or by its own `when`. `cautions` and `why` map a
    card to the line a person reads; `why` may have one line for `all`.
    """

    id: str
    source: str
    when: str | None = None
    hides: tuple[str, ...] = ()
    hides_all_but: tuple[str, ...] = ()
    cautions: dict[str, Text] = field(default_factory=dict)
    why: dict[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckText:
    """A more fitting line of a medicine check."""

    when: str
    text: Text


@dataclass(frozen=True)
class MedicineCheck:
    """Who must not take a medicine, or must ask first. Source: brief, section 5.2."""

    id: str
    card: str
    effect: str  # hidden | no_dose
    when: str
    text: Text
    source: str
    texts: tuple[CheckText, ...] = ()


@dataclass(frozen=True)
class Link:
    """Causes that must be ruled out first when a flag is set. Source: brief, section 4.3."""

    flags: tuple[str, ...]
    causes: tuple[str, ...]
    when: str | None = None
    fired: tuple[str, ...] = ()
    not_fired: tuple[str, ...] = ()
    only: str | None = None
    not_only: str | None = None


@dataclass(frozen=True)
class Remedy:
    """A home remedy people try anyway; `danger` stands first when one of `flags` is set."""

    id: str
    name: Text
    verdict: str  # helps | harmless | harmful
    here: Text
    danger: Text
    flags: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class EmergencyNumber:
    """How to call an ambulance in one country. Grades: i18n guide, section 4.2."""

    country: str
    grade: str
    provenance: str
    checked_on: str
    number: str | None = None


@dataclass(frozen=True)
class Case:
    """A set of answers whose level and fired rules are known."""

    id: str
    name: str
    answers: dict[str, Any]
    level: str
    fires: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """Everything, loaded and cross-checked."""

    questions: tuple[Question, ...]
    macros: dict[str, str]
    guards: dict[str, str]
    scores: dict[str, tuple[ScoreItem, ...]]
    rules: tuple[Rule, ...]
    levels: tuple[Level, ...]
    cards: tuple[Card, ...]
    sources: dict[str, str]
    look_again: str  # ISO date by which someone should have looked at all of this again
    numbers: tuple[EmergencyNumber, ...]
    cases: tuple[Case, ...]
    conditions: tuple[Condition, ...]
    exercises: tuple[Exercise, ...]
    gates: tuple[Gate, ...]
    checks: tuple[MedicineCheck, ...]
    links: tuple[Link, ...]
    remedies: tuple[Remedy, ...]

    def question(self, id: str) -> Question:
        """Return the question of that id; KeyError if there is none."""
        return next(q for q in self.questions if q.id == id)

    def card(self, id: str) -> Card:
        """Return the card of that id; StopIteration never: the loader has checked the ids."""
        return next(c for c in self.cards if c.id == id)

    def level(self, id: str) -> Level:
        """Return the level of that id."""
        return next(level for level in self.levels if level.id == id)


KINDS = {
    "levels": "level",
    "questions": "question",
    "rules": "rule",
    "cards": "card",
    "conditions": "condition",
    "exercises": "exercise",
    "gates": "gate",
    "checks": "check",
    "remedies": "remedy",
}  # what people read, and the first part of its context


def texts(item: Any, context: str) -> Iterator[tuple[str, str]]:
    """Yield (context, English text) of every Text in a dataclass, deep, in field order.

    The context is the place: kind.id.field, with the id of an option or the number of a step.
    """
    found: list[tuple[str, str]] = []

    def note(place: str, text: str) -> str:
        found.append((place, text))
        return text

    _each_text(item, context, note)
    yield from found


def translated(content: Content, say: Callable[[str, str], str]) -> Content:
    """Return the content with every Text put through say(context, text)."""
    changed: dict[str, Any] = {
        name: tuple(_each_text(item, f"{kind}.{item.id}", say) for item in getattr(content, name))
        for name, kind in KINDS.items()
    }
    return replace(content, **changed)


def _each_text(item: Any, context: str, say: Callable[[str, str], str]) -> Any:
    """Return a copy of a dataclass with say(place, text) in place of every Text."""
    changed: dict[str, Any] = {}
    for one in fields(item):
        value, place = getattr(item, one.name), f"{context}.{one.name}"
        if isinstance(value, tuple) and value and is_dataclass(value[0]):
            changed[one.name] = tuple(
                _each_text(part, f"{place}.{getattr(part, 'id', number)}", say)
                for number, part in enumerate(value, 1)
            )
        elif "Text" not in str(one.type) or value is None:
            continue
        elif isinstance(value, tuple):
            changed[one.name] = tuple(say(f"{place}.{n}", t) for n, t in enumerate(value, 1))
        elif isinstance(value, dict):
            changed[one.name] = {key: say(f"{place}.{key}", text) for key, text in value.items()}
        else:
            changed[one.name] = say(place, value)
    return replace(item, **changed)
