"""Answer sets for Hypothesis and bulk runs: mostly "no", so that no emergency masks the rest."""

import random

from hypothesis import strategies as st

from webapp.triage.engine import Answers, Book


def random_answers(book: Book, source: random.Random) -> Answers:
    """Return one answer set over every question; each row is rarely ticked, some are skipped."""
    answers: Answers = {}
    busy = source.choice((0.01, 0.04, 0.12))
    for question in book["questions"]:
        if source.random() < 0.03:
            continue
        answers[question["id"]] = _random_answer(question, source, busy)
    return answers


def _random_answer(question, source, busy):
    if question["type"] == "single":
        return source.choice(question["options"])
    if question["type"] == "number":
        low, high = question["range"]
        return source.randint(low, high)
    said = ("yes", "unsure") if question["danger"] else ("yes",)
    if question["benign"]:
        busy = 0.3
    return {row: source.choice(said) for row in question["options"] if source.random() < busy}


def answer_sets(book: Book) -> st.SearchStrategy[Answers]:
    """Return a strategy of answer sets that shrinks to few answers."""
    return st.fixed_dictionaries({}, optional={q["id"]: _answers(q) for q in book["questions"]})


def _answers(question) -> st.SearchStrategy:
    if question["type"] == "single":
        return st.sampled_from(question["options"])
    if question["type"] == "number":
        return st.integers(*question["range"])
    said = ["yes", "unsure"] if question["danger"] else ["yes"]
    return st.dictionaries(st.sampled_from(question["options"]), st.sampled_from(said), max_size=3)
