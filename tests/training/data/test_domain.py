import json
from pathlib import Path
from typing import Any

import pytest

from makeup_ai.errors import DataError
from makeup_ai.schema import Product
from makeup_ai.training.data.domain import builtin_file, load_domain

LANOLIN: dict[str, Any] = {
    "id": "lanolin",
    "inci": "Lanolin",
    "en": "lanolin",
    "zh": "羊毛脂",
    "synonyms": {"en": ["wool fat"], "zh": ["脂"]},
    "effects": [{"effect": "emollient", "strength": 0.8}],
}
ALCOHOL: dict[str, Any] = {**LANOLIN, "id": "alcohol_denat", "inci": "Alcohol Denat.", "en": "alcohol", "zh": "酒精"}
WATER: dict[str, Any] = {**LANOLIN, "id": "water", "inci": "Aqua", "en": "water", "zh": "水"}


@pytest.fixture
def table() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(builtin_file("domain.json").read_text(encoding="utf-8"))
    return loaded


def test_labels_follow_the_order_of_the_slots() -> None:
    domain = load_domain()
    assert domain.slot_labels[1:5] == ("B-category", "I-category", "B-brand", "I-brand")
    assert len(domain.slot_labels) == 1 + 2 * 12 and len(domain.intents) == 12
    assert domain.slots["avoid"].role == "mask" and domain.slots["skin_type"].term == "suitability"


def test_every_surface_leads_back_to_its_value() -> None:
    domain = load_domain()
    for slot, values in domain.values.items():
        for value, surfaces in values.items():
            for word in (word for words in surfaces.values() for word in words):
                assert domain.lexicon.value(slot, word) == value, word


def test_ingredients_become_things_to_want_and_to_avoid() -> None:
    domain = load_domain(ingredients=[LANOLIN, ALCOHOL, WATER])
    assert domain.lexicon.value("ingredient", "wool fat") == "lanolin"
    assert domain.lexicon.value("avoid", "羊毛脂") == "lanolin"
    assert domain.lexicon.value("ingredient", "alcohol") == "alcohol_denat"
    assert domain.lexicon.value("avoid", "alcohol") == "drying_alcohol"  # the group is the wider mask
    assert domain.lexicon.find_patterns("a cleanser to use without water") == []
    assert domain.lexicon.value("avoid", "脂") is None
    assert domain.featured == ("alcohol_denat", "lanolin")


def test_brands_are_spelled_as_printed() -> None:
    product = Product("P1", "Ninth Assay", {}, "serum", 9.0, "USD", "30 ml", (), {}, {})
    assert load_domain(products=[product]).lexicon.value("brand", "ninth assay") == "Ninth Assay"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("budget"), r"Missing: \['budget'\]"),
        (lambda t: t.update(schema=2), "Expected schema 1"),
        (lambda t: t["slots"]["finish"].update(role="taste"), "role='taste'"),
        (lambda t: t["slots"]["finish"].pop("term"), "A need has a term"),
        (lambda t: t["values"].pop("finish"), "Add values.finish"),
        (lambda t: t["values"].update(smell={}), "unknown slot"),
        (lambda t: t["values"]["finish"]["matte"].pop("zh"), "finish:matte needs words"),
        (lambda t: t["values"]["finish"]["dewy"]["en"].append("Matte"), "finish:matte and in finish:dewy"),
        (lambda t: t.update(currency="XYZ"), "Received: 'XYZ'"),
    ],
)
def test_says_what_is_wrong_with_a_table(table: dict[str, Any], tmp_path: Path, change: Any, message: str) -> None:
    change(table)
    file = tmp_path / "domain.json"
    file.write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load_domain(file)


def test_says_that_a_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Expected a domain table"):
        load_domain(tmp_path / "none.json")
