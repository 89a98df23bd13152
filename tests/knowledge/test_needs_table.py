import math

import pytest

from makeup_ai.knowledge import needs_table, position_weight

DOMAIN = {
    "slots": {
        "category": {"role": "filter"},
        "skin_type": {"term": "suitability"},
        "concern": {"term": "suitability"},
        "ingredient": {"term": "preference"},
        "finish": {"term": "preference"},
    },
    "values": {
        "category": {"serum": {}},
        "skin_type": {"dry": {}},
        "concern": {"fine_lines": {}, "longwear": {}, "acne": {}},
        "ingredient": {},
        "finish": {"matte": {}},
    },
}


def cells(table):
    """Need and row -> value in whole ten-thousandths and path."""
    return {
        (table["needs"][need], row): (value, table["paths"][path]["kind"], table["paths"][path]["nodes"])
        for need, row, value, path in table["cells"]
    }


def of_terms(table, *terms):
    return {key: cell for key, cell in cells(table).items() if key[0].split(":")[0] in terms}


def test_position_weights():
    assert [position_weight(p) for p in (1, 3, 7)] == [1.0, 0.5, pytest.approx(1 / 3)]
    assert position_weight(31) == 0.2 and position_weight(31, low_dose=True) == 0.5
    assert position_weight(1, low_dose=True) == 1.0


def test_a_product_worked_by_hand(tiny, product):
    # glycerin, place 1: 1 x 0.8 x 0.5 = 0.4 for dry; retinol, place 3: 0.5 x 1 for lines, 0.5 x 0.25 against dry
    table = needs_table([product("Glycerin", "Unknown", "Retinol")], tiny, DOMAIN)
    assert of_terms(table, "skin_type", "concern") == {
        ("skin_type:dry", 0): (
            round(math.tanh((0.4 - 0.125) / 1.5) * 10_000),
            "path",
            ["ingredient:glycerin", "effect:hydration", "skin_type:dry"],
        ),
        ("concern:fine_lines", 0): (
            round(math.tanh(0.5 / 1.5) * 10_000),
            "path",
            ["ingredient:retinol", "effect:renewal", "concern:fine_lines"],
        ),
    }


def test_what_hurts_more_than_it_helps_is_below_zero_and_says_why(tiny, product):
    table = needs_table([product("Retinol")], tiny, DOMAIN)
    value, _, nodes = cells(table)["skin_type:dry", 0]
    assert value == round(math.tanh(-0.25 / 1.5) * 10_000)
    assert nodes == ["ingredient:retinol", "effect:renewal", "skin_type:dry"]


def test_contact_damps_and_make_up_of_the_eyes_touches_no_skin(tiny, product):
    products = [product("Retinol", category=c) for c in ("cleanser", "mascara")]
    table = cells(needs_table(products, tiny, DOMAIN))
    assert table["concern:fine_lines", 0][0] == round(math.tanh(0.25 / 1.5) * 10_000)
    assert ("concern:fine_lines", 1) not in table


def test_an_effect_with_categories_counts_in_them_alone(tiny, product):
    products = [product("Trimethylsiloxysilicate", category=c) for c in ("mascara", "serum")]
    table = cells(needs_table(products, tiny, DOMAIN))
    assert table["concern:longwear", 0][0] == round(math.tanh(0.5 / 1.5) * 10_000)
    assert ("concern:longwear", 1) not in table


def test_what_the_brand_declares(tiny, product):
    products = [
        product("Unknown", concern=("acne", "not_in_domain"), finish=("matte",), nonsense=("x",)),
        product("Retinol", concern=("fine_lines",)),
        product("Unknown", "Unknown", "Trimethylsiloxysilicate", category="mascara", concern=("longwear",)),
        product("Retinol", skin_type=("dry",)),
    ]
    table = cells(needs_table(products, tiny, DOMAIN))
    told = 1.5 * math.atanh(0.5)
    assert table["concern:acne", 0] == (5000, "declared", ["concern:acne"])
    assert table["finish:matte", 0] == (10_000, "declared", ["finish:matte"])
    assert not any("not_in_domain" in need or "nonsense" in need for need, _ in table)
    # With knowledge beside it: one contribution more, and the ingredient is the reason.
    assert table["concern:fine_lines", 1][:2] == (round(math.tanh((1 + told) / 1.5) * 10_000), "path")
    # 0.5 x 0.5 = 0.25 is telling; against the declaration the knowledge only lessens the cell.
    assert table["concern:longwear", 2][1] == "path"
    assert table["skin_type:dry", 3] == (round(math.tanh((told - 0.25) / 1.5) * 10_000), "declared", ["skin_type:dry"])


