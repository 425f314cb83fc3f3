"""`flask compare-rules OLD NEW`: answers whose level falls between two versions of the rules.

Proved over all answers with z3 (development only): each version is read as formulas over one person
who may say what either version asks. Where nothing falls, that is a proof.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import z3  # type: ignore[import-untyped]

from webapp.content.load import ContentError, book, load_rules
from webapp.content.schema import Content
from webapp.tools.encode import Person, Reading, answers_of, either
from webapp.triage.engine import LEVELS, Answers, Book, shown_answers, triage

ROOT = Path(__file__).parents[2]
CONTENT = "webapp/content"
FILES = ("questions.yaml", "rules.yaml")


class CompareError(ValueError):
    """Two versions that cannot be compared; the message names the version and why."""


@dataclass(frozen=True)
class Fall:
    """Answers with their level before and after."""

    answers: Answers
    before: str
    after: str


def version(name: str) -> Content:
    """Return the rules of a folder (a copy of webapp/content) or of a git revision."""
    try:
        if Path(name).is_dir():
            return load_rules(Path(name))
        with tempfile.TemporaryDirectory() as folder:
            for file in FILES:
                (Path(folder) / file).write_bytes(_from_git(name, f"{CONTENT}/{file}"))
            return load_rules(Path(folder))
    except (ContentError, OSError) as error:
        raise CompareError(f"{name}: {error}") from None


def _from_git(revision: str, path: str) -> bytes:
    command = ["git", "show", "--end-of-options", f"{revision}:{path}"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True)
    if found.returncode:
        said = found.stderr.decode(errors="replace").strip().splitlines()
        raise CompareError(f"{revision!r} is no folder and no git revision with {path}: {said[0]}")
    return found.stdout


def asked_in_either(old: Book, new: Book) -> Book:
    """Return a book whose questions offer all that either version asks."""
    merged = {question["id"]: dict(question) for question in new["questions"]}
    for question in old["questions"]:
        other = merged.setdefault(question["id"], dict(question))
        if other["type"] != question["type"]:
            raise CompareError(f"{question['id']}: its type changed, answers cannot be compared")
        more = [option for option in question["options"] if option not in other["options"]]
        other["options"] = [*other["options"], *more]
        other["danger"] = other["danger"] or question["danger"]
        other["more_than"] = other["more_than"] or question["more_than"]
        if question["range"]:
            lows, highs = zip(question["range"], other["range"], strict=True)
            other["range"] = [min(lows), max(highs)]
    return {**new, "questions": list(merged.values())}


class Comparison:
    """Both versions read from the answers of one person, in one solver."""

    def __init__(self, old: Book, new: Book) -> None:
        self.old, self.new = old, new
        self.person = Person(asked_in_either(old, new), "a")
        before = Reading(old, self.person, tag=".old")
        after = Reading(new, self.person, tag=".new")
        self.solver = z3.SolverFor("QF_FD")
        self.solver.add([*before.definitions, *after.definitions])
        self.lowest = [z3.Not(reach) for reach in after.at_least[1:]]
        levels = zip(before.at_least, after.at_least, strict=True)
        self.falls = self._named("falls", either(z3.And(b, z3.Not(a)) for b, a in levels))
        self.whole = self._named("whole", z3.And(*self._whole(before), *self._whole(after)))
        self.ticks = [variable for key, variable in self.person.said.items() if len(key) == 3]

    def _named(self, name: str, formula: Any) -> Any:
        constant = z3.Bool(f"compare:{name}")
        self.solver.add(constant == formula)
        return constant

    def _whole(self, reading: Reading) -> Iterator[Any]:
        """Yield "a check a person can send": shown danger questions have their answer."""
        for question in reading.book["questions"]:
            answered = self.person.answered(question["id"])
            if question["danger"]:
                yield z3.Implies(reading.shown[question["id"]], answered)
            if question["optional"] and question["type"] == "number":
                yield z3.Not(answered)

    def found(self) -> Iterator[Fall]:
        """Yield answers whose level falls, fewest ticks first, of these the deepest fall.

        After each, all answers with the same ticks (and more) are left out; where nothing is
        ticked, those with the same reason. Of as many ticks, whole checks come first.
        """
        few = 0
        while self.solver.check(self.falls) == z3.sat:
            limit = self._named(f"few{few}", z3.AtMost(*self.ticks, few))
            for wanted in ([self.falls, limit, self.whole], [self.falls, limit]):
                while self.solver.check(*wanted) == z3.sat:
                    lower = (
                        low for low in self.lowest if self.solver.check(*wanted, low) == z3.sat
                    )
                    model = self._shortest([*wanted, next(lower)])
                    self.solver.add(z3.Not(self._said_again(model)))
                    yield self._fall(answers_of(self.person, model))
            few += 1

    def _shortest(self, wanted: list[Any]) -> Any:
        """Return a model in which as little as possible is said (greedy)."""
        self.solver.check(*wanted)
        model = self.solver.model()
        for key, said in self.person.said.items():
            if len(key) == 3 or not z3.is_true(model.eval(said, model_completion=True)):
                continue
            if self.solver.check(*wanted, z3.Not(said)) == z3.sat:
                wanted = [*wanted, z3.Not(said)]
                model = self.solver.model()
            else:
                wanted = [*wanted, said]
        return model

    def _said_again(self, model: Any) -> Any:
        """Return "these answers or more": their ticks, or else what makes the level fall."""
        person = self.person
        true = {
            k for k, v in person.said.items() if z3.is_true(model.eval(v, model_completion=True))
        }
        ticks = [key[:2] for key in true if len(key) == 3]
        if ticks:
            both = [
                [v for k, v in person.said.items() if k[:2] == t and len(k) == 3] for t in ticks
            ]
            return z3.And(*[either(ways) for ways in both])
        facts = [v if k in true else person.unsaid[k] for k, v in person.said.items()]
        self.solver.check(z3.Not(self.falls), *facts)
        core = {str(part) for part in self.solver.unsat_core()}
        reason = [person.said[k] for k in true if len(k) == 2 and str(person.said[k]) in core]
        return z3.And(*(reason or facts))

    def _fall(self, answers: Answers) -> Fall:
        """Return a fall, the engine having been asked: z3 and engine must agree."""
        before, after = (triage(rules, answers).level for rules in (self.old, self.new))
        if LEVELS.index(before) <= LEVELS.index(after):
            raise AssertionError(f"z3 sees a fall, the engine does not: {answers}")
        counted = [shown_answers(rules, answers) for rules in (self.old, self.new)]
        kept = {n: a for n, a in answers.items() if any(n in shown for shown in counted)}
        return Fall(kept, before, after)


def compared(old: Content, new: Content, most: int) -> tuple[list[Fall], bool]:
    """Return at most so many falls, and whether there are more."""
    found = Comparison(book(old), book(new)).found()
    falls = list(islice(found, most))
    return falls, len(falls) == most and next(found, None) is not None


def in_words(old: Content, new: Content, answers: Answers) -> Iterator[str]:
    """Yield a line per answer, in the words of the questionnaire."""
    questions = {question.id: question for content in (old, new) for question in content.questions}
    for name, answer in answers.items():
        texts = {option.id: option.text for option in questions[name].options}
        if isinstance(answer, dict):
            rows = [texts.get(r, r) + " (not sure)" * (s == "unsure") for r, s in answer.items()]
            if rows:
                yield f"  {questions[name].text} {'; '.join(rows)}"
        else:
            yield f"  {questions[name].text} {texts.get(str(answer), answer)}"
