"""Wrong words can be passed on: by the person, by hand, without any of their answers."""

import pytest

from tests.browser.test_check import BOOK, CLOT

NAMED = f"Genu {BOOK['version']}\n"
SHARED = "window.shared = []; navigator.share = async (data) => void shared.push(data.text);"


def wording(page):
    page.locator("[data-module=wording] summary").tap()
    return page.locator("[data-module=wording] textarea")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_tapped_sentence_can_be_shared(phones, language):
    phone = phones()
    phone.context.add_init_script(SHARED)
    page = phone.page()
    page.goto(f"/{language}/danger")
    text = wording(page)
    page.locator("[data-wording=pick]").tap()
    line = page.locator("main li").first
    line.tap()
    told = f"{NAMED}/{language}/danger\n{line.inner_text().strip()}\n"
    assert text.input_value() == told
    sent = len(phone.requests)
    page.locator("[data-wording=share]").tap()
    assert page.evaluate("shared") == [told]
    page.locator("[data-wording=copy]").tap()
    page.wait_for_selector("[data-module=wording] [role=status]:visible")
    assert len(phone.requests) == sent


def test_nothing_is_answered_or_opened_while_words_are_picked(person):
    person.comes_to("walk", CLOT)
    given = person.given()
    text = wording(person.page)
    for what in ("label.pick", "[data-do=next]"):
        person.page.locator("[data-wording=pick]").tap()
        person.screen.locator(what).first.tap()
        assert person.questions() == ["walk"] and person.given() == given
        assert text.input_value().startswith(f"{NAMED}/en/\n")
        assert len(text.input_value().split("\n")) >= 4
    person.page.locator("[data-wording=pick]").tap()
    person.page.locator("[data-wording=pick]").tap()  # left again
    person.screen.locator("label.pick").first.tap()
    assert person.given() != given


def test_the_text_holds_no_answer(person):
    person.comes_to("result", CLOT)
    text = wording(person.page)
    person.page.locator("[data-wording=pick]").tap()
    for answer in (".yours dd", ".why li", "[data-fits] li"):
        person.page.locator(f"#result {answer}").first.tap()
        assert text.input_value() == f"{NAMED}/en/\n"
    person.page.locator("#result .level h1").tap()
    assert text.input_value().startswith(f"{NAMED}/en/\n")
    person.page.reload()
    assert person.page.locator("[data-module=wording] textarea").input_value() == f"{NAMED}/en/\n"


def test_without_script_the_text_is_there_to_be_written_in_and_copied(phones):
    page = phones(java_script_enabled=False).page()
    page.goto("/en/danger")
    assert wording(page).input_value() == f"{NAMED}/en/danger\n"
    assert page.locator("[data-module=wording] button:visible").count() == 0
    page.goto("/en/privacy")
    assert page.locator("main button:visible").count() == 0
