"""The address space: every page of every language, rendered once and kept, and the check's POST."""

import json
import logging
import re
import unicodedata
from datetime import date
from functools import cache, cached_property
from typing import Any, NamedTuple

from babel.core import negotiate_locale
from babel.dates import format_date
from flask import Blueprint, Flask, Response, abort, redirect, render_template, request
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response as BaseResponse

from webapp import finder, forms, linked_data, plan, review
from webapp.assets import PAGE, asset, picture, style, style_sources
from webapp.content.load import digest, theorems
from webapp.content.schema import CARD_GROUPS, Content, EmergencyNumber, Question, translated
from webapp.guide_pages import CAUSE_GROUPS, GUIDE
from webapp.i18n import Translate, translator
from webapp.languages import Language
from webapp.security import by_https, from_own_pages, meta_policy
from webapp.triage.engine import LEVELS, Answers, Book, Outcome, shown_answers, triage
from webapp.triage.guide import Guide
from webapp.triage.language import parse

PAGES = {
    "": "check",
    "danger": "danger",
    "numbers": "numbers",
    **GUIDE,
    "offline": "offline",
    "languages": "languages",
    "privacy": "privacy",
    "about": "about",
}
PARTS = "parts"  # no page for people: what stands below a result, for the phone
HTML = "text/html; charset=utf-8"


class Said(NamedTuple):
    """One answer in words; private ones are kept off paper. asked: its question, if unclear."""

    text: str
    unsure: bool
    private: bool
    asked: str = ""


class Site:
    """All pages in all languages over one content."""

    def __init__(
        self,
        content: Content,
        book: Book,
        guide: Guide,
        languages: tuple[Language, ...],
        static: bool = False,
    ) -> None:
        """static: for a host of files only, which sends no headers of ours and answers no form."""
        self.static = static
        self.content = content
        self.book = book
        self.guide = guide
        self.medicine = digest([book["version"], guide])
        self.languages = {language.code: language for language in languages}
        self.speakers = {language.code: Speaker(self, language) for language in languages}

    def pages(self) -> dict[str, bytes]:
        """Return {address: HTML} of every page a phone can keep, and of the result's parts."""
        made = {
            f"/{code}/{path}": speaker.page(path)
            for code, speaker in self.speakers.items()
            for path in (*PAGES, PARTS)
        }
        links = with_slashes if self.static else str
        return {address: links(html).encode() for address, html in made.items()}

    def best(self, accept_language: str) -> Language:
        """Return the language an Accept-Language header asks for; English when we speak none."""
        header = parse_accept_header(accept_language, LanguageAccept)
        wanted = [tag.lower().replace("-", "_") for tag, quality in header if quality > 0]
        offered = {code.lower().replace("-", "_"): code for code in self.languages}
        found = negotiate_locale(wanted, offered, sep="_")
        return self.languages[offered[found.lower()] if found else "en"]


