"""python -m tests.proof.engine_mutants: one thing wrong in an engine at a time; who notices?

Python (engine, guide, language): by the syntax tree. The phone's scripts (triage.js, guide.js): by
their text. A mutant is killed when the golden cases, the MC/DC pairs or the cards come out otherwise,
when the twin engine gives another outcome for one of many random answer sets, or when a case of
test_language.py fails. Survivors have to be listed below with the reason why they are no fault.
"""

import ast
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

from tests import engines
from tests.proof.mutants import Hunt
from tests.triage import test_language
from tests.triage.strategies import random_answers
from webapp.content.load import book as make_book
from webapp.content.load import guide as make_guide
from webapp.content.load import load
from webapp.triage import engine, guide, language

ROOT = Path(__file__).parents[2]
RANDOM_SETS = 400
SECONDS = 30  # of computing; a mutant that takes longer hangs: it is killed
FINISHED, EARLY, ADVICE = "finished", "early", "advice"  # what is asked about a set of answers
TURNED = "turned"  # the rules in the opposite order
PLAIN_CALF = {"age_band": "a40_54", "onset": "gradual_none", "duration": "d1_3", "walk": "normal"}
ODD = (  # answers of which tests/triage has a test: nothing said, no answer at all, a tape
    {},
    {"walk": None, "onset": None, "age_band": "a25_39", "body_skin": None},
    {"age_band": "a25_39", "danger_now": {}, "limb_danger": {}, "body_skin": {}, "swelling": {}},
    {**PLAIN_CALF, "calf_cm_sore": 38.1, "calf_cm_other": 35.1},
    {**PLAIN_CALF, "calf_cm_sore": 37.9, "calf_cm_other": 35},
)
LONG_KNOWN = {
    **{"onset": "gradual_none", "duration": "over_3m", "course": "same", "pain_level": 3},
    **{"pain_timing": {"constant": "yes"}, "good_signs": {"seen_same": "yes"}},
}
RULE = {"id": "E01", "level": "emergency", "flags": []}
NOT_UNDERSTOOD = (["not", ["is", "INJ"]], ["is", "UNKNOWN"], ["constructor", []], [], "INJ", None)
TWO_SIGNS = ["none", "good_signs", ["seen_same", "numb_gone"]]
GONE = {"onset": "gradual_use", "good_signs": {"numb_gone": "yes"}}

# Survivors, by file and the text of the line (its first words), with why they are no fault.
SCREEN = "rows on the screen, not the outcome: the browser suite and test_changes.py look at them"
NO_ZERO = "no piece of evidence has the weight 0"
ONE_PART = "the list has one element there, so first and last are the same"
WORDS = "only the words of the complaint"
REASONS = {
    ("engine.py", "@dataclass"): "an outcome could be changed afterwards; nobody does",
    ("engine.py", "if name not in self.known"): "a memory, for speed only",
    ("engine.py", "raise ValueError"): WORDS,
    ("engine.py", "return self.macro(parts[0])"): ONE_PART,
    ("engine.py", 'shows = question["row_show"]'): SCREEN,
    ("engine.py", 'return [row for row in question["options"]'): SCREEN,
    ("engine.py", "state = State(book, shown_answers(book, answers, finished=False))"): SCREEN,
    ("guide.py", "@dataclass"): "a cause or card could be changed afterwards; nobody does",
    ("guide.py", "dose: bool = True"): "a default that nobody uses: care() always says the dose",
    ("guide.py", "alone = carrying[0]"): ONE_PART,
    ("guide.py", "if weight > 0"): NO_ZERO,
    ("guide.js", "weight > 0"): NO_ZERO,
    ("language.py", "return parts[0] if len(parts) == 1"): ONE_PART,
    ("language.py", "raise LanguageError"): WORDS,
    ("triage.js", "Object.keys(shows).length"): SCREEN,
    ("triage.js", "evaluator(book, shownAnswers(book, answers, false))"): SCREEN,
    ("triage.js", "return question.options.filter"): SCREEN,
    (
        "triage.js",
        "if (!rule || !has(kept, id)",
    ): "one tape measure without the other: NaN is never enough",
}


