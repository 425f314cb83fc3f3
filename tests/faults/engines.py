"""Three browsers with one face: a Phone goes somewhere, runs a script, tells what went wrong.

Chromium by Playwright, Firefox ESR by WebDriver BiDi, WebKitGTK by its WebDriver under Xvfb.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import websocket
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.client_config import ClientConfig
from urllib3.exceptions import HTTPError

from tests.browser.conftest import PHONE, _free_port

Gone = (Error, HTTPError, WebDriverException, websocket.WebSocketException, RuntimeError)
# Every script runs in this wrapping: it tells which document it ran in, and listens for errors.
WRAP = """(async () => {
  if (/^(https?|file):/.test(location.protocol) && !window.told) {
    window.told = [];
    addEventListener("error", (event) => event.message && told.push("error: " + event.message));
    addEventListener("unhandledrejection", (event) => told.push("rejection: " + event.reason));
  }
  const late = new Promise((_, no) => setTimeout(no, 25000, new Error("a script that does not end")));
  const value = await Promise.race([(%s)(), late]);
  return JSON.stringify([document.documentURI.startsWith("http") ? performance.timeOrigin : 0,
    window.told ? told.splice(0) : [], value === undefined ? null : value]);
})()"""
POLL = 0.1  # s
ERROR_PAGE = "!/^(https?|file):/.test(document.documentURI)"  # the browser's own


class Phone:
    """What the three have in common. `faults`: errors and rejections nobody handled, in pages."""

    name = ""
    keeps_profile = True  # can be killed and started again on the same profile

    def __init__(self) -> None:
        self.url = ""
        self.faults: list[str] = []
        self.asked = 0  # navigations a test asked for
        self.documents: set[float] = set()  # documents of Genu seen
        self.killed = False
        self.expected: list[str] = []  # parts of faults that a test makes on purpose

    def fresh(self) -> None:
        """Be as if nothing had been seen; for the next test."""
        self.leave()
        self.faults, self.expected, self.documents, self.asked = [], [], set(), 0

    def visit(self, path: str) -> None:
        """Open an address in the tab at hand; returns at once or when an answer begins."""
        self.asked += 1
        with contextlib.suppress(*Gone):
            self.run("() => { window.left = true; }")
        self._go(path if "://" in path else self.url + path)

    def run(self, script: str) -> Any:
        """Return the JSON value of a function `() => …`, which may be async, in the page."""
        document, told, value = json.loads(self._run(WRAP % script))
        if document:
            self.documents.add(document)
        self.faults += told
        return value

    def until(self, script: str, within: float = 15) -> Any:
        """Return the first true value of the function in a newly opened page; errors on none."""
        end = time.monotonic() + within
        seen: Any = None
        while time.monotonic() < end:
            try:
                seen = self.run(
                    f"async () => window.left || {ERROR_PAGE} ? null : await ({script})()"
                )
                if seen:
                    return seen
            except Gone as error:
                seen = error
            time.sleep(POLL)
        raise AssertionError(f"not within {within} s: {script}\nlast: {seen}\n{self.look()}")

    def look(self) -> str:
        """Return where the tab is and what it shows, for messages."""
        try:
            return str(
                self.run("() => location.href + '\\n' + document.body.innerText.slice(0, 600)")
            )
        except Gone as error:
            return repr(error)

    def shows(self, *words: str, within: float = 15) -> None:
        """Wait until all these words are visible text."""
        self.until(
            "() => { const seen = document.body.innerText; "
            f"return {json.dumps(words)}.every((word) => seen.includes(word)); }}",
            within,
        )

    def close(self) -> None:
        """Close the browser for good."""

    def new_tab(self) -> int:
        """Open a tab and be in it; return its number."""
        raise NotImplementedError

    def tab(self, number: int) -> None:
        """Be in a tab, counted from 0 in the order of opening."""
        raise NotImplementedError

    def leave(self) -> None:
        """Close all tabs and be in a new one, as an app that was closed and is opened again."""
        raise NotImplementedError

    def kill(self) -> None:
        """Kill the browser and start it again on the same profile."""
        raise NotImplementedError

    def _go(self, url: str) -> None:
        raise NotImplementedError

    def _run(self, script: str) -> str:
        raise NotImplementedError


class Chromium(Phone):
    """A context of the shared browser; with a profile of its own once `kill` was asked for."""

    name = "chromium"

    def __init__(self, playwright: Playwright, browser: Browser, **options: Any) -> None:
        super().__init__()
        self.playwright = playwright
        self.profile = options.pop("profile", None)
        self.options = {**PHONE, "service_workers": "allow", **options}
        self.browser = browser
        self._open()

    def _open(self) -> None:
        if self.profile:
            self.context: BrowserContext = self.playwright.chromium.launch_persistent_context(
                str(self.profile),
                executable_path=os.environ.get("CHROMIUM_PATH") or None,
                args=["--no-sandbox"],
                **self.options,
            )
        else:
            self.context = self.browser.new_context(**self.options)
        self.context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        self.pages = [self.context.new_page()]
        self.page: Page = self.pages[0]

    def _go(self, url: str) -> None:
        with contextlib.suppress(Error):  # a browser's error page is told by what it shows
            self.page.goto(url, wait_until="commit", timeout=8000)

    def _run(self, script: str) -> str:
        return str(self.page.evaluate(script))

    def new_tab(self) -> int:
        self.page = self.context.new_page()
        self.pages.append(self.page)
        return len(self.pages) - 1

    def tab(self, number: int) -> None:
        self.page = self.pages[number]

    def leave(self) -> None:
        old = self.pages
        self.page = self.context.new_page()
        self.pages = [self.page]
        for page in old:
            page.close()

    def kill(self) -> None:
        lock = os.readlink(Path(self.profile) / "SingletonLock")
        os.kill(int(lock.rsplit("-", 1)[1]), signal.SIGKILL)
        with contextlib.suppress(Error):
            self.context.close()
        self._open()

    def cdp(self, method: str, **more: Any) -> Any:
        return self.context.new_cdp_session(self.page).send(method, more)

    def close(self) -> None:
        with contextlib.suppress(Error):
            self.context.close()


class Process:
    """A program in a group of its own, which can be killed with all it started."""

    def __init__(self, command: list[str], log: Path) -> None:
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
        self.log = log

    def says(self, pattern: str, within: float = 60) -> str:
        end = time.monotonic() + within
        while time.monotonic() < end:
            if found := re.search(pattern, self.log.read_text(errors="replace")):
                return found[1]
            time.sleep(POLL)
        raise RuntimeError(f"never said {pattern}: {self.log.read_text(errors='replace')}")

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


QUIET = {  # nothing of its own over the network, nothing asked
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.aboutwelcome.enabled": False,
    "intl.accept_languages": "en-GB, en",
    "toolkit.startup.max_resumed_crashes": -1,
}


class Firefox(Phone):
    """Firefox by WebDriver BiDi over its own web socket."""

    name = "firefox"

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="genu-firefox-"))
        lines = [f"user_pref({json.dumps(n)}, {json.dumps(v)});" for n, v in QUIET.items()]
        (self.folder / "user.js").write_text("\n".join(lines))
        self._open()

    def _open(self) -> None:
        command = ["firefox-esr", "--headless", "--no-remote", "--profile", str(self.folder)]
        self.process = Process([*command, "--remote-debugging-port=0"], self.folder / "log.txt")
        address = self.process.says(r"WebDriver BiDi listening on (ws://\S+)")
        self.socket = websocket.create_connection(
            address + "/session", timeout=30, suppress_origin=True
        )
        self.number = 0
        self.send("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})
        self.send("session.subscribe", events=["log.entryAdded"])
        self.contexts = [self.send("browsingContext.getTree")["contexts"][0]["context"]]
        self.context = self.contexts[0]

    def send(self, method: str, **params: Any) -> Any:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            told = json.loads(self.socket.recv())
            if told.get("method") == "log.entryAdded":
                self._hear(told["params"])
            if told.get("id") == self.number:
                if told["type"] == "error":
                    raise RuntimeError(f"{method}: {told['error']}: {told['message'][:300]}")
                return told["result"]

    def _hear(self, entry: dict[str, Any]) -> None:
        if entry["type"] == "javascript" and entry["level"] == "error":
            self.faults.append(f"error: {entry['text']}")

    def _go(self, url: str) -> None:
        for _ in range(
            2
        ):  # Firefox tells of a connection that died while idle: once more, as a person would
            with contextlib.suppress(*Gone):
                self.send("browsingContext.navigate", context=self.context, url=url, wait="none")
                return

    def _run(self, script: str) -> str:
        told = self.send(
            "script.evaluate",
            expression=script,
            target={"context": self.context},
            awaitPromise=True,
        )
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return str(told["result"]["value"])

    def new_tab(self) -> int:
        self.context = self.send("browsingContext.create", type="tab")["context"]
        self.contexts.append(self.context)
        return len(self.contexts) - 1

    def tab(self, number: int) -> None:
        self.context = self.contexts[number]
        self.send("browsingContext.activate", context=self.context)

    def leave(self) -> None:
        old = self.contexts
        self.contexts = []
        self.new_tab()
        for context in old:
            self.send("browsingContext.close", context=context)

    def kill(self) -> None:
        self.killed = True
        self.process.kill()
        self._open()

    def close(self) -> None:
        self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def mini_browser() -> str:
    """Return the path of WebKitGTK's small browser."""
    found = [p for p in Path("/usr").glob("lib*/**/webkit2gtk-4.*/MiniBrowser") if p.is_file()]
    return str(found[0])


