"""Lines of the skin: valleys of light along what the anatomy knows of their course.

A line is where the light sinks on both sides of a place and changes little along it: the second derivative across the
strip is large, the first is small. That is the ridge detector of Frangi et al., "Multiscale vessel enhancement
filtering", MICCAI (1998), as Ng et al., "Automatic wrinkle detection using hybrid Hessian filter", ACCV (2014), apply
it to wrinkles, with the direction given instead of found. Sums along the course leave noise and blocks behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from makeup_ai.vision import courses, statistics
from makeup_ai.vision.canonical import SIDE
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.filters import gaussian_matrix
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.relief import percent_of_light
from makeup_ai.vision.space import Array
from makeup_ai.vision.strip import Strip
from makeup_ai.vision.valleys import bend, valley_depth

_SIDES = ("right", "left")
_LOUD = 10.0  # percent of light: more than that across the course is another thing's edge, and no grain


def forehead_lines(frame: Frame) -> Measured:
    """Measure the lines that lie across the forehead: the light they take, in percent, averaged over the skin seen."""
    return _density(frame, "forehead_lines", {"forehead": courses.forehead()})


def frown_lines(frame: Frame) -> Measured:
    """Measure the lines that stand between the brows, as `forehead_lines`."""
    return _density(frame, "frown_lines", {"glabella": courses.glabella()})


def crows_feet(frame: Frame) -> Measured:
    """Measure the lines that fan out from the outer corners of the eyes, as `forehead_lines`."""
    return _density(frame, "crows_feet", {f"{side}_crows_feet": courses.crows_feet(side) for side in _SIDES})


def under_eye_lines(frame: Frame) -> Measured:
    """Measure the lines that follow the lower lids, as `forehead_lines`."""
    return _density(frame, "under_eye_lines", {f"{side}_under_eye": courses.under_eye(side) for side in _SIDES})


def nasolabial_folds(frame: Frame) -> Measured:
    """Measure the folds from nose to mouth: the light lost in the deepest place across, in percent, along the fold.

    At every step along the course the deepest valley across it is taken; the cue is their mean. The shading of the
    cheek is a slope and has no valley.
    """
    xp, regions, found = frame.xp, {}, {}
    for side in _SIDES:
        strip = courses.nasolabial(side)
        depth, seen = valleys(frame, f"{side}_nasolabial", strip, frame.table["cues"]["nasolabial_folds"])
        depth = depth * xp.minimum(2.0 * seen, 1.0)  # the bottom of a deep fold is dark and half shadow itself
        regions[f"{side}_nasolabial"] = statistics.average(xp, xp.max(depth, axis=0), xp.max(seen, axis=0))
        found[strip] = depth
    return Measured(frame.pooled(regions), regions, lambda: _spread(xp, found))


def _density(frame: Frame, name: str, strips: Mapping[str, Strip]) -> Measured:
    """Average the depth of lines over the skin seen in each strip."""
    xp, regions, found = frame.xp, {}, {}
    for region, strip in strips.items():
        depth, seen = valleys(frame, region, strip, frame.table["cues"][name])
        regions[region] = statistics.average(xp, depth, seen)
        found[strip] = depth * seen
    return Measured(frame.pooled(regions), regions, lambda: _spread(xp, found))


def _spread(xp: Any, found: Mapping[Strip, Array]) -> Array:
    """Put the values of some strips back into the frame, `(SIDE, SIDE)`."""
    return sum(strip.spread(xp, values) for strip, values in found.items())


def valleys(frame: Frame, region: str, strip: Strip, row: Any) -> tuple[Array, Array]:
    """Measure how deep the light sinks on lines along a strip, and where skin is seen in it.

    What the same filter finds across the course is grain, noise or coding; its mean is taken off, with a floor. A fold
    counts as a line of `deepest` and no more: a fine line drawn beside one makes the fold stand out less, and would
    otherwise lower the sum.

    Args:
        frame: The face.
        region: Whose colour is that of the strip's skin.
        strip: Where to look.
        row: `sigmas` of the filter in samples, `along` of the sum along the course, `step`, how much a slope counts
            against a valley, `grain`, how much of what is found across is taken off, `floor` and `deepest` in percent
            of light, and `wide`: what is dark over such a width, in samples, is shadow or hair and no line.

    Returns:
        Percent of the light that a line takes, and weights in [0, 1]; `(rows, columns)` each.
    """
    xp = frame.xp
    read = strip.read(xp, _pictures(frame))
    lightness, seen = read[0], strip.measured() * _skin(frame, region, read, row["wide"])
    picture = percent_of_light(xp, lightness)
    depth = valley_depth(xp, picture, row["sigmas"], row["along"], row["step"])
    crossing = xp.minimum(xp.abs(bend(xp, xp.transpose(picture), row["sigmas"][0], row["along"])), _LOUD)
    grain = statistics.average(xp, xp.transpose(crossing), seen)
    depth = xp.maximum(depth - row["floor"] - row["grain"] * grain, 0.0)
    return row["deepest"] * (1.0 - xp.exp(-depth / row["deepest"])), seen


def _skin(frame: Frame, region: str, read: Array, wide: float) -> Array:
    """Weigh samples of `_pictures` by whether they show skin: no broad shadow or hair, no mirror, not turned away."""
    xp, (rows, columns) = frame.xp, read.shape[1:]
    down, right = gaussian_matrix(rows, wide), gaussian_matrix(columns, wide).T
    limits = frame.table["relief"]
    broad = xp.matmul(xp.matmul(down, read[:2]), right)
    darker = broad[0] - frame.median_lightness(region)
    lit = xp.clip((darker + limits["dark"]) / limits["dark_soft"], 0.0, 1.0)
    own = xp.clip(3.0 - 2.0 * broad[1], 0.0, 1.0)
    faced = xp.clip(10.0 * read[3] - 2.0, 0.0, 1.0)
    return lit * own * (1.0 - read[2]) * faced


def _pictures(frame: Frame) -> Array:
    """Give what is read along strips: L*, how strange, how mirroring and how turned; `(4, SIDE, SIDE)` float32."""
    xp = frame.xp

    def make() -> Array:
        parts = (frame.lightness, xp.minimum(frame.strange, 4.0), frame.mirror, frame.turned)
        return xp.stack([xp.cast(xp.reshape(part, (SIDE, SIDE)), "float32") for part in parts])

    return frame.once("along strips", make)