@dataclass(frozen=True)
class Mutant:
    """A source with one thing wrong: the line it is in, and what was done there."""

    file: str
    line: str
    what: str
    source: str


SWAPS = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
}
NAMES = {"any": "all", "all": "any", "max": "min", "min": "max"}


def python_mutants(path: Path) -> Iterator[Mutant]:
    """Yield every single change of a module's operators, constants and conditions."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for number in range(len(list(_places(ast.parse(text))))):
        tree = ast.parse(text)
        node, what, change = list(_places(tree))[number]
        change()
        line = lines[node.lineno - 1].strip()
        yield Mutant(path.name, line, what, ast.unparse(ast.fix_missing_locations(tree)))


def _places(tree: ast.Module) -> Iterator[tuple[Any, str, Any]]:
    """Yield (node with a line, words, function that makes the change) in a fixed order."""
    words = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.BoolOp | ast.BinOp):
            ops = node.ops if isinstance(node, ast.Compare) else [node.op]
            for at, op in enumerate(ops):
                if type(op) in SWAPS:
                    other = SWAPS[type(op)]()
                    what = f"{type(op).__name__} -> {type(other).__name__}"
                    yield node, what, _setter(node, at, other)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, "not dropped", lambda n=node: setattr(n, "op", ast.UAdd())
        if isinstance(node, ast.Constant) and id(node) not in words:
            for other in _others(node.value):
                what = f"{node.value!r} -> {other!r}"
                yield node, what, lambda n=node, o=other: setattr(n, "value", o)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in NAMES:
            name = NAMES[node.func.id]
            yield node, f"-> {name}", lambda n=node, o=name: setattr(n.func, "id", o)
        yield from _conditions(node)


def _conditions(node: ast.AST) -> Iterator[tuple[Any, str, Any]]:
    for kinds, value in (((ast.If, ast.IfExp, ast.While), False), ((ast.If, ast.IfExp), True)):
        if isinstance(node, kinds):
            yield node, f"condition {value}", _always(node, value)


def _always(node: Any, value: bool) -> Any:
    return lambda: setattr(node, "test", ast.Constant(value))


def _setter(node: Any, at: int, other: Any) -> Any:
    if isinstance(node, ast.Compare):
        return lambda: node.ops.__setitem__(at, other)
    return lambda: setattr(node, "op", other)


def _others(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    return [value + "x"] if isinstance(value, str) and value else []


SCRIPT_SWAPS = [
    (r"===", "!=="),
    (r"!==", "==="),
    (r">=", ">"),
    (r"(?<![=<>])>(?![=>])", ">="),
    (r"(?<![=<])<(?![=<])", "<="),
    (r"&&", "||"),
    (r"\|\|", "&&"),
    (r"!(?=[\w(])", ""),
    (r"(?<=[\w)\]]) - (?=\w)", " + "),
    (r"(?<=[\w)\]]) \+ (?=\w)", " - "),
    (r"\bsome\b(?=\()", "every"),
    (r"\bevery\b(?=\()", "some"),
    (r"\bmax\b(?=\()", "min"),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r'"(?=[a-z])', '"x'),
    (r"(?<![\w.])(\d+)\b", r"1\1"),
]


def script_mutants(path: Path) -> Iterator[Mutant]:
    """Yield single changes of a script's text; comments, imports and error words are left alone."""
    text = path.read_text(encoding="utf-8")
    at = 0
    for line in text.splitlines(keepends=True):
        code = line.split("//")[0]
        skip = code.startswith("import") or "new Error" in code
        for old, new in () if skip else SCRIPT_SWAPS:
            for match in re.finditer(old, code):
                start, end = at + match.start(), at + match.end()
                changed = text[:start] + match.expand(new) + text[end:]
                yield Mutant(path.name, line.strip(), f"{match.group()} -> {new}", changed)
        at += len(line)


