"""Extract every text into messages.pot and bring the catalogues up to it.

`python -m webapp.tools.catalogues` writes; with `--check` it only says whether that would change
anything (exit 1). In reading order, without locations and dates, so that a diff shows only words.
"""

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

from webapp.i18n import FOLDER
from webapp.languages import COMPLETE

ROOT = Path(__file__).parents[2]
KEYWORDS = ("_", "pgettext:1c,2")
HEADER = "# Words of Genu. One msgctxt per place; see README.md, “Add a language”."


def template() -> Catalog:
    """Return the catalogue of all texts, English as ids."""
    with TemporaryDirectory() as folder:
        pot = Path(folder) / "messages.pot"
        keywords = [part for word in KEYWORDS for part in ("-k", word)]
        CommandLineInterface().run(
            ["pybabel", "-q", "extract", "-F", str(ROOT / "pyproject.toml"), *keywords]
            + ["-c", "TRANSLATORS:", "-o", str(pot), str(ROOT)]
        )
        catalog = read_po(BytesIO(pot.read_bytes()))
    catalog.header_comment, catalog.fuzzy = HEADER, False
    return catalog


def as_bytes(catalog: Catalog) -> bytes:
    """Return a catalogue as the bytes of its .po file."""
    out = BytesIO()
    write_po(out, catalog, width=0, no_location=True)
    lines = out.getvalue().decode().splitlines(keepends=True)
    dated = (
        '"POT-Creation-Date',
        '"PO-Revision-Date',
        '"Generated-By',
        '"Project-Id-Version',
        '"Last-Translator',
        '"Language-Team',
        '"Report-Msgid',
    )
    return "".join(line for line in lines if not line.startswith(dated)).encode()


def files() -> dict[Path, bytes]:
    """Return what each catalogue file should hold now."""
    pot = template()
    wanted = {FOLDER / "messages.pot": as_bytes(pot)}
    for language in COMPLETE[1:]:
        path = FOLDER / language.code.replace("-", "_") / "LC_MESSAGES" / "messages.po"
        old = read_po(BytesIO(path.read_bytes() if path.exists() else b""), str(language.locale))
        old.header_comment, old.fuzzy = HEADER, False
        old.update(pot, no_fuzzy_matching=True)
        old.obsolete.clear()
        wanted[path] = as_bytes(old)
    return wanted


def main(arguments: list[str]) -> int:
    """Write the catalogues, or check them; return the exit code."""
    stale = [p for p, data in files().items() if not p.exists() or p.read_bytes() != data]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run `make translations`")
        return 1 if stale else 0
    for path, data in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
