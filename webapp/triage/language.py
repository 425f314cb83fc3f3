"""The rule language: text a clinician can read to the nested lists both engines run.

The language is a closed set without NOT; README.md beside this file is its one-page specification.
"""

import re
from collections.abc import Iterator

Expression = list  # ["and"|"or", *Expression] | ["one"|"any"|"anyU"|"none", question, [option, …]]
#                  | ["num", question, k] | ["score", name, k] | ["is", macro]

TOKEN = re.compile(r"\s*(?:(>=)|([(),:])|(\d+)|([A-Za-z_][A-Za-z0-9_]*)|(\S))")
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
    """Recursive descent over the tokens of one rule text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [m.group().strip() for m in TOKEN.finditer(text)]
        self.at = 0

    def either(self) -> Expression:
        return self._chain("OR", "or", self.both)

    def both(self) -> Expression:
        return self._chain("AND", "and", self.one_part)

    def one_part(self) -> Expression:
        token = self.take()
        if token == "(":
            inner = self.either()
            self.need(")")
            return inner
        if token in LITERALS:
            return self.literal(token)
        if token == "num":
            return self.number()
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", token) or token in ("AND", "OR", "NOT"):
            raise LanguageError(f"{token!r} is not in the rule language, in: {self.text}")
        if self.peek() == ">=":
            return ["score", token, self.threshold()]
        return ["is", token]

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
        token = self.take()
        if not token.isdigit():
            raise LanguageError(f"expected a whole number, met {token!r}, in: {self.text}")
        return int(token)

    def name(self) -> str:
        token = self.take()
        if not re.fullmatch(r"[a-z][a-z0-9_]*", token):
            raise LanguageError(f"expected an id, met {token!r}, in: {self.text}")
        return token

    def need(self, wanted: str) -> None:
        token = self.take()
        if token != wanted:
            raise LanguageError(f"expected {wanted!r}, met {token!r}, in: {self.text}")

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def end(self) -> None:
        if self.peek():
            raise LanguageError(f"expected AND, OR or the end, met {self.peek()!r}: {self.text}")

    def _chain(self, word: str, kind: str, part) -> Expression:  # type: ignore[no-untyped-def]
        parts = [part()]
        while self.peek() == word:
            self.take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else [kind, *parts]
