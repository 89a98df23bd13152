"""A marked place: its colour and the differences inside it, by numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.vision.close_up import MIN_UNCERTAINTY, close_up_table, read_close_up, read_place
from makeup_ai.vision.colour import lab_from_srgb
from makeup_ai.vision.marked import SIDE, MarkedPatch
from makeup_ai.vision.photo import Photo
from makeup_ai.vision.table import default_table

TABLE = default_table()
SKIN = (198, 150, 125)
WHOLE = np.ones((SIDE, SIDE), bool)


def marked(pixels: np.ndarray, mask: np.ndarray = WHOLE) -> MarkedPatch:
    return MarkedPatch(pixels.astype(np.uint8), mask, 1.0)


def flat(colour=SKIN) -> np.ndarray:
    return np.broadcast_to(np.array(colour, np.uint8), (SIDE, SIDE, 3)).copy()


def dotted(pixels: np.ndarray, change, radius: float = 5.0) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    dots = np.hypot((y % 64) - 32, (x % 64) - 32) < radius
    return np.clip(pixels.astype(int) + dots[..., None] * np.array(change), 0, 255)


def test_an_even_place_is_its_colour_and_nothing_else():
    report = read_close_up(marked(flat()), TABLE)
    assert report.face is None and report.capture.accepted and not report.greyscale
    np.testing.assert_allclose(report.tone.lab, lab_from_srgb(np.uint8(SKIN)), atol=0.05)
    lightness, _, b = report.tone.lab
    assert report.tone.ita_degrees == pytest.approx(np.degrees(np.arctan2(lightness - 50.0, b)))
    assert report.tone.uncertainty_degrees == MIN_UNCERTAINTY
    assert all(cue.value == pytest.approx(0.0, abs=0.02) and cue.score < 1.0 for cue in report.cues.values())
    assert {cue.level for cue in report.cues.values()} == {"description"}


def test_light_from_one_side_widens_the_tone():
    ramp = np.linspace(0.8, 1.1, SIDE)[None, :, None]
    report = read_close_up(marked(flat() * ramp), TABLE)
    assert report.tone.uncertainty_degrees > 5.0


def test_each_cue_answers_to_its_own_change():
    even = read_close_up(marked(flat()), TABLE).cues
    noise = np.random.default_rng(7).normal(0.0, 9.0, (SIDE, SIDE, 1))
    edits = {
        "redness": dotted(flat(), (14, -14, -6), radius=12.0),
        "dark_spots": dotted(flat(), (-70, -70, -60)),
        "texture": np.clip(flat() + noise, 0, 255),
    }
    for name, pixels in edits.items():
        found = read_close_up(marked(pixels), TABLE).cues
        moved = {other: found[other].score - even[other].score for other in found}
        assert moved[name] > 15.0 and max(moved, key=moved.get) == name, (name, moved)


@pytest.mark.parametrize("name", ["redness", "dark_spots"])
def test_more_of_a_change_is_a_larger_value(name):
    change = {"redness": (2, -3, -1), "dark_spots": (-7, -7, -6)}[name]
    radius = {"redness": 12.0, "dark_spots": 5.0}[name]
    values = [
        read_close_up(marked(dotted(flat(), np.array(change) * dose, radius)), TABLE).cues[name].value
        for dose in range(6)
    ]
    assert values == sorted(values) and values[-1] > values[0] + 0.1


def test_what_lies_beside_the_mark_does_not_count():
    pixels = flat()
    mask = WHOLE.copy()
    mask[:64] = mask[-64:] = False
    pixels[~mask] = (20, 60, 200)
    inside, alone = read_close_up(marked(pixels, mask), TABLE), read_close_up(marked(flat(), mask), TABLE)
    assert inside.tone.lab == pytest.approx(alone.tone.lab, abs=0.01)
    assert inside.capture == alone.capture
    for name, cue in inside.cues.items():
        assert cue.score == pytest.approx(alone.cues[name].score, abs=2.0), name


def test_grey_gets_no_colour_and_what_is_not_skin_is_refused():
    grey = read_close_up(marked(flat((140, 140, 140))), TABLE)
    assert grey.greyscale and grey.tone is None and grey.withheld_because == TABLE["withheld"]["greyscale"]
    assert set(grey.cues) == {"dark_spots", "texture"}
    for colour in ((255, 255, 255), (0, 0, 0)):
        report = read_close_up(marked(flat(colour)), TABLE)
        assert not report.capture.accepted and report.tone is None and not report.cues
    blue = read_close_up(marked(flat((40, 90, 200))), TABLE)
    assert blue.tone is None and blue.withheld_because and "redness" not in blue.cues


@given(st.lists(st.integers(0, 255), min_size=48, max_size=48))
def test_any_place_is_measured_or_refused_in_numbers(values):
    coarse = np.array(values, np.uint8).reshape(4, 4, 3)
    report = read_close_up(marked(coarse.repeat(SIDE // 4, 0).repeat(SIDE // 4, 1)), TABLE)
    for cue in report.cues.values():
        assert np.isfinite(cue.value) and 0.0 <= cue.score <= 100.0
    assert report.tone is None or np.isfinite([*report.tone.lab, report.tone.ita_degrees]).all()


def test_a_place_is_read_in_pixels_parts_or_percent():
    photo = Photo(np.zeros((100, 200, 3), np.uint8), 400, 200)
    for text in ("40,20,80,100", "0.1,0.1,0.2,0.5", "10%, 10%, 20%, 50%"):
        assert read_place(text, photo) == pytest.approx((40.0, 20.0, 80.0, 100.0))
    assert read_place("1%,1%,1%,1%", photo) == pytest.approx((4.0, 2.0, 4.0, 2.0))
    with pytest.raises(ValueError, match="LEFT,TOP,WIDTH,HEIGHT"):
        read_place("10%,10,20%,50%", photo)


def test_a_bundle_made_before_close_ups_takes_our_scales():
    old = {name: part for name, part in TABLE.items() if name != "close_up"}
    assert set(close_up_table(old)["cues"]) == set(read_close_up(marked(flat()), old).cues)
