"""Pictures for the manifest, taken from the real app: start and danger signs, narrow and wide."""

import os
from io import BytesIO

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from webapp.assets import STATIC
from webapp.tools.bench import granian

FORMS = {"narrow": (360, 640, 2), "wide": (1280, 800, 1)}
SCREENS = {"start": "/en/", "danger": "/en/danger"}


def main() -> None:
    """Write static/screenshots/<form>-<screen>.png."""
    folder = STATIC / "screenshots"
    folder.mkdir(exist_ok=True)
    with granian("webapp:create_app", "--factory") as genu, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM_PATH") or None, args=["--no-sandbox"]
        )
        for form in FORMS:
            for screen, path in SCREENS.items():
                (folder / f"{form}-{screen}.png").write_bytes(picture(browser, genu + path, form))
        browser.close()


def picture(browser: Browser, url: str, form: str) -> bytes:
    """Return a small PNG of a page in one form factor."""
    width, height, scale = FORMS[form]
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
    page.goto(url)
    page.wait_for_selector("html.js")
    shot = Image.open(BytesIO(page.screenshot()))
    page.close()
    out = BytesIO()
    shot.convert("RGB").quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
