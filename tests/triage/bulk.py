"""Both engines over a million answer sets: `make equal` (SETS, SEED, MINUTES).

One seeded generator makes each set once; both engines write down level, rules, flags, reasons, open
questions, causes with the answers that fit, and cards with state, reasons and dose. Per batch each
engine gives a digest; folded in order they are its running hash. The two must agree, and the same
seed gives the same hash again, with any number of processes, until the rules change.
"""

import argparse
import gc
import hashlib
import json
import multiprocessing
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.triage.plain import expand
from tests.triage.strategies import random_answers
from webapp.content.load import book as make_book
from webapp.content.load import guide as make_guide
from webapp.content.load import load
from webapp.content.schema import Content
from webapp.triage import guide as advice
from webapp.triage.engine import LEVELS, Answers, Book, shown_questions, triage

SCRIPT = Path(__file__).parents[1] / "js" / "bulk.mjs"
BATCH = 250
Asked = tuple[Answers, bool]  # answers, finished


class Generator:
    """Answer sets by number of batch: by chance, and near a golden case, where rules tip."""

    def __init__(self, content: Content, book: Book, seed: int) -> None:
        self.book, self.seed = book, seed
        self.golden = [expand(content, book, case.answers) for case in content.cases]
        self.names = [question["id"] for question in book["questions"]]

    def batch(self, number: int, size: int = BATCH) -> list[Asked]:
        source = random.Random(f"{self.seed}:{number}")
        return [self._one(source) for _ in range(size)]

    def _one(self, source: random.Random) -> Asked:
        answers = random_answers(self.book, source)
        if source.random() < 0.6:
            fresh, answers = answers, dict(source.choice(self.golden))
            for name in source.sample(self.names, source.randint(0, 4)):
                answers.pop(name, None)
                if name in fresh:
                    answers[name] = fresh[name]
        if "calf_cm_sore" in answers and source.random() < 0.8:  # near the limit of 3 cm
            sore = answers["calf_cm_sore"] = round(source.uniform(25, 60), 2)
            answers["calf_cm_other"] = round(sore - source.randint(250, 350) / 100, 2)
        return answers, source.random() < 0.9


@dataclass
class Result:
    """What one batch gave: the digest of each engine, seconds on the processor, what was met."""

    python: str = ""
    javascript: str = ""
    cpu: Counter[str] = field(default_factory=Counter)
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    difference: str = ""


