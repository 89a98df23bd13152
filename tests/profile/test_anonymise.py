"""Anonymising: k and l hold when counted by hand, nothing finer than the table gets out, and nobody goes missing."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.errors import DataError
from makeup_ai.profile.anonymise import anonymise, read_rows
from makeup_ai.profile.hierarchies import ANY, OTHER, UNTOLD, hierarchies, ita_degrees
from makeup_ai.profile.kanonymity import Coarsening, recode_alike
from makeup_ai.profile.pseudonyms import Pseudonyms

QUASI = tuple(hierarchies().quasi)


def people(count, seed=0):
    """Synthetic people."""
    rng = random.Random(seed)
    return [
        {
            "id": f"person-{i}",
            "name": f"Name {i}",
            "age": rng.choice([None, *range(16, 80)]),
            "skin_type": rng.choice(["oily", "dry", "combination", "normal", "sensitive"]),
            "budget": rng.choice([None, 8.0, 25.0, 60.0, 180.0]),
            "tone": rng.choice([None, (70.0, 10.0, 15.0), (55.0, 12.0, 18.0), (35.0, 12.0, 14.0)]),
            "locale": rng.choice(["DE", "FR", "CN", "JP", "US", "XX"]),
            "concerns": rng.sample(["acne", "redness", "dryness", "pores"], rng.randrange(3)),
            "allergies": ["walnut"],
        }
        for i in range(count)
    ]


def classes_of(release):
    return Counter(tuple(row[name] for name in QUASI) for row in release.rows)


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 12), st.integers(0, 10_000), st.integers(20, 120), st.booleans())
def test_every_row_looks_like_k_others(k, seed, count, alike):
    release = anonymise(people(count, seed), k, alike=alike)
    classes = classes_of(release)
    assert min(classes.values()) >= k
    report = release.report
    assert report["reached"]["k"] == min(classes.values()) and report["reached"]["classes"] == len(classes)
    assert report["released"] == len(release.rows) == count - report["suppressed"]
    assert report["suppressed"] <= (0.05 * count if alike else 0)


@settings(max_examples=10, deadline=None)
@given(st.floats(1.1, 2.2), st.integers(0, 10_000), st.booleans())
def test_no_concern_is_held_by_more_than_its_share_of_a_class(diversity, seed, alike):
    release = anonymise(people(200, seed), 5, diversity, alike=alike)
    classes = classes_of(release)
    held = Counter((tuple(row[name] for name in QUASI), value) for row in release.rows for value in row["concerns"])
    assert all(count * diversity <= classes[place] for (place, _), count in held.items())
    assert release.report["reached"]["l"]["concerns"] >= diversity - 1e-4


@pytest.mark.parametrize("k", [2, 5, 20])
def test_a_coarsening_for_each_class_loses_less_than_one_for_all(k):
    rows = people(400)
    apart, alike = anonymise(rows, k).report, anonymise(rows, k, alike=True).report
    assert apart["information_loss"] < alike["information_loss"]
    assert all(sum(share == 1 for share in shares) == 1 for shares in alike["levels"].values())


def test_labels_are_true():
    """Each row that is released is a coarser form of one that was given; each person stands for one row."""
    rows = [{"age": 16 + i, "locale": ("DE", "FR", "CN")[i % 3], "id": str(i)} for i in range(60)]
    release, quasi = anonymise(rows, 4, pseudonym="id", pseudonyms=Pseudonyms(bytes(32))), hierarchies().quasi
    given = {Pseudonyms(bytes(32)).of(row["id"]): row for row in rows}
    for row in release.rows:
        of = given.pop(row["pseudonym"])
        for name in ("age", "locale"):
            leaf = quasi[name].leaf_of(of[name])
            assert row[name] in {level[leaf] for level in quasi[name].levels}
    assert given == {}


def test_only_labels_of_the_table_and_common_values_get_out():
    rows = people(300)
    rows[3]["concerns"] = ["a very rare one"]
    release = anonymise(rows, 5)
    for row in release.rows:
        assert set(row) == {*QUASI, "concerns", "habits"}
        assert all(row[name] in {*hierarchies().quasi[name].levels[0], *labels(name)} for name in QUASI)
    said = json.dumps(release.rows)
    assert not any(word in said for word in ("person-", "Name", "walnut", "very rare", "55.0"))
    assert release.report["dropped"] == ["allergies", "id", "name"]
    assert release.report["rare_values_removed"] == {"concerns": 1, "habits": 0}


def labels(name):
    return {label for level in hierarchies().quasi[name].levels for label in level.values()}


def test_pseudonyms_join_within_a_salt_and_not_without():
    rows = people(50)
    first, second = (anonymise(rows, 5, pseudonym="id") for _ in range(2))
    assert not {row["pseudonym"] for row in first.rows} & {row["pseudonym"] for row in second.rows}
    salt = bytes(range(32))
    kept = anonymise(rows, 5, pseudonym="id", pseudonyms=Pseudonyms(salt))
    expected = {Pseudonyms(salt).of(f"person-{i}") for i in range(50)}
    assert {row["pseudonym"] for row in kept.rows} <= expected
    # RFC 4231, test case 2, under a longer key than its own "Jefe" by HMAC's padding with zeros
    assert Pseudonyms(b"Jefe" + bytes(28)).of("what do ya want for nothing?") == "5bdcc146bf60754e6a042426089575c7"
    with pytest.raises(ValueError, match="at least 32"):
        Pseudonyms(b"short")


def test_the_order_of_the_file_tells_nothing():
    rows = [{"age": 20 + 30 * (i >= 50)} for i in range(100)]
    ages = [row["age"] for row in anonymise(rows, 5).rows]
    assert ages != sorted(ages) and ages != sorted(ages, reverse=True)


def test_one_person_has_one_row():
    rows = people(20)
    rows[4]["id"] = "person-5"
    with pytest.raises(ValueError, match="19 different"):
        anonymise(rows, 5, pseudonym="id")


@pytest.mark.parametrize(
    "wrong", [{"k": 1}, {"k": True}, {"k": 2.5}, {"diversity": 0.5}, {"diversity": 9}, {"max_suppressed": 2}, {"k": 51}]
)
def test_limits_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="Expected"):
        anonymise(people(50), **wrong)


@pytest.mark.parametrize("wrong", [{"age": "thirty"}, {"concerns": "acne"}, {"tone": [1, 2]}, {"locale": 3}])
def test_a_wrong_value_is_refused(wrong):
    with pytest.raises(ValueError, match="Expected"):
        anonymise([*people(10), wrong], 2)


def test_what_cannot_be_diverse_is_refused():
    rows = [{"age": 30, "concerns": ["acne"]} for _ in range(20)]
    with pytest.raises(ValueError, match="cannot"):
        anonymise(rows, 5, 2)


def test_the_levels_chosen_lose_least_of_all():
    """Against every combination, tried here without the search's order or bound."""
    rng = np.random.default_rng(0)
    maps = [np.array([np.arange(4), np.arange(4) // 2, np.zeros(4, int)])] * 2
    losses = [np.array([np.full(4, share) for share in (0.0, 1 / 3, 1.0)])] * 2
    for _ in range(20):
        codes, holds = rng.integers(0, 4, (40, 2)), np.eye(3, dtype=bool)[rng.integers(0, 3, 40)]
        found = recode_alike(codes, Coarsening(maps, losses), 4, 1.5, [holds], 6)
        best = np.inf
        for levels in itertools.product(range(3), range(3)):
            place = maps[0][levels[0]][codes[:, 0]] * 4 + maps[1][levels[1]][codes[:, 1]]
            sizes, most = np.zeros(16), np.zeros((16, 3))
            np.add.at(sizes, place, 1)
            np.add.at(most, place, holds)
            kept = ((sizes >= 4) & (most.max(1) * 1.5 <= sizes))[place]
            if (~kept).sum() <= 6:
                lost = (losses[0][levels[0]][codes[:, 0]] + losses[1][levels[1]][codes[:, 1]]) / 2
                best = min(best, np.where(kept, lost, 1).mean())
        assert (np.inf if found is None else found.loss) == pytest.approx(best)


def test_every_level_is_coarser_than_the_one_before():
    for hierarchy in hierarchies().quasi.values():
        assert set(hierarchy.levels[-1].values()) == {ANY}
        for fine, coarse in itertools.pairwise(hierarchy.levels):
            assert len({(fine[leaf], coarse[leaf]) for leaf in hierarchy.leaves}) == len(set(fine.values()))
        losses = [hierarchy.loss(level, hierarchy.leaves[0]) for level in range(len(hierarchy.levels))]
        assert losses == sorted(losses) and losses[0] == 0 and losses[-1] == 1


def test_leaves_of_values():
    quasi = hierarchies().quasi
    assert quasi["age"].leaf_of(17) == "under 18" and quasi["age"].leaf_of(18) == "18 to under 25"
    assert quasi["age"].leaf_of(80) == "80 or more" and quasi["age"].leaf_of(None) == UNTOLD
    assert quasi["locale"].leaf_of("XX") == OTHER and quasi["locale"].levels[1]["CN"] == "Asia"
    assert quasi["tone"].leaf_of((60.0, 12.0, 10.0)) == "light" and ita_degrees((60, 12, 10)) == pytest.approx(45)
    assert quasi["tone"].leaf_of((30.0, 12.0, 10.0)) == "dark"
    assert len(quasi["locale"].leaves) == 248 + 2  # ISO 3166-1 without Antarctica


def test_rows_are_read_or_the_line_is_named(tmp_path):
    (tmp_path / "rows").write_text('{"age": 3}\n\n{"age": 4}\n')
    assert read_rows(tmp_path / "rows") == [{"age": 3}, {"age": 4}]
    for wrong in ("{", "[1]", "3"):
        (tmp_path / "rows").write_text(f'{{"age": 3}}\n{wrong}\n')
        with pytest.raises(DataError, match="row 2"):
            read_rows(tmp_path / "rows")
