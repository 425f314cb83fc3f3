"""Every screen as a picture, to be looked at: python -m tests.album [language …].

Pages, check screens, one result per level, the exercise session; 360×640 and 1280×800, light and
dark, into screenshots/<language>/<size>-<scheme>/. English and Arabic unless told.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.triage.plain import expand
from webapp.content.load import book, load
from webapp.content.schema import Content
from webapp.forms import screens
from webapp.pages import PAGES
from webapp.tools.bench import granian

FOLDER = Path("screenshots")
SIZES = {"phone": (360, 640), "desk": (1280, 800)}
SCHEMES = ("light", "dark")
Shot = tuple[str, str, dict[str, Any] | None]  # (file name, address below the language, answers)


def shots(content: Content) -> Iterator[Shot]:
    """Yield every screen of one language."""
    for path in PAGES:
        yield path.replace("/", "-") or "start", path, None
    for number, group in enumerate(screens(content), 1):
        yield f"check-{number:02d}-{group[0].id}", f"#q{number}", None
    for level in content.levels:
        case = next(case for case in content.cases if case.level == level.id)
        yield f"result-{level.id}", "", expand(content, book(content), case.answers)


def take(page: Page, url: str, answers: dict[str, Any] | None, to: Path) -> None:
    """Write one screen, whole height; with answers it is their result."""
    page.goto("about:blank")
    page.goto(url)
    page.wait_for_selector("html.js")
    if answers is not None:
        page.evaluate(
            """answers => {
              sessionStorage.setItem('genu.result', JSON.stringify({answers, at: Date.now()}));
              history.replaceState({at: -2}, '');
            }""",
            answers,
        )
        page.reload()
        page.wait_for_selector("#result [data-part=visit]")
        page.evaluate("sessionStorage.clear()")
    page.screenshot(path=to, full_page=True)


def album(browser: Browser, origin: str, code: str) -> None:
    """Write all screens of one language."""
    for size, (width, height) in SIZES.items():
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                service_workers="block",
            )
            folder = FOLDER / code / f"{size}-{scheme}"
            folder.mkdir(parents=True, exist_ok=True)
            page = context.new_page()
            for name, path, answers in shots(load()):
                take(page, f"{origin}/{code}/{path}", answers, folder / f"{name}.png")
            page.goto(f"{origin}/{code}/exercises")
            page.click("[data-do=train]")
            page.screenshot(path=folder / "session.png", full_page=True)
            context.close()


def main() -> None:
    """Write the albums of the languages named on the command line."""
    with granian("webapp:create_app", "--factory") as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM_PATH") or None, args=["--no-sandbox"]
        )
        for code in sys.argv[1:] or ["en", "ar"]:
            album(browser, origin, code)
        browser.close()


if __name__ == "__main__":
    main()
