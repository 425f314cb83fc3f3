"""What a phone keeps: the worker's list is whole and true, and the manifests are what stores ask."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest
from flask import Flask
from PIL import Image

from tests.markup import parse
from webapp import create_app, offline, pages
from webapp.content.load import digest as version_of
from webapp.content.load import guide
from webapp.guide_pages import GUIDE
from webapp.i18n import translator
from webapp.languages import languages
from webapp.triage.engine import triage

ROOT = Path(__file__).parents[1]
LANGUAGES = {language.code: language for language in languages(pseudo=True)}
SHIPPED = [language.code for language in languages(pseudo=False)]


@pytest.fixture(scope="module")
def build(app):
    """The list inside the worker, with the list of each language's guide."""
    client = app.test_client()
    lists = {code: client.get(f"/{code}/guide.json").json for code in LANGUAGES}
    return build_of(client.get("/sw.js").text) | {"guides": lists}


def build_of(script):
    return json.loads(re.search(r"^const BUILD = (\{.*\});$", script, re.M)[1])


def kept(build, *codes):
    """{address: integrity} of what a phone with these languages holds."""
    parts = [build[part][code] for part in ("packs", "guides") for code in codes or build["packs"]]
    return {
        address: digest for part in (build["shared"], *parts) for address, digest in part.items()
    }


# ---- the list


def test_every_listed_file_is_there_with_its_digest(client, build):
    for address, digest in kept(build).items():
        response = client.get(address)
        assert response.status_code == 200, address
        known = base64.b64encode(hashlib.sha256(response.data).digest()).decode()
        assert digest == f"sha256-{known}", address


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_is_its_pages_parts_and_manifest_the_guide_last(build, code):
    files = ("parts", "shell", "guide.json", "manifest.webmanifest")
    own = {f"/{code}/{path}" for path in (*pages.PAGES, *files)}
    guide = {f"/{code}/{path}" for path in (*GUIDE, "parts", "about", "shell")}
    assert set(build["guides"][code]) == guide
    assert set(build["packs"][code]) == own - guide


