"""The loader refuses broken content: each complaint starts with file:line and names the thing."""

import re
import shutil
from collections import Counter

import pytest

from webapp.content.extract import entries
from webapp.content.load import HERE, ContentError, load

E17 = '"anyU(limb_danger: both_legs_weak)"'  # stands once in rules.yaml


@pytest.fixture
def folder(tmp_path):
    """A copy of the content to break; of numbers and cases only the first, as they load slowly."""
    copy = tmp_path / "content"
    shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    numbers, cases = copy / "emergency_numbers.yaml", copy / "cases" / "golden.yaml"
    numbers.write_text(numbers.read_text(encoding="utf-8").split('\n  - country: "AF')[0])
    rules = re.findall(r"^- id: (\w+)", (copy / "rules.yaml").read_text(encoding="utf-8"), re.M)
    cases.write_text(cases.read_text(encoding="utf-8").split("\n- id: V03")[0])
    change(cases, "fires: [E01, U02, S26]", f"fires: [{', '.join(rules)}]")
    return copy


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(path, mark):
    """The number of the last line that holds a text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return max(number for number, line in enumerate(lines, 1) if mark in line)


def refused(folder, file, old, new, mark, *named):
    change(folder / file, old, new)
    with pytest.raises(ContentError) as caught:
        load(folder)
    place = f"{file.rsplit('/')[-1]}:{line_of(folder / file, mark)}: "
    message = str(caught.value)
    assert re.sub(r"^\w+/", "", message).startswith(place), f"{message!r}, not {place!r}"
    for word in named:
        assert word in message


def test_the_untouched_copy_loads(folder):
    assert len(load(folder).rules) == 105


@pytest.mark.parametrize(
    "wrong, named",
    [
        ("anyU(limb_dangerr: both_legs_weak)", "limb_dangerr"),
        ("anyU(limb_danger: both_legs_strong)", "both_legs_strong"),
        ("anyU(limb_danger: both_legs_weak) AND SPINE", "SPINE"),
        ("WELSS >= 2", "WELSS"),
        ("NOT INJ", "NOT"),
        ("INJ AND", "INJ AND"),
        ("none(good_signs: seen_same)", "none()"),
        ("any(good_signs: seen_same)", "good_signs"),
        ("anyU(health: diabetes)", "health"),
        ("any(limb_danger: both_legs_weak)", "limb_danger"),
        ("one(limb_danger: both_legs_weak)", "limb_danger"),
        ("any(walk: limp)", "walk"),
        ("num(walk) >= 2", "walk"),
    ],
)
def test_a_rule_says_what_the_language_does_not_allow(folder, wrong, named):
    refused(folder, "rules.yaml", E17, f'"{wrong}"', "- id: E17", named)


@pytest.mark.parametrize(
    "old, new, mark, named",
    [
        ('  source: "[27]"\n\n- id: E18', "\n- id: E18", "- id: E17", "source"),
        ('"[27]"\n\n- id: E18', '"[999]"\n\n- id: E18', "- id: E17", "999"),
        ('"[27]"\n\n- id: E18', '"S9"\n\n- id: E18', "- id: E17", "S9"),
        ('"[27]"\n\n- id: E18', '"a friend"\n\n- id: E18', "- id: E17", "source"),
        (f"  when: {E17}\n", "", "- id: E17", "when"),
        (E17, f"{E17}\n  colour: red", "- id: E17", "colour"),
        (E17, f'{E17}\n  when: "NOTCRAMP"', '  when: "NOTCRAMP"', "when"),
        (E17, "5", "- id: E17", "when"),
        ("- id: E17\n  level: emergency", "- id: E17\n  level: soon", "- id: E17", "soon"),
        ("- id: E17\n  level: emergency", "- id: E17\n  level: dire", "- id: E17", "dire"),
        (f"{E17}\n  flags: [F_NEURO]", f"{E17}\n  flags: [neuro]", "- id: E17", "neuro"),
        (f"  when: {E17}", f"\twhen: {E17}", "\twhen", "found"),
        ("- id: E17\n", "- id: E16\n", "- id: E16", "E16"),
    ],
    ids=[
        "missing source",
        "unknown source",
        "unknown seed",
        "no source named",
        "missing field",
        "unknown field",
        "repeated key",
        "no text",
        "level of another letter",
        "no level",
        "no flag",
        "bad YAML",
        "repeated id",
    ],
)
def test_a_rule_is_not_whole(folder, old, new, mark, named):
    refused(folder, "rules.yaml", old, new, mark, named)


def test_a_rule_without_a_case(folder):
    rules = folder / "rules.yaml"
    added = '- id: T99\n  level: routine\n  when: "INJ"\n  reason: "Why."\n  source: "S1"\n'
    rules.write_text(f"{rules.read_text(encoding='utf-8')}\n{added}", encoding="utf-8")
    refused(folder, "rules.yaml", "- id: T99", "- id: T98", "- id: T98", "T98", "case")


@pytest.mark.parametrize(
    "old, new, mark, named",
    [
        ('  INJ: "one(onset: ', '  INJ: "one(onsett: ', "  INJ: ", "onsett"),
        ('  INJ: "', '  INJ: "PREG OR ', "  INJ: ", "INJ"),
        ('  INJ: "', '  NO_TOY: "PREG"\n  INJ: "', "  NO_TOY: ", "NO_TOY"),
        ('  INJ: "', '  INJ: "none(good_signs: seen_same) OR ', "  INJ: ", "none()"),
        ("none(good_signs: xray_ok)", "none(walk: limp)", "  NO_XRAY: ", "walk"),
        ("none(good_signs: xray_ok)", "none(health: gout_known)", "  NO_XRAY: ", "none()"),
        ("none(good_signs: xray_ok)", "none(good_signs: xray)", "  NO_XRAY: ", "xray"),
        (
            'when: "any(clot_risks: cancer_now)"',
            'when: "any(clot: cancer_now)"',
            "any(clot:",
            "clot",
        ),
    ],
    ids=[
        "unknown question",
        "macro not above",
        "named like a guard",
        "none outside a guard",
        "none on a single",
        "none on rows that are not benign",
        "unknown benign row",
        "score",
    ],
)
def test_a_macro_guard_or_score_is_wrong(folder, old, new, mark, named):
    refused(folder, "rules.yaml", old, new, mark, named)


OWN = '"one(age_band: a8_15, a16_17, a18_24, a25_39, a40_54)"'  # show-when of pregnancy


@pytest.mark.parametrize(
    "old, new, mark, named",
    [
        (OWN, '"one(onset: cramp)"', "- id: pregnancy", "onset"),
        (OWN, '"any(pregnancy: unsure)"', "- id: pregnancy", "pregnancy"),
        (OWN, '"INJ"', "- id: pregnancy", "INJ"),
        (OWN, '"BABY"', "- id: pregnancy", "BABY"),
        ("- id: age_band", "- id: limb_danger", "- id: limb_danger", "limb_danger"),
        ("- {id: chest_pain,", "- {id: breathless,", "- {id: breathless,", "breathless"),
        ("- {id: whole_leg,", "- {id: calf,", "The whole leg is swollen", "calf"),
        (
            'unanswered: unsure\n  text: "How did',
            'unanswered: maybe\n  text: "How did',
            "- id: onset",
            "maybe",
        ),
        (
            "  type: single\n  block: B\n  text",
            "  type: yesno\n  block: B\n  text",
            "- id: age_band",
            "yesno",
        ),
        ("range: [0, 10]", "options: []", "- id: pain_level", "pain_level"),
        ('{id: "yes", text: "Yes"}', '{id: yes, text: "Yes"}', '{id: yes, text: "Yes"}', "yes"),
        (
            '{id: "no", text: "No"}\n  - {id: unsure',
            '{id: no, text: "No"}\n  - {id: unsure',
            "{id: no,",
            "no",
        ),
        ('"How is it now?"', "", "- id: recheck", "text"),
        ('"How is it now?"', "2026", "- id: recheck", "text"),
        ("other: calf_cm_other,", "other: calf_cm_both,", "- id: calf_cm_sore", "calf_cm_both"),
        ("ticks: calf_bigger,", "ticks: calf_huge,", "- id: calf_cm_sore", "calf_huge"),
    ],
    ids=[
        "show-when on a later question",
        "show-when on itself",
        "show-when on a later question, by a macro",
        "show-when by an unknown macro",
        "repeated id",
        "repeated option",
        "repeated option that other questions have too",
        "unknown unanswered",
        "unknown type",
        "a number without a range",
        "bare yes",
        "bare no",
        "empty text",
        "a number for a text",
        "measured against an unknown question",
        "ticks an unknown row",
    ],
)
def test_a_question_is_wrong(folder, old, new, mark, named):
    refused(folder, "questions.yaml", old, new, mark, named)


@pytest.mark.parametrize(
    "old, new, named",
    [
        ("onset: gradual_use", "start: gradual_use", "start"),
        ("[behind_outer]", "[behind]", "behind"),
        ('name: "runner, mild"', 'name: "runner, mild"\n  colour: red', "colour"),
        ("level: self_care", "level: fine", "fine"),
        ("fires: []", "fires: [T99]", "T99"),
    ],
    ids=["unknown question", "unknown option", "unknown field", "unknown level", "unknown rule"],
)
def test_a_case_is_wrong(folder, old, new, named):
    refused(folder, "cases/golden.yaml", old, new, "- id: V01", named)


def test_a_case_id_stands_twice(folder):
    refused(folder, "cases/golden.yaml", "- id: V02\n", "- id: V01\n", "- id: V01", "V01")


def test_a_date_without_quotes(folder):
    old = 'agreed on 116"\n    checked_on: "2026-11-22"'
    new = old.replace('"2026-11-22"', "2026-11-22")
    refused(folder, "emergency_numbers.yaml", old, new, "checked_on: 2026", "2026-11-22")


@pytest.mark.parametrize("card", ["first_aid_wait", "safety_net"])
def test_a_card_is_missing(folder, card):
    (folder / "care" / f"{card}.yaml").unlink()
    with pytest.raises(ContentError, match=rf"^[\w/]+\.yaml:\d+: .*{card}"):
        load(folder)


def test_a_level_is_missing(folder):
    refused(folder, "levels.yaml", "- id: routine", "- id: rutine", "levels:", "routine")


def test_a_level_names_no_source(folder):
    old, new = '"[14][16][20]"', '"a friend"'
    refused(folder, "levels.yaml", old, new, "- id: soon", "soon", "source")


@pytest.mark.parametrize(
    "text, named",
    [("rules: [", ""), ("- a\n", "mapping"), ("", "mapping"), ("[a]: b\n", "")],
    ids=["cut off", "a list", "empty", "a list as key"],
)
def test_a_file_is_no_clean_yaml(folder, text, named):
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=rf"^rules\.yaml:[12]: .*{named}"):
        load(folder)


# ---- the content as it is


def test_counts_of_the_brief(content):
    letters = Counter(rule.id[0] for rule in content.rules)
    assert letters == {"E": 19, "U": 39, "S": 26, "T": 21}
    assert (len(content.questions), len(content.rules), len(content.cases)) == (36, 105, 190)
    assert [level.id for level in content.levels][::4] == ["emergency", "self_care"]


def test_danger_screens_come_first(content):
    first = [q.id for q in content.questions if q.block == "A"]
    assert first == [q.id for q in content.questions[:3]]
    assert all(q.danger and q.none for q in content.questions[:3])


def test_no_text_holds_markup(content):
    assert [text for _, text, _ in entries(content) if "<" in text or "&" in text] == []


def test_every_place_of_a_text_is_named_once(content):
    twice = [place for place, n in Counter(c for c, _, _ in entries(content)).items() if n > 1]
    assert twice == []