class Trial:
    """The kept cases and the random answer sets, set on one mutant after the other."""

    def __init__(self) -> None:
        content = load()
        self.book, self.guide = make_book(content), make_guide(content)
        self.hunt = Hunt(content, self.book, self.guide)
        golden = [case.answers for case in self.hunt.kept if case.source == "golden"]
        pairs = [case.answers for case in self.hunt.kept if case.source != "golden"]
        source = random.Random(11)
        drawn = [random_answers(self.book, source) for _ in range(RANDOM_SETS)]
        hidden = [c.answers for c in self.hunt.kept if any(p[:5] == "show:" for p in c.places)]
        kept = [(a, FINISHED) for a in pairs[::4] + hidden + drawn + list(ODD)]
        kept += [(a, EARLY) for a in drawn[::2]]
        kept += [(a, ADVICE) for a in golden + [a for a, _ in self.hunt.cards] + drawn[::4]]
        kept += [(a, ADVICE) for a in self._all_for_a_cause(golden[0])]
        kept += [
            (golden[0] | {"medicines": {"x": "yes"}, "med_safety": {}, "weight_low": "no"}, ADVICE)
        ]
        kept += [(a, TURNED) for a in golden[::5]]
        random.Random(2).shuffle(kept)
        right = engines.PythonEngine(self.book)
        self.sets = [(a, how, self.said(right, a, how)) for a, how in kept]

    def _all_for_a_cause(self, plain: Any) -> Iterator[Any]:
        """Yield, for each cause, all that speaks for it, calm and with an emergency."""
        for cause in self.guide["causes"]:
            answers = dict(plain)
            for weight, (kind, question, wanted) in cause["evidence"]:
                if weight > 0 and kind in ("any", "anyU"):
                    answers[question] = {
                        **answers.get(question, {}),
                        **dict.fromkeys(wanted, "yes"),
                    }
                elif weight > 0:
                    answers[question] = wanted[0] if kind == "one" else wanted
            yield answers
            yield answers | {"danger_now": {"confused": "yes"}}
        yield plain | LONG_KNOWN

    def refuses(self, by: Any) -> bool:
        """Return whether an engine refuses what it does not understand, and reads two good signs."""
        for when in NOT_UNDERSTOOD:
            by.use({**self.book, "rules": [{**RULE, "when": when}]})
            try:
                by.triage({})
            except Exception:
                continue
            return False
        by.use({**self.book, "rules": [{**RULE, "when": TWO_SIGNS}]})
        return "E01" not in by.triage(GONE)["rules"]

    def said(self, by: Any, answers: Any, how: str) -> Any:
        """Return what an engine says of a set of answers."""
        if how == TURNED:
            by.use({**self.book, "rules": self.book["rules"][::-1]})
            found = by.triage(answers)
            by.use(self.book)
            return found
        if how == ADVICE:
            return by.advise(self.guide, answers)
        return by.triage(answers, how == FINISHED), by.shown(answers)

    def python(self, mutant: Mutant) -> bool:
        """Return whether a mutant of the engine or the guide is noticed."""
        name = mutant.file.removesuffix(".py")
        right = {"engine": engine, "guide": guide}[name]
        wrong = ModuleType(right.__name__)
        with installed(right, wrong):
            try:
                exec(compile(mutant.source, mutant.file, "exec"), wrong.__dict__)
                parts = {"engine": (wrong, guide), "guide": (engine, wrong)}[name]
                if name == "engine" and not _refuses(self, parts):
                    return True
                return any(_by_python(self, parts, a, h) != said for a, h, said in self.sets)
            except Exception:
                return True

    def script(self, mutant: Mutant) -> bool:
        """Return whether a mutant of the phone's scripts is noticed."""
        with tempfile.TemporaryDirectory() as folder:
            for part in ("static/js", "tests/js"):
                shutil.copytree(ROOT / part, Path(folder) / part)
            (Path(folder) / "static/js" / mutant.file).write_text(mutant.source, encoding="utf-8")
            before = signal.signal(signal.SIGALRM, hangs)
            signal.alarm(4 * SECONDS)
            right, engines.SCRIPT = engines.SCRIPT, Path(folder) / "tests/js/engine.mjs"
            by = None
            try:
                by = engines.JavascriptEngine(self.book)
                if not self.refuses(by):
                    return True
                by.use(self.book)
                return any(self.said(by, a, how) != said for a, how, said in self.sets)
            except Exception:
                return True
            finally:
                signal.alarm(0)
                signal.signal(signal.SIGALRM, before)
                engines.SCRIPT = right
                if by:
                    by.process.kill()
                    by.process.wait()

    def language(self, mutant: Mutant) -> bool:
        """Return whether a mutant of the language is noticed by the cases of test_language.py."""
        wrong = ModuleType(language.__name__)
        kept = {name: getattr(test_language, name) for name in ("parse", "atoms", "LanguageError")}
        try:
            with installed(language, wrong):
                exec(compile(mutant.source, mutant.file, "exec"), wrong.__dict__)
                for name in kept:
                    setattr(test_language, name, getattr(wrong, name))
                for name, test in vars(test_language).items():
                    if name.startswith("test_"):
                        _all_cases(test)
            return make_book_with(wrong) != self.book
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return True
        finally:
            for name, right in kept.items():
                setattr(test_language, name, right)