def test_contained_ingredients_and_families(tiny, product):
    table = needs_table([product("Retinyl Palmitate"), product("Retinyl Palmitate", "Retinol")], tiny, DOMAIN)
    assert of_terms(table, "ingredient") == {
        ("ingredient:retinol", 0): (5000, "contains", ["ingredient:retinyl_palmitate"]),
        ("ingredient:retinyl_palmitate", 0): (10_000, "contains", ["ingredient:retinyl_palmitate"]),
        ("ingredient:retinol", 1): (10_000, "contains", ["ingredient:retinol"]),
        ("ingredient:retinyl_palmitate", 1): (10_000, "contains", ["ingredient:retinyl_palmitate"]),
    }


def test_near_spellings_and_repeats_are_no_evidence(tiny, product):
    once, twice, typo = product("Retinol"), product("Retinol", "RETINOL"), product("Retniol")
    table = cells(needs_table([once, twice, typo], tiny, DOMAIN))
    assert table["concern:fine_lines", 0] == table["concern:fine_lines", 1]
    assert not [key for key in table if key[1] == 2]


def test_the_table_is_sparse_sorted_and_whole(knowledge, product):
    names = [item.inci for item in knowledge.ingredients.values()]
    products = [product(*names[i : i + 20], concern=("acne",)) for i in range(0, 460, 23)]
    table = needs_table(products, knowledge, DOMAIN)
    assert [cell[:2] for cell in table["cells"]] == sorted(cell[:2] for cell in table["cells"])
    assert {cell[0] for cell in table["cells"]} == set(range(len(table["needs"])))
    assert {cell[3] for cell in table["cells"]} == set(range(len(table["paths"])))
    assert all(isinstance(part, int) for cell in table["cells"] for part in cell)
    assert all(200 <= abs(cell[2]) <= 10_000 for cell in table["cells"])
    assert len({(path["kind"], *path["nodes"]) for path in table["paths"]}) == len(table["paths"])


def test_an_unknown_category_is_said(tiny, product):
    with pytest.raises(ValueError, match="'rocket' of product 'P1'"):
        needs_table([product("Retinol", category="rocket")], tiny, DOMAIN)


BASE = ("Aqua", "Glycerin", "Butylene Glycol")
END = ("Carbomer", "Phenoxyethanol", "Ethylhexylglycerin")


def test_serums_for_blemishes_and_sunscreens_rank_as_a_chemist_would(knowledge, product):
    domain = {
        "slots": {"concern": {"term": "suitability"}, "skin_type": {"term": "suitability"}},
        "values": {
            "concern": {"acne": {}, "sun_protection": {}, "longwear": {}, "fine_lines": {}},
            "skin_type": {"sensitive": {}, "dry": {}},
        },
    }
    names = ["salicylic", "azelaic", "niacinamide", "plain", "oily_butter"]
    actives = ["Salicylic Acid", "Azelaic Acid", "Niacinamide", "Xanthan Gum", "Isopropyl Myristate"]
    products = [product(*BASE, active, *END) for active in actives]
    products.append(product("Aqua", "Salicylic Acid", "Niacinamide", "Trimethylsiloxysilicate", category="mascara"))
    products.append(product(*BASE, "Ethylhexyl Triazone", "Zinc Oxide", *END, category="sunscreen"))
    products.append(product(*BASE, "Titanium Dioxide", "Mica", *END, category="foundation"))
    products.append(product("Aqua", "Alcohol Denat.", "Parfum", "Limonene", "Linalool", "Menthol", category="toner"))
    products.append(product(*BASE, "Retinol", *END))
    table = cells(needs_table(products, knowledge, domain))
    acne = {name: table.get(("concern:acne", row), (0,))[0] for row, name in enumerate(names)}
    assert min(acne["salicylic"], acne["azelaic"], acne["niacinamide"]) > 1000 > abs(acne["plain"])
    assert acne["salicylic"] == max(acne.values()) and acne["oily_butter"] < 0
    assert table["concern:acne", 0][2] == ["ingredient:salicylic_acid", "effect:blemish_care", "concern:acne"]
    assert ("concern:acne", 5) not in table and table["concern:longwear", 5][0] > 2000
    assert table["concern:sun_protection", 6][0] > 4500
    assert ("concern:sun_protection", 7) not in table  # a white pigment is no sun protection that was tested
    assert table["skin_type:sensitive", 8][0] < -3000 and table["skin_type:dry", 8][0] < 0
    assert table["concern:fine_lines", 9][0] > 4000
