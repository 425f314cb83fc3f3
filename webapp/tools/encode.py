"""The loaded rule book as z3 formulas: the symbolic twin of webapp/triage/engine.py.

A Person is what somebody may say, a Boolean per thing that can be said: two (yes, unsure) per
danger row, one per other row and per single option, a chain "at least k" for the pain.
A Reading is what the engine makes of it: what is shown, what counts, which rules fire.
Source: reliability research 5.3; every step follows engine.triage in its order.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import z3  # type: ignore[import-untyped]

from webapp.triage.engine import LEVELS, Answers, Book
from webapp.triage.language import Expression

Key = tuple[Any, ...]  # (question,) answered · (question, option[, "yes"|"unsure"]) · (question, k)
SOON = LEVELS.index("soon")
MORE = "more"  # (question, MORE): this number exceeds the other by as much as `more_than` says
NO, YES = z3.BoolVal(False), z3.BoolVal(True)


def either(parts: Iterable[Any]) -> Any:
    """Return "one of these holds", false of none."""
    return _joined(z3.Z3_mk_or, parts)


def every(parts: Iterable[Any]) -> Any:
    """Return "all of these hold", true of none."""
    return _joined(z3.Z3_mk_and, parts)


def _joined(make: Any, parts: Iterable[Any]) -> Any:
    """Return a join of formulas, as z3.And and z3.Or do, without their slow casts."""
    held = list(parts)  # z3 frees a formula that nobody holds
    array = (z3.Ast * len(held))(*[part.as_ast() for part in held])
    return z3.BoolRef(make(z3.main_ctx().ref(), len(held), array))


class Person:
    """Everything one person may say: `said` by key, `domain` = what cannot be said together."""

    def __init__(self, book: Book, name: str) -> None:
        self.book, self.name = book, name
        self.said: dict[Key, Any] = {}
        self.domain: list[Any] = []
        for question in book["questions"]:
            getattr(self, f"_{question['type']}")(question)
        self.unsaid = {key: z3.Not(variable) for key, variable in self.said.items()}

    def keys(self, question: str) -> list[Key]:
        """Return the keys of one question, the answered-key of multis and numbers included."""
        return [key for key in self.said if key[0] == question]

    def answered(self, question: str) -> Any:
        """Return "this question has an answer", be it with nothing ticked."""
        if (question,) in self.said:
            return self.said[(question,)]
        return either(self.said[key] for key in self.keys(question))

    def _new(self, *key: Any) -> Any:
        self.said[key] = z3.Bool(f"{self.name}.{'.'.join(map(str, key))}")
        return self.said[key]

    def _single(self, question: dict[str, Any]) -> None:
        options = [self._new(question["id"], option) for option in question["options"]]
        self.domain.append(z3.AtMost(*options, 1))

    def _multi(self, question: dict[str, Any]) -> None:
        answered = self._new(question["id"])
        for row in question["options"]:
            yes = self._new(question["id"], row, "yes")
            self.domain.append(z3.Implies(yes, answered))
            if question["danger"]:
                unsure = self._new(question["id"], row, "unsure")
                self.domain += [z3.Implies(unsure, answered), z3.Not(z3.And(yes, unsure))]

    def _number(self, question: dict[str, Any]) -> None:
        below = self._new(question["id"])
        low, high = question["range"]
        for k in range(low + 1, high + 1) if high - low <= 10 else ():
            step = self._new(question["id"], k)
            self.domain.append(z3.Implies(step, below))
            below = step
        if question["more_than"]:
            more = self._new(question["id"], MORE)
            self.domain.append(z3.Implies(more, self.said[(question["id"],)]))


class Reading:
    """What the engine makes of a person's answers.

    shown, open: {question: formula} · row_shown: {(question, row): formula} · kept: {key: formula},
    what counts · fires: {rule: formula} · at_least: [formula per rank 0-4] · definitions: to assert
    once. tag: tells two readings of one person apart.
    """

    def __init__(self, book: Book, person: Person, finished: bool = True, tag: str = "") -> None:
        self.book, self.person, self.finished = book, person, finished
        self.tag = f"{person.name}{'' if finished else '.early'}{tag}"
        self.definitions: list[Any] = list(person.domain)
        self.meaning: dict[str, Any] = {}
        self.kept: dict[Key, Any] = {}
        self.known: dict[str, Any] = {}
        self.row_shown: dict[Key, Any] = {}
        self.shown = {q["id"]: self._read(q) for q in book["questions"]}
        self._measure()
        self.known.clear()
        self.fires = {r["id"]: self._name(r["id"], self.holds(r["when"])) for r in book["rules"]}
        self.open = self._open()
        self.at_least = [self._reaches(rank) for rank in range(len(LEVELS))]

    def level(self, name: str) -> Any:
        """Return "the level is exactly this one"."""
        rank = LEVELS.index(name)
        higher = self.at_least[rank + 1] if rank + 1 < len(LEVELS) else NO
        return z3.And(self.at_least[rank], z3.Not(higher))

    def holds(self, expression: Any, words: Mapping[str, Expression] | None = None) -> Any:
        """Return the formula of an expression of the rule language; `words` replaces the macros."""
        if expression is True:
            return YES
        kind, *parts = expression
        if kind in ("and", "or"):
            join = every if kind == "and" else either
            return join([self.holds(part, words) for part in parts])
        if kind == "is":
            return self._macro(parts[0]) if words is None else self._word(parts[0], words)
        if kind == "score":
            items = self.book["scores"][parts[0]] if words is None else words[parts[0]]
            return z3.AtLeast(*[self.holds(item, words) for item in items], parts[1])
        return self._literal(kind, *parts)

    def _name(self, name: str, formula: Any) -> Any:
        """Give a formula a name of its own, so that each query stays small."""
        constant = z3.Bool(f"{self.tag}:{name}")
        self.definitions.append(constant == formula)
        self.meaning[str(constant)] = formula
        return constant

    def _macro(self, name: str) -> Any:
        if name not in self.known:
            label = f"{name}@{len(self.kept)}"
            self.known[name] = self._name(label, self.holds(self.book["macros"][name]))
        return self.known[name]

    def _word(self, name: str, words: Mapping[str, Expression]) -> Any:
        key = f"{name} of {id(words)}"
        if key not in self.known:
            self.known[key] = self.holds(words[name], words)
        return self.known[key]

    def _literal(self, kind: str, question: str, wanted: Any) -> Any:
        if kind == "one":
            return either(self._counts(question, option) for option in wanted)
        if kind == "num":
            return self._number(question, wanted)
        yes = either(self._counts(question, row, "yes") for row in wanted)
        if kind == "any":
            return yes
        if kind == "anyU":
            return either([yes, *(self._counts(question, row, "unsure") for row in wanted)])
        if kind == "none":
            return z3.Not(yes)
        raise ValueError(f"unknown expression {kind!r}")

    def _counts(self, *key: Any) -> Any:
        return self.kept.get(key, NO)

    def _number(self, question: str, k: int) -> Any:
        low, high = next(q["range"] for q in self.book["questions"] if q["id"] == question)
        if k <= low or k > high:
            return self._counts(question) if k <= low else NO
        if (question, k) not in self.person.said:
            raise ValueError(f"{question} is encoded without the step {k}")
        return self._counts(question, k)

    def _read(self, question: dict[str, Any]) -> Any:
        """Take a question's answers in when it is shown (engine.shown_answers)."""
        name = question["id"]
        shown = self._name(f"shown.{name}", self.holds(question["show"]))
        for row, show in question["row_show"].items():
            self.row_shown[(name, row)] = self._name(f"shown.{name}.{row}", self.holds(show))
        counting = {}
        for key in self.person.keys(name):
            row_shown = self.row_shown.get(key[:2], YES) if len(key) == 3 else YES
            counts = every((shown, row_shown, self._value(question, key)))
            counting[key] = self._name(f"kept.{'.'.join(map(str, key))}", counts)
        self.kept |= counting
        self.known.clear()
        return shown

    def _value(self, question: dict[str, Any], key: Key) -> Any:
        """Return what was said, or what a missing answer is read as (`unanswered`)."""
        said, missing = self.person.said[key], question["unanswered"]
        if not missing or not self.finished:
            return said
        read_as = (question["id"], missing) + (("yes",) if question["type"] == "multi" else ())
        if key in (read_as, (question["id"],)):
            return z3.Or(said, z3.Not(self.person.answered(question["id"])))
        return said

    def _measure(self) -> None:
        """Tick a row when one measured number exceeds the other (engine._measure)."""
        for question in self.book["questions"]:
            if rule := question["more_than"]:
                both = z3.And(self.kept[(question["id"],)], self.kept[(rule["other"],)])
                key = (rule["of"], rule["ticks"], "yes")
                found = z3.Or(self.kept[key], z3.And(both, self.kept[(question["id"], MORE)]))
                self.kept[key] = self._name("measured", found)

    def _open(self) -> dict[str, Any]:
        """Return the shown danger questions that have no answer (engine.open_questions)."""
        return {
            q["id"]: self._name(
                f"open.{q['id']}",
                z3.And(self.holds(q["show"]), z3.Not(self.person.answered(q["id"]))),
            )
            for q in self.book["questions"]
            if q["danger"] and not q["unanswered"] and self.finished
        }

    def _reaches(self, rank: int) -> Any:
        ranks = {r["id"]: LEVELS.index(r["level"]) for r in self.book["rules"]}
        found = [fires for id, fires in self.fires.items() if ranks[id] >= rank]
        if rank <= SOON:
            found += self.open.values()
        return self._name(f"level>={rank}", either(found) if rank else YES)


