"""The check without JavaScript: one form, read strictly; the same result as the engine gives."""

import re
from io import BytesIO

import pytest

from tests.markup import parse
from tests.triage.plain import expand
from webapp.content.load import load
from webapp.forms import asked_in_check
from webapp.languages import languages
from webapp.triage.engine import shown_answers, triage

CASES = load().cases
NOT_READ_HERE = re.compile(  # parts that make reading slow
    r"<template.*?</template>|<script.*?</script>|<style.*?</style>|<svg.*?</svg>"
    r"|<option(?![^>]*selected)[^>]*>[^<]*</option>",
    re.S,
)
DANGER = ("danger_now", "limb_danger", "body_skin")
NO_DANGER = dict.fromkeys(DANGER, "none")
COMPLETE = {
    **NO_DANGER,
    "age_band": "a25_39",
    "pregnancy": "none",
    "onset": "gradual_use",
    "walk": "normal",
    "duration": "d1_3",
    "pain_level": "3",
    "side": "left",
    "pain_place": "behind_middle",
    "swelling": "none",
    "clot_risks": "none",
    "joint_signs": "none",
    "pain_timing": "none",
    "health": "none",
}


class Sent:
    """What came back for a form."""

    def __init__(self, response):
        self.response = response
        self.page = parse(NOT_READ_HERE.sub("", response.text))
        self.result = self.page.one("section", id="result")
        self.form = self.page.one("form", id="check")

    @property
    def level(self):
        """The level of the result, None when there is no result."""
        cards = self.result.all("section", data_level=True)
        return cards[0]["data-level"] if cards else None

    @property
    def reasons(self):
        return [li["data-rule"] for li in self.result.all("li", data_rule=True)]

    @property
    def errors(self):
        """{question: message} of the error summary, each checked to stand at its field too."""
        found = {}
        for box in self.page.all("div", class_="errors"):
            for link in box.all("a"):
                field = self.form.one("fieldset", id=link["href"].removeprefix("#"))
                note = field.one("p", class_="error")
                assert field["aria-describedby"] == note["id"]
                assert link.text.startswith(note.text) and note.text
                found[field["data-question"]] = note.text
        at_fields = [p for p in self.form.all("p", class_="error")]
        assert len(at_fields) == len(found)
        return found

    @property
    def entered(self):
        """{field: [values]} of what is ticked or typed in the form."""
        kept = {}
        for box in self.form.all("input"):
            if "checked" in box.attributes or (box["type"] == "text" and box["value"]):
                kept.setdefault(box["name"], []).append(box["value"])
        return kept


@pytest.fixture
def post(client):
    def send(form, code="en", **more):
        return Sent(client.post(f"/{code}/", data=form, **more))

    return send


def whole(answers):
    """The answers of a case, with what the form asks for and the case leaves out."""
    more = {"pain_peak": "unsure"} if answers["pain_level"] >= 7 else {}
    somewhere = {"front_knee": "yes"}  # a place that no rule reads
    return {**more, **answers, "pain_place": answers["pain_place"] or somewhere}


def as_form(answers):
    """The fields a person sends for these answers."""
    form = {}
    for name, answer in answers.items():
        if isinstance(answer, dict):
            form[name] = [f"{r}?" if how == "unsure" else r for r, how in answer.items()] or "none"
        else:
            form[name] = str(answer)
    return form


# ---- the result


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_golden_case_gives_the_level_and_rules_of_the_engine(client, content, book, case):
    asked = {question.id for question in asked_in_check(content)}
    answers = whole(expand(content, book, case.answers))
    form = as_form({name: answer for name, answer in answers.items() if name in asked})
    html = client.post("/en/", data=form).text
    shown = html.partition('<section id="result"')[2].partition('<form id="check"')[0]
    assert re.findall(r'data-level="(\w+)"', shown) == [case.level], case.name
    outcome = triage(book, answers)
    assert sorted(outcome.rules) == sorted(case.fires)
    assert re.findall(r'data-rule="(\w+)"', shown) == [*outcome.reasons, *outcome.more]
    restated = set(re.findall(r'data-answer="(\w+)"', shown))
    assert restated == asked & shown_answers(book, answers, finished=False).keys()


