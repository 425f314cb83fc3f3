"""A phone's life at random: visits, answers, tabs, kills, deploys, faults; then the oracles.

GENU_RUNS and GENU_STEPS say how many and how long, GENU_SEED which; a failure prints its steps.
"""

import contextlib
import os
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from playwright.sync_api import Error

from tests.faults.conftest import (
    ALL,
    NEW,
    NEWEST,
    OLD,
    cached,
    danger,
    newest_within_two_visits,
    no_answers_told,
    nothing_went_wrong,
    ready,
    settled,
)
from tests.faults.engines import Chromium
from tests.faults.line import FaultLine
from tests.faults.test_updates import DRAFT, OFFER

RUNS = int(os.environ.get("GENU_RUNS", 20 if ALL else 2))
STEPS = int(os.environ.get("GENU_STEPS", 12 if ALL else 6))
SEED = int(os.environ.get("GENU_SEED", 1))
TITLES = {"v1": OLD, "v2": NEW, "v3": NEWEST}
MODES = ["reset", "hang", "trickle", "cut", "captive", "redirect", "404", "500", "slow"]
WHERE = [r".*", r"/static/.*", r"/sw\.js", r"/[a-z]{2}/.*", r"/en/(danger|numbers)"]
ACT = """(number) => {
  const found = [...document.querySelectorAll(".screen.on button, .screen.on label.pick")]
    .filter((one) => one.checkVisibility() && !/print|share/.test(one.dataset.do));
  found[number % found.length]?.click();
}"""


class Life(RuleBasedStateMachine):
    """One phone behind one line; `give` returns the server of a release."""

    told: dict[str, int] = {"runs": 0, "steps": 0}

    def __init__(self, make: Any, origin: Any, give: Any) -> None:
        super().__init__()
        self.origin, self.give = origin, give
        self.line = FaultLine(origin.port)
        self.phone: Chromium = make()
        self.phone.url = self.line.url
        self.newest = "v1"
        self.told["runs"] += 1

    @initialize()
    def was_there_once(self) -> None:
        ready(self.phone)

    @rule(code=st.sampled_from(["en", "es", "ar"]), path=st.sampled_from(["danger", "danger/"]))
    def sees_danger_signs(self, code: str, path: str) -> None:
        self._step()
        danger(self.phone, f"/{code}/{path}", code, within=30)

    @rule(path=st.sampled_from(["/", "/en/", "/en/numbers", "/en/never", "/es/", "/en/about?x=1"]))
    def visits(self, path: str) -> None:
        self._step()
        self.phone.visit(path)
        self.phone.until("() => document.querySelector('h1')?.checkVisibility()", within=30)

    @rule(taps=st.lists(st.integers(0, 30), min_size=1, max_size=6))
    def checks(self, taps: list[int]) -> None:
        self._step()
        self.phone.visit("/en/")
        self.phone.until("() => Boolean(document.querySelector('html.js .screen.on'))", within=30)
        for number in taps:
            self.phone.run(f"() => ({ACT})({number})")
            self.phone.page.wait_for_timeout(260)

    @rule()
    def opens_a_tab(self) -> None:
        self._step()
        self.phone.new_tab()
        self.phone.visit("/en/about")
        self.phone.until("() => document.querySelector('h1')?.checkVisibility()", within=30)

    @rule()
    def is_killed_and_keeps_its_draft(self) -> None:
        self._step()
        self.phone.visit("/en/danger")
        self.phone.until("() => document.querySelector('h1')?.checkVisibility()", within=30)
        draft = self.phone.run(DRAFT)
        with contextlib.suppress(Error):
            self.phone.page.goto("chrome://crash", timeout=1000)
        self.phone.leave()
        self.phone.visit("/en/danger")
        self.phone.until("() => document.querySelector('h1')?.checkVisibility()", within=30)
        assert self.phone.run(DRAFT) == draft

    @rule()
    def loses_its_caches(self) -> None:
        self._step()
        self.phone.visit("/en/danger")
        self.phone.until("() => document.querySelector('h1')?.checkVisibility()", within=30)
        for name in cached(self.phone):
            self.phone.run(f"() => caches.delete({name!r})")

    @rule(name=st.sampled_from(["v1", "v2", "v3"]))
    def is_deployed(self, name: str) -> None:
        self._step()
        self.newest = name
        self.line.target = (self.origin if name == "v1" else self.give(name)).port

    @rule(mode=st.sampled_from(MODES), path=st.sampled_from(WHERE))
    def lies(self, mode: str, path: str) -> None:
        self._step()
        self.line.fault(mode, path)

    @rule()
    def dies(self) -> None:
        self._step()
        self.line.down()

    @rule(takes=st.booleans())
    def heals(self, takes: bool) -> None:
        """The network is back; a new version is looked for, and taken when it is offered."""
        self._step()
        self.line.heal()
        self.phone.visit("/en/about")
        self.phone.until("() => document.readyState === 'complete'", within=30)
        settled(self.phone)
        self.phone.page.wait_for_timeout(300)
        if takes and self.phone.run(OFFER):
            self.phone.asked += len(self.phone.pages)
            self.phone.page.locator("[data-do=now]").tap()
            self.phone.page.wait_for_timeout(1000)

    def _step(self) -> None:
        self.told["steps"] += 1

    def teardown(self) -> None:
        """O1 under whatever fault is left, O6 once it is gone, O5 and O4 at the end."""
        try:
            danger(self.phone, within=30)
            self.line.heal()
            newest_within_two_visits(self.phone, TITLES[self.newest])
            nothing_went_wrong(self.phone)
            no_answers_told(self.line, "")
        finally:
            self.phone.close()
            self.line.close()


@pytest.mark.random
@pytest.mark.smoke
@pytest.mark.not_in("firefox webkit", "one engine walks at random; the rows above are for all")
def test_whatever_happens_the_danger_signs_show(
    engine, playwright, browser, origin, release, record_property
):
    Life.told = {"runs": 0, "steps": 0}
    make = lambda: Chromium(playwright, browser)  # noqa: E731
    life = hypothesis.seed(SEED)(lambda: Life(make, origin, release))
    settings = hypothesis.settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    try:
        run_state_machine_as_test(life, settings=settings)
    finally:
        record_property(
            "random", f"{Life.told['runs']} runs, {Life.told['steps']} steps, seed {SEED}"
        )
