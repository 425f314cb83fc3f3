"""The exact headers of every answer, to the letter; and nothing is inline but two stylesheets."""

import base64
import hashlib
import json
import re

import pytest
from flask import Flask

from tests.markup import parse
from webapp import create_app
from webapp.assets import asset
from webapp.content.load import guide
from webapp.languages import languages
from webapp.pages import Site

CODES = [language.code for language in languages(pseudo=True)]
PATHS = ("", "danger", "numbers", "offline", "languages", "privacy", "about")
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), "
        "fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), "
        "identity-credentials-get=(), idle-detection=(), local-fonts=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), picture-in-picture=(), "
        "publickey-credentials-create=(), publickey-credentials-get=(), screen-wake-lock=(), "
        "serial=(), storage-access=(), usb=(), xr-spatial-tracking=(), "
        "clipboard-write=(self), web-share=(self)"
    ),
}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' '{}' '{}'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types sw"
)
TRAINING = COMMON["Permissions-Policy"].replace("wake-lock=()", "wake-lock=(self)")
WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"
HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
HTML = "text/html; charset=utf-8"
KEPT = {"Cache-Control": "no-cache, no-transform", "Vary": "Accept-Encoding"}
IMMUTABLE = {"Cache-Control": "max-age=315360000, public, immutable"}
NOT_KEPT = {"Cache-Control": "no-store"}


@pytest.fixture(scope="module")
def policy(app):
    """The policy of pages, with the hashes of the stylesheets of the start and the danger page."""
    return PAGE_POLICY.format(*(style_of(app, address) for address in ("/en/", "/en/danger")))


def style_of(app, address):
    (style,) = parse(app.test_client().get(address).text).all("style")
    return f"sha256-{base64.b64encode(hashlib.sha256(style.raw.encode()).digest()).decode()}"


def exactly(response, policy, **own):
    """The answer carries these headers, each once, and no other. None: any value."""
    own = {name.replace("_", "-"): value for name, value in own.items()}
    wanted = {**COMMON, "Content-Security-Policy": policy, **own}
    sent = [pair for pair in response.headers.to_wsgi_list() if pair[0] != "Link"]  # test_pages
    assert sorted(name for name, _ in sent) == sorted(wanted)
    for name, value in sent:
        if wanted[name] is not None:
            assert value.replace('charset="utf-8"', "charset=utf-8") == wanted[name], name
    if response.status_code not in (304, 405) or response.data:
        assert response.headers["Content-Length"] == str(len(response.data))


# ---- each kind of answer


@pytest.mark.parametrize("address", [f"/{code}/{path}" for code in CODES for path in PATHS])
def test_page(client, policy, address):
    response = client.get(address)
    exactly(response, policy, **KEPT, Content_Type=HTML, Content_Length=None, ETag=None)


def test_only_the_exercises_may_keep_the_screen_awake(client):
    assert client.get("/ar/exercises").headers["Permissions-Policy"] == TRAINING
    assert client.get("/ar/care").headers["Permissions-Policy"] == COMMON["Permissions-Policy"]


@pytest.mark.parametrize("encoding", ["br", "gzip"])
@pytest.mark.parametrize("address", ["/en/", "/ar/danger"])
def test_compressed_page(client, policy, address, encoding):
    response = client.get(address, headers={"Accept-Encoding": encoding})
    own = {"Content_Type": HTML, "Content_Encoding": encoding, "Content_Length": None, "ETag": None}
    exactly(response, policy, **KEPT, **own)


def test_start(client, policy):
    own = {**KEPT, "Vary": "Accept-Language, Accept-Encoding"}
    exactly(client.get("/"), policy, **own, Content_Type=HTML, Content_Length=None, ETag=None)


def test_worker(client):
    own = {"Content_Type": "text/javascript; charset=utf-8", "Content_Length": None, "ETag": None}
    exactly(client.get("/sw.js"), WORKER_POLICY, **KEPT, **own)


