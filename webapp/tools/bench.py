"""Figures of size and speed, as ratios to a blank installable page and an empty view of one run.

`make bench`. It prints and judges nothing. Needs Chromium; `wrk` for the server's part.
"""

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli
from playwright.sync_api import Browser, Page, sync_playwright

from webapp.languages import languages
from webapp.tools.slow_line import slow_line

ROOT = Path(__file__).parents[2]
RUNS = 5
EMPTY = "import flask; app = flask.Flask(__name__); app.add_url_rule('/', view_func=lambda: '')"


def main() -> None:
    """Print every figure."""
    with granian("webapp:create_app", "--factory") as genu:
        sizes(genu)
        with blank() as floor, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM_PATH") or None, args=["--no-sandbox"]
            )
            speeds(browser, genu, floor)
            browser.close()
        server(genu)


def line(name: str, value: str, goal: str = "") -> None:
    """Print one figure."""
    print(f"{name:<58} {value:>24}   {goal}", flush=True)


# ---- size


def sizes(genu: str) -> None:
    """Print compressed sizes, as a browser gets them."""
    html = fetch(genu + "/")
    line(
        "first view, one response (brotli)", kb(len(brotli.compress(html))), "14 kB or needs first"
    )
    upto = html.index(b'id="q4"')
    line(
        "  of it until the last danger question", kb(len(brotli.compress(html[:upto]))), "<= 14 kB"
    )
    worker = fetch(genu + "/sw.js").decode()
    build = json.loads(re.search(r"^const BUILD = (\{.*\});$", worker, re.M)[1])  # type: ignore[index]
    (script,) = [fetch(genu + path) for path in build["shared"] if path.endswith(".js")]
    body = worker.split("\n", 2)[2].encode()  # below its version and its list
    line("JavaScript (brotli)", kb(packed(script) + packed(body)), "<= 15 kB")
    line("  of it the worker's", kb(packed(body)))
    line("JavaScript parsed", kb(len(script) + len(body)), "<= 45 kB")
    for language in languages(pseudo=False):
        guide = json.loads(fetch(f"{genu}/{language.code}/guide.json"))
        kept = {"/sw.js", *build["shared"], *build["packs"][language.code], *guide}
        size = sum(on_the_line(genu + path) for path in kept)
        line(f"whole offline (brotli): {language.code}", kb(size), "<= 250 kB")
    handed_on(genu)


def handed_on(genu: str) -> None:
    """Print the size of the file that is handed on, of each language."""
    for language in languages(pseudo=False):
        size = len(fetch(f"{genu}/{language.code}/genu.html"))
        line(f"the file handed on: {language.code}", kb(size), "<= 400 kB")


def on_the_line(url: str) -> int:
    """Return the size of a body as it travels to a phone."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return len(response.read())


def packed(data: bytes) -> int:
    """Return the compressed size."""
    return len(brotli.compress(data))


def kb(size: int) -> str:
    """Return a size in kB of 1000 bytes."""
    return f"{size / 1000:.1f} kB"


def fetch(url: str) -> bytes:
    """Return the body of a GET."""
    with urllib.request.urlopen(url, timeout=30) as response:
        return bytes(response.read())


# ---- speed


def speeds(browser: Browser, genu: str, floor: str) -> None:
    """Print times at 400 kbit/s, 400 ms, 4x slower processor, against the blank page."""
    ours = [visit(browser, genu, "[data-do=start]") for _ in range(RUNS)]
    theirs = [visit(browser, floor, "#go") for _ in range(RUNS)]
    for name, goal in (("first paint", 1.1), ("offline reopen, first paint", 1.3)):
        compare(name, [r[name] for r in ours], [r[name] for r in theirs], goal)
    answered = [first_answer(browser, genu) for _ in range(RUNS)]
    compare("first danger question answered", answered, [r["first paint"] for r in theirs], 1.3)
    check = statistics.median(r["ready offline"] for r in ours)
    line("the check ready offline after", f"{check / 1000:.1f} s", "<= 8 s")
    visits = [whole_visit(browser, genu) for _ in range(RUNS)]
    whole, size = (statistics.median(figure) for figure in zip(*visits, strict=True))
    line("ready without internet (the guide too) after", f"{whole / 1000:.1f} s")
    line("  bytes on the line until then, headers too", kb(int(size)))
    walks = [answers(browser, genu) for _ in range(RUNS)]
    each = statistics.median(time for walk in walks for time in walk[:-1])
    result = statistics.median(walk[-1] for walk in walks)
    line("each answer, 6x slower processor: median", f"{each:.0f} ms", "<= 50 ms")
    line("the result, 6x slower processor: median", f"{result:.0f} ms", "<= 50 ms")


def compare(name: str, ours: list[float], floor: list[float], goal: float) -> None:
    """Print a median, the floor's, and their ratio."""
    a, b = statistics.median(ours), statistics.median(floor)
    line(name, f"{a:.0f} / {b:.0f} ms = {a / b:.2f} x", f"<= {goal} x")


def slowed(page: Page, rate: int) -> None:
    """Slow a page's processor."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})


def visit(browser: Browser, url: str, control: str) -> dict[str, float]:
    """Return the times of a first visit and of a reopening with the line cut, in ms."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    with slow_line(url) as (slow, line_):
        page = context.new_page()
        slowed(page, 4)
        page.goto(slow + "/", wait_until="commit")
        page.wait_for_selector(control)
        first = paint(page)
        page.wait_for_function("() => navigator.serviceWorker.controller", timeout=60000)
        ready = float(page.evaluate("() => performance.now()"))
        page.close()
        line_.cut()
        page = context.new_page()
        slowed(page, 4)
        page.goto(slow + "/")
        page.wait_for_selector(control)
        again = paint(page)
        context.close()
    return {"first paint": first, "offline reopen, first paint": again, "ready offline": ready}


