"""Rows of the matrix about releases: updates, broken ones, roll-backs, the kill switch."""

import pytest

from tests.faults.conftest import (
    NEW,
    NEWEST,
    OLD,
    START,
    cached,
    danger,
    newest_within_two_visits,
    ready,
    settled,
    works_on_a_dead_line,
)

BROKEN = {
    "404": {"mode": "404"},
    "410": {"mode": "410"},
    "redirect": {"mode": "redirect"},
    "HTML": {"mode": "captive"},
    # with a tag of its own: under the true one the browser would keep the wrong type at every 304
    "text": {"headers": {"Content-Type": "text/plain", "ETag": '"text"'}},
    "cut": {"mode": "cut"},
    "reset": {"mode": "reset"},
}
FIRST = """async () => {
  document.querySelector("[data-do=start]").click();
  await new Promise((done) => setTimeout(done, 300));
  document.querySelector("#q1 label.none input").click();
  await new Promise((done) => setTimeout(done, 700));
  if (!document.querySelector("#q2.on")) document.querySelector("#q1 .next").click();
  return true;
}"""
WAITS = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting)"
TAKE = """async () =>
  (await navigator.serviceWorker.getRegistration()).waiting.postMessage({ do: "activate" })"""
OFFER = """() =>
  Boolean(document.querySelector("[data-module=updates] [data-do=now]")?.checkVisibility())"""
DRAFT = "() => localStorage.getItem('genu.draft')"


def starts_a_check(phone):
    """Answer the first screen and be on the second; return the document's time."""
    phone.until(START)
    phone.run(FIRST)
    phone.until("() => document.querySelector('#q2.on') && localStorage.getItem('genu.draft')")
    return phone.run("() => performance.timeOrigin")


def gone(phone):
    """Wait until neither worker nor caches are left, for good."""
    left = """async () => [...(await navigator.serviceWorker.getRegistrations()).map((r) => r.scope),
      ...(await caches.keys()).filter((name) => name !== "told")].length"""
    quiet = f"""async () => {{
      for (let n = 0; n < 4; n += 1) {{
        if (await ({left})()) return false;
        await new Promise((done) => setTimeout(done, 700));
      }}
      return true;
    }}"""
    phone.until(quiet, within=40)


@pytest.mark.row(13)
@pytest.mark.parametrize("way", BROKEN)
def test_a_worker_script_that_does_not_come_leaves_the_old_one_in_charge(phone, line, release, way):
    version = ready(phone)
    line.target = release("v2").port
    line.fault(path="/sw.js", **BROKEN[way])
    settled(phone)
    works_on_a_dead_line(phone, line)
    line.heal()
    assert ready(phone) == version
    newest_within_two_visits(phone, NEW)


@pytest.mark.row(14)
@pytest.mark.smoke
def test_a_new_version_is_there_within_two_visits(phone, line, release):
    ready(phone)
    line.target = release("v2").port
    newest_within_two_visits(phone, NEW)
    phone.run("() => new Promise((done) => setTimeout(done, 500))")
    assert not phone.run(OFFER)
    line.down()
    danger(phone)


@pytest.mark.row(14)
def test_an_app_left_open_looks_for_a_new_version_when_it_is_seen_again(phone, line):
    ready(phone)
    before = line.count("/sw.js")
    pause = "() => new Promise((done) => setTimeout(done, 1000))"
    phone.run(pause)  # the page may still be on its way to listen
    phone.run("() => document.dispatchEvent(new Event('visibilitychange'))")
    for _ in range(10):
        phone.run(pause)
        if line.count("/sw.js") > before:
            break
    assert line.count("/sw.js") == before + 1


@pytest.mark.row(15)
def test_an_update_during_a_check_changes_nothing_until_it_is_wanted(phone, line, release):
    ready(phone)
    document = starts_a_check(phone)
    draft = phone.run(DRAFT)
    line.target = release("v2").port
    settled(phone)
    phone.until(WAITS)
    assert not phone.run(OFFER)
    assert phone.run("() => performance.timeOrigin") == document
    assert phone.run(DRAFT) == draft
    newest_within_two_visits(phone, NEW)
    assert phone.run(DRAFT) == draft  # a left check is offered by the new version


