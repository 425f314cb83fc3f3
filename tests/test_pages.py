"""Every page in every language: its language, its links, what caches may do with it, and 404s."""

import gzip
import hashlib
import re
from urllib.parse import urljoin, urlsplit

import brotli
import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.markup import parse
from webapp.assets import SERVED_AT_ROOT, asset, files, tree_hash
from webapp.languages import languages
from webapp.pages import PAGES

CODES = [language.code for language in languages(pseudo=True)]
CAUSES = "vessel joint ligament_cushion muscle_tendon nerve infection bone_growth child whole_body"
PATHS = (
    *("", "danger", "numbers", "offline", "languages", "privacy", "about"),
    *("guide", "care", "exercises", "remedies", "rules", "sources"),
    *(f"causes/{group}" for group in CAUSES.split()),
)
PLACES = [(code, path) for code in CODES for path in PATHS]
RIGHT_TO_LEFT = {"ar", "ar-XB", "ckb", "fa", "he", "ps", "ur"}
DECODE = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}

KEPT = ["/en/danger", "/ar/numbers", "/es/", "/en/manifest.webmanifest", "/sw.js"]

every_page = pytest.mark.parametrize("code, path", PLACES, ids=[f"/{c}/{p}" for c, p in PLACES])


@pytest.fixture(scope="module")
def trees(app):
    """Every page as a tree, by address."""
    client = app.test_client()
    return {(code, path): parse(client.get(f"/{code}/{path}").text) for code, path in PLACES}


def raw(app, path, method="GET", **headers):
    """Send a path as it is: (status, headers, body)."""
    environ = EnvironBuilder(method=method, headers=headers).get_environ()
    environ["PATH_INFO"] = environ["REQUEST_URI"] = environ["RAW_URI"] = path
    body, status, sent = run_wsgi_app(app.wsgi_app, environ)
    return int(status[:3]), sent, b"".join(body)


def test_no_page_is_forgotten_here():
    assert set(PATHS) == set(PAGES)


# ---- what a page says of itself


@every_page
def test_page_has_its_language_and_direction(client, trees, code, path):
    response = client.get(f"/{code}/{path}")
    assert (response.status_code, response.mimetype) == (200, "text/html")
    html = trees[code, path].one("html")
    assert (html["lang"], html["dir"]) == (code, "rtl" if code in RIGHT_TO_LEFT else "ltr")


@every_page
def test_page_names_its_address_and_its_other_languages(client, code, path):
    response = client.get(f"/{code}/{path}", headers={"X-Forwarded-Proto": "https"})
    links = re.findall(r'<([^>]*)>; rel="(\w+)"(?:; hreflang="([^"]*)")?', response.headers["Link"])
    assert links[0] == (f"https://localhost/{code}/{path}", "canonical", "")
    others = {language: address for address, _, language in links[1:]}
    first_view = path == ""  # no more than it must carry; sitemap.xml has the rest
    assert others == ({} if first_view else {c: f"https://localhost/{c}/{path}" for c in CODES})


@every_page
def test_page_links_its_manifest_and_icons(trees, code, path):
    head = trees[code, path].one("head")
    assert head.one("link", rel="manifest")["href"] == f"/{code}/manifest.webmanifest"
    assert head.one("link", rel="apple-touch-icon") and head.one("link", rel="icon")
    assert head.one("title").text and head.one("meta", name_="description")["content"]


@every_page
def test_page_can_be_zoomed_and_every_id_stands_once(trees, code, path):
    page = trees[code, path]
    assert not re.search("maximum|user-scalable", page.one("meta", name_="viewport")["content"])
    ids = [node["id"] for node in page.walk() if "id" in node.attributes]
    assert sorted(ids) == sorted(set(ids)) and all(ids)


@every_page
def test_every_name_of_a_language_is_marked_as_that_language(trees, code, path):
    links = trees[code, path].one("details", class_="languages").all("li")
    assert [(li["lang"], li["dir"] == "rtl") for li in links] == [
        (other, other in RIGHT_TO_LEFT) for other in CODES
    ]


