"""The file that is handed on, in every engine, with no server and no storage: check, causes, care, drawings, numbers."""

import json
import urllib.request

import pytest

from tests.browser.test_check import CLOT, LUNG, MILD
from tests.browser.test_handed import REFUSED
from tests.faults.conftest import START, signs

# Answers what is asked, screen by screen; tells the level, and what stands below it once it is there.
WALK = """async () => {
  const answers = %s;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const one = (what) => document.querySelector(what);
  one("[data-do=start]").click();
  for (let n = 0; n < 60 && !one("#result.on"); n += 1) {
    const screen = one(".screen.on");
    for (const field of screen.querySelectorAll("[data-question]")) {
      const answer = answers[field.dataset.question];
      const rows = answer !== null && typeof answer === "object";
      const values = !rows ? [String(answer)] : Object.keys(answer).length ? Object.keys(answer) : ["none"];
      for (const input of field.querySelectorAll("input"))
        if (values.includes(input.value) && !input.checked) input.click();
    }
    if (screen.classList.contains("on")) screen.querySelector(".next").click();
    await pause(450);
  }
  const stopped = Boolean(one("#result [data-stopped]:not([hidden])"));
  for (let n = 0; n < 50 && !stopped && !one("#result [data-part=causes] li"); n += 1) await pause(100);
  const many = (what) => document.querySelectorAll(what).length;
  return {
    level: one("#result .level").dataset.level,
    stopped,
    causes: many("#result [data-part=causes] [data-cause]"),
    care: many("#result [data-card]"),
    drawings: many("#result svg"),
  };
}"""
CALL = """async () => {
  const chooser = document.querySelector("#country");
  chooser.value = "FR";
  chooser.dispatchEvent(new Event("change", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 300));
  return document.querySelector("#result a.call").getAttribute("href");
}"""
OPEN = """async () => {
  document.querySelector("#result [data-part=causes] a").click();
  await new Promise((done) => setTimeout(done, 500));
  const main = [...document.querySelectorAll("main")].find((one) => one.checkVisibility());
  return [main.querySelectorAll("article").length, main.querySelector("h1").textContent];
}"""
OUT = """() => performance.getEntriesByType("resource").map(({ name }) => name)
  .filter((name) => !/^(data|blob):/.test(name))"""


@pytest.fixture
def handed(phone, origin, line, tmp_path):
    """Open a language's file on a phone whose line is dead and that refuses storage."""

    def give(code):
        with urllib.request.urlopen(f"{origin.url}/{code}/genu.html") as answer:
            html = answer.read().decode()
        saved = tmp_path / f"genu-{code}.html"
        saved.write_text(html.replace("<head>", f"<head><script>{REFUSED}</script>", 1))
        line.down()
        phone.visit(saved.as_uri())
        phone.until(START)  # the danger signs stand there before the check is unpacked
        return phone

    return give


@pytest.mark.row(90)
@pytest.mark.parametrize("answers, level", [(MILD, "self_care"), (CLOT, "urgent_today")])
def test_a_whole_check_from_a_file(handed, answers, level):
    phone = handed("en")
    found = phone.run(WALK % json.dumps(answers))
    assert (found["level"], found["stopped"]) == (level, False)
    assert found["causes"] >= 1 and found["care"] > 3 and found["drawings"] >= 1
    pages, title = phone.run(OPEN)
    assert pages >= 1 and title
    assert phone.run(OUT) == []


@pytest.mark.row(90)
def test_an_emergency_from_a_file(handed):
    phone = handed("ar")
    found = phone.run(WALK % json.dumps(LUNG))
    assert (found["level"], found["stopped"]) == ("emergency", True)
    assert phone.run(CALL).startswith("tel:")
    phone.run("() => document.querySelector('footer a[href=\"/ar/danger\"]').click()")
    phone.shows(*signs("ar"))
    assert phone.run(OUT) == []
