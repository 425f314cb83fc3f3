"""The theorems over all answers: an id, a sentence in plain words, and what would refute it.

A theorem has cases (label, formula). It is proved when no answers make any case true; a theorem
that says "it is possible" (P11-P13, P17) is proved when there are answers for each case. Ids: P..
= property of the reliability research 5.4; L-.. = line of the brief 3.4; C, K, H = clinical.py.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
import z3

from tests.proof import clinical
from tests.proof.gating import Cards
from webapp.tools.encode import MORE, NO, SOON, Key, Person, Reading, either, every
from webapp.triage.engine import LEVELS, Book
from webapp.triage.guide import Guide
from webapp.triage.language import parse

Case = tuple[str, Any]  # (label, formula)
RANKS = range(1, len(LEVELS))
MEDICINE_QUESTIONS = ("medicines", "med_safety", "weight_low", "pregnancy", "health", "age_band")
BRIEF = yaml.safe_load((Path(__file__).parent / "brief.yaml").read_text(encoding="utf-8"))

LINES = (*clinical.SEEK_CARE, *clinical.TOPICS, *clinical.TWINS)

# Single answers in the brief's order (3.1), least first; answers in one step weigh the same.
ORDERS = {
    "walk": (("normal",), ("limp",), ("aid_only",), ("buckles", "cannot_4", "unsure")),
    "course": (("better",), ("same",), ("comes_goes",), ("worse",)),
    "pain_peak": (("spell_gone",), ("some_moves",), ("every_step",), ("still", "unsure")),
}

NOT_APPLICABLE = {
    "P17 (texts)": "text per level and language: the loader and the catalogue tests; levels: P17",
    "P20": "two versions of the rules: `flask compare-rules`, its own tool",
}

# P12: rules that never decide a level on their own, with the reason why they stay.
DELIBERATE = {
    "T15": "T01 fires with it each time; it stays for its flag F_OA and its plainer reason",
}

# P13: questions and rows on which no rule depends, with what they are asked for.
NOT_FOR_RULES = {
    "pain_quality": "causes (brief 4.1)",
    "seen_before": "text only; never lowers a level (brief 2.2)",
    "medicines": "medicine checks (brief 5.2)",
    "med_safety": "medicine checks (brief 5.2)",
    "weight_low": "paracetamol dose (brief 5.2)",
    "recheck": "re-check of day 3 and 14 (brief M02)",
    "pregnancy": {"medicine checks (brief 5.2)": "breastfeeding"},
    "pain_place": {"causes (brief 4.1)": "shin inner_knee outer_knee front_knee"},
    "clot_risks": {"text on risks; too common to alarm (brief 3.3)": "overweight varicose smoker"},
    "joint_signs": {
        "causes; painless noise is no sign (brief 8B-23)": "click_painless crunch stiff"
    },
    "health": {"causes (brief 4.1)": "oa_known acl_graft"},
    "child_signs": {"causes (brief 4.1)": "bump_below_kneecap"},
    "cramp_check": {"causes and cramp card (brief 4.1)": "after_heat"},
    "pain_spread": {"causes (brief 4.1)": "up_thigh down_calf stays"},
    "worse_with": {
        "causes (brief 4.1)": "walking running bending straightening tiptoe chair_rise"
        " press_weight long_sitting cough_bend_back"
    },
    "activity": {"causes and return to sport (brief 4.1)": "jump_pivot manual_kneel sits_long"},
}


# P09e: what a worse answer may bring into view, by the level that it can take away. The brief's own
# golden cases ask for it (V100: pain of 8 in a spell, now gone; V157: a burst cyst, scan clear).
FALLS = {
    "emergency": (),
    "urgent_today": ("scan_clear", "muscle_snap"),
    "soon": (),
    "routine": ("almost_gone",),
}


@dataclass(frozen=True)
class Theorem:
    """One sentence about all answers. possible: each case has answers; else: no case has any."""

    id: str
    words: str
    cases: Callable[["World"], Iterable[Case]]
    pair: bool = False
    possible: bool = False


class World:
    """Person a, person b and a's look during the check, with one incremental solver each way."""

    def __init__(self, book: Book, guide: Guide | None = None) -> None:
        self.book, self.guide = book, guide
        self.a = Reading(book, Person(book, "a"))

    @cached_property
    def b(self) -> Reading:
        return Reading(self.book, Person(self.book, "b"))

    @cached_property
    def early(self) -> Reading:
        return Reading(self.book, self.a.person, finished=False)

    @cached_property
    def cards(self) -> Cards:
        """The cards of person a; asked for by the theorems about cards only."""
        if self.guide is None:
            raise ValueError("this world has no guide")
        cards = Cards(self.a, self.guide, "cards")
        self.one.add(cards.definitions)
        return cards

    @cached_property
    def one(self) -> z3.Solver:
        return _solver(self.a)

    @cached_property
    def two(self) -> z3.Solver:
        solver = _solver(self.a, self.b, self.early)
        solver.add([name == formula for name, formula in self._pair_names])
        return solver

    @cached_property
    def _pair_names(self) -> list[tuple[Any, Any]]:
        """Return what is named once for both persons: the same per key, and "they differ"."""
        b = self.b.person.said
        same = [(self.same[key], said == b[key]) for key, said in self.a.person.said.items()]
        pairs = [(self.a.fires, self.b.fires), (self.a.open, self.b.open)]
        pairs.append((self.a.shown, self.b.shown))
        differ = either(a[name] != b[name] for a, b in pairs for name in a)
        return [*same, *self._runs(), (z3.Bool("differ"), differ)]

    def _runs(self) -> Iterator[tuple[Any, Any]]:
        """Yield, for each n, "the first n keys are the same" and "all keys from n on are"."""
        same = list(self.same.values())
        yield z3.Bool("first:0"), z3.BoolVal(True)
        yield z3.Bool(f"from:{len(same)}"), z3.BoolVal(True)
        for n, key in enumerate(same):
            yield z3.Bool(f"first:{n + 1}"), z3.And(z3.Bool(f"first:{n}"), key)
            yield z3.Bool(f"from:{n}"), z3.And(z3.Bool(f"from:{n + 1}"), key)

    @cached_property
    def same(self) -> dict[Key, Any]:
        """Per key: both persons say the same."""
        return {key: z3.Bool(f"same:{key}") for key in self.a.person.said}

    def all_same(self, but: Iterable[Key] = ()) -> Any:
        """Return "a and b say the same, save for these keys"."""
        free = set(but)
        places = [n for n, key in enumerate(self.same) if key in free]
        if places and places[-1] - places[0] + 1 == len(places):
            return z3.And(z3.Bool(f"first:{places[0]}"), z3.Bool(f"from:{places[-1] + 1}"))
        return every([same for key, same in self.same.items() if key not in free])

    def lower(self, this: Reading, than: Reading) -> list[Case]:
        """Return the cases in which one reading's level lies below the other's."""
        return [
            (f"not {LEVELS[n]} any more", z3.And(than.at_least[n], z3.Not(this.at_least[n])))
            for n in RANKS
        ]

    def differ(self) -> Any:
        """Return "a and b differ in a rule, an open question or a shown question"."""
        return z3.Bool("differ")


