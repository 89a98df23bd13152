import itertools

import pytest

from makeup_ai.knowledge import VERDICTS, Judge, Knowledge
from makeup_ai.schema import Product, Profile


def make(id_, category, *ingredients):
    return Product(id_, "B", {"en": f"The {id_}", "zh": id_}, category, 9.0, "USD", "", ingredients, {}, {})


NIGHT = make("night", "serum", "Aqua", "Retinal")
PEEL = make("peel", "exfoliant", "Aqua", "Glycolic Acid")
WASH = make("wash", "cleanser", "Aqua", "Salicylic Acid")
CREAM = make("cream", "moisturizer", "Glycerin", "Arachis Hypogaea Oil")
SCREEN = make("screen", "sunscreen", "Zinc Oxide")
SHELF = (NIGHT, PEEL, WASH, CREAM, SCREEN)


@pytest.fixture(scope="module")
def judge(knowledge):
    return Judge(knowledge)


def kinds(verdicts):
    return {(v.kind, v.products) for v in verdicts}


def test_what_is_never_offered_has_its_path_and_is_spoken_of_no_further(judge):
    found = judge.verdicts(SHELF, Profile(allergies=("坚果",)))
    (never,) = [v for v in found if v.kind == "never"]
    assert never.path == ("product:cream", "ingredient:arachis_hypogaea_oil", "group:nut", "avoid:nut")
    assert never.citations == ("arachis_hypogaea_oil/member/nut",)
    assert never.text["en"] == "The cream is not for you: it holds Arachis Hypogaea Oil, and you avoid nuts."
    assert not any("cream" in v.products for v in found if v is not never)


def test_pregnancy_and_families_have_their_paths(judge):
    (never,) = [v for v in judge.verdicts(SHELF, Profile(conditions=("pregnancy",))) if v.kind == "never"]
    assert never.path == ("product:night", "ingredient:retinal", "condition:pregnancy")
    assert never.citations == ("retinal/pregnancy/avoid",)
    (never,) = [v for v in judge.verdicts(SHELF, Profile(allergies=("Retinol",))) if v.kind == "never"]
    assert never.path == ("product:night", "ingredient:retinal", "ingredient:retinol", "avoid:retinol")
    assert never.citations == ("retinal/family/retinol",)


def test_what_should_not_be_layered_is_told_once_by_pair_and_rule(judge):
    found = judge.verdicts((NIGHT, PEEL))
    (pair,) = [v for v in found if v.kind == "alternate"]
    assert pair.products == ("night", "peel") and pair.citations == ("retinoid/with/aha",)
    assert pair.path == (
        *("product:night", "ingredient:retinal", "group:retinoid"),
        *("group:aha", "ingredient:glycolic_acid", "product:peel"),
    )
    assert "Use retinoids and AHAs at different times." in pair.text["en"]


def test_a_nearer_rule_is_believed_and_what_goes_well_is_no_verdict(judge):
    adapalene = make("gel", "serum", "Adapalene")
    peroxide = make("bpo", "serum", "Benzoyl Peroxide")
    assert not any(v.kind == "alternate" for v in judge.verdicts((adapalene, peroxide)))
    assert any(v.kind == "alternate" for v in judge.verdicts((NIGHT, peroxide)))
    tretinoin = make("rx", "serum", "Tretinoin")
    (pair,) = [v for v in judge.verdicts((tretinoin, PEEL)) if v.kind in ("avoid_together", "alternate")]
    assert pair.kind == "avoid_together"


def test_what_never_meets_needs_no_advice_to_keep_apart(judge):
    day = make("day", "sunscreen", "Zinc Oxide", "Ascorbic Acid")  # mornings only; the peel evenings only
    assert not any(v.kind == "alternate" for v in judge.verdicts((day, PEEL)))
    both = make("both", "serum", "Ascorbic Acid")
    assert any(v.kind == "alternate" for v in judge.verdicts((both, PEEL)))


def test_sun_slow_starts_and_evenings(judge):
    found = kinds(judge.verdicts(SHELF))
    assert {("sun_protection", ("night",)), ("slow_start", ("night",)), ("evening", ("night",))} <= found
    assert ("sun_protection", ("peel",)) in found and ("slow_start", ("peel",)) in found
    # What is rinsed off needs neither, and the doctor is asked all the same.
    assert not {(kind, ("wash",)) for kind in ("sun_protection", "slow_start", "evening")} & found
    assert ("ask_doctor", ("wash",)) in found


def test_the_order_is_that_of_the_steps_and_evening_products_wait(judge):
    orders = {v.kind: v.products for v in judge.verdicts(SHELF) if v.kind.startswith("order")}
    assert orders == {"order_am": ("wash", "cream", "screen"), "order_pm": ("wash", "peel", "night", "cream")}


def test_the_order_of_products_and_allergies_changes_nothing(judge):
    profile = Profile(allergies=("nuts", "香精", "moon dust"))
    mirrored = Profile(allergies=profile.allergies[::-1])
    plain = {(v.kind, frozenset(v.products), v.citations) for v in judge.verdicts(SHELF, profile)}
    for shelf in itertools.islice(itertools.permutations(SHELF), 0, 120, 17):
        found = judge.verdicts(shelf, mirrored)
        assert {(v.kind, frozenset(v.products), v.citations) for v in found} == plain
        assert [v.kind for v in found] == sorted((v.kind for v in found), key=VERDICTS.index)


def test_every_verdict_cites_statements_that_there_are(judge):
    for v in judge.verdicts((*SHELF, make("oil", "face_oil", "Lavandula Angustifolia Oil", "Citrus Limon Peel Oil"))):
        assert v.citations and all(id_ in judge.facts.by_id for id_ in v.citations), v
        assert v.kind in VERDICTS and v.text["en"] and v.text["zh"] and v.path[0].startswith("product:")


def test_unknown_allergens_hide_what_prints_them_and_are_owned_up_to(judge):
    dust = make("dust", "serum", "ＭＯＯＮ  Dust Extract")
    found = judge.verdicts((dust, SCREEN), Profile(allergies=("moon dust",)))
    assert [v.products for v in found if v.kind == "never"] == [("dust",)]
    assert next(v.text["en"] for v in found if v.kind == "unknown").startswith("“moon dust” is not known")


def test_an_unknown_condition_is_refused(judge):
    with pytest.raises(ValueError, match="haunted"):
        judge.verdicts(SHELF, Profile(conditions=("haunted",)))


def test_nothing_to_judge_and_older_tables(tiny):
    assert Judge(tiny).verdicts(()) == ()
    old = Judge(Knowledge.from_table(tiny.to_table()))
    assert [v.kind for v in old.verdicts((make("x", "rocket", "Retinol"),), Profile(allergies=("retinoid",)))] == [
        "never"
    ]
