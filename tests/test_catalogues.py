"""Translations are code: complete, and every number, "not" and danger word kept in each of them.

The checks are in wording.py. Every one is shown to find the error it is for: see PLANTED.
"""

import re
from copy import copy

import pytest

from tests.wording import CHECKS, CODES, GLOSSARY, KNOWN, TERMS, catalogue, excepted, found, place, plain
from webapp.tools import catalogues

# ---- the catalogues as they are


def test_catalogues_are_up_to_date_with_the_texts():
    assert catalogues.main(["--check"]) == 0, "run `make translations`"


@pytest.mark.parametrize("code", CODES)
def test_this_test_knows_the_language(code):
    assert set(KNOWN[code]) == set(KNOWN["es"]) and KNOWN[code]["negation"]
    assert all(row[code].strip() for row in GLOSSARY.values())
    assert set(KNOWN[code]["terms"]) == set(TERMS)
    for term in set(TERMS) & set(GLOSSARY):
        assert plain(KNOWN[code]["terms"][term][0]) in plain(GLOSSARY[term][code])


@pytest.mark.parametrize("code", CODES)
def test_catalogue_is_whole_and_keeps_the_meaning(code):
    wrong = found(catalogue(code), code) - excepted(code)
    assert sorted(wrong) == []


@pytest.mark.parametrize("code", CODES)
def test_every_exception_is_needed_and_has_a_reason(code):
    assert sorted(excepted(code) - found(catalogue(code), code)) == []
    reasons = [why for places in KNOWN[code]["exceptions"].values() for why in places.values()]
    assert all(len(why.split()) > 2 for why in reasons)


# ---- each check finds the error it is for

EMERGENCY, DRIVE = "level.emergency.label", "level.emergency.do.3"
TODAY, CALF = "level.urgent_today.by_when", "question.swelling.options.calf.text"
FEVER = "question.body_skin.options.fever.text"
PREGNANT = "question.pregnancy.options.pregnant_early.text"
PROGRESS = "Question %(n)s, about %(more)s more"
RUB = "card.first_aid_wait.steps.2"
ASKED = "question.danger_now.text"

PLANTED = [
    ("es", "is_missing", DRIVE, r".*", ""),
    ("es", "has_markup", DRIVE, r"^No", "<b>No</b>"),
    ("es", "has_markup", DRIVE, r"^No", "No &amp;"),
    ("es", "changes_a_number", TODAY, "4", "14"),
    ("es", "changes_a_number", TODAY, "4", "٥"),
    ("es", "changes_a_number", TODAY, "4", "cuatro"),
    ("es", "changes_a_number", FEVER, "38", "39"),
    ("es", "changes_a_placeholder", PROGRESS, r"%\(n\)s", ""),
    ("es", "changes_a_placeholder", PROGRESS, r"%\(n\)s", "%(m)s"),
    ("es", "changes_a_placeholder", PROGRESS, r"%\(n\)s", "%(n) s"),
    ("es", "changes_a_not", DRIVE, r"^No c", "C"),
    ("es", "changes_a_not", EMERGENCY, r"^Llame", "No llame"),
    ("es", "changes_a_not", RUB, r"^No frote", "Frote"),
    ("es", "changes_a_not", RUB, r"No la estire", "Estírela"),
    ("es", "has_a_forbidden_word", CALF, r"$", " (ternero)"),
    ("es", "has_a_forbidden_word", CALF, r"$", " (Becerros)"),
    ("es", "lacks_a_term", CALF, r"pantorrilla", "pierna"),
    ("es", "lacks_a_term", EMERGENCY, r"ambulancia", "taxi"),
    ("es", "lacks_a_term", FEVER, r"[Ff]iebre", "Gripe"),
    ("es", "lacks_a_term", PREGNANT, r"[Ee]mbaraz\w*", "Casada"),
    ("es", "lacks_a_term", "rule.U01.reason", r"coágulo", "grumo"),
    ("es", "is_in_other_letters", EMERGENCY, r"a", "а"),
    ("es", "is_left_in_english", EMERGENCY, r".*", "Call for an ambulancia now"),
    ("es", "has_look_alikes", EMERGENCY, r"a", "à"),
    ("es", "ends_otherwise", ASKED, r"\?$", "."),
    ("es", "ends_otherwise", DRIVE, r"\.$", ""),
    ("es", "is_untidy", DRIVE, r" ", "  "),
    ("es", "is_untidy", EMERGENCY, r"a", "a\u0301"),
    ("ar", "is_missing", DRIVE, r".*", " "),
    ("ar", "has_markup", DRIVE, r"^", "<i>"),
    ("ar", "changes_a_number", TODAY, "4", "٥"),
    ("ar", "changes_a_number", TODAY, "4", ""),
    ("ar", "changes_a_placeholder", PROGRESS, r"%\(more\)s", "%(n)s"),
    ("ar", "changes_a_not", RUB, r"لا ", ""),
    ("ar", "changes_a_not", EMERGENCY, r"^", "لا "),
    ("ar", "has_a_forbidden_word", CALF, r"$", " (العجل)"),
    ("ar", "has_a_forbidden_word", CALF, r"$", " والورم"),
    ("ar", "lacks_a_term", EMERGENCY, r"\w*إسعاف\w*", "أجرة"),
    ("ar", "lacks_a_term", "rule.U01.reason", r"\w*جلط\w*", "كتلة"),
    ("ar", "lacks_a_term", CALF, r"ربلة الساق|سمانة الساق|الربلة|السمانة|ربلة|سمانة", "القدم"),
    ("ar", "is_in_other_letters", EMERGENCY, r"$", " now"),
    ("ar", "has_look_alikes", EMERGENCY, r"$", " کي"),
    ("ar", "has_look_alikes", EMERGENCY, r"ي|ى|$", "ی"),
    ("ar", "ends_otherwise", ASKED, r"؟$", ""),
    ("ar", "has_hidden_characters", EMERGENCY, r"^", "\u202e"),
]


def text_at(code, where):
    (entry,) = [entry for entry in catalogue(code) if place(entry) == where]
    return copy(entry)


def planted(code, where, pattern, new):
    """A text of the real catalogue with something changed in it."""
    entry = text_at(code, where)
    old, entry.msgstr = entry.msgstr, re.sub(pattern, lambda _: new, entry.msgstr, count=1)
    assert entry.msgstr != old
    return entry


@pytest.mark.parametrize("code, check, where, pattern, new", PLANTED)
def test_planted_error_is_found(code, check, where, pattern, new):
    assert found([text_at(code, where)], code) == set()
    assert (check, where) in found([planted(code, where, pattern, new)], code)


def test_every_check_has_a_planted_error():
    assert {check for _, check, *_ in PLANTED} == set(CHECKS) - {"is_fuzzy"}


def test_a_fuzzy_text_is_found():
    entry = text_at("es", DRIVE)
    entry.flags = ["fuzzy"]
    assert found([entry], "es") == {("is_fuzzy", DRIVE)}


def test_two_answers_with_one_translation_are_found():
    leg = text_at("ar", "question.swelling.options.whole_leg.text")
    calf = text_at("ar", CALF)
    leg.msgstr = calf.msgstr
    wrong = {where for check, where in found([leg, calf], "ar") if check == "says_two_things_alike"}
    assert wrong == {place(leg), CALF}
