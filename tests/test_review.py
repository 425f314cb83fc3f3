"""The record of who read which translation back is of today's English, and is told as it is."""

from datetime import date

import pytest
from babel.dates import format_date

from tests.markup import parse
from webapp.content.schema import Content
from webapp.i18n import catalogue
from webapp.languages import COMPLETE
from webapp.review import counts, digest, review

UNCHECKED = (
    "This translation has not been checked by a health professional who speaks this language."
)


def test_every_language_has_its_record():
    codes = [language.code for language in COMPLETE[1:]]
    assert set(review()["languages"]) == set(codes) == set(review()["disagreements"])
    for found in review()["disagreements"].values():
        assert found
        assert all(one["en"] and one["decision"] and one["kind"] for one in found)


def test_a_reader_who_misses_more_than_1_in_10_planted_errors_does_not_count():
    """By review.json; i18n guide 3.6, step 5."""
    assert set(review()["readers"]) == set(review()["languages"])
    for reader in review()["readers"].values():
        assert reader["planted"] >= 80 and reader["found"] >= 0.9 * reader["planted"]


def test_changed_english_is_a_draft_again(content: Content):
    done, whole = counts(content)["es"]
    assert 0.9 < done / whole <= 1
    assert review()["texts"][digest("Call for an ambulance now")]["state"] == "back-checked"
    assert digest("Call for an ambulance later") not in review()["texts"]


def test_the_page_of_the_languages_tells_the_counts(client, content):
    told = parse(client.get("/en/languages").text).one("dl", class_="counts").text
    for done, whole in counts(content).values():
        assert f"{done} / {whole}" in told


def signed(code: str) -> bool:
    """A health professional who speaks the language has signed every text of danger and care."""
    return bool(review().get("signed", {}).get(code))


@pytest.mark.parametrize("language", COMPLETE[1:], ids=lambda language: language.code)
def test_start_and_result_say_that_nobody_has_signed_and_lead_to_the_counts(client, language):
    assert language.checked <= signed(language.code), "checked by whom? say so in review.json"
    page = client.get(f"/{language.code}/").text
    result = parse(
        page[page.index('<template id="outcome">') :].split("</template>")[0] + "</template>"
    )
    lines = [parse(page).one("footer").one(data_status=True)]
    lines += [node for node in result.walk(inert=True) if "data-status" in node.attributes]
    assert len(lines) == (0 if language.checked else 2)
    for line in lines:
        said = catalogue(language.code).get(UNCHECKED).string
        assert said in line.text and UNCHECKED in line.text
        (link,) = [node for node in line.walk(inert=True) if node.name == "a"]
        assert link["href"] == f"/{language.code}/languages#checked"
    counted = parse(client.get(f"/{language.code}/languages").text)
    day = format_date(date.fromisoformat(review()["date"]), "long", language.locale)
    assert counted.one(id="checked") and " ".join(day.split()) in counted.one("main").text