def _solver(*readings: Reading) -> z3.Solver:
    solver = z3.SolverFor("QF_FD")
    for reading in readings:
        solver.add(reading.definitions)
    return solver


def _under(premise: Any, cases: Iterable[Case]) -> list[Case]:
    return [(label, z3.And(premise, formula)) for label, formula in cases]


# Clinical lines: brief 3.4 (L), 3.5 (C), 3.7 (K), 8B (H)


def brief_lines() -> Iterator[Theorem]:
    """Yield one theorem per line of 3.4: the condition as written there, at least its level."""
    words = {name: parse(text) for name, text in BRIEF["macros"].items()}
    words["WELLS"] = [parse(text) for text in BRIEF["wells"]]
    for level in reversed(LEVELS[1:]):
        for id, when in BRIEF[level].items():
            sentence = f"Brief 3.4, line {id}: its condition means at least {level}"
            yield Theorem(f"L-{id}", sentence, _minimum(when, level, "", words))


def clinical_words() -> dict[str, Any]:
    """Return the short names of clinical.py, parsed, with the clot score of the brief."""
    words: dict[str, Any] = {name: parse(text) for name, text in clinical.WORDS.items()}
    words["WELLS"] = [parse(text) for text in BRIEF["wells"]]
    return words


def clinical_lines() -> Iterator[Theorem]:
    """Yield the lines written in our own words."""
    words = clinical_words()
    for id, sentence, when, level, unless in LINES:
        yield Theorem(id, sentence, _minimum(when, level, unless, words))


