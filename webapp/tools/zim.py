"""A ZIM archive of the static copy, for Kiwix and libraries without internet.

The check of each language is the file that is handed on (webapp.handed), as nothing in an archive
has an address of its own; the guide's pages stand beside it with relative links, so that readers
find their words.
"""

import io
import posixpath
import re
from pathlib import Path

from libzim.writer import Creator, Hint, Item, StringProvider
from PIL import Image

from webapp import export, handed
from webapp.assets import STATIC
from webapp.kept import WHOLE
from webapp.offline import DESCRIPTION, NAME
from webapp.pages import PAGES, Site

START = "index"
ISO_639_3 = {  # as ZIM names languages
    **{"en": "eng", "es": "spa", "ar": "ara", "hi": "hin", "zh-Hans": "zho"},
    **{"fr": "fra", "sw": "swa", "ur": "urd", "ru": "rus"},
}
OUTSIDE = ("offline", "languages")  # these pages speak of a place in the net
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}


class Entry(Item):
    """One page or file of the archive."""

    def __init__(self, path: str, body: bytes) -> None:
        super().__init__()
        self.path, self.body = path, body

    def get_path(self) -> str:
        """Its address in the archive."""
        return self.path

    def get_title(self) -> str:
        """The title of a page; "" for a file."""
        found = re.search(rb"<title>(.*?)</title>", self.body)
        return found[1].decode() if found and self.get_mimetype() == "text/html" else ""

    def get_mimetype(self) -> str:
        """Its type."""
        return TYPES.get(posixpath.splitext(self.path)[1], "text/html")

    def get_contentprovider(self) -> StringProvider:
        """Its body."""
        return StringProvider(self.body)

    def get_hints(self) -> dict[Hint, bool]:
        """Whether readers list it."""
        return {Hint.FRONT_ARTICLE: bool(self.get_title())}


def entries(made: dict[str, bytes], codes: list[str]) -> dict[str, bytes]:
    """Return {path in the archive: body} of a static copy {path: body}, links made relative."""
    pages = {"/": START} | {f"/{code}/": f"{code}/check" for code in codes}
    pages |= {
        f"/{code}/{path}/": f"{code}/{path}"
        for code in codes
        for path in PAGES
        if path and path not in OUTSIDE
    }
    found = {
        new: _relative(made[export.path_of(old)], new, pages)
        for old, new in pages.items()
        if not new.endswith("/check")
    }
    found |= {f"{code}/check": made[f"{code}/{WHOLE}"] for code in codes}
    static = re.findall(rb'"[./]*(static/[^"]+)"', b"".join(found.values()))
    return found | {path.decode(): made[path.decode()] for path in static}


def _relative(page: bytes, path: str, pages: dict[str, str]) -> bytes:
    """Return a page whose links lead to entries; what has none in the archive is left out."""
    html = re.sub(r"<script\b[^>]*src=[^>]*></script>", "", page.decode())
    html = re.sub(r'<link rel="(?:manifest|modulepreload|apple-touch-icon)"[^>]*>', "", html)
    outside = rf'<a [^>]*href="/[\w-]+/(?:{"|".join(OUTSIDE)})/[^>]*>.*?</a>'
    html = re.sub(rf"<li>{outside}</li>|{outside}", "", html)

    def link(found: re.Match[str]) -> str:
        target = pages.get(found[2], found[2].lstrip("/"))
        return f'{found[1]}="{posixpath.relpath(target, posixpath.dirname(path) or ".")}'

    return re.sub(r'\b(href|src)="(/[^"#]*)', link, html).encode()


def write(site: Site, file: Path) -> None:
    """Write the archive of a site into a new file."""
    codes = list(site.languages)
    items = [Entry(*entry) for entry in sorted(entries(export.files(site), codes).items())]
    icon = io.BytesIO()
    Image.open(STATIC / "icons" / "icon-192.png").resize((48, 48)).save(icon, "PNG")
    about = {
        "Name": "genu",
        "Title": NAME,
        "Description": DESCRIPTION.split(". ")[0] + ".",
        "Language": ",".join(ISO_639_3[code] for code in codes),
        "Creator": "Genu",
        "Publisher": "Genu",
        "Date": handed.RELEASED.isoformat(),
    }
    with Creator(file).config_indexing(True, "eng") as archive:
        archive.set_mainpath(START)
        archive.add_illustration(48, icon.getvalue())
        for name, value in about.items():
            archive.add_metadata(name, value)
        for item in items:
            archive.add_item(item)
