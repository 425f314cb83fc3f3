"""python -m tests.proof.prove: prove every theorem about the rules, with its time.

A theorem that fails prints a readable vignette (the answers in words) and the exit code is 1.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import z3

from tests.proof.theorems import NOT_APPLICABLE, Theorem, World, theorems
from webapp.content.load import book as make_book
from webapp.content.load import guide as make_guide
from webapp.content.load import load
from webapp.content.schema import Content
from webapp.tools.encode import Person, answers_of
from webapp.triage.engine import Answers, triage


@dataclass(frozen=True)
class Failure:
    """A case that does not hold, and for the first one of a theorem the answers that refute it.

    Without people: a case that should be possible and is not, or one more case of the same kind.
    """

    label: str
    people: tuple[Answers, ...]


@dataclass(frozen=True)
class Result:
    """A theorem, how long it took, how many cases it has and which of them fail."""

    theorem: Theorem
    seconds: float
    cases: int
    failures: tuple[Failure, ...]

    @property
    def proved(self) -> bool:
        return not self.failures


def prove(world: World, theorem: Theorem) -> Result:
    """Return whether a theorem holds over all answers."""
    start = time.perf_counter()
    solver = world.two if theorem.pair else world.one
    cases = list(theorem.cases(world))
    failures: list[Failure] = []
    for label, formula in cases:
        solver.push()
        solver.add(formula)
        if _possible(theorem, solver) != theorem.possible:
            people = () if theorem.possible or failures else _people(world, theorem.pair)
            failures.append(Failure(label, tuple(_smallest(solver, people))))
        solver.pop()
    return Result(theorem, time.perf_counter() - start, len(cases), tuple(failures))


def _possible(theorem: Theorem, solver: Any) -> bool:
    found = solver.check()
    if found == z3.unknown:
        raise RuntimeError(f"{theorem.id}: {solver.reason_unknown()}")
    return bool(found == z3.sat)


def _people(world: World, pair: bool) -> tuple[Person, ...]:
    return (world.a.person, world.b.person) if pair else (world.a.person,)


def _smallest(solver: Any, people: tuple[Person, ...]) -> list[Answers]:
    """Return answers that refute the case, with as little said as possible (greedy)."""
    if not people:
        return []
    unsaid: list[Any] = []
    model = solver.model()
    for said in (said for person in people for said in _least_first(person)):
        if z3.is_true(model.eval(said)) and solver.check(*unsaid, z3.Not(said)) == z3.sat:
            unsaid.append(z3.Not(said))
            model = solver.model()
        elif not z3.is_true(model.eval(said)):
            unsaid.append(z3.Not(said))
    return [answers_of(person, model) for person in people]


def _least_first(person: Person) -> list[Any]:
    """Return what may be unsaid: rows and steps first, then whole questions, danger ones never."""
    danger = {q["id"] for q in person.book["questions"] if q["danger"]}
    rows = [said for key, said in person.said.items() if len(key) > 1 and type(key[1]) is str]
    steps = [person.said[key] for key in person.said if len(key) == 2 and type(key[1]) is int]
    whole = [person.said[key] for key in person.said if len(key) == 1 and key[0] not in danger]
    return [*rows, *reversed(steps), *whole]


def vignette(content: Content, answers: Answers, base: Answers | None = None) -> Iterator[str]:
    """Yield the answers in words of the questionnaire; with a base, only what differs from it."""
    for question in content.questions:
        name = question.id
        if base is not None and answers.get(name) == base.get(name):
            continue
        if answers.get(name) or (base is not None and name in answers):
            yield f"  {question.text} -> {_in_words(question, answers[name])}"
        elif base is not None:
            yield f"  {question.text} -> (not answered)"


def _in_words(question: Any, answer: Any) -> str:
    texts = {option.id: option.text for option in question.options}
    if question.type == "single":
        return str(texts[answer])
    if question.type == "number":
        return str(answer)
    rows = [texts[row] + (" (unsure)" if said == "unsure" else "") for row, said in answer.items()]
    return "; ".join(rows) or "nothing ticked"


def explain(content: Content, book: Any, failure: Failure) -> Iterator[str]:
    """Yield the lines that tell why a case fails."""
    yield f" case: {failure.label}"
    for number, answers in enumerate(failure.people):
        outcome = triage(book, answers)
        yield f" person {number + 1}: {outcome.level} {' '.join(outcome.rules)}"
        yield from vignette(content, answers, failure.people[0] if number else None)


def main() -> int:
    """Prove all theorems, print each, and return the exit code."""
    start = time.perf_counter()
    content = load()
    book = make_book(content)
    world = World(book, make_guide(content))
    results = [_shown(content, book, prove(world, theorem)) for theorem in theorems()]
    seconds = time.perf_counter() - start
    for id, why in NOT_APPLICABLE.items():
        print(f"{id}: not about the rules: {why}")
    proved = sum(result.proved for result in results)
    cases = sum(result.cases for result in results)
    print(f"{proved} of {len(results)} theorems proved ({cases} cases), ", end="")
    print(f"rules {book['version']}, {seconds:.1f} s")
    return 0 if proved == len(results) else 1


def _shown(content: Content, book: Any, result: Result) -> Result:
    mark = "proved" if result.proved else "FAILED"
    many = f" [{result.cases} cases]" if result.cases > 1 else ""
    print(f"{result.theorem.id:6} {mark} {result.seconds:6.3f} s  {result.theorem.words}{many}")
    for failure in result.failures[:3]:
        print("\n".join(explain(content, book, failure)))
    return result


if __name__ == "__main__":
    sys.exit(main())
