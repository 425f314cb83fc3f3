"""All English that people read is plain: Flesch-Kincaid grade 6 or less in each file, 4 in alerts.

Every string is one sentence or more and is measured as it stands, medical names and names of
medicines with the rest. A file may be above its grade only with a reason in data/reading.yaml.
"""

import re
import warnings
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from babel.messages.extract import extract_from_file

from webapp.content.load import load
from webapp.content.schema import KINDS, texts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # textstat 0.7.4 asks pkg_resources for its version
    import textstat

TESTS = Path(__file__).parents[1]
TEMPLATES = TESTS.parent / "webapp" / "templates"
EXCEPTIONS = yaml.safe_load((TESTS / "data" / "reading.yaml").read_text("utf-8"))
KEYWORDS = {"_": None, "pgettext": ((1, "c"), 2)}
OWN_FILE = {"cards": "care", "conditions": "conditions", "exercises": "exercises"}
GRADE = 6
ALERTS = ("questions", "rules", "levels", "gates", "pages/danger.html", "components/outcome.html")
ALERT_GRADE = 4
NUMBER = 5  # stands in for a placeholder


@cache
def english():
    """{file: its texts in reading order, each once}."""
    found = {}
    content = load()
    for name, kind in KINDS.items():
        for item in getattr(content, name):
            file = {"checks": "gates"}.get(name, name)
            if name in OWN_FILE:
                file = f"{OWN_FILE[name]}/{item.id}"
            said = (text for _, text in texts(item, kind))
            found.setdefault(file, []).extend(said)
    for path in sorted(TEMPLATES.rglob("*.html")):
        for _, message, _, _ in extract_from_file("jinja2", str(path), keywords=KEYWORDS):
            text = message if isinstance(message, str) else message[1]
            found.setdefault(str(path.relative_to(TEMPLATES)), []).append(text)
    return {file: list(dict.fromkeys(said)) for file, said in found.items()}


def sentence(text):
    """A text as textstat should count it: ended, a decimal no end of a sentence."""
    text = re.sub(r"%\(\w+\)s", str(NUMBER), text)
    text = re.sub(r"(?<=\d)\.(?=\d)", "", text)
    return text if text[-1] in ".?!" else f"{text}."


def grade(said):
    return textstat.flesch_kincaid_grade(" ".join(map(sentence, said)))


def limit(file):
    return ALERT_GRADE if file in ALERTS else GRADE


def test_the_measure_is_the_one_agreed():
    assert version("textstat") == "0.7.4"
    assert grade(["Call an ambulance now. Do not drive yourself."]) == 2.5
    assert grade(["Of 100, 5.5 did"]) == grade(["Of 100, 55 did."])
    assert grade(["Wait %(n)s days"]) == grade(["Wait 5 days"])


def test_every_text_is_measured():
    said = english()
    assert {"questions", "rules", "levels", "gates", "remedies", "care/ice"} <= set(said)
    assert {"conditions/dvt", "exercises/ex_slr", *ALERTS} <= set(said)
    assert (
        "Numb skin." in said["care/ice"] and "Deep vein thrombosis (DVT)" in said["conditions/dvt"]
    )
    assert "Emergency numbers" in said["pages/numbers.html"]


@pytest.mark.parametrize("file", sorted(english().keys() - EXCEPTIONS.keys()))
def test_english_is_plain(file):
    assert grade(english()[file]) <= limit(file), worst(file)


def worst(file):
    """The hardest texts of a file, for the message of a failure."""
    return sorted(((grade([text]), text) for text in english()[file]), reverse=True)[:5]


@pytest.mark.parametrize("file", EXCEPTIONS)
def test_every_exception_is_needed_and_has_a_reason(file):
    assert grade(english()[file]) > limit(file)
    assert len(EXCEPTIONS[file].split()) > 4


def test_hard_words_and_long_sentences_are_found():
    plain = english()["care/ice"]
    assert grade(plain) <= GRADE
    hard = "Immobilisation of the affected extremity necessitates anticoagulation."
    assert grade([hard]) > GRADE and grade([*plain, hard]) > grade(plain)
    run_on = " and ".join(text.rstrip(".") for text in plain)
    assert grade([run_on]) > GRADE
