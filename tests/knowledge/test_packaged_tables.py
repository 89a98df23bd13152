import re
import time

import pytest

from makeup_ai.knowledge import Knowledge, Linker, needs_table, problems

GROUPS = (
    "fragrance drying_alcohol paraben sulfate silicone mineral_oil essential_oil nut retinoid aha bha animal_derived "
    "eu_allergen"
)
SKIN_TYPES = "oily dry combination normal sensitive"
CONCERNS = (
    "acne blackheads pores oiliness dryness dehydration redness irritation dullness dark_spots uneven_tone fine_lines "
    "firmness dark_circles puffiness texture barrier sun_protection longwear"
)
CATEGORIES = (
    "cleanser makeup_remover toner essence serum moisturizer eye_cream face_mask face_oil exfoliant spot_treatment "
    "sunscreen lip_balm primer foundation concealer powder blush bronzer highlighter eyeshadow eyeliner mascara brow "
    "lipstick lip_gloss setting_spray"
)
CJK = re.compile(r"[\u4e00-\u9fff]")
LATIN_ZH = {"bht", "pvp", "peg_8"}  # known by their letters in Chinese too


def test_the_tables_are_sound_and_of_the_promised_size(knowledge):
    assert problems(knowledge) == []
    assert len(knowledge.ingredients) >= 500 and len(knowledge.conflicts) >= 60 and len(knowledge.effects) >= 30
    assert list(knowledge.groups) == GROUPS.split()
    assert sorted(knowledge.steps) == sorted(CATEGORIES.split())
    assert len({step.order for step in knowledge.steps.values()}) == len(knowledge.steps)


def test_every_need_of_the_domain_is_reached_and_no_other(knowledge):
    wanted = {f"skin_type:{v}" for v in SKIN_TYPES.split()} | {f"concern:{v}" for v in CONCERNS.split()}
    used = {statement.effect for item in knowledge.ingredients.values() for statement in item.effects}
    helped = {need for id_ in used for need in knowledge.effects[id_].helps}
    assert helped == wanted
    assert {need for effect in knowledge.effects.values() for need in effect.hurts} <= wanted
    assert used == set(knowledge.effects)


def test_everything_has_words_in_both_languages(knowledge):
    for item in knowledge.ingredients.values():
        assert CJK.search(item.summary["zh"]), item.id
        assert not CJK.search(item.names["en"] + item.summary["en"] + item.inci), item.id
        assert CJK.search(item.names["zh"]) or item.id in LATIN_ZH, item.id
    for entry in (*knowledge.effects.values(), *knowledge.groups.values()):
        assert CJK.search(entry.names["zh"]) and not CJK.search(entry.names["en"]), entry.id
    assert all(CJK.search(rule.why["zh"]) and not CJK.search(rule.why["en"]) for rule in knowledge.conflicts)


def test_every_group_has_members_and_they_fit_its_conditions(knowledge):
    members = {id_: [i for i in knowledge.ingredients.values() if id_ in i.groups] for id_ in knowledge.groups}
    assert all(len(of) >= 2 for of in members.values())
    assert all(item.pregnancy == "avoid" for item in members["retinoid"])
    names = {item.id for item in members["nut"]}
    assert {"prunus_amygdalus_dulcis_oil", "butyrospermum_parkii_butter", "arachis_hypogaea_oil"} <= names
    not_drying = ("cetyl_alcohol", "cetearyl_alcohol", "behenyl_alcohol", "benzyl_alcohol")
    assert not any("drying_alcohol" in knowledge.ingredients[id_].groups for id_ in not_drying)
    assert all("fragrance" in item.groups for item in members["essential_oil"])


@pytest.mark.parametrize(
    ("group", "inside", "outside"),
    [
        ("paraben", ["Isobutylparaben"], ["Paraffin"]),
        ("sulfate", ["TEA-Lauryl Sulfate", "Sodium Myreth Sulfate"], ["Barium Sulfate", "Zinc Sulfate"]),
        ("silicone", ["Bis-Aminopropyl Dimethicone", "Cyclotetrasiloxane"], ["Sodium Silicate", "Silica"]),
        ("retinoid", ["Retinyl Sunflowerseedate", "Sodium Retinoyl Hyaluronate", "Isotretinoin"], ["Tretinate"]),
        ("drying_alcohol", ["SD Alcohol 40-A", "alcohol denat"], ["Lauryl Alcohol", "Benzyl Alcohol"]),
        ("nut", ["Carya Illinoensis (Pecan) Seed Oil"], ["Myristica Fragrans (Nutmeg) Extract"]),
        ("essential_oil", ["Citrus Medica Limonum Peel Oil"], ["Simmondsia Chinensis Seed Oil"]),
        ("mineral_oil", ["Isoparaffin", "Petroleum Distillates"][1:], ["Cera Alba"]),
        ("aha", ["Hydroxycaprylic Acid", "Sodium Glycolate"], ["Citric Acid", "Hyaluronic Acid"]),
        ("bha", ["Potassium Salicylate", "Salix Nigra Bark"], ["Ethylhexyl Salicylate", "Benzyl Salicylate"]),
        ("animal_derived", ["Hydrolyzed Milk Protein", "Fish Oil"], ["Silybum Marianum (Milk Thistle) Oil"]),
        ("fragrance", ["Natural Fragrance", "Parfum*"], ["Perfluorodecalin"]),
    ],
)
def test_patterns_place_what_the_tables_lack(knowledge, group, inside, outside):
    def fits(name):
        return any(re.search(pattern, name.lower()) for pattern in knowledge.groups[group].patterns)

    assert [name for name in inside if not fits(name)] == []
    assert [name for name in outside if fits(name)] == []


def test_sources_are_named(knowledge):
    statements = [s for item in knowledge.ingredients.values() for s in item.effects]
    for source, confidence in {(s.source, s.confidence) for s in (*statements, *knowledge.conflicts)}:
        assert source == "cosmetic-science consensus" or re.search(r"\d{4}", source), source
        # What no paper is named for is never as sure as a trial.
        assert source != "cosmetic-science consensus" or confidence <= 0.75


def test_loading_linking_and_scoring_are_quick(product):
    start = time.perf_counter()
    linker = Linker(Knowledge.from_table(Knowledge.load().to_table()))
    loaded = time.perf_counter()
    for name in ("Niacinamide", "Moon Dust Extract", "Caprilyc/Capric Trigliceride") * 50:
        linker.link(name)
    linked = time.perf_counter()
    names = [item.inci for item in linker.knowledge.ingredients.values()]
    rows = [product(*names[start : start + 30]) for start in range(0, 400, 4)]
    domain = {"slots": {"concern": {"term": "suitability"}}, "values": {"concern": dict.fromkeys(CONCERNS.split())}}
    needs_table(rows, linker.knowledge, domain)
    assert loaded - start < 1.0 and linked - loaded < 1.0 and time.perf_counter() - linked < 3.0
