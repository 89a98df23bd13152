"""A marked place of skin where no face shows its regions: its colour, and what differs inside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from makeup_ai.schema import Cue, SkinReport, Tone
from makeup_ai.vision import filters, statistics
from makeup_ai.vision.capture import judge
from makeup_ai.vision.colour import chroma, hue_degrees, ita_degrees, lab_pixels, linear_from_srgb, linear_pixels
from makeup_ai.vision.gate import hue_outside
from makeup_ai.vision.marked import MarkedPatch, parse_region
from makeup_ai.vision.photo import Photo
from makeup_ai.vision.report import score_of
from makeup_ai.vision.space import NUMPY, Array
from makeup_ai.vision.table import Table, default_table
from makeup_ai.vision.tone import ita_class, undertone

BLOCKS = 4  # along each side; the spread between them is what the tone's uncertainty is made of
MIN_UNCERTAINTY = 3.0  # degrees of the tone, of a place that is the same all over
_GREY_CHROMA = 2.0  # C*ab; a place below it shows no colour, whatever the camera meant
_BLACK, _WHITE = linear_from_srgb([1.0 / 255.0, 254.0 / 255.0]).tolist()  # at and beyond, a channel counts as clipped
# Scales, as parts of the side: a close-up has no ruler in it.
_GRAIN, _DETAIL, _SPOT, _AROUND = 1 / 256, 1 / 40, 1 / 80, 1 / 8
_TO_DEVIATION = (
    1.4826  # median of absolute values to the standard deviation of a normal distribution; spots do not move it
)
_SHALLOW = 1.5  # L*; what is darker than its surroundings by less is no spot


def close_up_values(xp: Any, patch: Array, mask: Array, table: Table) -> dict[str, Array]:
    """Measure a place.

    Args:
        xp: The array namespace.
        patch: `(side, side, 3)` float32 sRGB in [0, 255].
        mask: `(side, side)` float32, one where the place is.
        table: Its section `skin` says what is a mirror and what a shadow.

    Returns:
        `l`, `a`, `b`, the medians of skin; `block.l` and so on, and `block.share` of skin, `(BLOCKS * BLOCKS,)` each;
        `clipped` and `skin_hue` for the gate; and the cues `redness`, `dark_spots` and `texture`, `()` each.
    """
    side = patch.shape[0]
    linear = linear_pixels(xp, xp.reshape(xp.planes(patch), (3, -1)))
    lab = lab_pixels(xp, linear)
    marked = xp.reshape(mask, (-1,))
    skin, bright = _skin(xp, lab, marked, table)
    weights, unglared = xp.reshape(skin, (side, side)), xp.reshape(bright, (side, side))
    lightness, red = (xp.reshape(lab[channel], (side, side)) for channel in (0, 1))
    colour = statistics.median(xp, lab, xp.stack([skin, skin, skin]))
    smooth_red = filters.blur_within(xp, red, weights, side * _SPOT)
    around = filters.blur_within(xp, lightness, unglared, side * _AROUND)
    depth = xp.maximum(around - filters.blur_within(xp, lightness, unglared, side * _SPOT) - _SHALLOW, 0.0)
    grain, plain = (filters.blur_within(xp, lightness, weights, side * part) for part in (_GRAIN, _DETAIL))
    detail = xp.reshape(xp.abs(grain - plain), (-1,))
    burnt = xp.logical_or(xp.max(linear, axis=0) <= _BLACK, xp.min(linear, axis=0) >= _WHITE)
    found = dict(zip("lab", (colour[0], colour[1], colour[2]), strict=True))
    blocks = zip(("l", "a", "b", "share"), _blocks(xp, lab, skin, side), strict=True)
    found |= {f"block.{name}": values for name, values in blocks}
    return found | {
        "clipped": 100.0 * statistics.average(xp, xp.where(burnt, 1.0, 0.0), marked),
        "skin_hue": hue_outside(xp, colour, table["skin_hue"]),
        "redness": statistics.quantile(xp, xp.reshape(smooth_red, (-1,)), skin, (0.95,))[0] - colour[1],
        "dark_spots": statistics.average(xp, depth, unglared),
        "texture": _TO_DEVIATION * statistics.median(xp, detail, skin),
    }


def _skin(xp: Any, lab: Array, marked: Array, table: Table) -> tuple[Array, Array]:
    """Mark what is neither a mirror nor in deep shadow, and what is no mirror, by the limits of a face; `(pixels,)`."""
    limits = table["skin"]
    lightness = lab[0]
    vivid = xp.sqrt(xp.square(lab[1]) + xp.square(lab[2]))
    middle, colour = (statistics.median(xp, values, marked) for values in (lightness, vivid))
    pale = xp.logical_and(
        lightness > middle + limits["specular"]["lighter"], vivid < colour * limits["specular"]["chroma_ratio"]
    )
    mirror = xp.logical_or(pale, lightness > limits["specular"]["white"])
    lit = xp.where(lightness >= middle - limits["shadow"]["darker"], 1.0, 0.0)
    bright = marked * xp.where(mirror, 0.0, 1.0)
    return bright * lit, bright


def _blocks(xp: Any, lab: Array, skin: Array, side: int) -> tuple[Array, Array, Array, Array]:
    step = side // BLOCKS
    picture, weights = xp.reshape(lab, (3, side, side)), xp.reshape(skin, (side, side))
    medians, shares = [], []
    for top in range(0, BLOCKS * step, step):
        for left in range(0, BLOCKS * step, step):
            block = xp.reshape(picture[:, top : top + step, left : left + step], (3, -1))
            counts = xp.reshape(weights[top : top + step, left : left + step], (-1,))
            medians.append(statistics.median(xp, block, xp.stack([counts, counts, counts])))
            shares.append(xp.mean(counts))
    found = xp.stack(medians)
    return found[:, 0], found[:, 1], found[:, 2], xp.stack(shares)


def read_close_up(marked: MarkedPatch, table: Table) -> SkinReport:
    """Report on a marked place of skin.

    The light is unknown here, so the tone is that of the picture. Cues are put on a scale, but no level is given: what
    is usual depends on how near the camera was.
    """
    values = close_up_values(NUMPY, marked.pixels.astype(np.float32), marked.mask.astype(np.float32), table)
    grey = float(chroma([float(values[axis]) for axis in "lab"])) < _GREY_CHROMA
    known = {name: float(values[name]) for name in ("clipped", "skin_hue")}
    capture = judge(known, table, greyscale=grey)
    coloured = not grey and all(check.passed for check in capture.checks)
    cues = _cues(values, table, coloured) if capture.accepted else {}
    if not coloured:
        why = table["withheld"]["greyscale" if grey else "cast" if capture.accepted else "capture"]
        return SkinReport(None, capture, grey, None, dict(why), cues)
    return SkinReport(None, capture, grey, _tone(values, table), cues=cues)


def _tone(values: Mapping[str, Any], table: Table) -> Tone:
    lab = float(values["l"]), float(values["a"]), float(values["b"])
    blocks = np.stack([np.asarray(values[f"block.{axis}"], np.float64) for axis in "lab"], axis=1)
    blocks = blocks[np.asarray(values["block.share"]) >= float(table["skin"]["min_share"])]
    angle = float(ita_degrees(lab))
    away = float(np.abs(ita_degrees(blocks) - angle).max(initial=0.0))
    return Tone(
        lab=lab,
        ita_degrees=angle,
        ita_class=ita_class(angle, table),
        uncertainty_degrees=max(away, MIN_UNCERTAINTY),
        undertone=undertone(hue_degrees(blocks), table) if len(blocks) else None,
        hue_degrees=float(hue_degrees(lab)),
        chroma=float(chroma(lab)),
    )


def read_place(text: str, photo: Photo) -> tuple[float, float, float, float]:
    """Read a place as a command line gives it: pixels of the upright photo, parts of it from 0 to 1, or percent of it.

    Returns:
        Left, top, width and height in pixels of the upright photo.

    Raises:
        ValueError: Not four numbers.
    """
    percent = text.count("%") == 4
    left, top, width, height = parse_region(text.replace("%", "") if percent else text)
    if percent or max(left, top, width, height) <= 1.0:
        columns, rows = (side / (100.0 if percent else 1.0) for side in (photo.width, photo.height))
        return left * columns, top * rows, width * columns, height * rows
    return left, top, width, height


def close_up_table(table: Table) -> Table:
    """Give a table whose cues are those of a close-up, for whoever names them."""
    rows = table.get("close_up") or default_table()["close_up"]  # bundles made before there were close-ups
    return {**table, "cues": rows}


def _cues(values: Mapping[str, Any], table: Table, coloured: bool) -> dict[str, Cue]:
    return {
        name: Cue(value, row["unit"], score_of(value, row), {}, float(row["noise"]), "description")
        for name, row in close_up_table(table)["cues"].items()
        if coloured or not row["colour"]
        for value in (float(values[name]),)
    }
