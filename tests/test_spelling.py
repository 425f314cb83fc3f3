"""Every word of a translation is in a dictionary of its language or in data/spelling.yaml.

Only where the dictionary is good. `make spelling` installs the dictionaries and runs this.
"""

import os
import re
from pathlib import Path

import pytest
import yaml
from spylls.hunspell import Dictionary

from tests.wording import bare, catalogue, place

HUNSPELL = Path("/usr/share/hunspell")
KNOWN = yaml.safe_load((Path(__file__).parent / "data" / "spelling.yaml").read_text("utf-8"))
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")

needed = [
    pytest.param(
        code,
        marks=pytest.mark.skipif(
            os.environ.get("GENU_SPELLING") != "1", reason="make spelling (a minute, dictionaries)"
        ),
    )
    for code, of in KNOWN.items()
]


@pytest.fixture(scope="module")
def dictionaries():
    return {}


def dictionary(dictionaries, code):
    if code not in dictionaries:
        path = str(HUNSPELL / KNOWN[code]["dictionary"])
        dictionaries[code] = Dictionary.from_files(path)
    return dictionaries[code]


def is_word(book, word):
    """As it stands, in small letters, or part by part: l’eau, fémoro-patellaire."""

    def whole(text):
        return any(book.lookup(form) for form in (text, text.lower(), f"{text.lower()}'"))

    parts = re.split("[’'-]", word)
    return whole(word.replace("’", "'")) or (len(parts) > 1 and all(map(whole, parts)))


def unknown(book, texts):
    """{word: where it stands first} of what the dictionary does not have."""
    found = {}
    for where, text in texts:
        for word in WORD.findall(bare(text)):
            found.setdefault(word, where)
    return {word: where for word, where in found.items() if not is_word(book, word)}


@pytest.mark.parametrize("code", needed)
def test_every_word_is_known(dictionaries, code):
    texts = [(place(entry), entry.msgstr) for entry in catalogue(code)]
    strange = unknown(dictionary(dictionaries, code), texts)
    allowed = set(KNOWN[code]["allowed"].split())
    assert {word: where for word, where in strange.items() if word not in allowed} == {}
    assert allowed - set(strange) == set(), "no longer needed"


@pytest.mark.parametrize("code", needed)
def test_a_misspelt_word_is_found(dictionaries, code):
    words = {
        "es": ("rodila", "ambulanzia"),
        "fr": ("ginou", "ambulence"),
        "ru": ("колненом", "скоррую"),
    }
    texts = [("planted", word) for word in words[code]]
    assert set(unknown(dictionary(dictionaries, code), texts)) == set(words[code])
