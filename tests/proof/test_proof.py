"""Every theorem about the rules holds over all answers; the encoding is the engine; it can fail."""

import random

import pytest
import z3

from tests.proof import prove as prover
from tests.proof.carried import carried
from tests.proof.prove import explain, prove
from tests.proof.theorems import BRIEF, World, theorems
from tests.triage.plain import expand
from tests.triage.strategies import random_answers
from webapp.content.load import guide as make_guide
from webapp.content.load import theorems as load_theorems
from webapp.tools.encode import Person, Reading, answers_of, facts
from webapp.triage.engine import LEVELS, triage

THEOREMS = {theorem.id: theorem for theorem in theorems()}
RANDOM_SETS = 300


@pytest.fixture(scope="module")
def world(book, content):
    return World(book, make_guide(content))


@pytest.mark.parametrize("id", THEOREMS)
def test_theorem(id, world, content, book):
    result = prove(world, THEOREMS[id])
    assert result.cases
    assert result.proved, "\n".join(
        line for failure in result.failures[:3] for line in explain(content, book, failure)
    )


def test_ids_are_unique_and_every_rule_has_its_line(book):
    assert len(THEOREMS) == len(theorems())
    assert {rule["id"] for rule in book["rules"]} == {i[2:] for i in THEOREMS if i[:2] == "L-"}
    assert len(BRIEF["macros"]) == len(book["macros"])


# The encoding against the engine, both directions


def read_by_z3(solver, reading, answers):
    """What the formulas say about given answers: level, rules, open, shown."""
    assert solver.check(*facts(reading.person, answers)) == z3.sat
    return said_by(solver.model(), reading)


def said_by(model, reading):
    def true(formulas):
        return [name for name, formula in formulas.items() if z3.is_true(model.eval(formula))]

    level = max(n for n, reach in enumerate(reading.at_least) if z3.is_true(model.eval(reach)))
    return LEVELS[level], true(reading.fires), true(reading.open)


def read_by_engine(book, answers, finished=True):
    outcome = triage(book, answers, finished)
    return outcome.level, [r for r in outcome.rules if r != "M01"], list(outcome.open)


@pytest.fixture(scope="module")
def readings(book):
    """(solver, reading) of a finished check and of a look during it."""
    found = {}
    for finished in (True, False):
        reading = Reading(book, Person(book, "p"), finished)
        solver = z3.SolverFor("QF_FD")
        solver.add(reading.definitions)
        found[finished] = (solver, reading)
    return found


def test_on_random_answers_the_formulas_say_what_the_engine_says(book, readings):
    source = random.Random(3)
    for number in range(RANDOM_SETS):
        answers, finished = random_answers(book, source), number % 3 != 0
        got = read_by_z3(*readings[finished], answers)
        assert got == read_by_engine(book, answers, finished), answers


def test_on_the_golden_cases_too(content, book, readings):
    assert len(content.cases) == 190
    for case in content.cases:
        answers = expand(content, book, case.answers)
        assert read_by_z3(*readings[True], answers) == (case.level, list(case.fires), []), case.id


@pytest.mark.parametrize("finished", [True, False])
def test_what_z3_finds_the_engine_finds_too(book, readings, finished):
    solver, reading = readings[finished]
    for formula in [*reading.fires.values(), *reading.open.values(), *reading.at_least]:
        assert solver.check(formula) == z3.sat
        model = solver.model()
        answers = answers_of(reading.person, model)
        assert read_by_engine(book, answers, finished) == said_by(model, reading), answers


# A broken rule is caught by name


def with_rule(book, id, **changed):
    rules = [{**rule, **changed} if rule["id"] == id else rule for rule in book["rules"]]
    return {**book, "rules": rules}


def failing(book, *ids):
    world = World(book)
    return {id for id in ids if not prove(world, THEOREMS[id]).proved}


def test_without_e03_a_cold_foot_is_caught_by_name(book):
    broken = {**book, "rules": [rule for rule in book["rules"] if rule["id"] != "E03"]}
    assert failing(broken, "P02", "K03", "L-E03", "L-E07", "K05") == {"P02", "K03", "L-E03"}


def test_u08_lowered_is_caught_by_name(book):
    broken = with_rule(book, "U08", level="soon")
    assert failing(broken, "C09b", "C21", "H12", "L-U08", "C17") == {"C09b", "C21", "H12", "L-U08"}


def test_a_macro_that_lost_an_option_is_caught(book):
    macros = {**book["macros"], "ACUTE7": ["one", "duration", ["lt_24h", "d1_3"]]}
    assert failing({**book, "macros": macros}, "L-E09", "C07b", "K05b") == {"L-E09", "C07b", "K05b"}


def test_a_lost_guard_is_caught(book):
    macros = {**book["macros"], "NO_NUMB": ["none", "good_signs", ["numb_gone"]]}
    assert failing({**book, "macros": macros}, "H03", "L-S12") == {"H03", "L-S12"}


def test_a_rule_that_reads_unsure_as_no_is_caught(book):
    broken = with_rule(book, "E16", when=["any", "limb_danger", ["saddle_bladder"]])
    assert failing(broken, "P03", "K14", "H26") == {"P03", "K14", "H26"}


def test_a_rule_that_a_danger_sign_switches_off_is_caught(book):
    calm = ["and", ["is", "PREG"], ["none", "joint_signs", ["crunch"]]]
    broken = with_rule(book, "T20", when=calm)
    assert failing(broken, "P06", "P09", "P19e", "P11") == {"P06", "P09", "P19e"}


def test_a_dead_and_a_redundant_rule_are_caught(book):
    dead = ["and", ["one", "side", ["left"]], ["one", "side", ["right"]]]
    assert failing(with_rule(book, "T10", when=dead), "P11", "P12") == {"P11", "P12"}
    double = with_rule(book, "U27", when=["anyU", "limb_danger", ["knee_shape"]])
    assert failing(double, "P11", "P12") == {"P12"}


def test_a_failure_is_told_in_words_and_by_the_exit_code(book, monkeypatch, capsys):
    broken = {**book, "rules": [rule for rule in book["rules"] if rule["id"] != "E03"]}
    monkeypatch.setattr(prover, "make_book", lambda content: broken)
    monkeypatch.setattr(prover, "theorems", lambda: [THEOREMS["K03"]])
    assert prover.main() == 1
    said = capsys.readouterr().out
    assert "K03    FAILED" in said
    assert "The foot or lower leg is newly cold, pale, blue or grey" in said
    assert "0 of 1 theorems proved" in said


def test_the_public_page_of_the_rules_names_todays_theorems(book):
    """`python -m tests.proof.carried` writes them anew; two rules are tried here."""
    shown = load_theorems()
    assert shown["theorems"] == {theorem.id: theorem.words for theorem in theorems()}
    assert set(shown["rests_on"]) == {rule["id"] for rule in book["rules"]}
    for rule in ("E05", "T15"):
        assert carried(book, rule) == shown["rests_on"][rule]
