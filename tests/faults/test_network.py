"""Rows of the matrix where the network lies: dead, half, silent, captive, changed."""

import re

import pytest

from tests.faults.conftest import (
    OLD,
    START,
    cached,
    danger,
    ready,
    settled,
    signs,
    smoke,
    walks,
    works_on_a_dead_line,
)
from tests.faults.line import LOG_IN

SCRIPTS = r"/static/.*\.js"
LOST = """() => performance.getEntriesByType("resource").filter((one) => one.responseStatus >= 400)
  .map((one) => one.name)"""
POST = """() => {
  window.left = true;
  const form = document.getElementById("check");
  form.querySelector("[value=breathless]").checked = true;
  const part = Object.assign(document.createElement("input"), { name: "part", value: "danger" });
  form.append(part);
  form.submit();
}"""
EMERGENCY = """() => document.querySelector("#result .level.emergency")?.checkVisibility()"""


def posts(phone):
    """Send the form as a page without scripts does, and see the emergency."""
    phone.asked += 1
    phone.run(POST)
    phone.until(EMERGENCY)


def given_up(phone):
    """Wait until the install of a first visit has begun and failed."""
    phone.until(
        """async () => {
          await new Promise((done) => setTimeout(done, 700));
          return !(await navigator.serviceWorker.getRegistration()) && !(await caches.keys())
            .some((name) => name.startsWith("genu-"));
        }"""
    )


@pytest.mark.row(1)
@pytest.mark.smoke
def test_after_one_visit_every_page_opens_with_the_server_dead(phone, line):
    ready(phone)
    pages = [path for path in sum(cached(phone).values(), []) if path.startswith("/en/")]
    line.down()
    phone.expected += ["dynamically imported", "Script error."]  # leaving stops what still loads
    for path in pages:
        if path.endswith(("webmanifest", ".json", "/parts", "/shell")):
            continue  # not for people
        phone.visit(path)
        phone.until("() => document.readyState === 'complete'")
        assert phone.run("() => document.querySelector('h1').checkVisibility()"), path
        assert phone.run(LOST) == [], path
    danger(phone)
    danger(phone, "/es/danger", "es")  # not kept: from inside the worker


@pytest.mark.row(1)
def test_going_on_before_a_page_is_whole_disturbs_nothing(phone, line):
    ready(phone)
    phone.expected += ["dynamically imported", "Script error."]
    for _ in range(5):
        phone.visit("/en/")
    phone.until(START)


@pytest.mark.row(2)
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_first_visit_cut_off_three_times_shows_what_came_and_installs_later(phone, line, share):
    line.fault("cut", share=share)
    for _ in range(3):
        phone.visit("/en/")
        phone.shows(OLD)
    line.heal()
    ready(phone)
    line.down()
    danger(phone)


@pytest.mark.row(3)
@pytest.mark.not_in("webkit", "MiniBrowser under automation keeps its profile in memory only")
def test_a_browser_killed_in_mid_install_installs_at_the_next_visit(lasting, line):
    line.fault("trickle", r"/en/(danger|numbers)")
    lasting.visit("/en/")
    lasting.until(
        "async () => Boolean((await navigator.serviceWorker.getRegistration())?.installing)"
    )
    lasting.kill()
    line.heal()
    version = ready(lasting)
    assert [name for name in cached(lasting) if name != "genu-preferences"] == [f"genu-{version}"]
    line.down()
    danger(lasting)


@pytest.mark.row(4)
@pytest.mark.parametrize("path", [r"/en/danger", r"/static/.*\.css"])
@pytest.mark.parametrize("mode", ["404", "500", "reset", "cut"])
def test_one_file_that_fails_keeps_nothing_half_and_claims_nothing(phone, line, mode, path):
    line.fault(mode, path)
    phone.visit("/en/offline")
    phone.shows("Without internet")
    given_up(phone)
    assert not phone.run("() => document.querySelector('[data-state=ready]').checkVisibility()")
    line.heal()
    ready(phone)
    line.down()
    danger(phone)


