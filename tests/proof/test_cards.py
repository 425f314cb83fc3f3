"""Each line of the gates tells: the kept answers give the kept cards, in both engines."""

import pytest
import yaml

from tests.proof.cards import FILE, every_card, told
from tests.proof.mutants import cards_case
from webapp.content.load import guide as make_guide


@pytest.fixture(scope="module")
def cases(content, book):
    rows = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return [cards_case(content, book, row) for row in rows]


def test_the_kept_answers_give_the_kept_cards(engine, content, cases):
    guide = every_card(make_guide(content))
    for answers, gives in cases:
        found = engine.advise(guide, answers)["care"]
        cards = [(card["id"], card["state"], card["dose"]) for card in found]
        assert told(cards, guide) == gives, answers


def test_every_card_is_hidden_or_shown_in_some_case(cases, content):
    hidden = {card for _, gives in cases for card in gives["hidden"]}
    doses = {card for _, gives in cases for card in gives["doses"]}
    medicine = {card.id for card in content.cards if card.group == "medicine"}
    assert doses == medicine
    assert medicine <= hidden
