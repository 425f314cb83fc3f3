"""Below the result: care, what to leave out, causes, a dose after three questions; and the guide."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phone
from tests.browser.person import Person
from tests.browser.test_check import BOOK, CASES, CONTENT, MILD, asked, full
from tests.browser.test_offline import READY
from webapp.content.load import guide as make_guide
from webapp.triage import guide as engine
from webapp.triage.engine import triage

GUIDE = make_guide(CONTENT)
MINOR = full(CASES["V01"].answers, age_band="a16_17")
SWOLLEN = full(CASES["V89"].answers)
BLOCK_J = ["medicines", "med_safety", "weight_low"]
FINE: dict[str, Any] = {"medicines": {}, "med_safety": {}, "weight_low": "no"}
KIDNEY = {**FINE, "med_safety": {"kidney": "yes"}}
LIGHT = {**FINE, "weight_low": "yes"}
MEDICINES = {card.id for card in CONTENT.cards if card.group == "medicine"}
PLAN = "#result [data-part=visit]"


def at_result(person: Person, answers: dict[str, Any]) -> Page:
    """Be at the result with the plan below it, every fold open."""
    person.comes_to("result", answers)
    return unfolded(person)


def unfolded(person: Person) -> Page:
    person.page.wait_for_selector(PLAN)
    person.page.evaluate(
        "for (const fold of document.querySelectorAll('#result details')) fold.open = true"
    )
    return person.page


def answers_block_j(person: Person, answers: dict[str, Any]) -> Page:
    """Tap "Answer 3 questions" in the first medicine card, answer them, be at the result again."""
    person.taps("medicine")
    for question in BLOCK_J:
        assert person.questions() == [question]
        person.answers_screen(answers)
    assert person.place() == "result"
    return unfolded(person)


def cards(page: Page, part: str = "") -> set[str]:
    """Return the cards below the result, all or those with a certain part in them."""
    found = page.eval_on_selector_all(
        f"#result [data-card]:has({part or 'summary'})", "all => all.map(card => card.dataset.card)"
    )
    return set(found)


def left_out(page: Page) -> dict[str, str]:
    found = page.eval_on_selector_all(
        "#result [data-left]",
        "all => all.map(li => [li.dataset.left, li.querySelector('span').textContent.trim()])",
    )
    return dict(found)


def expected(answers: dict[str, Any]) -> dict[str, engine.Care]:
    """Return what the server's engine says of each card."""
    outcome = triage(BOOK, answers)
    found = engine.causes(BOOK, GUIDE, answers, outcome)
    return {care.id: care for care in engine.care(BOOK, GUIDE, answers, outcome, found)}


# ---- a dose


def test_no_dose_before_the_three_questions(person):
    page = at_result(person, MILD)
    assert person.result().level == "self_care"
    assert cards(page, "[data-ask]") == MEDICINES
    assert page.locator("#result :is([data-dose], [data-no-dose])").count() == 0
    assert "1000 mg" not in page.locator("#result").inner_text()


def test_a_dose_after_three_answers_that_speak_for_it(person):
    at_result(person, MILD)
    page = answers_block_j(person, FINE)
    assert cards(page, "[data-dose]") == MEDICINES
    assert page.locator("#result :is([data-ask], [data-no-dose])").count() == 0
    assert page.locator("[data-card=otc_paracetamol] [data-dose] .steps").is_visible()
    assert person.result().level == "self_care"
    assert "genu.draft" not in person.stored()


@pytest.mark.parametrize("given", [KIDNEY, LIGHT], ids=["kidney", "under 50 kg"])
def test_no_dose_with_a_check_set(person, given):
    at_result(person, MILD)
    page = answers_block_j(person, given)
    wanted = {c.id for c in expected(asked(MILD) | given).values() if c.dose} & MEDICINES
    assert "otc_paracetamol" not in wanted
    assert cards(page, "[data-dose]") == wanted
    said = page.locator("[data-card=otc_paracetamol] [data-no-dose]")
    assert said.locator("li").count() >= 1
    assert "Ask a pharmacist or doctor first." in said.inner_text()
    assert "1000 mg" not in page.locator("[data-card=otc_paracetamol]").inner_text()


