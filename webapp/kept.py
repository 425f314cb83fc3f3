"""Bodies that do not change while the server runs: compressed once, served by WhiteNoise.

Pages are rendered at start into the same folder as the static tree, so that a page costs what a
file costs, and the folder is the whole site.
"""

import atexit
import fcntl
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import brotli
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from webapp.assets import SERVED_AT_ROOT, files, tree_hash

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "site"
KEEP_DAYS = 30
KEEP_RELEASES = 3  # earlier ones whose static files are served on, for pages and workers of theirs
SAME_TIME = 1767225600  # 2026-01-01: file times must not tell two servers apart
TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript"}
WHOLE = "genu.html"  # below each language: everything in one file, to be saved
UNCHANGED = "no-cache, no-transform"  # ask each time; proxies must not touch the bytes


class Kept(WhiteNoise):
    """WhiteNoise that leaves every POST to the application and picks the language at "/"."""

    def __init__(self, app: Any, folder: Path, choose: Callable[[str], str]) -> None:
        """folder: as written by `write`. choose(Accept-Language) gives the path for "/"."""
        super().__init__(
            app,
            allow_all_origins=False,
            immutable_file_test=lambda path, url: url.startswith("/static/"),
            add_headers_function=_add_headers,
            mimetypes=TYPES,
        )
        self.choose = lru_cache(maxsize=512)(choose)
        for path in sorted(folder.rglob("*")):
            self._serve(path, folder)
        for tree in earlier_trees(folder):
            for path in sorted(tree.rglob("*")):
                self._serve(path, tree.parents[1])

    def _serve(self, path: Path, folder: Path) -> None:
        if path.is_file() and not self.is_compressed_variant(str(path)):
            self.add_file_to_dictionary(address(path, folder), str(path))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve what is kept; hand everything else to the application."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self.application(environ, start_response)  # type: ignore[no-any-return]
        if environ.get("PATH_INFO") == "/":
            environ["PATH_INFO"] = self.choose(environ.get("HTTP_ACCEPT_LANGUAGE", "")[:500])
            start_response = _varying(start_response)
        environ.pop("HTTP_IF_MODIFIED_SINCE", None)  # every release has the same file times
        if "q=0" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            environ["HTTP_ACCEPT_ENCODING"] = _accepted(environ["HTTP_ACCEPT_ENCODING"])
        if "HTTP_IF_NONE_MATCH" in environ:
            self._match_weakly(environ)
        return super().__call__(environ, start_response)  # type: ignore[no-any-return]

    def _match_weakly(self, environ: dict[str, Any]) -> None:
        """Caches send weak tags, lists and "*"; WhiteNoise knows only the one exact tag."""
        kept = self.files.get(environ.get("PATH_INFO", ""))
        tags = environ["HTTP_IF_NONE_MATCH"].split(",")
        etag = getattr(kept, "etag", None)
        if etag and {"*", etag} & {tag.strip().removeprefix("W/") for tag in tags}:
            environ["HTTP_IF_NONE_MATCH"] = etag


def _accepted(header: str) -> str:
    """Return an Accept-Encoding header without what it refuses with q=0."""
    return ",".join(e for e in header.split(",") if not re.search(r"q=0(\.0*)?\s*$", e))


def _varying(start_response: Any) -> Any:
    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        kept = [(name, value) for name, value in headers if name != "Vary"]
        return start_response(status, [*kept, ("Vary", "Accept-Language, Accept-Encoding")])

    return start


def _add_headers(headers: Any, path: str, url: str) -> None:
    headers["ETag"] = f'"{hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]}"'
    if not url.startswith("/static/"):
        headers["Cache-Control"] = UNCHANGED
    if url.endswith(WHOLE):
        code = url.split("/")[1]
        headers["Content-Disposition"] = f'attachment; filename="genu-{code}.html"'


