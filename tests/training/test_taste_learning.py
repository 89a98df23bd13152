"""Taste from invented purchases: formulas held to plain ones, and planted tastes found again."""

import json
import math

import numpy as np
import pytest

from makeup_ai.cli import main
from makeup_ai.errors import BundleError, DataError
from makeup_ai.recommend.neighbours import Neighbours
from makeup_ai.recommend.popular import Popularity
from makeup_ai.schema import Bought, Product
from makeup_ai.training.data.described import Described
from makeup_ai.training.data.invented_purchases import invent_purchases
from makeup_ai.training.data.purchases import Purchases, load_purchases, read_variants
from makeup_ai.training.evaluation.ranking import ndcg
from makeup_ai.training.taste.alike import combinations, new_weights
from makeup_ai.training.taste.content import bags, likeness, price_kernel, shared
from makeup_ai.training.taste.learn import Taste, TasteOptions, bundle_tables, learn_taste
from makeup_ai.training.taste.linear import PLAIN, LinearOptions, item_weights, strongest
from makeup_ai.training.taste.weighing import TERMS, WeighingOptions, fit, learn_weights, smooth_ndcg_loss

BRANDS = ("Aura", "Belle", "Cove")
PRODUCTS = 18


def product(row):
    brand = BRANDS[row % 3].lower()
    return Described(
        f"p{row:02}", brand, "", ("serum" if row < 9 else "cream",), (brand, "glow"), (f"kind:{row % 3}",),
        (f"Extract {row % 3}", "Aqua"), 10.0 + row,
    )  # fmt: skip


CATALOGUE = tuple(product(row) for row in range(PRODUCTS))


def invented(users=240, seed=0, without=()):
    """People who keep to one brand of three, with a stray purchase now and then."""
    rng = np.random.default_rng(seed)
    pairs, stars = [], []
    for user in range(users):
        own = [row for row in range(PRODUCTS) if row % 3 == user % 3 and row not in without]
        stray = [row for row in range(PRODUCTS) if row % 3 != user % 3 and row not in without]
        chosen = [*rng.choice(own, min(4, len(own)), replace=False), *rng.choice(stray, rng.integers(0, 2))]
        pairs += [(user, int(row)) for row in chosen]
        stars += [5.0 if row % 3 == user % 3 else 2.0 for row in chosen]
    user, row = np.array(pairs).T
    names = tuple(f"u{number}" for number in range(users))
    return Purchases(user, row, np.array(stars), names, PRODUCTS, {"purchases": len(pairs)})


def dense(purchases, values=None):
    matrix = np.zeros((purchases.users, purchases.products))
    matrix[purchases.user, purchases.product] = 1.0 if values is None else values
    return matrix


def test_plain_options_are_ease():
    purchases = invented()
    matrix = dense(purchases)
    inverse = np.linalg.inv(matrix.T @ matrix + 200.0 * np.eye(PRODUCTS))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(item_weights(purchases, PLAIN), expected, atol=1e-10)


def test_each_column_is_a_ridge_regression_without_the_product_itself():
    purchases = invented()
    options = LinearOptions(ridge=3.0, denoise=0.5, user_power=0.5, target_power=0.3, kin=2.0)
    kin = shared([one.brand for one in CATALOGUE])
    had, wanted = (dense(purchases, np.where(purchases.rating < 4, low, 1.0)) for low in (0.7, 0.5))
    each = dense(purchases).sum(axis=1)
    weight = each**-0.5 * each.sum() / (each**0.5).sum()
    gram = had.T @ (weight[:, None] * had)
    system = gram + 2.0 * kin + np.diag(3.0 + 0.5 * np.diag(gram))
    aim = had.T @ (weight[:, None] * wanted) + 2.0 * kin
    found = item_weights(purchases, options, kin)
    for column in (0, 7, 17):
        others = np.arange(PRODUCTS) != column
        solved = np.linalg.solve(system[np.ix_(others, others)], aim[others, column])
        np.testing.assert_allclose(found[others, column], solved / wanted.sum(axis=0)[column] ** 0.3, atol=1e-10)
        assert found[column, column] == 0