@pytest.mark.row(4)
@pytest.mark.parametrize("mode", ["404", "cut"])
def test_one_file_that_fails_in_an_update_leaves_the_old_version_whole(phone, line, release, mode):
    old = ready(phone)
    line.target = release("v2").port
    line.fault(mode, r"/en/numbers")
    phone.visit("/en/")
    phone.shows(OLD)
    settled(phone)
    assert ready(phone) == old
    line.down()
    danger(phone)


@pytest.mark.row(3)
def test_an_install_that_hangs_is_given_up(phone, line):
    def hurried(script):
        changed = re.sub(rb"(INSTALL_LIMIT ?= ?)(60000|6e4)", rb"\g<1>1500", script)
        assert changed != script
        return changed

    line.fault("hang", r"/en/numbers")
    line.fault(path="/sw.js", rewrite=hurried)
    phone.visit("/en/")
    phone.shows(OLD)
    given_up(phone)
    line.heal()
    ready(phone)


@pytest.mark.row(5)
def test_one_language_that_fails_takes_no_other_with_it(phone, line):
    ready(phone)
    line.fault("404", r"/ar/danger", headers={"Cache-Control": "max-age=3600"})
    phone.visit("/ar/")
    phone.until("() => document.documentElement.lang === 'ar'")
    phone.run("() => new Promise((done) => setTimeout(done, 1500))")
    line.down()
    danger(phone)
    danger(phone, "/ar/danger", "ar")


@pytest.mark.row(6)
@pytest.mark.smoke
def test_a_captive_portal_at_the_first_visit_is_never_kept(phone, line):
    line.fault("captive")
    line.fault("ok", rf"/en/|/sw\.js|{SCRIPTS}")
    phone.visit("/en/")
    phone.shows(OLD)
    given_up(phone)
    assert not any(cached(phone).values())
    line.heal()
    ready(phone)
    line.down()
    danger(phone)


@pytest.mark.row(7)
@pytest.mark.parametrize("mode", smoke("captive", "redirect"))
def test_a_captive_portal_on_a_later_visit_changes_nothing(phone, line, mode):
    version = ready(phone)
    before = cached(phone)[f"genu-{version}"]
    line.fault(mode)
    danger(phone)
    danger(phone, "/ar/danger", "ar")
    phone.visit("/en/")
    phone.shows(OLD)
    line.heal()
    assert ready(phone) == version
    assert cached(phone)[f"genu-{version}"] == before
    bodies = phone.run("""async () => {
      const found = [];
      for (const name of await caches.keys())
        for (const key of await (await caches.open(name)).keys())
          found.push(await (await caches.match(key, { ignoreVary: true })).text());
      return found.join("");
    }""")
    assert LOG_IN.decode() not in bodies and len(bodies) > 100_000


@pytest.mark.row(9)
@pytest.mark.parametrize("mode", smoke("hang", "trickle", "500"))
def test_a_network_that_lies_does_not_delay_the_danger_signs(phone, line, timed, mode):
    ready(phone)
    line.fault(mode)
    timed(f"{mode}: kept page", danger(phone))
    timed(f"{mode}: unknown page", danger(phone, "/en/never-seen"))
    timed(f"{mode}: language not kept", danger(phone, "/ar/danger", "ar", within=25))
    walks(phone)


@pytest.mark.row(11)
@pytest.mark.parametrize("kind", ["js", "css"])
def test_scripts_or_styles_that_hang_leave_the_first_visit_readable(phone, line, kind):
    painted = "() => performance.getEntriesByName('first-contentful-paint').length"
    line.fault("hang", rf"/static/.*\.{kind}")
    danger(phone)
    phone.until(painted)
    for path, words in (("/en/", "Pain behind the knee?"), ("/en/numbers", "Emergency numbers")):
        phone.leave()  # what hangs holds all the connections a browser makes
        phone.visit(path)
        phone.shows(words)
        phone.until(painted)


