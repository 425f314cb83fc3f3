"""The table of ambulance numbers keeps what its header promises."""

import re
from datetime import date

import pytest
from babel import Locale

from webapp.content.load import read
from webapp.tools import emergency_numbers as tool

ROWS = read(tool.TABLE)["numbers"]
BY_COUNTRY = {row["country"]: row for row in ROWS}
AMBULANCE = tool.read_aosp(tool.AOSP.read_text(encoding="utf-8"))
_, MOVES = tool.read_overlay(tool.OVERLAY)

EIGHTEEN_MONTHS = 548
# Two-letter codes that CLDR names and that are no ISO country: unions, island groups, test codes.
NO_COUNTRY = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
AGAIN = "run python -m webapp.tools.emergency_numbers"


def countries(rows):
    return [row["country"] for row in rows]


def has_reason(row):
    """A move in the overlay, with words to it, that the row repeats."""
    move = MOVES.get(row["country"])
    return move is not None and len(move.reason.split()) >= 4 and move.reason in row["provenance"]


def is_ambulance_in_aosp(row):
    return row["number"] in AMBULANCE.get(row["country"], [])


def test_every_country_is_there_once_and_in_order():
    territories = {c for c in Locale("en").territories if re.fullmatch("[A-Z]{2}", c)}
    assert set(BY_COUNTRY) == territories - NO_COUNTRY
    assert countries(ROWS) == sorted(set(BY_COUNTRY))


def test_no_country_of_aosp_is_lost():
    assert len(AMBULANCE) == 227
    assert set(AMBULANCE) <= set(BY_COUNTRY)


def test_every_value_is_text():
    assert all(isinstance(value, str) and value for row in ROWS for value in row.values())


def test_a_and_b_have_a_number_and_c_has_none():
    assert {row["grade"] for row in ROWS} == {"A", "B", "C"}
    assert countries(r for r in ROWS if ("number" in r) != (r["grade"] in "AB")) == []


def test_numbers_are_two_to_five_ascii_digits():
    shown = [row for row in ROWS if "number" in row]
    assert countries(r for r in shown if not re.fullmatch("[0-9]{2,5}", r["number"])) == []


def test_every_number_is_an_ambulance_in_aosp_or_has_a_reason():
    shown = [row for row in ROWS if "number" in row]
    assert countries(r for r in shown if not (is_ambulance_in_aosp(r) or has_reason(r))) == []


def test_every_a_is_agreed_and_has_a_reason():
    best = [row for row in ROWS if row["grade"] == "A"]
    assert countries(r for r in best if not (is_ambulance_in_aosp(r) and has_reason(r))) == []
    for row in best:
        assert row["number"] in tool.libphonenumber_numbers(row["country"]), row


def test_every_row_was_reviewed_in_the_last_eighteen_months():
    old = [
        r
        for r in ROWS
        if (date.today() - date.fromisoformat(r["checked_on"])).days > EIGHTEEN_MONTHS
    ]
    assert countries(old) == [], (
        f"review these rows, set checked_on in webapp/tools/{tool.OVERLAY.name} and {AGAIN}"
    )


def test_the_committed_file_is_what_the_builder_makes():
    assert tool.build() == tool.TABLE.read_bytes().decode(), AGAIN


def test_syria_shows_the_ambulance_and_not_the_police():
    assert BY_COUNTRY["SY"]["number"] == "110"


@pytest.mark.parametrize("country", ["DZ", "ET", "IQ"])
def test_doubtful_rows_show_no_number(country):
    assert BY_COUNTRY[country]["grade"] == "C"


@pytest.mark.parametrize("country", ["BJ", "CD", "CG", "GQ", "KM", "TD", "TG"])
def test_a_fallback_is_not_an_ambulance_number(country):
    assert AMBULANCE[country] == []
    assert BY_COUNTRY[country]["grade"] == "C"


def test_agreement_is_b():
    row = tool.judge("FR", ["15"], ["112", "15"], None)
    assert (row.grade, row.number) == ("B", "15")


@pytest.mark.parametrize("aosp", [["17"], [], None], ids=["conflict", "no ambulance", "missing"])
def test_without_agreement_it_is_c(aosp):
    row = tool.judge("FR", aosp, ["112", "15"], None)
    assert (row.grade, row.number) == ("C", None)


def test_several_agreed_numbers_need_a_persons_choice():
    with pytest.raises(ValueError, match="must choose"):
        tool.judge("FR", ["112", "15"], ["112", "15"], None)


@pytest.mark.parametrize(
    "move",
    [
        tool.Move("A", "17", "A without agreement"),
        tool.Move("A", None, "A without a number"),
        tool.Move("C", "15", "C with a number"),
        tool.Move("D", "15", "no such grade"),
    ],
    ids=lambda move: move.reason,
)
def test_builder_refuses_a_bad_move(move):
    with pytest.raises(ValueError, match="FR"):
        tool.judge("FR", ["15"], ["112", "15"], move)


def test_a_country_is_moved_once(tmp_path):
    entry = '  - {countries: ["FR"], grade: "C", reason: "twice"}\n'
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text('checked_on: "2026-11-22"\nmoves:\n' + entry * 2)
    with pytest.raises(ValueError, match="FR is moved twice"):
        tool.read_overlay(overlay)