def test_no_dose_for_a_minor_even_with_every_answer_kept(person):
    page = at_result(person, MINOR)
    assert page.locator("#result :is([data-dose], [data-ask])").count() == 0
    assert page.locator("#result [data-minor]").is_visible()
    page.evaluate(
        "answers => sessionStorage.setItem('genu.result', JSON.stringify({answers, at: Date.now()}))",
        asked(MINOR) | FINE,
    )
    page.reload()
    unfolded(person)
    assert page.locator("#result [data-dose]").count() == 0
    assert MEDICINES <= set(left_out(page))


def test_only_some_of_the_three_answered_gives_no_dose(person):
    at_result(person, MILD)
    person.taps("medicine")
    person.none()
    person.none()
    person.back().back().back()
    assert person.place() == "result"
    page = unfolded(person)
    assert page.locator("#result [data-dose]").count() == 0
    assert cards(page, "[data-ask]") == MEDICINES


def test_back_from_the_first_medicine_question_returns_to_the_result(person):
    at_result(person, MILD)
    before = person.result()
    person.taps("medicine")
    assert person.questions() == ["medicines"]
    person.back()
    assert person.result() == before
    page = unfolded(person)
    assert cards(page, "[data-ask]") == MEDICINES


def test_the_browsers_back_from_the_first_medicine_question_too(person):
    at_result(person, MILD)
    before = person.result()
    person.taps("medicine").goes_back_in_the_browser()
    assert person.result() == before
    page = unfolded(person)
    assert page.locator("#result [data-dose]").count() == 0
    assert not person.stopped(), "it did not stop: it is the whole result"


def test_medicine_questions_taken_up_after_a_reload_are_all_asked(person):
    at_result(person, MILD)
    person.taps("medicine")
    person.none()
    person.page.reload()
    person.page.wait_for_selector(".screen.on [data-question=med_safety]")
    person.none()
    assert person.questions() == ["weight_low"]
    person.chooses("weight_low", "no")
    assert cards(unfolded(person), "[data-dose]") == MEDICINES


def test_the_check_itself_never_asks_them(person):
    person.starts()
    while person.place() != "result":
        assert not set(person.questions()) & set(BLOCK_J)
        person.answers_screen(MILD)


# ---- what to leave out, causes


def test_a_swollen_calf_leaves_massage_out_and_says_why(person):
    page = at_result(person, SWOLLEN)
    assert person.result().level == "urgent_today"
    left = left_out(page)
    assert "massage" in left
    assert len(left["massage"]) > 20
    assert "massage" not in cards(page)
    assert page.locator("[data-left=massage]").is_visible()
    hidden = {care.id for care in expected(asked(SWOLLEN)).values() if care.state == "hidden"}
    assert not hidden & cards(page)


def test_the_cause_to_rule_out_stands_first_with_the_own_answers(person):
    page = at_result(person, SWOLLEN)
    first = page.locator("#result [data-cause]").first
    assert first.locator("[data-first]").is_visible()
    assert page.locator("#result [data-fits] li").first.is_visible()


def test_a_stopped_emergency_shows_no_plan(person):
    person.starts().ticks("danger_now", "breathless").goes_on()
    person.page.wait_for_timeout(500)
    assert person.page.locator("#result [data-card]").count() == 0
    assert person.page.locator("#result a[href='/en/guide']").is_visible()


# ---- when things are missing


def test_the_plan_is_there_with_the_server_dead(phones, own_server):
    phone = phones(server=own_server, service_workers="allow")
    person = phone.person().opens()
    person.page.evaluate(READY)
    own_server.stop()
    page = at_result(person, MILD)
    assert cards(page) >= MEDICINES
    page = answers_block_j(person, FINE)
    assert cards(page, "[data-dose]") == MEDICINES
    page.locator("#result a[href^='/en/exercises'][href$='#phase1']").first.tap()
    page.wait_for_selector("#phase1 h2")
    phone.expect_faults("ERR_CONNECTION_REFUSED", "Failed to fetch")


