"""Both triage engines behind one interface, so that one suite runs through both."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

from webapp.triage import engine
from webapp.triage import guide as advice
from webapp.triage.changes import changes

SCRIPT = Path(__file__).parent / "js" / "engine.mjs"


class PythonEngine:
    """The server's engine."""

    def __init__(self, book: engine.Book) -> None:
        self.book = book

    def triage(self, answers: engine.Answers, finished: bool = True) -> dict[str, Any]:
        outcome = asdict(engine.triage(self.book, answers, finished))
        return {key: list(v) if isinstance(v, tuple) else v for key, v in outcome.items()}

    def shown(self, answers: engine.Answers) -> list[str]:
        return engine.shown_questions(self.book, answers)

    def advise(self, guide: advice.Guide, answers: engine.Answers) -> dict[str, Any]:
        """Return {causes, care, flags} of a finished check, as the phone gives them."""
        outcome = engine.triage(self.book, answers)
        found = advice.causes(self.book, guide, answers, outcome)
        cards = advice.care(self.book, guide, answers, outcome, found)
        return {
            "causes": [
                {"id": c.id, "mustRuleOut": c.must_rule_out, "fits": [list(fit) for fit in c.fits]}
                for c in found
            ],
            "care": [{**asdict(card), "more": list(card.more)} for card in cards],
            "flags": sorted(advice.flags_set(self.book, guide, answers, outcome)),
        }

    def changes(self, guide: advice.Guide, answers: engine.Answers) -> list[list[str]]:
        """Return the single signs that raise the level, as the phone gives them."""
        outcome = engine.triage(self.book, answers)
        return [list(change) for change in changes(self.book, answers, outcome.level)]

    def use(self, book: engine.Book) -> None:
        self.book = book


class JavascriptEngine:
    """The phone's engine, in Node."""

    def __init__(self, book: engine.Book) -> None:
        self.process = subprocess.Popen(
            ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.guide: advice.Guide | None = None
        self.use(book)

    def triage(self, answers: engine.Answers, finished: bool = True) -> dict[str, Any]:
        return self._ask(do="triage", answers=answers, finished=finished)

    def shown(self, answers: engine.Answers) -> list[str]:
        return self._ask(do="shown", answers=answers)

    def advise(self, guide: advice.Guide, answers: engine.Answers) -> dict[str, Any]:
        if guide is not self.guide:
            self._ask(do="guide", guide=guide)
            self.guide = guide
        return self._ask(do="advise", answers=answers)

    def changes(self, guide: advice.Guide, answers: engine.Answers) -> list[list[str]]:
        if guide is not self.guide:
            self._ask(do="guide", guide=guide)
            self.guide = guide
        return self._ask(do="changes", answers=answers)

    def use(self, book: engine.Book) -> None:
        self._ask(do="book", book=book)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)

    def _ask(self, **request: Any) -> Any:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if isinstance(answer, dict) and "error" in answer:
            raise ValueError(answer["error"])
        return answer
