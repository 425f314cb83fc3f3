"""The modules of static/js as one script: a slow line asks once, and it runs from a file too.

Each module becomes a function of its own that returns its exports, in the order of the imports.
"""

import re
from pathlib import Path

IMPORT = re.compile(
    r'^import (?P<what>\w+|\{[^}]+\}|\* as \w+) from "\./(?P<module>[\w-]+)\.js";$', re.M
)
EXPORT = re.compile(
    r"^export (?P<default>default )?(?=(?:async )?(?:function\*?|const) (?P<name>\w+))", re.M
)
LEFT = re.compile(r"^(import|export)\b.*$", re.M)


def bundle(entry: str, folder: Path) -> str:
    """Return the module `entry` of a folder and all it imports as one script without imports.

    ValueError names a line that is not understood or a circle of imports.
    """
    parts: dict[str, str] = {}
    _add(entry, folder, parts, ())
    return "\n".join(parts.values())


def _add(name: str, folder: Path, parts: dict[str, str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"circle of imports: {' → '.join([*above, name])}")
    if name in parts:
        return
    source = (folder / f"{name}.js").read_text(encoding="utf-8")
    for found in IMPORT.finditer(source):
        _add(found["module"], folder, parts, (*above, name))
    parts[name] = _wrapped(name, source)


def _wrapped(name: str, source: str) -> str:
    given = [
        f"default: {e['name']}" if e["default"] else e["name"] for e in EXPORT.finditer(source)
    ]
    text = EXPORT.sub("", IMPORT.sub(_taken, source))
    if left := LEFT.search(text):
        raise ValueError(f"{name}.js: not understood: {left[0]}")
    return f"const {_of(name)} = (() => {{\n{text}\nreturn {{ {', '.join(given)} }};\n}})();"


def _taken(found: re.Match[str]) -> str:
    what = found["what"].removeprefix("* as ")
    if what == found["what"]:  # a default or names
        what = what.replace(" as ", ": ") if "{" in what else f"{{ default: {what} }}"
    return f"const {what} = {_of(found['module'])};"


def _of(name: str) -> str:
    return f"module_{name.replace('-', '_')}"
