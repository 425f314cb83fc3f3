"""Who has checked what of the translations: translations/review.json.

A text is named by a digest of its English, so that changed English is a draft again by itself.
Its state is that of its lowest language: draft (not named), double-drafted, back-checked.
"""

import hashlib
import json
from functools import cache
from typing import Any

from webapp.content.schema import KINDS, Content, texts
from webapp.i18n import FOLDER

READ = ("levels", "questions", "rules", "cards", "gates", "checks", "remedies")  # danger and care


@cache
def review() -> dict[str, Any]:
    """Return {date, languages, texts, readers, disagreements}.

    texts: {digest: {state, date}}. readers: {language: {read, planted, found}}, errors put into
    texts to see if the reading finds them. disagreements: {language: [{en, kind, decision, now}]}.
    """
    data: dict[str, Any] = json.loads((FOLDER / "review.json").read_text(encoding="utf-8"))
    return data


def digest(english: str) -> str:
    """Return the name of a text in review.json."""
    return hashlib.sha256(english.encode()).hexdigest()[:12]


def counts(content: Content) -> dict[str, tuple[int, int]]:
    """Return {language: (texts back-checked, texts of danger and care)} of the English content."""
    english = {
        text
        for name in READ
        for item in getattr(content, name)
        for _, text in texts(item, KINDS[name])
    }
    known = {name for name, text in review()["texts"].items() if text["state"] == "back-checked"}
    done = sum(digest(text) in known for text in english)
    return {code: (done, len(english)) for code in review()["languages"]}
