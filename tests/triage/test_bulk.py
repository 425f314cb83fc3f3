"""A short stretch of the bulk run (`make equal` takes a million sets), and that it can fail."""

import pytest

from tests.triage.bulk import BATCH, Generator, Pair, Result, run
from webapp.content.load import guide as make_guide
from webapp.triage.engine import LEVELS

BATCHES = 8  # of 250 sets


@pytest.fixture(scope="module")
def guide(content):
    return make_guide(content)


@pytest.fixture
def pair(book, guide):
    """Makes a Pair; the phone's book may be another."""
    made = []

    def make(phone_book=None):
        made.append(Pair(book, guide, phone_book))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_both_engines_write_down_the_same(pair, content, book):
    generator, engines, total = Generator(content, book, 1), pair(), Result()
    for number in range(BATCHES):
        result = engines.compare(generator.batch(number))
        assert not result.difference
        assert result.python == result.javascript
        total.met += result.met
    assert not total.met["refused", ""]
    assert all(total.met["level", level] > BATCHES for level in LEVELS)
    rules = {id for kind, id in total.met if kind == "rule"}
    assert len(rules) > 0.95 * len(book["rules"])


def test_the_same_seed_gives_the_same_sets(content, book):
    one, other = (Generator(content, book, 1) for _ in range(2))
    assert one.batch(3, 20) == other.batch(3, 20)
    assert one.batch(3, 20) != one.batch(4, 20)
    assert one.batch(3, 20) != Generator(content, book, 2).batch(3, 20)


def test_the_sets_are_mostly_no(content, book):
    batch = Generator(content, book, 1).batch(0)
    multi = {q["id"]: len(q["options"]) for q in book["questions"] if q["type"] == "multi"}
    asked = sum(multi[name] for answers, _ in batch for name in answers if name in multi)
    said = sum(len(answers[name]) for answers, _ in batch for name in answers if name in multi)
    assert 0 < said < 0.1 * asked


def test_the_first_difference_is_told(pair, content, book):
    lower = [
        {**rule, "level": "urgent_today"} if rule["id"] == "E03" else rule for rule in book["rules"]
    ]
    calm = ({}, True)
    cold = ({"limb_danger": {"cold_pale_foot": "unsure"}}, True)
    engines = pair({**book, "rules": lower})
    assert not engines.compare([calm]).difference
    told = engines.compare([calm, cold, cold]).difference
    assert told.startswith('answers: {"limb_danger": {"cold_pale_foot": "unsure"}}')
    assert 'python: ["emergency",["E03"' in told
    assert 'javascript: ["urgent_today",["E03"' in told


def test_a_refusal_by_one_engine_is_a_difference(pair, book):
    broken = {**book, "rules": [{**book["rules"][0], "when": ["not"]}]}
    assert "javascript: refused" in pair(broken).compare([({}, True)]).difference


def test_a_difference_or_a_set_that_both_refuse_fails_the_run(monkeypatch, capsys):
    same = {"python": "a", "javascript": "a"}
    whole, refused = Result(**same), Result(**same)
    for result in (whole, refused):
        result.cpu.update(python=1, javascript=1)
    refused.met["refused", ""] = 1
    differs = Result("a", "b", difference="answers: {}")
    for given, failed in (([whole], 0), ([refused], 1), ([whole, differs], 1)):
        monkeypatch.setattr("tests.triage.bulk.results", lambda *_, given=given: iter(given))
        assert run(BATCH * len(given), seed=1, processes=1, minutes=1) == failed
    told = capsys.readouterr().out
    assert "Refused sets: 1." in told
    assert f"The engines differ after {BATCH} sets, seed 1.\nanswers: {{}}" in told
