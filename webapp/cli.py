"""`flask questions`, `flask triage`: the check for machines. `flask export`: the site as files."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from flask import Flask

from webapp import export
from webapp.content.load import book as make_book
from webapp.content.schema import Content, Question
from webapp.pages import Site
from webapp.triage.engine import Answers, Book, triage
from webapp.triage.guide import Guide, care, causes


class AnswerError(ValueError):
    """Answers we cannot read; the message names the question, option or type."""


def register(app: Flask, site: Site) -> None:
    """Add the commands to the application."""
    content, book, guide = site.content, site.book, site.guide

    @app.cli.command("questions")
    def questions() -> None:
        """Print the questionnaire as JSON."""
        click.echo(json.dumps(questionnaire(content, book), ensure_ascii=False, indent=1))

    @app.cli.command("triage")
    @click.option("--lines", is_flag=True, help="One JSON object per line, one result per line.")
    def triage_command(lines: bool) -> None:
        """Read answers as JSON from standard input and print the outcome as JSON."""
        try:
            stream = sys.stdin.buffer
            for text in stream if lines else [stream.read()]:
                if text.strip() or not lines:
                    click.echo(json.dumps(evaluate(content, book, guide, text), ensure_ascii=False))
        except AnswerError as error:
            click.echo(str(error), err=True)
            sys.exit(2)

    @app.cli.command("export")
    @click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
    @click.option("--origin", help="Where it will be, as https://genu.example; for the sitemap.")
    def export_command(folder: Path, origin: str | None) -> None:
        """Write the whole site as static files into a new or empty FOLDER."""
        if folder.exists() and any(folder.iterdir()):
            raise click.UsageError(f"{folder} is not empty")
        made = export.files(site, origin)
        export.write(made, folder)
        click.echo(f"{len(made)} files, {sum(map(len, made.values())) / 1e6:.1f} MB in {folder}")

    @app.cli.command("export-zim")
    @click.argument("file", type=click.Path(exists=False, dir_okay=False, path_type=Path))
    def export_zim(file: Path) -> None:
        """Write the static copy as a ZIM archive into a new FILE."""
        from webapp.tools import zim  # what only the tools need is not there on a server

        if file.exists():
            raise click.UsageError(f"{file} is there already")
        zim.write(site, file)
        click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB")

    app.cli.add_command(compare_rules)


@click.command("compare-rules")
@click.argument("old")
@click.argument("new")
@click.option("--most", default=20, show_default=True, help="Print at most so many answer sets.")
def compare_rules(old: str, new: str, most: int) -> None:
    """Print answers whose level falls from OLD to NEW, or prove that there are none.

    OLD and NEW: folders like webapp/content, or git revisions. Exit code 1 when a level falls.
    """
    try:
        from webapp.tools import compare
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        click.echo("compare-rules needs z3-solver; see requirements-dev.txt", err=True)
        sys.exit(2)
    try:
        before, after = compare.version(old), compare.version(new)
        falls, more = compare.compared(before, after, most)
    except compare.CompareError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    names = f"{old} ({make_book(before)['version']}) to {new} ({make_book(after)['version']})"
    for number, fall in enumerate(falls, 1):
        click.echo(f"{number}. {fall.before} -> {fall.after}")
        click.echo("\n".join(compare.in_words(before, after, fall.answers)))
        click.echo(f"  {json.dumps(fall.answers, ensure_ascii=False)}")
    if not falls:
        click.echo(f"No level falls from {names}: proved over all answers.")
        return
    click.echo(f"Levels fall from {names}: {len(falls)} answer sets{', and more' if more else ''}.")
    sys.exit(1)


def questionnaire(content: Content, book: Book) -> dict[str, Any]:
    """Return all questions with options, texts and show-when, as plain data."""
    return {"version": book["version"], "questions": [_described(q) for q in content.questions]}


def _described(q: Question) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": q.id,
        "type": q.type,
        "danger": q.danger,
        "benign": q.benign,
        "optional": q.optional,
        "block": q.block,
        "show": q.show or "always",
        "text": q.text,
        "hint": q.hint,
        "options": [
            {"id": o.id, "text": o.text} | ({"show": o.show} if o.show else {}) for o in q.options
        ],
    }
    if q.none:
        data["options"].append({"id": "none", "text": q.none})
    if q.range:
        data["range"] = list(q.range)
    return data


def evaluate(content: Content, book: Book, guide: Guide, text: bytes) -> dict[str, Any]:
    """Return the outcome of one JSON object of answers; AnswerError names what is wrong in it."""
    answers = checked(content, text)
    outcome = triage(book, answers)
    found = causes(book, guide, answers, outcome)
    cards = care(book, guide, answers, outcome, found)
    reasons = {rule.id: rule.reason for rule in content.rules}

    def said(ids: Iterable[str]) -> list[dict[str, str]]:
        return [{"id": id, "text": reasons[id]} for id in ids]

    return {
        "level": outcome.level,
        "rules": list(outcome.rules),
        "flags": list(outcome.flags),
        "reasons": said(outcome.reasons),
        "more": said(outcome.more),
        "open": list(outcome.open),
        "causes": [
            {"id": c.id, "must_rule_out": c.must_rule_out, "fits": [list(f) for f in c.fits]}
            for c in found
        ],
        "care": [{"id": c.id, "state": c.state, "reason": c.reason, "dose": c.dose} for c in cards],
        "version": book["version"],
    }


def checked(content: Content, text: bytes) -> Answers:
    """Return the answers in a JSON text, every question, option and type known."""
    try:
        data = json.loads(text.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"not one JSON object in UTF-8: {error}".splitlines()[0]) from None
    if not isinstance(data, dict):
        raise AnswerError(f"expected a JSON object of answers, met {type(data).__name__}")
    questions = {q.id: q for q in content.questions}
    for name in data:
        if name not in questions:
            raise AnswerError(f"unknown question {name!r}")
    return {name: _value(questions[name], value) for name, value in data.items()}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        twice = next(k for k, _ in pairs if sum(k == other for other, _ in pairs) > 1)
        raise AnswerError(f"the key {twice!r} stands twice")
    return row


def _value(question: Question, value: Any) -> Any:
    if question.type == "multi":
        return _rows(question, value)
    if question.type == "single":
        if not isinstance(value, str):
            raise AnswerError(f"{question.id}: expected an option id, met {_short(value)}")
        if value not in {o.id for o in question.options}:
            raise AnswerError(f"{question.id}: unknown option {value!r}")
        return value
    return _number(question, value)


def _rows(question: Question, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise AnswerError(f"{question.id}: expected an object of rows, met {_short(value)}")
    known = {o.id for o in question.options} | ({"none"} if question.none else set())
    allowed = ("yes", "unsure", "no") if question.danger else ("yes", "no")
    for row, said in value.items():
        if row not in known:
            raise AnswerError(f"{question.id}: unknown option {row!r}")
        if said not in allowed:
            raise AnswerError(
                f"{question.id}.{row}: expected {' or '.join(allowed)}, met {_short(said)}"
            )
    return {row: said for row, said in value.items() if said != "no" and row != "none"}


def _number(question: Question, value: Any) -> float | int:
    low, high = question.range or (0, 0)
    whole = high == 10
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or value != value:
        kind = "a whole number" if whole else "a number"
        raise AnswerError(f"{question.id}: expected {kind}, met {_short(value)}")
    if not low <= value <= high:
        raise AnswerError(f"{question.id}: expected {low} to {high}, met {_short(value)}")
    return value


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "…"
