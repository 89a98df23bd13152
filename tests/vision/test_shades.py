"""Foundation matching: numbers by hand, what must always hold, and bad input."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.schema import LANGUAGES, Tone, to_dict
from makeup_ai.vision.colour import chroma, ciede2000, ita_degrees, lab_from_hex
from makeup_ai.vision.shades.difference import direction_words, directions, distance_word
from makeup_ai.vision.shades.foundation import LIGHTNESS_STRETCH, match_foundation
from makeup_ai.vision.shades.interval import tone_interval
from makeup_ai.vision.shades.read import ShadeRow
from makeup_ai.vision.shades.shelf import Shelf
from makeup_ai.vision.shades.table import check_shade_table, shade_table

TABLE = shade_table()


def tone_of(lab, uncertainty=0.0, undertone=None) -> Tone:
    return Tone(
        lab=tuple(lab),
        ita_degrees=float(ita_degrees(lab)),
        ita_class="light",
        uncertainty_degrees=uncertainty,
        undertone=undertone,
    )


def shelf_of(*rows) -> Shelf:
    return Shelf.of([ShadeRow(*row) for row in rows])


# --- penalties --------------------------------------------------------------------------------------------------------


def test_penalties_by_the_steps_between_undertones():
    shelf = Shelf.of([ShadeRow("#D9A57F", "A", w, w, w) for w in ("cool", "neutral", "warm", "golden", "plain")])
    found = dict(zip((s.name for s in shelf.shades), shelf.penalties("cool").tolist(), strict=True))
    none, one, two = TABLE["undertones"]["penalty_by_steps"]
    assert found == {"cool": none, "neutral": one, "warm": two, "golden": one, "plain": 0.0}
    assert not shelf.penalties(None).any()
    with pytest.raises(ValueError, match=r"Expected an undertone of \['cool', 'neutral', 'warm'\].*olive"):
        shelf.penalties("olive")


def test_a_nearer_shade_of_the_wrong_undertone_loses_by_less_than_its_penalty_only():
    skin = lab_from_hex("#D9A57F")
    right, near, exact = ("#DBA781", "A", "x", "warm"), ("#D9A680", "B", "x", "cool"), ("#D9A57F", "C", "x", "cool")
    assert ciede2000(skin, lab_from_hex(right[0])) < TABLE["undertones"]["penalty_by_steps"][2]
    names = [
        m.shade.brand for m in match_foundation(tone_of(skin, undertone="warm"), shelf_of(right, near, exact)).nearest
    ]
    assert names == ["A", "C", "B"]
    names = [m.shade.brand for m in match_foundation(tone_of(skin), shelf_of(right, near, exact)).nearest]
    assert names == ["C", "B", "A"]


# --- distance and direction in words ----------------------------------------------------------------------------------


def test_distances_in_words_in_both_languages():
    named = [distance_word(d, TABLE) for d in (0.5, 1.5, 3.0, 4.0, 50.0)]
    assert [name for name, _ in named] == ["indistinguishable", "very close", "close", "visible", "far"]
    assert all(set(LANGUAGES) <= set(words) for _, words in named)


@pytest.mark.parametrize(
    ("shade", "names"),
    [
        ((60.0, 12.0, 16.0), []),
        ((60.9, 12.0, 16.0), []),
        ((61.0, 12.0, 16.0), ["a little lighter"]),
        ((57.0, 12.0, 16.0), ["darker"]),
        ((54.0, 12.0, 16.0), ["much darker"]),
        ((60.0, 15.2, 13.0), ["redder"]),  # the same C* of 20, turned from 53 to 41 degrees: 4.3 units
        ((60.0, 12.0, 13.0), ["a little cooler", "a little more muted"]),  # less yellow, no redder
        ((60.0, 9.6, 17.55), ["a little warmer"]),
        ((60.0, 18.0, 24.0), ["more vivid"]),
    ],
)
def test_directions_by_hand(shade, names):
    found = directions((60.0, 12.0, 16.0), shade, TABLE)
    assert [d.words["en"] for d in found] == names


def test_a_direction_in_both_languages():
    found = directions((60.0, 12.0, 16.0), (61.5, 9.0, 18.0), TABLE)
    assert direction_words(found, TABLE) == {"en": "a little lighter, warmer", "zh": "略偏浅、偏暖"}
    assert direction_words((), TABLE) == TABLE["directions"]["none"]


lab_of_skin = st.tuples(st.floats(20, 90), st.floats(3, 25), st.floats(5, 35))


@given(lab_of_skin, lab_of_skin)
def test_the_way_there_is_the_opposite_of_the_way_back(one, two):
    there, back = directions(one, two, TABLE), directions(two, one, TABLE)
    assert [d.axis for d in there] == [d.axis for d in back]
    for a, b in zip(there, back, strict=True):
        assert a.difference == pytest.approx(-b.difference)
        assert a.amount == b.amount


# --- the interval -----------------------------------------------------------------------------------------------------


def test_the_interval_by_hand():
    # L* = 60, b* = 10: at 48 degrees g = 66 / (76 - 10 tan 48) = 1.01696, so L* = 76 g - 16 = 61.289
    colours = tone_interval(tone_of((60.0, 12.0, 10.0), 3.0), 3)
    g = 66 / (76 - 10 * math.tan(math.radians(48)))
    assert g == pytest.approx(1.01696, abs=1e-4)
    assert colours[2] == pytest.approx([76 * g - 16, 12 * g, 10 * g])
    assert colours[1].tolist() == [60.0, 12.0, 10.0]


@given(lab_of_skin, st.floats(0, 180))
def test_an_interval_ascends_around_its_colour_and_stays_in_range(lab, half):
    colours = tone_interval(tone_of(lab, half), 9)
    assert (np.diff(colours[:, 0]) >= -1e-9).all()
    assert colours[4].tolist() == list(lab)
    assert ((colours[:, 0] >= 0) & (colours[:, 0] <= 100)).all()
    assert (np.abs(ita_degrees(colours) - ita_degrees(lab)) <= half + 1e-6).all()


@pytest.mark.parametrize("lab", [(60.0, 12.0, 0.0), (60.0, 5.0, -10.0), (0.0, 1.0, 1.0), (100.0, 1.0, 1.0)])
def test_a_colour_that_skin_does_not_have_is_not_matched(lab):
    match = match_foundation(tone_of(lab, 3.0), shelf_of(("#D9A57F",)))
    assert match.nearest == ()
    assert match.cannot_tell_because == TABLE["cannot_tell"]["colour"]


@pytest.mark.parametrize(
    ("lab", "half"), [((math.nan, 1, 1), 3.0), ((60, 12, 16), math.inf), ((60, 12, 16), -1.0), ((60, 12), 3.0)]
)
def test_numbers_that_are_none_are_refused(lab, half):
    with pytest.raises(ValueError, match=r"three finite numbers.*Received"):
        tone_interval(Tone(lab, 0.0, "light", half, None), 3)


# --- matching ---------------------------------------------------------------------------------------------------------


def test_three_nearest_across_brands_each_product_once():
    rows = [
        ("#D9A57F", "A", "Fluid", "1"),
        ("#D9A680", "A", "Fluid", "2"),
        ("#D8A47E", "A", "Stick", "1"),
        ("#DDAA83", "B", "Fluid", "1"),
        ("#5A3A2A", "C", "Fluid", "1"),
    ]
    skin = tone_of(lab_from_hex("#D9A57F"))
    match = match_foundation(skin, shelf_of(*rows))
    assert [(m.shade.brand, m.shade.product) for m in match.nearest] == [("A", "Fluid"), ("A", "Stick"), ("B", "Fluid")]
    assert match.nearest[0].distance == pytest.approx(0.0, abs=1e-8)
    assert match.nearest[0].word == "indistinguishable"
    assert match.stable
    all_of_them = match_foundation(skin, shelf_of(*rows), count=9, one_a_product=False)
    assert {m.shade.product for m in all_of_them.nearest[:3]} == {"Fluid", "Stick"}
    assert len(all_of_them.nearest) == 5


def test_a_match_says_what_differs():
    (found,) = match_foundation(
        tone_of((70.0, 12.0, 18.0), 4.0, "cool"), shelf_of(("#CFA079", "A", "Fluid", "Warm Sand", "deep golden"))
    ).nearest
    lab = lab_from_hex("#CFA079")
    assert found.distance == pytest.approx(float(ciede2000((70.0, 12.0, 18.0), lab)))
    assert found.distance_low <= found.distance <= found.distance_high
    assert found.ita_difference == pytest.approx(float(ita_degrees(lab)) - float(ita_degrees((70.0, 12.0, 18.0))))
    assert {d.name for d in found.directions} >= {"warmer"}
    assert (found.undertones, found.undertone_basis, found.undertone_agrees) == (("warm",), "words", False)
    assert found.penalty == TABLE["undertones"]["penalty_by_steps"][2]
    assert found.doubt == {}
    assert to_dict(found)["shade"]["brand"] == "A"


def test_a_patch_that_does_not_fit_its_words_is_doubted():
    (found,) = match_foundation(tone_of((90.0, 5.0, 12.0)), shelf_of(("#F1E7DB", "A", "x", "Deepest ebony"))).nearest
    assert found.doubt == TABLE["doubt"]


def test_an_uncertain_tone_moves_and_a_very_uncertain_one_is_not_matched():
    shades = [(f"#{v:02X}{round(v * 0.77):02X}{round(v * 0.6):02X}", "A", "x", str(v)) for v in range(60, 250, 3)]
    shelf = shelf_of(*shades)
    skin = lab_from_hex(shades[40][0])
    sure = match_foundation(tone_of(skin, 0.0), shelf)
    assert sure.stable
    assert sure.reach == pytest.approx(0.0, abs=1e-6)
    assert sure.at_dark_end == sure.at_light_end == sure.nearest[0].shade
    unsure = match_foundation(tone_of(skin, 4.0), shelf)
    assert not unsure.stable
    assert int(unsure.at_dark_end.name) < int(unsure.nearest[0].shade.name) < int(unsure.at_light_end.name)
    assert unsure.nearest[0].distance == pytest.approx(0.0, abs=1e-8)
    assert unsure.nearest[0].distance_high > 1.0
    assert unsure.nearest[0].word_at_worst != "indistinguishable"
    lost = match_foundation(tone_of(skin, 40.0), shelf)
    assert lost.nearest == ()
    assert lost.cannot_tell_because == TABLE["cannot_tell"]["interval"]
    assert lost.reach > TABLE["interval"]["max_reach"]
    assert int(lost.at_dark_end.name) < int(unsure.at_dark_end.name)


def test_shades_of_no_product_stand_alone():
    colours = ["#D9A57F", "#D9A680", "#D8A47E", "#DDAA83", "#D5A27B", "#DAA880", "#D9B06A"]
    shelf = shelf_of(*((colour,) for colour in colours))
    assert len(match_foundation(tone_of(lab_from_hex("#D9A57F")), shelf).nearest) == 3
    assert set(shelf.basis) == {None}  # strangers, not sisters


def test_thousands_of_shades_under_one_name_are_no_sisters():
    grid = [f"#{r:02X}{g:02X}{b:02X}" for r in range(150, 250, 4) for g in range(90, 150, 3) for b in range(50, 90, 3)]
    shelf = Shelf.of([ShadeRow(colour, "A", "x") for colour in grid])
    assert len(shelf) > 5_000  # each beside each would be 25 million pairs
    assert set(shelf.basis) == {None}


def test_an_empty_shelf_and_an_impossible_count():
    match = match_foundation(tone_of((70.0, 12.0, 18.0)), Shelf.of([]))
    assert (match.nearest, match.cannot_tell_because) == ((), TABLE["cannot_tell"]["shelf"])
    with pytest.raises(ValueError, match=r"At least one shade.*count=0"):
        match_foundation(tone_of((70.0, 12.0, 18.0)), Shelf.of([]), count=0)


# --- what must always hold --------------------------------------------------------------------------------------------


def _hex(lab_like: tuple[int, int, int]) -> str:
    return "#{:02X}{:02X}{:02X}".format(*lab_like)


skins = st.builds(
    lambda red, to_green, to_blue: (red, red - to_green, red - to_green - to_blue),
    st.integers(100, 255),
    st.integers(11, 50),
    st.integers(11, 40),
)
words = st.sampled_from(["", "cool", "neutral", "warm", "golden", "rosy"])
rows_of = st.lists(
    st.builds(
        lambda c, brand, product, word: ShadeRow(_hex(c), brand, product, _hex(c), word),
        skins,
        st.sampled_from("ABC"),
        st.sampled_from("xy"),
        words,
    ),
    min_size=1,
    max_size=30,
)
undertone = st.sampled_from([None, "cool", "neutral", "warm"])


def score(match) -> float:
    return match.nearest[0].distance + match.nearest[0].penalty


@settings(max_examples=60)
@given(rows_of, st.data())
def test_a_shade_is_its_own_nearest(rows, data):
    shelf = Shelf.of(rows)
    if not len(shelf):
        return
    i = data.draw(st.integers(0, len(shelf) - 1))
    best = match_foundation(tone_of(shelf.lab[i].tolist()), shelf, count=1).nearest[0]
    assert best.distance == pytest.approx(0.0, abs=1e-9)
    assert best.shade.hex == shelf.shades[i].hex


@settings(max_examples=60)
@given(rows_of, skins, undertone, st.booleans(), st.integers(1, 4))
def test_it_agrees_with_a_plain_loop_over_every_shade(rows, skin, tint, once, count):
    shelf, tone = Shelf.of(rows), tone_of(lab_from_hex(_hex(skin)), 0.0, tint)
    penalties = shelf.penalties(tint)
    best: dict[object, tuple[float, float, int]] = {}
    for i, shade in enumerate(shelf.shades):
        d = float(ciede2000(tone.lab, shelf.lab[i]))
        key = (shade.brand, shade.product) if once else i
        best[key] = min(best.get(key, (math.inf, math.inf, 0)), (d + float(penalties[i]), d, i))
    wanted = [shelf.shades[i] for _, _, i in sorted(best.values())[:count]]
    assert [m.shade for m in match_foundation(tone, shelf, count=count, one_a_product=once).nearest] == wanted


@settings(max_examples=60)
@given(rows_of, skins, undertone, skins, words)
def test_another_shade_never_worsens_the_best(rows, skin, tint, added, word):
    # Of a product of its own: a sister may change what the hue of silent shades of its product says.
    tone = tone_of(lab_from_hex(_hex(skin)), 0.0, tint)
    before = match_foundation(tone, Shelf.of(rows), count=1)
    after = match_foundation(tone, Shelf.of([*rows, ShadeRow(_hex(added), "D", "z", "new", word)]), count=1)
    if before.nearest:
        assert score(after) <= score(before) + 1e-8


@settings(max_examples=60)
@given(rows_of, skins, undertone, st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(rows, skin, tint, random):
    tone = tone_of(lab_from_hex(_hex(skin)), 2.0, tint)
    shuffled = random.sample(rows, len(rows))
    assert match_foundation(tone, Shelf.of(rows)) == match_foundation(tone, Shelf.of(shuffled))


@settings(max_examples=60)
@given(skins, skins, st.sampled_from(["cool", "neutral", "warm"]), st.sampled_from(["cool", "neutral", "warm"]))
def test_a_wrong_undertone_never_wins_at_the_same_distance(skin, colour, tint, other):
    rows = [ShadeRow(_hex(colour), "B", "x", "right", tint), ShadeRow(_hex(colour), "A", "x", "other", other)]
    best = match_foundation(tone_of(lab_from_hex(_hex(skin)), 0.0, tint), Shelf.of(rows), count=1).nearest[0]
    assert tint in best.undertones


@given(lab_of_skin, st.tuples(st.floats(0, 100), st.floats(-60, 60), st.floats(-60, 60)))
def test_the_search_in_lightness_leaves_nothing_nearer_out(one, two):
    assert abs(one[0] - two[0]) <= LIGHTNESS_STRETCH * float(ciede2000(one, two)) + 1e-9


def test_the_table_is_checked():
    assert check_shade_table(TABLE) is TABLE
    with pytest.raises(ValueError, match=r"schema 1.*None"):
        check_shade_table({})
    with pytest.raises(ValueError, match=r"Missing.*depths"):
        check_shade_table({k: v for k, v in TABLE.items() if k != "depths"})
    with pytest.raises(ValueError, match="penalty_by_steps"):
        check_shade_table({**TABLE, "undertones": {**TABLE["undertones"], "penalty_by_steps": [0.0, 2.0, 1.0]}})


def test_the_bands_of_the_table_do_not_touch():
    bands = TABLE["undertones"]["hue"]["bands"]
    for a, b in combinations(bands, 2):
        apart = a["ita_to"] <= b["ita_above"] or b["ita_to"] <= a["ita_above"]
        assert apart or a["to_degrees"] < b["from_degrees"] or b["to_degrees"] < a["from_degrees"]


def test_shades_in_the_thousands_take_milliseconds_and_do_not_change_the_answer():
    rng = np.random.default_rng(7)
    colours = rng.integers([90, 60, 40], [250, 190, 140], (7000, 3))
    shelf = Shelf.of([ShadeRow(_hex(tuple(c)), f"b{i % 97}", f"p{i % 331}", str(i)) for i, c in enumerate(colours)])
    skin = (66.0, 13.0, 19.0)
    found = match_foundation(tone_of(skin, 3.0), shelf, count=1).nearest[0]
    assert found.distance == pytest.approx(float(ciede2000(skin, shelf.lab).min()))
    assert (chroma(shelf.lab) >= TABLE["min_chroma"]).all()
