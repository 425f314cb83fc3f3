"""What every test can ask for: the content, the rule data, both engines, an app client."""

import pytest

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
