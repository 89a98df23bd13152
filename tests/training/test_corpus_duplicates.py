import numpy as np
import pytest

from makeup_ai.training.data.duplicates import (
    NearDuplicates,
    band_keys,
    find_duplicates,
    resemblance,
    shared_keys,
    shingle_hashes,
)
from makeup_ai.training.data.splits import bare_text

ONE = "I bought this serum in May and my dry skin has never looked better than it does now"


def invented(count: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list("abcdefghij"), rng.integers(2, 8))) for _ in range(300)]
    return [" ".join(rng.choice(words, rng.integers(8, 25))) for _ in range(count)]


def sets(texts: list[str], length: int) -> list[set[str]]:
    return [{b[i : i + length] for i in range(len(b) - length + 1)} for b in map(bare_text, texts)]


def test_the_first_of_each_kind_is_kept() -> None:
    texts = [ONE, "Broke me out on the first day", ONE.upper() + "!!", ONE + " ok", ONE.upper() + "??", ONE + " OK."]
    found = find_duplicates(texts)
    assert found.original.tolist() == [-1, -1, 0, 0, 0, 0]
    assert found.exact.tolist() == [False, False, True, False, True, True]


def test_it_agrees_with_a_comparison_of_all_pairs() -> None:
    texts = invented(150)
    rng = np.random.default_rng(1)
    for text in texts[:60]:
        words = text.split()
        words[rng.integers(len(words))] = "changed"
        texts.append(" ".join(words))
    settings = NearDuplicates(resemblance=0.7)
    shingles = sets(texts, settings.shingle)
    kept: list[int] = []
    for index in range(len(texts)):
        if not any(resemblance(shingles[index], shingles[other]) >= 0.7 for other in kept):
            kept.append(index)
    expected = set(range(len(texts))) - set(kept)
    found = set(np.flatnonzero(find_duplicates(texts, settings).original >= 0).tolist())
    assert 20 < len(expected) < 70
    assert found <= expected  # within a bucket the check is exact
    assert len(found) >= 0.95 * len(expected)  # 0.7 is met with probability 0.95, more with more


def test_a_shorter_change_of_resemblance_decides() -> None:
    texts = [ONE, ONE.replace("serum", "lotion").replace("May", "June")]
    first, second = sets(texts, 4)
    shared = resemblance(first, second)
    assert find_duplicates(texts, NearDuplicates(shared - 0.01, bands=60, rows=2)).original[1] == 0
    assert find_duplicates(texts, NearDuplicates(shared + 0.01, bands=60, rows=2)).original[1] == -1


def test_equal_minima_are_as_likely_as_the_resemblance_says() -> None:
    first, second = invented(2, seed=3)
    half = first + " " + second
    settings = NearDuplicates(bands=4_000, rows=1)
    keys = band_keys([bare_text(first), bare_text(half)], settings)
    expected = resemblance(*sets([first, half], settings.shingle))
    assert (keys[0] == keys[1]).mean() == pytest.approx(expected, abs=0.04)  # five standard deviations


def test_short_and_empty_texts_do_no_harm() -> None:
    assert find_duplicates([]).original.tolist() == []
    assert find_duplicates(["好", "好！", "坏", "", " "]).original.tolist() == [-1, 0, -1, -1, 3]


def test_shingles_do_not_reach_into_the_next_text() -> None:
    both, starts = shingle_hashes(["abcde", "xyz", "fghi"], 4)
    assert starts.tolist() == [0, 2, 3]
    alone = [shingle_hashes([text], 4)[0] for text in ("abcde", "xyz", "fghi")]
    assert np.array_equal(both, np.concatenate(alone))


def test_batches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = invented(40)
    whole = band_keys(texts, NearDuplicates())
    monkeypatch.setattr("makeup_ai.training.data.duplicates.BATCH", 100)
    assert np.array_equal(whole, band_keys(texts, NearDuplicates()))


def test_keys_of_one_text_alone_have_no_number() -> None:
    numbered = shared_keys(np.array([[1, 9], [2, 9], [1, 8], [3, 7]], np.uint64))
    assert (numbered >= 0).tolist() == [[True, True], [False, True], [True, False], [False, False]]
    assert numbered[0, 0] == numbered[2, 0] != numbered[0, 1] == numbered[1, 1]


def test_crowded_keys_are_let_be_and_counted() -> None:
    texts = [f"{c * 30} {c.upper() * 3} shared tail of words" for c in "abcdefgh"]
    settings = NearDuplicates(0.99, bands=40, rows=1, most_compared=1)
    found = find_duplicates(texts, settings)
    assert (found.original < 0).all()
    assert found.unchecked > 0
    assert find_duplicates(texts, NearDuplicates(0.99, bands=40, rows=1)).unchecked == 0


@pytest.mark.parametrize("wrong", [{"resemblance": 0}, {"resemblance": 1.1}, {"rows": 0}, {"most_compared": 0}])
def test_settings_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Received"):
        NearDuplicates(**wrong)
