"""The skin page: whole, quiet on the network, escaped, bilingual, and without the photo where that was asked."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from importlib.resources import files

import cv2
import numpy as np
import pytest

from makeup_ai.schema import LANGUAGES, Capture, Check, Cue, Monk, SkinReport, Tone
from makeup_ai.vision import canonical
from makeup_ai.vision.page import skin_page
from makeup_ai.vision.photo import Photo
from makeup_ai.vision.pictures import drawn_pictures, face_pictures, heat_limits
from makeup_ai.vision.radar import MONK_SWATCHES, Axis, monk_scale, radar
from makeup_ai.vision.report_text import LEFT, RIGHT, columns, report_lines, shade_lines, width
from makeup_ai.vision.shades.foundation import match_foundation
from makeup_ai.vision.shades.read import ShadeRow
from makeup_ai.vision.shades.shelf import Shelf
from makeup_ai.vision.table import default_table
from makeup_ai.vision.wording import Wording

TABLE = default_table()
WORDS = json.loads(files("makeup_ai.vision").joinpath("tables/skin_words.json").read_text("utf-8"))
ITA_CLASSES = [row["name"] for row in TABLE["ita_classes"]]
VOID = {"meta", "img"}
TONE = Tone((62.0, 12.0, 18.0), 33.7, "intermediate", 4.0, "warm", Monk(4.2, 3.1, 5.4), 56.3, 21.6)


class Reader(HTMLParser):
    """Holds a page to its tags: each is closed in order, and none reaches out or runs."""

    def __init__(self, page: str):
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in {"href", "src"}]
        assert not [name for name, _ in attributes if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def examined(analyser, astronaut):
    return analyser.examine(Photo(astronaut, *astronaut.shape[1::-1]))


def made(**parts) -> SkinReport:
    capture = Capture(True, (Check("blur", 9.0, "L*^2", 3.0, True, {}),))
    return SkinReport(**{"face": None, "capture": capture, "greyscale": False, "tone": TONE} | parts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("photo", [True, False])
def test_a_page_is_whole_and_reaches_nowhere(examined, language, photo):
    words = Wording(language, TABLE)
    pictures = face_pictures(examined.patch if photo else None, examined.report, words)
    page = skin_page(examined.report, words, pictures=pictures)
    read = Reader(page)
    assert not {"script", "link", "iframe", "object", "form", "base"} & set(read.tags)
    assert all(address.startswith("data:image/jpeg;base64,") for address in read.addresses)
    assert bool(read.addresses) == photo and ("data:" in page.split("</style>")[1]) == photo
    assert "http:" not in page and "https:" not in page and "url(" not in page and "@import" not in page
    assert "default-src 'none'" in page and len(page) < 1_500_000
    said = words.say("about.photo" if photo else "about.no_photo")
    assert said in page
    for name in examined.report.cues:
        assert escape(words.cue(name)) in page


def test_a_page_without_the_photo_draws_the_same_face_for_everybody(examined):
    words = Wording("en", TABLE)
    drawn = face_pictures(None, examined.report, words)
    moved = replace(examined.report, face=None, cues={})
    assert drawn.face == drawn_pictures(moved, words).face and not drawn.of_photo


def test_pictures_are_small(examined):
    from base64 import b64decode

    pictures = face_pictures(examined.patch, examined.report, Wording("en", TABLE))
    texts = re.findall(r"base64,([^\"]+)", pictures.face + "".join(h.picture for h in pictures.heats.values()))
    assert len(texts) == 1 + len(pictures.heats) and pictures.heats
    for text in texts:
        image = cv2.imdecode(np.frombuffer(b64decode(text), np.uint8), cv2.IMREAD_COLOR)
        assert max(image.shape) <= 512


def test_texts_of_tables_and_files_are_escaped():
    nasty = "<script>alert('x')</script>\"&"
    row = TABLE["cues"]["redness"] | {"name": {"en": nasty}, "definition": {"en": nasty}}
    table = {**TABLE, "cues": {"redness": row}}
    report = made(
        capture=Capture(False, (Check(nasty, 1.0, nasty, 2.0, False, {"en": nasty}),)),
        cues={"redness": Cue(1.0, nasty, 90.0, {nasty: 1.0}, 3.0, "need")},
    )
    words = Wording("en", table)
    shades = match_foundation(TONE, Shelf.of([ShadeRow("#C9A083", nasty, nasty, nasty, nasty)]))
    page = skin_page(report, words, pictures=drawn_pictures(report, words), facts=[nasty], shades=shades, note=nasty)
    Reader(page)
    assert "<script" not in page and "&lt;script&gt;" in page


def test_a_refused_photo_is_told_how_to_be_retaken():
    advice = TABLE["gate"][2]["advice"]
    report = made(
        capture=Capture(False, (Check("blur", 1.0, "L*^2", 3.0, False, advice),)),
        tone=None,
        withheld_because=TABLE["withheld"]["capture"],
    )
    for language in LANGUAGES:
        words = Wording(language, TABLE)
        page, text = skin_page(report, words), "\n".join(report_lines(report, words))
        for said in (advice[language], TABLE["withheld"]["capture"][language]):
            assert said in page and said in text
        assert words.say("refused") in page and words.say("accepted") not in page


def test_a_photo_accepted_with_reservations_is_not_called_refused():
    advice = {"en": "Lower the exposure.", "zh": "请降低曝光。"}
    for severity, said in (("colour", "no colour"), ("warn", "take note")):
        check = Check("light_clipped", 12.0, "%", 11.0, False, advice, severity)
        page = skin_page(made(capture=Capture(True, (check,))), Wording("en", TABLE))
        assert "Good enough" in page and advice["en"] in page and said in page and "please retake" not in page


def test_strengths_and_needs_come_clearest_first_in_cosmetic_words():
    up, down = {"good": 10.0, "noticeable": 40.0}, {"good": 70.0, "noticeable": 30.0}  # of glow, more is better
    table = {**TABLE, "cues": {"redness": up, "shine": up, "pores": up, "texture": up, "radiance": down}}
    levels = {
        "redness": (45.0, "need"),
        "shine": (2.0, "strength"),
        "pores": (60.0, "need"),
        "texture": (20.0, "usual"),
        "radiance": (1.0, "need"),
    }
    found = {name: Cue(1.5, "a*", score, {"nose": 1.5}, 3.0, level) for name, (score, level) in levels.items()}
    words = Wording("en", table)
    marks = skin_page(made(cues=found), words).split('class="marks"')[1].split("</section>")[0]
    needs = [marks.index(words.mark(name, found[name])) for name in ("radiance", "pores", "redness")]
    assert needs == sorted(needs) and marks.index(words.mark("shine", found["shine"])) < needs[0]
    assert "texture" not in marks


def test_a_tone_is_said_with_its_intervals():
    page = skin_page(made(), Wording("en", TABLE))
    assert "34° ± 4°" in page and "4.2, nine times of ten between 3.1 and 5.4" in page
    assert all(colour in page for colour in MONK_SWATCHES)
    grey = made(tone=None, withheld_because=TABLE["withheld"]["greyscale"], greyscale=True)
    page = skin_page(grey, Wording("en", TABLE))
    assert TABLE["withheld"]["greyscale"]["en"] in page and MONK_SWATCHES[0] not in page


def test_a_score_lies_on_its_axis():
    drawn = radar([Axis("a", 100.0, 0.0, "need"), Axis("b", 50.0, 0.0, "usual"), Axis("c", 0.0, 0.0, "usual")], "t")
    dots = [tuple(map(float, found)) for found in re.findall(r'<circle[^>]*cx="([\d.]+)" cy="([\d.]+)"', drawn)]
    (top_x, top_y), (right_x, right_y), centre = dots
    assert (top_x, centre[0] - top_x) == (centre[0], 0.0)
    radius = centre[1] - top_y
    assert math.hypot(right_x - centre[0], right_y - centre[1]) == pytest.approx(radius / 2.0, abs=0.1)
    assert right_x > centre[0] and right_y > centre[1]  # a third of the way round, clockwise
    assert radar([Axis("a", 1.0, 1.0, "need")] * 2, "t") == ""


def test_the_monk_interval_covers_its_swatches():
    drawn = monk_scale(Monk(4.0, 3.0, 6.0), "t")
    low, high = map(float, re.search(r'class="interval" d="M([\d.]+) 12V24M[\d.]+ 18H([\d.]+)', drawn).groups())
    boxes = [float(x) for x in re.findall(r'class="tone" x="([\d.]+)"', drawn)]
    assert boxes[2] < low < boxes[3] and boxes[5] < high < boxes[6]
    wide = monk_scale(Monk(1.0, -3.0, 14.0), "t")
    assert "M0.0 12" in wide and "H480.0" in wide


def test_heat_is_shown_on_the_scale_of_its_cue_unless_pixels_go_far_beyond():
    row = {"none": 0.0, "strong": 10.0}
    assert heat_limits(np.full(100, 4.0, np.float32), row) == (0.0, 10.0)
    assert heat_limits(np.full(100, 80.0, np.float32), row) == (0.0, 80.0)
    assert heat_limits(np.zeros(0, np.float32), row) == (0.0, 10.0)
    assert heat_limits(np.full(9, 80.0, np.float32), {**row, "heat": [1, 2]}) == (1.0, 2.0)
    assert heat_limits(np.full(9, 80.0, np.float32), {"none": 10.0, "strong": 0.0}) == (10.0, 0.0)


def test_both_languages_say_the_same_things():
    fields = {
        language: {key: sorted(re.findall(r"{(\w+)}", text)) for key, text in WORDS[language].items()}
        for language in LANGUAGES
    }
    assert fields["en"] == fields["zh"]
    assert all(text.strip() for language in LANGUAGES for text in WORDS[language].values())
    for marks in WORDS["marks"].values():
        assert set(marks) == {"strength", "need"} and all(set(text) == set(LANGUAGES) for text in marks.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_can_be_told_has_a_word(language):
    said, words = WORDS[language], Wording(language, TABLE)
    assert {f"check.{row['name']}" for row in TABLE["gate"]} <= set(said)
    assert {f"region.{name}" for name in canonical.REGIONS} <= set(said)
    assert {f"ita.{name}" for name in ITA_CLASSES} <= set(said)
    assert {f"undertone.{row['name']}" for row in TABLE["undertones"]} <= set(said)
    assert {f"level.{level}" for level in ("strength", "usual", "need", "description")} <= set(said)
    assert {f"verdict.{row.get('severity', 'refuse')}" for row in TABLE["gate"]} <= set(said)
    for name, row in TABLE["cues"].items():
        assert words.cue(name) == row["name"][language]
        assert "good" not in row or name in WORDS["marks"], f"no cosmetic words for {name}"


def test_no_word_is_a_diagnosis_or_a_guess_at_a_person():
    text = json.dumps([WORDS["marks"], WORDS["en"], WORDS["zh"]], ensure_ascii=False).lower()
    for word in ("acne", "rosacea", "melasma", "eczema", "lesion", "patient", "disease", "treat", "caucasian", "asian"):
        assert word not in text, word
    for word in ("痤疮", "玫瑰痤疮", "黄褐斑", "湿疹", "病变", "患者", "治疗"):
        assert word not in text, word


def test_an_unknown_language_lists_ours():
    with pytest.raises(ValueError, match=r"\['en', 'zh'\].*'fr'"):
        Wording("fr", TABLE)


def test_columns_hold_in_chinese():
    lines = columns([["泛红", "5"], ["redness", "100"]], (LEFT, RIGHT))
    assert {width(line) for line in lines} == {12}


def test_shades_are_said_in_words():
    shelf = Shelf.of([ShadeRow("#C9A083", "Brand", "Fluid", "20"), ShadeRow("#402010", "Other", "Stick", "9")])
    text = "\n".join(shade_lines(match_foundation(TONE, shelf), Wording("en", TABLE)))
    assert "1. Brand Fluid, 20  #C9A083" in text and "ΔE00" in text
