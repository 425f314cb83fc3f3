"""A sample of the mutants of rules and gates (make mutants takes all): no dangerous one survives."""

import random

import pytest

from tests.proof.judge import DANGEROUS, EQUIVALENT, HARMLESS, Judge, Mutants
from tests.proof.mutants import Hunt, kept_cases, survivors
from webapp.content.load import guide as make_guide

SAMPLE = 30
KNOWN = {  # one of each verdict, so that the judge itself is tested
    "E03/0 anyU(limb_danger: cold_pale_foot): part dropped": DANGEROUS,
    "E03: level urgent_today": DANGEROUS,
    "T02: level soon": HARMLESS,
    "NO_GONE/2 PAST3: part dropped": EQUIVALENT,
    "U01/2.1 WELLS >= 3: threshold -1": DANGEROUS,
    "F_DVT: massage hidden -> shown": EQUIVALENT,  # each level with F_DVT hides it too
    "F_SICKLE: ice hidden -> shown": DANGEROUS,
}


@pytest.fixture(scope="module")
def sample(content, book):
    guide = make_guide(content)
    every = [mutant.id for mutant in Mutants(book, guide)]
    assert len(every) == len(set(every)) > 3000
    chosen = {*random.Random(5).sample(every, SAMPLE), *KNOWN}
    return Mutants(book, guide, chosen.__contains__)


def test_the_witnesses_give_what_they_say(engine, content, book):
    for case in kept_cases(content, book):
        if case.source == "witness":
            outcome = engine.triage(case.answers)
            assert [outcome["level"], *outcome["rules"]] == case.gives


def test_no_dangerous_mutant_of_the_sample_survives(sample, content, book):
    hunt = Hunt(content, book, sample.guide)
    findings = [hunt.judged(mutant, sample.judge) for mutant in sample]
    assert len(findings) >= SAMPLE
    assert not survivors(findings)
    verdicts = {finding.mutant.id: finding.verdict for finding in findings}
    assert KNOWN.items() <= verdicts.items()


def test_a_mutant_that_no_case_notices_survives(sample, content, book):
    hunt = Hunt(content, book, sample.guide)
    hunt.kept, hunt.near, hunt.cards = [], {m.place: [] for m in sample}, []
    hunt.by_theorems = lambda mutant: ""
    findings = [hunt.judged(mutant, sample.judge) for mutant in sample if mutant.id in KNOWN]
    assert sorted(survivors(findings)) == sorted(id for id, v in KNOWN.items() if v == DANGEROUS)


def test_a_lower_level_is_seen_by_the_judge(book, content):
    judge = Judge(Mutants(book, make_guide(content), "U08: level soon".__eq__))
    assert judge.verdict("U08: level soon") == DANGEROUS