def test_packs_are_the_languages_on_offer(build):
    assert set(build["packs"]) == set(build["lastResort"]) == set(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_everything_a_page_needs_is_kept_with_it(client, build, code):
    held = kept(build, code)
    for path in pages.PAGES:
        for node in parse(client.get(f"/{code}/{path}").text).walk(inert=True):
            needed = node["src"] or (node["href"] if node.name in ("link", "use") else None)
            if needed and node["rel"] not in ("alternate", "canonical", "sitemap"):
                assert urlsplit(needed).path in held, (path, needed)


def test_links_between_kept_pages_stay_inside_the_pack(client, build):
    for code in SHIPPED:
        held = set(kept(build))
        for path in pages.PAGES:
            for link in parse(client.get(f"/{code}/{path}").text).all("a", href=True):
                if link["download"]:
                    continue  # the one file: made on the phone when there is no internet
                target = urlsplit(link["href"])
                assert target.scheme == "tel" or not target.path or target.path in held


@pytest.fixture(scope="module")
def shipped():
    """The app as it is served: without the generated languages in its lists."""
    return create_app({"PSEUDO": False}).test_client()


@pytest.mark.parametrize("code", SHIPPED)
def test_a_phone_keeps_at_most_250_kb(shipped, code):
    """All of a language, the worker too (the danger signs of other languages in it apart)."""

    def size(address):
        response = shipped.get(address, headers={"Accept-Encoding": "br"})
        return len(response.data)

    script = shipped.get("/sw.js").text
    build = build_of(script)
    own = {**build, "lastResort": {code: build["lastResort"][code]}}
    worker = brotli.compress((json.dumps(own) + script.split("\n", 2)[2]).encode())
    pages = {*build["shared"], *build["packs"][code], *shipped.get(f"/{code}/guide.json").json}
    assert len(worker) + sum(map(size, pages)) <= 250_000


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_size_said_of_a_language_is_at_most_a_fifth_too_high(client, build, code):
    own = [path for part in ("packs", "guides") for path in build[part][code]]
    loaded = (client.get(path, headers={"Accept-Encoding": "br"}) for path in own)
    size = sum(len(response.data) for response in loaded) / 1000
    assert size <= build["sizes"][code] <= size * 1.2


def test_rules_in_the_worker_are_the_rules_in_its_pages(client, build, book, content):
    assert build["medicine"] == version_of([book["version"], guide(content)])
    for code in SHIPPED:
        page = parse(client.get(f"/{code}/").text)
        assert json.loads(page.one("script", id="book").raw) == json.loads(json.dumps(book))


# ---- the page inside the worker


@pytest.mark.parametrize("code", LANGUAGES)
def test_last_resort_holds_every_emergency_sign_in_its_language(build, content, code):
    page = parse(build["lastResort"][code])
    html = page.one("html")
    assert (html["lang"], html["dir"]) == (code, LANGUAGES[code].dir)
    said = {li.text for li in page.all("li")}
    say = translator(LANGUAGES[code])
    for number, group in enumerate(content.card("safety_net").groups, 1):
        for n, line in enumerate(group.items, 1):
            assert say(f"card.safety_net.groups.{number}.items.{n}", line) in said
    assert page.one("h1").text and len(page.all("h2")) == number + 1  # the languages kept


SIGNS = {  # each tick that alone is an emergency, and words of the line that names it
    "breathless": "breathing",
    "chest_pain": "chest pain",
    "cough_blood": "coughing up blood",
    "collapse": "fainting",
    "confused": "mixed up",
    "bad_colour": "lips",
    "cold_pale_foot": "cold, pale or blue foot",
    "bone_wound": "bone",
    "heavy_bleed": "bleeding",
    "saddle_bladder": "numb between the legs",
    "both_legs_weak": "both legs",
}


def test_list_of_danger_signs_names_every_tick_that_alone_is_an_emergency(content, book):
    alone = {
        row
        for question in book["questions"]
        if question["type"] == "multi"
        for row in question["options"]
        if triage(book, {question["id"]: {row: "yes"}}, finished=False).level == "emergency"
    }
    assert alone == set(SIGNS)
    (urgent,) = [g for g in content.card("safety_net").groups if g.level == "emergency"]
    said = " ".join(urgent.items).lower()
    assert [row for row, words in SIGNS.items() if words not in said] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_last_resort_needs_nothing_else(build, code):
    page = parse(build["lastResort"][code])
    for node in page.walk(inert=True):
        assert node.name not in ("script", "link", "style", "img", "svg", "form"), node.name
        assert not {"src", "style", "action"} & set(node.attributes)
        assert node["href"] in (None, f"/{code}/", *(f"/{other}/danger" for other in LANGUAGES))


def test_worker_holds_the_engine_without_its_exports(client):
    script = client.get("/sw.js").text
    assert "function triage(" in script
    assert not re.search(r"^(export|import) ", script, re.M)


# ---- its version

VERSION_OF = """
import json, os, sys
from pathlib import Path
from flask import Flask
from webapp import offline, pages
from webapp.content.load import book, guide, load
from webapp.languages import languages

def version():
    content = load()
    with Flask("webapp").test_request_context():
        site = pages.Site(content, book(content), guide(content), languages()[1:2])
        return offline.bodies(site)["/sw.js"].decode().split('"')[1]

for name, file, old, new in json.load(sys.stdin):
    text = Path(file).read_text(encoding="utf-8")
    assert old in text, (file, old)
    Path(file).write_text(text.replace(old, new, 1), encoding="utf-8")
    print(name, flush=True, end="\\t")
    if os.fork() == 0:  # a process of its own: nothing remembered
        print(version(), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0
    Path(file).write_text(text, encoding="utf-8")
"""
CHANGES = [
    ("nothing", "static/js/sw.js", "// Body", "// Body"),
    ("a page", "webapp/templates/pages/about.html", "<h1>", '<h1 class="x">'),
    ("a text", "webapp/content/rules.yaml", "has to be ruled out today", "must be ruled out"),
    ("a rule", "webapp/content/rules.yaml", "WELLS >= 4", "WELLS >= 5"),
    ("a translation", "translations/es/LC_MESSAGES/messages.po", "Llame a una", "Pida una"),
    ("the last resort", "webapp/templates/components/last_resort.html", "<h1>", '<h1 class="x">'),
    ("a script", "static/js/touch.js", "const DOUBLE = 250;", "const DOUBLE = 251;"),
    ("the engine", "static/js/triage.js", "const MAX_REASONS = 3;", "const MAX_REASONS = 4;"),
    ("the worker", "static/js/sw.js", "const PAINT = 120;", "const PAINT = 121;"),
    ("the stylesheet", "static/css/check.css", "{", "{ top: auto;"),
]  # fmt: skip


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    """The worker's version after each change, in a copy of the app."""
    copy = tmp_path_factory.mktemp("app")
    for part in ("webapp", "static", "translations"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-c", VERSION_OF],
        input=json.dumps(CHANGES),
        text=True,
        capture_output=True,
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split("\t") for line in done.stdout.splitlines())


@pytest.mark.parametrize("what", [name for name, *_ in CHANGES if name != "nothing"])
def test_version_changes_with_what_a_phone_keeps(versions, what):
    assert re.fullmatch("[0-9a-f]{12}", versions[what])
    assert [name for name, version in versions.items() if version == versions[what]] == [what]


def test_version_is_the_same_for_the_same_files_elsewhere(versions, content, book):
    with Flask("webapp").test_request_context():
        site = pages.Site(content, book, guide(content), languages(pseudo=False)[1:2])
        script = offline.bodies(site)["/sw.js"].decode()
    assert script.split('"')[1] == versions["nothing"]


def test_kill_switch_replaces_the_worker(monkeypatch):
    monkeypatch.setenv("GENU_WORKER", "off")
    response = create_app().test_client().get("/sw.js")
    assert response.data == (ROOT / "static" / "js" / "sw-off.js").read_bytes()
    assert response.headers["Cache-Control"].startswith("no-cache")
    assert "unregister()" in response.text and 'startsWith("genu-")' in response.text
    assert not re.search("localStorage|sessionStorage|indexedDB", response.text)


# ---- manifests


@pytest.fixture(scope="module")
def manifests(app):
    client = app.test_client()
    found = {code: client.get(f"/{code}/manifest.webmanifest") for code in LANGUAGES}
    assert {r.content_type for r in found.values()} == {"application/manifest+json"}
    return {code: response.get_json(force=True) for code, response in found.items()}


@pytest.mark.parametrize("code", LANGUAGES)
def test_manifest_says_what_is_installed(manifests, code):
    manifest, language = manifests[code], LANGUAGES[code]
    assert manifest["display"] == "standalone" and manifest["name"]
    assert 0 < len(manifest["short_name"]) <= 12
    assert 0 < len(manifest["description"]) <= 324
    assert (manifest["lang"], manifest["dir"]) == (code, language.dir)
    assert {"health", "medical"} == set(manifest["categories"])
    assert not manifest.get("prefer_related_applications") and "orientation" not in manifest
    for colour in ("background_color", "theme_color"):
        assert re.fullmatch("#[0-9a-f]{6}", manifest[colour])


@pytest.mark.parametrize("code", LANGUAGES)
def test_manifest_starts_its_own_language_inside_the_workers_scope(client, manifests, code):
    manifest = manifests[code]
    assert (manifest["scope"], manifest["start_url"]) == ("/", f"/{code}/")
    page = parse(client.get(manifest["start_url"]).text)
    light = page.one("meta", name_="theme-color", media="(prefers-color-scheme: light)")
    assert manifest["theme_color"] == light["content"]


def test_it_is_one_app_in_every_language(manifests):
    assert {manifest["id"] for manifest in manifests.values()} == {"/"}


def test_localised_members_are_what_each_manifest_says_itself(manifests):
    def localised(item, member, code):
        value = item[f"{member}_localized"][code]
        if isinstance(value, dict):
            assert (value["lang"], value["dir"]) == (code, LANGUAGES[code].dir)
            return value["value"]
        return value

    for manifest in manifests.values():
        for code, own in manifests.items():
            for member in ("name", "short_name", "description"):
                assert localised(manifest, member, code) == own[member]
            for shortcut, same in zip(manifest["shortcuts"], own["shortcuts"], strict=True):
                assert localised(shortcut, "name", code) == same["name"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_shortcuts_open_without_internet(client, build, manifests, code):
    targets = [urlsplit(shortcut["url"]) for shortcut in manifests[code]["shortcuts"]]
    assert [t.path for t in targets] == [f"/{code}/danger", f"/{code}/", f"/{code}/numbers"]
    assert all(t.path in build["packs"][code] and not t.query for t in targets)
    ids = {node["id"] for node in parse(client.get(f"/{code}/").text).walk()}
    assert {t.fragment for t in targets} - {""} <= ids


def pictures(manifest):
    yield from manifest["icons"]
    yield from manifest["screenshots"]
    for shortcut in manifest["shortcuts"]:
        yield from shortcut["icons"]


@pytest.mark.parametrize("code", ["en", "ar"])
def test_every_picture_has_the_type_and_size_it_states(client, manifests, code):
    for picture in pictures(manifests[code]):
        response = client.get(picture["src"])
        assert (response.status_code, response.mimetype) == (200, picture["type"])
        if picture["type"] == "image/svg+xml":
            assert picture["sizes"] == "any" and b"viewBox" in response.data
            continue
        with Image.open(BytesIO(response.data)) as image:
            assert "{}x{}".format(*image.size) == picture["sizes"], picture["src"]
            assert picture["type"] == f"image/{image.format.lower()}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_icons_for_every_launcher(manifests, code):
    icons = {(icon["purpose"], icon["sizes"]) for icon in manifests[code]["icons"]}
    squares = {
        (purpose, size) for purpose in ("any", "maskable") for size in ("192x192", "512x512")
    }
    assert squares | {("monochrome", "512x512")} <= icons


@pytest.mark.parametrize("code", LANGUAGES)
def test_screenshots_are_as_stores_take_them(manifests, code):
    shots = manifests[code]["screenshots"]
    assert len(shots) <= 8
    ratios = {}
    for shot in shots:
        width, height = map(int, shot["sizes"].split("x"))
        assert min(width, height) >= 320 and max(width, height) <= 3840
        assert max(width, height) <= 2.3 * min(width, height)
        assert shot["type"] in ("image/png", "image/jpeg") and shot["label"]
        assert (shot["form_factor"] == "wide") == (width > height)
        ratios.setdefault(shot["form_factor"], set()).add(width / height)
    assert all(len(found) == 1 for found in ratios.values())
    assert not shots or set(ratios) == {"narrow", "wide"}
