import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.vision.marked import MIN_SIDE, SIDE, cut_region, parse_region


@pytest.fixture
def squares() -> np.ndarray:
    """Grey, with a red field at 100..200 across and 60..120 down."""
    pixels = np.full((300, 400, 3), 128, np.uint8)
    pixels[60:120, 100:200] = (200, 40, 40)
    return pixels


def test_the_mark_alone_is_in_the_mask(squares):
    patch = cut_region(squares, (100, 60, 100, 60))
    assert patch.pixels.shape == (SIDE, SIDE, 3)
    assert patch.pixels.dtype == np.uint8
    inner = patch.pixels[patch.mask]
    assert (np.abs(inner.astype(int) - (200, 40, 40)).max(axis=1) < 5).mean() > 0.97  # all but a blended rim
    assert (patch.pixels[~patch.mask][:, 0] < 195).mean() > 0.97


def test_its_shape_is_kept(squares):
    patch = cut_region(squares, (100, 60, 100, 60))
    rows, columns = np.nonzero(patch.mask)
    assert np.ptp(columns) + 1 == SIDE
    assert np.ptp(rows) + 1 == pytest.approx(SIDE * 0.6, abs=1)
    assert patch.scale == pytest.approx(SIDE / 100)


def test_parts_of_the_photo_mean_the_same_as_pixels(squares):
    by_pixels = cut_region(squares, (100, 60, 100, 60))
    by_parts = cut_region(squares, (0.25, 0.2, 0.25, 0.2))
    np.testing.assert_array_equal(by_pixels.pixels, by_parts.pixels)
    assert by_pixels.scale == by_parts.scale


def test_the_whole_photo_may_be_marked(squares):
    assert cut_region(squares, (0, 0, 1, 1)).mask.any()
    assert cut_region(squares, (0, 0, 400, 300)).scale == pytest.approx(SIDE / 400)


def test_pixels_are_those_of_the_photo_before_it_was_reduced(squares):
    reduced = cut_region(squares, (250, 150, 250, 150), scale=2.5)
    np.testing.assert_array_equal(reduced.pixels, cut_region(squares, (100, 60, 100, 60)).pixels)
    assert reduced.scale == pytest.approx(SIDE / 250)


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ((350, 60, 100, 60), r"within a photo of 400 x 300 pixels.*left 350.*Mark"),
        ((-5, 60, 100, 60), "within a photo"),
        ((0.5, 0.5, 0.6, 0.2), "within a photo"),
        ((100, 60, 100, 20), rf"at least {MIN_SIDE} pixels.*100 x 20"),
        ((100, 60, -100, 60), "at least"),
        ((100, 60, 0, 0), "at least"),
        ((0.1, 0.1, 0.01, 0.01), "at least"),
        ((100, 60, float("nan"), 60), "Give four numbers"),
        ((100, 60, float("inf"), 60), "Give four numbers"),
        ((100, 60, 100), "Give four numbers"),
    ],
)
def test_what_cannot_be_cut_is_refused_in_words(squares, region, words):
    with pytest.raises(ValueError, match=words):
        cut_region(squares, region)


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "100 60 100 60"])
def test_a_region_in_words_is_four_numbers(text):
    with pytest.raises(ValueError, match="LEFT,TOP,WIDTH,HEIGHT"):
        parse_region(text)


@given(
    left=st.floats(0, 150),
    top=st.floats(0, 150),
    width=st.floats(MIN_SIDE, 150),
    height=st.floats(MIN_SIDE, 150),
)
def test_an_even_photo_gives_an_even_patch_and_the_mark_keeps_its_area(left, top, width, height):
    patch = cut_region(np.full((300, 300, 3), 77, np.uint8), (left, top, width, height))
    assert (patch.pixels == 77).all()
    assert patch.mask.sum() == pytest.approx(width * height * patch.scale**2, rel=0.02)
