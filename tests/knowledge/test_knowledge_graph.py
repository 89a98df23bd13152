import json

import pytest

from makeup_ai.knowledge import Knowledge


def test_the_packaged_knowledge_survives_the_bundle(knowledge):
    table = json.loads(json.dumps(knowledge.to_table(), ensure_ascii=False))
    assert Knowledge.from_table(table) == knowledge
    assert all(len(effect) == 2 for row in table["ingredients"].values() for effect in row["effects"])


def test_a_table_of_few_ingredients_keeps_their_families_and_only_their_conflicts(knowledge):
    table = knowledge.to_table(["retinal", "glycerin"])
    assert set(table["ingredients"]) == {"retinal", "retinol", "glycerin"}
    assert all({rule["a"], rule["b"]} <= {*table["ingredients"], *table["groups"]} for rule in table["conflicts"])
    assert 0 < len(table["conflicts"]) < len(knowledge.conflicts)
    Knowledge.from_table(table)
    with pytest.raises(ValueError, match="moon_dust"):
        knowledge.to_table(["moon_dust"])


def test_the_knowledge_cannot_be_changed(tiny):
    with pytest.raises(TypeError):
        tiny.ingredients["new"] = None
    with pytest.raises(AttributeError):
        tiny.conflicts = ()


def test_a_closer_rule_speaks_before_a_wider_one(knowledge):
    def kinds(a, b):
        return [rule.kind for rule in knowledge.rules_between([a], [b])]

    assert kinds("retinol", "benzoyl_peroxide") == ["alternate"]
    assert kinds("adapalene", "benzoyl_peroxide") == kinds("benzoyl_peroxide", "adapalene") == ["fine"]
    assert kinds("retinol", "glycolic_acid") == ["alternate"]
    assert kinds("tretinoin", "glycolic_acid") == ["avoid_together"]
    assert kinds("ascorbyl_glucoside", "niacinamide") == ["fine"]  # through its family
    assert kinds("glycerin", "water") == []
    assert len(knowledge.rules_between(["retinol", "retinal"], ["glycolic_acid", "lactic_acid"])) == 1


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda t: t["ingredients"]["retinol"]["groups"].append("moon"), "moon"),
        (lambda t: t["ingredients"]["retinol"].update(effects=[["glow", 1.0]]), "glow"),
        (lambda t: t["ingredients"]["retinol"].update(family="vitamin_a"), "vitamin_a"),
        (lambda t: t["ingredients"]["retinol"]["names"].pop("zh"), "Missing: \\['zh'\\]"),
        (lambda t: t["ingredients"]["retinol"].update(pregnancy="maybe"), "maybe"),
        (lambda t: t["ingredients"]["retinol"].update(irritancy=4), "irritancy 0-3"),
        (lambda t: t["ingredients"]["retinol"].update(effects=[["renewal", 1.5]]), "strength"),
        (lambda t: t["ingredients"]["glycerin"]["synonyms"]["en"].append("RETINOL"), "which is 'glycerin'"),
        (lambda t: t["effects"]["hydration"]["helps"].update(dry=1.0), "slot:value"),
        (lambda t: t["effects"]["film"]["categories"].append("rocket"), "rocket"),
        (lambda t: t["groups"]["retinoid"]["patterns"].append("("), "regular expression"),
        (lambda t: t["conflicts"][0].update(b="moon"), "moon"),
        (lambda t: t["conflicts"][0].update(kind="never"), "never"),
        (lambda t: t["steps"]["serum"].update(contact=2.0), "contact in"),
        (lambda t: t.pop("effects"), "build the bundle again"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(table, change, word):
    change(table)
    with pytest.raises(ValueError, match=word):
        Knowledge.from_table(table)


def test_surfaces_are_unique_and_long_enough(knowledge):
    surfaces = knowledge.surfaces()
    for language, least in (("en", 3), ("zh", 2)):
        names = [(name.lower(), id_) for id_, by in surfaces.items() for name in by[language]]
        assert len({name for name, _ in names}) == len(names)
        assert all(len(name) >= least for name, _ in names)
        assert all(by[language] for by in surfaces.values())
    assert surfaces["niacinamide"]["en"][0] == "niacinamide" and surfaces["water"]["zh"] == ["纯净水", "去离子水"]