class Speaker:
    """The pages of one language."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site = site
        self.language = language
        self.say: Translate = translator(language)

    @cached_property
    def words(self) -> dict[str, Any]:
        """What every template of this language can use."""
        content = translated(self.site.content, self.say)
        grouped = forms.screens(content)
        place = {q.id: n for n, group in enumerate(grouped, 1) for q in group}
        return {
            "_": self.translate,
            "language": self.language,
            "languages": tuple(self.site.languages.values()),
            "asset": asset,
            "picture": picture,
            "style": style(),
            "page_style": style(PAGE),
            "static": self.site.static,
            "policy": meta_policy(style_sources()),
            "content": content,
            "rules": {rule.id: rule for rule in content.rules},
            "numbers": {q.id: n for n, q in enumerate(content.questions, 1)},
            "check_screens": grouped,
            "screens": {**place, "recheck": len(grouped) + 2},
            "country_name": self.country_name,
            "country_rows": self.countries(),
            "version": self.site.book["version"],
            "medicine": self.site.medicine,
            "book_json": _json(self.site.book),
            "elsewhere": plan.ELSEWHERE,
            "phase_of": {f"exercise_p{phase}": phase for phase in (1, 2, 3)},
            "card_groups": CARD_GROUPS,
            "cause_groups": CAUSE_GROUPS,
            "overdue": lambda: date.today().isoformat() >= content.look_again,
            "look_again": self.day(content.look_again),
            "named": lambda when: finder.named(content, when),
            "cited": finder.cited,
            "most_urgent": lambda levels: max(levels, key=LEVELS.index),
            "ld": lambda path, title: _json(linked_data.page(self.language, content, path, title)),
        }

    @cached_property
    def guide_words(self) -> dict[str, Any]:
        """What only kept pages need: a check that is posted does not wait for it."""
        content: Content = self.words["content"]
        return {
            "guide_json": _json(self.site.guide),
            "guide_lines": self.planner.lines,
            "by_symptom": finder.by_symptom(content),
            "by_place": finder.found(content, "pain_place"),
            "read_back": review.counts(self.site.content),
            "read_back_on": self.day(review.review()["date"]),
            "parsed": parse,
            "theorems": theorems(),
        }

    def translate(self, text: str, **values: Any) -> str:
        """Return a template's text in this language, placeholders filled."""
        said = self.say("", text)
        return said % values if values else said

    def country_name(self, code: str) -> str:
        """Return the name of a country, from CLDR."""
        return str(self.language.locale.territories.get(code, code))

    def day(self, iso: str) -> str:
        """Return a day (ISO) in words, by CLDR."""
        return format_date(date.fromisoformat(iso), "long", self.language.locale)

    def countries(self) -> list[EmergencyNumber]:
        """Return the emergency numbers in the order of the countries' names."""
        # GB 18030 holds the common Chinese characters in the order of their sounds
        order = "gb18030" if self.language.code == "zh-Hans" else "utf-8"
        return sorted(
            self.site.content.numbers,
            key=lambda row: _plain(self.country_name(row.country)).encode(order),
        )

    def page(self, path: str) -> str:
        """Return the HTML of a page as a phone keeps it."""
        if path == "":
            return self.check()
        words = self.words | self.guide_words
        return render_template(f"pages/{PAGES.get(path, path)}.html", page=path, **words)

    def check(
        self,
        posted: str = "",
        answers: Answers | None = None,
        errors: dict[str, str] | None = None,
        outcome: Outcome | None = None,
        country: str = "",
        stopped: bool = False,
    ) -> str:
        """Return the start-and-check page; after a POST with answers, errors or the outcome.

        stopped: the outcome is an emergency met before the check was finished.
        """
        given = answers or {}
        row = next((n for n in self.site.content.numbers if n.country == country), None)
        return render_template(
            "pages/check.html",
            page="",
            posted=posted,
            answers=given,
            errors=errors or {},
            outcome=outcome,
            country=country,
            number=row,
            restated=self.restated(given) if outcome else [],
            plan=self.below(given, outcome) if outcome and not stopped else None,
            **self.words,
        )

    def below(self, answers: Answers, outcome: Outcome) -> plan.Plan:
        """Return what stands below a result, in words."""
        content: Content = self.words["content"]

        def said(question: str, option: str) -> Said:
            asked = content.question(question)
            answer = {option: "yes"} if asked.type == "multi" else option
            return _in_words(asked, answer)[0]

        return self.planner.plan(answers, outcome, said)

    @cached_property
    def planner(self) -> plan.Planner:
        """The words below a result, ready."""
        return plan.Planner(self.words["content"], self.site.book, self.site.guide)

    def restated(self, answers: Answers) -> list[tuple[Question, list[Said]]]:
        """Return the answers that count, in words: [(question, [Said, …]), …]."""
        counted = shown_answers(self.site.book, answers, finished=False)
        asked = forms.asked_in_check(self.words["content"])
        return [(q, _in_words(q, counted[q.id])) for q in asked if q.id in counted]

    def error(self, code: int) -> str:
        """Return the page for an HTTP error."""
        return render_template("pages/error.html", code=code, **{"page": "", **self.words})


