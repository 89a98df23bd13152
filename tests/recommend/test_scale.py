"""Large catalogues: whatever is not summed could not have been offered, and what stands on disk is what was in JSON."""

import importlib.util
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makeup_ai.content.phrases import PACKAGED as PHRASES
from makeup_ai.errors import BundleError
from makeup_ai.export import columns as made
from makeup_ai.export.columns import columns_of, to_columns
from makeup_ai.recommend import rank
from makeup_ai.recommend.bits import Bits
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.scale import candidates, index
from makeup_ai.recommend.scale.columns import FOLDER, Columns, write_columns
from makeup_ai.recommend.scale.dot import exact_dot, near_dot
from makeup_ai.recommend.scale.index import FILE, VectorIndex, write_index
from makeup_ai.recommend.scale.shelves import Shelves, by_shelf
from makeup_ai.recommend.scale.sums import Sums
from makeup_ai.recommend.settings import packaged
from makeup_ai.recommend.tables import FILES, Tables

PRODUCTS, DIM = 3000, 16
NEEDS = ("skin_type:oily", "concern:oiliness", "ingredient:niacinamide", "finish:matte", "skin_type:dry")
MASKS = ("avoid:fragrance", "avoid:niacinamide", "avoid:glycerin", "condition:pregnancy")
with_usearch = pytest.mark.skipif(importlib.util.find_spec("usearch") is None, reason="USearch is not installed")


@cache
def source(ordered=True):
    """A synthetic catalogue of copies of the tiny one's products, with needs, prices and vectors of their own."""
    dicts = json.loads((Path(__file__).parent / "tiny.json").read_text("utf-8"))
    del dicts["knowledge"]
    rng, tiny = np.random.default_rng(5), dicts["catalogue"]["products"]
    dicts["catalogue"]["products"] = [
        {
            **tiny[row % len(tiny)],
            "product_id": f"p-{rng.integers(10**9)}-{row}",
            "price": float(rng.integers(2, 90)),
            "in_stock": bool(rng.random() > 0.05),
            "min_age": 18 if rng.random() < 0.02 else None,
            "locales": ["US", "CN"] if rng.random() < 0.1 else [],
        }
        for row in range(PRODUCTS)
    ]
    count, paths = len(dicts["needs"]["needs"]), len(dicts["needs"]["paths"])
    dicts["needs"]["cells"] = [
        [need, row, int(rng.integers(-4, 11)) * 1000, int(rng.integers(paths))]
        for need in range(count)
        for row in sorted(rng.choice(PRODUCTS, 1200, replace=False).tolist())
    ]
    dicts["masks"]["masks"] = {
        need: {str(row): ["ingredient:parfum", "Parfum"] for row in rng.choice(PRODUCTS, 400, replace=False).tolist()}
        for need in dicts["masks"]["masks"]
    }
    if ordered:
        dicts["catalogue"]["products"].sort(key=lambda one: (one["category"], one["price"]))
    dicts["shades"]["shades"] = [
        {**shade, "row": row}
        for shade in dicts["shades"]["shades"]
        for row, one in enumerate(dicts["catalogue"]["products"])
        if one["name"] == tiny[shade["row"]]["name"]
    ]
    vectors = rng.normal(size=(PRODUCTS, DIM)) + 2 * rng.normal(size=(7, DIM))[rng.integers(0, 7, PRODUCTS)]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    dicts["embeddings"] = np.rint(vectors * 127).astype(np.int8)
    return {**dicts, "ranking": packaged(), "phrases": json.loads(PHRASES.read_text("utf-8"))}


@cache
def small():
    return Tables.from_dicts(**source())


def write(folder):
    for name in FILES:
        (folder / f"{name}.json").write_text(json.dumps(source()[name]), "utf-8")
    source()["embeddings"].tofile(folder / "embeddings.bin")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    whole = tmp_path_factory.mktemp("tables")
    write(whole)
    to_columns(whole, Tables.load(whole))
    if importlib.util.find_spec("usearch") is not None:
        write_index(whole / FILE, source()["embeddings"])
    return whole


@pytest.fixture(scope="module")
def large(folder):
    return Tables.load(folder)


@pytest.fixture
def few(monkeypatch):
    """Limits at which a catalogue of the tests is large."""
    monkeypatch.setattr(rank, "LARGE", 1)
    monkeypatch.setattr(candidates, "SCANNED", 50)
    monkeypatch.setattr(candidates, "GATHERED", 600)
    monkeypatch.setattr(candidates, "ALONE", 2048)
    monkeypatch.setattr(candidates, "SHARE", 1)
    monkeypatch.setattr(candidates, "PROBED", 80)
    monkeypatch.setattr(candidates, "FIRST", 40)
    monkeypatch.setattr(candidates, "SAMPLE", 800)


