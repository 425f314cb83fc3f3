"""The promise "it still works": the server is killed, not merely ticked offline."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import PHONE, ROOT, Server, _command

READY = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const ask = () => new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data }) => resolve(data);
    registration.active.postMessage({ do: "guide", code: document.documentElement.lang }, [channel.port2]);
  });
  for (let n = 0; n < 100; n += 1) {
    const status = await ask();
    if (status.ready.includes(document.documentElement.lang)) return status;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error("never ready");
}"""
ANSWER_EVERYTHING_NO = """() => {
  const tick = (name, value) =>
    (document.querySelector(`[name="${name}"][value="${value}"]`).checked = true);
  for (const box of document.querySelectorAll("#check input[value=none]")) box.checked = true;
  const single = { age_band: "a25_39", onset: "gradual_use", walk: "normal", duration: "d1_3",
    pain_level: "4", side: "right", pain_place: "behind_outer" };
  for (const [name, value] of Object.entries(single)) tick(name, value);
}"""


class Release(Server):
    """A server of another release: a copy of the project with some texts changed."""

    def __init__(self, folder: Path, port: int, changes: dict[str, tuple[str, str]], **env: str):
        super().__init__(folder / "log.txt", **env)
        self.port = port
        self.root = folder / "project"
        for name in ("webapp", "static", "translations"):
            shutil.copytree(ROOT / name, self.root / name)
        for name, (old, new) in changes.items():
            path = self.root / name
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new), encoding="utf-8")

    def start(self) -> "Release":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                _command(self.port),
                cwd=self.root,
                env={**self.environment, "PYTHONPATH": str(self.root)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._until(answering=True)
        return self


@pytest.fixture
def phone(browser):
    context = browser.new_context(**{**PHONE, "service_workers": "allow"})
    yield context.new_page()
    context.close()


def visit(page, server, path="/en/"):
    page.goto(server.url + path)
    return page.evaluate(READY)


def shown(page) -> str:
    return page.inner_text("main")


def cached(page) -> dict[str, list[str]]:
    return page.evaluate("""async () => {
      const found = {};
      for (const name of await caches.keys())
        found[name] = (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname);
      return found;
    }""")


def scripts_die(page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setScriptExecutionDisabled", {"value": True})


def test_an_unknown_address_shows_the_danger_signs(own_server, phone):
    visit(phone, own_server, "/es/")
    own_server.stop()
    assert phone.goto(own_server.url + "/es/nothing-here").status == 200
    assert phone.locator("html").get_attribute("lang") == "es"
    assert phone.locator(".level.emergency").is_visible()


def test_a_language_not_kept_shows_its_danger_signs_from_inside_the_worker(own_server, phone):
    visit(phone, own_server, "/en/")
    own_server.stop()
    phone.goto(own_server.url + "/ar/")
    assert phone.locator("html").get_attribute("dir") == "rtl"
    assert phone.locator("li").count() > 10


def test_a_whole_check_offline_by_script(own_server, phone):
    visit(phone, own_server)
    own_server.stop()
    phone.goto(own_server.url + "/en/")
    phone.tap("[data-do=start]")
    phone.tap("#q1 label.none")
    phone.wait_for_timeout(300)  # sooner it would be a double tap
    phone.tap("#q2 [data-row=cold_pale_foot] label")
    phone.tap("#q2 .next")
    assert phone.locator("#result .level").get_attribute("data-level") == "emergency"


@pytest.mark.parametrize("dead", [True, False], ids=["server dead", "server alive"])
def test_the_worker_answers_the_form_itself(own_server, phone, dead):
    visit(phone, own_server)
    if dead:
        own_server.stop()
    scripts_die(phone)
    phone.goto(own_server.url + "/en/")
    phone.evaluate(ANSWER_EVERYTHING_NO)
    posts = own_server.log.read_text().count("POST")
    phone.evaluate("""() => { const all = document.createElement("input");
      all.name = "part"; all.value = "all"; document.getElementById("check").append(all);
      document.getElementById("check").submit(); }""")
    phone.wait_for_selector("#result .level")
    assert phone.locator("#result .level").get_attribute("data-level") == "self_care"
    assert phone.locator("#result .why").count() == 1
    assert phone.locator("input[name=onset][value=gradual_use]").is_checked()  # restated
    assert own_server.log.read_text().count("POST") == posts


def test_what_the_worker_prints_has_the_policy_of_its_page(own_server, phone):
    visit(phone, own_server, "/es/")  # the only language that is kept
    own_server.stop()
    scripts_die(phone)
    phone.goto(own_server.url + "/es/")
    kept = phone.goto(own_server.url + "/es/").headers["content-security-policy"]
    with phone.expect_response(lambda response: response.request.method == "POST") as printed:
        phone.evaluate("document.getElementById('check').submit()")
    assert printed.value.headers["content-security-policy"] == kept
    assert printed.value.headers["cache-control"] == "no-store"


def test_the_worker_and_the_server_print_the_same_outcome(own_server, phone):
    visit(phone, own_server)
    send = """async (worker) => {
      const body = new URLSearchParams({ part: "danger" });
      body.append("danger_now", "breathless"); body.append("limb_danger", "cold_pale_foot?");
      body.append("body_skin", "none");
      return body.toString();
    }"""
    body = phone.evaluate(send)
    server = phone.request.post(
        own_server.url + "/en/",
        data=body,
        headers={"content-type": "application/x-www-form-urlencoded", "origin": own_server.url},
    ).text()
    scripts_die(phone)
    phone.goto(own_server.url + "/en/")
    phone.evaluate("""() => {
      const form = document.getElementById("check");
      for (const v of ["breathless", "cold_pale_foot?"]) form.querySelector(`[value="${v}"]`).checked = true;
      form.querySelector("[name=body_skin][value=none]").checked = true;
      const part = document.createElement("input"); part.name = "part"; part.value = "danger";
      form.append(part); form.submit(); }""")
    phone.wait_for_selector("#result .level")
    words = """(html) => {
      const result = html ? new DOMParser().parseFromString(html, "text/html").querySelector("#result")
                          : document.querySelector("#result").cloneNode(true);
      for (const node of result.querySelectorAll(".yours, .call, [data-stopped]")) node.remove();
      return result.textContent.replace(/\\s+/g, " ").trim(); }"""
    own = phone.evaluate(words, None)
    context = phone.context.browser.new_context(service_workers="block", bypass_csp=True)
    reader = context.new_page()
    reader.goto("about:blank")
    assert reader.evaluate(words, server) == own
    context.close()


def test_a_foreign_page_gets_the_empty_check_from_the_worker_too(own_server, phone):
    visit(phone, own_server)
    foreign = own_server.url.replace("127.0.0.1", "localhost")
    phone.route(
        foreign + "/evil",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" action="{own_server.url}/en/">'
            '<input name="danger_now" value="breathless"></form>',
        ),
    )
    phone.goto(foreign + "/evil")
    with phone.expect_navigation():
        phone.evaluate("document.forms[0].submit()")
    assert phone.locator("#result .level").count() == 0
    assert phone.locator("#start").count() == 1


def test_two_languages_stay_after_both_were_opened(own_server, phone):
    visit(phone, own_server, "/en/")
    visit(phone, own_server, "/ar/")
    own_server.stop()
    for code in ("en", "ar"):
        phone.goto(f"{own_server.url}/{code}/")
        assert phone.locator("html").get_attribute("lang") == code
        assert phone.locator("[data-do=start]").is_visible()
    phone.goto(own_server.url + "/")
    assert phone.locator("html").get_attribute("lang") == "ar"  # the last one used


def test_nothing_is_fetched_from_the_network_once_kept(own_server, phone):
    visit(phone, own_server)
    marker = """async () => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys())
          if (request.url.endsWith("/en/about"))
            await cache.put(request, new Response("<h1>MARK</h1>", { headers: { "content-type": "text/html" } }));
      }
    }"""
    phone.evaluate(marker)
    phone.goto(own_server.url + "/en/about")
    assert phone.inner_text("h1") == "MARK"


def test_the_browser_was_closed_and_opens_again_offline(playwright, own_server, tmp_path):
    start = lambda: playwright.chromium.launch_persistent_context(  # noqa: E731
        str(tmp_path / "profile"),
        executable_path=os.environ.get("CHROMIUM_PATH"),
        args=["--no-sandbox"],
        **{**PHONE, "service_workers": "allow"},
    )
    context = start()
    page = context.new_page()
    visit(page, own_server)
    context.close()
    own_server.stop()
    context = start()
    page = context.new_page()
    page.goto(own_server.url + "/")
    assert page.locator("[data-do=start]").is_visible()
    context.close()
