"""What every test can ask for: the content, the rule data, both engines, an app client."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.engines import JavascriptEngine, PythonEngine
from webapp import create_app
from webapp.content.load import book as make_book
from webapp.content.load import load


@pytest.fixture(scope="session")
def content():
    return load()


@pytest.fixture(scope="session")
def book(content):
    return make_book(content)


@pytest.fixture(scope="session", params=["python", "javascript"])
def engine(request, book):
    if request.param == "python":
        yield PythonEngine(book)
        return
    javascript = JavascriptEngine(book)
    yield javascript
    javascript.close()


@pytest.fixture(scope="session")
def both(book):
    javascript = JavascriptEngine(book)
    yield PythonEngine(book), javascript
    javascript.close()


@pytest.fixture(scope="session")
def app():
    return create_app({"PSEUDO": True})


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


def launch(playwright: Playwright, **options: Any) -> Browser:
    return playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM_PATH") or None, args=["--no-sandbox"], **options
    )


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()