@pytest.mark.row(16, 22)
def test_two_tabs_on_two_versions_both_go_on(phone, line, release):
    ready(phone)
    starts_a_check(phone)
    line.target = release("v2").port
    settled(phone)
    phone.until(WAITS)
    second = phone.new_tab()
    phone.visit("/en/about")
    phone.until("() => document.readyState === 'complete'")
    phone.asked += 1  # it may be loaded anew
    phone.run(TAKE)
    phone.until("async () => !(await navigator.serviceWorker.getRegistration()).waiting")
    phone.visit("/en/")
    phone.shows(NEW)
    phone.tab(0)
    line.down()
    phone.run("() => document.querySelector('.screen.on [value=cold_pale_foot]').click()")
    phone.run("() => new Promise((done) => setTimeout(done, 300))")
    phone.run("() => document.querySelector('.screen.on .next').click()")
    phone.until("() => document.querySelector('#result.on .level.emergency')?.checkVisibility()")
    danger(phone)
    phone.tab(second)
    danger(phone)


@pytest.mark.row(22)
def test_a_file_of_an_old_page_is_a_plain_404_of_the_new_server(phone, line, release):
    phone.visit("/en/")
    old = phone.until("() => document.querySelector('script[src]')?.getAttribute('src')")
    line.target = release("v2").port
    told = phone.run(
        f"""async () => {{
          const answer = await fetch({old!r}.replace("/static/", "/static/0"), {{ cache: "reload" }});
          return [answer.status, answer.headers.get("content-type"), answer.headers.get("cache-control")];
        }}"""
    )
    assert told[0] == 404 and told[1].startswith("text/plain") and told[2] == "no-store"


@pytest.mark.row(17)
def test_a_release_with_a_broken_worker_leaves_the_old_one_in_charge(phone, line, release):
    version = ready(phone)
    line.target = release("v2").port
    line.fault(path="/sw.js", rewrite=lambda script: b"throw new Error('broken');" + script)
    phone.visit("/en/")
    phone.shows(OLD)
    settled(phone)
    works_on_a_dead_line(phone, line)
    line.heal()
    assert ready(phone) == version


@pytest.mark.row(19)
def test_back_to_the_older_version(phone, line, release, origin):
    line.target = release("v2").port
    ready(phone)
    starts_a_check(phone)
    line.target = origin.port
    newest_within_two_visits(phone, OLD)
    phone.until("() => document.querySelector('[data-do=resume]')?.checkVisibility()")
    line.down()
    danger(phone)


@pytest.mark.row(20)
def test_over_several_versions_with_leftovers_of_very_old_ones(phone, line, release):
    ready(phone)
    phone.run("""async () => {
      localStorage.setItem("genu.country", '"FR"');
      localStorage.setItem("genu.draft", JSON.stringify({ v: 1, old: ["shape"], at: 1 }));
      for (const name of ["genu-0001", "genu-0002"])
        await (await caches.open(name)).put("/en/", new Response("an old page"));
    }""")
    line.target = release("v3").port
    newest_within_two_visits(phone, NEWEST)
    assert phone.run("() => localStorage.getItem('genu.country')") == '"FR"'
    assert not {"genu-0001", "genu-0002"} & set(cached(phone))
    line.down()
    danger(phone)


@pytest.mark.row(21)
@pytest.mark.smoke
def test_the_kill_switch_removes_worker_and_caches_and_keeps_what_was_entered(phone, line, release):
    ready(phone)
    phone.run("() => localStorage.setItem('genu.country', '\"FR\"')")
    line.target = release("off").port
    phone.visit("/en/")
    gone(phone)
    phone.asked += 2  # the page is loaded anew, registers again and is left again
    assert phone.run("() => localStorage.getItem('genu.country')") == '"FR"'
    danger(phone)
