from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.knowledge import Knowledge, Linker, masks_table
from makeup_ai.schema import Product

KNOWLEDGE = Knowledge.load()
LINKER = Linker(KNOWLEDGE)
ITEMS = list(KNOWLEDGE.ingredients.values())
GROUP_NAMES = [(s, id_) for id_, group in KNOWLEDGE.groups.items() for s in group.spellings]
STYLES = [
    str.upper,
    str.lower,
    str.title,
    lambda name: name.replace(" ", "  "),
    lambda name: name.replace("-", " "),
    lambda name: f"{name}*",
    lambda name: f"{name} (Organic)",
    lambda name: f"{name} 2%",
    lambda name: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
]


def build(*ingredients):
    return Product("P", "B", {}, "serum", 1.0, "USD", "1 ml", ingredients, {}, {})


def test_a_tiny_table_worked_by_hand(tiny):
    products = [build("Aqua", "GLYCERIN", "Retinyl Palmitate"), build("Retinol"), build("Retinyl Oleate", "Glycerin")]
    assert masks_table(products, tiny) == {
        "schema": 1,
        "masks": {
            "avoid:glycerin": {"0": ["ingredient:glycerin", "GLYCERIN"], "2": ["ingredient:glycerin", "Glycerin"]},
            "avoid:inci:aqua": {"0": ["inci:aqua", "Aqua"]},
            "avoid:inci:retinyl oleate": {"2": ["inci:retinyl oleate", "Retinyl Oleate"]},
            "avoid:retinoid": {
                "0": ["ingredient:retinyl_palmitate", "Retinyl Palmitate"],
                "1": ["ingredient:retinol", "Retinol"],
                "2": ["inci:retinyl oleate", "Retinyl Oleate"],
            },
            "avoid:retinol": {
                "0": ["ingredient:retinyl_palmitate", "Retinyl Palmitate"],
                "1": ["ingredient:retinol", "Retinol"],
            },
            "avoid:retinyl_palmitate": {"0": ["ingredient:retinyl_palmitate", "Retinyl Palmitate"]},
            "condition:breastfeeding": {
                "0": ["ingredient:retinyl_palmitate", "Retinyl Palmitate"],
                "1": ["ingredient:retinol", "Retinol"],
            },
            "condition:pregnancy": {
                "0": ["ingredient:retinyl_palmitate", "Retinyl Palmitate"],
                "1": ["ingredient:retinol", "Retinol"],
                "2": ["inci:retinyl oleate", "Retinyl Oleate"],
            },
        },
    }


@settings(max_examples=300)
@given(st.sampled_from(ITEMS), st.sampled_from(ITEMS), st.data())
def test_no_spelling_of_an_allergen_lets_a_product_through(item, other, data):
    printed = data.draw(st.sampled_from(STYLES))(data.draw(st.sampled_from(item.spellings)))
    allergy = data.draw(st.sampled_from(STYLES))(data.draw(st.sampled_from(item.spellings)))
    masks = masks_table([build("Aqua", other.inci, printed)], KNOWLEDGE)["masks"]
    needs = LINKER.resolve_avoid(allergy)
    assert f"avoid:{item.id}" in needs
    assert any("0" in masks.get(need, {}) for need in needs)


@settings(max_examples=200)
@given(st.sampled_from([item for item in ITEMS if item.groups]), st.data())
def test_no_spelling_of_a_group_lets_its_members_through(item, data):
    printed = data.draw(st.sampled_from(STYLES))(data.draw(st.sampled_from(item.spellings)))
    masks = masks_table([build("Glycerin", printed)], KNOWLEDGE)["masks"]
    for group in item.groups:
        spelling = data.draw(st.sampled_from([s for s, id_ in GROUP_NAMES if id_ == group]))
        needs = LINKER.resolve_avoid(data.draw(st.sampled_from(STYLES[:5]))(spelling))
        assert f"avoid:{group}" in needs and masks[f"avoid:{group}"]["0"][1] == printed


@given(st.text(min_size=1, max_size=20).filter(lambda name: any(c.isalnum() for c in name)))
def test_whatever_is_printed_can_be_masked(name):
    masks = masks_table([build(name)], KNOWLEDGE)["masks"]
    assert any("0" in rows for need, rows in masks.items() if need.startswith("avoid:"))


def test_retinoids_are_masked_in_pregnancy_and_caution_is_not():
    products = [build("Hydroxypinacolone Retinoate"), build("Salicylic Acid"), build("Bakuchiol"), build("Retinyl X")]
    masks = masks_table(products, KNOWLEDGE)["masks"]
    assert set(masks["condition:pregnancy"]) == set(masks["condition:breastfeeding"]) == {"0", "3"}
    assert masks["condition:pregnancy"]["3"] == ["inci:retinyl x", "Retinyl X"]


def test_what_stands_in_brackets_masks_too():
    masks = masks_table([build("Natural Blend (Linalool, Arachis Hypogaea Oil)")], KNOWLEDGE)["masks"]
    assert {"avoid:linalool", "avoid:fragrance", "avoid:nut", "avoid:arachis_hypogaea_oil"} <= set(masks)


def test_a_family_is_masked_by_its_head_and_not_the_other_way_round():
    masks = masks_table([build("Ascorbyl Glucoside"), build("Ascorbic Acid")], KNOWLEDGE)["masks"]
    assert set(masks["avoid:ascorbic_acid"]) == {"0", "1"} and set(masks["avoid:ascorbyl_glucoside"]) == {"0"}
