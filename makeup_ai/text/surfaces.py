"""Finding known words in a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Surfaces:
    """An index of surfaces for `scan`.

    Args:
        values: Surface as normalised, with spaces for hyphens -> what it stands for.
    """

    values: Mapping[str, str]
    _lengths: Mapping[str, tuple[int, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lengths: dict[str, set[int]] = {}
        for surface in self.values:
            lengths.setdefault(surface[0], set()).add(len(surface))
        object.__setattr__(self, "_lengths", {first: tuple(sorted(of, reverse=True)) for first, of in lengths.items()})

    def scan(self, text: str) -> list[tuple[int, int, str]]:
        """Find surfaces from left to right, the longest at each place, none overlapping.

        A surface neither begins nor ends between two Latin letters or two figures: `red` is not in `tired`.

        Args:
            text: Normalised; its hyphens count as spaces.

        Returns:
            `(start, end, value)` in the order of the text.

        Examples:
            >>> Surfaces({"red": "color", "lip": "part", "lip balm": "product"}).scan("tired of red lip-balm")
            [(9, 12, 'color'), (13, 21, 'product')]
        """
        text = text.replace("-", " ")
        found = []
        at = 0
        while at < len(text):
            for length in self._lengths.get(text[at], ()):
                end = at + length
                value = self.values.get(text[at:end])
                if value is not None and end <= len(text) and not (_inside(text, at) or _inside(text, end)):
                    found.append((at, end, value))
                    at = end
                    break
            else:
                at += 1
        return found


def _inside(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    pair = text[at - 1 : at + 1]
    return pair.isascii() and (pair.isalpha() or pair.isdigit())