@pytest.mark.parametrize("options", [{"ridge": 0.0}, {"denoise": -1.0}, {"inputs": (1.0,) * 5}])
def test_options_without_a_solution_are_refused(options):
    with pytest.raises(ValueError, match="ridge above 0"):
        LinearOptions(**options)


def test_the_strongest_are_kept_over_the_whole_table():
    weights = np.array([[0.0, 5.0, -4.0], [0.1, 0.0, 3.0], [0.0, 0.2, 0.0]])
    assert strongest(weights, 3).tolist() == [[0, 5, -4], [0, 0, 3], [0, 0, 0]]
    assert strongest(weights, 100).tolist() == weights.tolist()
    with pytest.raises(ValueError, match="one entry"):
        strongest(weights, 0)


def test_bags_worked_by_hand():
    rows = bags([("a", "b"), ("a",), ()], ranked=True)
    rare = [math.log(4 / 2), math.log(4 / 1) / math.sqrt(2)]
    assert rows[0] == pytest.approx(np.array(rare) / math.hypot(*rare))
    assert rows[1].tolist() == [1, 0]
    assert rows[2].tolist() == [0, 0]


def test_kernels():
    kernel = likeness(CATALOGUE)
    assert np.linalg.eigvalsh(kernel).min() > -1e-9
    assert kernel[0, 3] > kernel[0, 1]  # the same brand, and all that goes with it
    near = price_kernel([10.0, 10.0, 20.0, None])
    assert near[0, 1] == 1
    assert 0 < near[0, 2] < 1
    assert near[3].tolist() == [0, 0, 0, 0]
    assert shared(["x", "x", "", ""]).tolist() == [[0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_a_new_product_takes_after_those_like_it():
    without = (15, 16, 17)
    purchases = invented(without=without)
    weights = new_weights(purchases, likeness(CATALOGUE))
    assert not weights[:, :15].any()
    for new in without:
        own = [row for row in range(15) if row % 3 == new % 3]
        others = [row for row in range(15) if row % 3 != new % 3]
        assert weights[own, new].min() > weights[others, new].max()


def test_a_product_like_no_other_is_no_combination():
    near = np.eye(3)
    assert not combinations(near, np.array([0, 1]), np.array([2])).any()


def tastes(table, ids, history):
    heard = table.hear(history, {product_id: row for row, product_id in enumerate(ids)})
    return table.tastes(heard)


def learned_taste(**kwargs):
    return learn_taste(invented(without=(15, 16, 17)), CATALOGUE, **kwargs)


def test_planted_tastes_are_found_and_ratings_turn_them():
    learned = learned_taste()
    ids = list(learned.ids)
    loved = tastes(learned.taste, ids, [Bought("p00", 5), Bought("p03", 5)])
    hated = tastes(learned.taste, ids, [Bought("p00", 1), Bought("p03", 1)])
    own = [row for row in range(15) if row % 3 == 0 and row not in (0, 3)]
    others = [row for row in range(15) if row % 3]
    assert loved[own].min() > loved[others].max()
    assert hated[own].max() < 0 < loved[own].min()
    assert not loved[15:].any()  # nobody bought them: that is the other table's to say
    fresh = tastes(learned.alike, ids, [Bought("p00", 5)])
    assert fresh[15] > max(fresh[16], fresh[17])
    assert not fresh[:15].any()


def test_int8_keeps_the_order():
    purchases = invented()
    exact = item_weights(purchases, LinearOptions(), shared([one.brand for one in CATALOGUE]))
    table = learn_taste(purchases, CATALOGUE).taste
    stored = np.zeros_like(exact)
    stored[np.repeat(range(PRODUCTS), np.diff(table.offsets)), table.targets] = table.weights
    assert np.corrcoef(exact.ravel(), stored.ravel())[0, 1] > 0.999


def test_a_folder_brings_back_what_was_learned(tmp_path):
    learned = learned_taste(weights={"taste": 0.8, "alike": 0.5})
    learned.save(tmp_path / "new" / "folder")
    again = Taste.load(tmp_path / "new" / "folder")
    assert again.taste.to_bytes() == learned.taste.to_bytes()
    assert again.alike.to_bytes() == learned.alike.to_bytes()
    assert (again.ids, again.weights, again.counts) == (learned.ids, learned.weights, learned.counts)
    assert again.purchases.tolist() == learned.purchases.tolist()


@pytest.mark.parametrize(
    "change", [{"schema": 2}, {"ids": ["p00"]}, {"weights": {"taste": -1}}, {"purchases": "many"}, {"counts": None}]
)
def test_a_damaged_folder_is_refused(tmp_path, change):
    folder = learned_taste().save(tmp_path)
    described = json.loads((folder / "taste.json").read_text())
    (folder / "taste.json").write_text(json.dumps({**described, **change}))
    with pytest.raises(DataError, match=r"taste\.json"):
        Taste.load(folder)


def test_a_missing_or_cut_table_is_refused(tmp_path):
    folder = learned_taste().save(tmp_path)
    content = (folder / "taste.bin").read_bytes()
    (folder / "taste.bin").write_bytes(content[:-1])
    with pytest.raises(BundleError, match=r"taste\.bin"):
        Taste.load(folder)
    (folder / "taste.bin").unlink()
    with pytest.raises(DataError, match="taste learn"):
        Taste.load(folder)


def test_another_order_of_the_catalogue_changes_no_taste():
    learned = learned_taste()
    ids = ["stranger", *reversed(learned.ids[2:])]
    moved = learned.for_catalogue(ids)
    history = [Bought("p03", 5), Bought("p04", 2)]
    for name in ("taste", "alike"):
        before = tastes(getattr(learned, name), learned.ids, history)
        after = tastes(getattr(moved, name), ids, history)
        assert after[0] == 0
        assert after[1:].tolist() == before[2:][::-1].tolist()
    assert moved.purchases[1:].tolist() == learned.purchases[2:][::-1].tolist()
    with pytest.raises(DataError, match="stranger"):
        learned.for_catalogue(["stranger"])


def test_variants_share_what_is_learned_even_where_the_head_is_gone():
    heads = np.arange(PRODUCTS)
    heads[17] = 2  # p17 is p02 in another size
    purchases = invented(without=(17,))
    learned = learn_taste(purchases, CATALOGUE, heads)
    assert learned.purchases[17] == learned.purchases[2]
    history = [Bought("p05", 5)]
    whole = tastes(learned.taste, learned.ids, history)
    assert whole[17] == whole[2] > 0
    ids = [product_id for product_id in learned.ids if product_id != "p02"]
    alone = learned.for_catalogue(ids)
    assert tastes(alone.taste, ids, history)[ids.index("p17")] == whole[2]
    said = [tastes(t.taste, i, [Bought("p17", 5)])[i.index("p05")] for t, i in ((learned, learned.ids), (alone, ids))]
    assert said[0] == said[1] != 0


def test_files_of_a_bundle_can_be_read_back():
    learned = learned_taste()
    ids = [*learned.ids[::2], "stranger"]
    files = bundle_tables(learned, ids)
    assert sorted(files) == ["alike.bin", "popularity.json", "taste.bin"]
    assert Neighbours.from_bytes(files["taste.bin"], len(ids)).products == len(ids)
    popularity = Popularity.from_dict(json.loads(files["popularity.json"]), len(ids))
    assert popularity.purchases[-1] == 0
    assert popularity.values.max() == 10_000


def test_smaller_tables_are_smaller():
    large, small = (learned_taste(options=TasteOptions(neighbours=n, alike_neighbours=n)) for n in (200, 2))
    assert len(small.taste.targets) <= 2 * 15 < len(large.taste.targets)


def test_purchases_of_another_catalogue_are_refused():
    with pytest.raises(ValueError, match="18 products"):
        learn_taste(invented(), CATALOGUE[:3])


# --- the weights of the terms -----------------------------------------------------------------------------------------


def test_weights_follow_what_tells_and_none_falls_below_zero():
    rng = np.random.default_rng(3)
    values = rng.standard_normal((200, 12, 3))
    wanted = np.zeros((200, 12), bool)
    wanted[np.arange(200), (3 * values[..., 0] - 2 * values[..., 2]).argmax(axis=1)] = True
    found = fit(values, np.ones_like(wanted), wanted, WeighingOptions(epochs=15))
    assert found[0] > 1
    assert abs(found[1]) < 0.3 * found[0]
    assert found[2] == 0


def test_the_loss_is_one_less_ndcg_where_scores_lie_far_apart():
    rng = np.random.default_rng(5)
    order = np.argsort(rng.random((20, 9)), axis=1)
    logits = np.empty((20, 9))
    np.put_along_axis(logits, order, -100.0 * np.arange(9), axis=1)
    wanted = rng.random((20, 9)) < 0.3
    wanted[:, 4] = True
    found = np.asarray(smooth_ndcg_loss(wanted.astype(np.float32), logits.astype(np.float32)))
    assert found == pytest.approx(1.0 - ndcg(order, wanted), abs=1e-4)


def test_what_is_not_offered_does_not_count():
    rng = np.random.default_rng(4)
    values = rng.standard_normal((200, 8, 2))
    offered = np.ones((200, 8), bool)
    offered[:, 4:] = False
    values[:, 4:, 0] += 10  # what is owned is always much to one's taste
    wanted = np.zeros_like(offered)
    wanted[np.arange(200), values[:, :4, 0].argmax(axis=1)] = True
    found = fit(values, offered, wanted, WeighingOptions(epochs=15))
    assert found[0] > 1 > found[1]


def test_learned_weights_of_invented_purchases():
    options = WeighingOptions(epochs=3, new_share=0.2)
    weights = learn_weights(invented(), CATALOGUE, options=options)
    assert list(weights) == list(TERMS)
    assert weights["taste"] == 0.8
    assert weights["alike"] > 0 <= weights["popularity"]
    assert learn_weights(invented(), CATALOGUE, options=options) == weights


def test_too_little_to_keep_anything_back():
    one = Purchases(np.array([0]), np.array([1]), np.array([5.0]), ("u",), PRODUCTS, {})
    with pytest.raises(ValueError, match="keep back"):
        learn_weights(one, CATALOGUE)


# --- invented people ------------------------------------------------------------------------------------------------


def test_invented_people_have_a_taste_that_can_be_learned():
    shop = [
        Product(
            f"s{row}", BRANDS[row % 3], {"en": f"Glow {row}"}, "serum", 10.0, "USD", "30 ml", (),
            {"skin_type": (("oily", "dry")[row % 2],)}, {"en": ""},
        )
        for row in range(30)
    ]  # fmt: skip
    purchases = invent_purchases(shop)
    again = invent_purchases(shop)
    assert (purchases.user.tolist(), purchases.product.tolist()) == (again.user.tolist(), again.product.tolist())
    assert len(set(zip(purchases.user.tolist(), purchases.product.tolist(), strict=True))) == len(purchases)
    assert "synthetic purchases" in purchases.counts
    new = [9, 19, 29]
    assert not purchases.bought()[new].any()
    learned = learn_taste(purchases, [Described(p.product_id, p.brand.lower()) for p in shop])
    loved = tastes(learned.taste, learned.ids, [Bought("s0", 5), Bought("s3", 5)])
    same, others = ([r for r in range(30) if (r % 3 == 0) == own and r not in (0, 3, *new)] for own in (True, False))
    assert loved[same].mean() > loved[others].mean()
    with pytest.raises(ValueError, match="at least"):
        invent_purchases(shop[:5])


# --- files ------------------------------------------------------------------------------------------------------------


def write(path, rows):
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_purchases_are_merged_by_user_and_head(tmp_path):
    ids = ["a", "b", "b-mini", "c"]
    variants = write(tmp_path / "v.csv", ["product_id,same_as", "b-mini,b", "b,b", "zz,b"])
    heads = read_variants(variants, ids)
    assert heads.tolist() == [0, 1, 1, 3]
    file = write(
        tmp_path / "p.csv",
        ["who,what,stars", "u,a,5", "u,b,5", "u,b-mini,2", "u,gone,1", "w,b-mini,", "w,c,3", ",c,3"],
    )
    row_of = {product_id: row for row, product_id in enumerate(ids)}
    found = load_purchases(file, row_of, heads, "user=who,product=what,rating=stars")
    assert list(zip(found.user.tolist(), found.product.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1), (1, 3)]
    assert found.rating[:2].tolist() == [5, 3.5]
    assert np.isnan(found.rating[2])
    assert found.bought().tolist() == [1, 2, 0, 1]
    assert found.counts == {
        "rows": 7, "purchases": 4, "users": 2,
        "of unknown products": 1, "of a product the user already has": 1, "no user": 1,
    }  # fmt: skip


def test_a_head_that_the_catalogue_lacks_is_stood_in_for(tmp_path):
    variants = write(tmp_path / "v.csv", ["product_id,same_as", "mini,gone", "jumbo,gone"])
    assert read_variants(variants, ["a", "jumbo", "mini"]).tolist() == [0, 1, 1]
    assert read_variants(None, ["a", "b"]).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (["product,same_as", "a,b"], "product_id"),
        (["product_id,same_as", "a,b", "a,c"], "once"),
        (["product_id,same_as", "a,"], "once"),
        (["product_id,same_as", "a,b", "b,c"], "directly"),
    ],
)
def test_variants_that_make_no_sense_are_refused(tmp_path, rows, word):
    with pytest.raises(DataError, match=word):
        read_variants(write(tmp_path / "v.csv", rows), ["a", "b", "c"])


