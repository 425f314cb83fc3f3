"""Every fact of the five seed documents is told: facts.yaml, row by row.

Each item a row names exists, the row's words stand in what people read of it, and a person who
starts at the first page or at a result finds it within two taps.
"""

import re
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
import yaml

from tests.markup import parse
from tests.test_forms import COMPLETE
from webapp.content.schema import KINDS, texts
from webapp.pages import PAGES

FACTS = yaml.safe_load((Path(__file__).parent / "facts.yaml").read_text("utf-8"))
ROWS = {"S0": 53, "S1": 62, "S2": 64, "S3": 55, "S4": 21}
ABOUT = ("fact", "furniture")  # what a row says of itself; all else are items
GUIDE = ("conditions", "cards", "exercises", "remedies")
TAPS = 2
START = "/en/"


def items(content):
    """{id: the English texts of it}; question.option and the sources too."""
    found = {}
    for name, kind in KINDS.items():
        for item in getattr(content, name):
            said = [text for _, text in texts(item, kind)]
            assert found.setdefault(item.id, said) is said, f"{item.id} names two items"
            for option in getattr(item, "options", ()):
                found[f"{item.id}.{option.id}"] = [option.text]
    return {**found, **{id: [line] for id, line in content.sources.items()}}


def pointers(facts):
    """Yield (row, item, words) of every item the rows name."""
    for row, about in facts.items():
        for item, words in about.items():
            if item not in ABOUT:
                yield row, item, words


def stands_in(words, said):
    """Whether the words stand in one of the texts, as whole words."""
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
    return any(pattern.search(text) for text in said)


def untold(facts, content):
    """Every (row, item, words) that is not there; words None when the item is not."""
    known = items(content)
    for row, item, wanted in pointers(facts):
        if item not in known:
            yield row, item, None
            continue
        yield from ((row, item, words) for words in wanted if not stands_in(words, known[item]))


def test_every_row_of_every_seed_is_here():
    wanted = [f"{seed}-{number:02}" for seed, rows in ROWS.items() for number in range(1, rows + 1)]
    assert list(FACTS) == wanted and len(wanted) == 255


def test_every_row_says_what_it_is_and_where():
    for row, about in FACTS.items():
        (what,) = set(about) & set(ABOUT)
        assert len(about[what].split()) > 1, row
        assert what == "furniture" or len(about) > 1, row
    assert all(words and all(words) for _, _, words in pointers(FACTS))


def test_every_item_says_what_its_row_wants(content):
    assert list(untold(FACTS, content)) == []


@pytest.mark.parametrize(
    "item, words, missing",
    [
        ("no_such_card", ["ice"], None),
        ("calf_check.no_such_answer", ["calf"], None),
        (
            "ice",
            ["never go over 20 minutes", "never go over 30 minutes"],
            "never go over 30 minutes",
        ),
        ("ice", ["10 to 2"], "10 to 2"),
        ("ice", ["20 minutes. Look at the skin"], "20 minutes. Look at the skin"),
    ],
)
def test_what_is_missing_is_found(content, item, words, missing):
    assert list(untold({"S9-01": {"fact": "planted", item: words}}, content)) == [
        ("S9-01", item, missing)
    ]


# ---- in two taps


def reached(pages, start=START, taps=TAPS):
    """{address: tree} of the pages at most so many links away. pages: {address: HTML}."""
    trees, edge = {}, [start]
    for _ in range(taps + 1):
        links = set()
        for address in edge:
            trees[address] = parse(pages[address])
            for link in trees[address].all("a", href=True):
                links.add(urldefrag(urljoin(address, link["href"])).url)
        edge = sorted(link for link in links if link in pages and link not in trees)
    return trees


def shown(trees):
    """{anchor: [what stands there, on each page that has it]}."""
    anchors = {}
    for tree in trees.values():
        for node in tree.walk():
            if node["id"]:
                anchors.setdefault(node["id"], []).append(node.text)
    return anchors


def far(facts, content, trees):
    """Every (row, item, words) a person does not get to; words None when it is the whole item.

    Questions and the reasons of rules stand on the first page; levels and flags have no place.
    """
    anchors = shown(trees)
    asked = {node["data-question"] for node in trees[START].walk()}
    given = {node["data-rule"] for node in trees[START].walk(inert=True)}
    guide = {i.id for kind in GUIDE for i in getattr(content, kind)}
    questions, rules = ({i.id for i in group} for group in (content.questions, content.rules))
    for row, item, wanted in pointers(facts):
        if item in guide:
            said = anchors.get(item, [])
            if not said:
                yield row, item, None
            yield from ((row, item, words) for words in wanted if not stands_in(words, said))
            continue
        question = item.split(".")[0]
        gone = (
            (item in content.sources and f"src-{item}" not in anchors)
            or (question in questions and question not in asked)
            or (item in rules and item not in given)
        )
        if gone:
            yield row, item, None


@pytest.fixture(scope="module")
def pages(app):
    """The English pages by address."""
    if "guide" not in PAGES:
        pytest.skip("the guide has no pages yet")
    client = app.test_client()
    return {f"/en/{path}": client.get(f"/en/{path}").text for path in PAGES}


def test_every_fact_is_two_taps_from_the_start(pages, content):
    assert list(far(FACTS, content, reached(pages))) == []


def test_every_fact_is_two_taps_from_a_result(pages, content, app):
    result = app.test_client().post(START, data=COMPLETE).text
    assert parse(result).one("section", id="result").all("section", data_level=True)
    assert list(far(FACTS, content, reached({**pages, START: result}))) == []


def test_what_is_out_of_reach_is_found(pages, content):
    alone = reached({START: pages[START]})
    lost = {item for _, item, _ in far(FACTS, content, alone)}
    assert {"dvt", "ice", "ex_nordic", "S0"} <= lost and not {"swelling", "U01"} & lost
    blank = {START: parse('<!doctype html><html><body id="ice">Cold pack</body></html>')}
    planted = {"S9-01": {"ice": ["20 minutes"], "U01": ["clot"], "swelling.calf": ["calf"]}}
    assert list(far(planted, content, blank)) == [
        ("S9-01", "ice", "20 minutes"),
        ("S9-01", "U01", None),
        ("S9-01", "swelling.calf", None),
    ]


def test_three_taps_are_too_far():
    def page(*links, id=""):
        below = "".join(f'<a href="{link}">on</a>' for link in links)
        return f'<!doctype html><html><body id="{id}">{below}</body></html>'

    chain = {
        START: page("/en/guide", "https://example.org/", id="a"),
        "/en/guide": page("causes/joint#gout", "/en/", id="b"),
        "/en/causes/joint": page("../far", id="c"),
        "/en/far": page(id="d"),
        "/en/alone": page(id="e"),
    }
    assert set(shown(reached(chain))) == {"a", "b", "c"}
