"""Each atom of the rules decides: its two answer sets give what the file says, in both engines."""

import os
from functools import cache

import pytest
import yaml

from tests.proof.mcdc import FILE, Pair, why_not
from tests.proof.points import changed, without_each_option
from tests.test_forms import as_form, whole
from tests.triage.plain import expand
from webapp.forms import asked_in_check
from webapp.triage.engine import shown_questions, triage

SMOKE = 30  # pairs that also go through the form; GENU_CASES=all takes them all


@cache
def kept():
    return yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def pairs():
    return [Pair(**{**row, "key": ()}) for row in kept()["pairs"]]


def both_sides(content, book, pair):
    return [expand(content, book, short) for short in (pair.a, pair.a | pair.b)]


def test_every_atom_has_its_pair_or_a_reason(book):
    atoms = [change.id for change, _ in without_each_option(book)]
    shown = [atom for pair in pairs() for atom in pair.atoms]
    assert sorted(shown + list(kept()["masked"])) == sorted(atoms), "make cases writes them anew"
    assert kept()["masked"] == {atom: why_not(atom) for atom in kept()["masked"]}


def test_the_two_sides_differ_in_one_answer_only(content, book):
    for pair in pairs():
        a, b = both_sides(content, book, pair)
        asked = set(shown_questions(book, a)) & set(shown_questions(book, b))
        (question,) = (name for name in asked if a.get(name) != b.get(name))
        if isinstance(a[question], dict):
            rows = {row for row in {**a[question], **b[question]}}
            changed_rows = [r for r in rows if a[question].get(r) != b[question].get(r)]
            assert len(changed_rows) == 1, pair.atoms


def test_each_side_gives_its_level_and_rules(engine, content, book):
    for pair in pairs():
        for answers, gives in zip(both_sides(content, book, pair), pair.gives, strict=True):
            outcome = engine.triage(answers)
            assert [outcome["level"], *outcome["rules"]] == gives, pair.atoms
            assert not outcome["open"]
        assert pair.gives[0] != pair.gives[1]


def test_the_atom_makes_the_difference(content, book):
    drops = {change.id: change for change, _ in without_each_option(book)}
    for pair in pairs():
        answers = expand(content, book, pair.a)
        for atom in pair.atoms:
            outcome = triage(changed(book, drops[atom]), answers)
            assert [outcome.level, *outcome.rules] != pair.gives[0], atom


def in_form():
    step = 1 if os.environ.get("GENU_CASES") == "all" else max(1, len(pairs()) // SMOKE)
    return pairs()[::step]


@pytest.mark.parametrize("pair", in_form(), ids=lambda pair: pair.atoms[0])
def test_the_form_gives_the_same(client, content, book, pair):
    asked = {question.id for question in asked_in_check(content)}
    for answers, gives in zip(both_sides(content, book, pair), pair.gives, strict=True):
        form = as_form({n: answer for n, answer in whole(answers).items() if n in asked})
        html = client.post("/en/", data=form).text
        result = html.partition('<section id="result"')[2].partition('<form id="check"')[0]
        assert f'data-level="{gives[0]}"' in result, pair.atoms
        assert all(f'data-rule="{rule}"' in result for rule in gives[1:]), pair.atoms
        assert result.count("data-rule=") == len(gives) - 1, pair.atoms