def _in_words(question: Question, answer: Any) -> list[Said]:
    hide = question.private
    if question.type == "number":
        return [Said(str(answer), False, hide, question.text)]
    if question.type == "single":
        given = (option for option in question.options if option.id == answer)
        return [Said(option.text, False, hide, question.text) for option in given]
    rows = [
        Said(o.text, answer[o.id] == "unsure", hide or o.private)
        for o in question.options
        if o.id in answer
    ]
    return rows or [Said(question.none or "", False, hide)]


@cache
def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if c.isalnum())


def with_slashes(html: str) -> str:
    """Return a page whose links to pages end in a slash: where each is a folder's index.html."""
    return re.sub(r'(href="/[\w-]+/[\w/]*\w)(?=["#])', r"\1/", html)


def _json(data: Any) -> Markup:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  no "<" is left to close the script


def register(app: Flask, site: Site) -> None:
    """Add the addresses to the application."""
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/<code>")
    def without_slash(code: str) -> BaseResponse:
        return redirect(f"/{code}/", 308) if code in site.languages else abort(404)

    @blueprint.route("/<code>/", methods=["GET", "POST"])
    def check(code: str) -> Response:
        if code not in site.speakers or request.method != "POST":
            abort(404)  # a GET of a language's page never comes here: webapp.kept answers it
        return _answer_check(site, site.speakers[code])

    @blueprint.get("/<code>/<path:path>")
    def not_kept(code: str, path: str) -> BaseResponse:
        """What is typed or pasted with a slash too many, or in capitals, leads to its page."""
        meant = path.strip("/").lower()
        if code not in site.languages or meant not in PAGES or meant == path:
            abort(404)
        return redirect(f"/{code}/{meant}", 308)

    @blueprint.get("/sitemap.xml")
    def sitemap() -> Response:
        origin = f"{'https' if by_https(request.environ) else 'http'}://{request.host}"
        xml = render_template("sitemap.xml", origin=origin, codes=site.languages, paths=PAGES)
        return Response(xml, content_type="application/xml", headers={"Cache-Control": "no-cache"})

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})

    app.register_blueprint(blueprint)
    app.register_error_handler(Exception, lambda error: _failed(site, error))


def _answer_check(site: Site, speaker: Speaker) -> Response:
    if not from_own_pages(request):
        return _private(speaker.check())
    if forms.unknown_fields(site.content, request.form):
        abort(400)
    part = request.form.get("part", "all")
    if part not in ("all", "danger", "switch"):
        abort(400)
    answers, errors, entered = forms.read(site.content, request.form)
    country = request.form.get("country", "")
    if part == "switch":
        return _private(speaker.check("switch", entered, errors, country=country))
    errors = forms.missing(site.content, site.book, answers, part) | errors
    errors = {q.id: errors[q.id] for q in site.content.questions if q.id in errors}
    outcome = triage(site.book, answers, finished=not errors and part != "danger")
    if outcome.level == "emergency" or not (errors or part == "danger"):
        stopped = bool(errors) or part == "danger"
        return _private(speaker.check("result", answers, {}, outcome, country, stopped))
    return _private(speaker.check(part, entered, errors, country=country))


def _private(html: str) -> Response:
    return Response(html, content_type=HTML, headers={"Cache-Control": "no-store"})


def _failed(site: Site, error: Exception) -> Response:
    code = error.code or 500 if isinstance(error, HTTPException) else 500
    if code == 500:
        logging.getLogger("genu").error("failed: %s", type(error).__name__)
    if request.path.startswith("/static/"):
        response = Response(f"{code}\n", code, content_type="text/plain")
    else:
        first = request.path.split("/")[1] if "/" in request.path else ""
        speaker = (
            site.speakers.get(first)
            or site.speakers[site.best(request.headers.get("Accept-Language", "")).code]
        )
        response = Response(speaker.error(code), code, content_type=HTML)
    response.headers["Cache-Control"] = "no-store"
    if isinstance(error, HTTPException):
        for name, value in error.get_headers(request.environ):
            if name == "Allow":
                response.headers[name] = value
    return response
