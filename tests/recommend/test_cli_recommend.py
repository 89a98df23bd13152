"""`makeup-ai recommend`: from a profile, from words, explained, and with a profile that nothing fits."""

import json

import pytest

from makeup_ai.cli import main
from makeup_ai.schema import Profile


@pytest.fixture
def profile(tmp_path):
    def write(**fields):
        path = tmp_path / "profile.json"
        path.write_text(json.dumps(fields), "utf-8")
        return str(path)

    return write


@pytest.fixture
def run(tiny_bundle, capsys):
    def run(*arguments):
        status = main(["recommend", str(tiny_bundle), *arguments])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def test_a_profile_alone_ranks_and_says_so(run, profile):
    path = profile(skin_type="oily", allergies=["Parfúm"], budget=30, owned=["nobody"])
    status, out, _ = run("--profile", path, "--top", "3", "--json")
    told = json.loads(out)
    assert status == 0 and len(told["recommendations"]) == 3
    terms = [term for offered in told["recommendations"] for term in offered["terms"]]
    assert terms and all(term["evidence"]["sources"] == ["profile"] for term in terms)
    assert all("(your profile says so)" in reason for o in told["recommendations"] for reason in o["reasons"])
    assert all(offered["price"] <= 30 for offered in told["recommendations"])
    left_out = {(row["kind"], row["subject"]) for row in told["left_out"]}
    assert {("need", "avoid:fragrance"), ("price", "")} <= left_out
    assert [c["kind"] for c in told["cautions"] if c["kind"] == "unknown_owned"] == ["unknown_owned"]


def test_words_are_asked_for_products_whatever_they_seem_to_ask(run):
    told = json.loads(run("--text", "hello", "--json")[1])
    assert told["recommendations"] and told["answer"].startswith("I would start with")
    assert run("--text", "口红", "--top", "1")[1].count("\n 1. ") == 1


def test_any_product_is_explained_masked_or_not(run, profile, assistant):
    path = profile(skin_type="oily", conditions=["pregnancy"])
    masked = next(
        p.product_id for row, p in enumerate(assistant.tables.products)
        if row in assistant.tables.masks["condition:pregnancy"]
    )  # fmt: skip
    told = json.loads(run("--profile", path, "--explain", masked, "--json")[1])["explanation"]
    assert told["position"] is None and told["why_not"] and told["would_be"] >= 1
    assert round(sum(part["term"]["value"] for part in told["parts"]), 6) == round(told["recommendation"]["score"], 6)
    status, out, _ = run("--profile", path, "--lang", "zh", "--explain", masked)
    assert status == 0 and "没有推荐" in out
    assert run("--explain", "no such product")[2].startswith("makeup-ai: Expected the id of a product")


def test_where_nothing_fits_the_smallest_change_is_named(run, profile):
    told = json.loads(run("--profile", profile(budget=0.5), "--json")[1])
    assert told["recommendations"] == [] and told["considered"] == 0
    assert told["answer"].startswith("Nothing in the catalogue fits. Left out: ")
    assert "The least expensive one that fits in every other way is" in told["answer"]


def test_wrong_use_is_one_line(run, profile, tmp_path):
    for arguments in (("--top", "0"), ("--profile", str(tmp_path / "none.json")), ("--profile", profile(budget="x"))):
        status, out, err = run(*arguments)
        assert (status, out, err.count("\n")) == (2, "", 1)


def test_what_must_not_stand_beside_a_product_in_use_is_told(assistant):
    clashes, products = assistant.tables.clashes, assistant.tables.products
    row = next(row for row in clashes.held_by if "retinol" in clashes.held_by[row])
    beside = {row_ for id_ in ("salicylic_acid", "glycolic_acid") for row_ in clashes.holds.get(id_, ())}
    found = assistant.recommend("exfoliant", Profile(owned=(products[row].product_id,)), top=50).advice
    told = {product_id for caution in found.cautions if caution.kind == "alternate" for product_id in caution.products}
    together = {products[r].product_id for r in beside} & {r.product_id for r in found.recommendations}
    assert together and together <= told
