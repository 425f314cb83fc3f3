"""The record of who read which translation back is of today's English, and is told as it is."""

from tests.markup import parse
from webapp.content.schema import Content
from webapp.languages import COMPLETE
from webapp.review import counts, digest, review


def test_every_language_has_its_record():
    codes = [language.code for language in COMPLETE[1:]]
    assert set(review()["languages"]) == set(codes) == set(review()["disagreements"])
    for found in review()["disagreements"].values():
        assert found
        assert all(one["en"] and one["decision"] and one["kind"] for one in found)


def test_changed_english_is_a_draft_again(content: Content):
    done, whole = counts(content)["es"]
    assert 0.9 < done / whole <= 1
    assert digest("Call for an ambulance now") in review()["read_back"]
    assert digest("Call for an ambulance later") not in review()["read_back"]


def test_the_page_of_the_languages_tells_the_counts(client, content):
    told = parse(client.get("/en/languages").text).one("dl", class_="counts").text
    for done, whole in counts(content).values():
        assert f"{done} / {whole}" in told
