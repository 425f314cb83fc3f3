"""The guide: every cause, card, exercise and remedy has its place, and no dose stands on a page."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from tests.markup import parse
from webapp.guide_pages import CAUSE_GROUPS
from webapp.languages import languages
from webapp.pages import PAGES

SHIPPED = [language.code for language in languages(pseudo=False)]


def tree(client, path):
    return parse(client.get(path).text)


def ids(page):
    return {node["id"] for node in page.walk() if node["id"]}


@pytest.mark.parametrize("code", SHIPPED)
def test_every_entry_has_its_anchor(client, content, code):
    causes = {c.id: c.group for c in content.conditions}
    assert set(causes.values()) == set(CAUSE_GROUPS)
    for group in CAUSE_GROUPS:
        own = {id for id, of in causes.items() if of == group}
        assert own <= ids(tree(client, f"/{code}/causes/{group}"))
    assert {c.id for c in content.cards} <= ids(tree(client, f"/{code}/care"))
    assert {e.id for e in content.exercises} <= ids(tree(client, f"/{code}/exercises"))
    assert {r.id for r in content.remedies} <= ids(tree(client, f"/{code}/remedies"))
    assert {f"src-{id}" for id in content.sources} <= ids(tree(client, f"/{code}/sources"))
    assert {f"rule-{rule.id}" for rule in content.rules} <= ids(tree(client, f"/{code}/rules"))


def test_no_dose_stands_on_a_page(client, content):
    doses = [step for card in content.cards if card.group == "medicine" for step in card.steps]
    assert len(doses) > 10
    shared = [s for card in content.cards if card.group != "medicine" for s in card.steps]
    for path in PAGES:
        text = client.get(f"/en/{path}").text
        assert [d for d in doses if d in text and d not in shared] == [], path


def test_the_page_of_the_guide_sends_to_the_check_first(client):
    for path in ("guide", "care", "exercises", "remedies", "causes/vessel"):
        main = tree(client, f"/en/{path}").one("main")
        first = next(node for node in main.walk() if node.name == "a")
        assert first["href"] == "/en/#q1", path


def test_the_index_leads_to_every_cause(client, content):
    links = {a["href"] for a in tree(client, "/en/guide").all("a", href=True)}
    assert {f"/en/causes/{c.group}#{c.id}" for c in content.conditions} <= links


def test_every_exercise_has_its_drawing_and_its_count(client, content):
    page = tree(client, "/en/exercises")
    for exercise in content.exercises:
        article = next(n for n in page.all("article") if n["id"] == exercise.id)
        assert article.all("svg")
        told = [int(article[f"data-{name}"]) for name in ("sets", "repeats", "hold")]
        assert told == [exercise.sets, exercise.repeats, exercise.hold_seconds]


@pytest.mark.parametrize("path", ["causes/nerve", "care", "exercises", "remedies"])
def test_linked_data_is_of_the_page(client, content, path):
    data = json.loads(tree(client, f"/es/{path}").one("script", type="application/ld+json").raw)
    assert (data["@type"], data["inLanguage"]) == ("MedicalWebPage", "es")
    parts = data.get("about", []) + data.get("hasPart", [])
    assert {part["@id"][1:] for part in parts} <= ids(tree(client, f"/es/{path}"))
    if path == "exercises":
        assert len(parts) == len(content.exercises)


def test_sitemap_lists_every_page_in_every_language(client):
    response = client.get("/sitemap.xml", headers={"X-Forwarded-Proto": "https"})
    assert response.mimetype == "application/xml"
    found = [node.text for node in ET.fromstring(response.text).iter() if node.tag.endswith("loc")]
    codes = {re.match(r"https://localhost/([\w-]+)/", place)[1] for place in found}
    assert set(SHIPPED) <= codes
    assert len(found) == len(set(found)) == len(codes) * len(PAGES)
    assert client.get(found[-1].removeprefix("https://localhost")).status_code == 200


def test_a_rule_of_the_public_page_names_its_source_and_proofs(client, content):
    page = tree(client, "/en/rules")
    proofs = {id for id in ids(page) if id.startswith("proof-")}
    for rule in content.rules:
        article = next(n for n in page.all("article") if n["id"] == f"rule-{rule.id}")
        assert rule.reason in " ".join(article.text.split())
        links = [a["href"] for a in article.all("a", href=True)]
        assert any("/sources#src-" in link for link in links), rule.id
        assert {link[1:] for link in links if link.startswith("#proof-")} <= proofs
