import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.knowledge import Knowledge, split_ingredient_list

INCI = [item.inci for item in Knowledge.load().ingredients.values()]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("Aqua, Glycerin", ["Aqua", "Glycerin"]),
        ("INGREDIENTS: Aqua; Glycerin.", ["Aqua", "Glycerin"]),
        ("Polysorbate 20,1,2-Hexanediol,Parfum", ["Polysorbate 20", "1,2-Hexanediol", "Parfum"]),
        ("Aqua,CI 77491,CI 77492", ["Aqua", "CI 77491", "CI 77492"]),
        ("Iron Oxides (CI 77491, CI 77492), Mica", ["Iron Oxides (CI 77491, CI 77492)", "Mica"]),
        ("Avobenzone 3.0%, Octisalate (5%)", ["Avobenzone", "Octisalate"]),
        (
            "Active Ingredients: Zinc Oxide 10%. Inactive Ingredients: Water, Silica",
            ["Zinc Oxide", "Water", "Silica"],
        ),
        ("Mica, Talc [+/- CI 77891, CI 77491]", ["Mica", "Talc", "CI 77891", "CI 77491"]),
        ("Mica. May Contain/Peut Contenir (+/-): CI 77891", ["Mica", "CI 77891"]),
        ("水、甘油、1,2-己二醇、（日用）香精", ["水", "甘油", "1,2-己二醇", "(日用)香精"]),
        ("全成分：水，烟酰胺；可能含有：CI 77891", ["水", "烟酰胺", "CI 77891"]),
        (
            "Aqua, Hypericum Perforatum (St. John's Wort) Oil. Mica",
            ["Aqua", "Hypericum Perforatum (St. John's Wort) Oil", "Mica"],
        ),
        ("Iron Oxides (CI 77491,\nCI 77492),\nMica", ["Iron Oxides (CI 77491, CI 77492)", "Mica"]),
        ("Linalool*, Limonene**", ["Linalool", "Limonene"]),
        ("Acrylates/C10-30 Alkyl Acrylate Crosspolymer, Aqua/Water", None),
        ("(Aqua, Glycerin", ["Aqua", "Glycerin"]),  # a bracket without its partner holds nothing
    ],
)
def test_split(text, names):
    expected = ["Acrylates/C10-30 Alkyl Acrylate Crosspolymer", "Aqua/Water"] if names is None else names
    assert split_ingredient_list(text) == expected


@given(st.lists(st.sampled_from(INCI), min_size=1, max_size=8), st.sampled_from([", ", ",", "、", "；", "\n", " • "]))
def test_no_name_is_lost_or_cut_whatever_separates(names, separator):
    cut = split_ingredient_list("Ingredients: " + separator.join(names))
    assert cut == [name.rstrip(".") for name in names]