def facts(person: Person, answers: Answers) -> Iterator[Any]:
    """Yield, for every key of a person, that it is said or not said in these answers."""
    said = set(_said(person.book, answers))
    for key, variable in person.said.items():
        yield variable if key in said else person.unsaid[key]


def _said(book: Book, answers: Answers) -> Iterator[Key]:
    for question in book["questions"]:
        name, answer = question["id"], answers.get(question["id"])
        if answer is None:
            continue
        if question["type"] == "single":
            yield name, answer
            continue
        yield (name,)
        if question["type"] == "multi":
            yield from ((name, row, said) for row, said in answer.items())
        else:
            yield from ((name, k) for k in range(int(answer) + 1))
            yield from _exceeds(question, answers)


def _exceeds(question: dict[str, Any], answers: Answers) -> Iterator[Key]:
    rule = question["more_than"]
    if rule and answers.get(rule["other"]) is not None:
        tenths = round(answers[question["id"]] * 10) - round(answers[rule["other"]] * 10)
        if tenths >= rule["by"] * 10:
            yield question["id"], MORE


def answers_of(person: Person, model: z3.ModelRef) -> Answers:
    """Return the answers a model gives a person, as the engine takes them."""
    true = {k for k, v in person.said.items() if z3.is_true(model.eval(v, model_completion=True))}
    answers: Answers = {}
    for question in person.book["questions"]:
        mine = [key for key in person.keys(question["id"]) if key in true]
        if mine:
            answers[question["id"]] = _answer(question, mine)
    return _with_measures(person.book, answers, true)


def _answer(question: dict[str, Any], keys: list[Key]) -> Any:
    if question["type"] == "single":
        return keys[0][1]
    if question["type"] == "multi":
        return {key[1]: key[2] for key in keys if len(key) == 3}
    return max([question["range"][0]] + [k[1] for k in keys if len(k) == 2 and k[1] != MORE])


def _with_measures(book: Book, answers: Answers, true: set[Key]) -> Answers:
    """Give measured numbers values that differ as the model says."""
    for question in book["questions"]:
        rule = question["more_than"]
        if rule and question["id"] in answers and rule["other"] in answers:
            more = rule["by"] if (question["id"], MORE) in true else 0
            answers[question["id"]] = answers[rule["other"]] + more
    return answers
