"""The static tree under one hashed address, and bodies that are compressed once and kept."""

import base64
import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import brotli
from flask import Request, Response
from markupsafe import Markup
from whitenoise import WhiteNoise

STATIC = Path(__file__).parent.parent / "static"
SERVED_AT_ROOT = STATIC / "root"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
}


def files(folder: Path = STATIC) -> dict[str, Path]:
    """Return {relative path: file} of a static tree, sorted, without what is served elsewhere."""
    found = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {
        p.relative_to(folder).as_posix(): p
        for p in found
        if SERVED_AT_ROOT not in p.parents and p.name != "sw.js"
    }


@cache
def tree_hash(folder: Path = STATIC) -> str:
    """Return 12 hex digits over names and bytes of the static tree."""
    digest = hashlib.sha256()
    for name, path in files(folder).items():
        digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
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
def inline_css() -> Markup:
    """Return the stylesheet as it stands inside the first view: comments and indents taken out."""
    text = (STATIC / "css" / "app.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text)
    return Markup(re.sub(r" ?([{};,]) ?|(?<=:) ", r"\1", text).strip())  # noqa: S704


def style_hash() -> str:
    """Return the CSP source of the inline stylesheet."""
    digest = hashlib.sha256(inline_css().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@dataclass(frozen=True)
class Stored:
    """A body that does not change while the server runs, in every encoding we serve."""

    body: bytes
    type: str
    cache_control: str = "no-cache, no-transform"
    variants: dict[str, Response] = field(default_factory=dict, compare=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the body as an integrity string."""
        return f"sha256-{base64.b64encode(hashlib.sha256(self.body).digest()).decode()}"

    def answer(self, request: Request) -> Response:
        """Return the response for a request: smallest accepted encoding, or 304."""
        accepted = request.headers.get("Accept-Encoding", "")
        encoding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
        response = self.variants.get(encoding) or self._variant(encoding)
        if "If-None-Match" in request.headers and request.if_none_match.contains_weak(
            response.get_etag()[0] or ""
        ):
            return self._not_modified(response)
        return response

    def _variant(self, encoding: str) -> Response:
        squeeze: dict[str, Callable[[bytes], bytes]] = {
            "br": lambda body: brotli.compress(body, quality=11),
            "gzip": lambda body: gzip.compress(body, 9, mtime=0),
            "": lambda body: body,
        }
        response = Response(squeeze[encoding](self.body), content_type=self.type)
        response.headers["Cache-Control"] = self.cache_control
        response.headers["Vary"] = "Accept-Encoding"
        response.set_etag(self.digest[7:23].replace("/", "_") + encoding)
        if encoding:
            response.headers["Content-Encoding"] = encoding
        self.variants[encoding] = response
        return response

    def _not_modified(self, full: Response) -> Response:
        response = Response(status=304)
        for name in ("ETag", "Cache-Control", "Vary"):
            response.headers[name] = full.headers[name]
        del response.headers["Content-Type"]
        return response


def mount(app: Callable[..., Any]) -> WhiteNoise:
    """Wrap a WSGI application with the static tree: immutable, content-hashed address."""
    mounted = WhiteNoise(
        app,
        max_age=60,
        allow_all_origins=False,
        immutable_file_test=lambda path, url: url.startswith("/static/"),
        add_headers_function=_headers,
        mimetypes={suffix: kind.split(";")[0] for suffix, kind in TYPES.items()},
    )
    mounted.add_files(str(STATIC), prefix=f"static/{tree_hash()}/")
    mounted.add_files(str(SERVED_AT_ROOT))
    return mounted


def _headers(headers: Any, path: str, url: str) -> None:
    data = Path(path).read_bytes()
    headers["ETag"] = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