class WebKit(Phone):
    """WebKitGTK's MiniBrowser; its profile lives in memory, so it cannot be killed and taken up."""

    name = "webkit"
    keeps_profile = False

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="genu-webkit-"))
        port = _free_port()
        command = ["xvfb-run", "-a", "WebKitWebDriver", f"--port={port}"]
        self.process = Process(command, self.folder / "log.txt")
        options = webdriver.WebKitGTKOptions()
        options.binary_location = mini_browser()
        options.add_argument("--automation")
        options.page_load_strategy = "none"
        self.driver = self._connected(port, options)
        self.driver.set_script_timeout(30)
        self.handles = [self.driver.current_window_handle]

    def _connected(self, port: int, options: Any) -> Any:
        address = f"http://127.0.0.1:{port}"
        config = ClientConfig(address, timeout=60)
        end = time.monotonic() + 60
        while True:
            try:
                return webdriver.Remote(address, options=options, client_config=config)
            except Exception:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)

    def _go(self, url: str) -> None:
        for _ in range(4):  # a tab that is just being made may not hear of it
            self.driver.get(url)
            end = time.monotonic() + 5
            while time.monotonic() < end:
                if self.driver.current_url != "about:blank":
                    return
                time.sleep(POLL)

    def _run(self, script: str) -> str:
        done = "const done = arguments[arguments.length - 1];"
        told = self.driver.execute_async_script(
            f"{done} {script}.then(done, (error) => done('!' + error));"
        )
        if told.startswith("!"):
            raise RuntimeError(told)
        return str(told)

    def new_tab(self) -> int:
        self.driver.switch_to.new_window("tab")
        self.handles.append(self.driver.current_window_handle)
        return len(self.handles) - 1

    def tab(self, number: int) -> None:
        self.driver.switch_to.window(self.handles[number])

    def leave(self) -> None:
        old = self.handles
        self.handles = []
        self.new_tab()
        for handle in old:
            self.driver.switch_to.window(handle)
            self.driver.close()
        self.driver.switch_to.window(self.handles[0])

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.driver.quit()
        self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