def make_book_with(wrong: Any) -> Any:
    """Return the book that the loader makes with this language."""
    from webapp.content import load as loader

    right, loader.parse = loader.parse, wrong.parse
    try:
        return loader.book(loader.load_rules(loader.HERE))
    finally:
        loader.parse = right


def _all_cases(test: Any) -> None:
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    names = [name.strip() for mark in marks for name in mark.args[0].split(",")]
    for values in product(*(mark.args[1] for mark in marks)):
        flat = [v for value in values for v in (value if isinstance(value, tuple) else (value,))]
        test(**dict(zip(names, flat, strict=True)))


def _refuses(trial: Trial, parts: Any) -> bool:
    kept = engines.engine, engines.advice
    engines.engine, engines.advice = parts
    try:
        return trial.refuses(engines.PythonEngine(trial.book))
    finally:
        engines.engine, engines.advice = kept


def _by_python(trial: Trial, parts: Any, answers: Any, how: str) -> Any:
    """Return what PythonEngine says, put together of these parts."""
    kept = engines.engine, engines.advice
    engines.engine, engines.advice = parts
    try:
        return trial.said(engines.PythonEngine(trial.book), answers, how)
    finally:
        engines.engine, engines.advice = kept


def hangs(*_: Any) -> None:
    raise TimeoutError


@contextmanager
def installed(right: ModuleType, wrong: ModuleType) -> Iterator[None]:
    """Put the wrong module in the place of the right one, for at most so many seconds."""

    before = signal.signal(signal.SIGVTALRM, hangs)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    sys.modules[right.__name__] = wrong
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        sys.modules[right.__name__] = right


def all_mutants() -> Iterator[tuple[str, Mutant]]:
    """Yield (method of Trial, mutant)."""
    for name in ("engine", "guide"):
        yield from (("python", m) for m in python_mutants(ROOT / f"webapp/triage/{name}.py"))
    yield from (("language", m) for m in python_mutants(ROOT / "webapp/triage/language.py"))
    for name in ("triage", "guide"):
        yield from (("script", m) for m in script_mutants(ROOT / f"static/js/{name}.js"))


def reason(mutant: Mutant) -> str:
    """Return why a survivor is no fault, "" when nobody has said."""
    return next((w for (f, s), w in REASONS.items() if f == mutant.file and s in mutant.line), "")


def main() -> int:
    """Try all mutants of both engines; print figures and survivors."""
    start, trial = time.perf_counter(), Trial()
    made: dict[str, int] = {}
    survivors = []
    for method, mutant in all_mutants():
        made[mutant.file] = made.get(mutant.file, 0) + 1
        if not getattr(trial, method)(mutant):
            survivors.append(mutant)
    for file, count in made.items():
        left = [m for m in survivors if m.file == file]
        print(f"{file:12} {count:4} made {count - len(left):4} killed {len(left):3} survive")
    for mutant in survivors:
        print(f"{mutant.file}: {mutant.what}: {mutant.line}\n    {reason(mutant) or 'NO REASON'}")
    print(f"{time.perf_counter() - start:.0f} s")
    return 0 if all(reason(mutant) for mutant in survivors) else 1


if __name__ == "__main__":
    sys.exit(main())
