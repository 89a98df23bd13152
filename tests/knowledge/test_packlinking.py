"""Names of packs to INCI names: lists written for these tests, and what must always hold."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.knowledge import InciNames, Knowledge, PackLinker, fold, masks_table, read_pack
from makeup_ai.knowledge.forms import aliases
from makeup_ai.schema import Product

KNOWLEDGE = Knowledge.load()
INVENTORY = InciNames.of(
    "Inventory",
    {
        "BORON OXIDE": (), "CREAM": (), "PEG-7 OLIVATE": (), "PALMITOYL TRIPEPTIDE-38": (), "ETHYLPARABEN": (),
        "METHYLPARABEN": (), "ROSA CANINA FLOWER": (), "PHENYLPROPANOL": (), "SODIUM C14-16 OLEFIN SULFONATE": (),
        "AMBER POWDER": ("琥珀粉末",), "ACRYLATES/VA COPOLYMER": (), "ABIES PECTINATA OIL": (), "CI 42090": (),
        "TANACETUM ANNUUM FLOWER OIL": (), "BAKUCHIOL": (), "ACER SACCHARUM EXTRACT": (),
    },
)  # fmt: skip
LINKER = PackLinker(KNOWLEDGE, INVENTORY)
ALONE = PackLinker(KNOWLEDGE)
INCI = [item.inci for item in KNOWLEDGE.ingredients.values()]


def linked(text, linker=LINKER):
    return [(m.text, m.inci) for m in linker.link_text(text).mentions]


@pytest.mark.parametrize(
    ("name", "inci", "id_", "how"),
    [
        ("Niacinamide", "Niacinamide", "niacinamide", "exact"),
        ("NIACIN-AMIDE", "Niacinamide", "niacinamide", "exact"),
        ("Boron Oxide", "Boron Oxide", None, "exact"),
        ("peg 7 olivate", "PEG-7 Olivate", None, "exact"),
        ("菸鹼醯胺", "Niacinamide", "niacinamide", "exact"),
        ("玻尿酸鈉", "Sodium Hyaluronate", "hyaluronic_acid", "exact"),
        ("琥珀粉末", "Amber Powder", None, "exact"),
        ("Sodium Hyaluronate", "Sodium Hyaluronate", "hyaluronic_acid", "exact"),
        ("Aqua/Water/Eau", "Aqua", "water", "slash"),
        ("Sodium C14-C16 Olefin Sulfonate", "Sodium C14-16 Olefin Sulfonate", None, "alias"),
        ("Vitis Vinifera (Grape) Seed Oil", "Vitis Vinifera Seed Oil", "vitis_vinifera_seed_oil", "plain"),
        ("Certified Organic Glycerin (Vegetable)", "Glycerin", "glycerin", "plain"),
        ("FD&C Blue No. 1", "CI 42090", "blue_1", "colour"),
        ("C.I. 42090 (Blue 1 Lake)", "CI 42090", "blue_1", "colour"),
        ("Abies Pectinata Leaf Oil", "Abies Pectinata Oil", None, "plant"),
        ("Niacinimide", "Niacinamide", "niacinamide", "typo"),
        ("Salycilic Acid", "Salicylic Acid", "salicylic_acid", "typos"),
        ("Phenylpropanl", "Phenylpropanol", None, "typo"),
    ],
)
def test_a_name_links(name, inci, id_, how):
    (mention,) = LINKER.link(name)
    assert (mention.text, mention.inci, mention.ingredient_id, mention.how) == (name, inci, id_, how)
    assert mention.source == ("graph" if id_ else mention.source)
    assert 0 < mention.confidence <= 1


@pytest.mark.parametrize(
    "name",
    [
        "Palmitoyl Tripeptide-39",  # a digit is no typing error
        "PEG-8 Olivate",
        "CI 42091",
        "Propylparabene Oxide",
        "Butylparabin Stearate",
        "Rosa Canina Root",  # another part of the plant
        "Tanacetum Annuum Leaf Oil",
        "Acer Saccharinum Extract",  # another maple
        "Acrylates/VP Copolymer",
        "Acrylates/Dimethicone Moonpolymer",
        "Citrus Paradisi (Grapefruit) Oil",
        "Lactobacillus/Moon Ferment Filtrate",
        "Silicones",
        "Peptidase",
        "Moon Dust",
    ],
)
def test_a_name_that_is_only_near_does_not_link(name):
    (mention,) = LINKER.link(name)
    assert (mention.inci, mention.confidence, mention.how) == (None, 0.0, "none")


@pytest.mark.parametrize("linker", [LINKER, ALONE])
@pytest.mark.parametrize("name", ["Ethylparaben", "Propylparaben", "Retinal", "Benzoyl Alcohol", "Lauroyl Glucoside"])
def test_neighbours_in_chemistry_are_never_taken_for_each_other(linker, name):
    mention = linker.link(name)[0]
    assert mention.how not in {"typo", "typos"}
    assert mention.inci is None or fold(mention.inci) == fold(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Water Glycerin Niacinamide", ["Aqua", "Glycerin", "Niacinamide"]),
        ("Titanium Dioxide and Zinc Oxide", ["Titanium Dioxide", "Zinc Oxide"]),
        ("Squalane.Tocopherol", ["Squalane", "Tocopherol"]),
        ("Parfum (Linalool, Limonene)", ["Parfum", "Linalool", "Limonene"]),
        ("Aqua (Water, Eau)", ["Aqua"]),
        ("Sodium, Chloride, Aqua", ["Sodium Chloride", "Aqua"]),
        ("Parfum: Linalool, Limonene", ["Parfum", "Linalool", "Limonene"]),
        ("Cream: Aqua, Squalane", ["Aqua", "Squalane"]),
        ("Mica [+/- CI 77891, FD&C Blue 1]", ["Mica", "CI 77891", "CI 42090"]),
    ],
)
def test_names_that_run_into_one_another(text, expected):
    assert [inci for _, inci in linked(text)] == expected


def test_what_is_not_known_is_told_in_its_place():
    found = LINKER.link_text("Aqua, Moon Dust, Glycerin. *Organic.")
    assert [m.inci for m in found.mentions] == ["Aqua", None, "Glycerin"]
    assert found.unlinked == ("Moon Dust",)
    assert found.aside == ("Organic",)


def test_our_own_ingredients_go_before_the_inventory():
    names = InciNames.of("Inventory", {"NIACINAMIDE": (), "NICOTINAMIDE": ()})
    for name in ("Niacinamide", "Nicotinamide"):
        (mention,) = PackLinker(KNOWLEDGE, names).link(name)
        assert (mention.inci, mention.ingredient_id, mention.source) == ("Niacinamide", "niacinamide", "graph")


@given(st.sampled_from(sorted(aliases())))
def test_every_other_name_links_to_its_inci_name(name):
    assert fold(ALONE.link(name)[0].inci) == fold(aliases()[name])


@given(
    st.sampled_from(INCI), st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from(["", " 2%", "*", " "])
)
def test_case_width_and_notes_do_not_change_a_link(name, change, note):
    wide = change(name).translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)})
    expected = LINKER.link(name)[0].inci
    for written in (change(name) + note, wide + note):
        assert [m.inci for m in LINKER.link_text(written).mentions[:1]] == [expected], written


@given(
    st.lists(st.sampled_from(INCI), min_size=1, max_size=9),
    st.sampled_from([", ", "; ", "、", "，", "\n", " • ", "<br>"]),
)
def test_order_is_kept_whatever_separates(names, separator):
    found = LINKER.link_text("Ingredients: " + separator.join(names))
    assert [m.inci for m in found.mentions if m.how != "bracket"] == [LINKER.link(name)[0].inci for name in names]


@settings(max_examples=300)
@given(st.text(max_size=80) | st.text("AaqueWtr ,;:.()[]/-+*%0123水甘油\n、<>&", max_size=120))
def test_any_text_is_read_and_no_letter_is_lost(text):
    found = LINKER.link_text(text)
    for mention in found.mentions:
        assert mention.text.strip()
        assert (mention.inci is None) == (mention.confidence == 0.0)
    json.dumps([m.inci for m in found.mentions])


@given(st.lists(st.sampled_from([n for n in INCI if n.isascii()]), min_size=2, max_size=6))
def test_reading_what_was_read_changes_nothing(names):
    once = read_pack(", ".join(names)).names
    assert read_pack(", ".join(once)).names == once


def test_an_allergen_without_its_comma_still_masks():
    pack = Product("P", "B", {}, "serum", 1.0, "USD", "1 ml", ("Glycerin Linalool Squalane",), {}, {})
    masks = masks_table([pack], KNOWLEDGE)["masks"]
    assert {"avoid:linalool", "avoid:fragrance"} <= set(masks)