def _minimum(when: str, level: str, unless: str, words: dict[str, Any]) -> Any:
    def cases(w: World) -> list[Case]:
        missed = z3.Not(w.a.at_least[LEVELS.index(level)])
        return [(when, z3.And(_applies(w, when, unless, words), missed))]

    return cases


def _applies(w: World, when: str, unless: str, words: dict[str, Any]) -> Any:
    out = w.a.holds(parse(unless), words) if unless else NO
    return z3.And(w.a.holds(parse(when), words), z3.Not(out))


def lines_apply(w: World) -> Iterator[Case]:
    """Yield: the condition of each clinical line is met by some answers, so none holds idly."""
    words = clinical_words()
    for id, _, when, _, unless in LINES:
        yield id, _applies(w, when, unless, words)


# Properties of one answer set


def one_level(w: World) -> list[Case]:
    levels = [w.a.level(name) for name in LEVELS]
    return [("none", z3.Not(either(levels))), ("two", z3.Not(z3.AtMost(*levels, 1)))]


def danger_rows(w: World) -> Iterator[Case]:
    for level, questions in clinical.ROW_MINIMUM.items():
        for question, rows in questions.items():
            for row in rows.split():
                ticked = w.a.holds(["anyU", question, [row]])
                missed = z3.Not(w.a.at_least[LEVELS.index(level)])
                yield f"{question}: {row}", z3.And(ticked, missed)


def emergency_without_cause(w: World) -> list[Case]:
    rows = either(
        w.a.holds(["anyU", q["id"], q["options"]])
        for q in w.book["questions"]
        if q["id"] in ("danger_now", "limb_danger", "body_skin", "injury_signs", "swelling")
    )
    crash = parse("one(onset: injury_major) AND one(duration: lt_24h, d1_3, d4_7)")
    return [
        ("emergency", z3.And(w.a.at_least[4], z3.Not(rows), z3.Not(w.a.holds(crash)))),
    ]


def all_no(w: World) -> list[Case]:
    said, person = w.a.person.said, w.a.person
    ticked = [said[key] for key in said if len(key) == 3]
    calm = [
        "one(walk: normal)",
        "one(age_band: a18_24, a25_39, a40_54)",
        "one(onset: injury_twist, sudden_no_injury, gradual_use, gradual_none, cramp, sprint_pull)",
        "one(duration: lt_24h, d1_3) OR one(course: better)",
    ]
    asked = [person.answered(q["id"]) for q in w.book["questions"] if q["type"] == "multi"]
    mild = z3.Not(w.a.holds(parse("num(pain_level) >= 4")))
    tried = z3.Not(w.a.holds(parse("one(care_tried: tried_2w, tried_6w)")))
    measured = z3.Not(said[("calf_cm_sore", MORE)])
    quiet = z3.And(*asked, mild, tried, measured, *[w.a.holds(parse(text)) for text in calm])
    return [("all no", z3.And(quiet, z3.Not(either(ticked)), z3.Not(w.a.level("self_care"))))]


def left_open(w: World) -> Iterator[Case]:
    for question in w.a.open:
        skipped = z3.And(w.a.shown[question], z3.Not(w.a.person.answered(question)))
        safe = z3.And(w.a.at_least[SOON], w.a.open[question])
        yield question, z3.And(skipped, z3.Not(safe))


def can_fire(w: World) -> Iterator[Case]:
    yield from w.a.fires.items()


def can_decide(w: World) -> Iterator[Case]:
    for rule in w.book["rules"]:
        if rule["id"] not in DELIBERATE:
            yield rule["id"], _decides(w, rule["id"], rule["level"])


def never_decides(w: World) -> Iterator[Case]:
    levels = {rule["id"]: rule["level"] for rule in w.book["rules"]}
    yield from ((id, _decides(w, id, levels[id])) for id in DELIBERATE if id in levels)


