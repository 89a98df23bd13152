"""Harmony: the rules are a table, every score is a sum, and every reason is one of its terms."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.schema import LANGUAGES, Tone
from makeup_ai.vision.colour import chroma, hue_degrees, ita_degrees, lab_from_hex
from makeup_ai.vision.shades.harmony import rules_for, score_harmony
from makeup_ai.vision.shades.read import ShadeRow
from makeup_ai.vision.shades.table import KINDS, check_harmony_table, harmony_table

TABLE = harmony_table()
LIGHT, DEEP = (70.0, 12.0, 18.0), (35.0, 14.0, 16.0)  # 48 and -43 degrees
CORAL, BERRY, GREY = ShadeRow("#C4705A", "A", "x", "coral"), ShadeRow("#8E2A4E", "A", "x", "berry"), ShadeRow("#808080")
LIP = (48.0, 26.0, 12.0)


def tone_of(lab=LIGHT, undertone=None, uncertainty=3.0) -> Tone:
    return Tone(
        lab=lab,
        ita_degrees=float(ita_degrees(lab)),
        ita_class="",
        uncertainty_degrees=uncertainty,
        undertone=undertone,
    )


def names(kind, tone, contrast=None, lip=None):
    return {rule["name"] for rule in rules_for(kind, tone, contrast=contrast, lip=lip, table=TABLE)}


def rule_table(**rule):
    base = {
        "name": "r",
        "kind": "blush",
        "when": {},
        "weight": 1.0,
        "band": {"L": [40, 60]},
        "reason": {"en": "e", "zh": "z"},
    }
    return {**TABLE, "rules": [{**base, **rule}]}


@pytest.mark.parametrize(("undertone", "first"), [("warm", CORAL), ("cool", BERRY)])
def test_the_undertone_chooses_the_family(undertone, first):
    best, worst = score_harmony([CORAL, BERRY], "lipstick", tone_of(undertone=undertone))
    assert best.shade == first
    assert best.spoke == f"lipstick_{undertone}"
    assert best.score > worst.score


def test_without_an_undertone_only_rules_that_need_none_speak():
    assert names("lipstick", tone_of()) == {"lipstick_light_skin", "lipstick_paler_than_skin"}
    assert "lipstick_warm" in names("lipstick", tone_of(undertone="warm"))


def test_a_depth_that_the_interval_does_not_settle_says_nothing():
    assert "lipstick_light_skin" in names("lipstick", tone_of(uncertainty=5.0))
    assert "lipstick_light_skin" not in names("lipstick", tone_of(uncertainty=30.0))
    assert "blush_deep_skin" in names("blush", tone_of(DEEP))


@pytest.mark.parametrize(
    ("contrast", "rule"),
    [(10.0, "lipstick_low_contrast"), (24.9, "lipstick_low_contrast"), (25.0, None), (45.0, "lipstick_high_contrast")],
)
def test_contrast_by_its_classes(contrast, rule):
    found = {name for name in names("lipstick", tone_of(), contrast=contrast) if "contrast" in name}
    assert found == ({rule} if rule else set())


def test_the_lips_own_colour_speaks_only_where_it_was_measured():
    assert "lipstick_own_lips" not in names("lipstick", tone_of())
    own = "#9E5651"
    lab = lab_from_hex(own)
    assert abs(float(hue_degrees(lab)) - float(hue_degrees(LIP))) < 14
    assert -20 <= lab[0] - LIP[0] <= 0 <= chroma(lab) - chroma(LIP) <= 28
    (score,) = score_harmony([ShadeRow(own)], "lipstick", tone_of(uncertainty=40.0), lip=LIP)
    assert score.spoke == "lipstick_own_lips"
    assert score.terms["lipstick_own_lips"] == 100.0


def test_a_fit_by_hand():
    # Grey 0x808080 has L* 53.585: inside [40, 60]; 3.585 above [40, 50], whose margin is 10; far from [80, 90].
    for band, score in (([40, 60], 100.0), ([40, 50], 64.15), ([80, 90], 0.0)):
        (found,) = score_harmony([GREY], "blush", tone_of(), table=rule_table(band={"L": band}))
        assert found.score == pytest.approx(score, abs=0.01)
        assert (found.spoke, dict(found.reason)) == (("r", {"en": "e", "zh": "z"}) if score else (None, {}))


def test_hue_bands_run_through_zero_and_greys_have_no_hue():
    rose, orange = ShadeRow("#B0788C"), ShadeRow("#C0583C")  # 356 and 42 degrees
    table = rule_table(band={"h": [345, 30]})
    scores = {s.shade: s.score for s in score_harmony([rose, orange, GREY], "blush", tone_of(), table=table)}
    assert scores[rose] == 100.0
    assert 0.0 < scores[orange] < 50.0  # 12 of 15 degrees outside
    assert scores[GREY] == 0.0


def test_a_warning_subtracts_and_speaks():
    chalk = ShadeRow("#F5D5DC", "A", "x", "chalk")
    (score,) = score_harmony([chalk], "blush", tone_of(DEEP))
    assert score.score < 0
    assert score.spoke == "blush_paler_than_skin"
    assert "chalky" in score.reason["en"]


def test_a_vivid_red_is_not_pale_on_deep_skin():
    (score,) = score_harmony([ShadeRow("#C8102E")], "lipstick", tone_of(DEEP))
    assert lab_from_hex("#C8102E")[0] > DEEP[0]
    assert score.terms == {"lipstick_deep_skin": 100.0}


lab_of_skin = st.tuples(st.floats(20, 90), st.floats(3, 25), st.floats(5, 35))
shades = st.lists(
    st.integers(0, 0xFFFFFF).map(lambda v: ShadeRow(f"#{v:06X}", "A", "x", f"{v:06X}")),
    min_size=1,
    max_size=12,
    unique=True,
)


@settings(max_examples=80)
@given(
    shades,
    st.sampled_from(KINDS),
    lab_of_skin,
    st.sampled_from([None, "cool", "neutral", "warm"]),
    st.none() | st.floats(0, 80),
    st.none() | st.just(LIP),
    st.randoms(use_true_random=False),
)
def test_scores_are_sums_of_known_rules_in_any_order(rows, kind, lab, undertone, contrast, lip, random):
    tone = tone_of(lab, undertone)
    scored = score_harmony(rows, kind, tone, contrast=contrast, lip=lip)
    allowed = names(kind, tone, contrast, lip)
    for s in scored:
        assert s.score == pytest.approx(sum(s.terms.values()))
        assert s.score <= 100.0 + 1e-9
        assert set(s.terms) <= allowed
        assert s.spoke is None or abs(s.terms[s.spoke]) == max(map(abs, s.terms.values()))
    assert [s.score for s in scored] == sorted((s.score for s in scored), reverse=True)
    assert score_harmony(random.sample(rows, len(rows)), kind, tone, contrast=contrast, lip=lip) == scored


def test_no_shade_is_no_score():
    assert score_harmony([], "blush", tone_of()) == ()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"Expected one of \['lipstick', 'blush'\].*mascara"):
        score_harmony([CORAL], "mascara", tone_of())
    with pytest.raises(ValueError, match=r"finite.*contrast=nan"):
        score_harmony([CORAL], "blush", tone_of(), contrast=math.nan)
    with pytest.raises(ValueError, match="finite"):
        score_harmony([CORAL], "blush", tone_of((math.inf, 1.0, 1.0)))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "mascara"},
        {"when": {"age": [3]}},
        {"relative_to": "hair"},
        {"relative_to": "lip"},
        {"band": {"a": [0, 1]}},
        {"reason": {"en": "only"}},
    ],
)
def test_a_rule_that_cannot_work_is_refused_by_name(change):
    with pytest.raises(ValueError, match="rule='r'"):
        check_harmony_table(rule_table(**change))


def test_the_rules_of_the_package():
    assert check_harmony_table(TABLE) is TABLE
    assert len({rule["name"] for rule in TABLE["rules"]}) == len(TABLE["rules"])
    for rule in TABLE["rules"]:
        assert all(rule["reason"][language].strip() for language in LANGUAGES)
        for channel, (low, high) in rule["band"].items():
            assert low < high or channel == "h"
    for kind in KINDS:  # each undertone and each depth has a rule
        known = [rule["when"] for rule in TABLE["rules"] if rule["kind"] == kind]
        assert {u for when in known for u in when.get("undertone", ())} == {"cool", "neutral", "warm"}
        depths = {d for when in known for d in when.get("depth", ())}
        assert depths == {"very light", "light", "intermediate", "tan", "brown", "dark"}


def test_a_rose_a_little_lighter_than_deep_skin_is_not_called_pale():
    rose = ShadeRow("#B0565C")  # L* 47, C*ab 40, on skin of L* 35
    assert 8 < lab_from_hex(rose.hex)[0] - DEEP[0] < 14
    for kind in KINDS:
        (score,) = score_harmony([rose], kind, tone_of(DEEP))
        assert f"{kind}_paler_than_skin" not in score.terms
