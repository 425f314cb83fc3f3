"""Translations are code: complete, and every number, "not" and danger word kept in each of them.

Every check is shown to find the error it is for: see PLANTED. What it knows of a language stands in
data/languages.yaml, the words that must and must not be used in translations/glossary.csv.
"""

import csv
import re
import unicodedata
from collections import Counter
from copy import copy
from functools import cache
from pathlib import Path

import polib
import pytest
import yaml

from webapp.i18n import FOLDER
from webapp.languages import COMPLETE
from webapp.tools import catalogues

CODES = [language.code for language in COMPLETE[1:]]
KNOWN = yaml.safe_load((Path(__file__).parent / "data" / "languages.yaml").read_text("utf-8"))
GLOSSARY = {
    row["term_id"]: row
    for row in csv.DictReader((FOLDER / "glossary.csv").open(encoding="utf-8", newline=""))
}
TERMS = {  # what the English says, and the glossary's row of the word that must then be there
    r"\b(calf|calves)\b": "calf",
    r"\bclots?\b": "blood_clot",
    r"\bambulances?\b": "ambulance",
    r"\bfever\b": "fever",
    r"\bpregnant\b": "pregnant",
    r"\bhospital\b": "hospital",
    r"\bknees?\b": "knee",
}
PLACEHOLDER = re.compile(r"%\(\w+\)s")
NO = re.compile(
    r"\b(not|no|never|none|nothing|nobody|cannot|without|neither|nor)\b|n['’]t\b", re.IGNORECASE
)
SENTENCE = re.compile(r"[.?!؟:;؛।۔](?:\s|$)|[。？！：；]")
ENDS = {"?": "?؟？", "!": "!！", ".": ".。।۔", ":": ":："}
BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


@cache
def catalogue(code):
    return polib.pofile(str(FOLDER / code.replace("-", "_") / "LC_MESSAGES" / "messages.po"))


def place(entry):
    return entry.msgctxt or entry.msgid


def bare(text):
    return PLACEHOLDER.sub(" ", text)


