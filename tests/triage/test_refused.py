"""Rule data that is not whole is refused by both engines, never read as "no danger".

The page then says "get medical advice" (tests/browser/test_check.py).
"""

from copy import deepcopy

import pytest

from tests.triage.plain import expand
from webapp.content.load import book as make_book
from webapp.content.load import guide as make_guide
from webapp.content.load import load

CONTENT = load()
BOOK = make_book(CONTENT)
GUIDE = make_guide(CONTENT)
REFUSALS = (ValueError, KeyError, TypeError, AttributeError, RuntimeError, IndexError)
SHORT = {
    "age_band": "a25_39",
    "onset": "gradual_use",
    "duration": "d4_7",
    "danger_now": ["breathless"],
    "swelling": ["calf", "whole_knee"],
}
ANSWERS = expand(CONTENT, BOOK, SHORT) | {"medicines": {}, "med_safety": {}, "weight_low": "no"}

CONDITIONS = [
    ["not", ["is", "INJ"]],
    ["is", "UNKNOWN"],
    ["is"],
    ["is", "__proto__"],
    ["is", "toString"],
    ["constructor", []],
    ["toString"],
    ["AND", True],
    ["and", "INJ"],
    ["and", ["not"]],
    ["or", ["is", "NO"]],
    ["score", "NONE", 1],
    ["score", "toString", 1],
    ["one", "walk"],
    ["any", "danger_now"],
    ["any", "danger_now", None],
    [],
    {},
    "INJ",
    None,
    False,
    7,
]
# Refused by the server's engine only. The phone's is smaller: it relies on the loader, which never
# makes these (tests/content/test_load.py), and on the digest of each file that a phone keeps.
SERVER_ONLY = [
    ["score", "WELLS"],
    ["num", "pain_level"],
    ["num", "pain_level", "4"],
    ["num", "walk", 3],
    ["any", "walk", ["normal"]],
    ["one", "walk", ["normal"], 1],
]


PARTS = [
    *("questions", "rules", "macros", "scores"),
    *("causes", "links", "cards", "gates", "checks", "medicine_questions"),
]
LOST = [  # part.key: all rows of the part lost that key
    *("questions.show", "questions.row_show", "questions.options"),
    *("rules.level", "rules.when", "rules.flags"),
    *("causes.id", "causes.evidence"),
    *("links.when", "links.causes", "links.flags", "links.fired", "links.not_fired"),
    *("cards.relevant", "cards.causes", "cards.level_gate"),
    *("gates.when", "gates.cards"),
    *("checks.when",),
]
LOST_ON_THE_SERVER = [
    *(
        "questions.id",
        "questions.type",
        "questions.danger",
        "questions.unanswered",
        "questions.more_than",
    ),
    *("rules.id",),
    *("causes.prior", "causes.tumour"),
    *("links.only", "links.not_only"),
    *("cards.id", "cards.medicine"),
    *("gates.id",),
]
CHANGED = {
    "rules: level that is none": ("rules", {"level": "today"}),
    "questions: condition that is text": ("questions", {"show": "INJ"}),
    "causes: evidence not in the language": ("causes", {"evidence": [[3, ["not", True]]]}),
    "links: a cause that is none": ("links", {"causes": ["nobody"]}),
    "cards: a macro that is none": ("cards", {"relevant": ["is", "NOBODY"]}),
    "gates: condition that is text": ("gates", {"when": "INJ"}),
    "checks: a macro that is none": ("checks", {"when": ["is", "NOBODY"]}),
}


def refuses(engine, book=BOOK, guide=GUIDE):
    engine.use(book)
    try:
        with pytest.raises(REFUSALS):
            engine.triage(ANSWERS)
            engine.advise(guide, ANSWERS)
    finally:
        engine.use(BOOK)


def copies(part):
    """Copies of book and guide, and that of the two which holds the part."""
    book, guide = deepcopy(BOOK), deepcopy(GUIDE)
    return book, guide, book if part in book else guide


def without_key(place):
    part, key = place.split(".")
    book, guide, holder = copies(part)
    for row in holder[part]:
        del row[key]
    return book, guide


def with_condition(when):
    return {**BOOK, "rules": [{"id": "E01", "level": "emergency", "when": when, "flags": []}]}


def test_whole_data_is_not_refused(engine):
    assert engine.triage(ANSWERS)["level"] == "emergency"
    assert engine.advise(GUIDE, ANSWERS)["care"]


@pytest.mark.parametrize("when", CONDITIONS, ids=repr)
def test_a_condition_that_is_not_understood(engine, when):
    refuses(engine, with_condition(when))


@pytest.mark.parametrize("when", SERVER_ONLY, ids=repr)
def test_a_condition_that_the_server_does_not_understand(both, when):
    refuses(both[0], with_condition(when))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_gone(engine, part):
    book, guide, holder = copies(part)
    del holder[part]
    refuses(engine, book, guide)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_null(engine, part):
    book, guide, holder = copies(part)
    holder[part] = None
    refuses(engine, book, guide)


@pytest.mark.parametrize("place", LOST)
def test_a_row_that_lost_something(engine, place):
    refuses(engine, *without_key(place))


@pytest.mark.parametrize("place", LOST_ON_THE_SERVER)
def test_a_row_that_lost_something_only_the_server_misses(both, place):
    refuses(both[0], *without_key(place))


@pytest.mark.parametrize("name", CHANGED)
def test_a_row_that_says_what_is_not_there(engine, name):
    part, new = CHANGED[name]
    book, guide, holder = copies(part)
    for row in holder[part]:
        row.update(new)
    refuses(engine, book, guide)


def test_a_macro_that_names_itself(engine):
    refuses(engine, {**BOOK, "macros": {**BOOK["macros"], "INJ": ["is", "INJ"]}})
