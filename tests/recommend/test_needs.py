"""Needs: who said what, and who is believed."""

import pytest

from makeup_ai.recommend.masks import masked
from makeup_ai.recommend.needs import Needs, gather
from makeup_ai.schema import Capture, Cue, Intent, Profile, SkinReport, Slot, Tone, Understanding


class Amounts:
    def budget(self, surface, language):
        return {"under $30": 30.0, "200元": 28.0 if language == "zh" else 200.0, "free": 0.0}.get(surface)


def slot(name, value, text="words", confidence=0.9):
    return Slot(name, text, value, 0, len(text), confidence)


def understood(*slots, language="en"):
    return Understanding(language, Intent("recommend", 0.9), slots)


def seen(tone):
    return SkinReport(face=None, capture=Capture(True, ()), greyscale=False, tone=tone)


def test_slots_go_by_the_role_of_the_domain(tables):
    needs = gather(
        understood(
            slot("skin_type", "oily"),
            slot("category", "serum"),
            slot("category", "lipstick"),
            slot("avoid", "fragrance"),
            slot("budget", None, "under $30"),
            slot("planet", "mars"),
        ),
        None,
        None,
        Amounts(),
        tables,
    )
    assert needs == Needs(
        needs=("skin_type:oily",),
        filters={"category": ("serum", "lipstick")},
        masks=("avoid:fragrance",),
        budget=30.0,
        sources={
            "skin_type:oily": ("words",),
            "category:serum": ("words",),
            "category:lipstick": ("words",),
            "avoid:fragrance": ("words",),
            "budget": ("words",),
        },
    )


def test_profile_fills_in_what_the_words_do_not_say(tables):
    profile = Profile(
        skin_type="dry", concerns=("oiliness",), allergies=("perfume", "bee venom"), conditions=("pregnancy",),
        budget=50.0, tone=(60.0, 10.0, 20.0), owned=("c-serum",),
    )  # fmt: skip
    resolve = {"perfume": ["avoid:fragrance", "avoid:parfum"]}.get
    needs = gather(
        understood(slot("skin_type", "oily"), slot("budget", None, "200元"), language="zh"),
        profile,
        seen(Tone((70.0, 9.0, 18.0), 48.0, "light", 2.0, None)),
        Amounts(),
        tables,
        resolve_avoid=lambda name: resolve(name, ()),
    )
    assert needs.needs == ("skin_type:oily", "concern:oiliness")
    assert needs.masks == ("avoid:fragrance", "avoid:parfum", "condition:pregnancy")
    assert needs.unknown_avoid == ("bee venom",)
    assert (needs.budget, needs.tone, needs.owned) == (28.0, (70.0, 9.0, 18.0), ("c-serum",))
    assert needs.sources["concern:oiliness"] == ("profile",)
    assert (needs.sources["tone"], needs.sources["budget"]) == (("photo",), ("words",))


def test_cues_speak_where_the_words_name_nothing(tables):
    cues = {"shine": Cue(12.0, "%", 60.0, {}), "redness": Cue(2.0, "a*", 20.0, {}), "freckles": Cue(1.0, "", 99.0, {})}
    report = SkinReport(None, Capture(True, ()), False, None, {}, cues)
    needs = gather(understood(), None, report, Amounts(), tables)
    assert (needs.needs, needs.sources) == (("concern:oiliness",), {"concern:oiliness": ("photo",)})
    assert gather(understood(slot("skin_type", "dry")), None, report, Amounts(), tables).needs == ("skin_type:dry",)


def test_withheld_tone_leaves_the_profile_s(tables):
    needs = gather(understood(), Profile(tone=(60.0, 1.0, 2.0)), seen(None), Amounts(), tables)
    assert (needs.tone, needs.sources["tone"]) == ((60.0, 1.0, 2.0), ("profile",))


def test_unsure_slots_are_dropped_but_never_those_that_protect(tables):
    unsure = [slot("skin_type", "oily", confidence=0.01), slot("avoid", "fragrance", confidence=0.01)]
    needs = gather(understood(*unsure), None, None, Amounts(), tables)
    assert (needs.needs, needs.masks) == ((), ("avoid:fragrance",))


def test_unknown_words_of_protecting_slots_are_kept(tables):
    needs = gather(
        understood(slot("avoid", None, " bee venom "), slot("condition", None, "eczema"), slot("concern", None, "meh")),
        None, None, Amounts(), tables,
    )  # fmt: skip
    assert (needs.unknown_avoid, needs.unknown_condition, needs.needs) == (("bee venom",), ("eczema",), ())


def test_budget_value_is_read_before_its_words_and_zero_is_none(tables):
    assert gather(understood(slot("budget", "12.5", "under $30")), None, None, Amounts(), tables).budget == 12.5
    assert gather(understood(slot("budget", None, "free")), None, None, Amounts(), tables).budget is None


@pytest.mark.parametrize("budget", [0.0, -3.0, float("nan"), float("inf")])
def test_budget_of_a_profile_must_be_an_amount(tables, budget):
    with pytest.raises(ValueError, match="budget"):
        gather(understood(), Profile(budget=budget), None, Amounts(), tables)


def test_tone_must_be_three_finite_numbers():
    with pytest.raises(ValueError, match="tone"):
        Needs(tone=(1.0, float("nan"), 2.0))


def test_a_name_known_only_by_a_near_spelling_hides_what_it_may_mean_and_what_prints_it(tables):
    needs = gather(
        understood(), Profile(allergies=("icinus", "glycerin")), None, Amounts(), tables,
        resolve_avoid={"icinus": ["avoid:niacinamide"], "glycerin": ["avoid:glycerin"]}.get,
        is_spelling=lambda name: name == "glycerin",
    )  # fmt: skip
    assert (needs.unknown_avoid, needs.near_avoid) == ((), ("icinus",))
    assert {mask.kind for mask in masked(tables, needs).of("e-lip")} == {"text"}
    assert {mask.subject for mask in masked(tables, needs).of("c-serum")} == {"avoid:niacinamide", "avoid:glycerin"}
