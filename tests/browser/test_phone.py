"""What a phone keeps and lets go: languages, releases, space, the last person."""

import contextlib

import pytest

from tests.browser.conftest import PHONE, WAIT
from tests.browser.person import Person
from tests.browser.test_check import CLOT, LUNG, MILD
from tests.browser.test_offline import Release, cached, visit
from tests.conftest import launch

VERSION = """async () => new Promise(async (resolve) => {
  const { active } = await navigator.serviceWorker.ready;
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => resolve(data.version);
  active.postMessage({ do: "status" }, [channel.port2]);
})"""
WAITING = "async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)"
WORDS = "[data-module=updates] [data-state]:visible"
TEXT = {
    "webapp/templates/pages/check.html": ("Pain behind the knee?", "Pain at the back of the knee?"),
    "static/css/plain.css": ("{", "{ top: auto;"),
}
RULE = {"webapp/content/rules.yaml": ("WELLS >= 4", "WELLS >= 5")}


@pytest.fixture
def context(browser, request):
    own = "own_server" in request.fixturenames
    server = request.getfixturevalue("own_server" if own else "server")
    options = {**PHONE, "service_workers": "allow", "base_url": server.url}
    context = browser.new_context(**options)
    context.set_default_timeout(WAIT)
    yield context
    context.close()


@pytest.fixture
def phone(context):
    return context.new_page()


def pages_of(phone, code):
    return [path for path in sum(cached(phone).values(), []) if path.startswith(f"/{code}/")]


def until(phone, script, wanted):
    """Wait until an asynchronous script gives what is wanted, also over a new load of the page."""
    found = None
    for _ in range(60):
        with contextlib.suppress(Exception):  # just being loaded anew
            found = phone.evaluate(script)
            if found == wanted:
                return
        phone.wait_for_timeout(250)
    raise AssertionError(f"{found!r} stayed, {wanted!r} did not come")


# ---- languages


def row(phone, code):
    return phone.locator(f"[data-code={code}]")


def state(phone, code, wanted):
    row(phone, code).locator(f"[data-state={wanted}]").wait_for(state="visible")


def test_a_language_is_added_and_removed_by_hand(own_server, phone):
    visit(phone, own_server, "/en/languages")
    state(phone, "en", "kept")
    state(phone, "ar", "not")
    assert "kB" in row(phone, "ar").inner_text()
    assert not row(phone, "en").locator("[data-do=drop]").is_visible(), "the one that is read stays"
    row(phone, "ar").locator("[data-do=keep]").tap()
    state(phone, "ar", "kept")
    own_server.stop()
    phone.goto("/ar/guide")
    assert phone.locator("html").get_attribute("lang") == "ar"
    assert phone.locator("h1").is_visible()
    phone.goto("/en/languages")
    state(phone, "ar", "kept")
    row(phone, "ar").locator("[data-do=drop]").tap()
    state(phone, "ar", "not")
    assert pages_of(phone, "ar") == [] and pages_of(phone, "en")
    row(phone, "ar").locator("[data-do=keep]").tap()
    state(phone, "ar", "failed")
    own_server.start()
    row(phone, "ar").locator("[data-do=keep]").tap()
    state(phone, "ar", "kept")


def test_a_language_never_visited_shows_its_danger_signs_and_links_to_those_kept(own_server, phone):
    visit(phone, own_server, "/en/")
    own_server.stop()
    for path in ("danger", "", "guide"):
        phone.goto(f"/ar/{path}")
        assert phone.locator("html").get_attribute("lang") == "ar"
        assert phone.locator("li").count() > 10
        assert phone.locator("nav a").all_inner_texts() == ["English"]
    phone.locator("nav a").tap()
    phone.wait_for_url("**/en/danger")
    assert phone.locator(".level.emergency").is_visible()


def test_a_health_worker_keeps_all_languages_with_one_tap(own_server, phone):
    visit(phone, own_server, "/en/languages")
    state(phone, "en", "kept")
    sizes = phone.locator("[data-size]").all_inner_texts()
    number = lambda text: int("".join(c for c in text if c.isdigit()))  # noqa: E731
    assert number(phone.locator("[data-total]").inner_text()) == sum(map(number, sizes))
    phone.locator("[data-do=all]").tap()
    for code in ("es", "ar", "en-XA", "ar-XB"):
        row(phone, code).locator("[data-state=kept]").wait_for(state="visible", timeout=30000)
    own_server.stop()
    for code in ("es", "ar", "en-XA", "ar-XB"):
        phone.goto(f"/{code}/guide")
        assert phone.locator("html").get_attribute("lang") == code
        assert phone.locator("h1").first.is_visible()


# ---- releases


