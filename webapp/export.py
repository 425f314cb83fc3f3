"""The site as static files: for a host without an application, a memory card, a library's disk.

Each page is a folder with an index.html, so that every server of files knows its address. Addresses
and what a phone keeps are those of the server; only the check cannot be posted.
"""

from pathlib import Path

from flask import render_template

from webapp import assets, offline, security
from webapp.assets import SCRIPTS, SERVED_AT_ROOT, slim, style_sources, tree_hash
from webapp.bundle import bundle
from webapp.kept import UNCHANGED, WHOLE
from webapp.pages import PAGES, Site, with_slashes

FOREVER = "max-age=315360000, public, immutable"


def files(site: Site, origin: str | None = None) -> dict[str, bytes]:
    """Return {path: body} of every file. origin: "https://host", without it no sitemap."""
    static = Site(site.content, site.book, site.guide, tuple(site.languages.values()), static=True)
    words = static.speakers["en"].words
    made = {path_of(address): body for address, body in offline.bodies(static).items()}
    made |= {f"static/{tree_hash()}/{name}": body for name, body in assets.files().items()}
    made |= {path.name: path.read_bytes() for path in SERVED_AT_ROOT.iterdir()}
    made["index.html"] = render_template("pages/choose.html", **words).encode()
    made["choose.js"] = slim(bundle("choose", SCRIPTS)).encode()
    made["404.html"] = with_slashes(static.speakers["en"].error(404)).encode()
    if origin:
        paths = [f"{path}/" if path else "" for path in PAGES]
        xml = render_template("sitemap.xml", origin=origin, codes=site.languages, paths=paths)
        made["sitemap.xml"] = xml.encode()
        made["robots.txt"] += f"Sitemap: {origin}/sitemap.xml\n".encode()
    return made | {"_headers": _headers(site, made).encode()}


def path_of(address: str) -> str:
    """Return the file of an address: /en/ is en/index.html, /en/danger is en/danger/index.html."""
    name = address.lstrip("/")
    if "." in name.rsplit("/", 1)[-1]:
        return name
    return f"{name.rstrip('/')}/index.html".lstrip("/")


def write(made: dict[str, bytes], folder: Path) -> None:
    """Write {path: body} into a folder."""
    for name, body in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def _policy(path: str) -> str:
    return security.WORKER_POLICY if path == "/sw.js" else security.page_policy(style_sources())


def _headers(site: Site, made: dict[str, bytes]) -> str:
    """Return what Netlify, Cloudflare and others read: the headers the server sends.

    A path meets the first rule, one of the second kind, and those of its own. Of Permissions-Policy
    sent twice the later value counts.
    """
    rules = {"/*": [*security.COMMON.items(), security.HSTS]}
    caching = {"/": UNCHANGED, "/static/*": FOREVER}
    caching |= {f"/{name}": UNCHANGED for name in made if "/" not in name and name != "index.html"}
    caching |= {f"/{code}/*": UNCHANGED for code in site.languages}
    for path, value in caching.items():
        rules[path] = [("Content-Security-Policy", _policy(path)), ("Cache-Control", value)]
    for code in site.languages:
        rules[f"/{code}/{WHOLE}"] = [("Content-Disposition", "attachment")]
        rules[f"/{code}/exercises/"] = [("Permissions-Policy", security.TRAINING)]
    return "".join(
        f"{path}\n" + "".join(f"  {name}: {value}\n" for name, value in sent)
        for path, sent in rules.items()
    )