def test_parts_that_do_not_arrive_leave_the_links_to_the_guide(phone):
    phone.expect_faults("ERR_FAILED")
    person = phone.person()
    person.page.route("**/en/parts", lambda route: route.abort())
    person.comes_to("result", MILD)
    person.page.wait_for_timeout(500)
    assert person.result().level == "self_care"
    for page in ("guide", "exercises"):
        assert person.page.locator(f"#result [data-part=guide] a[href='/en/{page}']").is_visible()
    assert not person.page.locator("#broken").is_visible()


def test_the_guide_of_other_rules_stays_out(phone):
    """A new release took over since the page was opened: its doses are not for these questions."""

    def newer(route):
        answer = route.fetch()
        route.fulfill(
            response=answer,
            body=re.sub('data-medicine="[^"]+"', 'data-medicine="new"', answer.text()),
        )

    person = phone.person()
    person.page.route("**/en/parts", newer)
    person.comes_to("result", MILD)
    person.page.wait_for_timeout(500)
    assert person.result().level == "self_care"
    assert person.page.locator("#result [data-card]").count() == 0
    assert person.page.locator("#result [data-part=guide] a[href='/en/guide']").is_visible()


def test_a_second_try_brings_the_parts_that_did_not_arrive(phone):
    phone.expect_faults("ERR_FAILED")
    person = phone.person()
    person.page.route("**/en/parts", lambda route: route.abort())
    person.comes_to("result", MILD)
    person.page.wait_for_timeout(300)
    person.page.unroute("**/en/parts")
    person.changes("walk").goes_on()
    person.page.wait_for_selector(PLAN)


# ---- without script


def test_without_script_the_server_prints_the_same_plan(phones):
    page = phones(java_script_enabled=False).page()
    page.goto("/en/")
    assert page.locator(".medicine:visible").count() == 0
    for name, answer in asked(MILD).items():
        values = [*(answer or {"none": 1})] if isinstance(answer, dict) else [str(answer)]
        for value in values:
            box = page.locator(f'[name="{name}"][value="{value}"]')
            if box.count():
                page.locator("label.pick", has=box).tap()
    send(page)
    assert page.locator("#result [data-dose]").count() == 0
    assert page.locator("#result [data-ask]").count() == len(MEDICINES)
    page.locator("[data-card=otc_paracetamol] summary").first.tap()
    page.locator("[data-card=otc_paracetamol] [data-ask] a").tap()
    for name, answer in FINE.items():
        value = "none" if isinstance(answer, dict) else answer
        box = page.locator(f'[name="{name}"][value="{value}"]')
        page.locator("label.pick", has=box).tap()
    send(page)
    assert page.locator("#result [data-dose]").count() == len(MEDICINES)


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#check button[name=part][value=all]").tap()
    page.wait_for_selector(PLAN)


# ---- the guide's pages


def test_find_a_name_narrows_the_list_and_says_when_none_fits(page):
    page.goto("/en/guide")
    page.wait_for_selector("html.js")
    names = page.locator("#names li:visible")
    every = names.count()
    assert every == len(CONTENT.conditions)
    page.locator("#find").fill("BAKER")
    expect(names.first).to_contain_text("Baker")
    assert 1 <= names.count() < 5
    page.locator("#find").fill("xyzxyz")
    expect(names).to_have_count(0)
    assert page.locator("[data-none]").is_visible()
    page.locator("#find").fill("")
    expect(names).to_have_count(every)
    assert page.locator("[data-none]").is_hidden()