def addresses(page):
    """Everything a page points to, templates included."""
    for node in page.walk(inert=True):
        yield from filter(None, map(node.__getitem__, ("href", "src", "action", "formaction")))


def test_only_telephone_links_leave_the_site(trees):
    wild = {a for page in trees.values() for a in addresses(page) if a[0] not in "/#"}
    assert [a for a in wild if not re.fullmatch(r"tel:\d+", a)] == []
    assert not any(a.startswith("//") for page in trees.values() for a in addresses(page))


def test_every_link_of_every_page_leads_somewhere(client, trees):
    ids = {f"/{c}/{p}": {n["id"] for n in page.walk()} for (c, p), page in trees.items()}
    links = {
        urlsplit(urljoin(f"/{code}/{path}", address))
        for (code, path), page in trees.items()
        for address in addresses(page)
        if not address.startswith("tel:")
    }
    places = {link.path for link in links}
    assert sorted(place for place in places if client.get(place).status_code != 200) == []
    lost = [u.geturl() for u in links if u.fragment and u.fragment not in ids[u.path]]
    assert lost == []


# ---- what is kept


@every_page
def test_page_may_be_kept_as_it_is(client, code, path):
    response = client.get(f"/{code}/{path}")
    assert "Set-Cookie" not in response.headers
    assert response.headers.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    assert response.headers["Cache-Control"] == "no-cache, no-transform"


@every_page
def test_page_has_a_strong_etag_and_answers_304(client, code, path):
    address = f"/{code}/{path}"
    etag = client.get(address).headers["ETag"]
    assert re.fullmatch(r'"[\w+-]{16,}"', etag)
    answer = client.get(address, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("known", ['"other", {}', "W/{}", '"other", W/{}', "*"])
@pytest.mark.parametrize("address", KEPT)
def test_a_cache_may_ask_with_a_weak_etag_or_several(client, address, known):
    etag = client.get(address).headers["ETag"]
    answer = client.get(address, headers={"If-None-Match": known.format(etag)})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)


@pytest.mark.parametrize("address", ["/", *KEPT, "/robots.txt", asset("app.js")])
def test_a_date_alone_never_says_unchanged(client, address):
    for since in ("Thu, 01 Jan 2026 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"):
        headers = {"If-Modified-Since": since}
        assert client.get(address, headers=headers).status_code == 200


def test_every_page_has_an_etag_of_its_own(client):
    etags = {client.get(f"/{code}/{path}").headers["ETag"] for code, path in PLACES}
    assert len(etags) == len(PLACES)


@pytest.mark.parametrize("address", KEPT)
def test_an_etag_comes_from_the_content_alone(client, address):
    response = client.get(address)
    assert response.headers["ETag"] == f'"{hashlib.sha256(response.data).hexdigest()[:16]}"'


@pytest.mark.parametrize("address", KEPT)
def test_all_encodings_are_the_same_text(client, address):
    plain = client.get(address)
    assert "Content-Encoding" not in plain.headers
    for accepted, encoding in (("br", "br"), ("gzip", "gzip"), ("gzip, deflate, br", "br")):
        response = client.get(address, headers={"Accept-Encoding": accepted})
        assert response.headers["Content-Encoding"] == encoding
        assert DECODE[encoding](response.data) == plain.data
        assert len(response.data) < len(plain.data)


