"""The table of `make faults`: rows × engines, how long danger signs took, what the random runs did."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

MATRIX = yaml.safe_load((Path(__file__).parent / "rows.yaml").read_text(encoding="utf-8"))
WORSE = ("passed", "not applicable", "failed")


class Table:
    """A pytest plug-in that listens to reports and prints at the end."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, str], list[str]] = defaultdict(list)
        self.reasons: set[str] = set()
        self.figures: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = [name for name in report.user_properties if name[0] == "row"]
        if not told or (report.passed and report.when != "call"):
            return
        rows, engine = json.loads(str(told[-1][1]))
        result = "failed" if report.failed else "passed"
        if report.skipped:
            result = "not applicable"
            why = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
            self.reasons |= {f"row {row}, {engine}: {why.split(': ', 2)[-1]}" for row in rows}
        for row in rows:
            self.cells[row, engine].append(result)
        for name, value in report.user_properties:
            if name.startswith("seconds ") and report.when == "call":
                self.figures.append(f"{name.removeprefix('seconds ')} · {engine}: {value} s")
            if name == "random" and report.when == "call":
                self.figures.append(f"random: {value}")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        write = terminalreporter.write_line
        write("")
        write(f"{'scenario':<64}{'chromium':>16}{'firefox':>16}{'webkit':>16}")
        for number, fault in MATRIX["rows"].items():
            cells = [self._cell(number, engine) for engine in ("chromium", "firefox", "webkit")]
            told = "".join(f"{cell:>16}" for cell in cells)
            if left := MATRIX["left_out"].get(number):
                told = f"  left out: {left}"
            write(f"{number:>2} {fault:<61}{told}")
        write("\nnot applicable")
        for reason in sorted(self.reasons):
            write(f"  {reason}")
        write("\ntime to danger signs, and the random runs (figures, not promises)")
        for figure in sorted(self.figures):
            write(f"  {figure}")

    def _cell(self, number: int, engine: str) -> str:
        """Return the worst of the results; beside what did not apply, what passed counts."""
        found = self.cells.get((number, engine), [])
        if not found:
            return "–"
        real = [result for result in found if result != "not applicable"]
        worst = max(real or found, key=WORSE.index)
        return worst if worst == "not applicable" else f"{worst} {len(real)}"
