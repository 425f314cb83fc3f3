"""The drawings: small, safe to inline under the strict CSP, one family, and none missing."""

import re
import xml.etree.ElementTree as ET
from math import hypot
from pathlib import Path

import pytest
import yaml
from PIL import Image, ImageColor

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "static" / "pictures"
ICONS = ROOT / "static" / "icons"
QUESTIONS = ROOT / "webapp" / "content" / "questions.yaml"
EXERCISES_TEXT = ROOT / "webapp" / "content" / "exercises"

SVG = "{http://www.w3.org/2000/svg}"
TINT, HURT, TEAL, PAPER, EMERGENCY = "#0c4f4a", "#a33a1e", "#0c4f4a", "#fffdf8", "#8f0d1f"
PICTURE_COLOURS = {"none", "currentColor", TINT, HURT}
ICON_COLOURS = {"none", TEAL, PAPER, HURT, EMERGENCY}
DRAWN = {"svg", "g", "path", "circle", "ellipse", "rect"}
LEVELS = {"emergency", "urgent_today", "soon", "routine", "self_care"}
DANGER_QUESTIONS = ("danger_now", "limb_danger", "body_skin")
PLACES = {"thigh_back", "behind_inner", "behind_middle", "behind_outer", "calf"}

SMALL = sorted([*PICTURES.glob("levels/*.svg"), *PICTURES.glob("danger/*.svg")])
EXERCISES = sorted(PICTURES.glob("exercises/*.svg"))
ANATOMY = PICTURES / "anatomy.svg"
BODY_MAP = PICTURES / "body-map.svg"
APP_ICONS = sorted(ICONS.glob("*.svg"))


def named(path):
    return f"{path.parent.name}/{path.stem}"


def elements(path):
    return list(ET.parse(path).iter())


def colours(path):
    paints = (e.get(a) for e in elements(path) for a in ("fill", "stroke", "color"))
    return {paint for paint in paints if paint is not None}


def rows(question):
    """The ids of a question's rows, as the checklist has them."""
    if not QUESTIONS.exists():
        pytest.skip("the checklist is not written yet")
    questions = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["questions"]
    (found,) = [q for q in questions if q["id"] == question]
    return {row["id"] for row in found["options"]}


@pytest.mark.parametrize("path", [*SMALL, *EXERCISES, ANATOMY, BODY_MAP, *APP_ICONS], ids=named)
def test_svg_is_plain(path):
    text = path.read_text(encoding="utf-8")
    assert "<!" not in text and "<?" not in text and "xlink" not in text
    labels = {"text"} if path == ANATOMY else set()
    assert {e.tag for e in elements(path)} <= {SVG + name for name in DRAWN | labels}
    for element in elements(path):
        assert not {"id", "style", "href", "filter", "mask"} & set(element.attrib)
        assert not any(name.startswith("on") for name in element.attrib)
        assert element.tag == SVG + "text" or not (element.text or "").strip()
    root = ET.parse(path).getroot()
    assert root.get("viewBox") and not {"width", "height"} & set(root.attrib)


@pytest.mark.parametrize("path", SMALL, ids=named)
def test_small_picture_fits_the_first_page(path):
    assert path.stat().st_size < 900
    assert ET.parse(path).getroot().get("viewBox") == "0 0 48 48"


@pytest.mark.parametrize("path", [*SMALL, *EXERCISES, ANATOMY, BODY_MAP], ids=named)
def test_picture_belongs_to_the_family(path):
    root = ET.parse(path).getroot()
    assert (root.get("fill"), root.get("stroke")) == ("none", "currentColor")
    assert root.get("stroke-width") == "2.5"
    assert colours(path) <= PICTURE_COLOURS


@pytest.mark.parametrize("path", [*SMALL, *EXERCISES, ANATOMY], ids=named)
def test_a_stylesheet_can_reach_every_colour(path):
    """`.tint`, `.hurt[fill]` and `.hurt[stroke^="#"]` are all that dark mode needs to change."""
    for element in elements(path):
        paints = {element.get("fill"), element.get("stroke")}
        assert (TINT in paints) == (element.get("class") == "tint")
        assert (HURT in paints) == (element.get("class") == "hurt")


def test_every_level_has_its_shape():
    assert {p.stem for p in PICTURES.glob("levels/*.svg")} == LEVELS


@pytest.mark.parametrize("question", DANGER_QUESTIONS)
def test_every_danger_row_has_a_picture(question):
    missing = {row for row in rows(question) if not (PICTURES / "danger" / f"{row}.svg").exists()}
    assert not missing


def test_no_danger_picture_is_left_over():
    wanted = set().union(*(rows(question) for question in DANGER_QUESTIONS))
    assert {p.stem for p in PICTURES.glob("danger/*.svg")} <= wanted


def test_every_exercise_has_its_drawing_and_none_is_left_over():
    assert {p.stem for p in EXERCISES} == {p.stem for p in EXERCISES_TEXT.glob("*.yaml")}


@pytest.mark.parametrize("path", EXERCISES, ids=named)
def test_exercise_drawing_keeps_to_one_scale(path):
    """Equal heights: shown equally high, every figure has the same size."""
    assert path.stat().st_size < 2560
    assert ET.parse(path).getroot().get("viewBox") in {"0 0 160 160", "0 0 320 160"}


