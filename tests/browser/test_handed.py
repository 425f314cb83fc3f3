"""The file that is handed on, opened from a phone's own storage: no server, no network, no storage."""

import base64
import gzip
import json
import re
import urllib.request

import pytest

from tests.browser.person import Person
from tests.browser.test_check import CLOT, LUNG, MILD
from tests.browser.test_offline import visit

REFUSED = """for (const area of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, area, { get() { throw new DOMException("refused", "SecurityError"); } });
delete Navigator.prototype.serviceWorker;"""


def unpacked(html):
    """(shell, {address: text}) of a file."""
    packed = re.search(r'id="packed">([^<]+)<', html)[1]
    return html.replace(packed, "PACKED"), json.loads(gzip.decompress(base64.b64decode(packed)))


@pytest.fixture(scope="module")
def file(server, tmp_path_factory):
    """The server's English and Arabic files, saved."""
    folder = tmp_path_factory.mktemp("handed")
    for code in ("en", "ar"):
        with urllib.request.urlopen(f"{server.url}/{code}/genu.html") as answer:
            (folder / f"{code}.html").write_bytes(answer.read())
    return lambda code="en": (folder / f"{code}.html").as_uri()


@pytest.fixture
def reader(phones):
    """A phone without network and storage."""
    phone = phones(offline=True)
    phone.context.add_init_script(REFUSED)
    return phone


def opened(phone, address):
    page = phone.page()
    page.goto(address)
    page.wait_for_selector("html.js .screen.on")
    return page


def heading(page):
    return page.locator("main:visible h1:visible").first.inner_text()


@pytest.mark.parametrize("answers, level", [(MILD, "self_care"), (CLOT, "urgent_today")])
def test_a_whole_check_with_what_helps_and_what_it_could_be(reader, file, answers, level):
    page = opened(reader, file())
    person = Person(page)
    person.taps("start").answers(answers)
    assert person.result().level == level
    page.locator("#result [data-part=causes] li").first.wait_for()
    assert page.locator("#result [data-card]").count() > 3
    assert page.locator("a[href*='/languages'], a[href*='/offline']").count() == 0
    page.locator("#result [data-part=causes] a").first.click()
    assert page.locator("main:visible article").first.is_visible()
    page.go_back()
    assert person.result().level == level
    assert [request.url for request in reader.requests] == [file()]


def test_an_emergency_stops_with_the_number_to_call(reader, file):
    person = Person(opened(reader, file("ar")))
    person.taps("start").answers(LUNG)
    assert person.result().level == "emergency"
    person.page.locator("#country").select_option("FR")
    assert person.page.locator("#result a.call").get_attribute("href").startswith("tel:")
    assert person.page.locator("html").get_attribute("dir") == "rtl"


def test_every_link_leads_to_a_page_in_the_file(reader, file):
    page = opened(reader, file())
    for name in page.locator("footer nav a").all_inner_texts():
        page.locator("footer nav a", has_text=name).click()
        assert page.locator("main:visible").count() == 1
        assert heading(page) and page.title().startswith(("Genu", heading(page).split()[0]))
    page.locator("footer nav a[href^='/en/guide']").click()
    groups = page.locator("main:visible a[href^='/en/']").evaluate_all(
        "all => [...new Set(all.map((link) => link.getAttribute('href').split('#')[0]))]"
    )
    assert len(groups) > 8
    page.locator("main:visible input").fill("baker")
    assert page.locator("#names li:visible").count() < 5
    page.locator("header .brand").click()
    assert page.locator("#start").is_visible()
    page.locator("footer nav a[href^='/en/danger']").click()
    page.locator("main:visible a[href='/en/#q1']").click()
    assert page.locator("#q1").is_visible()


def test_who_begins_anew_finds_no_answer_of_the_last(reader, file):
    """The name at the top leads to the start; a finished check is not gone on with."""
    page = opened(reader, file())
    person = Person(page)
    person.taps("start").answers(MILD)
    page.locator("header .brand").click()
    person.taps("start")
    assert page.locator("#check input:checked").count() == 0


def test_erase_takes_the_result_that_is_out_of_sight(reader, file):
    page = opened(reader, file())
    Person(page).taps("start").answers(MILD)
    page.locator("footer nav a[href^='/en/privacy']").click()
    page.locator("main:visible [data-module=erase] button").click()
    page.locator("main:visible [data-part=said]").wait_for()
    page.go_back()
    page.wait_for_timeout(300)
    assert page.locator("#result .level").count() == 0
    assert page.locator("#check input:checked").count() == 0


def test_the_next_person_finds_nothing_of_the_last(reader, file):
    page = opened(reader, file("ar"))  # whose result has a link to a page that the file has not
    person = Person(page)
    person.taps("start").answers(LUNG)
    assert page.locator("#result a[href*='/languages']").count() == 0
    with page.expect_navigation():
        page.locator("[data-leave=next]").click()
    page.wait_for_selector("html.js .screen.on")
    assert page.locator("#start").is_visible()
    assert page.locator("#check input:checked").count() == 0


def test_exercises_count(reader, file):
    page = opened(reader, file())
    page.locator("footer nav a[href^='/en/guide']").click()
    page.locator("main:visible a[href^='/en/exercises']").first.click()
    page.locator("[data-do=train]:visible").first.click()
    assert page.locator("[data-module=session] h2").is_visible()


@pytest.mark.parametrize("missing", ["script", "DecompressionStream"])
def test_the_danger_signs_show_where_it_cannot_be_unpacked(phones, file, missing):
    phone = phones(offline=True, java_script_enabled=missing != "script")
    phone.context.add_init_script(f"delete window.{missing}")
    page = phone.page()
    page.goto(file())
    assert "coughing up blood" in page.inner_text("main")
    assert "nearest hospital" in page.inner_text("main")
    assert page.locator("form").count() == 0


def test_an_old_file_says_so(reader, file):
    page = opened(reader, file())
    assert page.locator("footer #made").is_visible()
    assert page.locator("#old").is_hidden()
    later = "const now = Date.now; Date.now = () => now() + 400 * 24 * 3600 * 1000;"
    reader.context.add_init_script(later)
    assert opened(reader, file()).locator("#old").is_visible()


def test_the_phone_makes_the_same_file_without_the_server_and_without_answers(
    phones, own_server, tmp_path
):
    phone = phones(server=own_server, service_workers="allow")
    person = phone.person()
    visit(person.page, own_server)
    served = phone.context.request.get(f"{own_server.url}/en/genu.html").text()
    person.starts().answers(LUNG)
    own_server.stop()
    page = person.page
    page.goto("/en/offline")
    link = page.locator("[data-module=give] a[href^='blob:']")
    link.wait_for(timeout=30000)
    with page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename == "genu-en.html"
    saved.value.save_as(tmp_path / "made.html")
    made = (tmp_path / "made.html").read_text(encoding="utf-8")
    assert unpacked(made) == unpacked(served)
    phone.expect_faults("ERR_CONNECTION_REFUSED", "Failed to fetch", "ERR_INTERNET")


def test_the_phone_sends_it_where_it_can(phones, server):
    phone = phones(service_workers="allow")
    phone.context.add_init_script("""navigator.canShare = () => true;
      navigator.share = async ({ files }) => { window.sent = [files[0].name, files[0].type, files[0].size]; };""")
    page = phone.page()
    visit(page, server)
    page.goto("/en/offline")
    page.locator("[data-module=give] button").click(timeout=30000)
    name, kind, size = page.evaluate("window.sent")
    assert (name, kind) == ("genu-en.html", "text/html")
    assert 200_000 < size < 400_000
