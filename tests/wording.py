"""What is checked of every translation, text by text. tests/test_catalogues.py runs it on the
catalogues, tests/planted.py on errors planted into them.

What it knows of a language stands in data/languages.yaml, the words that must and must not be used
in translations/glossary.csv.
"""

import csv
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import polib
import yaml

from webapp.i18n import FOLDER
from webapp.languages import COMPLETE

CODES = [language.code for language in COMPLETE[1:]]
KNOWN = yaml.safe_load((Path(__file__).parent / "data" / "languages.yaml").read_text("utf-8"))
GLOSSARY = {
    row["term_id"]: row
    for row in csv.DictReader((FOLDER / "glossary.csv").open(encoding="utf-8", newline=""))
}
TERMS = {  # what the English says; how each language says it stands in data/languages.yaml
    "calf": r"\b(calf|calves)\b",
    "blood_clot": r"\bclots?\b",
    "ambulance": r"\bambulances?\b",
    "fever": r"\bfever\b",
    "pregnant": r"\bpregnant\b",
    "hospital": r"\bhospital\b",
    "emergency_department": r"\bemergency department\b",
    "knee": r"\bknees?\b",
    "left": r"\bleft\b(?! in)",
    "right": r"^right$|\bright knee|\bon the right",
    "ankle": r"\bankles?\b",
    "thigh": r"\bthighs?\b",
    "hamstring": r"\bhamstrings?\b(?! slider)",
    "foot": r"\b(foot|feet)\b",
    "toe": r"\btoes?\b",
    "hip": r"\bhips?\b(?! hinge)",
    "chest": r"\bchest\b(?! X-ray)",
    "bone": r"\bbones?\b",
    "nerve": r"\bnerves?\b",
    "vein": r"\bveins?\b",
    "artery": r"\barter(y|ies)\b",
    "kidney": r"\bkidneys?\b",
    "ibuprofen": r"\bibuprofen\b",
    "paracetamol": r"\bparacetamol\b",
    "aspirin": r"\baspirin\b",
    "naproxen": r"\bnaproxen\b",
    "diclofenac": r"\bdiclofenac\b",
    "blood_thinner": r"\bthinners?\b",
    "antibiotic": r"\bantibiotics?\b",
    "doctor": r"\bdoctors?\b",
    "clinician": r"\bclinicians?\b",
    "pharmacist": r"\bpharmacists?\b",
    "now": r"\bnow\b(?! and then)",
    "today": r"\btoday\b",
    "second": r"\b\d+ seconds?\b",
    "minute": r"\bminutes?\b",
    "hour": r"\bhours?\b",
    "day": r"\b\d+ days?\b",
    "week": r"\bweeks?\b",
    "month": r"\bmonths?\b",
    "year": r"\b\d+ years?\b",
    "mg": r"\bmg\b",
    "cm": r"\bcm\b",
    "numbness": r"\bnumb(ness)?\b",
    "swelling": r"\b(swollen|swelling|swell(s|ed)?)\b",
    "lump": r"\blumps?\b(?! of)",
    "cold": r"\bcold\b(?!, flu)",
    "heat": r"\b(hot|warm|heat)\b",
    "breath": r"\bbreath",
    "pale": r"\bpale\b",
    "cancer": r"\bcancer\b",
    "child": r"\bchild(ren)?\b(?! with a)",
    "home": r"\bat home\b",
}
# A term the English does not say is an error too; what in the English allows it all the same.
NEVER_ADDED = {
    term: TERMS[term]
    for term in (
        "ambulance left right ankle ibuprofen paracetamol aspirin naproxen diclofenac antibiotic"
        " pharmacist minute mg cm kidney cancer"
    ).split()
} | {
    "today": r"day",
    "week": r"\bweeks?\b|most days",
    "paracetamol": r"\bparacetamol\b|mixes have it too",
    "hour": r"\b(hours?|timer?)\b",
    "pharmacist": r"\bpharmac|\bask (first|after)\b",
    "month": r"\b(months?|late in)\b",
}
PLACEHOLDER = re.compile(r"%\(\w+\)s")
NO = re.compile(
    r"\b(not|no|never|none|nothing|nobody|cannot|without|neither|nor)\b|n['’]t\b", re.IGNORECASE
)
SENTENCE = re.compile(r"[.?!؟:;؛।۔](?:\s|$)|[。？！：；]")
ENDS = {"?": "?؟？", "!": "!！", ".": ".。।۔", ":": ":："}
MEASURE = re.compile(r"(\d+) (second|minute|hour|day|week|month|year|mg|cm)s?\b")
WORTH_MEASURING = 40  # letters of English; what is shorter may be twice as long elsewhere


