from copy import deepcopy

import pytest

from makeup_ai.knowledge import Knowledge, problems
from makeup_ai.knowledge.cosing import cosing_problems

CARE = {
    "id": "sun",
    "about": ["retinoid"],
    "kind": "sun_protection",
    "text": {"en": "Wear sunscreen.", "zh": "请防晒。"},
    "source": "cosmetic-science consensus",
    "confidence": 0.7,
}
LAW = {
    "id": "cap",
    "about": ["retinol"],
    "kind": "limit",
    "text": {"en": "At most 0.3 %.", "zh": "不超过0.3%。"},
    "limits": {"face": 0.3},
    "source": "An Act 2024",
    "date": "2024-04-03",
    "confidence": 0.9,
}
STRENGTH = {"leave_on": [0.1, 0.3], "source": "cosmetic-science consensus", "confidence": 0.6}


@pytest.fixture
def full(table):
    """The small table with each of the later parts."""
    table["functions"] = {"humectant": {"en": "humectant", "zh": "保湿剂", "cosing": ["Humectant"]}}
    table["needs"] = {
        need: {"en": "need", "zh": "需要"} for need in ("skin_type:dry", "concern:fine_lines", "concern:longwear")
    }
    table["cares"], table["regulations"] = [deepcopy(CARE)], [deepcopy(LAW)]
    table["ingredients"]["glycerin"] |= {"functions": ["humectant"], "suits": ["dry"], "beyond": ["humectant"]}
    table["ingredients"]["retinol"] |= {"strength": deepcopy(STRENGTH), "partial": ["effects"]}
    return table


def test_the_full_small_table_is_sound_and_survives(full):
    knowledge = Knowledge.from_table(full)
    assert problems(knowledge) == [] and Knowledge.from_table(knowledge.to_table()) == knowledge
    assert knowledge.ingredients["retinol"].strength.leave_on == (0.1, 0.3)
    few = knowledge.to_table(["glycerin"])
    assert few["regulations"] == [] and few["cares"][0]["about"] == ["retinoid"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda t: t["ingredients"]["glycerin"]["functions"].append("magic"), "magic"),
        (lambda t: t["ingredients"]["glycerin"].update(suits=["scaly"]), "scaly"),
        (lambda t: t["ingredients"]["glycerin"].update(unsuited=["dry"]), "as both"),
        (lambda t: t["ingredients"]["retinol"].update(partial=["taste"]), "taste"),
        (lambda t: t["ingredients"]["retinol"].update(beyond=["humectant"]), "beyond"),
        (lambda t: t["ingredients"]["retinol"]["strength"].update(leave_on=[0.3, 0.1]), "low <= high"),
        (lambda t: t["ingredients"]["retinol"]["strength"].update(leave_on=[0, 0.1]), "0 < low"),
        (lambda t: t["ingredients"]["retinol"]["strength"].update(leave_on=[0.1, 120]), "100 per cent"),
        (lambda t: t["ingredients"]["retinol"]["strength"].update(leave_on=[0.1, 0.5]), "allows somewhere, 0.3 %"),
        (lambda t: t["ingredients"]["retinol"]["strength"].update(source=""), "a source"),
        (lambda t: t["ingredients"]["retinol"]["strength"].pop("leave_on"), "left on or rinsed off"),
        (lambda t: t["groups"]["retinoid"].update(members_by={"en": "Vitamin A."}), "Missing: \\['zh'\\]"),
        (lambda t: t["needs"].pop("concern:longwear"), "concern:longwear"),
        (lambda t: t["needs"].update({"dry": {"en": "dry", "zh": "干"}}), "slot:value"),
        (lambda t: t["functions"]["humectant"].pop("zh"), "function 'humectant' names"),
        (lambda t: t["steps"]["serum"].update(en="serum"), "step 'serum' names"),
        (lambda t: t["conflicts"].append({**t["conflicts"][0], "a": "glycerin", "b": "retinoid"}), "expected one rule"),
        (lambda t: t["conflicts"][0].update(a="glycerin"), "the same twice"),
        (lambda t: t["cares"][0].update(about=["moon"]), "moon"),
        (lambda t: t["cares"][0].update(about=[]), "about something"),
        (lambda t: t["cares"][0].update(kind="worry"), "worry"),
        (lambda t: t["cares"][0]["text"].pop("zh"), "care 'sun' text"),
        (lambda t: t["cares"].append({**CARE}), "an id of its own"),
        (lambda t: t["regulations"][0].update(about=["moon"]), "moon"),
        (lambda t: t["regulations"][0].update(kind="hint"), "hint"),
        (lambda t: t["regulations"][0].update(date="last year"), "YYYY-MM-DD"),
        (lambda t: t["regulations"][0].update(limits={"face": 0}), "limits in"),
        (lambda t: t["regulations"][0].update(confidence=0), "confidence in"),
        (lambda t: t["regulations"].append({**LAW}), "an id of its own"),
    ],
)
def test_what_is_wrong_with_the_later_parts_is_said(full, change, word):
    change(full)
    with pytest.raises(ValueError, match=word):
        Knowledge.from_table(full)


def test_rules_hold_both_ways_round(knowledge):
    items = [*knowledge.ingredients, *knowledge.groups]
    for a, b in zip(items, reversed(items), strict=True):
        assert knowledge.rules_between([a], [b]) == knowledge.rules_between([b], [a])


def test_names_and_functions_are_held_against_an_inventory(full):
    knowledge = Knowledge.from_table(full)
    inventory = {"GLYCERIN": ["Solvent"], "RETINOL": [], "RETINYL PALMITATE": [], "TRIMETHYLSILOXYSILICATE": []}
    assert cosing_problems(knowledge, inventory) == []
    [lost] = cosing_problems(knowledge, {name: f for name, f in inventory.items() if name != "RETINOL"})
    assert "'retinol'" in lost and "say beyond" in lost
    [stale] = cosing_problems(knowledge, inventory | {"glycerin": ["HUMECTANT "]})
    assert "'humectant'" in stale and "leave it out of beyond" in stale
    full["ingredients"]["glycerin"]["beyond"] = ["inci"]
    name, function = cosing_problems(Knowledge.from_table(full), inventory)
    assert "leave `inci` out" in name and "['solvent']" in function
