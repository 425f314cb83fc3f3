"""The static copy behind a plain server of files: languages, and nobody to post to."""

import pytest

from tests.browser.conftest import Files
from tests.browser.test_offline import visit


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    server = Files(tmp_path_factory.mktemp("files") / "log.txt").start()
    yield server
    server.stop()


@pytest.mark.parametrize("locale, path", [("ar-EG", "/ar/"), ("de-DE", "/")])
def test_the_start_leads_to_the_persons_language_or_lets_choose(phones, files, locale, path):
    page = phones(server=files, locale=locale).page()
    page.goto("/")
    page.wait_for_url(files.url + path)
    page.locator("h1").first.wait_for()
    if path == "/":
        assert page.locator("[hreflang=ar]").is_visible()


def test_without_script_the_danger_signs_are_one_tap_away_and_nothing_is_posted(phones, files):
    phone = phones(server=files, java_script_enabled=False)
    page = phone.page()
    page.goto("/")
    page.tap("[hreflang=en]")
    page.locator("main noscript").wait_for()
    assert page.locator("[data-do=start]").is_hidden()
    assert page.locator("#check").is_hidden()
    page.tap("main [href='/en/danger/']")
    page.locator(".level.emergency").wait_for()
    assert {request.method for request in phone.requests} == {"GET"}


def test_a_script_that_does_not_arrive_loses_no_answer(phones, files):
    phone = phones(server=files)
    phone.context.route("**/static/**/*.js", lambda route: route.abort())
    phone.expect_faults("ERR_FAILED", "form-action")
    page = phone.page()
    page.goto("/en/#q4")
    page.locator("#q4 input").first.check()
    page.evaluate("document.querySelector('#check').requestSubmit()")
    page.wait_for_timeout(300)
    assert page.locator("#q4 input").first.is_checked()
    page.goto("/en/#q3")
    page.tap("#q3 .plain-only [href='/en/danger/']")
    page.locator(".level.emergency").wait_for()


def test_a_language_is_switched_by_its_link(phones, files):
    person = phones(server=files).person()
    person.page.goto("/en/")
    person.page.tap("[data-do=start]")
    person.page.tap("#q1 [data-row=breathless] label")
    person.page.tap(".languages summary")
    person.page.tap("[data-language=ar]")
    person.page.wait_for_url("**/ar/")
    assert person.page.locator("#q1 [value=breathless]").is_checked()


def test_kept_and_opened_with_the_server_gone(phones, tmp_path):
    server = Files(tmp_path / "log.txt").start()
    page = phones(server=server, service_workers="allow").page()
    visit(page, server)
    server.stop()
    for path in ("/en/danger/", "/en/danger", "/en/causes/vessel/", "/en/"):
        assert page.goto(path).status == 200
        assert page.locator("h1").first.is_visible()
    page.tap("[data-do=start]")
    page.tap("#q1 [data-row=breathless] label")
    page.tap("#q1 .next")
    assert page.locator("#result .level").get_attribute("data-level") == "emergency"