@pytest.mark.parametrize(
    "accepted, encoding",
    [
        ("", None),
        ("identity", None),
        ("deflate", None),
        ("br;q=0", None),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0, br;q=0", None),
        ("brotli", None),
        ("gzip;q=0.5, br;q=0.1", "br"),
    ],
)
def test_only_an_encoding_that_is_accepted_is_sent(client, accepted, encoding):
    response = client.get("/en/danger", headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == encoding


@pytest.mark.parametrize("address", [*KEPT, "/", "/healthz"])
def test_head_has_the_headers_of_get_and_no_body(client, address):
    get, head = client.get(address), client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    assert sorted(head.headers) == sorted(get.headers)


def test_what_follows_a_question_mark_changes_nothing(client):
    assert client.get("/en/?utm_source=x&walk=limp").data == client.get("/en/").data


# ---- static files


@pytest.mark.parametrize("name", list(files()))
def test_static_file_is_immutable_under_its_hash(client, name):
    address = asset(name)
    assert re.fullmatch(rf"/static/[0-9a-f]{{12}}/{re.escape(name)}", address)
    response = client.get(address)
    data = files()[name]
    assert (response.status_code, response.data) == (200, data)
    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert response.headers["ETag"] == f'"{hashlib.sha256(data).hexdigest()[:16]}"'
    again = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["app.js", "css/app.css", "icons/icon.svg"])
def test_static_text_travels_compressed(client, name):
    data = files()[name]
    for encoding in ("br", "gzip"):
        response = client.get(asset(name), headers={"Accept-Encoding": encoding})
        assert response.headers["Content-Encoding"] == encoding
        assert DECODE[encoding](response.data) == data


@pytest.mark.parametrize(
    "name, kind",
    [
        ("app.js", "text/javascript; charset=utf-8"),
        ("css/app.css", "text/css; charset=utf-8"),
        ("icons/icon.svg", "image/svg+xml"),
        ("icons/icon-192.png", "image/png"),
    ],
)
def test_static_file_has_its_type(client, name, kind):
    assert client.get(asset(name)).content_type.replace('"', "") == kind


@pytest.mark.parametrize(
    "address, kind", [("/favicon.ico", "image/x-icon"), ("/robots.txt", "text/plain")]
)
def test_files_at_the_root(client, address, kind):
    response = client.get(address)
    assert (response.status_code, response.mimetype) == (200, kind)
    assert "immutable" not in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    [
        "/static/",
        "/static/x",
        "/static/app.js",
        "/static/000000000000/app.js",
        f"/static/{tree_hash()}/",
        f"/static/{tree_hash()}/js/",
        f"/static/{tree_hash()}/js/main.js",
        f"/static/{tree_hash()}/js/sw.js",
        f"/static/{tree_hash()}/{SERVED_AT_ROOT.name}/robots.txt",
        f"/static/{tree_hash()}/../webapp/pages.py",
        f"/static/{tree_hash()}/app.js%00",
    ],
)
def test_unknown_static_file_is_a_plain_404_that_nobody_keeps(client, address):
    response = client.get(address)
    assert (response.status_code, response.mimetype) == (404, "text/plain")
    assert response.headers["Cache-Control"] == "no-store"
    assert "<" not in response.text


# ---- pages that are not there


@pytest.mark.parametrize(
    "address, asked, code",
    [
        ("/es/nothing", "", "es"),
        ("/ar/nothing/at/all", "en", "ar"),
        ("/nothing", "ar-EG, en;q=0.5", "ar"),
        ("/nothing/", "xx", "en"),
        ("/de/", "", "en"),
        ("/de/danger", "es", "es"),
        ("/danger.html", "", "en"),
        ("/en/sw.js", "ar", "en"),
        ("/de/manifest.webmanifest", "es", "es"),
    ],
)
def test_404_is_in_the_persons_language_and_leads_to_the_danger_signs(client, address, asked, code):
    response = client.get(address, headers={"Accept-Language": asked})
    assert response.status_code == 404
    leads_to_the_danger_signs(response, code)