@pytest.fixture
def release(own_server, tmp_path):
    """Stop the server and start a release with these changes at its address."""
    made = []

    def make(changes):
        own_server.stop()
        made.append(Release(tmp_path / "v2", own_server.port, changes).start())
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.mark.row(14)
def test_new_texts_take_over_in_silence_but_never_under_a_check_and_can_be_taken_back(
    own_server, context, release
):
    phone = context.new_page()
    first = visit(phone, own_server)["version"]
    old_style = phone.evaluate(
        "document.querySelector('noscript').textContent.match(/\\/static[^\"]*/)[0]"
    )
    person = Person(phone)
    phone.tap("[data-do=start]")
    person.none()
    second = release(TEXT)
    other = context.new_page()
    other.goto("/en/about")
    until(other, WAITING, True)
    other.goto("/en/danger")
    other.wait_for_timeout(1500)
    assert other.evaluate(VERSION) == first and person.place() == "q2", "a check is under way"
    assert other.locator(WORDS).count() == 0
    phone.locator("[data-do=erase]:visible").tap()  # the check is left: this page is loaded anew
    until(
        phone,
        "() => document.querySelector('#start.on h1').textContent",
        "Pain at the back of the knee?",
    )
    assert phone.evaluate(VERSION) != first
    assert phone.locator(WORDS).count() == other.locator(WORDS).count() == 0
    second.stop()
    phone.goto("/en/guide")
    assert phone.locator("h1").is_visible()
    assert phone.evaluate("path => fetch(path).then((r) => r.status)", old_style) == 200
    own_server.start()  # taken back
    phone.goto("/en/")
    until(phone, WAITING, True)
    phone.goto("/en/")
    until(phone, VERSION, first)
    until(
        phone, "() => document.querySelector('#start.on h1').textContent", "Pain behind the knee?"
    )
    assert phone.locator(WORDS).count() == 0


@pytest.mark.row(15)
def test_new_rules_wait_for_the_end_of_a_check_and_are_said_in_words(own_server, phone, release):
    first = visit(phone, own_server)["version"]
    person = Person(phone)
    person.comes_to("pain_level", MILD)
    release(RULE)
    phone.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    until(phone, WAITING, True)
    phone.wait_for_timeout(1000)
    assert phone.locator(WORDS).count() == 0
    assert phone.evaluate(VERSION) == first
    person.answers(MILD)
    phone.locator("[data-module=updates] [data-state=offer]").wait_for(state="visible")
    assert phone.evaluate(VERSION) == first, "the result stands until the person has seen it"
    with phone.expect_navigation():
        phone.locator("[data-do=now]").tap()
    phone.locator("[data-module=updates] [data-state=changed]").wait_for(state="visible")
    assert phone.evaluate(VERSION) != first
    assert person.result().level == "self_care", "worked out anew"
    phone.goto("/en/")
    phone.wait_for_timeout(1000)
    assert phone.locator(WORDS).count() == 0  # said once


def test_new_rules_at_the_start_take_over_and_are_said(own_server, phone, release):
    first = visit(phone, own_server)["version"]
    release(RULE)
    phone.goto("/en/about")
    until(phone, WAITING, False)
    phone.locator("[data-module=updates] [data-state=changed]").wait_for(state="visible")
    assert phone.evaluate(VERSION) != first


def test_a_release_that_did_not_take_over_is_told(server, phone):
    visit(phone, server, "/en/")
    phone.evaluate("sessionStorage.setItem('genu.update', JSON.stringify({version: 'another'}))")
    phone.reload()
    phone.locator("[data-module=updates] [data-state=failed]").wait_for(state="visible")


# ---- the clock


@pytest.mark.parametrize("year, past", [(1970, False), (2026, False), (2099, True)])
def test_a_wrong_clock_breaks_nothing_and_old_content_says_so(phones, year, past):
    phone = phones()
    phone.context.clock.set_fixed_time(f"{year}-12-01T12:00:00Z")
    person = phone.person()
    person.starts().answers_screen(LUNG)
    assert person.result().level == "emergency"
    person.page.locator("[data-do=erase]:visible").tap()
    person.taps("start").answers(MILD)
    assert person.result().level == "self_care"
    assert person.page.locator("[data-module=age]").is_visible() is past
    person.page.goto("/en/about")
    assert person.page.locator("[data-module=age]").is_visible() is past
    person.page.goto("/en/danger")
    assert person.page.locator(".level.emergency").is_visible()


# ---- space

PERSIST = """
window.asked = 0;
Object.defineProperty(StorageManager.prototype, "persist", { value: async () => ++window.asked > 0 });
Object.defineProperty(StorageManager.prototype, "persisted", { value: async () => %s });
"""


def test_lasting_storage_is_asked_after_a_finished_check_and_not_in_an_emergency(phone, server):
    phone.add_init_script(PERSIST % "false")
    person = Person(phone)
    person.starts().answers_screen(LUNG).result()
    assert phone.evaluate("asked") == 0
    phone.locator("[data-do=erase]:visible").tap()
    person.comes_to("pain_level", MILD).answers(MILD).result()
    until(phone, "() => asked", 1)


@pytest.mark.parametrize(
    "answer, said", [("true", "for-good"), ("false", "may-go"), ("undefined", "unknown")]
)
def test_the_offline_page_tells_what_the_browser_promises(phone, server, answer, said):
    phone.add_init_script(PERSIST % answer)
    phone.goto("/en/offline")
    phone.locator(f"[data-part=stays] [data-state={said}]").wait_for(state="visible")
    assert phone.locator("[data-part=stays] [data-state]:visible").count() == 1


