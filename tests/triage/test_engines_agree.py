"""The two engines give the same outcome, causes, cards and flags for any answers.

In bulk: test_bulk.py. Rules that neither understands: test_refused.py.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.triage.plain import expand
from tests.triage.strategies import answer_sets
from webapp.content.load import book as make_book
from webapp.content.load import guide as make_guide
from webapp.content.load import load

CONTENT = load()
BOOK = make_book(CONTENT)
GUIDE = make_guide(CONTENT)
J_ANSWERED = {"medicines": {}, "med_safety": {}, "weight_low": "no"}
DAMAGED = [  # what no form of ours sends; a store or a script might
    {"medicines": {}, "med_safety": {"unheard_of": "yes"}, "weight_low": "no"},
    {"medicines": {"warfarin": "unsure"}, "med_safety": {}, "weight_low": "no"},
    {"medicines": {"warfarin": False}, "med_safety": {}, "weight_low": "no"},
    {"medicines": {}, "med_safety": {}, "weight_low": "perhaps"},
    {"medicines": {}, "med_safety": {}, "weight_low": {}},
    {"medicines": {}, "med_safety": {}, "weight_low": None},
    {"medicines": None, "med_safety": {}, "weight_low": "no"},
    {"medicines": {}, "med_safety": None, "weight_low": "no"},
    {**J_ANSWERED, "age_band": "a12"},
    {**J_ANSWERED, "age_band": None},
    {**J_ANSWERED, "health": {"kidneys": "yes"}},
    {**J_ANSWERED, "pregnancy": {"perhaps": "yes"}},
    {**J_ANSWERED, "onset": "fall"},
    {**J_ANSWERED, "duration": None},
]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(answers=answer_sets(BOOK), finished=st.booleans())
def test_any_answers(both, answers, finished):
    python, javascript = both
    assert javascript.triage(answers, finished) == python.triage(answers, finished)
    assert javascript.shown(answers) == python.shown(answers)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(answers=answer_sets(BOOK))
def test_any_answers_lead_to_the_same_causes_and_cards(both, answers):
    python, javascript = both
    assert javascript.advise(GUIDE, answers) == python.advise(GUIDE, answers)


def test_a_golden_case_leads_to_the_same_causes_and_cards(both):
    python, javascript = both
    for case in CONTENT.cases:
        for more in ({}, J_ANSWERED):
            answers = {**expand(CONTENT, BOOK, case.answers), **more}
            assert javascript.advise(GUIDE, answers) == python.advise(GUIDE, answers), case.id


@pytest.mark.parametrize("damaged", DAMAGED, ids=str)
def test_a_damaged_answer_takes_every_dose_away(both, damaged):
    short = {"age_band": "a25_39", "onset": "gradual_use", "duration": "d4_7"}
    python, javascript = both
    answers = {**expand(CONTENT, BOOK, short), **damaged}
    advice = javascript.advise(GUIDE, answers)
    assert advice == python.advise(GUIDE, answers)
    assert not any(card["dose"] for card in advice["care"] if card["id"].startswith("otc_"))


@pytest.mark.parametrize("answer", ["warfarin", ["warfarin"], 1, True])
def test_a_tick_list_that_is_none_is_refused(both, answer):
    for engine in both:
        for question in ("danger_now", "medicines"):
            with pytest.raises((ValueError, AttributeError)):
                engine.triage({question: answer})


@pytest.mark.parametrize("question", ["danger_now", "walk", "pain_level", "age_band"])
def test_null_is_no_answer(both, question):
    plain = expand(CONTENT, BOOK, {})
    absent = {name: answer for name, answer in plain.items() if name != question}
    for engine in both:
        assert engine.triage({**plain, question: None}) == engine.triage(absent)
