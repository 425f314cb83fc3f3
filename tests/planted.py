"""Errors that can kill, planted one by one into the real translations: how many are found?

`make planted` prints found/planted per kind and language and what was missed. The words to be
swapped stand in data/planted.yaml; everything else is done to the texts by rule.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.wording import (
    CHECKS,
    CODES,
    KNOWN,
    PLACEHOLDER,
    catalogue,
    excepted,
    place,
    plain,
    sentences,
)

WORDS = yaml.safe_load((Path(__file__).parent / "data" / "planted.yaml").read_text("utf-8"))
DANGER = re.compile(r"(level|question|rule|card|gate|check|remedy)\.")
EACH = 3  # errors of a kind in a language, as far apart in the catalogue as can be
CERTAIN = ("digit", "numbers swapped", "placeholder", "forbidden", "markup", "script digits")
OWN_DIGITS = {"ar": "٠١٢٣٤٥٦٧٨٩", "ur": "۰۱۲۳۴۵۶۷۸۹", "hi": "०१२३४५६७८९"}
WIDE_DIGITS = "０１２３４５６７８９"
LOOK_ALIKE = {
    "es": ("a", "а"), "fr": ("e", "е"), "sw": ("a", "а"), "ru": ("о", "o"), "ar": ("ي", "ی"),
    "ur": ("ی", "ي"), "hi": ("क", "ક"), "zh-Hans": ("关", "關"),
}  # fmt: skip
ABOUT = {  # what the English must say, so that the error is one
    "forbidden": r"^(?!.*\bflu\b)",
    "how soon": r"\b(today|now|hours?)\b",
    "unit": r"\d",
    "side": r"\b(left|right)\b",
}
Damage = Callable[[str, str], str]  # (text, language) -> the text with the error, or as it was


class Planted(NamedTuple):
    """An error in a text: kind, language, place, the text with the error."""

    kind: str
    code: str
    where: str
    text: str


def digit(text: str, code: str) -> str:
    return re.sub(r"\d", lambda m: str((int(m.group()) + 1) % 10), text, count=1)


def numbers_swapped(text: str, code: str) -> str:
    """20 minutes 3 times -> 3 minutes 20 times, where the units differ too."""
    found = list(re.finditer(r"\d+", text))
    if len(found) < 2 or found[0].group() == found[-1].group():
        return text
    first, last = found[0], found[-1]
    between = text[first.end() : last.start()]
    if len(between) < 5:  # a range
        return text
    return text[: first.start()] + last.group() + between + first.group() + text[last.end() :]


def script_digits(text: str, code: str) -> str:
    return text.translate(str.maketrans("0123456789", OWN_DIGITS.get(code, WIDE_DIGITS)))


def cut(text: str, code: str) -> str:
    """The first third, ended as if it were whole."""
    parts = re.findall(r"\S+\s*", text) if " " in text else list(text)
    kept = "".join(parts[: len(parts) // 3]).strip(" .,;:")
    return kept + text[-1] if len(text) > 60 or (code == "zh-Hans" and len(text) > 20) else text


def last_sentence_lost(text: str, code: str) -> str:
    parts = re.split(r"(?<=[.!?؟۔।。！？])\s*(?=\S)", text)
    return "".join(part + " " for part in parts[:-1]).strip() if len(sentences(text)) > 1 else text


def doubled(text: str, code: str) -> str:
    return f"{text} {text}" if sentences(text) else text


def markup(text: str, code: str) -> str:
    return f'{text[:5]}<script>alert("1")</script>{text[5:]}'


def bold(text: str, code: str) -> str:
    return f"<b>{text}</b>"


def look_alike(text: str, code: str) -> str:
    return text.replace(*LOOK_ALIKE[code], 1)


def hidden(text: str, code: str) -> str:
    return text[:4] + "\u200b" + text[4:]


def turned(text: str, code: str) -> str:
    return "\u202e" + text


BY_RULE: list[tuple[str, Damage]] = [
    ("digit", digit),
    ("numbers swapped", numbers_swapped),
    ("script digits", script_digits),
    ("markup", markup),
    ("markup", bold),
    ("look-alike", look_alike),
    ("hidden sign", hidden),
    ("hidden sign", turned),
    ("cut", cut),
    ("sentence lost", last_sentence_lost),
    ("doubled", doubled),
    ("empty", lambda text, code: ""),
]
IN_PLACEHOLDERS: list[tuple[str, Damage]] = [
    ("placeholder", lambda text, code: PLACEHOLDER.sub("", text, count=1)),
    ("placeholder", lambda text, code: PLACEHOLDER.sub("%(x)s", text, count=1)),
    ("placeholder", lambda text, code: re.sub(r"%\(", "%( ", text, count=1)),
    ("placeholder", lambda text, code: re.sub(r"\)s", ")", text, count=1)),
]


@cache
def dangerous(code):
    """Texts of danger and care, as they stand in the catalogue."""
    return [entry for entry in catalogue(code) if DANGER.match(entry.msgctxt or "")]


def spread(found: list[Planted], number: int = EACH) -> list[Planted]:
    """As many of these, far apart."""
    step = max(1, len(found) // number)
    return found[::step][:number]


def damaged(kind: str, damage: Damage, code: str, entries) -> list[Planted]:
    """Everything this damage can be done to."""
    entries = [e for e in entries if re.search(ABOUT.get(kind, ""), e.msgid, re.IGNORECASE)]
    told = [(e, damage(e.msgstr, code)) for e in entries]
    return [Planted(kind, code, place(e), text) for e, text in told if text != e.msgstr]


def swap(right: str, wrong: str) -> Damage:
    """Words at their beginning; Chinese has none, and Arabic joins "the" and "and" to the word."""

    def swapped(text: str, code: str) -> str:
        start = "" if code == "zh-Hans" or right[0] == " " else rf"(?<!\w){KNOWN[code]['joined']}"
        found = re.search(start + re.escape(right), text)
        return text[: found.end() - len(right)] + wrong + text[found.end() :] if found else text

    return swapped


def planted(code: str) -> Iterator[Planted]:
    """Yield the errors of one language."""
    texts = dangerous(code)
    for kind, damage in BY_RULE:
        yield from spread(damaged(kind, damage, code, texts))
    for kind, damage in IN_PLACEHOLDERS:
        yield from spread(damaged(kind, damage, code, catalogue(code)))
    for kind, pairs in WORDS[code].items():
        for right, wrong in pairs:
            yield from spread(damaged(kind, swap(right, wrong), code, texts), 2)
    english = [e for e in texts if len(e.msgid.split()) > 2]
    yield from spread([Planted("left in English", code, place(e), e.msgid) for e in english])
    others = pairwise(texts)
    pasted = [
        Planted("neighbour's text", code, place(e), o.msgstr)
        for e, o in others
        if e.msgid != o.msgid
    ]
    yield from spread(pasted)


@cache
def said_elsewhere(code):
    """{a translation: the English it stands for}."""
    found = defaultdict(set)
    for entry in catalogue(code):
        found[plain(entry.msgstr)].add(entry.msgid)
    return found


@cache
def at(code):
    return {place(entry): entry for entry in catalogue(code)}


def found_by(error: Planted) -> set[str]:
    """Names of the checks that see the error and saw nothing there before."""
    was = at(error.code)[error.where]
    now = copy(was)
    now.msgstr = error.text
    known = {check for check, where in excepted(error.code) if where == error.where}
    told = {name for name, check in CHECKS.items() if check(now, KNOWN[error.code], error.code)}
    if said_elsewhere(error.code)[plain(error.text)] - {was.msgid}:
        told.add("says_two_things_alike")
    return told - known


def counted() -> tuple[dict[str, dict[str, list[int]]], list[Planted]]:
    """Return {kind: {language: [found, planted]}} and the errors nobody found."""
    table: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    missed = []
    for code in CODES:
        for error in planted(code):
            seen = bool(found_by(error))
            table[error.kind][code][0] += seen
            table[error.kind][code][1] += 1
            missed += [] if seen else [error]
    return table, missed


def main() -> None:
    """Print the table and what was missed."""
    table, missed = counted()
    print(f"{'':18}" + "".join(f"{code:>9}" for code in CODES))
    for kind, row in table.items():
        print(f"{kind:18}" + "".join(f"{'/'.join(map(str, row[code])):>9}" for code in CODES))
    for error in missed:
        print(f"MISSED {error.kind}, {error.code}, {error.where}: {error.text}")
    number = sum(row[1] for rows in table.values() for row in rows.values())
    print(f"found {number - len(missed)} of {number} ({(number - len(missed)) / number:.1%})")


if __name__ == "__main__":
    main()
