"""What a phone keeps: addresses with digests, the worker that keeps them, the manifests."""

import hashlib
import json
import math
import os
import re
from typing import TYPE_CHECKING, Any

import brotli
from flask import render_template

from webapp import handed
from webapp.assets import SCRIPTS, asset, files, integrity, slim
from webapp.guide_pages import GUIDE
from webapp.kept import WHOLE

if TYPE_CHECKING:
    from webapp.pages import Site, Speaker

ONLY_TO_INSTALL = ("icon-512", "maskable", "monochrome", "shortcut")
NOT_KEPT = (
    *("pictures/", "screenshots/", "css/static"),  # the last is for pages without script
    *(f"icons/{name}" for name in ONLY_TO_INSTALL),
)
LATER = {
    *GUIDE,
    "parts",
    "about",
    handed.SHELL,
}  # kept after the check and the danger signs
NAME = "Genu: pain behind the knee"
DESCRIPTION = (  # the same sentence stands in base.html, where it is marked for translation
    "A short check for pain behind the knee: how urgent it is, and what to do now. "
    "Works without internet."
)
SCREENSHOTS = (("narrow", "720x1280"), ("wide", "1280x800"))


def bodies(site: "Site") -> dict[str, bytes]:
    """Return {address: body} of all that is kept: pages, manifests, worker. Made once, at start."""
    kept = site.pages() | {
        f"/{code}/manifest.webmanifest": manifest(speaker)
        for code, speaker in site.speakers.items()
    }
    shells = {code: handed.shell(speaker, kept) for code, speaker in site.speakers.items()}
    wholes = {f"/{code}/{WHOLE}": handed.whole(shell, kept) for code, shell in shells.items()}
    kept |= {f"/{code}/{handed.SHELL}": shell for code, shell in shells.items()}
    kept |= {f"/{code}/guide.json": guide_list(code, kept) for code in site.speakers}
    return kept | wholes | {"/sw.js": service_worker(site, kept).encode()}


def guide_list(code: str, kept: dict[str, bytes]) -> bytes:
    """Return {address: integrity} of a language's guide, as the worker reads it."""
    return json.dumps(pack(code, kept, guide=True), separators=(",", ":")).encode()


def shared_files() -> dict[str, str]:
    """Return {address: integrity} of the files every language needs."""
    return {asset(n): integrity(body) for n, body in files().items() if not n.startswith(NOT_KEPT)}


def pack(code: str, kept: dict[str, bytes], guide: bool = False) -> dict[str, str]:
    """Return {address: integrity} of one language: its check and manifest, or its guide."""
    return {
        url: integrity(body)
        for url, body in kept.items()
        if url.startswith(f"/{code}/") and (url.removeprefix(f"/{code}/") in LATER) is guide
    }


def size(code: str, kept: dict[str, bytes]) -> int:
    """Return how many kB a language adds at most to what a phone loads and keeps."""
    own = (body for url, body in kept.items() if url.startswith(f"/{code}/"))
    return math.ceil(sum(len(brotli.compress(body, quality=5)) for body in own) / 1000)


def service_worker(site: "Site", kept: dict[str, bytes]) -> str:
    """Return the worker script: its list, the triage engine, its body.

    With GENU_WORKER=off it is the kill switch instead: a worker that removes itself and our caches.
    """
    if os.environ.get("GENU_WORKER") == "off":
        return (SCRIPTS / "sw-off.js").read_text(encoding="utf-8")
    build: dict[str, Any] = {
        "medicine": site.medicine,
        "sizes": {code: size(code, kept) for code in site.speakers},
        "folders": site.static,
        "shared": shared_files(),
        "packs": {code: pack(code, kept) for code in site.speakers},
        "lastResort": {code: last_resort(speaker) for code, speaker in site.speakers.items()},
    }
    engine = re.sub(
        r"^export ", "", (SCRIPTS / "triage.js").read_text(encoding="utf-8"), flags=re.M
    )
    script = slim(engine + "\n" + (SCRIPTS / "sw.js").read_text(encoding="utf-8"))
    content = json.dumps(build, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    version = hashlib.sha256((content + script).encode()).hexdigest()[:12]
    return f'const VERSION = "{version}";\nconst BUILD = {content};\n{script}'


def last_resort(speaker: "Speaker") -> str:
    """Return the danger page that stands inside the worker: works with every store wiped."""
    html = render_template("components/last_resort.html", **speaker.words)
    return re.sub(r">\s+<", "><", html).strip()


def manifest(speaker: "Speaker") -> bytes:
    """Return the web app manifest of a language; id and scope are equal in all."""
    code, say = speaker.language.code, speaker.translate
    speakers = speaker.site.speakers.values()
    data: dict[str, Any] = {
        "id": "/",
        "name": say(NAME),
        "short_name": "Genu",
        "description": say(DESCRIPTION),
        "start_url": f"/{code}/",
        "scope": "/",
        "display": "standalone",
        "lang": code,
        "dir": speaker.language.dir,
        "background_color": "#fffdf8",
        "theme_color": "#fffdf8",
        "categories": ["health", "medical"],
        "icons": _icons(),
        "shortcuts": _shortcuts(speaker),
        "screenshots": _screenshots(speaker),
        "name_localized": _localized(speakers, NAME),
        "short_name_localized": {s.language.code: "Genu" for s in speakers},
        "description_localized": _localized(
            speakers,
            DESCRIPTION,
        ),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _icons() -> list[dict[str, str]]:
    icons = [("icon.svg", "any", "any", "image/svg+xml")]
    for purpose, stem in (("any", "icon"), ("maskable", "maskable"), ("monochrome", "monochrome")):
        sizes = ("512",) if purpose == "monochrome" else ("192", "512")
        icons += [(f"{stem}-{s}.png", f"{s}x{s}", purpose, "image/png") for s in sizes]
    return [
        {"src": asset(f"icons/{name}"), "sizes": sizes, "purpose": purpose, "type": kind}
        for name, sizes, purpose, kind in icons
    ]


def _shortcuts(speaker: "Speaker") -> list[dict[str, Any]]:
    code = speaker.language.code
    speakers = speaker.site.speakers.values()
    return [
        {
            "name": speaker.translate(name),
            "name_localized": _localized(speakers, name),
            "url": f"/{code}/{path}",
            "icons": [
                {
                    "src": asset(f"icons/shortcut-{icon}-96.png"),
                    "sizes": "96x96",
                    "type": "image/png",
                }
            ],
        }
        for name, path, icon in (
            ("Danger signs", "danger", "danger"),
            ("Check your knee", "#q1", "check"),
            ("Emergency numbers", "numbers", "numbers"),
        )
    ]


def _screenshots(speaker: "Speaker") -> list[dict[str, str]]:
    found = []
    for form, size in SCREENSHOTS:
        for screen, label in (("start", "Check your knee"), ("danger", "Danger signs")):
            name = f"screenshots/{form}-{screen}.png"
            if name in files():
                found.append(
                    {
                        "src": asset(name),
                        "sizes": size,
                        "type": "image/png",
                        "form_factor": form,
                        "label": speaker.translate(label),
                    }
                )
    return found


def _localized(speakers: Any, text: str) -> dict[str, Any]:
    return {
        s.language.code: {
            "value": s.translate(text),
            "lang": s.language.code,
            "dir": s.language.dir,
        }
        for s in speakers
    }
