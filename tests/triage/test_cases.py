"""Every golden case of the brief gives its level and fires exactly its rules, in both engines."""

import pytest

from tests.triage.plain import expand
from webapp.content.load import load

CASES = load().cases


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_golden_case(case, engine, content, book):
    outcome = engine.triage(expand(content, book, case.answers))
    assert (outcome["level"], outcome["rules"]) == (case.level, list(case.fires)), case.name
    assert outcome["open"] == []


def test_all_190_cases_and_105_rules_are_there(content):
    assert len(content.cases) == 190
    assert len(content.rules) == 105
    assert len(content.questions) == 36