def deliberate_is_said(w: World) -> Iterator[Case]:
    """Yield: a rule listed as deliberate is among the reasons shown for some answers."""
    for number, rule in enumerate(w.book["rules"]):
        if rule["id"] not in DELIBERATE:
            continue
        topics: dict[str, list[Any]] = {}
        for other in w.book["rules"][:number]:
            if other["level"] == rule["level"]:
                topics.setdefault((*other["flags"], other["id"])[0], []).append(other["id"])
        said = {t: either(w.a.fires[id] for id in ids) for t, ids in topics.items()}
        own = said.pop((*rule["flags"], rule["id"])[0], NO)
        first = z3.And(z3.Not(own), z3.AtMost(*said.values(), 2))
        yield rule["id"], z3.And(w.a.fires[rule["id"]], w.a.level(rule["level"]), first)


def _decides(w: World, id: str, level: str) -> Any:
    """Return "only this rule reaches its level": without it the level would be lower."""
    rank = LEVELS.index(level)
    others = [
        w.a.fires[rule["id"]]
        for rule in w.book["rules"]
        if LEVELS.index(rule["level"]) >= rank and rule["id"] != id
    ]
    opened = list(w.a.open.values()) if rank <= SOON else []
    return z3.And(w.a.fires[id], z3.Not(either(others + opened)))


def can_be_reached(w: World) -> Iterator[Case]:
    for name in LEVELS:
        yield name, w.a.level(name)


def can_be_shown(w: World) -> Iterator[Case]:
    for shown in (w.a.shown, w.a.row_shown):
        for name, formula in shown.items():
            yield str(name), formula
            if not z3.is_true(w.a.meaning[str(formula)]):
                yield f"{name} hidden", z3.Not(formula)


def score_both_sides(w: World) -> Iterator[Case]:
    for k in (2, 3, 4):
        reached = w.a.holds(["score", "WELLS", k])
        yield f"WELLS >= {k}", reached
        yield f"WELLS = {k - 1}", z3.And(z3.Not(reached), w.a.holds(["score", "WELLS", k - 1]))


# Properties of two answer sets


def unsure_is_yes(w: World) -> list[Case]:
    a, b = w.a.person.said, w.b.person.said
    rules = [w.all_same(but=[key for key in a if len(key) == 3 and (*key[:2], "unsure") in a])]
    for key in a:
        if key[-1] == "unsure" and len(key) == 3 and (*key[:2], "yes") in a and _danger(w, key[0]):
            yes = (*key[:2], "yes")
            rules.append(z3.Or(a[key], a[yes]) == z3.Or(b[key], b[yes]))
    return [("differs", every([*rules, w.differ()]))]


def _danger(w: World, question: str) -> bool:
    return any(q["danger"] for q in w.book["questions"] if q["id"] == question)


def raised(w: World, kind: str = "all") -> Any:
    """Return "b says the same as a or worse": the partial order of brief 3.1.

    kind: "no_yes" / "no_unsure" only ticks danger rows, "all" any row that is not benign, the
    ordered single answers, the pain and the measured calf too.
    """
    parts, free = [], set()
    a, b = w.a.person, w.b.person
    for question in w.book["questions"]:
        if question["type"] == "multi" and not question["benign"]:
            rows, keys = _rows_raised(question, a, b, kind)
        elif kind == "all":
            rows, keys = _steps_raised(question, a, b)
        else:
            continue
        parts += rows
        free |= keys
    return every([w.all_same(but=free), *parts])


def _rows_raised(question: Any, a: Person, b: Person, kind: str) -> tuple[list[Any], set[Key]]:
    parts, keys = [], set()
    for row in question["options"]:
        yes, unsure = (question["id"], row, "yes"), (question["id"], row, "unsure")
        if unsure not in a.said:
            if kind == "all":
                parts.append(z3.Implies(a.said[yes], b.said[yes]))
                keys.add(yes)
            continue
        keys |= {yes, unsure}
        worth = z3.Or(b.said[yes], b.said[unsure])
        if kind == "all":
            parts.append(z3.Implies(z3.Or(a.said[yes], a.said[unsure]), worth))
            continue
        more, kept = (yes, unsure) if kind == "no_yes" else (unsure, yes)
        parts += [a.said[kept] == b.said[kept], z3.Implies(a.said[more], b.said[more])]
    return parts, keys


