"""The whole result, with what stands below it, is the same by the phone and by the server.

60 answer sets in three languages; GENU_EQUAL=500 (`make equal`) takes so many in every language.
"""

import os
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import UNDER_TEST, Server
from tests.triage.plain import expand
from tests.triage.strategies import random_answers
from webapp.assets import SCRIPTS
from webapp.content.load import book as make_book
from webapp.content.load import load
from webapp.languages import languages
from webapp.triage.engine import shown_questions

MANY = "GENU_EQUAL" in os.environ
SETS = int(os.environ.get("GENU_EQUAL", "60"))
LANGUAGES = [one.code for one in languages()] if MANY else ["en", "es", "ar"]
BATCH = 20
RELOADS = 3  # sets that go the whole way through the page
CONTENT = load()
BOOK = make_book(CONTENT)
BLOCK_J = [question.id for question in CONTENT.questions if question.block == "J"]
MISSING = {"single": lambda q: q["options"][0], "number": lambda q: q["range"][0]}

# Fills the form, posts it, and gives both result blocks as text.
BOTH = """async (sets) => {
  const modules = "/modules";
  const {itemInWords, levelBlocks, outcomeBlocks, restate} = await import(`${modules}/outcome.js`);
  const {parts, planBlocks} = await import(`${modules}/plan.js`);
  const {triage} = await import(`${modules}/triage.js`);
  const {unhurried} = await import(`${modules}/unhurried.js`);
  const form = document.getElementById("check");
  const book = JSON.parse(document.getElementById("book").textContent);
  const fill = (answers) => {
    for (const input of form.querySelectorAll("[data-question] input")) {
      const answer = answers[input.name];
      const rows = answer !== null && typeof answer === "object";
      const values = answer === undefined ? [] : !rows ? [String(answer)]
        : Object.keys(answer).length ? Object.entries(answer).map(([r, how]) => how === "unsure" ? r + "?" : r) : ["none"];
      if (input.type === "text") input.value = values[0] ?? "";
      else input.checked = values.includes(input.value);
    }
  };
  const told = [];
  for (const {answers, finished} of sets) {
    fill(answers);
    const body = new FormData(form);
    body.append("part", "all");
    const response = await fetch(location.pathname, {method: "POST", body});
    const box = document.createElement("div");
    const outcome = triage(book, answers, finished);
    box.append(levelBlocks(outcome), outcomeBlocks(outcome));
    restate(box.querySelector(".answers"), book, answers);
    if (finished) {
      const plan = await unhurried(planBlocks(await parts(), book, answers, outcome,
        (id, option) => itemInWords(book.questions.find((question) => question.id === id), option)));
      box.querySelector("[data-part=guide]").replaceChildren(plan);
    }
    told.push([response.status, box.innerHTML, await response.text()]);
  }
  return told;
}"""

# Out of markup: what the call block adds by script, white space, attributes' order.
PLAIN = """(sources) => sources.map((html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const result = page.getElementById("result") || page.body;
  for (const call of result.querySelectorAll(".call")) call.replaceChildren();
  for (const node of result.querySelectorAll("[data-stopped]")) node.hidden = true;
  const walk = (node, depth) => {
    if (node.nodeType === 3) return node.data.trim() ? " ".repeat(depth) + node.data.replace(/\\s+/g, " ").trim() + "\\n" : "";
    if (node.nodeType !== 1) return "";
    const names = [...node.attributes].map((a) => `${a.name}="${a.value}"`).sort().join(" ");
    return " ".repeat(depth) + `<${node.localName} ${names}>\\n` + [...node.childNodes].map((n) => walk(n, depth + 1)).join("");
  };
  return [...result.childNodes].map((node) => walk(node, 0)).join("");
})"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of these tests, with their languages."""
    environment = {"GENU_LANGUAGES": " ".join(LANGUAGES), "GENU_PSEUDO": ""}
    server = UNDER_TEST(tmp_path_factory.mktemp("equal") / "log.txt", **environment).start()
    yield server
    server.stop()


