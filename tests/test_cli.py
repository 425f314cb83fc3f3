"""`flask questions` and `flask triage`: the check for machines, and how it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.triage.plain import expand
from webapp.triage.engine import triage

ROOT = Path(__file__).parents[1]
EXAMPLE = {"age_band": "a25_39", "danger_now": {"breathless": "yes"}, "pain_level": 4}


@pytest.fixture
def ask(app):
    """Run a command of the app; bytes and text go in as they are, anything else as JSON."""

    def run(*arguments, given=b""):
        data = given if isinstance(given, bytes | str) else json.dumps(given)
        return app.test_cli_runner().invoke(args=arguments, input=data)

    return run


def said(result):
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def refused(result):
    """The one line of complaint; nothing else came out."""
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert result.stderr == line + "\n"
    return line


# ---- questions


def test_questions_are_the_questionnaire(ask, content):
    told = said(ask("questions"))["questions"]
    assert [q["id"] for q in told] == [q.id for q in content.questions]
    for one, q in zip(told, content.questions, strict=True):
        assert (one["text"], one["type"], one["danger"]) == (q.text, q.type, q.danger)
        assert one["show"] == (q.show or "always")
        wanted = [(o.id, o.text) for o in q.options] + ([("none", q.none)] if q.none else [])
        assert [(o["id"], o["text"]) for o in one["options"]] == wanted
        assert one.get("range") == (list(q.range) if q.range else None)


# ---- triage


def is_the_example(outcome):
    assert outcome["level"] == "emergency"
    assert outcome["rules"][0] == "E01"
    assert {"F_PE", "F_DVT"} <= set(outcome["flags"])
    assert [reason["id"] for reason in outcome["reasons"]] == ["E01"]
    assert outcome["reasons"][0]["text"].startswith("Leg pain with trouble breathing")
    assert "limb_danger" in outcome["open"] and "danger_now" not in outcome["open"]


def test_the_example_of_the_issue(ask):
    is_the_example(said(ask("triage", given=EXAMPLE)))


def test_a_real_process_answers_refuses_and_exits_2():
    lines = json.dumps(EXAMPLE) + '\n{"pain_level": "\\ud800"}\n{}\n'
    command = [sys.executable, "-m", "flask", "--app", "webapp", "triage", "--lines"]
    done = subprocess.run(command, input=lines, text=True, capture_output=True, cwd=ROOT)
    is_the_example(json.loads(done.stdout))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("pain_level: ")


def test_an_empty_object_for_rows_is_an_answer_and_a_missing_question_is_none(ask):
    nothing = said(ask("triage", given={}))
    assert nothing["level"] == "soon" and nothing["open"][0] == "danger_now"
    assert said(ask("triage", given={"danger_now": {}}))["open"] == nothing["open"][1:]


def test_no_for_every_row_is_the_same_as_no_rows(ask):
    rows = {"fever": "no", "none": "yes"}
    assert said(ask("triage", given={"body_skin": rows})) == said(
        ask("triage", given={"body_skin": {}})
    )


def test_not_sure_counts_on_a_danger_row(ask):
    assert said(ask("triage", given={"danger_now": {"collapse": "unsure"}}))["rules"][0] == "E01"


def test_lines_give_all_golden_cases_their_outcome(ask, content, book):
    answers = [expand(content, book, case.answers) for case in content.cases]
    given = "".join(json.dumps(one) + "\n" for one in answers)
    result = ask("triage", "--lines", given=given)
    assert (result.exit_code, result.stderr) == (0, "")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(told) == 190
    reasons = {rule.id: rule.reason for rule in content.rules}
    for case, one, full in zip(content.cases, told, answers, strict=True):
        outcome = triage(book, full)
        assert (one["level"], one["rules"]) == (case.level, list(case.fires)), case.id
        assert (one["flags"], one["open"]) == (list(outcome.flags), [])
        assert one["reasons"] == [{"id": r, "text": reasons[r]} for r in outcome.reasons]
        assert one["more"] == [{"id": r, "text": reasons[r]} for r in outcome.more]


def test_lines_need_no_last_newline_and_skip_empty_lines(ask):
    result = ask("triage", "--lines", given="{}\n\n{}")
    assert [json.loads(line)["level"] for line in result.stdout.splitlines()] == ["soon"] * 2


def test_lines_stop_at_the_first_that_cannot_be_read(ask):
    result = ask("triage", "--lines", given='{}\n{"knee": 1}\n{}\n')
    assert (result.exit_code, result.stdout.count("\n")) == (2, 1)
    assert result.stderr.count("\n") == 1 and "'knee'" in result.stderr


@pytest.mark.parametrize(
    "given, named",
    [
        ({"knee": "bad"}, "'knee'"),
        ({"__proto__": {"walk": "limp"}}, "'__proto__'"),
        ({"constructor": 1}, "'constructor'"),
        ({"": 1}, "''"),
        ({"kn\ree\n": 1}, "'kn\\ree\\n'"),
        ({"walk": "hops"}, "walk: unknown option 'hops'"),
        ({"walk": "Limp"}, "'Limp'"),
        ({"walk": ""}, "walk"),
        ({"danger_now": {"tired": "yes"}}, "danger_now: unknown option 'tired'"),
        ({"danger_now": {"__proto__": "yes"}}, "'__proto__'"),
        ({"good_signs": {"none_such": "yes"}}, "'none_such'"),
        ({"danger_now": {"breathless": "maybe"}}, "danger_now.breathless"),
        ({"danger_now": {"breathless": True}}, "true"),
        ({"danger_now": {"breathless": None}}, "null"),
        ({"danger_now": {"breathless": ["yes"]}}, '["yes"]'),
        ({"danger_now": {"breathless": {"yes": "yes"}}}, '{"yes"'),
        ({"health": {"gout_known": "unsure"}}, "health.gout_known"),
        ({"danger_now": ["breathless"]}, '["breathless"]'),
        ({"danger_now": "breathless"}, '"breathless"'),
        ({"danger_now": None}, "danger_now"),
        ({"walk": True}, "true"),
        ({"walk": 1}, "walk"),
        ({"walk": None}, "null"),
        ({"walk": ["limp"]}, '["limp"]'),
        ({"walk": {"limp": "yes"}}, "walk"),
        ({"pain_level": True}, "true"),
        ({"pain_level": False}, "false"),
        ({"pain_level": 4.5}, "4.5"),
        ({"pain_level": "4"}, '"4"'),
        ({"pain_level": -1}, "-1"),
        ({"pain_level": 11}, "11"),
        ({"pain_level": None}, "null"),
        ({"pain_level": [4]}, "[4]"),
        ('{"pain_level": NaN}', "NaN"),
        ('{"pain_level": Infinity}', "Infinity"),
        ('{"pain_level": -Infinity}', "-Infinity"),
        ('{"pain_level": 1e999}', "Infinity"),
        pytest.param('{"pain_level": 1%s}' % ("0" * 400), "pain_level", id="400 digits"),
        pytest.param('{"pain_level": 1%s}' % ("0" * 5000), "digits", id="5000 digits"),
        ({"calf_cm_sore": 9.9}, "calf_cm_sore"),
        ({"calf_cm_sore": 100.1}, "100.1"),
        ('{"calf_cm_sore": NaN}', "calf_cm_sore"),
        pytest.param('{"calf_cm_sore": 1%s}' % ("0" * 400), "calf_cm_sore", id="400 digits, cm"),
        ('{"walk": "limp", "walk": "normal"}', "'walk'"),
        ('{"danger_now": {"collapse": "yes", "collapse": "no"}}', "'collapse'"),
        (b'{"walk": "l\xffmp"}', "UTF-8"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b"\xef\xbb\xbf{}", "BOM"),
        ('{"walk": "\\ud800"}', "walk"),
        ('{"pain_level": "\\ud800"}', "pain_level"),
        pytest.param("[" * 100_000, "JSON", id="deep list"),
        pytest.param('{"walk":' * 100_000, "JSON", id="deep object"),
        ("{", "JSON"),
        ("{} {}", "JSON"),
        ("knee", "JSON"),
        ("[]", "list"),
        ("null", "NoneType"),
        ("4", "int"),
        ('"walk"', "str"),
        ("", "JSON"),
        (" \n", "JSON"),
    ],
)
def test_what_cannot_be_read_is_named_in_one_line_with_exit_2(ask, given, named):
    assert named in refused(ask("triage", given=given))
