"""Learned weights in the needs table: worked by hand, additive, readable, and harmless where nothing was learned."""

import json
import math
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.knowledge import Linker, needs_table
from makeup_ai.knowledge.suitability import contributions
from makeup_ai.knowledge.weights import NeedWeights

DOMAIN = {
    "slots": {"skin_type": {"term": "suitability"}, "concern": {"term": "suitability"}},
    "values": {"skin_type": {"dry": {}}, "concern": {"fine_lines": {}, "longwear": {}}},
}
DRY, LINES, LONG = "skin_type:dry", "concern:fine_lines", "concern:longwear"


def terms(product, tiny, weights):
    return {(item.need, item.nodes): item.value for item in contributions(product, Linker(tiny), weights)}


def test_a_changed_effect_keeps_the_path_that_the_graph_has(tiny, product):
    # glycerin, place 1, hydration 0.8: the graph's 0.5 for dry becomes 0.75; retinol, place 3: -0.25 becomes -0.5
    weights = NeedWeights(effects={"hydration": {DRY: 0.25}, "renewal": {DRY: -0.25}})
    assert terms(product("Glycerin", "Unknown", "Retinol"), tiny, weights) == {
        (DRY, ("ingredient:glycerin", "effect:hydration", DRY)): pytest.approx(0.8 * 0.75),
        (LINES, ("ingredient:retinol", "effect:renewal", LINES)): pytest.approx(0.5),
        (DRY, ("ingredient:retinol", "effect:renewal", DRY)): pytest.approx(-0.5 * 0.5),
    }


def test_what_the_graph_does_not_say_is_told_as_the_ingredient_alone(tiny, product):
    weights = NeedWeights(effects={"hydration": {LINES: 0.5, DRY: -1.0}}, ingredients={"glycerin": {LINES: 0.25}})
    found = terms(product("Glycerin"), tiny, weights)
    # 0.8 x 0.5 by an effect that the graph ties to no lines, and 1 x 0.25 of its own; dry has its sign turned round
    assert found == {
        (LINES, ("ingredient:glycerin",)): pytest.approx(0.8 * 0.5 + 0.25),
        (DRY, ("ingredient:glycerin",)): pytest.approx(0.8 * (0.5 - 1.0)),
    }
    table = needs_table([product("Glycerin")], tiny, DOMAIN, weights)
    assert {"kind": "contains", "nodes": ["ingredient:glycerin"]} in table["paths"]
    assert all(path["kind"] != "path" for path in table["paths"])


def test_a_path_of_the_graph_is_told_before_a_larger_learned_weight(tiny, product):
    table = needs_table([product("Retinol", "Glycerin")], tiny, DOMAIN, NeedWeights({}, {"glycerin": {LINES: 9.0}}))
    cell = next(c for c in table["cells"] if table["needs"][c[0]] == LINES)
    assert table["paths"][cell[3]]["nodes"] == ["ingredient:retinol", "effect:renewal", LINES]


def test_own_weights_are_damped_by_contact_as_effects_are(tiny, product):
    weights = NeedWeights({}, {"glycerin": {LINES: 0.4}})
    nodes = (LINES, ("ingredient:glycerin",))
    assert terms(product("Glycerin", category="cleanser"), tiny, weights)[nodes] == pytest.approx(0.1)
    assert nodes not in terms(product("Glycerin", category="mascara"), tiny, weights)


numbers = st.floats(-2, 2, allow_nan=False)
ids = ["Glycerin", "Retinol", "Retinyl Palmitate", "Trimethylsiloxysilicate", "Unknown"]
by_need = st.dictionaries(st.sampled_from([DRY, LINES, LONG]), numbers)
learned = st.builds(
    NeedWeights,
    st.dictionaries(st.sampled_from(["hydration", "renewal", "film"]), by_need),
    st.dictionaries(st.sampled_from(["glycerin", "retinol", "resin"]), by_need),
)


@settings(max_examples=60, deadline=None)
@given(
    weights=learned, printed=st.lists(st.sampled_from(ids), max_size=6), category=st.sampled_from(["serum", "mascara"])
)
def test_the_score_is_the_sum_and_every_chain_is_the_graphs(request, weights, printed, category):
    tiny, product = (request.getfixturevalue(name) for name in ("tiny", "product"))
    made = product(*printed, category=category)
    table = needs_table([made], tiny, DOMAIN, weights)
    sums, chains = defaultdict(float), set()
    for item in contributions(made, Linker(tiny), weights):
        sums[item.need] += item.value
        chains.add(item.nodes)
    cells = {table["needs"][need]: value for need, _, value, _ in table["cells"]}
    for need in (DRY, LINES, LONG):
        assert cells.get(need, 0) == pytest.approx(
            10_000 * math.tanh(sums[need] / 1.5), abs=200 if need not in cells else 1
        )
    for nodes in chains:
        if len(nodes) == 3:
            effect = tiny.effects[nodes[1].partition(":")[2]]
            assert nodes[2] in effect.helps or nodes[2] in effect.hurts
    assert all(path["nodes"][0].startswith("ingredient:") for path in table["paths"])


def test_nothing_learned_changes_nothing(knowledge, product):
    names = [item.inci for item in knowledge.ingredients.values()]
    products = [product(*names[i : i + 15]) for i in range(0, 300, 15)]
    domain = {
        "slots": DOMAIN["slots"],
        "values": {"concern": dict.fromkeys(n.partition(":")[2] for n in knowledge.needs)},
    }
    zeros = NeedWeights({"hydration": {"concern:dryness": 0.0}}, {"glycerin": {"concern:dryness": 0.0}})
    assert needs_table(products, knowledge, domain) == needs_table(products, knowledge, domain, zeros)


def test_weights_go_round_a_file(tmp_path):
    weights = NeedWeights({"hydration": {DRY: 0.25}}, {"glycerin": {LINES: -0.5}})
    (tmp_path / "w.json").write_text(json.dumps(weights.to_table()), encoding="utf-8")
    assert NeedWeights.load(tmp_path / "w.json") == weights
    (tmp_path / "w.json").write_text("weights", encoding="utf-8")
    with pytest.raises(ValueError, match=r"as JSON in .*learn them again"):
        NeedWeights.load(tmp_path / "w.json")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([], "Received: 'list'"),
        ({"schema": 2}, "Received: 2"),
        ({"schema": 1, "effects": {}}, "'ingredients' as id"),
        ({"schema": 1, "effects": {"a": {"b": "c"}}, "ingredients": {}}, "'effects' as id"),
        ({"schema": 1, "effects": {"a": {"b": float("nan")}}, "ingredients": {}}, "finite"),
        ({"schema": 1, "effects": {"a": 1}, "ingredients": {}}, "'effects' as id"),
    ],
)
def test_bad_weights_are_refused_with_a_remedy(table, said):
    with pytest.raises(ValueError, match=said) as caught:
        NeedWeights.from_table(table)
    assert "again" in str(caught.value)


def test_weights_of_another_knowledge_are_refused(tiny, product):
    with pytest.raises(ValueError, match=r"\['nonsense', 'unobtainium'\]"):
        needs_table([product("Retinol")], tiny, DOMAIN, NeedWeights({"nonsense": {}}, {"unobtainium": {}}))