def complete(answers: dict[str, Any], medicine: bool = False) -> dict[str, Any]:
    """Return the answers with what the form insists on filled in.

    medicine: keep those to block J, be they all three or not.
    """
    answers = dict(answers)
    answers["pain_place"] = answers.get("pain_place") or {"behind_middle": "yes"}
    for _ in BOOK["questions"]:
        for question in BOOK["questions"]:
            name = question["id"]
            if (
                name in answers
                or question["optional"]
                or not question["check"]
                or name not in shown_questions(BOOK, answers)
            ):
                continue
            answers[name] = MISSING.get(question["type"], lambda q: {})(question)
    asked = {q["id"] for q in BOOK["questions"] if q["check"]}
    asked |= set(BLOCK_J) if medicine else set()
    return {name: answer for name, answer in answers.items() if name in asked}


def sets() -> list[dict[str, Any]]:
    """Return answer sets: half golden cases spread over the file, half by chance, some cut short."""
    source = random.Random(23)
    golden = [expand(CONTENT, BOOK, case.answers) for case in CONTENT.cases]
    golden = golden[:: max(1, len(golden) * 2 // SETS)]
    by_chance = [random_answers(BOOK, source) for _ in range(SETS - len(golden))]
    found = [
        {"answers": complete(answers, medicine=n % 2 == 0), "finished": True}
        for n, answers in enumerate(golden + by_chance)
    ]
    cut = {"danger_now": {}, "limb_danger": {"cold_pale_foot": "unsure", "bone_wound": "yes"}}
    measured = complete(golden[0]) | {"calf_cm_sore": 40.5, "calf_cm_other": 36}
    return [
        {"answers": cut, "finished": False},
        {"answers": measured | {"pain_place": {"calf": "yes"}}, "finished": True},
        *found,
    ]


def with_modules(page: Any) -> Any:
    """Return the page with the modules of the one script within its reach, each by its name."""

    def module(route: Any) -> None:
        route.fulfill(path=SCRIPTS / route.request.url.rsplit("/", 1)[1])

    page.route("**/modules/*.js", module)
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_phone_and_server_make_the_same_result(phone, language):
    page, reader = with_modules(phone.page()), phone.page()
    page.goto(f"/{language}/")
    page.wait_for_selector(".screen.on")
    levels, parts = set(), set()
    wanted = sets()
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        told = page.evaluate(BOTH, batch)
        phone_side = reader.evaluate(PLAIN, [on_phone for _, on_phone, _ in told])
        server_side = reader.evaluate(PLAIN, [by_server for _, _, by_server in told])
        for asked, (status, _, _), mine, theirs in zip(
            batch, told, phone_side, server_side, strict=True
        ):
            assert status == 200, asked
            assert mine == theirs, asked
            levels |= set(re.findall(r'data-level="(\w+)"', mine))
            parts |= set(
                re.findall(r"data-(?:part=\"\w+\"|dose|no-dose|ask|first|fits|minor)", mine)
            )
    assert len(wanted) >= SETS
    assert len(levels) >= 4, levels
    assert len(parts) >= 11, parts


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_way_through_the_page_gives_the_same_too(phone, language):
    """From what is kept in the tab, through the form, to the screen."""
    page, reader = with_modules(phone.page()), phone.page()
    page.goto(f"/{language}/")
    for wanted in sets()[1 :: max(1, SETS // RELOADS)]:
        page.evaluate(
            """answers => {
              sessionStorage.setItem('genu.result', JSON.stringify({answers, at: Date.now()}));
              history.replaceState({at: -2}, '');
            }""",
            wanted["answers"],
        )
        page.reload()
        page.wait_for_selector("#result.on [data-part=visit]")
        shown = page.inner_html("#result")
        ((_, _, by_server),) = page.evaluate(BOTH, [wanted])
        mine, theirs = reader.evaluate(PLAIN, [shown, by_server])
        assert mine == theirs, wanted
