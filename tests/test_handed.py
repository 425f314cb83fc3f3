"""The file that is handed on: what stands in it, and that it says how old it is."""

import base64
import gzip
import json
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.markup import parse
from webapp import create_app, handed, pages
from webapp.assets import SCRIPT, asset, files, integrity
from webapp.guide_pages import GUIDE
from webapp.languages import languages

ROOT = Path(__file__).parents[1]
MOST = 400_000  # bytes


@pytest.fixture(scope="module")
def client():
    return create_app().test_client()


def packed(html):
    """{address: text} of what stands in a file."""
    return json.loads(gzip.decompress(base64.b64decode(parse(html).one(id="packed").raw)))


def test_it_holds_the_check_the_danger_signs_the_numbers_and_the_guide_as_they_are(client):
    found = packed(client.get("/ar/genu.html").text)
    wanted = {f"/ar/{path}" for path in ("", "danger", "numbers", "parts", *GUIDE)}
    assert wanted <= set(found)
    assert set(found) <= {f"/ar/{path}" for path in (*pages.PAGES, "parts")} | {asset(SCRIPT)}
    for address, text in found.items():
        assert client.get(address).text == text


@pytest.mark.parametrize("code", [language.code for language in languages(pseudo=False)])
def test_it_is_small_enough_to_be_sent(client, code):
    assert len(client.get(f"/{code}/genu.html").data) <= MOST


def test_its_links_lead_into_it(client):
    found = packed(client.get("/ar/genu.html").text)
    outside = {f"/ar/{path}" for path in handed.NOT_IN_IT}  # the reader takes these links away
    for address, text in found.items():
        if not address.startswith("/ar/"):
            continue
        for link in parse(text).walk(inert=True):
            if link.name == "a" and (link["href"] or "").startswith("/ar/"):
                assert link["href"].split("#")[0] in {*found, *outside}, (address, link["href"])


def test_without_script_it_is_the_danger_signs(client):
    html = parse(client.get("/en/genu.html").text)
    assert "chest pain, coughing up blood" in html.one("main").text
    assert "nearest hospital" in html.one("main").text
    assert html.all("form") == html.all("button") == html.all("a") == []


def test_it_says_its_version_and_date_in_words(client):
    made = parse(client.get("/es/genu.html").text).one(id="made")
    assert made["data-made"] == handed.RELEASED.isoformat()
    assert f"de {handed.RELEASED.year}" in made.text
    version = parse(client.get("/es/offline").text).one(data_version=True).text
    assert version in made.text


def test_only_its_own_scripts_run_and_nothing_is_sent(client):
    html = parse(client.get("/en/genu.html").text)
    policy = html.one("meta", http_equiv="Content-Security-Policy")["content"]
    scripts = [node.raw for node in html.all("script") if not node["type"]]
    allowed = [integrity(text.encode()) for text in (*scripts, files()[SCRIPT].decode())]
    assert f"script-src {' '.join(map(repr, allowed))};" in policy
    assert policy.startswith("default-src 'none'") and "connect-src" not in policy
    assert "form-action 'none'" in policy


def test_it_is_saved_not_opened_and_not_kept(client):
    response = client.get("/en/genu.html")
    assert response.headers["Content-Disposition"] == 'attachment; filename="genu-en.html"'
    assert "/en/genu.html" not in client.get("/sw.js").text
    assert "/en/genu.html" not in client.get("/en/guide.json").json


def test_the_date_is_not_older_than_the_advice():
    log = ["git", "log", "-1", "--format=%cs", "--", "webapp/content", "static/js"]
    done = subprocess.run(log, cwd=ROOT, capture_output=True, text=True)
    if done.returncode or not done.stdout.strip():
        pytest.skip("no history")
    changed = date.fromisoformat(done.stdout.strip())
    assert handed.RELEASED > changed - timedelta(days=60), "set RELEASED in webapp/handed.py"
