"""What a shade's undertone and depth may be: by its brand's words, and by its hue beside its sisters."""

from __future__ import annotations

import numpy as np
import pytest

from makeup_ai.vision.shades.read import ShadeRow
from makeup_ai.vision.shades.shelf import Shelf, relative_hues
from makeup_ai.vision.shades.table import shade_table
from makeup_ai.vision.shades.words import depths_said, fits_depth, undertones_said

TABLE = shade_table()


def shelf_of(*rows) -> Shelf:
    return Shelf.of([ShadeRow(*row) for row in rows])


# --- what the words say -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "undertones"),
    [
        ("355N (medium skin with a neutral golden undertone)", ("neutral",)),
        ("Warm Sand", ("warm",)),
        ("COOL rosy", ("cool",)),
        ("warm-neutral undertones", ("neutral", "warm")),
        ("cool to warm", ()),
        ("rosy undertones", ("cool", "neutral")),
        ("golden", ("neutral", "warm")),
        ("golden rose", ("neutral",)),
        ("Marigold, Coolidge, swarm", ()),
        ("olive", ()),
        ("偏冷的自然色", ("cool",)),
        ("中性调，偏黄", ("neutral",)),
        ("", ()),
    ],
)
def test_undertones_in_the_brands_words(text, undertones):
    assert undertones_said(text, TABLE) == undertones


def test_depths_in_words_and_whether_a_patch_can_have_them():
    assert depths_said("light to medium, tanned", TABLE) == ("light", "medium", "tan")
    assert depths_said("Delight Tangerine", TABLE) == ()
    assert fits_depth(["fair"], 60.0, TABLE)
    assert not fits_depth(["fair"], 0.0, TABLE)
    assert fits_depth(["fair", "deep"], 0.0, TABLE)
    assert fits_depth([], -80.0, TABLE)


# --- the undertone by hue beside its sisters --------------------------------------------------------------------------


def test_relative_hue_by_hand():
    # Five sisters of hue 45 and one of hue 60 at the same L*: the odd one lies 15 above their median, each sister 0.
    hues = np.radians([45, 45, 45, 45, 45, 60.0])
    lab = np.stack([np.full(6, 60.0), 20 * np.cos(hues), 20 * np.sin(hues)], axis=-1)
    assert relative_hues(lab, np.zeros(6, np.int64), TABLE) == pytest.approx([0, 0, 0, 0, 0, 15])
    alone = relative_hues(lab, np.arange(6), TABLE)
    assert np.isnan(alone).all()


def test_relative_hue_wraps_and_looks_only_at_shades_of_its_depth():
    hues = np.radians([355, 355, 355, 355, 355, 5.0, 90.0])
    lab = np.stack([[60, 60, 60, 60, 60, 60, 90.0], 20 * np.cos(hues), 20 * np.sin(hues)], axis=-1)
    found = relative_hues(lab, np.zeros(7, np.int64), TABLE)
    assert found[5] == pytest.approx(10)
    assert np.isnan(found[6])


def test_the_words_come_before_the_hue_and_silence_stays_silent():
    even = ["#D9A57F"] * 6
    shelf = shelf_of(*((c, "A", "x", str(i)) for i, c in enumerate(even)), ("#D9B06A", "A", "x", "yellow one"))
    basis = dict(zip((s.name for s in shelf.shades), shelf.basis, strict=True))
    assert basis["yellow one"] == "words"
    assert {basis[str(i)] for i in range(6)} == {None}
    shelf = shelf_of(*((c, "A", "x", str(i)) for i, c in enumerate(even)), ("#D9B06A", "A", "x", "7"))
    assert [(shelf.undertones(i), b) for i, b in enumerate(shelf.basis) if b] == [(("neutral", "warm"), "hue")]


def test_a_grey_patch_is_no_shade():
    shelf = shelf_of(("#FCFCFB", "A", "x", "1"), ("#D9A57F", "A", "x", "2"))
    assert [s.name for s in shelf.shades] == ["2"]
    assert [s.name for s in shelf.left_out] == ["1"]
