"""Causes and care: the brief's "never" rules as properties over many answer sets (brief 4 and 6)."""

import random

import pytest

from tests.triage.plain import expand
from tests.triage.strategies import random_answers
from webapp.content.load import guide as make_guide
from webapp.triage.engine import LEVELS, State, shown_answers, triage
from webapp.triage.guide import care, causes, flags_set

LOAD = ("gentle_stretch exercise_p1 exercise_p2 exercise_p3 return_activity runner_changes").split()
NEVER = [
    *(
        ("massage", flag)
        for flag in "F_DVT F_DVT_LOW F_CLOTRISK F_PREG F_INFECT F_TUMOUR F_ACUTE".split()
    ),
    *(("compression", flag) for flag in "F_DVT F_DVT_LOW F_ALI F_COMP F_PAD F_NEURO".split()),
    *(
        (card, flag)
        for card in LOAD
        for flag in "F_DVT F_FRACT F_INFECT F_LOCK F_RUPT F_RHABDO".split()
    ),
    ("otc_ibuprofen", "F_RHABDO"),
    *(("elevation", flag) for flag in "F_ALI F_COMP F_PAD".split()),
    *(("ice", flag) for flag in "F_ALI F_COMP F_PAD F_SICKLE".split()),
]
MINOR = {"under_3", "a3_7", "a8_15", "a16_17"}
NOT_ASKED = {"under_3", "a3_7", "a55_64", "a65_plus"}  # about pregnancy
MEDICINES = ("otc_gel", "otc_ibuprofen", "otc_paracetamol")
BLOCK_J = {"medicines": {}, "med_safety": {}, "weight_low": "no"}


@pytest.fixture(scope="module")
def guide(content):
    return make_guide(content)


@pytest.fixture(scope="module")
def seen(content, book, guide):
    """Many answer sets with what the guide makes of them: (answers, outcome, flags, causes, care)."""
    source = random.Random(5)
    sets = [expand(content, book, case.answers) for case in content.cases]
    sets += [random_answers(book, source) for _ in range(400)]
    found = []
    for answers in sets:
        outcome = triage(book, answers)
        could_be = causes(book, guide, answers, outcome)
        cards = {c.id: c for c in care(book, guide, answers, outcome, could_be)}
        found.append((answers, outcome, flags_set(book, guide, answers, outcome), could_be, cards))
    return found


@pytest.mark.parametrize("card, flag", NEVER)
def test_a_card_is_never_shown_with_a_flag_that_forbids_it(seen, card, flag):
    met = [cards[card] for _, _, flags, _, cards in seen if flag in flags and card in cards]
    assert all(one.state == "hidden" for one in met)


def test_every_flag_row_and_level_cell_is_obeyed(seen, guide):
    gates = {gate["id"]: gate for gate in guide["gates"]}
    levels = {card["id"]: card["level_gate"] for card in guide["cards"]}
    for _, outcome, flags, _, cards in seen:
        for id, card in cards.items():
            assert levels[id][outcome.level] != "hidden" or card.state == "hidden"
            asked = {gates[f]["cards"].get(id) for f in flags if f in gates}
            assert "hidden" not in asked or card.state == "hidden"
            assert "caution" not in asked or card.state in ("caution", "hidden")


def test_massage_only_when_calm_and_never_in_the_first_3_days_of_a_strain(seen):
    for answers, outcome, flags, _, cards in seen:
        fresh = answers.get("duration") in ("lt_24h", "d1_3") and "F_STRAIN" in flags
        if fresh or outcome.level not in ("routine", "self_care"):
            assert cards["massage"].state == "hidden"


def test_no_warm_pack_on_a_hot_knee(seen):
    for answers, _, _, _, cards in seen:
        assert (
            "hot_red_knee" not in answers.get("body_skin", {}) or cards["warmth"].state == "hidden"
        )


def test_no_jumps_from_65_on(seen):
    for answers, _, _, _, cards in seen:
        if answers.get("age_band") == "a65_plus" and "exercise_p3" in cards:
            assert cards["exercise_p3"].state == "hidden"


def test_an_emergency_leaves_only_what_helps_now(seen):
    for _, outcome, _, _, cards in seen:
        if outcome.level == "emergency":
            left = {id for id, card in cards.items() if card.state != "hidden"}
            assert left == {"first_aid_wait", "safety_net", "doctor_prep"}


def test_no_ibuprofen_in_any_pregnancy_nor_a_dose_while_nursing(seen):
    for answers, _, flags, _, cards in seen:
        assert "F_PREG" not in flags or cards["otc_ibuprofen"].state == "hidden"
        if "F_PREG" in flags or "breastfeeding" in answers.get("pregnancy", {}):
            assert not cards["otc_ibuprofen"].dose or answers.get("age_band") in NOT_ASKED


def test_no_dose_while_a_check_holds_or_a_question_it_looks_at_is_open(seen, book, guide):
    for answers, _, _, _, cards in seen:
        state = State(book, shown_answers(book, answers))
        for check in guide["checks"]:
            assert not state.holds(check["when"]) or not cards[check["card"]].dose
        shown = {q["id"] for q in book["questions"] if state.holds(q["show"])}
        if not shown & set(guide["medicine_questions"]) <= answers.keys():
            assert not any(cards[id].dose for id in MEDICINES)


def test_the_medicine_questions_are_all_that_the_checks_look_at(guide):
    assert {*BLOCK_J, "age_band", "pregnancy", "health", "onset", "duration"} == set(
        guide["medicine_questions"]
    )