def test_anatomy_has_each_number_from_1_on():
    """The legend is a numbered list beside the drawing, so no number may be missing."""
    assert ANATOMY.stat().st_size < 8192
    assert ET.parse(ANATOMY).getroot().get("viewBox") == "0 0 320 400"
    marks = {int(e.text) for e in elements(ANATOMY) if e.tag == SVG + "text"}
    assert marks == set(range(1, 14))


def spots():
    return [e for e in elements(BODY_MAP) if e.get("class") == "spot"]


def box(spot):
    """A spot's rough box: its corners as the browser would walk them, curves by their ends."""
    x = y = 0.0
    points = []
    for command, numbers in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", spot.get("d")):
        values = [float(n) for n in re.findall(r"-?\d*\.?\d+", numbers)]
        width = {"h": 1, "v": 1, "q": 4, "c": 6}.get(command.lower(), 2)
        for step in (values[i : i + width] for i in range(0, len(values), width)):
            base_x, base_y = (0.0, 0.0) if command.isupper() else (x, y)
            x = base_x + step[0] if command in "hH" else x
            y = base_y + step[0] if command in "vV" else y
            if width > 1:
                x, y = base_x + step[-2], base_y + step[-1]
            points.append((x, y))
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def test_body_map_has_each_place_once_on_each_leg():
    assert BODY_MAP.stat().st_size < 2560
    found = [(s.get("data-side"), s.get("data-place")) for s in spots()]
    both = {(side, place) for side in ("left", "right") for place in PLACES}
    assert set(found) == both | {(None, "back_buttock")}
    assert len(found) == len(set(found))


def test_body_map_is_seen_from_behind():
    """The left leg is on the left of the picture, and each inner side is towards the other leg."""
    middle = {}
    for spot in spots():
        left, _, right, _ = box(spot)
        middle[spot.get("data-side"), spot.get("data-place")] = (left + right) / 2
    order = [
        *(("left", f"behind_{p}") for p in ("outer", "middle", "inner")),
        *(("right", f"behind_{p}") for p in ("inner", "middle", "outer")),
    ]
    assert [middle[spot] for spot in order] == sorted(middle[spot] for spot in order)
    assert all(middle["left", place] < 100 < middle["right", place] for place in PLACES)


def test_hollow_of_the_knee_is_easy_to_hit():
    for spot in spots():
        if spot.get("data-place").startswith("behind_"):
            left, top, right, bottom = box(spot)
            assert bottom - top >= 0.14 * 320
            assert right - left >= 22


def test_outline_lets_taps_through():
    lines = [e for e in ET.parse(BODY_MAP).getroot() if not e.findall(f"{SVG}path[@class='spot']")]
    assert lines and all(e.get("pointer-events") == "none" for e in lines)


@pytest.mark.parametrize("path", APP_ICONS, ids=named)
def test_app_icon_uses_the_brand(path):
    assert colours(path) <= ICON_COLOURS
    assert path.stat().st_size < 900


def test_monochrome_is_one_colour():
    assert len(colours(ICONS / "monochrome.svg") - {"none"}) == 1


PNGS = sorted(ICONS.glob("*.png"))


def test_all_icons_are_rendered():
    names = {p.name for p in PNGS}
    assert names == {
        *(f"{kind}-{size}.png" for kind in ("icon", "maskable") for size in (192, 512)),
        *(f"shortcut-{what}-96.png" for what in ("danger", "check", "numbers")),
        "monochrome-512.png",
        "apple-touch-icon.png",
    }


@pytest.mark.parametrize("path", PNGS, ids=named)
def test_png_has_the_size_in_its_name(path):
    size = 180 if path.stem == "apple-touch-icon" else int(path.stem.rsplit("-", 1)[1])
    with Image.open(path) as image:
        assert (image.format, image.size) == ("PNG", (size, size))
    assert path.stat().st_size < 8000


def test_favicon_is_32_pixels():
    with Image.open(ROOT / "static" / "root" / "favicon.ico") as image:
        assert (image.format, image.size) == ("ICO", (32, 32))


@pytest.mark.parametrize("name", ["maskable-192", "maskable-512", "apple-touch-icon"])
def test_icon_is_opaque(name):
    with Image.open(ICONS / f"{name}.png") as image:
        assert image.convert("RGBA").getchannel("A").getextrema() == (255, 255)


@pytest.mark.parametrize("name", ["icon-512", "monochrome-512"])
def test_icon_has_clear_corners(name):
    with Image.open(ICONS / f"{name}.png") as image:
        assert image.convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("size", [192, 512])
def test_maskable_drawing_stays_in_the_safe_circle(size):
    with Image.open(ICONS / f"maskable-{size}.png") as image:
        pixels = image.convert("RGB").load()
    centre, paper = (size - 1) / 2, ImageColor.getrgb(PAPER)
    outside = (
        pixels[x, y]
        for x in range(size)
        for y in range(size)
        if hypot(x - centre, y - centre) > 0.4 * size
    )
    assert set(outside) == {paper}