def address(path: Path, folder: Path) -> str:
    """Return the address of a file in the folder: en/index.html is /en/, en/a.html is /en/a."""
    url = "/" + path.relative_to(folder).as_posix()
    return url if path.name == WHOLE else url.removesuffix("index.html").removesuffix(".html")


def earlier_trees(folder: Path) -> list[Path]:
    """Return the static trees of the last releases built on this disk, other than that of `folder`.

    A page or worker of an earlier release may still ask for its files. A disk that is new with each
    release has none: then they are a 404, and a phone has its own copy.
    """
    seen = {path.name for path in folder.glob("static/*")}
    trees = {tree.name: tree for site in _last_sites() for tree in site.glob("static/*")}
    return [tree for name, tree in trees.items() if name not in seen]


def _last_sites() -> list[Path]:
    """The sites last used, this release's too; half-made ones have other names."""
    found = [path for path in CACHE.glob("*") if re.fullmatch("[0-9a-f]{16}", path.name)]
    return sorted(found, key=lambda path: path.stat().st_mtime)[-KEEP_RELEASES - 1 :]


def site(make: Callable[[], dict[str, bytes]], key: str) -> Path:
    """Return the folder of the site `key`; made by `make` and `write` when it is not there yet.

    It stays in .cache, so that the second process and the next start have it at once. Where nothing
    can be kept (a read-only disk), it is a folder of this process's own.
    """
    folder = CACHE / key
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        with (CACHE / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # one process makes it, the others wait
            if not folder.exists():
                _forget_old()
                half = Path(tempfile.mkdtemp(dir=CACHE))
                write(make(), half).rename(folder)
            os.utime(folder)
    except OSError:
        return write(make())
    return folder


def _forget_old() -> None:
    """Remove what no server of the last days has started from, but for the last releases."""
    limit = time.time() - KEEP_DAYS * 86400
    for folder in {*CACHE.iterdir()} - {*_last_sites()}:
        if folder.is_dir() and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)


def sources_key(*more: str) -> str:
    """Return a digest of every file the site is made of, of this Python and of `more`."""
    digest = hashlib.sha256("\0".join([sys.version, *_versions(), *more]).encode())
    for folder in ("webapp", "static", "translations"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _versions() -> list[str]:
    return sorted(f"{d.name} {d.version}" for d in metadata.distributions())


def write(bodies: dict[str, bytes], folder: Path | None = None) -> Path:
    """Write the static tree and bodies {address: body} with .br and .gz twins; return the folder.

    Without a folder it is one of this process's own, removed at exit.
    """
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="genu-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    every = {f"/static/{tree_hash()}/{name}": body for name, body in files().items()}
    every |= {f"/{path.name}": path.read_bytes() for path in SERVED_AT_ROOT.iterdir()}
    with ThreadPoolExecutor() as pool:  # compressing releases the interpreter lock
        jobs = [
            pool.submit(_write_one, folder / _file_name(u), b) for u, b in (every | bodies).items()
        ]
    for job in jobs:
        job.result()
    return folder


def _file_name(url: str) -> str:
    name = url.lstrip("/")
    if name.endswith("/"):
        return f"{name}index.html"
    return name if "." in name.rsplit("/", 1)[-1] else f"{name}.html"


class _Compressor(Compressor):
    """WhiteNoise's, for phones on slow lines; made once per release."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """Return the bytes as Brotli."""
        return bytes(brotli.compress(data, quality=11))


class _QuickCompressor(Compressor):
    """For what holds compressed text: more effort gains next to nothing there."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """Return the bytes as Brotli."""
        return bytes(brotli.compress(data, quality=5))


def _write_one(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    made = [str(path)]
    squeeze = (_QuickCompressor if path.name == WHOLE else _Compressor)(quiet=True)
    if squeeze.should_compress(path.name):
        made += squeeze.compress(str(path))
    for name in made:
        os.utime(name, (SAME_TIME, SAME_TIME))