def catalogue_file(code):
    return FOLDER / code.replace("-", "_") / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(code):
    return polib.pofile(str(catalogue_file(code)))


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


def reorders_numbers(entry, language, code):
    """Numbers come as in the English, or as somebody has looked at: data/languages.yaml, order."""
    here, there = (re.findall(r"\d+", bare(text)) for text in (entry.msgid, entry.msgstr))
    return there not in (here, language["order"].get(place(entry), "").split())


def has_half_a_not(entry, language, code):
    """In French a "ne" needs its "pas"."""
    return any(
        re.search(rf"(?<!\w)(?:{part})", said, re.IGNORECASE)
        and not re.search(rf"(?<!\w)(?:{other})", said, re.IGNORECASE)
        for said in SENTENCE.split(entry.msgstr)
        for part, other in language["halves"]
    )


def has_other_digits(entry, language, code):
    """Digits are those of the medicine box and the telephone everywhere."""
    return any(c.isdigit() and not c.isascii() for c in entry.msgstr)


def changes_a_measure(entry, language, code):
    """Each number keeps its unit: before it, behind it, or with a word or a range between."""
    said = plain(entry.msgstr)

    def kept(number, unit):
        stems = "|".join(plain(stem) for stem in language["terms"][unit])
        behind = rf"(?<!\d){number}[\s-]*(?:[^\W\d]+[\s(]+)?(?:{stems})"
        before = rf"(?:{stems})\w*\s+\(?(?:\d+(?:-| \w+ ))?{number}(?!\d)"
        return re.search(f"{behind}|{before}", said)

    return not all(kept(*found) for found in MEASURE.findall(entry.msgid))


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


@cache
def says_term(term, code):
    """The pattern of a term in a language, to be searched in a plain() text."""
    language = KNOWN[code]
    stems = "|".join(plain(stem) for stem in language["terms"][term])
    return re.compile(rf"(?<!\w){language['joined']}(?:{stems})")


def lacks_a_term(entry, language, code):
    said = plain(entry.msgstr)
    return any(
        re.search(english, entry.msgid, re.IGNORECASE) and not says_term(term, code).search(said)
        for term, english in TERMS.items()
    )


def adds_a_term(entry, language, code):
    said = plain(entry.msgstr)
    return any(
        says_term(term, code).search(said) and not re.search(english, entry.msgid, re.IGNORECASE)
        for term, english in NEVER_ADDED.items()
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


def has_hidden_characters(entry, language, code):
    """Direction marks, zero-width and control characters: what a reader of the file cannot see."""
    return any(unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn") for c in entry.msgstr)


def sentences(text):
    return [part.strip() for part in SENTENCE.split(text) if part.strip()]


def loses_a_sentence(entry, language, code):
    return len(sentences(entry.msgstr)) < len(sentences(entry.msgid))


def repeats_itself(entry, language, code):
    """A sentence, or the whole text, stands there twice."""
    here, there = sentences(entry.msgid), sentences(entry.msgstr)
    said = "".join(words(entry.msgstr))
    half = len(said) // 2
    return (half > 4 and said == said[:half] * 2) or (
        len(set(there)) < len(there) and len(set(here)) == len(here)
    )


def is_too_short_or_long(entry, language, code):
    shortest, longest = language["length"]
    times = len(entry.msgstr) / len(entry.msgid)
    return len(entry.msgid) >= WORTH_MEASURING and not shortest <= times <= longest


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
        has_hidden_characters,
        has_other_digits,
        reorders_numbers,
        has_half_a_not,
        changes_a_measure,
        adds_a_term,
        loses_a_sentence,
        repeats_itself,
        is_too_short_or_long,
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
