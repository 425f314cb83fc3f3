"""The static tree: its hashed address, and what templates take out of it."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import rjsmin
from markupsafe import Markup

from webapp.bundle import bundle

try:
    import minify
except ImportError:  # no wheel for this system: bigger, else the same
    minify = None

STATIC = Path(__file__).parent.parent / "static"
SERVED_AT_ROOT = STATIC / "root"
SCRIPTS = STATIC / "js"
SCRIPT = "app.js"  # all modules of the pages in one
STYLE = "css/app.css"  # all of STYLES in one
STYLES = tuple(STATIC / "css" / f"{name}.css" for name in ("page", "check", "guide"))
PAGE = STYLES[:1]  # of every page: enough for those that must stand alone


@cache
def files() -> dict[str, bytes]:
    """Return {relative path: body} of the served tree: pictures, styles, one script."""
    found = (p for p in sorted(STATIC.rglob("*")) if p.is_file())
    return {SCRIPT: slim(bundle("main", SCRIPTS)).encode(), STYLE: style().encode()} | {
        p.relative_to(STATIC).as_posix(): p.read_bytes()
        for p in found
        if not {SERVED_AT_ROOT, SCRIPTS} & set(p.parents) and p not in STYLES
    }


def slim(script: str) -> str:
    """Return a script with short local names where that minifier has a wheel, else stripped."""
    if minify is None:
        return str(rjsmin.jsmin(script))
    return str(minify.string("application/javascript", script))


@cache
def tree_hash() -> str:
    """Return 12 hex digits over names and bodies of the static tree."""
    digest = hashlib.sha256()
    for name, body in files().items():
        digest.update(f"{name}\0".encode() + hashlib.sha256(body).digest())
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of a static file; KeyError when there is no such file."""
    if name not in files():
        raise KeyError(name)
    return f"/static/{tree_hash()}/{name}"


@cache
def picture(name: str) -> Markup:
    """Return a drawing of static/pictures as inline SVG, hidden from screen readers."""
    svg = (STATIC / "pictures" / f"{name}.svg").read_text(encoding="utf-8").strip()
    svg = re.sub(r'\s*xmlns="[^"]*"', "", svg, count=1)
    return Markup(svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1))  # noqa: S704


@cache
def style(parts: tuple[Path, ...] = STYLES) -> Markup:
    """Return parts of the stylesheet in one, comments and indents taken out.

    All stand inside the first view, PAGE inside the pages that must stand alone.
    """
    text = "".join(part.read_text(encoding="utf-8") for part in parts)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text)
    return Markup(re.sub(r" ?([{};,]) ?|(?<=:) ", r"\1", text).strip())  # noqa: S704


def style_sources() -> str:
    """Return the CSP sources of the two inline stylesheets: "'sha256-…' 'sha256-…'"."""
    return " ".join(f"'{integrity(style(parts).encode())}'" for parts in (STYLES, PAGE))


def integrity(body: bytes) -> str:
    """Return the SHA-256 of a body in the form browsers compare ("sha256-…")."""
    return f"sha256-{base64.b64encode(hashlib.sha256(body).digest()).decode()}"
