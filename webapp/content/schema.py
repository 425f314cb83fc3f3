"""The shapes of the content, as frozen dataclasses. `Text` marks a string that people read."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, NewType

Text = NewType("Text", str)
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
class Card:
    """A care card. Source: brief, section 5."""

    id: str
    title: Text
    source: str
    steps: tuple[Text, ...] = ()
    groups: tuple[Group, ...] = ()
    stop: Text | None = None


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
    numbers: tuple[EmergencyNumber, ...]
    cases: tuple[Case, ...] = field(default=())

    def question(self, id: str) -> Question:
        """Return the question of that id; KeyError if there is none."""
        return next(q for q in self.questions if q.id == id)

    def card(self, id: str) -> Card:
        """Return the card of that id; StopIteration never: the loader has checked the ids."""
        return next(c for c in self.cards if c.id == id)

    def level(self, id: str) -> Level:
        """Return the level of that id."""
        return next(level for level in self.levels if level.id == id)


def texts(item: Any, context: str) -> Iterator[tuple[str, str]]:
    """Yield (context, English text) of every Text in a dataclass, deep, in field order.

    The context is the place: kind.id.field, with the id of an option or the number of a step.
    """
    for one in fields(item):
        value, place = getattr(item, one.name), f"{context}.{one.name}"
        if isinstance(value, tuple):
            for number, part in enumerate(value, 1):
                if is_dataclass(part):
                    yield from texts(part, f"{place}.{getattr(part, 'id', number)}")
                elif "Text" in str(one.type):
                    yield f"{place}.{number}", part
        elif value is not None and "Text" in str(one.type):
            yield place, value


def translated(content: Content, say: Any) -> Content:
    """Return the content with every Text put through say(context, text)."""
    kinds = {"questions": "question", "rules": "rule", "levels": "level", "cards": "card"}
    changed: dict[str, Any] = {
        name: tuple(_translated(item, f"{kind}.{item.id}", say) for item in getattr(content, name))
        for name, kind in kinds.items()
    }
    return replace(content, **changed)


def _translated(item: Any, context: str, say: Any) -> Any:
    changed: dict[str, Any] = {}
    for one in fields(item):
        value, place = getattr(item, one.name), f"{context}.{one.name}"
        if isinstance(value, tuple) and value and is_dataclass(value[0]):
            changed[one.name] = tuple(
                _translated(part, f"{place}.{getattr(part, 'id', number)}", say)
                for number, part in enumerate(value, 1)
            )
        elif "Text" not in str(one.type) or value is None:
            continue
        elif isinstance(value, tuple):
            changed[one.name] = tuple(say(f"{place}.{n}", t) for n, t in enumerate(value, 1))
        else:
            changed[one.name] = say(place, value)
    return replace(item, **changed)
