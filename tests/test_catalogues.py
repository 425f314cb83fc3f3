"""Translations are code: complete, and every number, "not" and danger word kept in each of them.

The checks are in wording.py. Every one is shown to find the error it is for: see PLANTED.
"""

import re
from copy import copy

import polib
import pytest

from tests import wording
from tests.wording import (
    CHECKS,
    CODES,
    GLOSSARY,
    KNOWN,
    TERMS,
    catalogue,
    catalogue_file,
    excepted,
    found,
    place,
    plain,
    says_term,
)
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
        assert says_term(term, code).search(plain(GLOSSARY[term][code])), term


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
    ("es", "changes_a_not", DRIVE, r"^No m", "M"),
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
    ("es", "has_hidden_characters", EMERGENCY, r"a", "a\u200b"),
    ("ar", "has_other_digits", TODAY, "4", "٤"),
    ("es", "has_other_digits", TODAY, "4", "４"),
    ("es", "changes_a_measure", TODAY, "horas", "días"),
    ("es", "reorders_numbers", "level.soon.label", "1 a 3", "3 a 1"),
    ("es", "adds_a_term", EMERGENCY, r"$", " a la izquierda"),
    ("es", "lacks_a_term", TODAY, r"^Hoy", "Mañana"),
    ("fr", "has_half_a_not", DRIVE, " pas", ""),
    ("es", "loses_a_sentence", TODAY, r"\. .*", "."),
    ("es", "repeats_itself", EMERGENCY, r"$", " " + "Llame a una ambulancia ahora mismo"),
    ("es", "is_too_short_or_long", TODAY, r", .*", "."),
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


def test_a_poisoned_catalogue_stops_the_build(monkeypatch, tmp_path):
    """Markup, script, a wrong placeholder, swapped levels: in a file, as a translator sends it."""
    poison = {
        DRIVE: "No conduzca usted <b>mismo</b>.",
        "level.emergency.do.1": '<script src="//x"></script>Llame al número de emergencias.',
        PROGRESS: "Pregunta %(n)s, unas %(más)s más",
        EMERGENCY: "Reciba atención médica hoy",
        TODAY: "Llame a una ambulancia ahora.",
        "level.self_care.label": "Llame a una ambulancia ahora",
    }
    poisoned = polib.pofile(str(catalogue_file("es")))
    for entry in poisoned:
        entry.msgstr = poison.get(place(entry), entry.msgstr)
    file = tmp_path / "es" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    poisoned.save(str(file))
    monkeypatch.setattr(wording, "FOLDER", tmp_path)
    catalogue.cache_clear()
    with pytest.raises(AssertionError):
        test_catalogue_is_whole_and_keeps_the_meaning("es")
    catalogue.cache_clear()
    seen = {where for _, where in found(poisoned, "es") - excepted("es")}
    assert seen >= set(poison)


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
