"""The checklist as a Flask-WTF form, built from the questions; and answers out of what was sent."""

import re
from typing import Any, NamedTuple

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from webapp.content.schema import Content, Question
from webapp.triage.engine import Answers, Book, shown_questions

OTHER_FIELDS = {"part", "country", "at"}
DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯")}
DIGITS |= {ord("٫"): ".", ord(","): "."}


class Checklist(FlaskForm):
    """Base of the form. Errors are codes; templates hold the words.

    No CSRF token: the check computes and stores nothing, and a token inside a kept page goes stale
    and would answer a person with danger signs with a bare 400. A POST from a foreign page gets the
    empty check instead (webapp.security.from_own_pages).
    """

    class Meta:
        """Flask-WTF settings."""

        csrf = False


def asked_in_check(content: Content) -> tuple[Question, ...]:
    """Return the questions of the check itself: all but medicine (J) and re-check (K)."""
    return tuple(q for q in content.questions if q.block not in "JK")


def asked_in_form(content: Content) -> tuple[Question, ...]:
    """Return the questions the form can carry: the check's, and those before a medicine (J)."""
    return tuple(q for q in content.questions if q.block != "K")


def screens(content: Content) -> list[list[Question]]:
    """Return the questions grouped into screens: the body map and the calf each take several."""
    together = {"pain_place", "calf_cm_sore", "calf_cm_other"}
    grouped: list[list[Question]] = []
    for question in asked_in_form(content):
        if question.id in together:
            grouped[-1].append(question)
        else:
            grouped.append([question])
    return grouped


def checklist(content: Content) -> type[Checklist]:
    """Return the form class of the check."""
    fields = {question.id: _field(question) for question in asked_in_form(content)}
    return type("Check", (Checklist,), fields)


def _field(question: Question) -> Any:
    ids = [option.id for option in question.options]
    if question.range == (0, 10):
        ids = [str(n) for n in range(11)]
    if question.type == "multi":
        rows = [*ids, "none"] if question.none else ids
        rows += [f"{id}?" for id in ids] if question.danger else []
        return SelectMultipleField(
            choices=[(r, r) for r in rows], validators=[_each(rows)], validate_choice=False
        )
    if ids:
        choices = [(i, i) for i in ids]
        return RadioField(choices=choices, validators=[_one_of(ids)], validate_choice=False)
    return StringField(validators=[_within(question.range or (0, 0))])


def _each(rows: list[str]) -> Any:
    def check(form: FlaskForm, field: Any) -> None:
        if set(field.data or []) - set(rows):
            raise ValidationError("unknown")

    return check


def _one_of(ids: list[str]) -> Any:
    def check(form: FlaskForm, field: Any) -> None:
        sent = field.raw_data or []
        if len(sent) > 1 or (sent and sent[0] not in (*ids, "")):
            raise ValidationError("unknown")

    return check


def _within(limits: tuple[int, int]) -> Any:
    def check(form: FlaskForm, field: Any) -> None:
        sent = field.raw_data or [""]
        value = number(sent[0])
        fits = value is not None and limits[0] <= value <= limits[1]
        if len(sent) > 1 or (sent[0] and not fits):
            raise ValidationError("range")

    return check


def number(text: str) -> float | int | None:
    """Return the number in a text, digits of any script we know; None when it is none."""
    plain = text.strip().translate(DIGITS)
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", plain):
        return None
    value = float(plain)
    return int(value) if value.is_integer() else value


class Sent(NamedTuple):
    """What was sent: answers we could read, error codes by question, and what to show again."""

    answers: Answers
    errors: dict[str, str]
    entered: Answers


def unknown_fields(content: Content, sent: MultiDict[str, str]) -> set[str]:
    """Return names that no field of ours has: answers we would not read."""
    return set(sent) - {q.id for q in asked_in_form(content)} - OTHER_FIELDS


def read(content: Content, sent: MultiDict[str, str]) -> Sent:
    """Return what a sent form says. An untouched question is not in it: blank is not "no".

    Of a question with an error the rows we know still count, so that no danger sign is lost.
    """
    form = checklist(content)(formdata=sent)
    form.validate()
    answers: Answers = {}
    errors: dict[str, str] = {}
    entered: Answers = {}
    for question in asked_in_form(content):
        field = form[question.id]
        if field.errors:
            errors[question.id] = str(field.errors[0])
        if field.data in (None, "", []):
            continue
        if not field.errors or question.type == "multi":
            answer = _answer(question, field.data)
            if not field.errors or answer:  # an unknown row alone is not "none of these"
                answers[question.id] = entered[question.id] = answer
        elif question.range and question.range != (0, 10):
            entered[question.id] = field.data
    return Sent(answers, errors, entered)


def _answer(question: Question, data: Any) -> Any:
    if question.type == "number":
        return number(data)
    if question.type == "single":
        return data
    known = {option.id for option in question.options}
    unsure = {row[:-1]: "unsure" for row in data if row.endswith("?") and row[:-1] in known}
    return unsure | {row: "yes" for row in data if row in known}


def missing(content: Content, book: Book, answers: Answers, part: str) -> dict[str, str]:
    """Return the error codes of the questions that still need an answer, by question id.

    part "danger": only the first block counts.
    """
    shown = set(shown_questions(book, answers))
    errors: dict[str, str] = {}
    for question in asked_in_check(content):
        needed = question.block == "A" if part == "danger" else not question.optional
        if not needed or question.benign or question.id not in shown:
            continue
        if question.id not in answers:
            errors[question.id] = "danger" if question.danger and question.none else "choose"
    return errors
