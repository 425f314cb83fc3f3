"""The two engines give the same outcome, for any answers; both refuse rules they do not know."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.triage.strategies import answer_sets, random_answers
from webapp.content.load import book as make_book
from webapp.content.load import load

BOOK = make_book(load())


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(answers=answer_sets(BOOK), finished=st.booleans())
def test_any_answers(both, answers, finished):
    python, javascript = both
    assert javascript.triage(answers, finished) == python.triage(answers, finished)
    assert javascript.shown(answers) == python.shown(answers)


def test_mostly_no_answers_in_bulk(both):
    python, javascript = both
    source = random.Random(11)
    for _ in range(3000):
        answers = random_answers(BOOK, source)
        assert javascript.triage(answers) == python.triage(answers), answers


@pytest.mark.parametrize(
    "when",
    [
        ["not", ["is", "INJ"]],
        ["is", "UNKNOWN"],
        ["constructor", []],
        [],
        "INJ",
        ["score", "NONE", 1],
        None,
    ],
)
def test_rules_that_are_not_understood_are_refused(both, when):
    broken = {**BOOK, "rules": [{"id": "E01", "level": "emergency", "when": when, "flags": []}]}
    for engine in both:
        engine.use(broken)
        with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
            engine.triage({})
        engine.use(BOOK)
