"""The check on a phone, as a person goes through it."""

import contextlib
import json
import re
from typing import Any

import pytest
from playwright.sync_api import Error, Page

from tests.browser.conftest import Phone
from tests.browser.person import Person
from tests.conftest import launch
from tests.triage.plain import expand
from webapp.content.load import book as make_book
from webapp.content.load import load
from webapp.triage.engine import LEVELS, triage

CONTENT = load()
BOOK = make_book(CONTENT)
CASES = {case.id: case for case in CONTENT.cases}
EACH = 6  # golden cases walked of each level
HOUR = 3600
NOON = 1_800_000_000  # seconds; any moment will do

# Loose words of the questions' ids and texts that may not leave the form
HEALTH = re.compile(
    "|".join(
        {q.id for q in CONTENT.questions if q.id not in {"side", "walk", "course", "health"}}
        | {o.id for q in CONTENT.questions for o in q.options if "_" in o.id}
        | {"knee", "pain", "urgent", "emergency", "answers"}
    )
)


def full(short: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return every answer of a short case, with the spot on the map that the check insists on."""
    answers = expand(CONTENT, BOOK, {**short, **more})
    answers["pain_place"] = answers["pain_place"] or {"behind_middle": "yes"}
    return answers


def asked(answers: dict[str, Any]) -> dict[str, Any]:
    """Return the answers to what the check asks before its first result."""
    skip = {q.id for q in CONTENT.questions if q.optional or q.block in "JK"}
    return {name: answer for name, answer in answers.items() if name not in skip}


def golden() -> list[Any]:
    """Return cases of every level, spread over the file, that the first result alone decides."""
    chosen = []
    for level in LEVELS:
        fit = [
            case
            for case in CONTENT.cases
            if case.level == level and triage(BOOK, asked(full(case.answers))).level == level
        ]
        chosen += fit[:: max(1, len(fit) // EACH)][:EACH]
    return chosen


MILD = full(CASES["V01"].answers)
CLOT = full(CASES["V03"].answers)
LUNG = full(CASES["V02"].answers)


# ---- the result


@pytest.fixture(scope="module")
def one_phone(browser, server):
    phone = Phone(browser, server)
    yield phone.person()
    phone.context.close()
    assert phone.faults == []


@pytest.mark.parametrize("case", golden(), ids=lambda case: f"{case.id}-{case.level}")
def test_golden_case_by_touch(one_phone, case):
    """One person after the other on the same phone: nothing of the last one stays."""
    person = one_phone
    answers = full(case.answers)
    person.starts()
    assert person.given() == {}
    person.answers(answers)
    outcome = triage(BOOK, asked(answers))
    assert person.result() == (case.level, tuple(sorted(outcome.reasons + outcome.more)))


def test_the_walk_has_all_five_levels():
    assert {case.level for case in golden()} == set(LEVELS)
    assert len(golden()) >= 25


def test_the_result_restates_every_answer_and_says_it_is_no_diagnosis(person):
    person.comes_to("result", CLOT)
    person.page.locator("#result .yours").scroll_into_view_if_needed()
    said = person.page.locator("#result").inner_text()
    assert "This is not a diagnosis" in said
    restated = person.page.eval_on_selector_all(
        "#result [data-answer]", "rows => rows.map(row => row.dataset.answer)"
    )
    asked_now = [q for q in asked(CLOT) if q in restated]
    assert {"danger_now", "limb_danger", "body_skin", "age_band", "swelling", "side"} <= set(
        asked_now
    )
    assert "The calf is swollen" in said


def test_more_questions_after_the_result(person):
    person.comes_to("result", MILD)
    person.taps("more")
    assert person.questions() == ["pain_quality"]
    person.answers({**MILD, "seen_before": "no"})
    assert person.result().level == "self_care"
    assert person.page.locator("#result [data-answer=seen_before]").count() == 1


# ---- urgent things on the way


def test_an_emergency_stops_at_once_and_can_be_continued(person):
    person.starts().none()
    person.ticks("limb_danger", "cold_pale_foot").goes_on()
    assert person.result().level == "emergency"
    assert person.stopped()
    assert person.page.locator("#result .call").is_visible()
    person.taps("continue")
    assert person.questions() == ["body_skin"]
    person.answers({**CLOT, "limb_danger": {"cold_pale_foot": "yes"}})
    assert person.result().level == "emergency"
    assert not person.stopped()
    assert "genu.draft" not in person.stored()


@pytest.mark.parametrize("kept", ['"XX"', '{"a":1}', "7", "{"])
def test_a_kept_country_that_is_none_does_not_hide_the_emergency(person, kept):
    person.opens()
    person.page.evaluate("kept => localStorage.setItem('genu.country', kept)", kept)
    person.starts().ticks("danger_now", "breathless").goes_on()
    assert person.result().level == "emergency"
    person.page.select_option("#country", "DE")
    assert person.page.locator("#result a[href='tel:112']").is_visible()


def test_a_call_button_that_fails_does_not_hide_the_emergency(phone):
    phone.expect_faults("error:")
    person = phone.person().opens()
    person.page.evaluate("document.getElementById('call').remove()")
    person.taps("start").ticks("danger_now", "breathless").goes_on()
    assert person.result().level == "emergency"
    assert not person.page.locator("#broken").is_visible()


def test_not_sure_on_a_danger_sign_stops_as_yes_does(person):
    person.starts().is_unsure("danger_now", "breathless").goes_on()
    assert person.result().level == "emergency"


def test_yes_not_sure_and_none_shut_each_other_out(person):
    person.starts().ticks("danger_now", "breathless").is_unsure("danger_now", "breathless")
    assert person.ticked("danger_now") == ["breathless?"]
    person.ticks("danger_now", "breathless", "chest_pain")
    assert person.ticked("danger_now") == ["breathless", "chest_pain"]
    person.none()
    person.back()
    assert person.ticked("danger_now") == ["none"]


def test_an_emergency_taken_back_and_another_found_stops_again(person):
    person.starts().ticks("danger_now", "breathless").goes_on()
    person.taps("continue").back()
    person.none()
    person.none()
    person.ticks("body_skin", "skin_blister_black").ticks("body_skin", "very_unwell", "fever")
    person.goes_on()
    if person.place() != "result":  # this one needs more than the skin alone
        person.back().back()
        person.ticks("limb_danger", "bone_wound").goes_on()
    assert person.stopped()
    assert person.result().level == "emergency"


def test_emergency_then_all_answers_then_change_shows_the_new_result(person):
    person.starts().answers(LUNG)
    assert person.result().level == "emergency"
    person.changes("danger_now")
    person.none()
    person.answers(LUNG | {"danger_now": {}})
    assert person.result().level == triage(BOOK, asked(LUNG | {"danger_now": {}})).level


@pytest.mark.parametrize(
    ("rows", "banner"),
    [
        ([], ""),
        (["very_unwell"], None),
        (["fever"], None),
        (["dark_pee"], None),
        (["hot_red_knee", "fever"], None),
        (["skin_spreading"], None),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_banner_of_the_first_three_screens(person, rows, banner):
    """Firm when a same-day rule fires that nothing can lift, soft when a later answer may."""
    early = {"danger_now": {}, "limb_danger": {}, "body_skin": dict.fromkeys(rows, "yes")}
    fired = set(triage(BOOK, early, finished=False).rules)
    today = [r for r in BOOK["rules"] if r["id"] in fired and r["level"] == "urgent_today"]
    firm = [r for r in today if '"NO_' not in json.dumps(r["when"])]
    expected = "firm" if firm else "soft" if today else ""
    assert banner is None or banner == expected
    person.starts().none().none()
    person.ticks("body_skin", *rows).goes_on()
    assert person.banner() == expected
    person.chooses("age_band", "a40_54")
    assert person.banner() == expected


def test_both_banners_are_among_the_tried_ones():
    kinds = set()
    for row in ("fever", "dark_pee", "hot_red_knee", "skin_spreading"):
        early = {"danger_now": {}, "limb_danger": {}, "body_skin": {row: "yes"}}
        fired = set(triage(BOOK, early, finished=False).rules)
        today = [r for r in BOOK["rules"] if r["id"] in fired and r["level"] == "urgent_today"]
        kinds |= {"NO_" in json.dumps(r["when"]) for r in today}
    assert kinds == {True, False}


# ---- going back, changing


def test_back_keeps_every_later_answer(person):
    person.starts().answers(CLOT, until="swelling")
    given = person.given()
    assert len(given) >= 7
    while person.questions() != ["danger_now"]:
        person.back()
    assert person.given() == given
    for _ in range(4):
        person.goes_on()
    assert person.given() == given


def test_browser_back_keeps_every_later_answer(person):
    person.starts().answers(CLOT, until="walk")
    given = person.given()
    places = []
    while person.place() != "start":
        places.append(person.questions()[0])
        person.goes_back_in_the_browser()
    assert places[-1] == "danger_now"
    assert person.given() == given
    person.page.go_forward(wait_until="commit")
    person.page.wait_for_selector("#q1.on")
    assert person.given() == given


def test_back_on_the_first_question_leads_to_the_start(person):
    person.starts().back()
    assert person.place() == "start"


def test_change_one_answer_from_the_result_and_come_back(person):
    person.comes_to("result", CLOT)
    given = person.given()
    assert person.result().level == "urgent_today"
    person.changes("swelling")
    assert person.questions() == ["swelling"]
    assert person.given() == given
    person.none()
    assert person.place() == "result", "a change leads straight back when nothing new is asked"
    assert person.result().level == triage(BOOK, asked(CLOT | {"swelling": {}})).level
    assert person.given() == {k: v for k, v in given.items() if k != "swelling"}
    assert "genu.draft" not in person.stored()


def test_a_change_that_opens_a_question_asks_it_before_the_result(person):
    person.comes_to("result", MILD)
    person.changes("onset").chooses("onset", "cramp")
    person.answers(MILD | {"onset": "cramp"}, until="cramp_check")
    person.ticks("cramp_check", "most_nights").goes_on()
    person.answers(MILD | {"onset": "cramp", "cramp_check": {"most_nights": "yes"}})
    assert "cramp_check" in person.page.locator("#result .answers").inner_html()


def test_browser_back_after_a_change_never_shows_the_old_result(person):
    """A stale "home care" after ticking a danger sign would be a false all-clear."""
    person.comes_to("result", MILD)
    assert person.result().level == "self_care"
    person.changes("danger_now").ticks("danger_now", "breathless")
    person.page.go_back(wait_until="commit")
    person.page.wait_for_timeout(300)
    if person.place() == "result":
        assert person.result().level == "emergency"


def test_hidden_follow_ups_do_not_count_after_their_parent_changed(person):
    cramp = MILD | {"onset": "cramp", "cramp_check": {"dirty_wound": "yes"}}
    without = triage(BOOK, asked(MILD))
    person.comes_to("result", cramp)
    assert person.result().level == triage(BOOK, asked(cramp)).level
    assert person.result().level != without.level
    person.changes("onset").chooses("onset", "gradual_use")
    person.answers(MILD)
    assert person.result().level == without.level
    assert person.page.locator("#result [data-answer=cramp_check]").count() == 0


SHAKY = """(first) => {
  const tap = (target, clientX, clientY) => {
    const touch = {bubbles: true, cancelable: true, pointerType: "touch", detail: 1, clientX, clientY};
    target.dispatchEvent(new PointerEvent("pointerup", touch));
    target.dispatchEvent(new MouseEvent("click", touch)); // older phones do not say what clicked
  };
  const middle = (target) => {
    const {left, top, width, height} = target.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  const [x, y] = middle(first);
  tap(first, x, y);
  for (const [right, down] of [[0, 0], [16, 0], [0, 16], [-16, -16]]) {
    const hit = document.elementFromPoint(x + right, y + down)?.closest("label.pick, .next, .back");
    if (hit) tap(hit, x + right, y + down);
  }
  for (const button of document.querySelectorAll(".screen.on :is(.next, .back)")) tap(button, ...middle(button));
}"""


@pytest.mark.parametrize(
    ("at", "value", "then"),
    [("danger_now", "none", "limb_danger"), ("age_band", "a16_17", "pregnancy")],
)
def test_a_double_tap_goes_on_once_and_never_answers_the_next_screen(person, at, value, then):
    """The second tap of a shaky hand, there or on a button, must not tick or skip a screen."""
    person.comes_to(at, MILD)
    person.label(at, value).scroll_into_view_if_needed()
    person.page.evaluate(SHAKY, person.label(at, value).element_handle())
    person.page.wait_for_timeout(700)
    assert person.questions() == [then]
    assert person.ticked(then) == []
    person.none()
    assert person.questions() != [then], "after that moment a tap counts again"


# ---- required answers


def test_a_single_choice_is_needed(person):
    person.comes_to("onset", MILD).stays_on()
    said = person.page.locator(".error.needed:visible")
    assert said.inner_text() == "Please choose an answer."
    assert person.page.evaluate("document.activeElement.closest('.needed') !== null")


def test_the_place_of_the_pain_needs_one_spot(person):
    person.comes_to("pain_place", MILD)
    person.chooses("side", "left").stays_on()
    assert person.page.locator(".error.needed:visible").count() == 1
    person.taps_spot("behind_inner", "left").goes_on()
    assert person.questions() == ["swelling"]


def test_calf_measure_out_of_range_is_told_at_the_field(person):
    person.comes_to("calf_check", CLOT)
    person.screen.locator("summary").tap()
    for wrong in ("5", "abc", "500"):
        person.field("calf_cm_sore").locator("input").fill(wrong)
        person.stays_on()
        assert "10" in person.field("calf_cm_sore").locator(".error").inner_text()
        assert person.field("calf_cm_sore").locator("input").input_value() == wrong
    person.field("calf_cm_sore").locator("input").fill("٣٨٫٥")
    person.goes_on()


# ---- keyboard and screen reader


def test_keyboard_alone_and_arrow_keys_do_not_jump(person):
    person.opens()
    press = person.page.keyboard.press
    person.page.locator("[data-do=start]").focus()
    press("Enter")
    person.page.wait_for_selector("#q1.on")
    for _ in range(3):
        none = person.screen.locator("label.none input")
        none.focus()
        press("Space")
        person.page.wait_for_timeout(300)
        assert none.is_checked() and none.is_visible(), "a key press does not go on by itself"
        before = person.place()
        person.screen.locator("[data-do=next]").focus()
        press("Enter")
        person.page.wait_for_selector(f".screen.on:not(#{before})")
    assert person.questions() == ["age_band"]
    press("Tab")
    press("Space")
    for _ in range(3):
        press("ArrowDown")
        person.page.wait_for_timeout(250)
        assert person.questions() == ["age_band"]
    assert person.ticked("age_band") == ["a16_17"]
    person.screen.locator("[data-do=next]").focus()
    press("Enter")
    person.page.wait_for_selector("[data-question=pregnancy]:visible")


def test_every_control_of_the_check_is_reached_with_tab(person):
    person.starts()
    wanted = person.screen.locator("input, a, button").count()
    reached = set()
    for _ in range(wanted + 5):
        person.page.keyboard.press("Tab")
        reached.add(
            person.page.evaluate(
                """() => {
                  const on = document.querySelector('.screen.on');
                  return [...on.querySelectorAll('input, a, button')].indexOf(document.activeElement);
                }"""
            )
        )
    shown = person.page.eval_on_selector_all(
        ".screen.on :is(input, a, button)",
        "all => all.map((e, i) => e.checkVisibility() ? i : -1).filter(i => i >= 0)",
    )
    assert set(shown) <= reached


@pytest.mark.parametrize("kind", ["radio", "checkbox", "text"])
def test_enter_in_a_field_never_switches_the_language(person, kind):
    """The language buttons belong to the form and stand before it: Enter must not press one."""
    answers, until = (MILD, "age_band") if kind == "radio" else (CLOT, "calf_check")
    person.comes_to(until, answers)
    if kind == "text":
        person.screen.locator("summary").tap()
        person.field("calf_cm_sore").locator("input").fill("38")
    person.screen.locator(f"input[type={kind}]").first.focus()
    person.page.keyboard.press("Enter")
    person.page.wait_for_timeout(500)
    assert person.page.get_attribute("html", "lang") == "en"
    assert person.page.url.endswith("/en/")


def test_focus_is_on_the_new_heading_of_each_screen(person):
    heading = "document.activeElement.tagName + ':' + (document.activeElement.closest('.screen.on') !== null)"
    person.starts()
    for _ in range(60):
        assert person.page.evaluate(heading) == "H1:true", person.place()
        assert person.screen.locator("h1").count() == 1
        assert person.page.evaluate("scrollY") < 200
        if person.place() == "result":
            break
        person.answers_screen(CLOT)
    assert person.place() == "result"
    person.changes("walk")
    assert person.page.evaluate(heading) == "H1:true"


def test_progress_is_said_in_words(person):
    person.starts()
    first = person.screen.locator(".progress").inner_text()
    person.none()
    second = person.screen.locator(".progress").inner_text()
    assert re.fullmatch(r"Question 1, about \d+ more", first)
    assert re.fullmatch(r"Question 2, about \d+ more", second)


def test_no_screen_says_that_none_are_left(person):
    """On the last question, which more may follow, stands its number alone."""
    said = []
    person.starts()
    while person.place() != "result":
        said.append(person.screen.locator(".progress").inner_text())
        person.answers_screen(MILD)
    assert said[-1] == f"Question {len(said)}"
    assert all(re.fullmatch(r"Question \d+, about [1-9]\d* more", text) for text in said[:-1])


# ---- body map


def test_taps_on_the_body_map_set_side_and_place(person):
    person.comes_to("side", MILD)
    person.taps_spot("calf", "left")
    assert (person.ticked("side"), person.ticked("pain_place")) == (["left"], ["calf"])
    person.taps_spot("behind_middle", "left")
    assert person.ticked("pain_place") == ["behind_middle", "calf"]
    person.taps_spot("calf", "right")
    assert person.ticked("side") == ["both"]
    assert person.ticked("pain_place") == ["behind_middle", "calf"]
    person.taps_spot("behind_middle", "left")
    assert person.ticked("pain_place") == ["calf"]
    person.taps_spot("back_buttock")
    assert set(person.ticked("pain_place")) == {"calf", "back_buttock"}
    assert '"calf":"yes"' in person.stored()["genu.draft"], "a tap on the map is kept at once"
    person.goes_on()


def test_the_list_below_the_map_does_the_same(person):
    person.comes_to("side", MILD)
    person.chooses("side", "right").ticks("pain_place", "behind_outer")
    lit = person.page.eval_on_selector_all(
        ".spot.on", "spots => spots.map(s => s.dataset.side + '-' + s.dataset.place)"
    )
    assert lit == ["right-behind_outer"]
    person.goes_on()
    assert person.questions() == ["swelling"]


# ---- language


@pytest.mark.parametrize("where", ["danger_now", "pain_place", "result"])
def test_switching_language_keeps_answers_and_leaves_no_english(phones, foreign_words, where):
    person = phones(service_workers="allow").person()
    person.comes_to(where, CLOT)
    if where == "pain_place":
        person.taps_spot("calf", "left")
    given, place = person.given(), person.place()
    person.switches_to("en-XA")
    assert person.place() == place
    assert person.given() == given
    assert foreign_words(person.page) == []
    if where == "result":
        assert person.result().level == "urgent_today"
        assert "genu.draft" not in person.stored()
    else:
        person.answers(CLOT)
        assert person.result().level == "urgent_today"
        assert foreign_words(person.page) == []


def test_switching_language_on_a_stopped_emergency_can_still_be_continued(person):
    person.starts().ticks("danger_now", "breathless").goes_on()
    person.switches_to("ar-XB")
    assert person.result().level == "emergency"
    assert person.stopped()
    person.taps("continue")
    assert person.questions() == ["limb_danger"]


def test_a_message_at_a_field_is_not_left_in_the_old_language(person, foreign_words):
    person.comes_to("onset", MILD).stays_on()
    person.switches_to("en-XA")
    assert foreign_words(person.page) == []


# ---- a check that was left


def test_reopened_page_offers_to_go_on(phone):
    person = phone.person()
    person.starts().answers(CLOT, until="walk")
    given = person.given()
    person.page.close()
    again = phone.person().opens()
    assert again.place() == "start"
    assert again.page.locator("[data-part=resume]").is_visible()
    again.taps("resume")
    assert again.questions() == ["walk"]
    assert again.given() == given
    again.answers(CLOT)
    assert again.result().level == "urgent_today"


def test_reopened_page_offers_to_start_again(phone):
    person = phone.person()
    person.comes_to("walk", CLOT)
    person.page.close()
    again = phone.person().opens()
    again.page.locator("[data-do=restart]:visible").tap()
    assert again.stored() == {}
    assert again.given() == {}
    assert not again.page.locator("[data-part=resume]").is_visible()


def test_killed_browser_tab_loses_nothing(phone):
    person = phone.person()
    person.starts().none().none().ticks("body_skin", "fever")
    person.page.wait_for_function("() => localStorage.getItem('genu.draft')?.includes('fever')")
    with person.page.expect_event("crash"), contextlib.suppress(Error):
        person.page.goto("chrome://crash")  # kills the renderer of this page
    person.page.close()
    again = phone.person().opens().taps("resume")
    assert again.questions() == ["body_skin"]
    assert again.ticked("body_skin") == ["fever"]


@pytest.mark.parametrize("way", ["/en/privacy /en/", "/en/danger link", "/en/numbers /en/#q1"])
def test_a_left_check_is_not_overwritten_by_looking_around(phone, way):
    """The footer's pages, the danger page's "Check your knee", the app icon's menu."""
    person = phone.person()
    person.comes_to("walk", CLOT)
    given = person.given()
    for path in way.split():
        if path == "link":
            person.page.locator("main a[href$='#q1']").tap()
        else:
            person.page.goto(path)
    person.page.wait_for_selector(".screen.on")
    can_be_had_again(phone, person, given)


def test_a_left_check_is_not_overwritten_by_browser_back(phone):
    person = phone.person()
    person.starts().answers(CLOT, until="onset")
    given = person.given()
    person.page.goto("/en/danger")
    person.page.go_back()
    person.page.wait_for_selector(".screen.on")
    person.page.go_back()
    can_be_had_again(phone, person, given)


def can_be_had_again(phone: Any, person: Person, given: dict[str, list[str]]) -> None:
    """The answers are in the form, or on offer after the app is opened again."""
    person.page.wait_for_timeout(300)
    if person.given() == given:
        return
    again = phone.person().opens()
    assert again.page.locator("[data-part=resume]").is_visible()
    again.taps("resume")
    assert again.given() == given


@pytest.mark.parametrize(
    ("later", "offered"),
    [
        (23 * HOUR, True),
        (25 * HOUR, False),
        (30 * 24 * HOUR, False),
        (-60, True),
        (-3 * 24 * HOUR, False),
    ],
    ids=["23h", "25h", "30d", "clock-back-1min", "clock-back-3d"],
)
def test_a_left_check_is_gone_after_24_hours(phone, later, offered):
    page = phone.page()
    page.clock.set_fixed_time(NOON)
    person = Person(page)
    person.starts().none().ticks("limb_danger", "new_numb_foot")
    page.close()
    page = phone.page()
    page.clock.set_fixed_time(NOON + later)
    again = Person(page).opens()
    assert page.locator("[data-part=resume]").is_visible() is offered
    assert ("genu.draft" in again.stored()) is offered
    if not offered:
        again.taps("start").answers(MILD)
        assert again.result().level == "self_care"


@pytest.mark.parametrize(
    "draft",
    [
        "{",
        "null",
        "[]",
        '"x"',
        '{"answers":null,"at":1}',
        '{"answers":{"walk":{"a":1}},"screen":99}',
    ],
)
def test_a_damaged_draft_never_stops_the_check(phone, draft):
    person = phone.person().opens()
    person.page.evaluate("draft => localStorage.setItem('genu.draft', draft)", draft)
    person.page.evaluate(
        """() => {
          const kept = localStorage.getItem('genu.draft');
          try {
            const draft = JSON.parse(kept);
            if (draft && draft.screen) localStorage.setItem('genu.draft', JSON.stringify({...draft, at: Date.now()}));
          } catch {}
        }"""
    )
    again = phone.person().opens()
    if again.page.locator("[data-part=resume]").is_visible():
        again.taps("resume")
        again.page.locator("a.brand").tap()
        again.opens()
        again.page.locator("[data-do=restart]:visible").tap()
    again.taps("start").answers(MILD)
    assert again.result().level == "self_care"


def test_finished_check_leaves_no_draft(person):
    person.starts().answers(MILD)
    assert person.page.evaluate("Object.keys(localStorage)") == []
    person.changes("walk").chooses("walk", "limp")
    if person.place() != "result":
        person.answers(MILD | {"walk": "limp"})
    assert person.page.evaluate("Object.keys(localStorage)") == []


# ---- erase


@pytest.mark.parametrize("where", ["swelling", "result"])
def test_erase_is_one_tap_and_nothing_is_left(person, where):
    person.comes_to(where, CLOT)
    person.page.locator("[data-do=erase]:visible").tap()
    person.page.wait_for_selector("#start.on")
    assert person.page.locator("main [role=status]:visible").count() == 1
    assert person.stored() == {}
    assert person.given() == {}
    assert person.page.locator("#result").inner_html().strip() == ""
    person.page.go_back(wait_until="commit")
    person.page.wait_for_timeout(300)
    assert person.given() == {}
    assert person.page.locator("#result .level:visible").count() == 0
    person.page.reload()
    person.opens()
    assert person.place() == "start"
    assert not person.page.locator("[data-part=resume]").is_visible()


def test_the_word_that_it_is_erased_goes_when_a_new_check_starts(person):
    person.starts().none()
    person.page.locator("[data-do=erase]:visible").tap()
    person.taps("start")
    assert person.page.locator("[data-part=said]:visible").count() == 0


def test_erase_on_the_privacy_page_also_clears_the_country(phone):
    person = phone.person()
    person.starts().ticks("danger_now", "breathless").goes_on()
    person.page.select_option("#country", "KE")
    assert "genu.country" in person.stored()
    person.page.goto("/en/privacy")
    person.page.locator("[data-module=erase] button").tap()
    person.page.wait_for_selector("[data-module=erase] [data-part=said]:visible")
    assert person.stored() == {}


@pytest.mark.row(42)
def test_erased_answers_do_not_come_back_out_of_the_page_cache(playwright, phones):
    """The back/forward cache is off in Playwright unless asked for."""
    browser = launch(playwright, ignore_default_args=["--disable-back-forward-cache"])
    person = phones(browser=browser).person()
    person.comes_to("walk", CLOT)
    person.page.goto("/en/privacy")
    person.page.wait_for_selector("html.js")
    person.page.locator("[data-module=erase] button").tap()
    person.page.wait_for_selector("[data-module=erase] [data-part=said]:visible")
    person.page.evaluate("history.back()")
    person.page.wait_for_url("**/en/", wait_until="commit")
    person.page.wait_for_timeout(500)
    try:
        assert person.given() == {}
        assert person.page.evaluate("localStorage.getItem('genu.draft')") is None
    finally:
        person.page.context.close()
        browser.close()


# ---- privacy


@pytest.mark.row(42)
def test_nothing_about_health_in_addresses_titles_history_or_headers(phones, own_server):
    phone = phones(server=own_server, service_workers="allow")
    person = phone.person()
    seen: list[tuple[str, str, Any]] = []

    def look() -> None:
        seen.append(
            (
                person.page.url,
                person.page.title(),
                person.page.evaluate("JSON.stringify(history.state)"),
            )
        )

    person.starts()
    while person.place() != "result":
        look()
        person.answers_screen(CLOT)
    look()
    person.page.locator("footer a[href$='/danger']").tap()
    person.page.wait_for_url("**/danger")
    for address, title, state in seen:
        assert address == f"{own_server.url}/en/"
        assert title == "Genu"
        assert state == "null" or set(json.loads(state)) == {"at"}
        assert not HEALTH.search(str(state))
    for request in phone.requests:
        path = request.url.removeprefix(own_server.url)
        assert "?" not in path and "#" not in path.replace("#q1", "")
        assert request.method == "GET"
        assert not HEALTH.search(request.headers.get("referer", "").removeprefix(own_server.url))
    assert phone.context.cookies() == []


def test_the_server_writes_no_answer_into_its_log(phones, own_server):
    phone = phones(server=own_server)
    page = phone.page()
    page.goto("/en/privacy")
    sent = page.evaluate(
        """async () => {
          const told = [];
          for (const [name, value] of [["danger_now", "canary77"], ["canary77", "x"],
                                       ["calf_cm_sore", "canary77"], ["country", "canary77"],
                                       ["part", "canary77"], ["body_skin", "fever"]]) {
            const body = new FormData();
            body.append(name, value);
            const answer = await fetch("/en/", {method: "POST", body});
            told.push(answer.status);
          }
          const odd = await fetch("/en/", {method: "POST", body: "canary77=%ff%fe",
            headers: {"content-type": "application/x-www-form-urlencoded"}});
          return [...told, odd.status];
        }"""
    )
    assert {200, 400} == set(sent)
    phone.expect_faults("status of 400")
    own_server.stop()
    log = own_server.log.read_text()
    assert "canary77" not in log
    assert not HEALTH.search(log), log


# ---- the result stays


def test_reload_on_a_result_keeps_it(person):
    person.starts().answers(CLOT)
    before = person.result()
    person.page.reload()
    person.page.wait_for_selector("#result.on")
    assert person.result() == before
    assert "genu.draft" not in person.stored()


@pytest.mark.parametrize("answers", [CLOT, LUNG], ids=["to the end", "stopped"])
def test_back_from_another_page_and_reload_show_the_result_from_its_top(person, answers):
    """The browser keeps no page of ours here, as on a phone with little memory."""
    person.starts()
    if answers is LUNG:
        person.ticks("danger_now", "breathless").goes_on()
    else:
        person.answers(answers)
    before = person.result()
    for way in ("goes back", "reloads"):
        person.page.evaluate("scrollTo(0, 900)")
        if way == "goes back":
            person.page.locator("#result a[href*='/en/']:visible").first.evaluate("a => a.click()")
            person.page.wait_for_url(re.compile("/en/[a-z]"))
            person.page.go_back()
        else:
            person.page.reload()
        assert person.result() == before
        assert person.stopped() is (answers is LUNG)
        person.page.wait_for_timeout(300)
        assert person.page.evaluate("scrollY") == 0, way


@pytest.mark.parametrize("way", ["again", "worse"])
def test_back_after_one_answer_is_never_an_outcome(person, way):
    """Where a result stood in the history, some answers of the next check are not "fine"."""
    page = person.page
    person.starts()
    if way == "again":
        page.go_back()
        person.opens().starts().answers(MILD)
        person.taps("restart").taps("start")
    else:
        page.go_back()
        page.locator("[data-do=recheck]").tap()
        page.locator("a[data-do=again]:visible").last.tap()
    person.none()
    for _ in range(4):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(300)
        assert page.locator(".level:visible").count() == 0


def test_the_start_page_never_shows_a_result_of_another_visit(person):
    person.starts().answers(MILD)
    for way in ("back", "reload"):
        person.page.locator("a.brand").tap()
        person.page.wait_for_selector("#start.on")
        if way == "back":
            person.page.locator("#start a[href$='/danger']").tap()
            person.page.wait_for_url("**/danger")
            person.page.go_back()
        else:
            person.page.reload()
        person.page.wait_for_selector("html.js #start.on")
        assert person.page.locator(".level:visible").count() == 0, way


def test_a_result_of_yesterday_is_not_shown_again(person):
    person.starts().answers(MILD)
    person.result()
    person.page.evaluate(
        """() => {
          const kept = JSON.parse(sessionStorage.getItem("genu.result"));
          sessionStorage.setItem("genu.result", JSON.stringify({...kept, at: kept.at - 24.5 * 3600000}));
        }"""
    )
    person.page.reload()
    person.page.wait_for_selector("html.js #start.on")
    assert "genu.result" not in person.stored()


def test_reload_on_a_question_keeps_its_place_and_answers(person):
    person.comes_to("walk", CLOT)
    given = person.given()
    person.page.reload()
    person.page.wait_for_selector(".screen.on [data-question=walk]")
    assert person.given() == given


def test_reload_on_a_stopped_emergency_keeps_it(person):
    person.starts().ticks("danger_now", "breathless").goes_on()
    person.page.reload()
    person.page.wait_for_selector("#result.on")
    assert person.result().level == "emergency"
    assert person.stopped()


# ---- hard places

REFUSE = """
for (const name of ["localStorage", "sessionStorage", "caches", "indexedDB"])
  Object.defineProperty(window, name, {get() { throw new DOMException("refused", "SecurityError"); }});
Object.defineProperty(navigator, "serviceWorker", {get() { throw new DOMException("refused", "SecurityError"); }});
"""


@pytest.fixture
def refusing(phone):
    phone.context.add_init_script(REFUSE)
    return phone.person()


@pytest.mark.row(31)
def test_storage_refused_still_gives_a_result(refusing):
    refusing.starts().answers(CLOT)
    assert refusing.result().level == "urgent_today"
    refusing.page.locator("[data-do=erase]:visible").tap()
    assert refusing.given() == {}


@pytest.mark.parametrize("where", ["walk", "result"])
def test_storage_refused_language_switch_keeps_answers(refusing, where):
    refusing.starts().answers(CLOT, until=where)
    given, place = refusing.given(), refusing.place()
    refusing.switches_to("es")
    assert refusing.given() == given
    assert refusing.place() == place
    refusing.answers(CLOT)
    assert refusing.result().level == "urgent_today"


@pytest.mark.row(31)
def test_storage_refused_every_page_opens(refusing):
    for path in ("danger", "numbers", "offline", "languages", "privacy", "about"):
        refusing.page.goto(f"/en/{path}")
        refusing.page.wait_for_selector("html.js h1")
        refusing.page.wait_for_timeout(100)
    refusing.page.goto("/en/offline")
    refusing.page.wait_for_selector("[data-state=cannot]:visible")


WRAP = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walk.nextNode()) texts.push(walk.currentNode);
  for (const text of texts) {
    const parent = text.parentElement;
    if (!text.data.trim() || parent.closest("script, style, template, svg, select, font")) continue;
    const [outer, inner] = [document.createElement("font"), document.createElement("font")];
    inner.textContent = "¡" + text.data + "!";
    outer.append(inner);
    text.replaceWith(outer);
  }
}"""


def test_a_browser_translator_does_not_break_it(person):
    person.opens()
    person.page.evaluate(WRAP)
    person.taps("start")
    for _ in range(60):
        person.page.evaluate(WRAP)
        if person.place() == "result":
            break
        person.answers_screen(CLOT)
    assert person.result().level == "urgent_today"
    assert "¡" in person.page.locator("#result").inner_text()
    person.changes("walk").chooses("walk", "limp")
    person.page.evaluate(WRAP)
    person.answers(CLOT | {"walk": "limp"})
    assert person.result().level == "urgent_today"


def corrupt(page: Page, change: Any) -> None:
    """Serve the check with other rule data in it."""

    def answer(route: Any) -> None:
        response = route.fetch()
        html = response.text()
        found = re.search(r'(<script type="application/json" id="book">)(.*?)(</script>)', html)
        assert found
        body = html.replace(
            found.group(0), found.group(1) + change(found.group(2)) + found.group(3)
        )
        route.fulfill(response=response, body=body)

    page.route("**/en/", answer)


def _book(change: Any) -> Any:
    def changed(text: str) -> str:
        book = json.loads(text)
        change(book)
        return json.dumps(book)

    return changed


CORRUPT = {
    "unknown-word": _book(lambda book: book["rules"][0].update(when=["not", True])),
    "unknown-macro": _book(lambda book: book["rules"][-1].update(when=["is", "NOTHING"])),
    "unknown-level": _book(lambda book: [r.update(level="fine") for r in book["rules"]]),
    "no-macros": _book(lambda book: book.update(macros={})),
}


@pytest.mark.parametrize("name", CORRUPT)
def test_an_exception_of_the_engine_says_get_medical_advice(phone, name):
    person = phone.person()
    corrupt(person.page, CORRUPT[name])
    person.opens().page.locator("[data-do=start]").tap()
    advice = person.page.get_by_text("Please get medical advice")
    for _ in range(40):
        person.page.wait_for_timeout(100)
        assert person.page.locator("main h1:visible").count() == 1, "never nothing"
        assert person.page.locator(".level:visible").count() == 0
        if advice.is_visible():
            break
        person.answers_screen(CLOT)
    assert advice.is_visible()
    assert person.page.evaluate("document.activeElement.textContent") == advice.inner_text()
    assert person.page.locator("main a[href*='/danger']:visible").count() >= 1
    phone.expect_faults("error:", "console: ")


@pytest.mark.parametrize("way", ["reload", "go on"])
def test_an_exception_on_taking_up_a_left_check_says_get_medical_advice(phone, way):
    phone.expect_faults("error:", "console: ")
    person = phone.person()
    person.comes_to("walk", CLOT)
    kept = person.stored()["genu.draft"]
    page = person.page if way == "reload" else phone.page()
    corrupt(page, CORRUPT["unknown-word"])
    if way == "reload":
        page.reload()
    else:
        Person(page).opens().page.locator("[data-do=resume]").tap()
    page.wait_for_selector("#broken.on h1")
    assert page.locator("main h1:visible").count() == 1
    assert json.loads(kept)["answers"] == json.loads(person.stored()["genu.draft"])["answers"]


@pytest.mark.parametrize("text", ["", '{"questions":[{', "null", "{}", '{"questions":[]}'])
def test_unreadable_rule_data_leaves_the_plain_check_or_the_advice(phone, text):
    page = phone.page()
    corrupt(page, lambda _: text)
    page.goto("/en/")
    page.wait_for_timeout(500)
    assert page.locator("main h1:visible").count() >= 1, "never nothing"
    page.locator("a[href='#q1']:visible").first.tap()
    page.wait_for_timeout(300)
    if not page.get_by_text("Please get medical advice").is_visible():
        plain_check_finds_an_emergency(page)
    phone.expect_faults("error:", "console: ")


NO_REST = "document.getElementById('outcome').content.querySelector('[data-stopped]').remove()"
NO_ANSWERS = "document.getElementById('answer').remove()"  # of "Your answers"


@pytest.mark.parametrize("fault", [NO_REST, NO_ANSWERS])
def test_a_fault_in_what_follows_leaves_the_emergency_standing(phone, fault):
    person = phone.person()
    person.starts()
    person.page.evaluate(fault)
    person.ticks("danger_now", "breathless").goes_on()
    person.page.wait_for_timeout(500)
    assert person.page.locator("#result.on .level.emergency").is_visible()
    assert person.page.locator("#result div.call").is_visible()
    assert person.page.locator("#broken").is_hidden()
    phone.expect_faults("error:", "console: ")


def test_a_fault_in_what_follows_never_leaves_half_a_result(phone):
    person = phone.person()
    person.starts()
    person.page.evaluate(NO_REST)
    while not person.page.locator("#broken.on h1").count():
        person.answers_screen(MILD)
    assert person.page.locator(".level:visible").count() == 0
    phone.expect_faults("error:", "console: ")


def test_the_level_comes_first_and_the_rest_stays_with_it(phone):
    """In one task with the last tap stand the level and nothing else; then all, and all countries."""
    person = phone.person()
    person.starts().ticks("danger_now", "breathless")
    first = person.page.evaluate(
        """() => {
          document.querySelector(".screen.on .next").click();
          return [...document.querySelectorAll("#result.on > *")].map((node) => node.className);
        }"""
    )
    assert first == ["level emergency", "ambulance"]
    person.page.wait_for_selector("#result .reasons li")
    countries = person.page.locator("#result #country option")
    assert countries.count() > 150
    assert len(set(countries.evaluate_all("all => all.map((o) => o.value)"))) == countries.count()


def plain_check_finds_an_emergency(page: Page) -> None:
    """Tick a danger sign on the first screen and go on, by whatever is left working."""
    page.locator("input[value=breathless]").locator("..").tap()
    static = ".plain-only a[href*='/danger']:visible"  # a static copy answers no form
    sends = page.locator(f"[name=part][value=danger]:visible, {static}")
    for _ in range(3):
        if sends.count() or page.locator(".level.emergency:visible").count():
            break
        page.locator(".next:visible").first.tap()
        page.wait_for_timeout(200)
    if sends.count():
        sends.tap()
    page.wait_for_selector(".level.emergency:visible")


def test_a_script_that_does_not_arrive_leaves_the_plain_check(phone):
    """The script lost on a bad line: the form still posts, nothing is blank."""
    page = phone.page()
    page.route("**/app.js", lambda route: route.abort())
    page.goto("/en/")
    page.wait_for_timeout(500)
    assert page.locator("main h1:visible").count() >= 1, "never nothing"
    page.locator("a[href='#q1']:visible").first.tap()
    plain_check_finds_an_emergency(page)
    phone.expect_faults("error:", "console: ")


def test_an_error_of_a_foreign_script_does_not_end_the_check(phone):
    """In-app browsers put scripts of their own into pages, and those fail."""
    person = phone.person()
    person.starts().none()
    person.page.evaluate("setTimeout(() => { throw new Error('foreign'); })")
    person.page.wait_for_timeout(200)
    assert person.questions() == ["limb_danger"]
    phone.expect_faults("foreign")
