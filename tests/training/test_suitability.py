"""Weights learned with the graph's as prior: by hand, against scikit-learn, and at the two ends of much and no data."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from makeup_ai.cli import main
from makeup_ai.errors import DataError
from makeup_ai.knowledge import Knowledge, PackLinker
from makeup_ai.knowledge.weights import NeedWeights
from makeup_ai.training.data.claims import read_claims, read_words
from makeup_ai.training.suitability import (
    Formulas,
    Spread,
    company,
    fit,
    graph_weights,
    learn_weights,
    statement_matrix,
)

KNOWLEDGE = Knowledge.load()
PRIOR = graph_weights(KNOWLEDGE, ["concern:pores"])
WIDE = Spread(1e3, 1e3)


def column(kind, id_):
    return list(getattr(KNOWLEDGE, kind)).index(id_)


def formulas(*texts):
    linker = PackLinker(KNOWLEDGE)
    return Formulas.of((linker.link_text(text) for text in texts), KNOWLEDGE)


def made(places):
    """Formulas of two made-up ingredients with one effect, which only the first has."""
    places = np.array(places, dtype=float).reshape(-1, 2)
    return Formulas(places, places @ np.array([[1.0], [0.0]]))


def test_a_list_as_numbers_by_hand():
    read = formulas("Unheard Of, Moon Dust, Glycerin, Water, Glycerin")
    places = read.ingredients[0]
    assert places[column("ingredients", "glycerin")] == 0.5  # place 3: 1 / log2(4); where it stands first
    assert places[column("ingredients", "water")] == pytest.approx(1 / np.log2(5))
    assert np.count_nonzero(places) == 2
    glycerin = {s.effect: s.strength * s.confidence for s in KNOWLEDGE.ingredients["glycerin"].effects}
    assert read.effects[0, column("effects", "hydration")] == pytest.approx(0.5 * glycerin["hydration"])
    assert read.effects.shape == (1, len(KNOWLEDGE.effects))


def test_the_graphs_word_is_a_mean_over_needs_and_hurts_are_below_zero():
    one, other = (graph_weights(KNOWLEDGE, [f"skin_type:{kind}"]) for kind in ("oily", "dry"))
    assert one[column("effects", "occlusion")] == -KNOWLEDGE.effects["occlusion"].hurts["skin_type:oily"]
    both = graph_weights(KNOWLEDGE, ["skin_type:oily", "skin_type:dry"])
    assert both == pytest.approx((one + other) / 2)


@pytest.mark.parametrize("needs", [[], ["concern:nonsense"], "pores"])
def test_unknown_needs_are_said(needs):
    with pytest.raises(ValueError, match="Expected needs of the graph"):
        graph_weights(KNOWLEDGE, needs)


def test_with_no_data_the_weights_are_the_prior():
    found = fit(formulas(), np.zeros(0, dtype=bool), PRIOR, Spread())
    assert not found.change.any() and not found.own.any() and found.bias == 0
    judged = formulas("Water, Niacinamide, Salicylic Acid", "Petrolatum")
    assert found.scores(judged) == pytest.approx(judged.effects @ PRIOR)


def test_with_next_to_no_spread_the_weights_are_the_prior():
    read = formulas("Water, Niacinamide", "Petrolatum", "Glycerin, Salicylic Acid")
    found = fit(read, np.array([True, False, True]), PRIOR, Spread(1e-6, 1e-6))
    assert np.abs(found.change).max() < 1e-9 and np.abs(found.own).max() < 1e-9


def test_one_ingredient_worked_by_hand():
    # Two products with the second ingredient, claimed; two without, not. By symmetry the bias is -w/2, and the loss
    # 4 log(1 + exp(-w/2)) + w^2 / (2 s^2) is least where 2 / (1 + exp(w/2)) = w / s^2.
    found = fit(made([[0, 1], [0, 1], [0, 0], [0, 0]]), np.array([True, True, False, False]), np.zeros(1), Spread(1, 2))
    w = found.own[1]
    assert 2 / (1 + np.exp(w / 2)) == pytest.approx(w / 4, abs=1e-6)
    assert found.bias == pytest.approx(-w / 2, abs=1e-4) and found.own[0] == 0 and found.change[0] == 0


def test_the_fit_is_scikit_learns_where_the_prior_is_zero():
    dice = np.random.default_rng(3)
    read = made(dice.random((80, 2)))
    claimed = dice.random(80) < 1 / (1 + np.exp(-3 * (read.ingredients[:, 0] - read.ingredients[:, 1])))
    found = fit(read, claimed, np.zeros(1), Spread(0.7, 0.7))
    inputs = np.hstack([read.effects, read.ingredients])
    peer = LogisticRegression(C=0.49, class_weight="balanced", tol=1e-10, max_iter=1000).fit(inputs, claimed)
    assert np.concatenate([found.change, found.own]) == pytest.approx(peer.coef_[0], abs=1e-4)
    assert found.bias == pytest.approx(peer.intercept_[0], abs=1e-4)


def test_a_strong_prior_far_off_still_converges():
    dice = np.random.default_rng(0)
    read = made(dice.random((60, 2)) * 5)
    found = fit(read, dice.random(60) < 0.1, np.array([40.0]), Spread(0.5, 0.5))
    chance = 1 / (1 + np.exp(-(found.bias + found.scores(read))))
    assert np.isfinite(chance).all() and 30 < found.prior[0] + found.change[0] < 40


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans()), min_size=1, max_size=20),
    st.floats(-1, 1),
    st.permutations(range(20)),
)
def test_the_order_of_products_does_not_matter_and_the_score_is_a_sum(rows, prior, order):
    read, claimed = made([row[:2] for row in rows]), np.array([row[2] for row in rows])
    order = np.array([i for i in order if i < len(rows)], dtype=np.intp)
    one = fit(read, claimed, np.array([prior]), Spread())
    other = fit(read.take(order), claimed[order], np.array([prior]), Spread())
    assert one.own == pytest.approx(other.own, abs=1e-5) and one.change == pytest.approx(other.change, abs=1e-5)
    by_term = read.effects * (one.prior + one.change)[None]
    assert one.scores(read) == pytest.approx(by_term.sum(axis=1) + (read.ingredients * one.own).sum(axis=1))


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 1), st.floats(1.5, 10))
def test_a_wider_spread_never_fits_worse(narrow, times):
    read, claimed = made([[1, 0], [0.5, 0.2], [0, 1], [0.1, 0.4]]), np.array([True, True, False, False])

    def loss(spread):
        found = fit(read, claimed, np.zeros(1), spread)
        return np.logaddexp(0, -np.where(claimed, 1, -1) * (found.bias + found.scores(read))).sum()

    assert loss(Spread(narrow * times, narrow * times)) <= loss(Spread(narrow, narrow)) + 1e-6


def test_labels_of_one_kind_teach_no_more_than_the_spread_allows():
    found = fit(made([[0, 1]] * 5), np.ones(5, dtype=bool), np.zeros(1), Spread(0.1, 0.1))
    assert np.isfinite(found.bias) and abs(found.own[1]) < 0.1


def test_company_is_found_by_hand():
    # The first two meet twice in four lists, and twice alone: lift log(2 x 4 / (2 x 2)) = log 2. The third keeps none.
    near = company(Formulas(np.array([[1, 1, 0], [1, 0.5, 1], [0, 0, 1], [0, 0, 0]]), np.zeros((4, 1))))
    assert near.shape == (3, 1) and abs(near[:2, 0]) == pytest.approx([1, 1])
    assert near[0, 0] == near[1, 0] and near[2, 0] == 0
    assert company(formulas()).shape == (len(KNOWLEDGE.ingredients), 0)


def test_what_is_learned_of_one_ingredient_is_shared_with_its_company():
    read, claimed = made([[1, 0]] * 10 + [[0, 0]] * 10), np.arange(20) < 10
    near = np.array([[1.0], [1.0]])
    apart, shared = (fit(read, claimed, np.zeros(1), Spread(0.1, 0.1, c), near) for c in (0.0, 0.5))
    assert apart.own[1] == 0 < shared.own[1] < shared.own[0]
    assert shared.scores(made([[0, 1]])) == pytest.approx([shared.own[1]])
    without = fit(read, claimed, np.zeros(1), Spread(0.1, 0.1, 0.5))
    assert without.own == pytest.approx(apart.own)


@pytest.mark.parametrize("spread", [(0, 1), (1, -1), (float("nan"), 1), (float("inf"), 1), (1, 1, -0.1)])
def test_a_spread_is_above_zero(spread):
    with pytest.raises(ValueError, match="above 0"):
        Spread(*spread)


def test_lengths_that_differ_are_said():
    with pytest.raises(ValueError, match=r"1 and 1\. Received: 2 and 1"):
        fit(made([[0, 1]]), np.ones(2, dtype=bool), np.zeros(1), WIDE)
    with pytest.raises(ValueError, match=r"claims of 1 products\. Received: 0"):
        learn_weights(formulas("Water"), [], KNOWLEDGE)


def test_rare_claims_are_left_to_the_graph_and_common_ones_learned():
    texts = ["Water, Kaolin"] * 30 + ["Water, Petrolatum"] * 30
    claims = [["concern:oiliness"]] * 30 + [["concern:redness"]] * 5 + [[]] * 25
    found = learn_weights(formulas(*texts), claims, KNOWLEDGE)
    assert found.claims == {"concern:oiliness": (30, 30)} and found.left == {"concern:redness": (5, 55)}
    assert (
        found.weights.ingredients["kaolin"]["concern:oiliness"]
        > 0
        > found.weights.ingredients["petrolatum"]["concern:oiliness"]
    )
    assert all(set(needs) == {"concern:oiliness"} for needs in found.weights.ingredients.values())
    found.weights.check(KNOWLEDGE)


def test_statements_of_the_knowledge_as_a_matrix():
    matrix = statement_matrix(KNOWLEDGE)
    assert matrix.shape == (len(KNOWLEDGE.ingredients), len(KNOWLEDGE.effects))
    assert (matrix > 0).sum() == sum(len({s.effect for s in i.effects}) for i in KNOWLEDGE.ingredients.values())


def table(folder, rows):
    path = folder / "catalogue.csv"
    path.write_text("id,ingredients,highlights\n" + "\n".join(rows), encoding="utf-8")
    return path


def test_claims_are_read_and_what_means_nothing_is_counted(tmp_path):
    rows = ["2,Petrolatum,concern:dryness|Vegan", "3,,Vegan", "4,Water,", "5,Water,Vegan"]
    path = table(tmp_path, ["1,\"Water, Kaolin\",\"['Good for: Pores', 'Vegan']\"", *rows])
    words = {"good for: pores": ("concern:pores",)}
    found = read_claims(path, "highlights", words, KNOWLEDGE.needs)
    assert found.texts == ("Water, Kaolin", "Petrolatum", "Water")
    assert found.needs == ({"concern:pores"}, {"concern:dryness"}, frozenset())
    assert found.unread == {"Vegan": 3}


def test_claims_that_cannot_be_read_say_where(tmp_path):
    path = table(tmp_path, ["1,Water,Vegan"])
    with pytest.raises(DataError, match=r"words that mean needs\. Received: \['Vegan'\]"):
        read_claims(path, "highlights", {}, KNOWLEDGE.needs)
    with pytest.raises(DataError, match="Expected a column 'claims'"):
        read_claims(path, "claims", {}, KNOWLEDGE.needs)
    with pytest.raises(DataError, match="row 2"):
        read_claims(table(tmp_path, ["1,Water,['broken"]), "highlights", {}, KNOWLEDGE.needs)
    for text, said in (("[1", "JSON object"), ("[1]", "JSON object"), ('{"a": ["concern:x"]}', "Expected needs of")):
        (tmp_path / "words.json").write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=said):
            read_words(tmp_path / "words.json", KNOWLEDGE.needs)
    with pytest.raises(DataError, match="can be read"):
        read_words(tmp_path / "missing.json", KNOWLEDGE.needs)


def test_the_command_writes_weights_that_the_needs_table_takes(tmp_path, capsys):
    rows = [f'{i},"Water, Kaolin",Clears pores' for i in range(25)] + [f"{i},Petrolatum,Vegan" for i in range(25)]
    words, out = tmp_path / "words.json", tmp_path / "weights.json"
    words.write_text(json.dumps({"clears pores": ["concern:pores"]}), encoding="utf-8")
    command = ["knowledge", "learn", str(table(tmp_path, rows)), "--claims", "highlights", "--out", str(out)]
    assert main([*command, "--words", str(words)]) == 0
    told = capsys.readouterr().out
    assert "concern:pores: 25 products claim it, 25 do not" in told and "--weights" in told.splitlines()[-1]
    assert NeedWeights.load(out).ingredients["kaolin"]["concern:pores"] > 0
    assert main([*command, "--words", str(words), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "learned": {"concern:pores": [25, 25]},
        "left": {},
        "unread": {"Vegan": 25},
    }
    assert main(command) != 0
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
