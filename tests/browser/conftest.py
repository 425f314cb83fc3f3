"""A real server, a real browser, and a page that tells every fault it sees."""

import atexit
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.person import Person

ROOT = Path(__file__).parent.parent.parent
FEW = {"GENU_PSEUDO": "1", "GENU_LANGUAGES": "en es ar"}  # the others differ in words only
PHONE = {
    "viewport": {"width": 360, "height": 640},
    "has_touch": True,
    "is_mobile": True,
    "locale": "en-GB",
    "service_workers": "block",  # tests of the worker say "allow"
    "reduced_motion": "reduce",
}
WAIT = 10000  # ms for anything a person waits for; long, as machines that test are busy
TELL = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP", event.violatedDirective, event.blockedURI, event.sourceFile));
"""


class Server:
    """Genu as `make run` starts it, in a process that can be killed and started again."""

    alive = "/healthz"

    def __init__(self, log: Path, **environment: str) -> None:
        self.log = log
        self.environment = {**os.environ, **FEW, **environment}
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._until(answering=True)
        return self

    def _command(self) -> list[str]:
        return _command(self.port)

    def stop(self) -> None:
        """Kill it with its workers: nothing listens on the port any more."""
        if self.process is None:
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process = None
        self._until(answering=False)

    def _until(self, answering: bool) -> None:
        end = time.monotonic() + 400  # ten languages on a busy machine
        while time.monotonic() < end:
            if self._answers() is answering:
                return
            if answering and self.process and self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"server answering={answering} not reached:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}{self.alive}", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


class Files(Server):
    """The static copy behind the plainest server of files there is."""

    alive = "/robots.txt"

    def _command(self) -> list[str]:
        options = ["--bind", "127.0.0.1", "--directory", str(exported())]
        return [sys.executable, "-m", "http.server", str(self.port), *options]


@cache
def exported() -> Path:
    """Return the folder of a static copy, made once."""
    folder = Path(tempfile.mkdtemp(prefix="genu-export-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-m", "flask", "--app", "webapp", "export", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **FEW}, check=True, capture_output=True)
    return folder


def _command(port: int) -> list[str]:
    """Return the server's command of the Makefile, so that the tests run what people run."""
    line = next(
        line for line in (ROOT / "Makefile").read_text().splitlines() if "/granian " in line
    )
    line = line.replace("$(BIN)", str(Path(sys.executable).parent)).replace("$(PORT)", str(port))
    return shlex.split(line.strip().lstrip("@"))


UNDER_TEST = Files if os.environ.get("GENU_UNDER_TEST") == "export" else Server


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of most tests; nobody stops it."""
    server = UNDER_TEST(tmp_path_factory.mktemp("server") / "log.txt").start()
    yield server
    server.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server of one test, which may stop it and start it again on the same port."""
    server = UNDER_TEST(tmp_path / "log.txt").start()
    yield server
    server.stop()