def test_every_link_of_the_guide_leads_to_something(page):
    page.goto("/en/guide")
    page.wait_for_selector("html.js")
    links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    pages: dict[str, set[str]] = {}
    for link in sorted(set(links)):
        path, _, part = link.partition("#")
        pages.setdefault(path or "/en/guide", set()).add(part)
    for path, parts in pages.items():
        response = page.goto(path)
        assert response and response.status == 200, path
        ids = set(page.eval_on_selector_all("[id]", "all => all.map(e => e.id)"))
        assert parts - {""} <= ids, path


# ---- the exercise session


def train(phone: Phone, phase: int = 1) -> Page:
    page = phone.page()
    page.goto("/en/exercises")
    page.wait_for_selector("html.js")
    page.locator(f"[data-do=train][data-phase='{phase}']").tap()
    page.wait_for_selector(".session:visible")
    return page


def of_phase(phase: int, hold: bool) -> list[int]:
    """Return the places in a phase of the exercises that are held for some seconds, or not."""
    within = [exercise for exercise in CONTENT.exercises if phase in exercise.phases]
    return [n for n, exercise in enumerate(within) if bool(exercise.hold_seconds) is hold]


def kept(page: Page) -> dict[str, str]:
    return page.evaluate("({...localStorage, ...sessionStorage})")


def test_a_session_shows_one_exercise_after_the_other_to_the_end(phone):
    page = train(phone)
    names = [exercise.name for exercise in CONTENT.exercises if 1 in exercise.phases]
    assert page.locator("main > :visible").count() == 1, "the page is out of the way"
    for name in names:
        title = page.locator(".session h2")
        expect(title).to_have_text(name)
        assert page.evaluate("document.activeElement.textContent") == name
        assert page.locator(".session [data-part=picture] ol li").count() >= 1
        assert page.locator(".session [data-part=dose]").inner_text()
        page.locator(".session [data-do=skip]").tap()
    assert page.locator(".session [data-part=finished]").is_visible()
    assert page.locator(".session [data-do=begin]").is_hidden()
    page.locator(".session [data-do=leave]").tap()
    assert page.locator(".session").is_hidden()
    assert page.locator("h1").is_visible()
    assert kept(page) == {}


def test_repeats_are_counted_by_taps(phone):
    phase = next(n for n in (1, 2, 3) if of_phase(n, hold=False))
    page = train(phone, phase)
    for _ in range(of_phase(phase, hold=False)[0]):
        page.locator(".session [data-do=skip]").tap()
    count = page.locator(".session .count")
    before = count.inner_text()
    assert before.startswith("Set 1 of ")
    page.locator(".session [data-do=begin]").tap()
    page.locator(".session [data-do=done]").tap()
    assert "repeat 2 of" in count.inner_text()


def test_a_hold_is_counted_down_can_pause_and_stops_at_the_end(phone):
    phase = next(n for n in (1, 2, 3) if of_phase(n, hold=True))
    page = train(phone, phase)
    for _ in range(of_phase(phase, hold=True)[0]):
        page.locator(".session [data-do=skip]").tap()
    clock = page.locator(".session .clock")
    whole = int(clock.inner_text())
    assert whole > 0
    page.locator(".session [data-do=begin]").tap()
    expect(clock).to_have_text(str(whole - 1), timeout=3000)
    page.locator(".session [data-do=pause]").tap()
    left = clock.inner_text()
    page.wait_for_timeout(1300)
    assert clock.inner_text() == left
    page.locator(".session [data-do=leave]").tap()
    page.wait_for_timeout(1300)
    assert page.locator(".session").is_hidden()


def test_the_phase_is_kept_only_when_asked_and_goes_with_erase(phone):
    page = train(phone, 2)
    assert kept(page) == {}
    page.locator(".session [data-do=remember]").check()
    assert [*kept(page)] == ["genu.phase"]
    page.locator(".session [data-do=remember]").uncheck()
    assert kept(page) == {}
    page.locator(".session [data-do=remember]").check()
    page.goto("/en/privacy")
    page.wait_for_selector("html.js")
    page.locator("[data-module=erase] button").tap()
    page.wait_for_selector("[data-module=erase] [data-part=said]:visible")
    assert kept(page) == {}