@pytest.mark.parametrize("code", ["en", "es", "ar", "en-XA"])
def test_result_restates_every_answer_in_the_persons_words(app, post, code):
    sent = post({**COMPLETE, "body_skin": ["fever", "dark_pee?"], "pain_level": "4"}, code)
    words = {f["data-question"]: f for f in sent.form.all("fieldset")}
    said = {
        row["data-answer"]: [dd for dd in row.all("dd") if dd["class"] != "change"]
        for row in sent.result.all("div", data_answer=True)
    }
    assert set(said) == set(COMPLETE)
    for name, row in said.items():
        chosen = [i.parent.text for i in words[name].all("input") if "checked" in i.attributes]
        assert len(chosen) == len(said[name]), name
        if name != "body_skin":
            assert [dd.text for dd in row] == chosen
    unsure = said["body_skin"][1].one("i").text
    (box,) = (i for i in words["body_skin"].all("input") if i["value"] == "dark_pee?")
    assert unsure == box.parent.text
    for row in sent.result.all("div", data_answer=True):
        (link,) = row.one("dd", class_="change").all("a")
        assert sent.form.one("section", id=link["href"].removeprefix("#"))


def test_result_says_it_is_no_diagnosis_and_what_would_make_it_urgent(post):
    sent = post(COMPLETE)
    assert (sent.level, sent.errors) == ("self_care", {})
    assert "This is not a diagnosis." in sent.result.text
    assert "Call an ambulance for any of these" in sent.result.text


def test_a_multipart_form_is_read_the_same(post):
    sent = post({**COMPLETE, "walk": "cannot_4"}, content_type="multipart/form-data")
    assert sent.level == "urgent_today" and sent.reasons[0] == "U16"


@pytest.mark.parametrize(
    "country, number", [("FR", "15"), ("SY", "110"), ("IQ", None), ("", None), ("<b>", None)]
)
def test_emergency_shows_the_number_of_the_chosen_country(post, country, number):
    sent = post({"danger_now": "breathless", "country": country})
    block = sent.result.one("div", class_="call")
    calls = [a["href"] for a in block.all("a", class_="button call")]
    assert calls == ([f"tel:{number}"] if number else [])
    assert "<b>" not in sent.response.text.replace("<b>S", "")


@pytest.mark.parametrize("typed", ["38.5", "38,5", "٣٨٫٥", "۳۸٫۵", "३८.५", " 38.5 "])
def test_centimetres_in_any_digits(post, typed):
    form = {**COMPLETE, "swelling": "calf", "calf_check": "none", "calf_cm_sore": typed}
    sent = post({**form, "calf_cm_other": "35"})
    assert sent.errors == {}
    (row,) = sent.result.all("div", data_answer="calf_cm_sore")
    assert row.all("dd")[0].text == "38.5"
    assert sent.result.all("div", data_answer="calf_check")[0].all("dd")[0].text.startswith("The c")


# ---- not all is answered


@pytest.mark.parametrize("code", ["en", "es", "ar"])
def test_unanswered_questions_are_named_with_links_to_their_fields(post, content, code):
    sent = post({}, code)
    assert sent.level is None and "Error" in post({}).page.one("title").text
    asked = [q.id for q in content.questions if q.id in COMPLETE and q.id != "pregnancy"]
    assert list(sent.errors) == asked
    english = post({}).errors
    assert code == "en" or not set(english.values()) & set(sent.errors.values())


@pytest.mark.parametrize("name", [name for name in COMPLETE if name != "pregnancy"])
def test_one_open_question_gives_an_error_and_no_level(post, name):
    form = {key: value for key, value in COMPLETE.items() if key != name}
    sent = post(form)
    assert (sent.level, list(sent.errors)) == (None, [name])
    assert sent.entered == {key: [value] for key, value in form.items()}


def test_what_these_answers_lead_to_is_asked_too(post):
    form = {**COMPLETE, "onset": "injury_twist", "pain_level": "8", "swelling": "calf"}
    assert set(post(form).errors) == {"injury_signs", "pain_peak", "calf_check"}


