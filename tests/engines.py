"""Both triage engines behind one interface, so that one suite runs through both."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

from webapp.triage import engine

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

    def use(self, book: engine.Book) -> None:
        self.book = book


class JavascriptEngine:
    """The phone's engine, in Node."""

    def __init__(self, book: engine.Book) -> None:
        self.process = subprocess.Popen(
            ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.use(book)

    def triage(self, answers: engine.Answers, finished: bool = True) -> dict[str, Any]:
        return self._ask(do="triage", answers=answers, finished=finished)

    def shown(self, answers: engine.Answers) -> list[str]:
        return self._ask(do="shown", answers=answers)

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
