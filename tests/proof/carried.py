"""Which theorems rest on which rule: python -m tests.proof.carried writes content/theorems.json.

A theorem rests on a rule when it falls without it. Only theorems about one set of answers are
tried (a pair's theorems are about all rules at once); the public page of the rules shows the result.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.proof.prove import prove
from tests.proof.theorems import Theorem, World, theorems
from webapp.content.load import book as make_book
from webapp.content.load import guide as make_guide
from webapp.content.load import load

FILE = Path(__file__).parents[2] / "webapp" / "content" / "theorems.json"
NOT_TRIED = ("P11", "P12", "P18", "G-", "M-")  # about all rules by their nature; about cards


def tried() -> list[Theorem]:
    return [t for t in theorems() if not (t.pair or t.possible or t.id.startswith(NOT_TRIED))]


def carried(book: dict[str, Any], rule: str) -> list[str]:
    """Return the ids of the theorems that fall without a rule."""
    rules = [one for one in book["rules"] if one["id"] != rule]
    world = World({**book, "rules": rules}, make_guide(load()))
    found = []
    for theorem in tried():
        try:
            if not prove(world, theorem).proved:
                found.append(theorem.id)
        except KeyError:  # the theorem names the rule itself
            found.append(theorem.id)
    return found


def data() -> dict[str, Any]:
    book = make_book(load())
    return {
        "theorems": {theorem.id: theorem.words for theorem in theorems()},
        "rests_on": {rule["id"]: carried(book, rule["id"]) for rule in book["rules"]},
    }


def main() -> None:
    FILE.write_text(json.dumps(data(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
