"""Catalogues: read from .po at start, plain strings out. Templates escape what comes from here.

A translation is data from outside: it is never marked as safe HTML (Flask-Babel's `{{ _() }}`
prints a translator's HTML raw).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from webapp.languages import Language

FOLDER = Path(__file__).parent.parent / "translations"
PLACEHOLDER = re.compile(r"(%\(\w+\)s)")
# French marks stand apart from their word and must not begin a line.
FRENCH_SPACE = re.compile(r" (?=[?!;:»%])|(?<=«) ")
ACCENTS = str.maketrans("aceinorsuyACEINORSUYdlt", "àçéîñóřšûýÀÇÉÎÑÓŘŠÛÝďľť")

Translate = Callable[[str, str], str]  # (context or "", English) -> translation


@cache
def catalogue(code: str) -> Catalog:
    """Return the catalogue of a language code; FileNotFoundError when it has none."""
    path = FOLDER / code.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as stream:
        return read_po(stream, locale=None, ignore_obsolete=True)


@cache
def translator(language: Language) -> Translate:
    """Return translate(context, English) of a language; English where a text is missing."""
    if language.code == "en":
        return lambda context, text: text
    if language.pseudo:
        return _pseudo(language)
    french = language.locale.language == "fr"
    table = {
        (message.context or "", message.id): (
            FRENCH_SPACE.sub("\u202f", str(message.string)) if french else message.string
        )
        for message in catalogue(language.code)
        if message.id and message.string and not message.fuzzy
    }
    return lambda context, text: str(table.get((context, text), text))


def _pseudo(language: Language) -> Translate:
    """Accented and doubled, or right-to-left: shows what is not translated or does not fit."""
    change = _accented if language.dir == "ltr" else _mirrored
    return lambda context, text: f"[{change(text)}]"


def _accented(text: str) -> str:
    parts = PLACEHOLDER.split(text)
    words = [p if PLACEHOLDER.fullmatch(p) else p.translate(ACCENTS) for p in parts]
    return "".join(words) + " " + "ẋ" * 0 + _padding(text)


def _padding(text: str) -> str:
    """As many letters again as the text has, in words of its own lengths."""
    plain = PLACEHOLDER.sub("", text)
    return re.sub(r"\w", "ẋ", unicodedata.normalize("NFC", plain))


def _mirrored(text: str) -> str:
    """Arabic letters in place of Latin ones, so that the text runs from right to left."""
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    return "".join(
        part
        if PLACEHOLDER.fullmatch(part)
        else re.sub(r"[A-Za-z]", lambda m: letters[ord(m.group().lower()) % len(letters)], part)
        for part in PLACEHOLDER.split(text)
    )
