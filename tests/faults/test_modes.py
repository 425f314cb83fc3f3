"""All failure modes and rows are accounted for: by a test that exists, or by a reason."""

import ast
from pathlib import Path

import pytest
import yaml

from tests.faults.report import MATRIX
from tests.test_hazards import ROOT, functions_of

HERE = Path(__file__).parent
MODES = yaml.safe_load((HERE / "modes.yaml").read_text(encoding="utf-8"))
NEVER_GIVEN = {10, 18, 25, 38}
NAMES = {f"F{number:02}" for number in range(1, 68)}


def missing(tests):
    return [test for test in tests if test.split("::")[1] not in functions_of(test.split("::")[0])]


def test_all_67_modes_are_there_each_held_or_with_a_reason():
    assert set(MODES) == NAMES
    for name, mode in MODES.items():
        assert set(mode) in ({"mode", "held_by"}, {"mode", "not_here"}), name
        assert mode.get("held_by") or len(mode["not_here"]) > 10, name


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_holds_a_mode_exists(name):
    assert missing(MODES[name].get("held_by", [])) == []


def test_a_test_that_does_not_exist_is_found():
    named = [f"tests/faults/test_modes.py::{name}" for name in (scripts.__name__, "test_gone")]
    assert missing(named) == named[1:]


def rows_with_a_test():
    """Rows named by a marker in a test file of the matrix or of the browser tests."""
    found = set()
    for path in [*HERE.glob("test_*.py"), *(ROOT / "tests" / "browser").glob("test_*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.row":
                found |= {argument.value for argument in node.args}
    return found


def test_every_row_has_a_test_or_a_reason():
    rows, left_out = set(MATRIX["rows"]), set(MATRIX["left_out"])
    assert rows | NEVER_GIVEN == {*range(1, 44), 90}
    assert rows_with_a_test() == rows - left_out


def scripts():
    return [path.read_text(encoding="utf-8") for path in (ROOT / "static" / "js").glob("*.js")]


def test_no_script_asks_whether_it_is_online():
    assert [one for one in scripts() if "onLine" in one] == []


def test_the_worker_uses_no_navigation_preload():
    assert [
        one for one in scripts() if "navigationPreload" in one or "preloadResponse" in one
    ] == []
