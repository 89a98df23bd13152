"""What masking must always hold to."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.training.pretraining.masking import Masking, capacity, choose, mask, units_of
from makeup_ai.training.pretraining.units import FREE, STARTS, WITHIN

MASK_ID, VOCABULARY = 4, 50
ORDINARY = np.arange(5, VOCABULARY, dtype=np.int32)


@st.composite
def batches(draw):
    """Draw a batch with special pieces around each text, words of several pieces, and names."""
    length = draw(st.integers(3, 40))
    rows = draw(st.integers(1, 6))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    token_ids = np.zeros((rows, length), np.int32)
    maskable, entity = np.zeros((rows, length), bool), np.zeros((rows, length), bool)
    joins = np.full((rows, length), STARTS, np.int8)
    for row in range(rows):
        n = int(generator.integers(2, length + 1))
        token_ids[row, :n] = generator.integers(5, VOCABULARY, n)
        maskable[row, 1 : n - 1] = True
        joins[row, 1 : n - 1] = generator.choice([STARTS, WITHIN, FREE], n - 2, p=[0.5, 0.3, 0.2])
        joins[row, 1] = STARTS
        if n > 5 and generator.random() < 0.5:
            joins[row, 2:5] = STARTS, WITHIN, WITHIN
            joins[row, 5] = STARTS
            entity[row, 2:5] = True
    return token_ids, maskable, joins, entity


@given(batches(), st.integers(0, 1_000), st.floats(0.05, 0.5))
@settings(max_examples=200, deadline=None)
def test_only_ordinary_pieces_are_asked_for_and_nothing_else_changes(batch, seed: int, share: float) -> None:
    token_ids, maskable, joins, entity = batch
    before = token_ids.copy()
    masked = mask(token_ids, maskable, joins, entity, np.random.default_rng(seed), Masking(share), MASK_ID, ORDINARY)
    np.testing.assert_array_equal(token_ids, before)
    assert masked.positions.shape == masked.targets.shape == (len(token_ids), capacity(token_ids.shape[1], share))
    asked = np.zeros_like(maskable)
    for row, (positions, targets) in enumerate(zip(masked.positions, masked.targets, strict=True)):
        real = targets >= 0
        assert len(set(positions[real])) == real.sum()
        np.testing.assert_array_equal(token_ids[row, positions[real]], targets[real])
        asked[row, positions[real]] = True
    assert not (asked & ~maskable).any()
    np.testing.assert_array_equal(masked.token_ids[~asked], token_ids[~asked])
    assert np.isin(masked.token_ids[asked], [MASK_ID, *ORDINARY]).all()


@given(batches(), st.integers(0, 1_000))
@settings(max_examples=200, deadline=None)
def test_units_are_chosen_whole(batch, seed: int) -> None:
    _, maskable, joins, entity = batch
    generator = np.random.default_rng(seed)
    units = units_of(joins, generator)
    chosen = choose(units, maskable, entity, generator, Masking(0.3))
    for row in range(len(units)):
        for unit in np.unique(units[row]):
            inside = (units[row] == unit) & maskable[row]
            assert chosen[row, inside].all() or not chosen[row, inside].any()
        assert (np.diff(units[row]) >= 0).all()
        assert (units[row, 1:][joins[row, 1:] == WITHIN] == units[row, :-1][joins[row, 1:] == WITHIN]).all()
        assert (units[row, 1:][joins[row, 1:] == STARTS] > units[row, :-1][joins[row, 1:] == STARTS]).all()


def words(rows: int, length: int, size: int) -> tuple[np.ndarray, ...]:
    """Rows full of words of so many pieces between two special ones."""
    maskable = np.ones((rows, length), bool)
    maskable[:, [0, -1]] = False
    joins = np.full((rows, length), WITHIN, np.int8)
    joins[:, 1::size] = STARTS
    joins[:, [0, -1]] = STARTS
    ids = np.random.default_rng(0).integers(5, VOCABULARY, (rows, length)).astype(np.int32)
    return ids, maskable, joins, np.zeros_like(maskable)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_the_share_is_the_mean_whatever_the_size_of_words(size: int) -> None:
    ids, maskable, joins, entity = words(4_000, 42, size)
    masked = mask(ids, maskable, joins, entity, np.random.default_rng(0), Masking(0.15), MASK_ID, ORDINARY)
    assert (masked.targets >= 0).sum() / maskable.sum() == pytest.approx(0.15, abs=0.003)


def test_of_the_chosen_eight_in_ten_are_hidden_one_is_random_and_one_stays() -> None:
    ids, maskable, joins, entity = words(4_000, 42, 2)
    masked = mask(ids, maskable, joins, entity, np.random.default_rng(0), Masking(), MASK_ID, ORDINARY)
    now = np.take_along_axis(masked.token_ids, masked.positions, axis=1)[masked.targets >= 0]
    was = masked.targets[masked.targets >= 0]
    assert (now == MASK_ID).mean() == pytest.approx(0.8, abs=0.01)
    assert (now == was).mean() == pytest.approx(0.1 + 0.1 / len(ORDINARY), abs=0.01)


def test_names_are_chosen_sooner_and_every_piece_of_a_row_has_its_turn() -> None:
    _, maskable, joins, entity = words(4_000, 42, 2)
    entity[:, 9:11] = True
    chosen = choose(units_of(joins, np.random.default_rng(0)), maskable, entity, np.random.default_rng(1), Masking())
    often = chosen.mean(axis=0)
    others = np.delete(often, [0, 9, 10, 41])
    assert often[9] == often[10] > 1.5 * others.mean()
    assert others.min() > 0.8 * others.mean()


def test_free_characters_form_words_of_one_to_four() -> None:
    joins = np.full((500, 60), FREE, np.int8)
    units = units_of(joins, np.random.default_rng(0))
    sizes = Counter(int(size) for row in units for size in np.bincount(row)[:-1])  # the last of a row is cut short
    assert set(sizes) == {1, 2, 3, 4}
    total = sum(sizes.values())
    assert [sizes[n] / total for n in (1, 2, 3, 4)] == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.02)


def test_the_same_generator_masks_the_same_and_another_differently() -> None:
    batch = words(8, 42, 2)
    first, again, other = (
        mask(*batch, np.random.default_rng([0, 3, 1, step]), Masking(), MASK_ID, ORDINARY) for step in (5, 5, 6)
    )
    np.testing.assert_array_equal(first.token_ids, again.token_ids)
    np.testing.assert_array_equal(first.positions, again.positions)
    assert (first.token_ids != other.token_ids).any()


def test_impossible_masking_is_refused() -> None:
    for wrong in ({"share": 0.0}, {"share": 1.0}, {"hidden": 0.9, "random": 0.2}, {"entity_weight": 0.0}):
        with pytest.raises(ValueError, match="Received"):
            Masking(**wrong)