@pytest.mark.parametrize("code", CODES)
def test_manifest(client, policy, code):
    own = {"Content_Type": "application/manifest+json", "Content_Length": None, "ETag": None}
    exactly(client.get(f"/{code}/manifest.webmanifest"), policy, **KEPT, **own)


@pytest.mark.parametrize(
    "name, kind, vary",
    [
        ("app.js", "text/javascript; charset=utf-8", True),
        ("css/app.css", "text/css; charset=utf-8", True),
        ("icons/icon.svg", "image/svg+xml", True),
        ("icons/icon-192.png", "image/png", False),
    ],
)
def test_static_file(client, policy, name, kind, vary):
    own = {"Content_Type": kind, "Content_Length": None, "ETag": None}
    own |= {"Vary": "Accept-Encoding"} if vary else {}
    exactly(client.get(asset(name)), policy, **IMMUTABLE, **own)


def test_file_at_the_root(client, policy):
    own = {"Content_Length": None, "ETag": None, "Cache_Control": KEPT["Cache-Control"]}
    exactly(client.get("/favicon.ico"), policy, Content_Type="image/x-icon", **own)
    exactly(client.get("/robots.txt"), policy, Content_Type="text/plain; charset=utf-8", **own)


def test_unchanged_page(client, policy):
    etag = client.get("/en/").headers["ETag"]
    response = client.get("/en/", headers={"If-None-Match": etag})
    assert response.status_code == 304
    exactly(response, policy, **KEPT, ETag=etag)


def test_unchanged_start_page(client, policy):
    etag = client.get("/").headers["ETag"]
    response = client.get("/", headers={"If-None-Match": etag})
    assert response.status_code == 304
    own = {**KEPT, "Vary": "Accept-Language, Accept-Encoding"}
    exactly(response, policy, **own, ETag=etag)


def test_unchanged_worker(client):
    etag = client.get("/sw.js").headers["ETag"]
    response = client.get("/sw.js", headers={"If-None-Match": etag})
    assert response.status_code == 304
    exactly(response, WORKER_POLICY, **KEPT, ETag=etag)


def test_unchanged_static_file(client, policy):
    etag = client.get(asset("app.js")).headers["ETag"]
    response = client.get(asset("app.js"), headers={"If-None-Match": etag})
    assert response.status_code == 304
    exactly(response, policy, **IMMUTABLE, Vary="Accept-Encoding", ETag=etag)


def test_health(client, policy):
    exactly(
        client.get("/healthz"), policy, **NOT_KEPT, Content_Type="text/plain", Content_Length="3"
    )


@pytest.mark.parametrize("address", ["/nothing", "/en/nothing", "/xx/", "/sw.js/"])
def test_404(client, policy, address):
    response = client.get(address)
    assert response.status_code == 404
    exactly(response, policy, **NOT_KEPT, Content_Type=HTML, Content_Length=None)


def test_static_404(client, policy):
    response = client.get("/static/000000000000/app.js")
    assert response.status_code == 404
    exactly(response, policy, **NOT_KEPT, Content_Type="text/plain", Content_Length="4")


def test_405(client, policy):
    response = client.put("/en/")
    assert response.status_code == 405
    exactly(response, policy, **NOT_KEPT, Content_Type=HTML, Content_Length=None, Allow=None)


@pytest.mark.parametrize(
    "form, status", [({"no_such_field": "1"}, 400), ({"at": "x" * 40_000}, 413)]
)
def test_400_and_413(client, policy, form, status):
    response = client.post("/en/", data=form)
    assert response.status_code == status
    exactly(response, policy, **NOT_KEPT, Content_Type=HTML, Content_Length=None)


EMERGENCY = {"danger_now": "breathless"}


@pytest.mark.parametrize(
    "form, headers",
    [
        (EMERGENCY, {}),
        ({}, {}),
        ({"part": "danger"}, {}),
        ({"part": "switch"}, {}),
        (EMERGENCY, {"Sec-Fetch-Site": "cross-site"}),
    ],
    ids=["result", "errors", "danger part", "language switch", "cross-site"],
)
@pytest.mark.parametrize("code", ["en", "ar"])
def test_posted_check(client, policy, code, form, headers):
    response = client.post(f"/{code}/", data=form, headers=headers)
    assert response.status_code == 200
    exactly(response, policy, **NOT_KEPT, Content_Type=HTML, Content_Length=None)