def paint(page: Page) -> float:
    """Return the time of the first contentful paint, ms after navigation."""
    script = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    page.wait_for_function(script)
    return float(page.evaluate(script))


def whole_visit(browser: Browser, url: str) -> tuple[float, int]:
    """Return when a first visitor who looks is told "ready" (ms), and the bytes so far."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    with slow_line(url) as (slow, line_):
        page = context.new_page()
        slowed(page, 4)
        began = time.monotonic()
        page.goto(slow + "/", wait_until="commit")
        page.wait_for_function("() => navigator.serviceWorker.controller", timeout=60000)
        page.goto(slow + "/en/offline", wait_until="commit")
        page.wait_for_selector("[data-part=kept] [data-state=ready]:visible", timeout=60000)
        ready = (time.monotonic() - began) * 1000
        context.close()
    return ready, line_.carried["down"]


# Taps on as soon as a frame shows what to tap; the driver's own taps wait some 300 ms more.
TAPPING = """
  const seen = (what) => {
    const found = document.querySelector(what);
    return found?.checkVisibility() ? found : null;
  };
  const look = () => {
    const none = seen("#q1 label.none");
    if (none) none.click();
    else seen("#start [data-do=start]")?.click();
    if (document.querySelector("#q1 .none input:checked")) window.answered = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
"""


def first_answer(browser: Browser, url: str) -> float:
    """Return when the first danger question is answered by someone who taps on at once, in ms."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True)
    with slow_line(url) as (slow, _):
        page = context.new_page()
        page.add_init_script(TAPPING)
        slowed(page, 4)
        page.goto(slow + "/", wait_until="commit")
        done = page.wait_for_function("() => window.answered", timeout=60000).json_value()
        context.close()
    return float(done)


def answers(browser: Browser, genu: str) -> list[float]:
    """Return the times from a tap on an answer to the next screen, the result at last, in ms."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(genu + "/en/")
    page.wait_for_selector("html.js")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    times: list[float] = page.evaluate(WALK)
    context.close()
    return times


WALK = """async () => {
  const times = [];
  document.querySelector("[data-do=start]").click();
  for (let n = 0; n < 30; n += 1) {
    const screen = document.querySelector(".screen.on");
    if (screen.id === "result") break;
    for (const field of screen.querySelectorAll("[data-question]")) {
      const input = field.querySelector("input[value=none]") || field.querySelector("input");
      if (input.type !== "text" && !input.checked) input.click();
    }
    const start = performance.now();
    screen.querySelector(".next").click();
    document.querySelector(".screen.on").getBoundingClientRect();
    times.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, 50));
  }
  return times;
}"""


# ---- server


def server(genu: str) -> None:
    """Print requests per second against an empty view, and /healthz beside slow clients."""
    if not shutil.which("wrk"):
        line("server", "skipped", "needs wrk")
        return
    with granian("empty:app", cwd=empty_app()) as floor:
        ours, theirs = [], []
        for _ in range(3):
            ours.append(requests_per_second(genu + "/en/"))
            theirs.append(requests_per_second(floor + "/"))
    a, b = statistics.median(ours), statistics.median(theirs)
    line("requests/s: start page / empty view", f"{a:.0f} / {b:.0f} = {a / b:.2f} x", ">= 0.8 x")
    line("/healthz beside 30 slow clients", f"{beside_slow_clients(genu):.1f} ms", "not delayed")


def empty_app() -> Path:
    """Return a folder with the smallest Flask application."""
    folder = ROOT / "out" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "empty.py").write_text(EMPTY + "\n", encoding="utf-8")
    return folder


def requests_per_second(url: str) -> float:
    """Return what wrk measures in 5 s over 32 connections, compressed pages."""
    command = ["wrk", "-t1", "-c32", "-d5s", "-H", "Accept-Encoding: br", url]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])  # type: ignore[index]


def beside_slow_clients(genu: str) -> float:
    """Return the worst of 6 /healthz answers in ms while 30 clients send half a request."""
    port = int(genu.rsplit(":", 1)[1])
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
    for one in slow:
        one.sendall(b"POST /en/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na")
    worst = 0.0
    for _ in range(6):
        start = time.perf_counter()
        fetch(genu + "/healthz")
        worst = max(worst, time.perf_counter() - start)
    for one in slow:
        one.close()
    return worst * 1000


@contextmanager
def granian(target: str, *options: str, cwd: Path = ROOT) -> Iterator[str]:
    """Serve an application as production does; yield its address."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", *options]
    command += ["--port", str(port), "--workers", "2", "--blocking-threads", "64", "--no-ws"]
    command += ["--log-level", "error", target]
    yield from serving(command, port, cwd)


@contextmanager
def blank() -> Iterator[str]:
    """Serve the blank installable page."""
    port = free_port()
    folder = ROOT / "tests" / "blank"
    yield from serving([sys.executable, "-m", "http.server", str(port), "-d", str(folder)], port)


def serving(command: list[str], port: int, cwd: Path = ROOT) -> Iterator[str]:
    """Run a server until the caller is done with it."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=cwd, start_new_session=True, **quiet)  # type: ignore[call-overload]
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):  # 2 minutes, for a busy machine
            try:
                fetch(url + "/")
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def free_port() -> int:
    """Return a port nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    main()
