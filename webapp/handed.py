"""One file to hand on without internet: every page of a language and the script, in one HTML file.

The shell is a small page: the danger signs in plain HTML, a list of what belongs into the file, and
a reader. Server and phone fill it alike (the phone: static/js/give.js): {address: text} as JSON,
gzip, base64, in place of PACKED.
"""

import base64
import gzip
import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from flask import render_template
from markupsafe import Markup

from webapp.assets import SCRIPT, SCRIPTS, asset, files, integrity, slim, style_sources
from webapp.bundle import bundle

if TYPE_CHECKING:
    from webapp.pages import Speaker

RELEASED = date(2026, 11, 22)  # of the newest advice; every file says it
SHELL = "shell"
NOT_IN_IT = ("offline", "languages", SHELL)  # what a file cannot do


def shell(speaker: "Speaker", kept: dict[str, bytes]) -> bytes:
    """Return the shell of a language. kept: {address: body}, its pages among them."""
    words: dict[str, Any] = {
        "policy": _policy(),
        "released": RELEASED,
        "released_words": format_date(RELEASED, "long", speaker.language.locale),
        "files": Markup(json.dumps(_list(speaker.language.code, kept))),  # noqa: S704  addresses only
        "reader": Markup(_reader()),  # noqa: S704  ours
    }
    return render_template(f"pages/{SHELL}.html", **{**speaker.words, **words}).encode()


def whole(shell: bytes, kept: dict[str, bytes]) -> bytes:
    """Return the file: the shell with everything of its list."""
    listed = json.loads(shell.split(b'id="files">')[1].split(b"<")[0])
    every = {asset(SCRIPT): files()[SCRIPT], **kept}
    texts = {address: every[address].decode() for address in listed}
    data = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
    return shell.replace(b"PACKED", base64.b64encode(gzip.compress(data, mtime=0)), 1)


def _list(code: str, kept: dict[str, bytes]) -> list[str]:
    """Return the addresses of what the file holds; a phone has compared their digests long ago."""
    pages = [
        address
        for address in kept
        if address.startswith(f"/{code}/") and "." not in address
        if address.removeprefix(f"/{code}/") not in NOT_IN_IT
    ]
    return [*pages, asset(SCRIPT)]


@cache
def _reader() -> str:
    return slim(bundle("handed", SCRIPTS))


def _policy() -> str:
    """Return the policy of the file: its own two scripts and one style, and no network at all."""
    scripts = " ".join(f"'{integrity(s)}'" for s in (_reader().encode(), files()[SCRIPT]))
    return (
        f"default-src 'none'; script-src {scripts}; style-src {style_sources()}; "
        "base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types handed"
    )
