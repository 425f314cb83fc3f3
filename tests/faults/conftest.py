"""What a row of the matrix can ask for: a lying line, a phone of each engine, releases, the oracles."""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.conftest import Server, _free_port
from tests.browser.test_offline import READY, Release
from tests.faults.engines import Chromium, Firefox, Gone, Phone, WebKit
from tests.faults.line import FaultLine
from tests.faults.report import Table
from webapp.content.load import load
from webapp.i18n import translator
from webapp.languages import languages

ALL = os.environ.get("GENU_FAULTS") == "all"  # `make faults`; `make test` takes the smoke
ENGINES = ("chromium", "firefox", "webkit")
PROGRAMS = {"firefox": "firefox-esr", "webkit": "WebKitWebDriver"}
FEW = {"GENU_LANGUAGES": "en es ar", "GENU_PSEUDO": ""}
LIMIT = 15.0  # s to the danger signs (O1); 5 are meant, and printed: busy machines test too
CANARIES = ("breathless", "cold_pale_foot", "limb_danger", "danger_now")  # answers (O4)
EXPECTED = (
    "favicon.ico",  # Firefox tells that the policy of the page inside the worker blocks it
    "Failed to load ‘’",  # Firefox tells that a page was left before its answer was whole
    "Script error.",  # so does WebKit of a script that was still loading; its own errors have words
    "install",  # a worker says "not kept" by a rejected install
)
OLD, NEW, NEWEST = "Pain behind the knee?", "Version two?", "Version three?"  # titles of releases
V2 = {"webapp/templates/pages/check.html": (OLD, NEW)}
V3 = {"webapp/templates/pages/check.html": (OLD, NEWEST)}
START = "() => document.querySelector('html.js [data-do=start]')?.checkVisibility()"
WALK = """async () => {
  const pause = () => new Promise((done) => setTimeout(done, 300));
  const tap = async (what) => { document.querySelector(what).click(); await pause(); };
  await tap("[data-do=start]");
  await tap("#q1 input[value=breathless]");
  await tap("#q1 .next");
  return document.querySelector("#result.on .level").dataset.level;
}"""


# ---- oracles


def signs(code: str) -> tuple[str, str]:
    """Return a danger sign and what to do now, in a language."""
    language = {one.code: one for one in languages()}[code]
    group = load().card("safety_net").groups[0]
    say = translator(language)
    return (
        say("card.safety_net.groups.1.items.1", group.items[0]),
        say("card.safety_net.groups.1.title", group.title),
    )


def danger(
    phone: Phone, path: str = "/en/danger", code: str = "en", within: float = LIMIT
) -> float:
    """O1: open an address and see danger signs and what to do now; return the seconds it took."""
    began = time.monotonic()
    phone.visit(path)
    phone.shows(*signs(code), within=within)
    return time.monotonic() - began


def ready(phone: Phone, path: str = "/en/") -> str:
    """Open a page, wait until its language is kept whole; return the worker's version."""
    phone.visit(path)
    phone.until(
        "async () => Boolean((await navigator.serviceWorker.getRegistration())?.active)", 30
    )
    return str(phone.run(READY)["version"])


def cached(phone: Phone) -> dict[str, list[str]]:
    """Return {cache: [paths]} of Genu's own caches."""
    return dict(
        phone.run("""async () => {
          const found = {};
          for (const name of (await caches.keys()).filter((name) => name.startsWith("genu-")))
            found[name] = (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname).sort();
          return found;
        }""")
    )


def newest_within_two_visits(phone: Phone, words: str) -> None:
    """O6: the app is opened and closed twice; the second time it is the newest version."""
    phone.leave()
    phone.visit("/en/")
    phone.until("() => document.readyState === 'complete'")
    settled(phone)
    phone.leave()
    phone.visit("/en/")
    phone.shows(words)


def walks(phone: Phone) -> None:
    """O2: open the check, answer with a danger sign, and be told to call."""
    phone.visit("/en/")
    phone.until(START)
    assert phone.run(WALK) == "emergency"


def works_on_a_dead_line(phone: Phone, line: FaultLine, title: str = OLD) -> None:
    """O1 and O6: nothing answers, and danger signs and start are there, in the kept version."""
    line.down()
    danger(phone)
    phone.visit("/en/")
    phone.shows(title)


def settled(phone: Phone) -> None:
    """Look for a new worker and wait until it is installed, waits, or was given up."""
    phone.run("""async () => {
      const found = await navigator.serviceWorker.ready;
      await found.update().catch(() => {});
      for (let n = 0; n < 200 && found.installing; n += 1) await new Promise((done) => setTimeout(done, 100));
    }""")


def no_answers_told(line: FaultLine, log: str) -> None:
    """O4: no answer in an address, a Referer or the server's log."""
    told = [f"{asked.path} {asked.headers.get('referer', '')}" for asked in line.asked]
    assert [one for one in [*told, log] for canary in CANARIES if canary in one] == []


