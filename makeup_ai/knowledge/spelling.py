"""Typing errors in names of chemistry, forgiven word by word.

A word that the inventory knows is never an error: `Ethylparaben` is no slip of `Methylparaben`. Nor is one that is made
of chemistry's own building blocks, so that a substance which no inventory lists is not taken for its neighbour.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from makeup_ai.knowledge.words import word_list

ONE_EDIT, TWO_EDITS, TWO_IN_LATIN = 5, 9, 12
"""Letters of a word from which one, and two, edits are forgiven; and two in a name of a plant, where near words are
other species."""
_MOST_WORDS, _MOST_CHOICES = 12, 24
_PLAIN_WORDS = 3
_WORD = re.compile(r"[a-z]+|\d+[a-z]*|[^\W\d_]+")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_ALTERNATIVES = ["|".join(sorted(word_list(kind), key=len, reverse=True)) for kind in ("blocks", "ends")]
_BUILT = re.compile(rf"(?:{_ALTERNATIVES[0]})+(?:{_ALTERNATIVES[1]}){{1,2}}")


class Spelling:
    """The words of an inventory, and the likely meaning of words that are not among them.

    Args:
        names: Names whose words are known.

    Examples:
        >>> spelling = Spelling(["Ethylhexylglycerin", "Retinol", "Sodium Hyaluronate"])
        >>> [words for words, edits in spelling.corrections("Sodium Hyalurnate")]
        ['sodium hyaluronate']
        >>> list(spelling.corrections("Retinal"))
        []
    """

    def __init__(self, names: Iterable[str]):
        self.words = _vocabulary(names)
        by_length: dict[int, list[str]] = {}
        for word in self.words:
            if len(word) >= ONE_EDIT - 1 and word.isascii() and word.isalpha():
                by_length.setdefault(len(word), []).append(word)
        self._rows = {n: (sorted(words), _counts(sorted(words))) for n, words in by_length.items()}
        self._seen: dict[tuple[str, int], tuple[tuple[str, int], ...]] = {}

    def corrections(self, name: str, latin: bool = False) -> Iterator[tuple[str, int]]:
        """Give what a name may have meant with the edits that takes, the fewest first; none where all words are known.

        Digits are never changed, nor words that are known, nor the first letter by the second edit of a word.

        Args:
            name: As printed.
            latin: Whether it is the name of a plant, for which less is forgiven.
        """
        words = _WORD.findall(name.lower())
        unknown = [i for i, word in enumerate(words) if word not in self.words]
        two_from = TWO_IN_LATIN if latin else TWO_EDITS
        if not unknown or len(words) > _MOST_WORDS or len(unknown) > 2:
            return
        choices = [self.near(word, two_from) if i in unknown else ((word, 0),) for i, word in enumerate(words)]
        if not all(choices):
            return
        picks = itertools.islice(itertools.product(*choices), _MOST_CHOICES)
        for pick in sorted(picks, key=lambda pick: sum(edits for _, edits in pick)):
            yield " ".join(word for word, _ in pick), sum(edits for _, edits in pick)

    def near(self, word: str, two_from: int = TWO_EDITS) -> tuple[tuple[str, int], ...]:
        """Give the known words within the edits that a word's length allows, the nearest first."""
        key = (word, two_from)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = tuple(self._near(word, two_from))
        return found

    def _near(self, word: str, two_from: int) -> list[tuple[str, int]]:
        limit = 2 if len(word) >= two_from else 1 if len(word) >= ONE_EDIT else 0
        if (
            not limit
            or not word.isascii()
            or not word.isalpha()
            or word in word_list("classes")
            or _BUILT.fullmatch(word)
        ):
            return []
        counts = _counts([word])
        found = []
        for length in range(len(word) - limit, len(word) + limit + 1):
            if length not in self._rows:
                continue
            words, known = self._rows[length]
            rows = np.flatnonzero(np.abs(known - counts).sum(axis=1) <= 2 * limit)
            found += [(words[i], edit_distance(word, words[i], limit)) for i in rows]
        same_start = (pair for pair in found if pair[1] <= 1 or (pair[1] <= limit and pair[0][0] == word[0]))
        return sorted(same_start, key=lambda pair: (pair[1], pair[0]))


def _vocabulary(names: Iterable[str]) -> set[str]:
    """Collect the words of names; one that only a single long name has may itself be a slip of the inventory."""
    counts: Counter[str] = Counter()
    plain: set[str] = set()
    for found in map(_WORD.findall, map(str.lower, names)):
        counts.update(found)
        if len(found) <= _PLAIN_WORDS:
            plain.update(found)
    return plain | {word for word, count in counts.items() if count > 1}


def edit_distance(first: str, second: str, limit: int) -> int:
    """Count the insertions, deletions, substitutions and swaps of neighbours between two words.

    The optimal string alignment distance (Damerau 1964, without edits inside a swap).

    Returns:
        The distance, or `limit + 1` where it is more than `limit`.

    Examples:
        >>> edit_distance("retinol", "retniol", limit=2), edit_distance("retinol", "retinal", limit=2)
        (1, 1)
    """
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        current = [i]
        for j, b in enumerate(second, start=1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit and min(row) > limit:
            return limit + 1
        before, row = row, current
    return min(row[-1], limit + 1)


def _counts(words: list[str]) -> np.ndarray:
    """Count the letters of each word: `(words, 26)` int16."""
    table = np.zeros((len(words), len(_ALPHABET)), dtype=np.int16)
    for row, word in enumerate(words):
        for char in word:
            table[row, ord(char) - 97] += 1
    return table
