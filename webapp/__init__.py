"""Genu: how urgent is pain behind the knee?"""

import os
from typing import Any

from flask import Flask

from webapp import assets, cli, kept, links, offline, pages, security
from webapp.content.load import book, guide, load
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
    causes_and_care = guide(content)
    site = pages.Site(content, rules, causes_and_care, languages(app.config["PSEUDO"]))
    pages.register(app, site)
    cli.register(app, site)
    with app.test_request_context():
        key = kept.sources_key(*site.languages, os.environ.get("GENU_WORKER", ""))
        folder = kept.site(lambda: offline.bodies(site), key)
    served = kept.Kept(app.wsgi_app, folder, lambda wanted: f"/{site.best(wanted).code}/")
    linked = links.Linked(served, site.languages, pages.PAGES)
    app.wsgi_app = security.protect(linked, assets.style_sources())  # type: ignore[method-assign]
    return app