def nothing_went_wrong(phone: Phone) -> None:
    """O5: no error or rejection that nobody handled, at most one navigation nobody asked for."""
    with contextlib.suppress(*Gone):
        worker = phone.run("""async () => Promise.all((await (await caches.open("told")).keys())
          .map(async (key) => (await caches.match(key)).text()))""")
        phone.faults += [f"in the worker: {told}" for told in worker]
    expected = (*EXPECTED, *phone.expected)
    assert [f for f in phone.faults if not any(e in f for e in expected)] == []
    assert len(phone.documents) <= phone.asked + 1


def smoke(first: Any, *others: Any) -> list[Any]:
    """Parameters of a row of which `make test` takes the first."""
    return [pytest.param(first, marks=pytest.mark.smoke), *others]


# ---- what a test asks for


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server behind the lines; nobody stops it."""
    server = Server(tmp_path_factory.mktemp("origin") / "log.txt", **FEW).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Give the running server of another release, by name."""
    made: dict[str, Server] = {}

    def give(name: str) -> Server:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            if name == "off":
                made[name] = Server(folder / "log.txt", GENU_WORKER="off", **FEW)
            else:
                made[name] = Release(folder, _free_port(), {"v2": V2, "v3": V3}[name], **FEW)
            made[name].start()
        return made[name]

    yield give
    for server in made.values():
        server.stop()


@pytest.fixture
def line(origin: Server) -> Iterator[FaultLine]:
    """A line to the server; afterwards no answer may have been told (O4)."""
    line = FaultLine(origin.port)
    before = origin.log.stat().st_size
    yield line
    line.close()
    no_answers_told(line, origin.log.read_text()[before:])


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Return the engine's name; where it cannot do the row, say why."""
    name = str(request.param)
    for mark in request.node.iter_markers("not_in"):
        engines, why = mark.args
        if name in engines.split():
            pytest.skip(f"not applicable: {why}")
    program = PROGRAMS.get(name)
    if program and not shutil.which(program):
        pytest.fail(f"{program} is not installed: make faults brings it")
    return name


@pytest.fixture(scope="session")
def running() -> Iterator[dict[str, Phone]]:
    """Browsers that run through all tests: every line has a port, and so an origin, of its own."""
    running: dict[str, Phone] = {}
    yield running
    for phone in running.values():
        phone.close()


@pytest.fixture
def phones(
    engine: str,
    line: FaultLine,
    running: dict[str, Phone],
    playwright: Playwright,
    browser: Browser,
) -> Iterator[Callable[..., Phone]]:
    """Make phones of the engine; at the end nothing may have gone wrong in them (O5)."""
    made: list[Phone] = []

    def make(**options: Any) -> Phone:
        if engine == "chromium":
            one: Phone = Chromium(playwright, options.pop("browser", browser), **options)
        elif options:  # a profile of its own
            one = Firefox()
        else:
            one = running.pop(engine, None) or {"firefox": Firefox, "webkit": WebKit}[engine]()
            one.fresh()
        one.url = line.url
        made.append(one)
        return one

    yield make
    whole = False
    try:
        for one in made:
            nothing_went_wrong(one)
        whole = engine != "chromium" and not any(one.killed for one in made)
    finally:
        if made and whole:
            running[engine] = made.pop(0)
        for one in made:
            one.close()


@pytest.fixture
def phone(phones: Callable[..., Phone]) -> Phone:
    return phones()


@pytest.fixture
def lasting(phones: Callable[..., Phone], tmp_path: Path) -> Phone:
    """A phone whose profile stays on disk."""
    return phones(profile=tmp_path / "profile")


@pytest.fixture
def timed(record_property: Callable[[str, object], None]) -> Callable[[str, float], None]:
    """Note how long the danger signs took; printed, never asserted beyond the limit."""
    return lambda name, seconds: record_property(f"seconds {name}", round(seconds, 2))


# ---- choosing and telling


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make test` takes the smoke in Chromium; GENU_FAULTS=all (`make faults`) all.

    Rows and engine of a test go into its report, so that the table can be printed.
    """
    here = str(Path(__file__).parent)
    for item in items:
        given = getattr(item, "callspec", None)
        engine = given.params.get("engine", "chromium") if given else "chromium"
        rows = [row for mark in item.iter_markers("row") for row in mark.args]
        if rows:
            item.user_properties.append(("row", json.dumps([rows, engine])))
        if ALL or not str(item.path).startswith(here) or "engine" not in item.fixturenames:
            continue
        if engine != "chromium" or not item.get_closest_marker("smoke"):
            item.add_marker(pytest.mark.skip(reason="make faults"))


def pytest_configure(config: pytest.Config) -> None:
    if ALL:
        config.pluginmanager.register(Table(), "fault table")