def _steps_raised(question: Any, a: Person, b: Person) -> tuple[list[Any], set[Key]]:
    name, keys = question["id"], set()
    if name in ORDERS:
        steps = ORDERS[name]
        parts = [
            z3.Implies(
                either(a.said[(name, option)] for option in step),
                either(b.said[(name, option)] for later in steps[n:] for option in later),
            )
            for n, step in enumerate(steps)
        ]
        parts.append(a.answered(name) == b.answered(name))
        return parts, set(a.keys(name))
    keys = {key for key in a.keys(name) if question["type"] == "number" and len(key) == 2}
    return [z3.Implies(a.said[key], b.said[key]) for key in keys], keys


def same_good_signs_count(w: World) -> Any:
    """Return "the same good signs count for both": none comes into view by the change."""
    benign = {q["id"] for q in w.book["questions"] if q["benign"]}
    return every([w.a.kept[key] == w.b.kept[key] for key in w.a.kept if key[0] in benign])


def raising(kind: str) -> Callable[[World], list[Case]]:
    def cases(w: World) -> list[Case]:
        premise = z3.And(raised(w, kind), same_good_signs_count(w))
        return _under(premise, w.lower(w.b, than=w.a))

    return cases


def surer(w: World) -> list[Case]:
    """Return cases of "unsure" turned into "yes", the rest equal, and a lower level."""
    return _under(_unsure_to_yes(w), w.lower(w.b, than=w.a))


def _unsure_to_yes(w: World) -> Any:
    a, b = w.a.person.said, w.b.person.said
    parts, free = [], []
    for key in a:
        if len(key) == 3 and key[2] == "unsure":
            yes = (*key[:2], "yes")
            parts += [
                z3.Implies(b[key], a[key]),
                b[yes] == z3.Or(a[yes], z3.And(a[key], z3.Not(b[key]))),
            ]
            free += [key, yes]
    return every([w.all_same(but=free), *parts])


def calmer(w: World) -> list[Case]:
    """Return cases of more good signs (or the question answered at all) and a higher level."""
    return _under(_more_good_signs(w), w.lower(w.a, than=w.b))


def _more_good_signs(w: World) -> Any:
    benign = {q["id"] for q in w.book["questions"] if q["benign"]}
    keys = [key for key in w.a.person.said if key[0] in benign]
    a, b = w.a.person.said, w.b.person.said
    return every([w.all_same(but=keys), *[z3.Implies(a[key], b[key]) for key in keys]])


def skipped_is_unsure(w: World) -> Iterator[Case]:
    for question in w.book["questions"]:
        if default := question["unanswered"]:
            yield question["id"], z3.And(_skips(w, question, default), w.differ())


def _skips(w: World, question: Any, default: str) -> Any:
    """Return "a leaves the question out, b answers it with the default, the rest is equal"."""
    keys = w.a.person.keys(question["id"])
    chosen = (question["id"], default) + (("yes",) if question["type"] == "multi" else ())
    b = [w.b.person.said[k] == (k in (chosen, (question["id"],))) for k in keys]
    silent = [z3.Not(w.a.person.said[key]) for key in keys]
    return every([w.all_same(but=keys), *b, *silent])


def skipped_is_none(w: World) -> Iterator[Case]:
    """Yield: leaving out a row question without default counts as nothing ticked, never less."""
    for question in w.book["questions"]:
        if question["type"] == "multi" and not question["unanswered"]:
            keys = w.a.person.keys(question["id"])
            silent = [z3.Not(w.a.person.said[key]) for key in keys]
            none = [w.b.person.said[k] == (len(k) == 1) for k in keys]
            premise = every([w.all_same(but=keys), *silent, *none])
            for label, formula in w.lower(w.a, than=w.b):
                yield f"{question['id']} {label}", z3.And(premise, formula)


def hidden_has_no_effect(w: World) -> list[Case]:
    parts = [z3.Implies(_in_view(w.a, key), w.same[key]) for key in w.a.person.said]
    return [("differs", every([*parts, w.differ()]))]


def rows_with_effect(w: World) -> Iterator[Case]:
    for label, keys in answer_keys(w):
        if not _excused(label):
            yield label, z3.And(w.all_same(but=keys), w.differ())


def rows_without_effect(w: World) -> Iterator[Case]:
    for label, keys in answer_keys(w):
        if _excused(label):
            yield label, z3.And(w.all_same(but=keys), w.differ())


def _excused(label: str) -> bool:
    question, _, row = label.partition(".")
    listed = NOT_FOR_RULES.get(question, {})
    return type(listed) is str or any(row in rows.split() for rows in listed.values())


