"""Two photos: a change is told from noise, and photos taken differently are told apart."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from html import escape

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.schema import Cue, Tone, to_dict
from makeup_ai.vision.compare import CHANGED, WITHIN, compare, cue_change, expression, tone_change
from makeup_ai.vision.compare_page import comparison_lines, comparison_page
from makeup_ai.vision.photo import Photo
from makeup_ai.vision.table import default_table
from makeup_ai.vision.wording import Wording

TABLE = default_table()
SURE = TABLE["compare"]["sure"]


def photo(pixels: np.ndarray) -> Photo:
    return Photo(pixels, pixels.shape[1], pixels.shape[0])


@pytest.fixture(scope="module")
def large(astronaut):
    """The astronaut at twice the size, so that edits stay well clear of the gate."""
    return cv2.resize(astronaut, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="module")
def seen(analyser, large):
    return analyser.examine(photo(large))


def scored(examined, **scores: float):
    """The same photo with other scores."""
    cues = {name: replace(cue, score=scores.get(name, cue.score)) for name, cue in examined.report.cues.items()}
    return replace(examined, report=replace(examined.report, cues=cues))


def cue(score: float, noise: float = 3.0) -> Cue:
    return Cue(score / 10.0, "a*", score, {}, noise)


def test_a_photo_beside_itself_changed_nothing(seen):
    found = compare(seen, seen, TABLE)
    assert found.accepted and found.cues and not found.conditions and not found.only_one
    assert {change.verdict for change in found.cues.values()} == {WITHIN}
    assert all(change.change == 0.0 for change in found.cues.values())
    assert found.tone is not None and found.tone.verdict == WITHIN


def test_the_noise_of_a_difference_is_root_two_of_one():
    change = cue_change(cue(20.0), cue(40.0), SURE)
    assert change.noise == pytest.approx(math.sqrt(2.0) * 3.0)
    limit = SURE * change.noise
    assert cue_change(cue(20.0), cue(20.0 + limit + 0.01), SURE).verdict == CHANGED
    assert cue_change(cue(20.0), cue(20.0 + limit - 0.01), SURE).verdict == WITHIN


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0.1, 20), st.floats(0, 20))
def test_a_change_is_the_same_backwards_and_noise_never_makes_one(first, second, noise, more):
    there, back = (cue_change(cue(a, noise), cue(b, noise), SURE) for a, b in ((first, second), (second, first)))
    assert there.change == -back.change and there.verdict == back.verdict
    noisier = cue_change(cue(first, noise + more), cue(second, noise), SURE)
    assert there.verdict == CHANGED or noisier.verdict == WITHIN


def test_a_tone_changed_where_it_left_both_intervals():
    tone = Tone((60.0, 12.0, 16.0), 32.0, "intermediate", 3.0, None)
    assert tone_change(tone, replace(tone, ita_degrees=36.0)).verdict == WITHIN
    assert tone_change(tone, replace(tone, ita_degrees=37.0)).verdict == CHANGED  # 5 > sqrt(3^2 + 3^2) = 4.24


def test_what_only_one_photo_tells_is_not_compared(analyser, seen, large):
    grey = cv2.cvtColor(cv2.cvtColor(large, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    found = compare(seen, analyser.examine(photo(grey)), TABLE)
    assert found.tone is None and "redness" in found.only_one and "redness" not in found.cues


def test_a_refused_photo_is_not_compared_and_named(analyser, seen, large):
    blurred = analyser.examine(photo(cv2.GaussianBlur(large, (0, 0), 5)))
    for pair, name in (((seen, blurred), "after"), ((blurred, seen), "before")):
        found = compare(*pair, TABLE)
        assert not found.accepted and not found.cues and found.tone is None
        lines = comparison_lines(found, Wording("en", TABLE))
        assert lines[0].startswith(name) and "focus" in lines[0]


def test_a_photo_without_a_face_is_not_compared(analyser, seen):
    nobody = analyser.examine(photo(np.full((300, 300, 3), 90, np.uint8)))
    found = compare(seen, nobody, TABLE)
    assert not found.accepted and json.dumps(to_dict(found), allow_nan=False)


def test_other_conditions_are_warned_of(analyser, seen, large):
    near = analyser.examine(photo(large[100:500, 250:650]))
    edits = {
        "eye_distance": cv2.resize(large, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA),
        "blur": cv2.GaussianBlur(large, (0, 0), 2.5),
        "exposure": (large * 0.7).astype(np.uint8),
    }
    for name, pixels in edits.items():
        warned = {condition.name for condition in compare(seen, analyser.examine(photo(pixels)), TABLE).conditions}
        assert name in warned, warned
    assert {condition.name for condition in compare(seen, near, TABLE).conditions} <= {"colour_cast"}  # same pixels


def test_an_open_mouth_is_a_condition(seen):
    points = seen.patch.points.copy()
    unit = np.hypot(*(points[468, :2] - points[473, :2]))
    points[14, 1] += 0.3 * unit
    other = replace(seen, patch=replace(seen.patch, points=points))
    assert [c.name for c in compare(seen, other, TABLE).conditions] == ["mouth_open"]


def test_expression_does_not_follow_the_size_of_the_face(patch):
    smaller = expression(patch.points * 0.5)
    assert expression(patch.points) == pytest.approx(smaller)


def test_lines_and_page_say_every_change_in_both_languages(seen):
    found = compare(seen, scored(seen, redness=95.0), TABLE)
    assert found.cues["redness"].verdict == CHANGED
    for language, word in (("en", "changed: more"), ("zh", "有变化")):
        words = Wording(language, TABLE)
        text, page = "\n".join(comparison_lines(found, words)), comparison_page(found, words)
        for name in found.cues:
            assert words.cue(name) in text and escape(words.cue(name)) in page
        assert word in text and word in page and "data:image" not in page


def test_a_bundle_made_before_comparisons_is_compared_by_our_limits(seen):
    old = {name: part for name, part in TABLE.items() if name != "compare"}
    assert compare(seen, seen, old).accepted
