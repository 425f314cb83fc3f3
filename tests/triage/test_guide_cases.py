"""Known answers give known causes and cards, in both engines (tests/data/guide_cases.yaml)."""

from pathlib import Path

import pytest
import yaml

from tests.triage.plain import expand
from webapp.content.load import guide as make_guide
from webapp.content.load import load

DATA = Path(__file__).parents[1] / "data" / "guide_cases.yaml"
CASES = yaml.safe_load(DATA.read_text(encoding="utf-8"))
CONTENT = load()
GUIDE = make_guide(CONTENT)
MILD = {"age_band": "a25_39", "onset": "gradual_use", "duration": "d4_7", "pain_level": 2}
BLOCK_J = {"medicines": [], "med_safety": [], "weight_low": "no"}


def named(case):
    return case.get("name") or f"{case['check']} {case['answers']}"


def advise(engine, book, answers):
    """The advice of short answers, every question and option known."""
    questions = {q.id: {o.id for o in q.options} for q in CONTENT.questions}
    for name, answer in answers.items():
        rows = answer if isinstance(answer, list) else [answer]
        assert not questions[name] or {str(r).rstrip("?") for r in rows} <= questions[name], name
    return engine.advise(GUIDE, expand(CONTENT, book, answers))


def first(advice):
    return [cause["id"] for cause in advice["causes"] if cause["mustRuleOut"]]


@pytest.mark.parametrize("case", CASES["examples"], ids=named)
def test_the_pattern_of_an_example_is_named(case, engine, book):
    causes = advise(engine, book, case["answers"])["causes"]
    assert set(case["named"]) <= {cause["id"] for cause in causes}


@pytest.mark.parametrize("case", CASES["links"], ids=named)
def test_what_must_be_ruled_out(case, engine, book):
    assert first(advise(engine, book, case["answers"])) == case["first"]


@pytest.mark.parametrize("case", CASES["gates"], ids=named)
def test_a_flag_hides_and_cautions_its_cards(case, engine, book):
    advice = advise(engine, book, case["answers"])
    flag, row = case["flag"], row_of(case["flag"])
    assert flag in advice["flags"]
    assert f"level:{case['level']}" in {why for c in advice["care"] for why in reasons(c)}
    states = {c["id"]: f"{c['state']} {c['reason']}" for c in advice["care"] if c["id"] in row}
    expected = {card: f"hidden {flag}" for card in case.get("hides", ())}
    expected |= {card: f"caution {flag}" for card in case.get("cautions", ())}
    if "hides_all_but" in case:
        others = {c["id"] for c in advice["care"]} - set(case["hides_all_but"])
        expected |= {card: f"hidden {flag}" for card in others}
    assert states == expected | case.get("instead", {})


def row_of(flag):
    return next(gate["cards"] for gate in GUIDE["gates"] if gate["id"] == flag)


def reasons(card):
    return [card["reason"], *card["more"]]


@pytest.mark.parametrize("case", CASES["checks"], ids=named)
def test_a_medicine_check_takes_the_dose_away(case, engine, book):
    free = advise(engine, book, {**MILD, **BLOCK_J})
    assert next(c for c in free["care"] if c["id"] == case["card"])["dose"]
    advice = advise(engine, book, {**MILD, **BLOCK_J, **case["answers"]})
    card = next(c for c in advice["care"] if c["id"] == case["card"])
    assert (card["state"], card["reason"], card["dose"]) == (case["state"], case["reason"], False)
    hidden = next(c for c in GUIDE["checks"] if c["id"] == case["check"])["effect"] == "hidden"
    assert not hidden or case["check"] in reasons(card)


def test_every_flag_and_every_medicine_check_has_a_case():
    assert {case["flag"] for case in CASES["gates"]} == {gate.id for gate in CONTENT.gates}
    assert {case["check"] for case in CASES["checks"]} == {check.id for check in CONTENT.checks}


def test_every_card_of_a_flag_is_met_in_one_of_its_cases():
    for gate in GUIDE["gates"]:
        cases = [case for case in CASES["gates"] if case["flag"] == gate["id"]]
        met = {
            card
            for case in cases
            for key in ("hides", "cautions", "instead")
            for card in case.get(key, ())
        }
        if gate["id"] not in ("F_PE", "F_ALI"):  # they name what stays
            assert met == set(gate["cards"]), gate["id"]


def test_every_link_is_needed_by_a_case(both, book):
    python, _ = both
    needless = []
    for link in GUIDE["links"]:
        without = {**GUIDE, "links": [other for other in GUIDE["links"] if other is not link]}
        if all(
            first(python.advise(without, expand(CONTENT, book, case["answers"]))) == case["first"]
            for case in CASES["links"]
        ):
            needless.append((link["flags"], link["fired"]))
    assert needless == [(["F_RHABDO"], ["E19"])]  # E19 carries F_COMP as well: said already