def leads_to_the_danger_signs(response, code):
    page = parse(response.text)
    assert page.one("html")["lang"] == code
    assert page.one("main").all("a", href=f"/{code}/danger")
    assert page.one("main").one("h1").text
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "method, address, allowed",
    [
        ("POST", "/es/danger", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/es/", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("DELETE", "/es/about", {"GET", "HEAD", "OPTIONS"}),
        ("TRACE", "/es/numbers", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/es/manifest.webmanifest", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_405_is_in_the_persons_language_and_says_what_is_allowed(client, method, address, allowed):
    response = client.open(address, method=method, headers={"Accept-Language": "ar"})
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == allowed
    leads_to_the_danger_signs(response, "es")


# ---- the way in


@pytest.mark.parametrize(
    "asked, code",
    [
        ("es-MX", "es"),
        ("ar-EG", "ar"),
        ("ar-SY,ar;q=0.9", "ar"),
        ("ES", "es"),
        ("AR-eg", "ar"),
        ("de, es;q=0.5", "es"),
        ("en;q=0.1, ar;q=0.9", "ar"),
        ("es;q=0.8, en-GB;q=0.9", "en"),
        ("es;q=0, ar;q=0.1", "ar"),
        ("es;q=0", "en"),
        ("de", "en"),
        ("zh-Hans-CN, *;q=0.1", "en"),
        ("*", "en"),
        ("", "en"),
        ("x" * 4000, "en"),
        (", ;;q=a, -", "en"),
    ],
)
def test_start_speaks_the_language_the_browser_asks_for(client, asked, code):
    response = client.get("/", headers={"Accept-Language": asked})
    assert response.status_code == 200
    assert response.data == client.get(f"/{code}/").data
    vary = {name.strip() for name in response.headers["Vary"].split(",")}
    assert vary == {"Accept-Language", "Accept-Encoding"}


def test_start_answers_304_only_for_its_own_language(client):
    etag = client.get("/", headers={"Accept-Language": "es"}).headers["ETag"]
    for asked, status in (("es", 304), ("ar", 200)):
        headers = {"Accept-Language": asked, "If-None-Match": etag}
        answer = client.get("/", headers=headers)
        assert answer.status_code == status
        assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["danger/", "danger//", "Danger", "causes/vessel/"])
def test_an_address_with_a_slash_or_capitals_too_many_leads_to_its_page(client, path):
    response = client.get(f"/es/{path}")
    assert response.status_code == 308
    assert response.headers["Location"] == f"/es/{path.strip('/').lower()}"
    assert client.get("/es/dangers/").status_code == 404


@pytest.mark.parametrize("code", CODES)
def test_a_language_without_its_slash_is_redirected(client, code):
    response = client.get(f"/{code}")
    assert (response.status_code, response.headers["Location"]) == (308, f"/{code}/")


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/",
        "//evil.example/en/",
        "//en//",
        "/en//danger",
        "/en/..",
        "/en/../sw.js",
        "/../../etc/passwd",
        "/\\evil.example",
        "/en\x00",
        "/en/\x00",
        "/\x00/",
        "/en/danger\r\nX-Evil: 1",
        "/en/\xff",
        "/\xff\xfe/",
        "/%65n/",
        "/static//evil.example",
        "/static/../pages.py",
        "*",
        "",
        "/" + "x" * 9000,
        "/" * 3000,
        "/en/" * 500,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_odd_paths_give_no_error_and_lead_nowhere_else(app, method, path):
    status, headers, body = raw(app, path, method)
    assert status in (200, 308, 404, 405)
    target = urlsplit(headers.get("Location", "/"))
    assert target.netloc in ("", "localhost") and target.path.startswith("/")
    assert not target.path.startswith("//") and "X-Evil" not in headers
    assert b"Traceback" not in body


def test_health_says_ok_to_nobody_in_particular(client):
    response = client.get("/healthz")
    assert (response.status_code, response.data) == (200, b"ok\n")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers


def test_a_deployment_may_offer_fewer_languages(monkeypatch):
    monkeypatch.setenv("GENU_LANGUAGES", "fr sw xx")
    assert [one.code for one in languages(pseudo=False)] == ["en", "fr", "sw"]