drawn_needs = st.builds(
    Needs,
    needs=st.lists(st.sampled_from(NEEDS), unique=True).map(tuple),
    masks=st.lists(st.sampled_from(MASKS), unique=True).map(tuple),
    filters=st.sampled_from([{}, {}, {"category": ("serum",)}, {"category": ("nothing",)}]),
    budget=st.none() | st.floats(1, 100),
    tone=st.none() | st.tuples(st.floats(20, 95), st.floats(0, 30), st.floats(0, 40)),
    age=st.none() | st.integers(10, 60),
    locale=st.sampled_from([None, "US", "FR"]),
)


def unit(seed):
    vector = np.random.default_rng(seed).normal(size=DIM)
    return tuple(vector / np.linalg.norm(vector))


def whole(needs, seed, language="en", top=None):
    """Rank the same products from JSON, summing all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rank, "LARGE", 10**9)
        return recommend(small(), needs, () if seed is None else unit(seed), language, top)


def same(one, other):
    assert one.recommendations == other.recommendations
    assert (one.considered, one.spread) == (other.considered, other.spread)
    assert one.masked.counts() == other.masked.counts()


@settings(max_examples=60, deadline=None)
@given(drawn_needs, st.none() | st.integers(0, 99))
def test_columns_offer_what_json_offers(large, needs, seed):
    embedding = () if seed is None else unit(seed)
    same(recommend(large, needs, embedding), recommend(small(), needs, embedding))


@with_usearch
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn_needs, st.none() | st.integers(0, 99), st.sampled_from(["en", "zh"]), st.integers(1, 30))
def test_fewer_sums_offer_the_same_with_the_same_words(large, few, needs, seed, language, top):
    exact = whole(needs, seed, language, top)
    found = recommend(large, needs, () if seed is None else unit(seed), language, top)
    same(found, exact)
    np.testing.assert_array_equal(found.order, exact.order)
    np.testing.assert_array_equal(found.scores, exact.scores)


def test_without_an_index_everything_kept_is_summed(large, few, folder):
    columns = Tables.from_dicts(**source(), columns=Columns.open(folder / FOLDER))
    assert columns.index is None
    for seed in range(5):
        needs = Needs(needs=NEEDS[seed : seed + 2], budget=60.0)
        same(recommend(columns, needs, unit(seed)), whole(needs, seed))


@with_usearch
def test_bounds_rule_most_products_out(large, few, monkeypatch):
    summed = []
    likeness = Sums.likeness
    monkeypatch.setattr(Sums, "likeness", lambda self, rows: summed.append(len(rows)) or likeness(self, rows))
    recommend(large, Needs(needs=("skin_type:oily", "concern:oiliness"), masks=MASKS[:1]), unit(1))
    assert 0 < sum(summed) < PRODUCTS / 3


@with_usearch
def test_explains_any_product_of_a_large_catalogue(large, few):
    needs = Needs(needs=NEEDS[:2], masks=("avoid:fragrance",), budget=50.0)
    found, exact = recommend(large, needs, unit(3)), whole(needs, 3)
    products = [small().products[row].product_id for row in range(0, PRODUCTS, 211)]
    for product_id in [*products, found.recommendations[0].product_id]:
        assert found.explain(product_id) == exact.explain(product_id)
    with pytest.raises(ValueError, match="catalogue"):
        found.explain("nobody")
    with pytest.raises(AttributeError, match="no_such_field"):
        _ = found.no_such_field


def test_columns_read_what_json_reads(large):
    tables = small()
    assert list(large.products) == list(tables.products)
    assert dict(large.row_of) == tables.row_of
    np.testing.assert_array_equal(large.id_order, tables.id_order)
    assert {need: dict(held) for need, held in large.masks.items()} == tables.masks
    assert [large.ingredients_of[row] for row in range(60)] == list(tables.ingredients_of[:60])
    assert (large.youngest, large.sold_in) == (tables.youngest, tables.sold_in)
    assert {k: v.tolist() for k, v in large.inci.items()} == {k: v.tolist() for k, v in tables.inci.items()}
    for slot in ("category", "brand"):
        assert {k: v.tolist() for k, v in large.offering(slot).items()} == {
            k: v.tolist() for k, v in tables.offering(slot).items()
        }
    with pytest.raises(KeyError):
        large.row_of["p-"]
    with pytest.raises(IndexError):
        large.products[PRODUCTS]


IDS = ["a", "Ā", "aĀ", "b", "日本", "😀", "a b"]


def test_ids_are_found_and_ordered_as_javascript_orders_them(tmp_path, dicts):
    dicts["catalogue"]["products"] = [{**dicts["catalogue"]["products"][0], "product_id": one} for one in IDS]
    dicts["needs"]["cells"], dicts["masks"]["masks"], dicts["shades"]["shades"] = [], {}, []
    dicts["embeddings"] = np.zeros((len(IDS), 2), np.int8)
    tables = Tables.from_dicts(**dicts)
    names, arrays = columns_of(tables)
    write_columns(tmp_path, names, arrays, (json.dumps({**p}) for p in dicts["catalogue"]["products"]))
    columns = Tables.from_dicts(**dicts, columns=Columns.open(tmp_path))
    assert dict(columns.row_of) == {one: row for row, one in enumerate(IDS)}
    np.testing.assert_array_equal(columns.id_order, tables.id_order)
    assert "a\0" not in columns.row_of
    with pytest.raises(ValueError, match="null"):
        write_columns(tmp_path, names, arrays, ['{"product_id": "a\\u0000"}'])


@pytest.mark.parametrize("name", ["prices.npy", "need_rows.npy", "products.jsonl", "names.json", "ids.npy"])
def test_columns_cut_short_are_refused(folder, tmp_path, name):
    for path in (folder / FOLDER).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes()[: -40 if path.name == name else None])
    with pytest.raises(BundleError, match=r"columns"):
        Columns.open(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(BundleError, match=r"columns"):
        Columns.open(tmp_path)


@with_usearch
def test_index_cut_short_or_of_others_is_refused(folder, tmp_path):
    whole, path, vectors = (folder / FILE).read_bytes(), tmp_path / FILE, source()["embeddings"]
    assert VectorIndex.open(folder / FILE, vectors).products == PRODUCTS
    for broken in (whole[:-1], whole[: len(whole) // 2], b"", whole[1:], whole + b"\0"):
        path.write_bytes(broken)
        with pytest.raises(BundleError, match=FILE):
            VectorIndex.open(path, vectors)
    other = vectors.copy()
    other[7, 3] ^= 1
    with pytest.raises(BundleError, match="of this catalogue"):
        VectorIndex.open(folder / FILE, other)
    with pytest.raises(BundleError, match="of this catalogue"):
        VectorIndex.open(folder / FILE, vectors[:-1])


@with_usearch
def test_index_finds_the_nearest(folder):
    vectors = source()["embeddings"]
    opened = VectorIndex.open(folder / FILE, vectors)
    for seed in range(5):
        cosines = vectors.astype(float) @ np.array(unit(seed))
        found = opened.nearest(unit(seed), 20, 256)
        assert np.mean(cosines[found] >= np.sort(cosines)[-20] - 1) > 0.9
    assert opened.nearest((0.0,) * DIM, 20, 64).size == 0


def test_index_is_left_alone_without_usearch(folder, monkeypatch, tmp_path):
    if not (folder / FILE).is_file():
        pytest.skip("USearch is not installed")
    monkeypatch.setattr(index.importlib.util, "find_spec", lambda name: None)
    assert VectorIndex.open(folder / FILE, source()["embeddings"]) is None
    with pytest.raises(ModuleNotFoundError, match="scale"):
        write_index(tmp_path / FILE, source()["embeddings"])


@with_usearch
def test_bundle_of_many_products_holds_columns_and_an_index(tmp_path, monkeypatch):
    write(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    made.prepare_for_many(tmp_path, PRODUCTS, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == before, "few are left as they are"
    made.prepare_for_many(tmp_path, PRODUCTS, True)
    assert Tables.load(tmp_path).index.products == PRODUCTS
    assert not (tmp_path / FOLDER).exists()
    (tmp_path / FILE).unlink()
    monkeypatch.setattr(made, "MANY", 100)
    made.prepare_for_many(tmp_path, PRODUCTS, None)
    assert json.loads((tmp_path / "catalogue.json").read_text("utf-8")) == {"schema": 2, "stored": FOLDER}
    same(recommend(Tables.load(tmp_path), Needs(needs=NEEDS[:1]), unit(1)), whole(Needs(needs=NEEDS[:1]), 1))
    # Of files that a bundle does not list, none is read.
    listed = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")} - {FILE}
    assert Tables.load(tmp_path, listed).index is None


@given(st.integers(0, 200), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_products_of_whole_numbers_are_exact(rows, dim, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.integers(-127, 128, (rows, dim)).astype(np.int8)
    query = rng.integers(-(2**24), 2**24, dim)
    expected = vectors.astype(np.int64) @ query
    assert exact_dot(vectors, query.astype(np.float64)).astype(np.int64).tolist() == expected.tolist()


@given(st.integers(0, 200), st.integers(1, 40), st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3))
def test_near_products_are_wrong_by_no_more_than_they_say(rows, dim, seed, size):
    rng = np.random.default_rng(seed)
    vectors, query = rng.integers(-127, 128, (300, dim)).astype(np.int8), (size * rng.normal(size=dim)).astype("f4")
    chosen = rng.integers(0, 300, rows)
    error = (dim + 8) * 2**-23 * np.linalg.norm(vectors[chosen].astype(float), axis=1) * np.linalg.norm(query)
    exact = vectors[chosen].astype(float) @ query.astype(float)
    assert np.all(np.abs(near_dot(vectors, chosen, query) - exact) <= error)


@settings(max_examples=60, deadline=None)
@given(drawn_needs, st.integers(0, 99), st.floats(0.1, 10))
def test_no_likeness_is_above_its_ceiling(large, needs, seed, size):
    sums, rows = Sums(large, needs, tuple(size * x for x in unit(seed))), np.arange(PRODUCTS)
    exact, most = sums.likeness(rows), sums.likeness_most(rows)
    assert np.all(exact <= most)
    assert np.all((most <= exact + 3) | (exact == 0)), "and not far above either"
    assert exact.max() <= sums.ceiling
    np.testing.assert_array_equal(sums.base(rows) + exact, sums.at(rows))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), min_size=1, max_size=40), st.floats(-1, 10))
def test_shelves_know_what_is_dearer(drawn, budget):
    kinds, prices = (np.array(one) for one in zip(*sorted(drawn), strict=True))
    categories = {kind: np.flatnonzero(kinds == kind) for kind in sorted(set(kinds.tolist()), reverse=True)}
    shelves = Shelves.find(categories, prices.astype(float))
    assert shelves.dearer(budget).flags.tolist() == (prices > budget).tolist()
    turned = [(kind, price) for kind, price in drawn]
    kinds, prices = (np.array(one) for one in zip(*turned, strict=True))
    categories = {kind: np.flatnonzero(kinds == kind) for kind in set(kinds.tolist())}
    ordered = [kind for i, kind in enumerate(kinds) if i == 0 or kind != kinds[i - 1]]
    dear = any(a > b for k in categories.values() for a, b in zip(prices[k], prices[k][1:], strict=False))
    assert (Shelves.find(categories, prices.astype(float)) is None) == (dear or len(ordered) > len(categories))


def test_large_catalogues_are_ordered_by_shelf():
    products = Tables.from_dicts(**source(ordered=False)).products
    tables = [Tables.from_dicts(**source(ordered)) for ordered in (False, True)]
    assert tables[0]._shelves is None
    assert tables[1]._shelves is not None
    assert [(p.category, p.price) for p in by_shelf(products)] == [(p.category, p.price) for p in tables[1].products]
    for budget in (0.0, 1.0, 30.0, 30.5, 1e9):
        for one in tables:
            assert one.dearer(budget).rows.tolist() == np.flatnonzero(one.prices > budget).tolist()


@given(st.integers(1, 60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
def test_runs_are_sets(size, runs):
    runs = [(a, min(b, size)) for a, b in runs]
    expected = [any(a <= row < b for a, b in runs) for row in range(size)]
    assert Bits.of_runs(runs, size).flags.tolist() == expected
    assert len(Bits.of_runs(runs, size)) == sum(expected)


@given(st.lists(st.lists(st.booleans(), min_size=19, max_size=19), min_size=1, max_size=4))
def test_bits_are_sets(flags):
    sets = [Bits.where(np.array(one)) for one in flags]
    together = Bits.union(sets, 19)
    expected = {row for one in flags for row, flag in enumerate(one) if flag}
    assert set(together.rows.tolist()) == expected
    assert len(together) == len(expected)
    assert set((~together).rows.tolist()) == set(range(19)) - expected
    assert [row in together for row in range(19)] == together.flags.tolist() == together.has(np.arange(19)).tolist()
    assert bool(together) == bool(expected)
    assert set((together & ~sets[0]).rows.tolist()) == expected - set(sets[0].rows.tolist())
    assert Bits.of(np.array(sorted(expected), np.int64), 19).packed.tolist() == together.packed.tolist()