class Pair:
    """The server's engine here, the phone's in Node; both work on a batch at the same time."""

    def __init__(self, book: Book, guide: advice.Guide, phone_book: Book | None = None) -> None:
        self.book, self.guide = book, guide
        self.node = subprocess.Popen(
            ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._send({"book": phone_book or book, "guide": guide})

    def compare(self, batch: list[Asked]) -> Result:
        self._send(batch)
        result, texts, started = Result(), [], time.process_time()
        for answers, finished in batch:
            texts.append(self._told(answers, finished, result.met))
        result.cpu["python"] = time.process_time() - started
        result.python = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        answer = self._receive()
        result.cpu["javascript"] = answer["cpu"] / 1e6
        result.javascript = answer["digest"]
        if result.python != result.javascript:
            self._send({"tell": batch})
            result.difference = first_difference(batch, texts, self._receive()["texts"])
        return result

    def close(self) -> None:
        self.node.stdin.close()
        self.node.wait(10)
        self.node.stdout.close()

    def _told(self, answers: Answers, finished: bool, met: Counter[tuple[str, str]]) -> str:
        try:
            told = self._outcome(answers, finished)
        except (ValueError, KeyError, TypeError, AttributeError):
            met["refused", ""] += 1
            return "refused"
        met["level", told[0]] += 1
        met.update(("rule", rule) for rule in told[1])
        if finished:
            met.update(("cause", cause[0]) for cause in told[7])
            met.update(("card " + card[1], card[0]) for card in told[8])
        return json.dumps(told, separators=(",", ":"), ensure_ascii=False)

    def _outcome(self, answers: Answers, finished: bool) -> list[Any]:
        book, guide = self.book, self.guide
        outcome = triage(book, answers, finished)
        told = [outcome.level, outcome.rules, outcome.flags]
        told += [outcome.reasons, outcome.more, outcome.open]
        if not finished:
            return [*told, shown_questions(book, answers)]
        found = advice.causes(book, guide, answers, outcome)
        cards = advice.care(book, guide, answers, outcome, found)
        return [
            *told,
            sorted(advice.flags_set(book, guide, answers, outcome)),
            [(cause.id, cause.must_rule_out, cause.fits) for cause in found],
            [(card.id, card.state, card.reason, card.more, card.dose) for card in cards],
        ]

    def _send(self, request: Any) -> None:
        self.node.stdin.write(json.dumps(request) + "\n")
        self.node.stdin.flush()

    def _receive(self) -> Any:
        return json.loads(self.node.stdout.readline())


def first_difference(batch: list[Asked], python: list[str], javascript: list[str]) -> str:
    """Return the first set on which the engines differ, and what each said."""
    for (answers, finished), mine, theirs in zip(batch, python, javascript, strict=True):
        if mine != theirs:
            answers_text = json.dumps(answers, ensure_ascii=False)
            return f"answers: {answers_text}\nfinished: {finished}\npython: {mine}\njavascript: {theirs}"
    return "the texts are the same, their digests are not"


# Several processes


class Worker:
    """What one process keeps between batches."""

    pair: Pair
    generator: Generator

    @classmethod
    def start(cls, seed: int) -> None:
        content = load()
        book, guide = make_book(content), make_guide(content)
        cls.pair, cls.generator = Pair(book, guide), Generator(content, book, seed)
        gc.disable()  # nothing here makes cycles

    @classmethod
    def work(cls, number: int) -> Result:
        return cls.pair.compare(cls.generator.batch(number))


def results(sets: int, seed: int, processes: int) -> Iterator[Result]:
    """Yield the result of each batch, in order."""
    with multiprocessing.get_context("spawn").Pool(processes, Worker.start, (seed,)) as pool:
        yield from pool.imap(Worker.work, range(-(-sets // BATCH)))


def run(sets: int, seed: int, processes: int, minutes: float) -> int:
    """Compare, print the figures, return 0 when the engines agree on every set."""
    hashes = {"python": hashlib.sha256(), "javascript": hashlib.sha256()}
    total, done, started, said = Result(), 0, time.monotonic(), 0.0
    for result in results(sets, seed, processes):
        if result.difference:
            print(f"The engines differ after {done} sets, seed {seed}.\n{result.difference}")
            return 1
        for engine, running in hashes.items():
            running.update(getattr(result, engine).encode())
        total.cpu += result.cpu
        total.met += result.met
        done += BATCH
        elapsed = time.monotonic() - started
        if elapsed > said + 60:
            said = elapsed
            print(f"{done:,} sets, {done / elapsed:,.0f} a second", file=sys.stderr, flush=True)
        if elapsed > minutes * 60:
            print(f"Stopped after {minutes:g} minutes.")
            break
    elapsed = time.monotonic() - started
    print(
        f"{done:,} answer sets, seed {seed}: {elapsed:,.0f} s, {done / elapsed:,.0f} sets a second"
    )
    for engine, running in hashes.items():
        rate = done / total.cpu[engine]
        print(f"{engine:10}  {rate:6,.0f} sets per processor second  {running.hexdigest()}")
    print(figures(total.met))
    agree = hashes["python"].digest() == hashes["javascript"].digest()
    refused = total.met["refused", ""]
    print("The hashes agree." if agree else "The hashes differ.", f"Refused sets: {refused}.")
    return 0 if agree and not refused else 1


def figures(met: Counter[tuple[str, str]]) -> str:
    """Return how much of the rules, causes and cards the sets met."""
    levels = ", ".join(f"{name} {met['level', name]:,}" for name in LEVELS)
    kinds = ("rule", "cause", "card shown", "card caution", "card hidden")
    counts = ", ".join(f"{kind} {sum(of == kind for of, _ in met)}" for kind in kinds)
    return f"levels: {levels}\nmet at least once: {counts}"


def main() -> int:
    parser = argparse.ArgumentParser(description="both engines over many answer sets")
    parser.add_argument("--sets", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=600, help="stop after this long")
    chosen = parser.parse_args()
    return run(chosen.sets, chosen.seed, chosen.processes, chosen.minutes)


if __name__ == "__main__":
    sys.exit(main())
