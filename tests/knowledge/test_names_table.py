import pytest

from makeup_ai.knowledge import masks_table, names_table, needs_table

DOMAIN = {
    "slots": {"concern": {"term": "suitability"}, "ingredient": {"term": "preference"}},
    "values": {
        "concern": {"fine_lines": {"en": ["fine lines", "wrinkles"], "zh": ["细纹", "皱纹"]}},
        "avoid": {"retinoid": {"en": ["retinoids"], "zh": ["维A类"]}},
    },
}


def test_every_node_of_the_other_tables_has_words(tiny, product):
    products = [product("Retinol", "Moon Dust", "Retinyl Oleate", concern=("fine_lines",))]
    names = names_table(tiny, DOMAIN, products)
    nodes = {node for path in needs_table(products, tiny, DOMAIN)["paths"] for node in path["nodes"]}
    masks = masks_table(products, tiny)["masks"]
    nodes |= {node for rows in masks.values() for node, _ in rows.values()}
    nodes |= {need for need in masks if need.startswith("avoid:") and not need.startswith("avoid:inci:")}
    assert nodes <= set(names)
    assert names["concern:fine_lines"] == {"en": "fine lines", "zh": "细纹"}
    assert names["ingredient:retinol"] == names["avoid:retinol"] == {"en": "retinol", "zh": "视黄醇"}
    assert names["group:retinoid"] == {"en": "retinoids", "zh": "维A类"}
    assert names["inci:moon dust"] == {"en": "Moon Dust", "zh": "Moon Dust"}
    assert all(set(words) == {"en", "zh"} and all(words.values()) for words in names.values())


def test_a_value_without_words_is_said(tiny):
    with pytest.raises(ValueError, match=r"Missing: \['zh'\] of finish:matte"):
        names_table(tiny, {"values": {"finish": {"matte": {"en": ["matte"], "zh": []}}}})