@pytest.mark.parametrize("quota, said", [(1, "full"), (50_000, "full"), (1_000_000, "check")])
def test_without_space_the_check_works_and_the_page_says_what_is_not_kept(
    phone, server, quota, said
):
    phone.goto("/healthz")
    phone.context.new_cdp_session(phone).send(
        "Storage.overrideQuotaForOrigin", {"origin": server.url, "quotaSize": quota}
    )
    phone.goto("/en/offline")
    phone.locator(f"[data-part=kept] [data-state={said}]").wait_for(state="visible", timeout=30000)
    assert phone.locator("[data-part=kept] [data-state]:visible").count() == 1
    person = Person(phone)
    assert person.comes_to("pain_level", MILD).answers(MILD).result().level == "self_care"


# ---- the last person


def given(page):
    return Person(page).given()


PRIVACY = ("/en/privacy", "[data-module=erase] button", "[data-module=erase] [data-part=said]")
RESULT = ("/en/", "[data-do=erase]:visible", "main > [data-part=said]")


@pytest.mark.parametrize("address, button, said", [PRIVACY, RESULT], ids=["privacy", "result"])
def test_erase_offline_reaches_every_window(own_server, context, address, button, said):
    asking, shown, eraser = (context.new_page() for _ in range(3))
    visit(asking, own_server)
    own_server.stop()
    for page, answers, where in ((shown, CLOT, "result"), (asking, CLOT, "walk")):
        person = Person(page)
        person.comes_to(where, answers)
    if address == PRIVACY[0]:
        eraser.goto(address)
    else:
        eraser = shown
    eraser.locator(button).tap()
    eraser.locator(said).first.wait_for(state="visible")
    for page in (asking, shown):
        until(page, "() => Boolean(document.querySelector('#start.on'))", True)
        assert given(page) == {}
        assert page.locator("#result .level").count() == 0
        assert Person(page).stored() == {}
        page.reload()
        page.wait_for_selector("#start.on")
        assert page.locator("[data-part=resume]").is_hidden()
        page.go_back()
        page.wait_for_timeout(300)
        assert given(page) == {} and page.locator("#result .level").count() == 0
    asking.goto("/en/danger")
    assert asking.locator(".level.emergency").is_visible()


@pytest.fixture
def real_back(playwright, server):
    """A phone whose browser has its back/forward cache on; Playwright turns it off."""
    browser = launch(playwright, ignore_default_args=["--disable-back-forward-cache"])
    context = browser.new_context(base_url=server.url, **PHONE)
    context.set_default_timeout(WAIT)
    yield context.new_page()
    browser.close()


def nothing_comes_back(page):
    for _ in range(6):
        page.evaluate("history.back()")
        page.wait_for_timeout(400)
        if page.url.startswith("http"):
            assert given(page) == {}
            assert page.locator("#result .level").count() == 0
            assert page.locator("[data-part=resume]:visible").count() == 0
            assert Person(page).stored().keys() <= {"genu.country"}


def test_next_person_leaves_nothing_of_the_last_one(real_back):
    person = Person(real_back)
    person.starts()
    real_back.evaluate("localStorage.setItem('genu.country', '\"KE\"')")
    real_back.evaluate("localStorage.setItem('genu.phase', '2')")
    person.answers(CLOT).result()
    real_back.locator("[data-leave=next]").tap()
    real_back.wait_for_selector("#start.on")
    assert person.stored() == {"genu.country": '"KE"'}, "where the phone is, for the ambulance"
    assert given(real_back) == {} and real_back.locator("#result .level").count() == 0
    nothing_comes_back(real_back)


@pytest.mark.parametrize("where", ["walk", "result"])
def test_leaving_empties_the_screen_and_leaves_one_neutral_entry(real_back, where):
    person = Person(real_back)
    real_back.goto("/en/danger")
    person.starts().answers(CLOT, until=where)
    entries = real_back.evaluate("history.length")
    real_back.locator("[data-leave=now]").tap()
    real_back.wait_for_url("about:blank")
    assert real_back.evaluate("history.length") < entries
    assert real_back.title() == ""
    left = real_back.evaluate("navigation.entries().map((e) => e.url)")
    assert not any("?" in url or "#" in url for url in left)
    real_back.evaluate("history.back()")
    real_back.wait_for_url("**/en/", wait_until="commit")
    real_back.wait_for_selector("#start.on")
    assert person.stored() == {}
    assert given(real_back) == {} and real_back.title() == "Genu"
    real_back.evaluate("history.back()")
    real_back.wait_for_url(
        "**/en/danger", wait_until="commit"
    )  # where the check was opened from: one entry was it


def test_there_is_nothing_to_leave_before_the_check(phone):
    person = Person(phone).opens()
    assert person.page.locator("[data-leave=now]").is_hidden()
    person.taps("start")
    assert person.page.locator("[data-leave=now]").is_visible()
