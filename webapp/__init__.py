"""Genu: how urgent is pain behind the knee?"""

from typing import Any

from flask import Flask

from webapp import assets, cli, offline, pages, security
from webapp.content.load import book, load
from webapp.languages import languages

MAX_BODY = 32 * 1024  # a whole check is under 4 kB


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """Return the application. config: PSEUDO (bool) offers the generated languages too."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_PARTS=400, PSEUDO=None)
    app.config.update(config or {})
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    content = load()
    rules = book(content)
    site = pages.Site(content, rules, languages(app.config["PSEUDO"]))
    pages.register(app, site)
    offline.register(app, site)
    cli.register(app, content, rules)
    app.wsgi_app = security.protect(assets.mount(app.wsgi_app), assets.style_hash())  # type: ignore[method-assign]
    return app
