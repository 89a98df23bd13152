"""The foundation shades nearest to a measured skin colour, how sure that is, and what still differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from makeup_ai.schema import Tone
from makeup_ai.vision.colour import Array, ciede2000, ita_degrees
from makeup_ai.vision.shades.difference import Direction, direction_words, directions, distance_word
from makeup_ai.vision.shades.interval import tone_interval
from makeup_ai.vision.shades.read import ShadeRow
from makeup_ai.vision.shades.shelf import Shelf
from makeup_ai.vision.shades.words import depths_said, fits_depth

LIGHTNESS_STRETCH = 1.75
"""The most that CIEDE2000 divides a difference in L* by: S_L at L* = 0 or 100 is 1.747 (Sharma et al., 2005).

What else it adds is never negative, so a shade farther than this times a distance in L* is farther than that distance.
"""
_FIRST_REACH = 6.0  # L*; doubled until nothing outside can be nearer


@dataclass(frozen=True, slots=True)
class ShadeMatch:
    """One shade beside the skin it was matched to.

    Args:
        shade: As its brand lists it.
        distance: CIEDE2000 between the measured colour and the shade's patch.
        distance_low: The least over the tone's interval.
        distance_high: The most over the tone's interval.
        word: `"indistinguishable"`, `"very close"`, `"close"`, `"visible"` or `"far"`, of `distance`.
        word_at_worst: The same of `distance_high`.
        words: `word` by language.
        ita_difference: Shade less skin, in degrees.
        directions: Which way it differs, an axis at a time.
        direction: The same as a phrase, by language ("a little lighter, warmer").
        undertones: What the shade's undertone may be; empty where nothing tells.
        undertone_basis: `"words"` of the brand, `"hue"` beside its sisters, or `None`.
        undertone_agrees: Whether the skin's is among them; `None` where either is unknown.
        penalty: What the disagreement adds to `distance` when shades are ordered, in CIEDE2000.
        doubt: Why the patch itself is doubted, by language; empty otherwise.
    """

    shade: ShadeRow
    distance: float
    distance_low: float
    distance_high: float
    word: str
    word_at_worst: str
    words: Mapping[str, str]
    ita_difference: float
    directions: tuple[Direction, ...]
    direction: Mapping[str, str]
    undertones: tuple[str, ...]
    undertone_basis: str | None
    undertone_agrees: bool | None
    penalty: float
    doubt: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundationMatch:
    """The nearest shades, or why none is named.

    Args:
        nearest: Nearest first; empty where the answer is "cannot tell".
        cannot_tell_because: By language; empty where there is an answer.
        reach: CIEDE2000 from the measured colour to the farther end of its interval: how far off it may be.
        at_dark_end: The best shade were the skin as dark as its interval allows; `None` where that is unknown.
        at_light_end: The best shade were it as light.
        stable: Whether the first shade stays first over the whole interval.
    """

    nearest: tuple[ShadeMatch, ...]
    cannot_tell_because: Mapping[str, str]
    reach: float | None
    at_dark_end: ShadeRow | None
    at_light_end: ShadeRow | None
    stable: bool


def match_foundation(tone: Tone, shelf: Shelf, *, count: int = 3, one_a_product: bool = True) -> FoundationMatch:
    """Find the shades nearest to skin by CIEDE2000, plus a penalty where the undertones disagree.

    Args:
        tone: Measured skin colour; without an undertone there is no penalty.
        shelf: Shades to choose from.
        count: How many, 1 or more.
        one_a_product: Whether each brand's product is named once, by its best shade.

    Raises:
        ValueError: The tone holds numbers that are none or an unknown undertone, or `count` is below 1.

    Examples:
        >>> shelf = Shelf.of([ShadeRow("#E2B48F", "A", "Fluid", "20"), ShadeRow("#D9A57F", "B", "Stick", "3")])
        >>> tone = Tone((77.0, 11.5, 25.0), 47.2, "light", 3.0, None)
        >>> [(m.shade.brand, m.word) for m in match_foundation(tone, shelf).nearest]
        [('A', 'indistinguishable'), ('B', 'visible')]
    """
    if count < 1:
        raise ValueError(f"At least one shade is asked for. Received: count={count!r}")
    penalties = shelf.penalties(tone.undertone)
    colours = tone_interval(tone, shelf.table["interval"]["samples"])
    if colours is None or not len(shelf):
        reason = "colour" if colours is None else "shelf"
        return FoundationMatch((), shelf.table["cannot_tell"][reason], None, None, None, stable=False)
    lines = shelf.lines if one_a_product else np.arange(len(shelf))
    first = [_nearest(colour, shelf.lab, penalties, lines, 1)[0] for colour in colours]
    reach = float(np.max(ciede2000(colours[[0, -1]], np.asarray(tone.lab))))
    ends = shelf.shades[first[0]], shelf.shades[first[-1]]
    if reach > shelf.table["interval"]["max_reach"]:
        return FoundationMatch((), shelf.table["cannot_tell"]["interval"], reach, *ends, stable=False)
    found = _nearest(np.asarray(tone.lab, np.float64), shelf.lab, penalties, lines, count)
    matches = tuple(_compare(tone, colours, shelf, i, float(penalties[i])) for i in found)
    return FoundationMatch(matches, {}, reach, *ends, stable=len(set(first)) == 1)


def _nearest(colour: Array, lab: Array, penalties: Array, lines: npt.NDArray[np.int64], count: int) -> tuple[int, ...]:
    """Choose the best rows, one a line, by distance and penalty; rows of `lab` ascend in L*."""
    reach = _FIRST_REACH
    while True:
        low, high = np.searchsorted(lab[:, 0], [colour[0] - reach, colour[0] + reach])
        distances = ciede2000(lab[low:high], colour)
        scores = distances + penalties[low:high]
        # Of equal scores the truly nearer shade comes first, and of equal distances the first of the shelf.
        order = np.lexsort((np.arange(low, high), distances, scores))
        _, firsts = np.unique(lines[low:high][order], return_index=True)
        best = order[np.sort(firsts)[:count]]
        everything = high - low == len(lab)
        if everything or (len(best) == count and LIGHTNESS_STRETCH * scores[best[-1]] < reach):
            return tuple((best + low).tolist())
        reach *= 2.0


def _compare(tone: Tone, colours: Array, shelf: Shelf, index: int, penalty: float) -> ShadeMatch:
    table, shade = shelf.table, shelf.shades[index]
    lab = (float(shelf.lab[index, 0]), float(shelf.lab[index, 1]), float(shelf.lab[index, 2]))
    distances = ciede2000(colours, shelf.lab[index])
    distance = float(distances[len(colours) // 2])
    word, words = distance_word(distance, table)
    ways = directions(tone.lab, lab, table)
    undertones = shelf.undertones(index)
    angle = float(ita_degrees(lab))
    fits = fits_depth(depths_said(f"{shade.name} {shade.words}", table), angle, table)
    return ShadeMatch(
        shade=shade,
        distance=distance,
        distance_low=float(distances.min()),
        distance_high=float(distances.max()),
        word=word,
        word_at_worst=distance_word(float(distances.max()), table)[0],
        words=words,
        ita_difference=angle - float(ita_degrees(tone.lab)),
        directions=ways,
        direction=direction_words(ways, table),
        undertones=undertones,
        undertone_basis=shelf.basis[index],
        undertone_agrees=tone.undertone in undertones if tone.undertone and undertones else None,
        penalty=penalty,
        doubt={} if fits else table["doubt"],
    )
