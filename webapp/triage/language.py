"""The rule language: text a clinician can read to the nested lists both engines run.

The language is a closed set without NOT; README.md beside this file is its one-page specification.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Expression = list[
    Any
]  # ["and"|"or", *Expression] | ["one"|"any"|"anyU"|"none", question, [option, …]]
#                  | ["num", question, k] | ["score", name, k] | ["is", macro]

TOKEN = re.compile(r"\s*(?:(>=)|([(),:])|([0-9]+)|([A-Za-z_][A-Za-z0-9_]*)|(\S))")
LITERALS = ("one", "any", "anyU", "none")


class LanguageError(ValueError):
    """A rule text that is not in the language; the message names what was met."""


def parse(text: str) -> Expression:
    """Return the nested-list form of a rule text; LanguageError when it is not in the language."""
    reader = _Reader(text)
    expression = reader.either()
    reader.end()
    return expression


def atoms(expression: Expression) -> Iterator[Expression]:
    """Yield every literal of an expression, left to right; AND and OR are walked through."""
    if expression[0] in ("and", "or"):
        for part in expression[1:]:
            yield from atoms(part)
    else:
        yield expression


class _Reader:
    """Recursive descent over the words of one rule text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [m.group().strip() for m in TOKEN.finditer(text)]
        self.at = 0

    def either(self) -> Expression:
        return self._chain("OR", "or", self.both)

    def both(self) -> Expression:
        return self._chain("AND", "and", self.one_part)

    def one_part(self) -> Expression:
        word = self.take()
        if word == "(":
            inner = self.either()
            self.need(")")
            return inner
        if word in LITERALS:
            return self.literal(word)
        if word == "num":
            return self.number()
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", word) or word in ("AND", "OR", "NOT"):
            raise LanguageError(f"{word!r} is not in the rule language, in: {self.text}")
        if self.peek() == ">=":
            return ["score", word, self.threshold()]
        return ["is", word]

    def literal(self, kind: str) -> Expression:
        self.need("(")
        question = self.name()
        self.need(":")
        options = [self.name()]
        while self.peek() == ",":
            self.take()
            options.append(self.name())
        self.need(")")
        return [kind, question, options]

    def number(self) -> Expression:
        self.need("(")
        question = self.name()
        self.need(")")
        return ["num", question, self.threshold()]

    def threshold(self) -> int:
        self.need(">=")
        word = self.take()
        if not re.fullmatch(r"[0-9]+", word):
            raise LanguageError(f"expected a whole number, met {word!r}, in: {self.text}")
        return int(word)

    def name(self) -> str:
        word = self.take()
        if not re.fullmatch(r"[a-z][a-z0-9_]*", word):
            raise LanguageError(f"expected an id, met {word!r}, in: {self.text}")
        return word

    def need(self, wanted: str) -> None:
        word = self.take()
        if word != wanted:
            raise LanguageError(f"expected {wanted!r}, met {word!r}, in: {self.text}")

    def peek(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self) -> str:
        word = self.peek()
        self.at += 1
        return word

    def end(self) -> None:
        if self.peek():
            raise LanguageError(f"expected AND, OR or the end, met {self.peek()!r}: {self.text}")

    def _chain(self, joiner: str, kind: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self.peek() == joiner:
            self.take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else [kind, *parts]