class Phone:
    """A browser profile and the faults its pages showed."""

    def __init__(self, browser: Browser, server: Server, **options: Any) -> None:
        self.server = server
        self.faults: list[str] = []
        self.expected: list[str] = []
        self.requests: list[Any] = []
        self.context: BrowserContext = browser.new_context(
            base_url=server.url, **{**PHONE, **options}
        )
        self.context.set_default_timeout(WAIT)
        self.context.add_init_script(TELL)
        self.context.on("request", self._asked)
        self.context.on("weberror", lambda error: self._fault(f"error: {error.error}"))
        self.context.on("console", self._said)

    def page(self) -> Page:
        return self.context.new_page()

    def person(self) -> Person:
        return Person(self.page())

    def expect_faults(self, *patterns: str) -> None:
        """Take away the faults a test makes on purpose, told already or to come."""
        self.expected += patterns
        self.faults[:] = [f for f in self.faults if not any(re.search(p, f) for p in patterns)]

    def _fault(self, told: str) -> None:
        if not any(re.search(pattern, told) for pattern in self.expected):
            self.faults.append(told)

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self._fault(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        self.requests.append(request)
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob", "about", "file"):
            return
        if address.netloc != urlsplit(self.server.url).netloc:
            self._fault(f"request to another host: {request.url}")


@pytest.fixture
def phones(browser: Browser, server: Server) -> Iterator[Callable[..., Phone]]:
    """Make phones; at the end none of them may have shown a fault."""
    made: list[Phone] = []

    def make(**options: Any) -> Phone:
        made.append(
            Phone(options.pop("browser", browser), options.pop("server", server), **options)
        )
        return made[-1]

    make.made = made
    yield make
    for phone in made:
        phone.context.close()
    assert [fault for phone in made for fault in phone.faults] == []


@pytest.fixture
def phone(phones: Callable[..., Phone]) -> Phone:
    return phones()


@pytest.fixture
def page(phone: Phone) -> Page:
    return phone.page()


@pytest.fixture
def person(page: Page) -> Person:
    return Person(page)


# Visible words that no pair of brackets holds, in a page of a pseudo-language. Languages' own names,
# English by nature, country names of CLDR and versions stand in elements that say so.
FOREIGN = r"""() => {
  const found = [];
  const bare = (text) => text.replace(/\[[^[\]]*\]/g, " ").replace(/Genu/g, " ");
  const shown = (element) => element.checkVisibility() && element.getClientRects().length;
  const own = (element) => {
    const spoken = element.closest("[lang]");
    return spoken && spoken.lang !== document.documentElement.lang;
  };
  const except = "script, style, template, bdi, option[value]:not([value='']), tr[id] th, [data-country]";
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (element.closest(except) || element.closest("head") || own(element) || !shown(element)) continue;
    const left = bare(walk.currentNode.data);
    if (/\p{L}/u.test(left)) found.push(left.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [alt], [placeholder]")) {
    for (const name of ["aria-label", "title", "alt", "placeholder"]) {
      const value = element.getAttribute(name);
      if (value && !own(element) && /\p{L}/u.test(bare(value))) found.push(name + ": " + value);
    }
  }
  if (/\p{L}/u.test(bare(document.title))) found.push("title: " + document.title);
  return found;
}"""


@pytest.fixture
def foreign_words() -> Callable[[Page], list[str]]:
    """Return the words of a page that are not of its pseudo-language."""
    return lambda page: page.evaluate(FOREIGN)


# What of the browser tests `make test` takes: each promise once or more, in some 6 minutes on 2 cores.
SMOKE = re.compile(
    r"""
      test_offline\.py:: | test_guide\.py:: | test_wording\.py:: | test_export\.py::
    | whole_check_with.*CLOT | whole_check_with.*urgent | cannot_be_unpacked | makes_the_same_file
    | added_and_removed | never_visited | in_silence | next_person | leaving.*walk | space.*check$
    | touch\[V0[123]- | touch\[V27-                               # the check from end to end
    | an_emergency_stops | hide_the_emergency | double_tap
    | back_keeps | browser_back_after | change_one | more_questions
    | what_follows | level_comes_first | back_from_another | never_an_outcome | of_another_visit | of_yesterday
    | exception | unreadable | foreign_script | \[check\]$          # faults
    | erase | left_check | reopened | killed_browser | storage_refused
    | switching_language.*result | enter_in_a_field
    | gives_the_level\[V0[36]\] | danger_block | open_danger | error_summary | country_gives | out_of_range
    | same_result\[en\]                                            # phone = server
    | _fits\[(en|ar)\] | test_scripts\.py::.*\[ar\]
    """,
    re.VERBOSE,
)


# What must hold of a static copy too (`make export-test`): nothing is posted there, and there is no
# other release.
EXPORTED = re.compile(
    r"""
      test_export\.py:: | test_handed\.py::
    | every_page_opens | unknown_address | language_not_kept | offline_by_script | foreign_page
    | never_answers | damaged_file | two_languages | nothing_is_fetched | was_closed
    | touch\[V0[123]- | touch\[V27-
    | an_emergency_stops | hide_the_emergency | double_tap | change_one
    | switching_language.*result | reload_on_a_result | storage_refused_still | every_page_opens
    | exception | does_not_arrive | plan_is_there | every_link
    """,
    re.VERBOSE,
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make test` takes the smoke of the browser tests; GENU_BROWSER=all (`make browser`) all."""
    wanted = EXPORTED if UNDER_TEST is Files else SMOKE
    if os.environ.get("GENU_BROWSER") == "all" and wanted is SMOKE:
        return
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here) and not wanted.search(item.nodeid):
            item.add_marker(pytest.mark.skip(reason="make browser"))
