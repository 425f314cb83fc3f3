"""Render the app icons: every PNG and the favicon, from the SVGs beside them.

Run it by hand after a change to a drawing: ``python -m webapp.tools.icons``. The results are
committed, so that neither the server nor the build needs a browser. It drives Chromium through
Playwright; set ``CHROMIUM_PATH`` when the browser is not where Debian puts it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

STATIC = Path(__file__).resolve().parents[2] / "static"
ICONS = STATIC / "icons"
FAVICON = STATIC / "root" / "favicon.ico"
FAVICON_SIZE = 32
PAPER = "#fffdf8"
DEBIAN_CHROMIUM = "/usr/bin/chromium"
# Flat drawings: these many colours leave the smoothed edges without visible steps.
COLOURS = 32


@dataclass(frozen=True)
class Icon:
    """One PNG: its file name, the drawing it comes from, its side in pixels, its background."""

    name: str
    drawing: str
    size: int
    opaque: bool = False


WANTED = (
    Icon("icon-192.png", "icon.svg", 192),
    Icon("icon-512.png", "icon.svg", 512),
    Icon("maskable-192.png", "maskable.svg", 192, opaque=True),
    Icon("maskable-512.png", "maskable.svg", 512, opaque=True),
    Icon("monochrome-512.png", "monochrome.svg", 512),
    # iOS paints transparent corners black.
    Icon("apple-touch-icon.png", "icon.svg", 180, opaque=True),
    Icon("shortcut-danger-96.png", "shortcut-danger.svg", 96),
    Icon("shortcut-check-96.png", "shortcut-check.svg", 96),
    Icon("shortcut-numbers-96.png", "shortcut-numbers.svg", 96),
)


@contextmanager
def browser_page() -> Iterator[Page]:
    """An empty page of a headless Chromium."""
    path = os.environ.get("CHROMIUM_PATH", DEBIAN_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser.new_page()
        finally:
            browser.close()


def page_of(svg: str, size: int) -> str:
    """HTML that shows the drawing, and nothing else, at size × size pixels."""
    sized = svg.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
    return f"<style>*{{margin:0;display:block}}style{{display:none}}</style>{sized}"


def rendered(page: Page, svg: str, size: int) -> Image.Image:
    """The drawing as the browser paints it, on a transparent ground."""
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(page_of(svg, size))
    image = Image.open(io.BytesIO(page.screenshot(omit_background=True)))
    return image.convert("RGBA")


def on_paper(image: Image.Image) -> Image.Image:
    """The image on the app's paper colour, with no transparency left."""
    ground = Image.new("RGBA", image.size, PAPER)
    return Image.alpha_composite(ground, image).convert("RGB")


def flat_colours(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours that cover more than a hundredth of the image."""
    width, height = image.size
    counted = image.getcolors(width * height) or []
    common = [colour for count, colour in counted if count * 100 > width * height]
    return [colour for colour in common if isinstance(colour, tuple)]


def snapped(entry: tuple[int, ...], flat: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The flat colour that a palette entry stands for, or else the entry as it is."""
    near = (c for c in flat if all(abs(a - b) <= 2 for a, b in zip(c, entry, strict=True)))
    return next(near, entry)


def with_palette(image: Image.Image) -> Image.Image:
    """The image in few colours: a third of the bytes, and the eye sees no difference."""
    few = image.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    # The quantizer rounds down: opaque became 254 of 255 and the paper a shade darker.
    channels = few.getpalette(image.mode) or []
    entries = zip(*[iter(channels)] * len(image.getbands()), strict=True)
    flat = flat_colours(image)
    exact = [channel for entry in entries for channel in snapped(entry, flat)]
    few.putpalette(exact, image.mode)
    return few


def write_icon(page: Page, icon: Icon) -> Path:
    """Write one PNG and give its path."""
    image = rendered(page, (ICONS / icon.drawing).read_text(encoding="utf-8"), icon.size)
    target = ICONS / icon.name
    with_palette(on_paper(image) if icon.opaque else image).save(target, optimize=True)
    return target


def write_favicon(page: Page) -> Path:
    """Write the favicon for browsers that do not take the SVG, and give its path."""
    image = rendered(page, (ICONS / "icon.svg").read_text(encoding="utf-8"), FAVICON_SIZE)
    FAVICON.parent.mkdir(parents=True, exist_ok=True)
    image.save(FAVICON, sizes=[image.size])
    return FAVICON


def main() -> None:
    """Write every icon and say how large each one became."""
    with browser_page() as page:
        written = [write_icon(page, icon) for icon in WANTED]
        written.append(write_favicon(page))
    for path in written:
        print(f"{path.stat().st_size:6} {path.relative_to(STATIC)}")


if __name__ == "__main__":
    main()