def answer_keys(w: World) -> Iterator[tuple[str, list[Key]]]:
    """Yield (label, keys) of each row of a multi, and of each single or number question."""
    for question in w.book["questions"]:
        keys = w.a.person.keys(question["id"])
        if question["type"] != "multi":
            yield question["id"], keys
            continue
        for row in question["options"]:
            yield f"{question['id']}.{row}", [key for key in keys if key[1:2] == (row,)]


def order_of_questions(w: World) -> Iterator[Case]:
    """Yield: what is shown while asking is what the finished answers show."""
    for question in w.book["questions"]:
        final = w.a.holds(question["show"])
        yield question["id"], w.a.shown[question["id"]] != final
        for row, show in question["row_show"].items():
            early_only = z3.And(w.a.row_shown[(question["id"], row)], z3.Not(w.a.holds(show)))
            yield f"{question['id']}.{row}", early_only


def order_of_rules(w: World) -> Iterator[Case]:
    turned = {**w.book, "rules": w.book["rules"][::-1]}
    other = Reading(turned, Person(turned, "b"))
    same = every([w.all_same(), *other.definitions])
    for n in RANKS:
        yield LEVELS[n], z3.And(same, w.a.at_least[n] != other.at_least[n])


def completes(w: World, good_signs: bool) -> Any:
    """Return "b keeps all that a said and answers more questions" (with good signs or without)."""
    parts = []
    for question in w.book["questions"]:
        name = question["id"]
        kept = [w.same[key] for key in w.a.person.keys(name)]
        parts.append(z3.Implies(w.a.person.answered(name), every(kept)))
        if question["benign"] and not good_signs:
            parts.append(every(kept))
    return every(parts)


def early_emergency(w: World) -> list[Case]:
    lost = z3.And(w.early.at_least[4], z3.Not(w.b.at_least[4]))
    return [("lost", z3.And(completes(w, True), lost))]


def in_order(w: World) -> Any:
    """Return "a answered only what was shown, and b answers nothing that a passed over"."""
    person, parts, later = w.a.person, [], NO
    for question in reversed(w.book["questions"]):
        name = question["id"]
        answered, keys = person.answered(name), person.keys(name)
        same = every([w.same[key] for key in keys])
        parts.append(z3.Implies(z3.And(later, z3.Not(answered)), same))
        parts += [z3.Implies(person.said[key], _in_view(w.early, key)) for key in keys]
        later = z3.Or(later, answered)
    return every(parts)


def _in_view(reading: Reading, key: Key) -> Any:
    shown = reading.shown[key[0]]
    row = reading.row_shown.get(key[:2]) if len(key) == 3 else None
    return shown if row is None else z3.And(shown, row)


def early_level(w: World) -> list[Case]:
    return _under(z3.And(completes(w, False), in_order(w)), w.lower(w.b, than=w.early))


def early_rules(w: World) -> Iterator[Case]:
    premise = z3.And(completes(w, False), in_order(w))
    lost = either(z3.And(w.early.fires[r], z3.Not(w.b.fires[r])) for r in w.a.fires)
    yield "rule", z3.And(premise, lost)


def raised_emergency(w: World) -> list[Case]:
    return [("lost", z3.And(raised(w), w.a.at_least[4], z3.Not(w.b.at_least[4])))]


def bounded_fall(w: World) -> list[Case]:
    """Return cases of worse answers and a fall below 'soon': no good sign may do that."""
    fallen = z3.And(w.a.at_least[SOON], z3.Not(w.b.at_least[SOON]))
    return [("below soon", z3.And(raised(w), fallen))]


def named_fall(w: World) -> Iterator[Case]:
    """Yield cases of worse answers and a fall that none of the named good signs explains."""
    for level, signs in FALLS.items():
        n = LEVELS.index(level)
        lost = z3.And(w.a.at_least[n], z3.Not(w.b.at_least[n]))
        new = [
            z3.And(w.b.kept[key], z3.Not(w.a.kept[key]))
            for key in (("good_signs", sign, "yes") for sign in signs)
        ]
        yield level, z3.And(raised(w), lost, z3.Not(either(new)))


def walk_left_open(w: World) -> list[Case]:
    question = next(q for q in w.book["questions"] if q["id"] == "walk")
    return _under(_skips(w, question, "normal"), w.lower(w.a, than=w.b))