def test_errors_stand_in_the_order_of_the_page(post, content):
    sent = post({"walk": "hops", "health": "luck", "calf_cm_sore": "abc"})
    order = [q.id for q in content.questions if q.id in sent.errors]
    assert list(sent.errors) == order


def test_errors_keep_what_was_entered(post):
    form = {
        "danger_now": "none",
        "body_skin": ["wound_pus", "fever?"],
        "age_band": "a3_7",
        "pain_level": "0",
        "side": "both",
        "pain_place": ["calf", "shin"],
        "calf_cm_sore": "38.5",
    }
    sent = post({**form, "country": "FR"})
    assert sent.level is None
    wanted = {name: value if isinstance(value, list) else [value] for name, value in form.items()}
    assert {name: sorted(kept) for name, kept in sent.entered.items()} == {
        name: sorted(values) for name, values in wanted.items()
    }
    assert sent.page.one("option", selected=True)["value"] == "FR"


# ---- the danger part


def test_danger_part_asks_for_the_three_danger_screens_only(post):
    assert tuple(post({"part": "danger"}).errors) == DANGER
    assert tuple(post({"part": "danger", "danger_now": "none"}).errors) == DANGER[1:]


@pytest.mark.parametrize("rows", [NO_DANGER, {**NO_DANGER, "body_skin": "fever"}])
def test_danger_part_without_an_emergency_says_go_on(post, rows):
    sent = post({**rows, "part": "danger"})
    assert (sent.level, sent.errors) == (None, {})
    (note,) = [p for p in sent.page.all("p", role="status") if "hidden" not in p.attributes]
    assert note.text.startswith("None of your answers so far is an emergency sign.")
    assert sent.entered == {name: [value] for name, value in rows.items()}


@pytest.mark.parametrize("part", ["danger", "all"])
def test_what_is_not_asked_yet_makes_no_emergency(post, part):
    ill = {**NO_DANGER, "body_skin": ["fever", "very_unwell"], "age_band": "a25_39", "part": part}
    assert post(ill).level is None  # a pregnancy not answered yet would count as "not sure"


@pytest.mark.parametrize("part", ["danger", "all"])
@pytest.mark.parametrize(
    "danger",
    [{"danger_now": "breathless"}, {"danger_now": "collapse?"}, {"limb_danger": "cold_pale_foot"}],
)
def test_emergency_does_not_wait_for_the_other_questions(post, part, danger):
    sent = post({**danger, "part": part})
    assert (sent.level, sent.errors) == ("emergency", {})
    assert sent.entered == {name: [value] for name, value in danger.items()}


@pytest.mark.parametrize(
    "wrong", [{"walk": "hops"}, {"calf_cm_sore": "abc"}, {"pain_level": "11"}, {"body_skin": "?"}]
)
def test_emergency_is_shown_even_with_errors_elsewhere(post, wrong):
    assert post({"danger_now": "chest_pain", **wrong}).level == "emergency"


def test_emergency_is_shown_even_with_an_unknown_row_beside_it(post):
    assert post({"danger_now": ["chest_pain", "tired"]}).level == "emergency"


# ---- what cannot be read


@pytest.mark.parametrize(
    "name, value",
    [
        ("walk", "hops"),
        ("walk", "unsure?"),
        ("walk", "none"),
        ("walk", " "),
        ("walk", ["limp", "normal"]),
        ("walk", ["normal", "normal"]),
        ("walk", ["", "normal"]),
        ("walk", "__proto__"),
        ("side", "\x00left"),
        ("onset", "x" * 5000),
        ("pain_level", "11"),
        ("pain_level", "-1"),
        ("pain_level", "4.5"),
        ("pain_level", "four"),
        ("pain_level", "\t"),
        ("pain_level", ["3", "9"]),
        ("swelling", "huge"),
        ("swelling", ["none", "huge"]),
        ("swelling", "huge?"),
        ("swelling", "none?"),
        ("health", "diabetes?"),
        ("health", ["gout_known", "luck"]),
        ("pain_place", "none"),
        ("body_skin", ["fever", "<script>"]),
        ("calf_cm_sore", "abc"),
        ("calf_cm_sore", "9"),
        ("calf_cm_sore", "101"),
        ("calf_cm_sore", "-38"),
        ("calf_cm_sore", "NaN"),
        ("calf_cm_sore", "Infinity"),
        ("calf_cm_sore", "1e999"),
        ("calf_cm_sore", "3_8"),
        ("calf_cm_sore", ["38", "41"]),
    ],
)
def test_an_answer_that_cannot_be_read_is_an_error_at_its_field(post, name, value):
    sent = post({**COMPLETE, name: value})
    assert sent.level is None
    assert list(sent.errors) == [name]