@pytest.mark.parametrize("missing", ["age_band", "health", "onset", "duration", *BLOCK_J])
def test_one_open_question_takes_every_dose_away(content, book, guide, missing):
    full = {**expand(content, book, {"age_band": "a25_39", "onset": "gradual_use"}), **BLOCK_J}
    full |= {"duration": "d4_7", "course": "same", "pregnancy": {}}
    for answers, dose in ((full, True), ({k: v for k, v in full.items() if k != missing}, False)):
        cards = {c.id: c for c in care(book, guide, answers, triage(book, answers), ())}
        assert {cards[id].dose for id in MEDICINES} == {dose}


def test_the_reason_is_the_strictest_and_a_flag_speaks_before_the_level(seen, guide):
    for _, outcome, flags, _, cards in seen:
        for id, card in cards.items():
            gates = [
                g["id"]
                for g in guide["gates"]
                if g["id"] in flags and g["cards"].get(id) == card.state
            ]
            told = [card.reason, *card.more]
            assert told[: len(gates)] == gates
            assert set(told[len(gates) :]) <= {c["id"] for c in guide["checks"]} | {
                f"level:{outcome.level}"
            }


def test_the_shape_the_engines_rely_on(guide):
    for cause in guide["causes"]:
        assert {when[0] for _, when in cause["evidence"]} <= {"one", "any", "anyU", "num"}
        assert {weight for weight, _ in cause["evidence"]} <= {-3, -2, 1, 2, 3}
    for card in guide["cards"]:
        assert set(card["level_gate"]) == set(LEVELS)


def test_no_dose_for_minors_nor_without_the_medicine_questions(seen):
    for answers, _, _, _, cards in seen:
        asked = {"medicines", "med_safety", "weight_low"} <= answers.keys()
        for id in MEDICINES:
            if id in cards and (not asked or answers.get("age_band") in MINOR):
                assert not cards[id].dose


def test_a_dose_can_be_shown_at_all(content, book, guide):
    short = {"age_band": "a25_39", "onset": "gradual_use", "duration": "d4_7", "pain_level": 2}
    answers = {**expand(content, book, short), **BLOCK_J}
    outcome = triage(book, answers)
    cards = {c.id: c for c in care(book, guide, answers, outcome, ())}
    assert cards["otc_paracetamol"].dose and cards["otc_ibuprofen"].dose


@pytest.mark.parametrize(
    "id, answers",
    [
        ("otc_ibuprofen", {"med_safety": {"kidney": "yes"}}),
        ("otc_ibuprofen", {"medicines": {"warfarin": "yes"}}),
        ("otc_ibuprofen", {"age_band": "a65_plus"}),
        ("otc_ibuprofen", {"pregnancy": {"unsure": "yes"}}),
        ("otc_gel", {"med_safety": {"skin_broken": "yes"}}),
        ("otc_gel", {"medicines": {"lithium_mtx": "yes"}}),
        ("otc_paracetamol", {"medicines": {"has_paracetamol": "yes"}}),
        ("otc_paracetamol", {"weight_low": "unsure"}),
        ("otc_paracetamol", {"med_safety": {"liver": "yes"}}),
    ],
)
def test_each_medicine_check_takes_the_dose_away(content, book, guide, id, answers):
    short = {"age_band": "a25_39", "onset": "gradual_use", "duration": "d4_7", "pain_level": 2}
    full = {**expand(content, book, short), **BLOCK_J, **answers}
    outcome = triage(book, full)
    cards = {c.id: c for c in care(book, guide, full, outcome, ())}
    assert not cards[id].dose


def test_what_must_be_ruled_out_stands_first_and_at_most_five_follow(seen):
    for _, _, _, could_be, _ in seen:
        order = [cause.must_rule_out for cause in could_be]
        assert order == sorted(order, reverse=True)
        assert order.count(False) <= 5
        assert len({cause.id for cause in could_be}) == len(could_be)


def test_no_tumour_stands_first_without_a_tumour_rule(seen, content):
    tumours = {c.id for c in content.conditions if c.tumour}
    for _, outcome, _, could_be, _ in seen:
        ranked = [cause.id for cause in could_be if not cause.must_rule_out]
        if "F_TUMOUR" not in outcome.flags:
            assert not {cause.id for cause in could_be if cause.must_rule_out} & tumours
            assert not ranked or ranked[0] not in tumours


def test_a_sensitive_alarm_is_named_only_at_calm_levels(seen):
    for _, outcome, _, could_be, _ in seen:
        if outcome.level not in ("routine", "self_care"):
            assert "central_sensitisation" not in {cause.id for cause in could_be}


@pytest.mark.parametrize(
    "case, first",
    [
        ("V02", "pulmonary_embolism"),
        ("V03", "dvt"),
        ("V08", "acute_limb_ischaemia"),
        ("V12", "septic_arthritis"),
        ("V14", "cauda_equina"),
        ("V20", "meniscus_posterior"),
        ("V24", "meniscus_root"),
        ("V27", "bakers_cyst"),
        ("V31", "scfe_hip_child"),
    ],
)
def test_the_pattern_of_a_golden_case_is_named_first(content, book, guide, case, first):
    answers = expand(content, book, next(c.answers for c in content.cases if c.id == case))
    assert causes(book, guide, answers, triage(book, answers))[0].id == first


def test_answers_that_fit_are_the_persons_own(seen):
    for answers, _, _, could_be, _ in seen:
        for cause in could_be:
            for question, option in cause.fits:
                if (question, option) == ("calf_check", "calf_bigger"):
                    continue  # may come from the two measures
                given = answers.get(
                    question, {"unsure": "yes"} if question == "pregnancy" else "unsure"
                )
                assert option in given if isinstance(given, dict) else option == str(given)