SINGLE = (
    Theorem(
        "P18",
        "Every clinical line below is met by some answers: none holds idly",
        lines_apply,
        possible=True,
    ),
    Theorem("P01", "Every answer set has exactly one level", one_level),
    Theorem(
        "P02",
        "Each danger row, yes or unsure, reaches its smallest level whatever else is said",
        danger_rows,
    ),
    Theorem(
        "P04",
        "An emergency needs a danger row or a big accident in the last week",
        emergency_without_cause,
    ),
    Theorem(
        "P05",
        "An adult under 55 with all 'no', who walks as usual, with pain of 0-3 for under 4 days or getting better, gets self-care",
        all_no,
    ),
    Theorem(
        "P10a",
        "A danger question shown and left open means at least 'soon', and is named",
        left_open,
    ),
    Theorem("P11", "Every rule can fire", can_fire, possible=True),
    Theorem(
        "P12",
        "Every rule decides the level for some answers, the deliberate ones aside",
        can_decide,
        possible=True,
    ),
    Theorem(
        "P12b",
        "The rules listed as deliberate never decide a level (else they leave the list)",
        never_decides,
    ),
    Theorem(
        "P12c",
        "Each rule listed as deliberate is among the reasons shown for some answers",
        deliberate_is_said,
        possible=True,
    ),
    Theorem(
        "P14a",
        "Every question and good sign can be shown, and hidden if it has a condition",
        can_be_shown,
        possible=True,
    ),
    Theorem("P17", "Every level is reached by some answers", can_be_reached, possible=True),
    Theorem(
        "P17b",
        "Each limit of the clot score is met from both sides",
        score_both_sides,
        possible=True,
    ),
    Theorem(
        "P19a",
        "The order of asking does not matter: what was shown on the way is what the finished answers show (a measured calf may hide a good sign, never add one)",
        order_of_questions,
    ),
)

PAIRS = (
    Theorem(
        "P03", "'Unsure' on a danger row has exactly the effect of 'yes'", unsure_is_yes, pair=True
    ),
    Theorem(
        "P06",
        "More danger rows on 'yes' never lower the level, good signs that count being equal",
        raising("no_yes"),
        pair=True,
    ),
    Theorem(
        "P07",
        "More danger rows on 'unsure' never lower the level, good signs that count being equal",
        raising("no_unsure"),
        pair=True,
    ),
    Theorem("P08", "'Unsure' turned into 'yes' never lowers the level", surer, pair=True),
    Theorem(
        "P09",
        "Any rows ticked, walk, course, pain at its peak, pain and calf made worse, all together, never lower the level, good signs that count being equal",
        raising("all"),
        pair=True,
    ),
    Theorem(
        "P09c",
        "The same even if the change brings a good sign into view: an emergency never falls",
        raised_emergency,
        pair=True,
    ),
    Theorem(
        "P09d",
        "The same: 1-3 days or more never falls below 1-3 days",
        bounded_fall,
        pair=True,
    ),
    Theorem(
        "P09e",
        "The same: today falls to 1-3 days only by scan_clear or muscle_snap, 2 weeks to self-care only by almost_gone (golden V157, V100 ask for it)",
        named_fall,
        pair=True,
    ),
    Theorem(
        "P09b",
        "More good signs never raise the level; leaving them out never lowers it",
        calmer,
        pair=True,
    ),
    Theorem(
        "P10b",
        "A skipped question that is read as 'unsure' has exactly the effect of 'unsure'",
        skipped_is_unsure,
        pair=True,
    ),
    Theorem(
        "P10d",
        "`walk` left open never gives less than walking as usual (a danger question: 1-3 days and named as open by P10a, as the brief's M01 says)",
        walk_left_open,
        pair=True,
    ),
    Theorem(
        "P10c",
        "A row question left out never gives less than nothing ticked",
        skipped_is_none,
        pair=True,
    ),
    Theorem(
        "P13",
        "Every question and row changes a rule or a shown question for some answers, those for other uses aside",
        rows_with_effect,
        pair=True,
        possible=True,
    ),
    Theorem(
        "P13b",
        "The questions and rows listed for other uses change no rule",
        rows_without_effect,
        pair=True,
    ),
    Theorem("P14b", "Hidden answers have no effect", hidden_has_no_effect, pair=True),
    Theorem(
        "P19b", "The order of the rules does not matter to the level", order_of_rules, pair=True
    ),
    Theorem(
        "P19c",
        "An emergency found during the check stays one, however it is finished",
        early_emergency,
        pair=True,
    ),
    Theorem(
        "P19d",
        "A level found during the check, answered in order, never falls by finishing it without more good signs",
        early_level,
        pair=True,
    ),
    Theorem(
        "P19e",
        "A rule that fires during the check, answered in order, still fires after finishing it without more good signs",
        early_rules,
        pair=True,
    ),
)