@pytest.mark.parametrize("typed", ["abc", "9", '"><b>', "٩"])
@pytest.mark.parametrize("part", ["all", "switch"])
def test_a_measure_that_cannot_be_read_stays_as_it_was_typed(post, part, typed):
    assert post({"calf_cm_sore": typed, "part": part}).entered == {"calf_cm_sore": [typed]}


def test_rows_beside_an_unknown_one_stay_ticked(post):
    form = {**COMPLETE, "health": ["gout_known", "luck", "diabetes"]}
    assert sorted(post(form).entered["health"]) == ["diabetes", "gout_known"]


@pytest.mark.parametrize("name", ["danger_now", "swelling", "health", "good_signs"])
@pytest.mark.parametrize("part", ["all", "switch"])
def test_an_unknown_row_alone_is_never_taken_for_none(post, part, name):
    sent = post({name: "huge", "limb_danger": "cold_pale_foot", "part": part})
    assert name not in sent.entered
    assert not sent.result.all("div", data_answer=name)


@pytest.mark.parametrize(
    "body",
    [
        "walk=%ff",
        "walk=l%c3%28mp",
        b"walk=l\xffmp",
        "danger_now=%ff",
        "walk=%",
        "walk",
        "=",
        "&&&&",
        "walk=normal;walk=limp",
    ],
)
def test_broken_bytes_never_give_a_level(client, body):
    response = client.post("/en/", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (200, 400)
    assert response.status_code == 400 or Sent(response).level is None


REFUSED = {
    "unknown field": "knee=bad",
    "prototype": "__proto__=x",
    "nested prototype": "walk[__proto__]=x",
    "question that is not asked here": "recheck=better",
    "broken name": "w%ff=x",
    "empty name": "=limp",
    "900 fields": "&".join(f"q{n}=1" for n in range(900)),
    "one unknown among good ones": "danger_now=breathless&knee=bad",
    "unknown part": "danger_now=none&part=result",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_field_we_do_not_have_is_refused(client, body, code):
    kind = "application/x-www-form-urlencoded"
    response = client.post(f"/{code}/", data=body, content_type=kind)
    assert response.status_code == 400
    is_a_plain_refusal(response, code)


def is_a_plain_refusal(response, code):
    page = parse(response.text)
    assert page.one("html")["lang"] == code and not page.all("section", data_level=True)
    assert page.one("main").all("a", href=f"/{code}/danger")
    assert response.headers["Cache-Control"] == "no-store"


HUGE = {
    "urlencoded": {"data": {"walk": "x" * 40_000}},
    "multipart": {"data": {"walk": "x" * 40_000}, "content_type": "multipart/form-data"},
    "800 parts": {
        "data": {f"q{n}": "1" for n in range(800)},
        "content_type": "multipart/form-data",
    },
}


@pytest.mark.parametrize("sent", HUGE.values(), ids=HUGE)
def test_a_body_over_32_kb_is_refused(client, sent):
    response = client.post("/es/", **sent)
    assert response.status_code == 413
    is_a_plain_refusal(response, "es")


def test_the_largest_real_check_is_far_below_the_limit(content):
    rows = [f"{q.id}={o.id}?" for q in content.questions for o in q.options]
    assert len("&".join(rows)) < 32_768 / 2


@pytest.mark.parametrize("name", ["walk", "danger_now"])
def test_900_times_the_same_field_gives_no_level_and_no_failure(client, name):
    kind = "application/x-www-form-urlencoded"
    response = client.post("/en/", data=f"{name}=normal&" * 900, content_type=kind)
    assert response.status_code in (200, 400)
    assert response.status_code == 400 or Sent(response).level is None


@pytest.mark.parametrize(
    "kind, body",
    [
        ("application/json", '{"danger_now": "breathless"}'),
        ("text/plain", "danger_now=breathless"),
        ("multipart/form-data", "danger_now=breathless"),
        ("multipart/form-data; boundary=x", "--x\r\nbroken"),
        ("multipart/form-data; boundary=" + "x" * 300, "--x\r\n"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"\xff\xfe"),
        ("", "danger_now=breathless"),
        ("nonsense", "danger_now=breathless"),
    ],
)
def test_another_kind_of_body_never_gives_a_level(client, kind, body):
    response = client.post("/en/", data=body, content_type=kind)
    assert response.status_code in (200, 400, 415)
    assert "data-level" not in response.text.partition('<form id="check"')[0]


def test_a_file_in_place_of_an_answer_is_no_answer(client):
    data = {"danger_now": (BytesIO(b"breathless"), "a.txt")}
    response = client.post("/en/", data=data, content_type="multipart/form-data")
    assert response.status_code in (200, 400)
    assert response.status_code == 400 or "danger_now" in Sent(response).errors


# ---- whose form it is


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": "localhost"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_from_elsewhere_gets_the_empty_check(client, headers):
    empty = client.get("/en/").data
    for form in (COMPLETE, {"danger_now": "breathless"}, {"knee": "bad"}, {"part": "switch"}):
        response = client.post("/en/", data=form, headers=headers)
        assert (response.status_code, response.data) == (200, empty)
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost", "X-Forwarded-Proto": "https"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    ],
    ids=str,
)
def test_a_form_of_our_own_pages_gets_its_result(post, headers):
    assert post(COMPLETE, headers=headers).level == "self_care"


# ---- switching the language


@pytest.mark.parametrize("code", ["en", "es", "ar", "ar-XB"])
def test_switching_the_language_keeps_every_answer(post, code):
    form = {
        **COMPLETE,
        "body_skin": ["fever", "dark_pee?"],
        "swelling": ["calf"],
        "calf_cm_sore": "38.5",
        "good_signs": ["scan_clear"],
    }
    sent = post({**form, "part": "switch", "country": "MX"}, code)
    assert (sent.level, sent.errors) == (None, {})
    assert sent.page.one("html")["lang"] == code
    wanted = {name: value if isinstance(value, list) else [value] for name, value in form.items()}
    assert sent.entered == wanted
    assert sent.page.one("option", selected=True)["value"] == "MX"


def test_switching_with_nothing_answered_blames_nobody(post):
    sent = post({"part": "switch"}, "es")
    assert (sent.level, sent.errors, sent.entered) == (None, {}, {})


def test_every_other_language_is_a_button_of_the_form(app, client):
    page = parse(client.get("/en/").text)
    buttons = page.all("button", form="check", value="switch")
    assert {b["formaction"] for b in buttons} == {f"/{one.code}/" for one in languages(True)[1:]}


# ---- the form itself


def test_the_form_says_nothing_in_the_address(client):
    form = parse(client.get("/en/").text).one("form", id="check")
    assert (form["method"], form["action"]) == ("post", "/en/")


def test_the_form_asks_every_question_of_the_check_with_every_option(client, content):
    form = parse(client.get("/en/").text).one("form", id="check")
    for question in content.questions:
        boxes = form.all("input", name_=question.id)
        if question.block == "K":  # re-check: asked elsewhere
            assert boxes == []
            continue
        values = [option.id for option in question.options]
        if question.type == "multi":
            twins = [f"{value}?" for value in values if question.danger]
            none = ["none"] if question.none else []
            assert sorted(b["value"] for b in boxes) == sorted(values + twins + none)
        elif question.type == "single":
            assert [b["value"] for b in boxes] == values
        else:
            assert boxes


def test_an_untouched_form_has_nothing_entered(client):
    assert Sent(client.get("/en/")).entered == {}
