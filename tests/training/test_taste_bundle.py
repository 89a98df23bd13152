"""Taste all the way: learned from invented purchases, shipped in a bundle, and heard in a consultation."""

import json

import pytest

from makeup_ai.bundle import Bundle
from makeup_ai.cli import main
from makeup_ai.schema import Bought, Profile
from makeup_ai.training.data.described import Described
from makeup_ai.training.data.invented_purchases import invent_purchases
from makeup_ai.training.taste.learn import learn_taste

LEARNED = ("tables/taste.bin", "tables/alike.bin", "tables/popularity.json")


@pytest.fixture(scope="module")
def bundle(tiny, recipe, tmp_path_factory):
    from makeup_ai.export.assemble import assemble

    products = tiny.world.products
    described = [Described(p.product_id, p.brand.lower(), categories=(p.category,)) for p in products]
    taste = learn_taste(invent_purchases(products), described, weights={"taste": 0.9, "popularity": 0.0})
    return assemble(tmp_path_factory.mktemp("taste") / "bundle", recipe(taste=taste)).folder


def test_a_bundle_ships_the_tables_and_the_learned_weights(bundle, tiny_bundle):
    found, plain = Bundle.open(bundle), Bundle.open(tiny_bundle)
    assert all(found.has(path) and not plain.has(path) for path in LEARNED)
    weights, packaged = (b.table("ranking")["weights"] for b in (found, plain))
    assert (weights["taste"], weights["popularity"]) == (0.9, 0.0)
    assert {k: v for k, v in weights.items() if k not in {"taste", "popularity"}} == {
        k: v for k, v in packaged.items() if k not in {"taste", "popularity"}
    }


def test_a_history_is_heard_and_nothing_changes_without_one(bundle, tiny_bundle):
    from makeup_ai.assistant import Assistant

    taught, plain = Assistant.load(bundle), Assistant.load(tiny_bundle)
    first = taught.tables.products[0].product_id
    profile = Profile(history=(Bought(first, 5), Bought("gone", 1)))
    text = "a serum for oily skin"
    assert taught.consult(text).recommendations == plain.consult(text).recommendations
    assert plain.consult(text, profile=profile).recommendations == plain.consult(text).recommendations
    ranking = taught.recommend(profile=profile).ranking
    terms = [t for r in ranking.recommendations for t in r.terms if t.name in {"taste", "alike"}]
    assert terms
    assert all(t.evidence["because"] == ((first, 1.0),) and t.evidence["unknown"] == 1 for t in terms)


def test_inspect_shows_the_weights(bundle, capsys):
    assert main(["bundle", "inspect", str(bundle)]) == 0
    assert "taste 0.9" in capsys.readouterr().out
    assert main(["bundle", "inspect", str(bundle), "--json"]) == 0
    assert set(LEARNED) <= set(json.loads(capsys.readouterr().out)["files"])
