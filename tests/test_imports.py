"""Who may import whom (architecture.md), and: no script holds a sentence that a person reads."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WEBAPP = ROOT / "webapp"
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(WEBAPP.rglob("*.py"))
}
WEB = {"flask", "flask_wtf", "jinja2", "markupsafe", "werkzeug", "whitenoise", "wtforms"}


def imported(source, typing_too=False):
    """Full names of everything a module imports; under TYPE_CHECKING only when asked for."""
    names = set()
    waiting = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse + (node.body if typing_too else [])
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "import by full name"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        waiting += ast.iter_child_nodes(node)
    return names


def uses(module, *parts):
    """Which of these packages or modules it imports."""
    names = imported(MODULES[module].read_text(encoding="utf-8"))
    return {part for part in parts for name in names if f"{name}.".startswith(f"{part}.")}


def below(package):
    return [name for name in MODULES if f"{name}.".startswith(f"{package}.")]


def test_an_import_is_seen_wherever_it_stands():
    source = (
        "if TYPE_CHECKING:\n import a\nelse:\n import b\ndef f():\n from c.d import e\nimport g.h"
    )
    assert imported(source) == {"b", "c.d.e", "g.h"}
    assert imported(source, typing_too=True) == {"a", "b", "c.d.e", "g.h"}


@pytest.mark.parametrize("module", below("webapp.triage"))
def test_triage_needs_only_the_standard_library(module):
    names = imported(MODULES[module].read_text(encoding="utf-8"), typing_too=True)
    others = {name for name in names if not name.startswith("webapp.triage.")}
    assert {name.split(".")[0] for name in others} <= sys.stdlib_module_names


@pytest.mark.parametrize("module", below("webapp.content"))
def test_content_knows_no_web(module):
    assert uses(module, *WEB) == set()
    assert uses(module, "webapp") <= {"webapp"}
    allowed = ("webapp.content", "webapp.triage")
    names = imported(MODULES[module].read_text(encoding="utf-8"))
    assert [n for n in names if n.startswith("webapp") and not n.startswith(allowed)] == []


MAKERS = ("webapp", "webapp.pages", "webapp.cli", "webapp.export", "webapp.tools.zim")


@pytest.mark.parametrize("module", [m for m in MODULES if m not in MAKERS])
def test_nobody_imports_pages_but_who_makes_the_site(module):
    names = imported(MODULES[module].read_text(encoding="utf-8"))
    assert not [n for n in names if f"{n}.".startswith("webapp.pages.")]


def test_offline_knows_pages_only_as_a_type():
    source = MODULES["webapp.offline"].read_text(encoding="utf-8")
    typed = imported(source, typing_too=True) - imported(source)
    assert all(name.startswith("webapp.pages.") for name in typed)


@pytest.mark.parametrize("module", [m for m in MODULES if not m.startswith("webapp.tools")])
def test_the_app_needs_no_tool_and_no_test(module):
    found = uses(module, "webapp.tools", "tests", "pytest", "polib", "phonenumbers")
    inside = (
        {"webapp.tools"} if module == "webapp.cli" else set()
    )  # compare-rules, when it is called
    assert found == inside


def test_only_the_loader_reads_yaml():
    readers = {m for m in MODULES if not m.startswith("webapp.tools") and uses(m, "yaml")}
    assert readers == {"webapp.content.load"}


# ---- scripts


@pytest.mark.parametrize("name", ["triage.js", "sw.js", "sw-off.js"])
def test_the_engine_and_the_worker_import_nothing(name):
    code = without_comments((ROOT / "static" / "js" / name).read_text(encoding="utf-8"))
    assert not re.search(r"\bimport\b|\bimportScripts\b|\brequire\(", code)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_import_each_other_by_relative_path_and_nothing_else(path):
    code = without_comments(path.read_text(encoding="utf-8"))
    for name in re.findall(r"\bfrom\s+[\"']([^\"']+)|\bimport\([\"'`]([^\"'`]+)", code):
        target = "".join(name)
        assert target.startswith("./")
        assert "${" in target or (path.parent / target).exists()


TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<text>"(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|[^`\\])*`)
      | (?P<regex>(?<=[(,=:\[!&|?{};\n])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)
      | (?P<other>.)""",
    re.S | re.X,
)
# Selectors and policies look like words and are none.
CODE = re.compile(r"\[[\w-]+|(^|[ ,])[.#]\w|'none'|'self'|^(h1|input|label)[ ,]")
WORDS = re.compile(r"[^\W\d_]{2,}[,.!?…]? +[^\W\d_]{2,}")
FOR_DEVELOPERS = re.compile(r"new Error\(\s*$")


def without_comments(code):
    return "".join("" if match["comment"] else match.group() for match in TOKEN.finditer(code))


def sentences(code):
    """String literals with two words or more that are not code."""
    found, before = [], ""
    for match in TOKEN.finditer(code):
        text = match["text"]
        if text and not FOR_DEVELOPERS.search(before):
            plain = re.sub(r"\$\{[^}]*\}|<[^>]*>?", "", text[1:-1])
            if WORDS.search(plain) and not CODE.search(plain):
                found.append(plain)
        before = (before + match.group())[-40:] if not match["comment"] else before
    return found


@pytest.mark.parametrize(
    "code, found",
    [
        ('x.textContent = "Call an ambulance";', ["Call an ambulance"]),
        ("alert('Please wait')", ["Please wait"]),
        ("say(`You have ${n} answers left`)", ["You have  answers left"]),
        ('const a = "Llame ahora"; // "a comment here"', ["Llame ahora"]),
        ('f(/"not a text"/, "اتصل الآن")', ["اتصل الآن"]),
        ('throw new Error("unknown level")', []),
        ('find("h1, h2"), find("#check .screen.on"), find("[data-part=after] p")', []),
        ("page('<p class=\"note\">Answer <b>more</b> questions</p>')", ["Answer more questions"]),
        ("page(`<ul class=\"reasons big\">${list(of, them)}</ul>`)", []),
        ("/* 'in a comment' */ one('word')", []),
        ("\"default-src 'none'; base-uri 'none'\"", []),
    ],
)  # fmt: skip
def test_a_sentence_in_a_script_is_found(code, found):
    assert sentences(code) == found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_holds_a_sentence(path):
    assert sentences(path.read_text(encoding="utf-8")) == []
