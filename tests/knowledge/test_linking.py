import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.knowledge import Knowledge, Linker, fold
from makeup_ai.knowledge.linking import edit_distance

LINKER = Linker(Knowledge.load())
SPELLINGS = [(s, id_) for id_, item in LINKER.knowledge.ingredients.items() for s in item.spellings]
FULL_WIDTH = {c: c + 0xFEE0 for c in range(0x21, 0x7F)} | {0x20: 0x3000}


@pytest.mark.parametrize(
    ("name", "id_", "confidence"),
    [
        ("Niacinamide", "niacinamide", 1.0),
        ("NICOTINAMIDE", "niacinamide", 1.0),
        ("烟酰胺", "niacinamide", 1.0),
        ("维生素b3", "niacinamide", 1.0),
        ("Ｎｉａｃｉｎａｍｉｄｅ", "niacinamide", 1.0),
        ("1, 2 - Hexanediol", "hexanediol", 1.0),
        ("Butyrospermum Parkii (Shea) Butter", "butyrospermum_parkii_butter", 1.0),
        ("Aqua/Water/Eau", "water", 0.9),
        ("Aqua (Water)", "water", 1.0),
        ("Tocopherol (Vitamin E)", "tocopherol", 1.0),
        ("Vitamin X (Tocopherol)", "tocopherol", 0.9),
        ("CI 77891 (Titanium Dioxide)", "titanium_dioxide", 1.0),
        ("Iron Oxides (CI 77491, CI 77492)", "iron_oxides", 1.0),
        ("Niacinamide 5%", "niacinamide", 1.0),
        ("Glycerin*", "glycerin", 1.0),
        ("β-Glucan", "beta_glucan", 1.0),
        ("Niacinimide", "niacinamide", 0.8),
        ("Salycilic Acid", "salicylic_acid", 0.6),
        ("Caprylik/Capric Trigliceride", "caprylic_capric_triglyceride", 0.6),
        ("Palmitoyl Tripeptide-39", None, 0.0),  # a digit is no typing error
        ("CI 77492", "iron_oxides", 1.0),
        ("CI 77493", None, 0.0),
        ("Moon Dust", None, 0.0),
        ("", None, 0.0),
    ],
)
def test_link(name, id_, confidence):
    link = LINKER.link(name)
    assert (link.text, link.ingredient_id, link.confidence) == (name, id_, confidence)
    assert link.inci == (None if id_ is None else LINKER.knowledge.ingredients[id_].inci)


@given(st.sampled_from(SPELLINGS), st.data())
def test_case_width_and_punctuation_never_matter(spelling, data):
    name, id_ = spelling
    change = data.draw(st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
    mark = data.draw(st.sampled_from(["", " ", "-", "  ", "_", "’", "·"]))
    written = mark.join(change(name).split(" "))
    if data.draw(st.booleans()):
        written = written.translate(FULL_WIDTH)
    link = LINKER.link(written)
    assert (link.ingredient_id, link.confidence) == (id_, 1.0)


@given(st.sampled_from([s for s in SPELLINGS if s[0].isascii() and len(fold(s[0])) >= 8]), st.data())
def test_two_swapped_letters_never_lose_what_to_avoid(spelling, data):
    name, _ = spelling
    places = [i for i in range(len(name) - 1) if name[i : i + 2].isalpha()]
    at = data.draw(st.sampled_from(places))
    written = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if sum(char.isalpha() for char in written) >= 6:
        assert LINKER.resolve_avoid(written), (name, written)


def test_an_entry_that_names_several_gives_each():
    links = LINKER.contained("Parfum (Linalool, Limonene)")
    assert [(link.ingredient_id, link.confidence) for link in links] == [
        ("parfum", 1.0),
        ("linalool", 0.9),
        ("limonene", 0.9),
    ]
    # Slashes inside a known name separate nothing.
    assert [link.ingredient_id for link in LINKER.contained("Acrylates/Dimethicone Copolymer")] == [
        "acrylates_dimethicone_copolymer"
    ]


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("fragrance", ["avoid:fragrance", "avoid:parfum"]),
        ("香料", ["avoid:fragrance", "avoid:parfum"]),
        ("酒精", ["avoid:drying_alcohol", "avoid:alcohol_denat"]),
        ("Parabens", ["avoid:paraben"]),
        ("parabenes", ["avoid:paraben"]),
        ("drying_alcohol", ["avoid:drying_alcohol"]),
        ("vitamin C", ["avoid:ascorbic_acid"]),
        ("水杨酸", ["avoid:salicylic_acid"]),
        ("水楊酸", ["avoid:salicylic_acid"]),
        ("ritinol", ["avoid:retinol"]),
        ("nuts", ["avoid:nut"]),
        ("杏仁", ["avoid:nut"]),
        ("peanut", ["avoid:nut", "avoid:arachis_hypogaea_oil"]),
        ("moon dust", []),
        ("", []),
    ],
)
def test_resolve_avoid(name, needs):
    assert LINKER.resolve_avoid(name) == needs


def test_a_name_between_two_ingredients_is_no_link_but_avoids_both(table):
    for id_ in ("lactonal", "lactonol"):
        table["ingredients"][id_] = {**table["ingredients"]["glycerin"], "inci": id_, "names": {"en": id_, "zh": id_}}
    linker = Linker(Knowledge.from_table(table))
    assert linker.link("lactonul").ingredient_id is None
    assert linker.resolve_avoid("lactonul") == ["avoid:lactonal", "avoid:lactonol"]


def _slow_distance(a, b):
    if not a or not b:
        return len(a) + len(b)
    best = min(
        _slow_distance(a[1:], b) + 1, _slow_distance(a, b[1:]) + 1, _slow_distance(a[1:], b[1:]) + (a[0] != b[0])
    )
    if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
        best = min(best, _slow_distance(a[2:], b[2:]) + 1)
    return best


@given(st.text("abc", max_size=5), st.text("abc", max_size=5), st.integers(0, 3))
def test_edit_distance_is_the_recursive_definition_up_to_its_limit(a, b, limit):
    assert edit_distance(a, b, limit) == min(_slow_distance(a, b), limit + 1)