# Cards: brief 5.2 and 6 (P15: nothing contraindicated shows; P16: no remedy that delays care)


def card_lines() -> Iterator[Theorem]:
    """Yield one theorem per flag of 6.2 and check of 5.2, and the card levels of 6.1."""
    words = {name: parse(text) for name, text in BRIEF["macros"].items()}
    words["WELLS"] = [parse(text) for text in BRIEF["wells"]]
    lines = {id: when for level in LEVELS[1:] for id, when in BRIEF[level].items()}
    for flag, row in BRIEF["gates"].items():
        whens = [lines[id] for id in row.get("by", "").split()]
        whens += [row["when"]] if "when" in row else []
        sentence = f"P15, brief 6.2: where {flag} holds, each card it hides is hidden, and the rest cautioned"
        yield Theorem(f"G-{flag}", sentence, _gate(row, whens, words))
    for check, row in BRIEF["medicine_checks"].items():
        sentence = f"P15, brief 5.2: {check} takes the dose of {row['card']} away, or the card"
        yield Theorem(f"M-{check}", sentence, _check(row, words))
    yield Theorem(
        "M-asked",
        "P15: no dose shows before all medicine questions shown are answered",
        dose_unasked,
    )
    yield Theorem(
        "G-levels",
        "P16, brief 6.1: at each level every card is hidden or cautioned as the table says",
        card_levels,
    )
    yield Theorem("G-possible", "Every card can be shown", card_can_show, possible=True)


def _gate(row: dict[str, str], whens: list[str], words: dict[str, Any]) -> Any:
    def cases(w: World) -> Iterator[Case]:
        holds = either(w.a.holds(parse(when), words) for when in whens)
        hidden = row.get("hides", "").split()
        if "all_but" in row:
            hidden = [card for card in w.cards.hidden if card not in row["all_but"].split()]
        for card in hidden:
            yield f"{card} hidden", z3.And(holds, z3.Not(w.cards.hidden[card]))
        for card in row.get("cautions", "").split():
            yield f"{card} cautioned", z3.And(holds, z3.Not(w.cards.caution[card]))

    return cases


def _check(row: dict[str, str], words: dict[str, Any]) -> Any:
    def cases(w: World) -> Iterator[Case]:
        holds = w.a.holds(parse(row.get("hidden") or row["no_dose"]), words)
        yield "dose", z3.And(holds, w.cards.dose[row["card"]])
        if "hidden" in row:
            yield "card", z3.And(holds, z3.Not(w.cards.hidden[row["card"]]))

    return cases


def dose_unasked(w: World) -> Iterator[Case]:
    for question in w.book["questions"]:
        if question["id"] in MEDICINE_QUESTIONS:
            open_ = z3.And(w.a.shown[question["id"]], z3.Not(w.a.person.answered(question["id"])))
            for card in ("otc_ibuprofen", "otc_gel", "otc_paracetamol"):
                yield f"{question['id']} {card}", z3.And(open_, w.cards.dose[card])


def card_levels(w: World) -> Iterator[Case]:
    levels = ("emergency", "urgent_today", "soon", "routine", "self_care")
    for card, letters in BRIEF["card_levels"].items():
        for level, letter in zip(levels, letters.split(), strict=True):
            kept = {"H": w.cards.hidden, "C": w.cards.caution}.get(letter)
            if kept:
                yield f"{card} at {level}", z3.And(w.a.level(level), z3.Not(kept[card]))


def card_can_show(w: World) -> Iterator[Case]:
    for card in w.cards.hidden:
        yield f"{card} shown", z3.Not(w.cards.hidden[card])


def theorems() -> list[Theorem]:
    """Return all theorems, in the order of proof."""
    return [*SINGLE, *PAIRS, *clinical_lines(), *brief_lines(), *card_lines()]
