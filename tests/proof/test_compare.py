"""`flask compare-rules`: both outcomes, folders and revisions, and what is refused."""

import builtins
import json
import shutil
from pathlib import Path

import pytest

from webapp.content.load import book as make_book
from webapp.content.load import load_rules
from webapp.triage.engine import LEVELS, triage

CONTENT = Path(__file__).parents[2] / "webapp" / "content"


@pytest.fixture
def compare(app):
    def run(*arguments):
        return app.test_cli_runner().invoke(args=["compare-rules", *map(str, arguments)])

    return run


@pytest.fixture
def edited(tmp_path):
    """A copy of the rules with some text replaced."""

    def make(file, old, new):
        for name in ("questions.yaml", "rules.yaml"):
            shutil.copy(CONTENT / name, tmp_path / name)
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return make


def answers_in(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("  {")]


def test_the_same_rules_are_proved_not_to_fall(compare):
    result = compare(CONTENT, CONTENT)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "No level falls" in result.stdout and "proved over all answers" in result.stdout


def test_a_fall_is_printed_in_words_with_answers_that_show_it(compare, edited):
    folder = edited(
        "rules.yaml", "anyU(limb_danger: cold_pale_foot)", "any(limb_danger: bone_wound)"
    )
    result = compare(CONTENT, folder)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("1. emergency -> self_care\n")
    assert "The foot or lower leg is newly cold, pale, blue or grey" in result.stdout
    before, after = (make_book(load_rules(f)) for f in (CONTENT, folder))
    for answers in answers_in(result.stdout):
        assert triage(before, answers).level == "emergency"
        assert triage(after, answers).level == "self_care"


def test_the_other_way_round_nothing_falls(compare, edited):
    folder = edited(
        "rules.yaml", "anyU(limb_danger: cold_pale_foot)", "any(limb_danger: bone_wound)"
    )
    assert compare(folder, CONTENT).exit_code == 0


def test_the_fewest_ticks_come_first_and_most_limits_them(compare, edited):
    folder = edited("rules.yaml", "anyU(calf_check: hard_cord)", "WELLS >= 9")
    text = (folder / "rules.yaml").read_text(encoding="utf-8")
    text = text.replace("WELLS >= 2 AND NO_SNAP", "WELLS >= 3 AND NO_SNAP")
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    result = compare("--most", "4", CONTENT, folder)
    ticks = [
        sum(len(a) for a in answers.values() if isinstance(a, dict))
        for answers in answers_in(result.stdout)
    ]
    assert ticks == sorted(ticks) and len(ticks) == 4
    assert "and more" in result.stdout


def test_an_option_that_only_the_old_version_asks_counts(compare, edited):
    gone = '  - {id: lump_pulse, text: "A lump that beats like a pulse"}\n'
    folder = edited("questions.yaml", gone, "")
    assert compare(folder, CONTENT).exit_code == 0  # what the new version asks more cannot fall
    result = compare(CONTENT, folder)
    assert result.exit_code in (0, 1)
    for answers in answers_in(result.stdout):
        levels = [triage(make_book(load_rules(f)), answers).level for f in (CONTENT, folder)]
        assert LEVELS.index(levels[0]) > LEVELS.index(levels[1])


def test_a_git_revision_can_be_named(compare):
    result = compare("HEAD", "HEAD")
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("name", ["no-such-revision", "--output=x", "/no/such/folder", ""])
def test_what_is_no_version_is_refused_in_one_line(compare, name):
    result = compare("--", CONTENT, name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1 and repr(name)[1:-1] in result.stderr


def test_rules_that_cannot_be_read_are_refused_by_place(compare, edited):
    result = compare(CONTENT, edited("rules.yaml", "level: emergency", "lvl: emergency"))
    assert result.exit_code == 2
    assert "rules.yaml:" in result.stderr


def test_a_question_that_changed_its_type_is_refused(compare, edited):
    folder = edited("questions.yaml", "- id: side\n  type: single", "- id: side\n  type: multi")
    result = compare(CONTENT, folder)
    assert result.exit_code == 2 and "side: its type changed" in result.stderr


def test_without_z3_it_is_named(compare, monkeypatch):
    real = builtins.__import__

    def without(name, *more, **named):
        if name == "webapp.tools" and "compare" in (more[2] if len(more) > 2 else ()):
            raise ModuleNotFoundError("No module named 'z3'", name="z3")
        return real(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    result = compare(CONTENT, CONTENT)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "z3-solver" in result.stderr and "requirements-dev.txt" in result.stderr
