"""The promises of the rule language (brief 3.1), through both engines."""

import random

import pytest

from tests.triage.plain import expand
from tests.triage.strategies import random_answers
from webapp.triage.engine import LEVELS

WALK = ["normal", "limp", "aid_only", "buckles", "cannot_4", "unsure"]
COURSE = ["better", "same", "comes_goes", "worse"]
PEAK = ["spell_gone", "some_moves", "every_step", "still", "unsure"]
SETS = 400


def rank(engine, answers):
    return LEVELS.index(engine.triage(answers)["level"])


@pytest.fixture(scope="module")
def sets(book, content):
    source = random.Random(7)
    golden = [expand(content, book, case.answers) for case in content.cases]
    return golden + [random_answers(book, source) for _ in range(SETS)]


def test_ticking_a_row_that_is_not_benign_never_lowers_the_level(engine, book, sets):
    source = random.Random(1)
    multis = [q for q in book["questions"] if q["type"] == "multi" and not q["benign"]]
    for answers in sets:
        question = source.choice(multis)
        row = source.choice(question["options"])
        more = {**answers, question["id"]: {**answers.get(question["id"], {}), row: "yes"}}
        if question["id"] not in answers:
            continue  # answering an open question is another promise
        assert rank(engine, more) >= rank(engine, answers), (question["id"], row, answers)


def test_a_worse_step_never_lowers_the_level(engine, sets):
    for answers in sets:
        for name, order in (("walk", WALK), ("course", COURSE), ("pain_peak", PEAK)):
            if answers.get(name) not in order[:-1]:
                continue
            worse = {**answers, name: order[order.index(answers[name]) + 1]}
            assert rank(engine, worse) >= rank(engine, answers), (name, answers)
        if answers.get("pain_level", 10) < 10:
            worse = {**answers, "pain_level": answers["pain_level"] + 1}
            assert rank(engine, worse) >= rank(engine, answers), answers


def test_ticking_a_benign_row_never_raises_the_level(engine, book, sets):
    benign = next(q for q in book["questions"] if q["benign"])
    for number, answers in enumerate(sets):
        row = benign["options"][number % len(benign["options"])]
        more = {**answers, benign["id"]: {**answers.get(benign["id"], {}), row: "yes"}}
        assert rank(engine, more) <= rank(engine, answers), (row, answers)


def test_unsure_on_a_danger_row_is_worth_yes(engine, book, sets):
    for answers in sets:
        sure = {
            q["id"]: {row: "yes" for row in answers[q["id"]]}
            if q["type"] == "multi"
            else answers[q["id"]]
            for q in book["questions"]
            if q["id"] in answers
        }
        assert engine.triage(sure)["rules"] == engine.triage(answers)["rules"], answers


def test_without_reassuring_answers_the_level_never_falls(engine, sets):
    for answers in sets:
        bare = {k: v for k, v in answers.items() if k not in ("good_signs", "pain_peak")}
        assert rank(engine, bare) >= rank(engine, answers), answers


def test_hidden_answers_have_no_effect(engine, book, sets):
    for answers in sets:
        if not {"onset", "pregnancy"} <= answers.keys():
            continue  # a skipped one is read as "unsure", which opens questions of its own
        shown = engine.shown(answers)
        only_shown = {k: v for k, v in answers.items() if k in shown}
        assert engine.triage(answers)["rules"] == engine.triage(only_shown)["rules"], answers


@pytest.mark.parametrize(
    "name", ["danger_now", "limb_danger", "body_skin", "walk", "swelling", "joint_signs"]
)
def test_an_open_danger_screen_is_incomplete_never_no(engine, content, book, name):
    answers = expand(
        content, book, {"age_band": "a25_39", "onset": "gradual_use", "duration": "d1_3"}
    )
    assert engine.triage(answers)["level"] == "self_care"
    del answers[name]
    outcome = engine.triage(answers)
    assert outcome["level"] == "soon"
    assert outcome["open"] == [name]
    assert "M01" in outcome["rules"]


def test_nothing_answered_is_incomplete(engine):
    outcome = engine.triage({})
    assert outcome["level"] == "soon"
    assert outcome["open"][:3] == ["danger_now", "limb_danger", "body_skin"]


@pytest.mark.parametrize("name", ["onset", "pregnancy"])
def test_skipping_is_never_lower_than_unsure(engine, sets, name):
    for answers in sets:
        if name not in engine.shown(answers):
            continue
        unsure = {"unsure": "yes"} if name == "pregnancy" else "unsure"
        skipped = {k: v for k, v in answers.items() if k != name}
        assert rank(engine, skipped) >= rank(engine, {**answers, name: unsure}), answers


def test_a_look_during_the_check_counts_only_what_was_said(engine):
    early = {
        "danger_now": {},
        "body_skin": {"fever": "yes", "very_unwell": "yes"},
        "age_band": "a25_39",
    }
    outcome = engine.triage(early, finished=False)
    assert outcome["level"] == "urgent_today"  # pregnancy is not asked yet: E15 must wait for it
    assert outcome["open"] == []


def test_at_most_three_reasons_of_the_highest_level_one_per_flag(engine, book, sets):
    rules = {rule["id"]: rule for rule in book["rules"]}
    for answers in sets:
        outcome = engine.triage(answers)
        topics = [rules[r]["flags"][:1] or [r] for r in outcome["reasons"]]
        assert len(topics) <= 3
        assert len({t[0] for t in topics}) == len(topics)
        assert all(rules[r]["level"] == outcome["level"] for r in outcome["reasons"])
        fired = [r for r in outcome["rules"] if r != "M01"]
        assert sorted(outcome["reasons"] + outcome["more"]) == sorted(fired)


def test_a_calf_3_cm_bigger_counts_as_ticked(engine, content, book):
    short = {"age_band": "a40_54", "onset": "gradual_none", "duration": "d1_3"}
    answers = expand(content, book, short)
    for sore, other, rules in ((38.1, 35.1, True), (38, 35, True), (37.9, 35, False)):
        measured = {**answers, "calf_cm_sore": sore, "calf_cm_other": other}
        assert ("U02" in engine.triage(measured)["rules"]) is rules, (sore, other)