def plain(text):
    """Lower case without accents and vowel signs."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in letters if not unicodedata.combining(c))


def words(text):
    return re.findall(r"[^\W\d_]+", bare(text))


# ---- the checks: (entry, what is known of the language, its code) -> whether something is wrong


def is_missing(entry, language, code):
    return not entry.msgstr.strip()


def is_fuzzy(entry, language, code):
    return entry.fuzzy or entry.obsolete


def has_markup(entry, language, code):
    return bool(re.search("[<>&]", entry.msgstr))


def numbers(text):
    return Counter(int(number) for number in re.findall(r"\d+", bare(text)))


def changes_a_number(entry, language, code):
    return numbers(entry.msgid) != numbers(entry.msgstr)


def changes_a_placeholder(entry, language, code):
    here, there = (Counter(PLACEHOLDER.findall(t)) for t in (entry.msgid, entry.msgstr))
    return here != there or entry.msgstr.count("%(") != sum(there.values())


def says_no(text, language):
    cues = "|".join(language["negation"])
    return bool(re.search(rf"(?<!\w){language['joined']}({cues})(?!\w)", text, re.IGNORECASE))


def changes_a_not(entry, language, code):
    """Sentence by sentence, or as a whole where the sentences are not the same in number."""
    here, there = SENTENCE.split(entry.msgid), SENTENCE.split(entry.msgstr)
    if len(here) != len(there):
        here, there = [entry.msgid], [entry.msgstr]
    pairs = zip(here, there, strict=True)
    return any(bool(NO.search(text)) != says_no(said, language) for text, said in pairs)


def forbidden(code):
    """The words the glossary forbids in a language, as stems."""
    for row in GLOSSARY.values():
        for rule in re.findall(r"MUSTNOT ([^.]*)", row["note"]):
            for part in rule.split(";"):
                language, _, stems = part.strip().partition("=")
                if language == code:
                    yield from (stem.strip() for stem in stems.split(",") if "(" not in stem)


def has_a_forbidden_word(entry, language, code):
    start = rf"(?<!\w){language['joined']}"
    return any(re.search(start + plain(stem), plain(entry.msgstr)) for stem in forbidden(code))


def lacks_a_term(entry, language, code):
    said = plain(entry.msgstr)
    return any(
        re.search(english, entry.msgid, re.IGNORECASE)
        and not any(
            re.search(rf"(?<!\w){language['joined']}{plain(stem)}", said)
            for stem in language["terms"][term]
        )
        for english, term in TERMS.items()
    )


def is_in_other_letters(entry, language, code):
    own = [word for word in words(entry.msgstr) if word not in language["foreign"]]
    return any(
        not unicodedata.name(c).startswith(language["script"])
        for word in own
        for c in word
        if unicodedata.category(c) in ("Lu", "Ll", "Lo")
    )


def is_left_in_english(entry, language, code):
    english = {word.lower() for word in words(entry.msgstr)} & set(language["english"])
    same = entry.msgid == entry.msgstr and len(words(entry.msgid)) > 1
    return bool(english) or same


def has_look_alikes(entry, language, code):
    return bool(set(entry.msgstr.lower()) & set(language["not_its_letters"]))


def ends_otherwise(entry, language, code):
    last, other = entry.msgid.strip()[-1], entry.msgstr.strip()[-1:]
    ends = "".join(ENDS.values())
    return other not in ENDS[last] if last in ENDS else other != "" and other in ends


def is_untidy(entry, language, code):
    text = entry.msgstr
    return text != " ".join(text.split()) or text != unicodedata.normalize("NFC", text)


def has_direction_marks(entry, language, code):
    return bool(BIDI.search(entry.msgstr))


CHECKS = {
    check.__name__: check
    for check in (
        is_missing,
        is_fuzzy,
        has_markup,
        changes_a_number,
        changes_a_placeholder,
        changes_a_not,
        has_a_forbidden_word,
        lacks_a_term,
        is_in_other_letters,
        is_left_in_english,
        has_look_alikes,
        ends_otherwise,
        is_untidy,
        has_direction_marks,
    )
}


def says_two_things_alike(catalogue):
    """Places that share a translation but not their English."""
    by_text = {}
    for entry in catalogue:
        by_text.setdefault(plain(entry.msgstr), set()).add(entry.msgid)
    return {place(e) for e in catalogue if e.msgstr and len(by_text[plain(e.msgstr)]) > 1}


def found(catalogue, code):
    """Every (check, place) that is wrong in a list of texts, exceptions included."""
    wrong = {("says_two_things_alike", where) for where in says_two_things_alike(catalogue)}
    for entry in catalogue:
        if is_missing(entry, KNOWN[code], code):
            wrong.add(("is_missing", place(entry)))
            continue
        wrong |= {
            (name, place(entry))
            for name, check in CHECKS.items()
            if check(entry, KNOWN[code], code)
        }
    return wrong


def excepted(code):
    return {(c, where) for c, places in KNOWN[code]["exceptions"].items() for where in places}


# ---- the catalogues as they are


def test_catalogues_are_up_to_date_with_the_texts():
    assert catalogues.main(["--check"]) == 0, "run `make translations`"


@pytest.mark.parametrize("code", CODES)
def test_this_test_knows_the_language(code):
    assert set(KNOWN[code]) == set(KNOWN["es"]) and KNOWN[code]["negation"]
    assert all(row[code].strip() for row in GLOSSARY.values())
    for term in TERMS.values():
        assert KNOWN[code]["terms"][term][0] in GLOSSARY[term][code]


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
    ("ar", "has_direction_marks", EMERGENCY, r"^", "\u202e"),
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


def test_digits_of_another_script_are_the_same_number():
    assert found([planted("ar", TODAY, "4", "٤")], "ar") == set()
