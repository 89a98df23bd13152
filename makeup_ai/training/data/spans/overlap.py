"""One span a place, where several were marked."""

from __future__ import annotations

from collections.abc import Iterable

from makeup_ai.training.data.examples import Span


def without_overlap(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Merge spans that are the same, and of those that overlap keep the longest.

    Of two that are as long, the one that begins first is kept, then the one whose label comes first in the alphabet, so
    that the order of `spans` does not matter.

    Returns:
        Spans in the order of the text.

    Examples:
        >>> without_overlap([(4, 8, "opinion"), (0, 6, "aspect"), (6, 8, "opinion"), (0, 6, "aspect")])
        ((0, 6, 'aspect'), (6, 8, 'opinion'))
    """
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (span[0] - span[1], span)):
        if all(span[1] <= other[0] or other[1] <= span[0] for other in kept):
            kept.append(span)
    return tuple(sorted(kept))
