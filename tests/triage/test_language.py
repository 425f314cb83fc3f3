"""The rule language (brief 3.1): every form is read; what is not in it is refused by name."""

import pytest

from webapp.triage.language import LanguageError, atoms, parse

A, B, C = (["is", name] for name in ("INJ", "PREG", "OLD6"))


@pytest.mark.parametrize(
    "text, meaning",
    [
        ("one(q: a)", ["one", "q", ["a"]]),
        ("one(q: a, b)", ["one", "q", ["a", "b"]]),
        ("any(pain_place: calf, b_2)", ["any", "pain_place", ["calf", "b_2"]]),
        ("anyU(q: a, b)", ["anyU", "q", ["a", "b"]]),
        ("none(q: a)", ["none", "q", ["a"]]),
        ("num(pain_level) >= 10", ["num", "pain_level", 10]),
        ("WELLS >= 2", ["score", "WELLS", 2]),
        ("INJ", ["is", "INJ"]),
        ("NO_SEEN_OLD", ["is", "NO_SEEN_OLD"]),
        ("(INJ)", ["is", "INJ"]),
    ],
)
def test_every_form_of_the_brief(text, meaning):
    assert parse(text) == meaning


@pytest.mark.parametrize(
    "text, meaning",
    [
        ("INJ AND PREG", ["and", A, B]),
        ("INJ OR PREG", ["or", A, B]),
        ("INJ AND PREG AND OLD6", ["and", A, B, C]),
        ("INJ OR PREG AND OLD6", ["or", A, ["and", B, C]]),
        ("INJ AND PREG OR OLD6", ["or", ["and", A, B], C]),
        ("(INJ OR PREG) AND OLD6", ["and", ["or", A, B], C]),
        ("INJ AND (PREG OR OLD6)", ["and", A, ["or", B, C]]),
        ("INJ OR (PREG OR OLD6)", ["or", A, ["or", B, C]]),
        ("((INJ) AND ((PREG)))", ["and", A, B]),
        ("WELLS >= 2 AND num(p) >= 7", ["and", ["score", "WELLS", 2], ["num", "p", 7]]),
    ],
)
def test_and_binds_tighter_than_or_and_parentheses_tighter_still(text, meaning):
    assert parse(text) == meaning


@pytest.mark.parametrize("text", ["one( q :a ,b )", "one(q:a,b)", "\n one(q:\n  a, b)\n"])
def test_white_space_does_not_matter(text):
    assert parse(text) == ["one", "q", ["a", "b"]]


@pytest.mark.parametrize(
    "text, named",
    [
        ("NOT INJ", "NOT"),
        ("INJ AND NOT PREG", "NOT"),
        ("not(q: a)", "not"),
        ("all(q: a)", "all"),
        ("inj", "inj"),
        ("INJ and PREG", "and"),
        ("INJ PREG", "PREG"),
        ("INJ && PREG", "&"),
        ("AND INJ", "AND"),
        ("INJ OR OR PREG", "OR"),
        ("INJ)", ")"),
        ("anyu(q: a)", "anyu"),
        ("any(q: A)", "A"),
        ("any(Q: a)", "Q"),
        ("any(q: a b)", "b"),
        ("any(q; a)", ";"),
        ("any(q: a,)", ")"),
        ("any(q: )", ")"),
        ("any(q)", ")"),
        ("any q: a", "q"),
        ("any('q': a)", "'"),
        ("num(q) > 7", ">"),
        ("num(q) <= 7", "<"),
        ("num(q) >= x", "x"),
        ("num(q) >= -1", "-"),
        ("num(q) >= 7.5", "."),
        ("num(q) >= ²", "²"),
        ("num(q: a) >= 7", ":"),
        ("WELLS = 2", "="),
        ("WELLS >= two", "two"),
        ("2 >= WELLS", "2"),
        ("5", "5"),
        ("'text'", "'"),
    ],
)
def test_what_is_not_in_the_language_is_named(text, named):
    with pytest.raises(LanguageError) as caught:
        parse(text)
    what, _, where = str(caught.value).rpartition(text)
    assert repr(named) in what and not where


@pytest.mark.parametrize(
    "text", ["", " ", "INJ AND", "INJ OR", "(INJ", "(", "any(q: a", "any(", "num(q)", "WELLS >="]
)
def test_a_text_that_breaks_off_is_refused(text):
    with pytest.raises(LanguageError, match="''|>="):
        parse(text)


def test_atoms_are_all_literals_from_left_to_right():
    text = "one(q: a) AND (INJ OR WELLS >= 2) OR num(p) >= 1 AND none(g: s)"
    assert [atom[0] for atom in atoms(parse(text))] == ["one", "is", "score", "num", "none"]
