"""Near-duplicates found in linear time: MinHash signatures, bands of them as hash keys, and an exact check within.

Broder (1997), "On the resemblance and containment of documents"; the bands are those of Indyk and Motwani (1998).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.splits import bare_text

Hashes = NDArray[np.uint64]

BATCH = 1 << 18  # shingles hashed at once: 2 MB, which stays in a core's cache
SEED = 1997


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """When two texts count as one.

    With 16 bands of 5 minima two texts of resemblance 0.8 meet in some band with probability 0.998, and two of 0.5 with
    0.40; whoever meets is compared exactly.

    Args:
        resemblance: Shared over all distinct shingles (Jaccard), from 0 to 1; from here on they are near-duplicates.
        shingle: Characters of a shingle, letters and digits only.
        bands: Hash keys of a text.
        rows: Minima in a key.
        most_compared: Kept texts of one key that a new one is compared with; those beyond it are counted and let be.

    Raises:
        ValueError: The resemblance is not above 0 and at most 1, or a number is below 1.
    """

    resemblance: float = 0.8
    shingle: int = 4
    bands: int = 16
    rows: int = 5
    most_compared: int = 200

    def __post_init__(self) -> None:
        if not 0 < self.resemblance <= 1:
            raise ValueError(f"A resemblance is above 0 and at most 1. Received: resemblance={self.resemblance}")
        if min(self.shingle, self.bands, self.rows, self.most_compared) < 1:
            raise ValueError(f"shingle, bands, rows and most_compared are 1 or more. Received: {self}")


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Which texts repeat an earlier one.

    Args:
        original: `(texts,)` int64: place of the earlier text that is kept in its stead, or -1 where the text is kept.
        exact: `(texts,)` bool: the two are the same but for case, width, blanks and signs.
        pairs: Pairs that were compared exactly.
        unchecked: Comparisons left out by `most_compared`.
    """

    original: NDArray[np.int64]
    exact: NDArray[np.bool_]
    pairs: int
    unchecked: int


def find_duplicates(texts: Sequence[str], settings: NearDuplicates | None = None) -> Duplicates:
    """Find the texts that repeat an earlier one, exactly or nearly; the first of each kind is kept.

    Memory is that of the texts in lower case and 12 bytes a band and text; time grows with their characters.

    Args:
        texts: In the order of preference.
        settings: When two count as one.

    Examples:
        >>> texts = ["I love this cream so very much", "I LOVE this cream so very much!", "Broke me out on day one"]
        >>> find_duplicates(texts).original.tolist()
        [-1, 0, -1]
    """
    settings = settings or NearDuplicates()
    original = np.full(len(texts), -1, np.int64)
    exact = np.zeros(len(texts), np.bool_)
    first: dict[str, int] = {}
    for index, text in enumerate(texts):
        before = first.setdefault(bare_text(text), index)
        if before != index:
            original[index], exact[index] = before, True
    bare, places = list(first), np.fromiter(first.values(), np.int64, len(first))
    near, pairs, unchecked = _compare(bare, shared_keys(band_keys(bare, settings)), settings)
    for index, before in near.items():
        original[places[index]] = places[before]
    repeats = exact & (original[original] >= 0)  # of a text that is itself a near-duplicate
    original[repeats] = original[original[repeats]]
    return Duplicates(original, exact, pairs, unchecked)


def band_keys(texts: Sequence[str], settings: NearDuplicates) -> Hashes:
    """Hash each text to its keys: `(texts, bands)` uint64, equal in a band where all its minima are equal."""
    multiply, add = _permutations(settings.bands * settings.rows)
    keys = np.empty((len(texts), settings.bands), np.uint64)
    start = 0
    for batch in _batches(texts):
        hashes, starts = shingle_hashes(batch, settings.shingle)
        stop = start + len(batch)
        for band in range(settings.bands):
            key = np.zeros(len(batch), np.uint64)
            for row in range(band * settings.rows, (band + 1) * settings.rows):
                minima = np.minimum.reduceat((hashes * multiply[row] + add[row]) >> np.uint64(32), starts)
                key = mix(key ^ minima)
            keys[start:stop, band] = key
        start = stop
    return keys


def shingle_hashes(texts: Sequence[str], length: int) -> tuple[Hashes, NDArray[np.int64]]:
    """Hash every run of `length` characters of each text; a shorter text is one run.

    Returns:
        Hashes of all texts, `(shingles,)`, and where each text's begin, `(texts,)`.
    """
    padded = [text if len(text) >= length else text.ljust(length, "\0") for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le"), np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    hashes = np.zeros(len(codes) - length + 1, np.uint64)
    for offset in range(length):
        hashes = mix(hashes ^ codes[offset : offset + len(hashes)])
    inside = np.ones(len(codes), np.bool_)
    ends = np.cumsum(lengths)
    for back in range(1, length):  # runs that begin here would reach into the next text
        inside[ends - back] = False
    counts = lengths - length + 1
    return hashes[inside[: len(hashes)]], np.cumsum(counts) - counts


def mix(values: Hashes) -> Hashes:
    """Scatter numbers over 64 bits, by the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def shared_keys(keys: Hashes) -> NDArray[np.int64]:
    """Number the keys that two texts or more have, over all bands: `(texts, bands)` int64, -1 for one text's own."""
    numbered = np.full(keys.shape, -1, np.int64)
    total = 0
    for band in range(keys.shape[1]):
        _, place, counts = np.unique(keys[:, band], return_inverse=True, return_counts=True)
        shared = counts > 1
        numbers = np.where(shared, total + np.cumsum(shared) - 1, -1)
        numbered[:, band] = numbers[place]
        total += int(shared.sum())
    return numbered


def resemblance(first: set[str], second: set[str]) -> float:
    """Compute the share of two sets that they have in common (Jaccard); of two empty ones 1."""
    union = len(first | second)
    return len(first & second) / union if union else 1.0


def _compare(
    texts: Sequence[str], numbered: NDArray[np.int64], settings: NearDuplicates
) -> tuple[dict[int, int], int, int]:
    """Go through the texts in order; each repeats a kept one of its keys, or is kept itself."""
    kept: defaultdict[int, list[int]] = defaultdict(list)
    shingles: dict[int, set[str]] = {}
    repeats: dict[int, int] = {}
    pairs = unchecked = 0
    for index in np.flatnonzero((numbered >= 0).any(axis=1)).tolist():
        keys = [key for key in numbered[index].tolist() if key >= 0]
        own = _shingles(texts[index], settings.shingle)
        candidates = sorted({other for key in keys for other in kept[key][: settings.most_compared]})
        unchecked += sum(max(0, len(kept[key]) - settings.most_compared) for key in keys)
        for other in candidates:
            pairs += 1
            if resemblance(own, shingles[other]) >= settings.resemblance:
                repeats[index] = other
                break
        else:
            shingles[index] = own
            for key in keys:
                kept[key].append(index)
    return repeats, pairs, unchecked


def _shingles(text: str, length: int) -> set[str]:
    return {text[i : i + length] for i in range(max(1, len(text) - length + 1))}


def _permutations(count: int) -> tuple[Hashes, Hashes]:
    # Multiply-shift (Dietzfelbinger et al., 1997): odd factors, upper half of the product.
    numbers = mix(np.arange(SEED, SEED + 2 * count, dtype=np.uint64))
    return numbers[:count] | np.uint64(1), numbers[count:]


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = size = 0
    for index, text in enumerate(texts):
        if size and size + len(text) > BATCH:
            yield texts[start:index]
            start, size = index, 0
        size += len(text)
    if start < len(texts):
        yield texts[start:]
