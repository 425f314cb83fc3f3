"""What the checks of the translations find of errors planted into them: tests/planted.py."""

from collections import Counter

import pytest

from tests.planted import CERTAIN, counted
from tests.wording import CODES

ENOUGH = 0.95


@pytest.fixture(scope="module")
def told():
    return counted()


def test_errors_of_every_kind_are_planted_into_every_language(told):
    table, _ = told
    each = {code: sum(row[code][1] for row in table.values()) for code in CODES}
    assert sum(each.values()) >= 100 and min(each.values()) >= 13, each
    assert all(row[code][1] for row in table.values() for code in CODES)


def test_nearly_all_are_found(told):
    table, missed = told
    number = sum(row[1] for rows in table.values() for row in rows.values())
    assert len(missed) <= (1 - ENOUGH) * number, missed


def test_a_wrong_number_placeholder_or_forbidden_word_and_markup_are_always_found(told):
    table, missed = told
    assert set(CERTAIN) <= set(table)
    assert Counter(error.kind for error in missed if error.kind in CERTAIN) == {}
