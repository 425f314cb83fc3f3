"""The whole check with JavaScript off: one form, the server answers."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Page

from tests.browser.test_check import BOOK, CASES, CONTENT, asked, full
from webapp.triage.engine import shown_questions, triage

LEVEL_CASES = ("V01", "V02", "V03", "V04", "V06", "V08", "V10")


@pytest.fixture
def plain(phones: Any) -> Page:
    return phones(java_script_enabled=False).page()


def ticks(page: Page, answers: dict[str, Any]) -> None:
    """Tick in the form what a person with these answers would, and nothing that is not asked."""
    shown = shown_questions(BOOK, answers)
    for question in CONTENT.questions:
        given = answers.get(question.id)
        if question.id not in shown or question.id not in asked(answers):
            continue
        if question.type == "multi":
            rows = [r if how == "yes" else f"{r}?" for r, how in (given or {}).items()]
            values = rows or (["none"] if question.none else [])
        else:
            values = [str(given)]
        for value in values:
            tick(page, question.id, value)


def tick(page: Page, name: str, value: str) -> None:
    page.locator("label.pick", has=page.locator(f'[name="{name}"][value="{value}"]')).tap()


def sends(page: Page, part: str) -> None:
    with page.expect_navigation():
        page.locator(f"#check button[name=part][value={part}]").tap()


def entered(page: Page) -> set[tuple[str, str]]:
    found = page.eval_on_selector_all(
        "#check input:checked", "all => all.map(input => [input.name, input.value])"
    )
    return {(name, value) for name, value in found}


def level(page: Page) -> str:
    page.wait_for_selector("#result .level:visible")
    return str(page.locator("#result .level:visible").get_attribute("data-level"))


def problems(page: Page) -> list[str]:
    return page.eval_on_selector_all(".errors a", "all => all.map(a => a.hash)")


@pytest.mark.parametrize("id", LEVEL_CASES)
def test_the_whole_form_gives_the_level(plain, id):
    answers = full(CASES[id].answers)
    plain.goto("/en/")
    ticks(plain, answers)
    sends(plain, "all")
    assert level(plain) == triage(BOOK, asked(answers)).level
    said = plain.locator("#result").inner_text()
    assert "This is not a diagnosis" in said
    assert plain.locator("#result [data-answer=danger_now]").is_visible()


def test_the_cases_have_all_levels():
    levels = {triage(BOOK, asked(full(CASES[id].answers))).level for id in LEVEL_CASES}
    assert levels >= {"emergency", "urgent_today", "soon", "self_care"}


def test_every_question_is_there_before_anything_else(plain):
    plain.goto("/en/")
    shown = plain.eval_on_selector_all(
        "[data-question]",
        "all => all.filter(f => f.checkVisibility()).map(f => f.dataset.question)",
    )
    folded = {"calf_cm_sore", "calf_cm_other"}  # "Measure both calves" opens with a tap
    assert shown == [q.id for q in CONTENT.questions if q.block not in "JK" and q.id not in folded]
    assert plain.locator(".script-only:visible").count() == 0
    assert plain.locator("[data-do=next]:visible, [data-do=back]:visible").count() == 0


def test_danger_block_comes_first_with_its_own_button(plain):
    plain.goto("/en/")
    order = plain.eval_on_selector_all(
        "#check [data-question], #check button:not(.script-only)",
        "all => all.filter(e => e.checkVisibility()).map(e => e.dataset.question || e.value)",
    )
    assert order[:4] == ["danger_now", "limb_danger", "body_skin", "danger"]
    tick(plain, "limb_danger", "cold_pale_foot")
    sends(plain, "danger")
    assert level(plain) == "emergency"
    assert plain.locator("#result .call").is_visible()


def test_danger_block_without_an_emergency_leads_on(plain):
    plain.goto("/en/")
    for name in ("danger_now", "limb_danger", "body_skin"):
        tick(plain, name, "none")
    sends(plain, "danger")
    assert plain.locator(".level:visible").count() == 0
    assert "None of your answers so far is an emergency sign" in plain.inner_text("main")
    assert entered(plain) == {(name, "none") for name in ("danger_now", "limb_danger", "body_skin")}


def test_an_open_danger_screen_is_never_no(plain):
    plain.goto("/en/")
    sends(plain, "danger")
    assert problems(plain) == ["#f1", "#f2", "#f3"]
    assert plain.locator(".level:visible").count() == 0


def test_error_summary_leads_to_the_field(plain):
    answers = full(CASES["V03"].answers)
    del answers["walk"], answers["age_band"]
    plain.goto("/en/")
    ticks(plain, {**answers, "danger_now": {}})
    before = entered(plain)
    sends(plain, "all")
    plain.wait_for_selector(".errors")
    assert plain.title().startswith("Error")
    assert plain.locator("main > :first-child.errors").count() == 1
    walk = next(n for n, q in enumerate(CONTENT.questions, 1) if q.id == "walk")
    assert f"#f{walk}" in problems(plain)
    assert entered(plain) == before, "what was entered stays"
    link = plain.locator(f".errors a[href='#f{walk}']")
    assert "Can you walk" in link.inner_text()
    link.tap()
    assert plain.evaluate("document.querySelector(':target').id") == f"f{walk}"
    top = plain.locator(f"#f{walk}").bounding_box()
    assert top and -1 <= top["y"] < 300
    said = plain.locator(f"#f{walk} .error")
    assert said.is_visible()
    described = plain.locator(f"#f{walk}").get_attribute("aria-describedby")
    assert said.get_attribute("id") in (described or "").split()
    tick(plain, "walk", "limp")
    tick(plain, "age_band", "a40_54")
    sends(plain, "all")
    while problems(plain):  # age opened the pregnancy question
        for wanted in problems(plain):
            plain.locator(f"{wanted} label.none").tap()
        sends(plain, "all")
    assert level(plain) == "urgent_today"


def test_a_number_out_of_range_is_told_and_stays(plain):
    plain.goto("/en/")
    plain.locator("summary", has_text="Measure").tap()
    plain.locator("[name=calf_cm_sore]").fill("500")
    sends(plain, "all")
    field = plain.locator("[data-question=calf_cm_sore]")
    assert field.locator(".error").is_visible(), "its error is not hidden in a closed <details>"
    assert "10" in field.locator(".error").inner_text()
    assert field.locator("input").input_value() == "500"


@pytest.mark.parametrize("language", ["es", "ar"])
def test_language_switch_keeps_the_answers(plain, language):
    answers = full(CASES["V03"].answers)
    plain.goto("/en/")
    ticks(plain, answers)
    before = entered(plain)
    plain.locator(".languages summary").tap()
    with plain.expect_navigation():
        plain.locator(f"[data-language={language}]").tap()
    assert plain.get_attribute("html", "lang") == language
    assert entered(plain) == before
    sends(plain, "all")
    assert level(plain) == "urgent_today"


def test_language_switch_on_the_result_keeps_the_answers(plain):
    plain.goto("/en/")
    ticks(plain, full(CASES["V03"].answers))
    sends(plain, "all")
    assert level(plain) == "urgent_today"
    before = entered(plain)
    plain.locator(".languages summary").tap()
    with plain.expect_navigation():
        plain.locator("[data-language=es]").tap()
    assert plain.get_attribute("html", "lang") == "es"
    assert entered(plain) == before


def test_enter_in_a_field_sends_the_form_in_its_own_language(plain):
    """The language buttons stand before the form and belong to it."""
    plain.goto("/en/")
    plain.locator("summary", has_text="Measure").tap()
    plain.locator("[name=calf_cm_sore]").fill("38")
    with plain.expect_navigation():
        plain.locator("[name=calf_cm_sore]").press("Enter")
    assert plain.get_attribute("html", "lang") == "en"
    assert problems(plain)


def test_country_gives_its_number(plain):
    plain.goto("/en/")
    tick(plain, "danger_now", "breathless")
    plain.select_option("#country", "DE")
    sends(plain, "danger")
    assert level(plain) == "emergency"
    assert plain.locator("#result a[href='tel:112']").is_visible()


def test_change_on_the_result_leads_to_the_question(plain):
    plain.goto("/en/")
    ticks(plain, full(CASES["V03"].answers))
    sends(plain, "all")
    plain.locator("#result [data-answer=swelling] .change a").tap()
    field = plain.locator("[data-question=swelling]")
    assert field.is_visible()
    box = field.bounding_box()
    assert box and -1 <= box["y"] < 640
    tick(plain, "swelling", "calf")
    tick(plain, "swelling", "none")
    sends(plain, "all")
    assert level(plain) == triage(BOOK, asked(full(CASES["V03"].answers) | {"swelling": {}})).level


def test_only_posts_and_gets_to_the_own_host(phones, server):
    phone = phones(java_script_enabled=False)
    page = phone.page()
    page.goto("/en/")
    ticks(page, full(CASES["V03"].answers))
    sends(page, "all")
    level(page)
    posts = [r for r in phone.requests if r.method == "POST"]
    assert [r.url for r in posts] == [f"{server.url}/en/"]
    assert {r.method for r in phone.requests} == {"GET", "POST"}
    assert {urlsplit(r.url).netloc for r in phone.requests} == {urlsplit(server.url).netloc}
    assert not any("?" in r.url for r in phone.requests)
    assert phone.context.cookies() == []
    assert page.title() == "Genu"
    assert posts[0].response().headers["cache-control"] == "no-store"


@pytest.mark.row(42)
def test_back_after_a_result_never_shows_it_from_a_cache(plain):
    plain.goto("/en/")
    tick(plain, "danger_now", "breathless")
    sends(plain, "danger")
    level(plain)
    plain.goto("/en/danger")
    try:
        plain.go_back()
    except Error as error:
        assert "ERR_CACHE_MISS" in error.message
    assert plain.locator("#result .level:visible").count() == 0