def test_redirect(client, policy):
    own = {"Content_Type": HTML, "Content_Length": None, "Location": "/en/"}
    exactly(client.get("/en"), policy, **own)


def test_500_says_nothing_of_the_failure(caplog):
    app = create_app()

    @app.get("/en/broken")
    def broken():
        raise RuntimeError("canary: breathless")

    response = app.test_client().get("/en/broken?canary")
    assert response.status_code == 500
    assert parse(response.text).one("main").all("a", href="/en/danger")
    assert "canary" not in response.text + caplog.text and "Traceback" not in response.text
    policy = response.headers["Content-Security-Policy"]
    exactly(response, policy, **NOT_KEPT, Content_Type=HTML, Content_Length=None)


# ---- over https


EVERYWHERE = [
    "/",
    "/en/",
    "/sw.js",
    "/healthz",
    "/nothing",
    "/en",
    "/robots.txt",
    asset("app.js"),
]


@pytest.mark.parametrize("address", EVERYWHERE)
def test_https_is_for_a_year_where_it_is_https(client, address):
    assert HSTS[0] not in client.get(address).headers
    behind_http = client.get(address, headers={"X-Forwarded-Proto": "http"})
    assert HSTS[0] not in behind_http.headers
    direct = client.get(address, base_url="https://localhost")
    proxied = client.get(address, headers={"X-Forwarded-Proto": "https"})
    for response in (direct, proxied):
        assert response.headers.getlist(HSTS[0]) == [HSTS[1]]


@pytest.mark.parametrize("address", EVERYWHERE)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE"])
def test_no_answer_is_without_the_common_headers(client, policy, method, address):
    response = client.open(address, method=method)
    for name, value in COMMON.items():
        assert response.headers.getlist(name) == [value]
    expected = WORKER_POLICY if address == "/sw.js" else policy
    assert response.headers.getlist("Content-Security-Policy") == [expected]
    assert "Set-Cookie" not in response.headers and "Server" not in response.headers


# ---- what the policy forbids is not there


@pytest.fixture(scope="module")
def pages(app):
    """{name: tree} of every kind of HTML we send."""
    client = app.test_client()
    found = {}
    for code in CODES:
        for path in (*PATHS, "nothing"):
            found[f"/{code}/{path}"] = client.get(f"/{code}/{path}")
        for form in (EMERGENCY, {"walk": "<b onclick=x>", "calf_cm_sore": '"><i style=x>'}):
            found[f"POST /{code}/ {form}"] = client.post(f"/{code}/", data=form)
    return {name: parse(response.text) for name, response in found.items()}


def test_the_inline_stylesheets_are_those_the_policy_names(pages, policy):
    styles = [style for page in pages.values() for style in page.all("style")]
    assert len(styles) >= 2 * len(CODES)
    for text in {style.raw for style in styles}:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_nothing_else_is_inline(pages):
    for name, page in pages.items():
        for node in page.walk(inert=True):
            assert node.name not in ("object", "embed", "iframe", "frame", "base"), name
            assert "style" not in node.attributes, name
            assert not [a for a in node.attributes if a.startswith("on")], name
            assert not re.match(r"javascript:|data:", node["href"] or node["src"] or ""), name
            if node.name == "script":
                data = node["type"] == "application/json"
                assert data or (node["src"] and not node.raw.strip()), name


def test_the_rules_inside_the_page_cannot_end_their_script(content, book):
    trick = {**book, "version": "</script><b>"}
    with Flask("webapp").test_request_context():
        site = Site(content, trick, guide(content), languages(pseudo=False)[:1])
        page = parse(site.pages()["/en/"].decode())
    assert json.loads(page.one("script", id="book").raw) == json.loads(json.dumps(trick))