@pytest.mark.row(12)
@pytest.mark.parametrize("status", smoke("500", "503", "404"))
def test_a_server_that_fails_everywhere_does_not_show(phone, line, status):
    ready(phone)
    line.fault(status)
    danger(phone)
    danger(phone, "/en/unknown")
    danger(phone, "/ar/danger", "ar")
    walks(phone)


@pytest.mark.row(23)
@pytest.mark.parametrize("down", [True, False], ids=["down", "up"])
def test_odd_addresses_lead_to_their_page_or_to_danger_signs(phone, line, down):
    ready(phone)
    if down:
        line.down()
    same = ["?utm_source=x&fbclid=1", "?", "#top", "?source=pwa"]
    for path in [f"/en/danger{end}" for end in same] + ["/en/danger/", "//en/danger", "/en//danger", "/EN/", "/en/Danger", "/en/%20", "/xx/"]:  # fmt: skip
        phone.visit(path)
        phone.until("() => document.querySelector('h1')?.checkVisibility()")
        if down and "#" not in path:
            phone.shows(signs("en")[0])
    for path in ("/", "/en", "/en/?utm_source=x", "/?source=pwa", "/en?x"):
        phone.visit(path)
        phone.shows(OLD)
    if not down:
        phone.visit("/ar")  # not kept: the server's own redirect leads on
        phone.until("() => document.querySelector('html[lang=ar] #start h1')?.checkVisibility()")


@pytest.mark.row(24)
@pytest.mark.parametrize("vary", ["*", "Accept", "Accept-Language", "User-Agent, Cookie"])
def test_vary_added_by_a_proxy_does_no_harm(phone, line, engine, vary):
    line.fault(headers={"Vary": vary, "Set-Cookie": "proxy=1"})
    if (engine, vary) == ("firefox", "*"):  # itself keeps no worker whose script comes with it
        line.fault(path="/sw.js")
    ready(phone)
    works_on_a_dead_line(phone, line)


@pytest.mark.row(24)
def test_a_proxy_that_adds_a_byte_is_never_kept(phone, line):
    line.fault(path=SCRIPTS + r"|/en/danger", rewrite=lambda body: body + b"\n")
    phone.visit("/en/")
    phone.shows(OLD)
    given_up(phone)
    assert not any(cached(phone).values())
    line.heal()
    ready(phone)


@pytest.mark.row(23)
def test_a_part_of_a_file_is_asked_of_the_server(phone, line):
    ready(phone)
    before = line.count("/en/danger")
    told = phone.run("""async () => {
      const answer = await fetch("/en/danger", { headers: { Range: "bytes=0-9" }, cache: "no-store" });
      return [answer.status, (await answer.text()).length];
    }""")
    assert told in ([206, 10], [200, told[1]])
    assert line.count("/en/danger") == before + 1


@pytest.mark.row(41)
@pytest.mark.parametrize("mode", smoke("down", "hang", "reset", "500"))
def test_the_form_is_answered_by_the_worker_whatever_the_network_does(phone, line, mode):
    ready(phone)
    line.down() if mode == "down" else line.fault(mode)
    phone.visit("/en/")
    phone.until("() => document.getElementById('check')?.elements.length > 100")
    posts(phone)
    assert "POST" not in {asked.method for asked in line.asked}


@pytest.mark.row(41)
def test_scripts_that_fail_leave_the_form_and_the_server_answers_it(phone, line):
    line.fault("reset", SCRIPTS + r"|/sw\.js")
    phone.visit("/en/")
    phone.until(
        "() => document.readyState === 'complete' && Boolean(document.getElementById('check'))"
    )
    posts(phone)
    assert [asked.path for asked in line.asked if asked.method == "POST"] == ["/en/"]
    assert not re.search(r"breathless", phone.run("() => location.href"))
