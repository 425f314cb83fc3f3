"""Short case notation to full answers: only what differs from the plain person is written."""

from typing import Any

from webapp.content.schema import Content
from webapp.triage.engine import Answers, Book, shown_questions

PLAIN = {"walk": "normal", "side": "right", "pain_level": 3}
WHEN_ASKED = {"course": "same", "care_tried": "not_yet"}
NOT_PART = {"calf_cm_sore", "calf_cm_other", "pain_peak", "seen_before", "weight_low", "recheck"}


def rows(ticked: list[str]) -> dict[str, str]:
    """Return {row: yes|unsure} of a list such as [calf, "lump_hard?"]."""
    return {row.rstrip("?"): "unsure" if row.endswith("?") else "yes" for row in ticked}


def expand(content: Content, book: Book, short: dict[str, Any]) -> Answers:
    """Return the full answers of a short case."""
    answers: Answers = dict(PLAIN)
    for question in content.questions:
        if question.type == "multi":
            answers[question.id] = {}
    for name, answer in short.items():
        answers[name] = rows(answer) if isinstance(answer, list) else answer
    for name, answer in WHEN_ASKED.items():
        if name not in answers and name in shown_questions(book, answers):
            answers[name] = answer
    return answers
