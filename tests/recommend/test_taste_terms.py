"""Taste on the device: sums worked by hand, what must hold in any order, and every damaged file refused."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.errors import BundleError
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.neighbours import HEADER, Neighbours, from_dense
from makeup_ai.recommend.popular import Popularity
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.reasons import reason
from makeup_ai.recommend.tables import FILES, Tables
from makeup_ai.schema import Bought

VOTES = (100, -50, -25, 50, 100, 100)
IDS = ("c-serum", "a-serum", "b-serum", "d-base", "e-lip", "f-serum")  # rows 0 to 5; the last may be called otherwise


def neighbours(entries, heads=range(6), scale=0.01):
    dense = np.zeros((6, 6))
    for (source, target), weight in entries.items():
        dense[source, target] = weight * scale
    return from_dense(dense, np.array(list(heads)), scale, VOTES)


TASTE = {(0, 1): 40, (0, 2): -20, (1, 0): 10, (1, 2): 30, (3, 2): 50}


@pytest.fixture
def ids(dicts):
    return [product["product_id"] for product in dicts["catalogue"]["products"]]


@pytest.fixture
def with_taste(dicts):
    return Tables.from_dicts(**dicts, taste=neighbours(TASTE).to_bytes())


def value_of(tables, history, row, term="taste"):
    ranking = recommend(tables, Needs(history=tuple(history)))
    return sum(int(s.values[row]) for s in ranking.summands if s.name == term)


def test_sum_worked_by_hand(with_taste, ids):
    weight = with_taste.settings.weights["taste"]
    history = [Bought(ids[0], 5), Bought(ids[3])]
    # row 2: (-20 + 50) * 0.01 / sqrt(2)
    assert value_of(with_taste, history, 2) == int(np.floor(weight * 0.30 / np.sqrt(2) * 10_000 + 0.5))
    assert value_of(with_taste, history, 1) == int(np.floor(weight * 0.40 / np.sqrt(2) * 10_000 + 0.5))
    assert value_of(with_taste, history, 4) == 0


def test_a_low_rating_counts_against_what_a_high_one_speaks_for(with_taste, ids):
    loved, hated = (value_of(with_taste, [Bought(ids[0], stars)], 1) for stars in (5, 1))
    assert loved > 0 > hated
    assert hated == -loved // 2
    assert value_of(with_taste, [Bought(ids[0], 2)], 1) == -loved // 4


def test_ratings_between_stars_are_rounded_halves_upwards(with_taste):
    assert [with_taste.taste.vote(rating) for rating in (None, 1, 1.49, 2.5, 3.49, 3.5, 5)] == [
        100, -50, -50, 50, 50, 100, 100,
    ]  # fmt: skip


def test_evidence_names_the_purchases_and_their_shares(with_taste, ids):
    history = [Bought(ids[1], 5), Bought(ids[3], 5), Bought("gone"), Bought("gone too", 1)]
    ranking = recommend(with_taste, Needs(history=tuple(history)))
    term = next(t for t in ranking.explain(ids[2]).recommendation.terms if t.name == "taste")
    assert term.evidence["kind"] == "taste"
    assert term.evidence["because"] == ((ids[3], 0.625), (ids[1], 0.375))  # 50 and 30 of 80
    assert term.evidence["unknown"] == 2
    names = [with_taste.product_name(row, "en") for row in (3, 1)]
    for language in ("en", "zh"):
        said = reason(with_taste, with_taste.products[2], term, language)
        assert all(with_taste.product_name(row, language) in said for row in (3, 1)), said
    assert names[0] in reason(with_taste, with_taste.products[2], term, "en")


def test_what_speaks_against_is_worded_as_that(with_taste, ids):
    ranking = recommend(with_taste, Needs(history=(Bought(ids[0], 5),)))
    term = next(t for t in ranking.explain(ids[2]).recommendation.terms if t.name == "taste")
    assert term.value < 0
    assert term.evidence["kind"] == "taste_against"
    assert term.evidence["because"] == ((ids[0], 1.0),)
    assert "against" in reason(with_taste, with_taste.products[2], term, "en")


def test_unknown_products_change_nothing(with_taste, ids):
    known = [Bought(ids[0], 5), Bought(ids[3], 4)]
    alone, beside = (value_of(with_taste, h, 2) for h in (known, [*known, Bought("gone", 1)]))
    assert alone == beside != 0
    assert not [s for s in recommend(with_taste, Needs(history=(Bought("gone"),))).summands if s.name == "taste"]


def test_variants_share_a_row_and_count_once(dicts, ids):
    heads = (0, 1, 2, 3, 3, 5)  # e-lip is d-base in another size
    tables = Tables.from_dicts(**dicts, taste=neighbours({(3, 2): 50, (2, 3): 20}, heads).to_bytes())
    one = value_of(tables, [Bought(ids[3], 5)], 2)
    assert one > 0
    assert value_of(tables, [Bought(ids[4], 5)], 2) == one
    assert value_of(tables, [Bought(ids[3], 5), Bought(ids[4], 5)], 2) == one
    assert value_of(tables, [Bought(ids[3], 5), Bought(ids[4], 1)], 2) < one
    assert value_of(tables, [Bought(ids[2])], 4) == value_of(tables, [Bought(ids[2])], 3) > 0


@given(st.permutations(range(6)), st.lists(st.sampled_from([None, 1, 2.5, 4, 5]), min_size=6, max_size=6), st.data())
def test_the_order_of_a_history_changes_nothing(order, stars, data):
    entries = data.draw(st.dictionaries(st.tuples(*[st.integers(0, 5)] * 2), st.integers(-127, 127), max_size=36))
    table = neighbours({key: value for key, value in entries.items() if key[0] != key[1]})
    row_of = {id_: row for row, id_ in enumerate(IDS)}
    history = [Bought(id_, rating) for id_, rating in zip(IDS, stars, strict=True)]
    first, second = (table.hear(h, row_of) for h in (history, [history[i] for i in order]))
    assert np.array_equal(table.totals(first), table.totals(second))
    for row in range(6):
        assert table.because(first, row, 3) == table.because(second, row, 3)
        assert table.parts(first, row).sum() == table.totals(first)[row]  # what is shown adds up to what is scored


def test_tastes_never_leave_one(with_taste):
    table = neighbours({(0, 1): 127, (2, 1): 127}, scale=0.5)
    heard = table.hear([Bought(IDS[0]), Bought(IDS[2])], {id_: row for row, id_ in enumerate(IDS)})
    assert table.tastes(heard)[1] == 1.0


def test_alike_and_popularity_are_terms_of_their_own(dicts, ids):
    popularity = Popularity.of([0, 1, 3, 0, 0, 0])
    tables = Tables.from_dicts(
        **dicts,
        taste=neighbours(TASTE).to_bytes(),
        alike=neighbours({(0, 5): 60}).to_bytes(),
        popularity=popularity.to_dict(),
    )
    history = (Bought(ids[0], 5),)
    ranking = recommend(tables, Needs(history=history))
    names = {t.name for t in ranking.explain(ids[5]).recommendation.terms}
    assert names == {"alike"}
    often = next(t for t in ranking.explain(ids[2]).recommendation.terms if t.name == "popularity")
    assert often.evidence == {"kind": "popularity", "purchases": 3}
    assert often.value == tables.settings.weights["popularity"]
    assert "3" in reason(tables, tables.products[2], often, "zh")
    for explained in map(ranking.explain, ids):
        found = explained.recommendation
        assert round(sum(t.value for t in found.terms) * 10_000) == round(found.score * 10_000)


def test_without_the_tables_a_history_changes_nothing(tables, ids):
    plain, bought = (recommend(tables, Needs(history=h)) for h in ((), (Bought(ids[0], 5),)))
    assert [r.score for r in plain.recommendations] == [r.score for r in bought.recommendations]
    assert tables.taste is tables.alike is tables.popularity is None


def test_load_reads_the_files_that_are_there_and_vouched_for(dicts, tmp_path):
    for name in FILES:
        (tmp_path / f"{name}.json").write_text(json.dumps(dicts[name]), "utf-8")
    (tmp_path / "embeddings.bin").write_bytes(dicts["embeddings"].tobytes())
    (tmp_path / "taste.bin").write_bytes(neighbours(TASTE).to_bytes())
    assert Tables.load(tmp_path).taste is not None
    assert Tables.load(tmp_path, listed=[]).taste is None
    with pytest.raises(BundleError, match="popularity"):
        Tables.load(tmp_path, listed=["taste.bin", "popularity.json"])


def test_a_table_without_a_weight_is_refused(dicts):
    del dicts["ranking"]["weights"]["taste"]
    Tables.from_dicts(**dicts)
    with pytest.raises(BundleError, match="taste"):
        Tables.from_dicts(**dicts, taste=neighbours(TASTE).to_bytes())


@given(
    st.dictionaries(st.tuples(*[st.integers(0, 5)] * 2), st.integers(-127, 127), max_size=36),
    st.sampled_from([(0, 1, 2, 3, 4, 5), (0, 0, 2, 3, 3, 5)]),
)
def test_bytes_bring_back_the_table(entries, heads):
    table = neighbours(entries, heads)
    again = Neighbours.from_bytes(table.to_bytes(), 6)
    assert again.to_bytes() == table.to_bytes()
    assert (again.scale, again.votes) == (table.scale, table.votes)
    expected = {k for k, v in entries.items() if v and heads[k[0]] == k[0] and heads[k[1]] == k[1]}
    sources = np.repeat(range(6), np.diff(again.offsets))
    assert set(zip(sources.tolist(), again.targets.tolist(), strict=True)) == expected


CONTENT = neighbours(TASTE).to_bytes()
HEADS, OFFSETS, TARGETS = HEADER.size, HEADER.size + 24, HEADER.size + 24 + 28


def patched(at, kind, value):
    changed = bytearray(CONTENT)
    struct.pack_into(kind, changed, at, value)
    return bytes(changed)


DAMAGED = {
    "empty": b"",
    "no magic": b"XXXX" + CONTENT[4:],
    "another version": patched(4, "<H", 2),
    "targets of three bytes": patched(6, "<H", 3),
    "more products": patched(8, "<I", 7),
    "more entries": patched(12, "<I", 6),
    "no scale": patched(16, "<d", 0.0),
    "scale below zero": patched(16, "<d", -1.0),
    "scale without end": patched(16, "<d", float("inf")),
    "scale that is none": patched(16, "<d", float("nan")),
    "vote beyond one": patched(24, "<b", 101),
    "head outside": patched(HEADS, "<I", 6),
    "head of a head": patched(HEADS, "<I", 1),
    "first row not at zero": patched(OFFSETS, "<I", 1),
    "rows that go back": patched(OFFSETS + 4, "<I", 5),
    "last row not at the end": patched(OFFSETS + 24, "<I", 4),
    "target outside": patched(TARGETS, "<H", 6),
    "target twice": patched(TARGETS, "<H", 2),
    "one byte more": CONTENT + b"\0",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_files_are_refused(dicts, content):
    with pytest.raises(BundleError, match=r"alike\.bin"):
        Tables.from_dicts(**dicts, alike=content)


def test_every_shorter_file_is_refused():
    for length in range(len(CONTENT)):
        with pytest.raises(BundleError):
            Neighbours.from_bytes(CONTENT[:length], 6)


@given(st.binary(max_size=80))
def test_no_bytes_do_worse_than_an_error(tail):
    for content in (tail, CONTENT[: HEADER.size] + tail):
        try:
            Neighbours.from_bytes(content, 6)
        except BundleError:
            continue


@pytest.mark.parametrize(
    "change", [{"schema": 2}, {"purchases": [1]}, {"values": [0] * 5 + [10_001]}, {"values": [0.5] * 6}, {"values": 3}]
)
def test_damaged_popularity_is_refused(dicts, change):
    table = {**Popularity.of([0, 1, 3, 0, 0, 9]).to_dict(), **change}
    with pytest.raises(BundleError, match="popularity"):
        Tables.from_dicts(**dicts, popularity=table)


def test_popularity_of_nothing_is_nothing():
    assert Popularity.of([0, 0]).values.tolist() == [0, 0]
    assert Popularity.of([]).values.tolist() == []
