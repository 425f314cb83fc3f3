"""HAZARDS.md is whole: each hazard has its parts, and every test and theorem it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.proof.theorems import theorems

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "HAZARDS.md").read_text(encoding="utf-8")
PARTS = ["Cause", "Harm", "Risk", "Control", "Evidence", "Left"]
RISK = r"Severity [1-5]\. Likelihood {0}, after: {0}\.".format("(rare|unlikely|possible|likely)")
LIKELIHOOD = ["rare", "unlikely", "possible", "likely"]

# Hazards that must be there, by name.
TOPICS = """
leg-clot lung-clot blocked-artery compartment joint-infection deep-infection cauda-equina fracture
child-hip tumour muscle-breakdown pregnancy rule-fault
unsure-or-skipped hidden-answers good-signs over-alarm body-map measured-calf
engine-difference engine-failure malformed-rules stale-rules offline
emergency-number wrong-language mistranslation care-card dose early-exercise causes-frighten
causes-reassure screen-reader print touch shared-phone answers-leak foreign-post
""".split()
# What must be owned up to, under "What is open".
OPEN = ["clinician", "native speaker", "people", "medical device", "numbers", "clock", "phones"]


def sections(text):
    """{name: {part: its text}} of every hazard."""
    found = {}
    for block in re.split(r"^### (?=`)", text, flags=re.MULTILINE)[1:]:
        heading, body = re.split(r"\n", re.split(r"^##", block, flags=re.MULTILINE)[0], maxsplit=1)
        parts = re.findall(r"^- \*\*(\w+):\*\* (.*?)(?=^- \*\*|\Z)", body, re.DOTALL | re.MULTILINE)
        assert (name := heading.split("`")[1]) not in found, f"{name} stands twice"
        found[name] = {part: " ".join(said.split()) for part, said in parts}
    return found


HAZARDS = sections(TEXT)
THEOREMS = {theorem.id for theorem in theorems()}


@cache
def functions_of(path):
    """Names of the test functions of a file."""
    if not (ROOT / path).is_file():
        return set()
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def wrong(evidence):
    """Yield what of the named evidence does not exist."""
    for name in re.findall(r"`([^`]*)`", evidence):
        path, _, test = name.partition("::")
        if path.startswith("tests/"):
            if not test.startswith("test_") or test not in functions_of(path):
                yield name
        elif name not in THEOREMS:
            yield name


def test_every_topic_has_its_hazard():
    assert sorted(HAZARDS) == sorted(TOPICS)


@pytest.mark.parametrize("name", TOPICS)
def test_hazard_is_whole_and_its_evidence_exists(name):
    hazard = HAZARDS[name]
    assert list(hazard) == PARTS
    assert all(len(said) > 10 for said in hazard.values())
    before, after = re.fullmatch(RISK, hazard["Risk"]).groups()
    assert LIKELIHOOD.index(after) < LIKELIHOOD.index(before)
    assert re.search(r"`[^`]+`", hazard["Evidence"])
    assert not re.sub(r"`[^`]+`", "", hazard["Evidence"]).strip(), "evidence is names only"
    assert list(wrong(hazard["Evidence"])) == []


def test_what_is_named_elsewhere_exists_too():
    named = re.findall(r"`tests/[^`]*`", TEXT)
    assert list(wrong(" ".join(name for name in named if "::" in name))) == []
    assert all((ROOT / name.strip("`")).is_file() for name in named if "::" not in name)


@pytest.mark.parametrize(
    "evidence, missing",
    [
        ("`K01` `K99`", ["K99"]),
        ("`tests/test_hazards.py::test_gone`", ["tests/test_hazards.py::test_gone"]),
        ("`tests/test_gone.py::test_a`", ["tests/test_gone.py::test_a"]),
        ("`tests/test_hazards.py`", ["tests/test_hazards.py"]),
        ("`tests/test_hazards.py::wrong`", ["tests/test_hazards.py::wrong"]),
        ("`tests/test_hazards.py::test_every_topic_has_its_hazard` `P01`", []),
    ],
)
def test_what_does_not_exist_is_found(evidence, missing):
    assert list(wrong(evidence)) == missing


def test_what_it_is_for_is_what_the_app_says(client):
    purpose = " ".join(re.findall(r"^> (.*)$", TEXT, re.MULTILINE))
    assert purpose
    assert purpose in client.get("/en/about").get_data(as_text=True)


def test_what_is_open_is_owned_up_to():
    opened = TEXT.split("## What is open")[1].split("## How to report")[0]
    assert all(word in opened for word in OPEN)
