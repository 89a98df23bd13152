"""What the tables promise about strengths, laws, allergens and skin types, held to facts that can be looked up."""

import json

import pytest

from makeup_ai.knowledge import Linker, Statements, masks_table
from makeup_ai.knowledge.entries import CONSENSUS
from makeup_ai.schema import Product

DECLARED_SINCE_2003 = """
Alpha-Isomethyl Ionone; Amyl Cinnamal; Amylcinnamyl Alcohol; Anise Alcohol; Benzyl Alcohol; Benzyl Benzoate; Benzyl
Cinnamate; Benzyl Salicylate; Butylphenyl Methylpropional; Cinnamal; Cinnamyl Alcohol; Citral; Citronellol; Coumarin;
Eugenol; Evernia Furfuracea Extract; Evernia Prunastri Extract; Farnesol; Geraniol; Hexyl Cinnamal; Hydroxycitronellal;
Hydroxyisohexyl 3-Cyclohexene Carboxaldehyde; Isoeugenol; Limonene; Linalool; Methyl 2-Octynoate"""
DECLARED_SINCE_2023 = """
6-Methyl Coumarin; Pinus Mugo; Pinus Pumila; Cedrus Atlantica Oil/Extract; Turpentine; Alpha-Terpinene; Terpinolene;
Myroxylon Pereirae Oil/Extract; Rose Ketones; 3-Propylidenephthalide; Lippia Citriodora Absolute; Methyl Salicylate;
Acetyl Cedrene; Amyl Salicylate; Anethole; Benzaldehyde; Camphor; Beta-Caryophyllene; Carvone; Dimethyl Phenethyl
Acetate; Hexadecanolactone; Hexamethylindanopyran; Linalyl Acetate; Menthol; Trimethylcyclopentenyl
Methylisopentenol; Salicylaldehyde; Santalol; Sclareol; Terpineol; Tetramethyl Acetyloctahydronaphthalenes;
Trimethylbenzenepropanol; Vanillin; Cananga Odorata Oil/Extract; Cinnamomum Cassia Leaf Oil; Cinnamomum Zeylanicum Bark
Oil; Citrus Aurantium Flower Oil; Citrus Aurantium Peel Oil; Citrus Aurantium Bergamia Peel Oil; Citrus Limon Peel
Oil; Lemongrass Oil; Eucalyptus Globulus Oil; Eugenia Caryophyllus Oil; Jasmine Oil/Extract; Juniperus Virginiana Oil;
Laurus Nobilis Leaf Oil; Lavandula Oil/Extract; Mentha Piperita Oil; Mentha Viridis Leaf Oil; Narcissus Extract;
Pelargonium Graveolens Flower Oil; Pogostemon Cablin Oil; Rose Flower Oil/Extract; Santalum Album Oil; Eugenyl Acetate;
Geranyl Acetate; Isoeugenyl Acetate; Pinene"""
DECLARED = [" ".join(name.split()) for name in f"{DECLARED_SINCE_2003};{DECLARED_SINCE_2023}".split(";")]


def build(*ingredients):
    return Product("P", "B", {}, "serum", 1.0, "USD", "1 ml", ingredients, {}, {})


@pytest.mark.parametrize("inci", DECLARED)
def test_every_allergen_of_the_law_is_masked_for_who_avoids_them(knowledge, linker, inci):
    link = linker.link(inci)
    assert link.confidence == 1 and {"eu_allergen", "fragrance"} <= set(
        knowledge.ingredients[link.ingredient_id].groups
    )


@pytest.mark.parametrize("words", ["EU fragrance allergens", "declared allergens", "欧盟致敏香料", "香料过敏原"])
def test_the_allergens_are_avoided_by_any_of_their_names(knowledge, words):
    masks = masks_table([build("Glycerin", "Rosa Rugosa Flower Extract"), build("Aqua", "PARFUM")], knowledge)["masks"]
    assert Linker(knowledge).resolve_avoid(words) == ["avoid:eu_allergen"]
    assert set(masks["avoid:eu_allergen"]) == {"0", "1"}


def test_the_allergens_are_fragrances_and_no_scentless_thing_is_one(knowledge):
    members = {i.id for i in knowledge.ingredients.values() if "eu_allergen" in i.groups}
    assert all("fragrance" in knowledge.ingredients[id_].groups for id_ in members) and len(members) >= 80
    assert not members & {"glycerin", "phenoxyethanol", "tea_tree_oil", "benzophenone_3", "salicylic_acid"}


def test_laws_say_what_they_are_known_for(knowledge):
    laws = {law.id: law for law in knowledge.regulations}
    assert laws["eu_vitamin_a"].limits == {"body lotion": 0.05, "other leave-on and rinse-off products": 0.3}
    assert "2024/996" in laws["eu_vitamin_a"].source and laws["eu_hydroquinone"].kind == "banned"
    assert laws["eu_mi"].limits == {"rinse-off products": 0.0015}
    assert knowledge.ingredients["methylisothiazolinone"].strength.leave_on is None
    assert len(laws) >= 40


def test_there_is_a_rule_of_sun_and_of_slow_starts_for_what_needs_them(knowledge):
    cared = {(care.kind, id_) for care in knowledge.cares for id_ in care.about}
    for group in ("retinoid", "aha", "bha"):
        assert {("sun_protection", group), ("slow_start", group)} <= cared
    assert ("evening", "retinoid") in cared and ("sun_protection", "bergamot_oil") in cared
    assert len(knowledge.cares) + len(knowledge.conflicts) >= 100


def test_no_ingredient_both_suits_a_skin_type_and_does_not(knowledge):
    items = knowledge.ingredients.values()
    assert not [item.id for item in items if set(item.suits) & set(item.unsuited)]
    assert "oily" in knowledge.ingredients["niacinamide"].suits
    assert "oily" in knowledge.ingredients["cocos_nucifera_oil"].unsuited
    assert "sensitive" in knowledge.ingredients["parfum"].unsuited
    assert sum(bool(item.suits or item.unsuited) for item in items) >= 200
    assert sum(item.strength is not None for item in items) >= 100


def test_disputed_facts_are_marked_and_never_sure(knowledge):
    claims = [(item.id, claim) for item in knowledge.ingredients.values() for claim in item.effects]
    disputed = {(id_, claim.effect) for id_, claim in claims if claim.contested}
    assert ("acetyl_hexapeptide_8", "line_smoothing") in disputed and ("charcoal_powder", "pore_clearing") in disputed
    assert ("retinol", "cell_renewal") not in disputed and len(disputed) >= 40
    assert all(claim.confidence <= 0.6 for _, claim in claims if claim.contested)


def test_only_what_is_named_for_a_source_is_very_sure(knowledge):
    facts = Statements.of(knowledge)
    assert all(s.confidence <= 0.75 for s in facts if s.source == CONSENSUS)
    assert all(s.confidence <= 0.6 for s in facts if s.contested)


def test_the_table_of_a_bundle_stays_small(knowledge):
    table = json.dumps(knowledge.to_table(), ensure_ascii=False, separators=(",", ":"))
    assert len(table.encode()) < 500_000
