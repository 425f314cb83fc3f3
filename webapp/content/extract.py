"""Babel extraction method: every Text of the content, with its place and a note to translators."""

from collections.abc import Iterator
from typing import Any

from webapp.content.load import HERE, load
from webapp.content.schema import KINDS, Content, texts

NOTES = {
    "question": "Asked of a person in pain. Grade 5. Keep every digit and every not.",
    "rule": "Life-safety: why this is urgent. Never say “you have”; say “can mean”, “may be”.",
    "level": "Life-safety: what to do now. Action first, short, never weaker than the English.",
    "card": "Care advice. One instruction; keep every digit and every not.",
    "condition": "A possible cause. Never “you have”; say “could be”, “people with this often”.",
    "exercise": "An exercise. One instruction; keep every digit, side and not.",
    "gate": "Life-safety: why advice is hidden, or a caution. Keep every not.",
    "check": "Life-safety: a medicine warning. Keep every digit and every not.",
    "remedy": "A home remedy and what it may do here. Keep every not.",
}


def entries(content: Content) -> Iterator[tuple[str, str, str]]:
    """Yield (context, English, note to translators) of every text in the content."""
    for name, kind in KINDS.items():
        for item in getattr(content, name):
            for context, text in texts(item, f"{kind}.{item.id}"):
                yield context, text, NOTES[kind]


def extract(
    fileobj: Any, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Yield Babel's rows for the whole content; mapped to schema.py, so it runs once."""
    for context, text, note in entries(load(HERE)):
        yield 1, "pgettext", (context, text), [f"TRANSLATORS: {note}"]