@pytest.mark.parametrize(
    ("row", "word"), [("u,a,9", "1 to 5"), ("u,a,good", "1 to 5"), ("u,gone,5", "of the catalogue")]
)
def test_purchases_that_cannot_be_used_are_refused(tmp_path, row, word):
    file = write(tmp_path / "p.csv", ["user,product,rating", row])
    with pytest.raises(DataError, match=word):
        load_purchases(file, {"a": 0}, np.arange(1))


def test_the_command_learns_from_two_files(tmp_path, capsys):
    purchases = invented(users=90)
    stars = purchases.rating.astype(int).tolist()
    pairs = zip(purchases.user.tolist(), purchases.product.tolist(), stars, strict=True)
    bought = write(tmp_path / "bought.csv", ["user,product,rating", *(f"u{u},p{p:02},{s}" for u, p, s in pairs)])
    rows = [
        f'p{i:02},Glow {i},{BRANDS[i % 3]},{10 + i},"Aqua, Glycerin",Care|Face,kind {i % 3}' for i in range(PRODUCTS)
    ]
    catalogue = write(tmp_path / "shop.csv", ["product_id,name,brand,price,ingredients,shelf,claims", *rows])
    command = ["taste", "learn", str(bought), str(catalogue), "--attributes", "claims", "--categories", "shelf"]
    assert main([*command, "--keep-weights", "--json", "--out", str(tmp_path / "taste")]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["counts"]["purchases"] == len(purchases)
    learned = Taste.load(tmp_path / "taste")
    assert len((tmp_path / "taste" / "taste.bin").read_bytes()) == said["bytes"]["taste"]
    loved = tastes(learned.taste, learned.ids, [Bought("p00", 5)])
    assert loved[3] > loved[4]
    assert main([*command, "--neighbours", "0", "--out", str(tmp_path / "no")]) == 2
    assert "neighbours=0" in capsys.readouterr().err
    assert main([*command[:4], "--attributes", "nothing", "--out", str(tmp_path / "no")]) == 2
    assert "nothing" in capsys.readouterr().err
