"""What would make it more urgent: each named sign really raises the level, in both engines alike."""

import random

from tests.triage.plain import expand
from tests.triage.strategies import random_answers
from webapp.content.load import guide, load
from webapp.triage.changes import CHANGING, MOST, changes
from webapp.triage.engine import LEVELS, triage

CONTENT = load()


def with_sign(book, answers, question, option):
    kind = next(q["type"] for q in book["questions"] if q["id"] == question)
    if kind == "multi":
        return {**answers, question: {**answers.get(question, {}), option: "yes"}}
    return {**answers, question: int(option) if kind == "number" else option}


def test_every_named_sign_raises_the_level_to_what_is_said(book):
    source = random.Random(5)
    golden = [expand(CONTENT, book, case.answers) for case in CONTENT.cases[::7]]
    for answers in [*golden, *(random_answers(book, source) for _ in range(40))]:
        level = triage(book, answers).level
        for to, question, option in changes(book, answers, level):
            reached = triage(book, with_sign(book, answers, question, option)).level
            assert LEVELS.index(reached) >= LEVELS.index(to) > LEVELS.index(level)
            assert question in CHANGING


def test_an_emergency_cannot_be_raised(book):
    assert changes(book, {"danger_now": {"breathless": "yes"}}, "emergency") == ()


def test_the_most_urgent_stand_first_and_the_list_stays_short(book):
    answers = expand(CONTENT, book, {"age_band": "a25_39", "onset": "gradual_use"})
    found = changes(book, answers, triage(book, answers).level)
    ranks = [LEVELS.index(change.level) for change in found]
    assert ranks == sorted(ranks, reverse=True)
    assert max(map(ranks.count, ranks)) <= MOST
    assert ("emergency", "danger_now", "breathless") in found


def test_of_a_number_the_smallest_that_raises_is_named(book):
    answers = expand(CONTENT, book, {"age_band": "a25_39", "onset": "gradual_use"})
    levels = [c.level for c in changes(book, answers, "self_care") if c.question == "pain_level"]
    assert len(levels) == len(set(levels))


def test_both_engines_name_the_same(both, book):
    python, phone = both
    data, source = guide(CONTENT), random.Random(7)
    golden = [expand(CONTENT, book, case.answers) for case in CONTENT.cases[3::19]]
    for answers in [*golden, *(random_answers(book, source) for _ in range(10))]:
        assert python.changes(data, answers) == phone.changes(data, answers)
