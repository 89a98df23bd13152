"""Visible cues of the skin, each a plain formula over the face patch, as cosmetic observations."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from makeup_ai.schema import Cue
from makeup_ai.vision.patch import FacePatch
from makeup_ai.vision.regions import Mask, skin_mask, specular_mask
from makeup_ai.vision.table import Table

_RED_REGIONS = ("right_cheek", "left_cheek", "nose")
_RED_REFERENCE = ("forehead", "chin")
_SHINE_REGIONS = ("forehead", "nose", "right_cheek", "left_cheek")


def redness(patch: FacePatch, masks: Mapping[str, Mask], table: Table) -> Cue | None:
    """Measure how much redder cheeks and nose are than the rest of the same face.

    A region's value is its median a* less the mean of the median a* of forehead and chin; the cue is the mean of its
    regions. The face is its own reference, so a tint of the light cancels to first order.

    Returns:
        The cue in a* units, or `None` where a region shows fewer than `skin.min_pixels` pixels of skin.
    """
    red = {}
    for name in (*_RED_REGIONS, *_RED_REFERENCE):
        mask = skin_mask(patch.lab, masks[name], table["skin"])
        if int(mask.sum()) < table["skin"]["min_pixels"]:
            return None
        red[name] = float(np.median(patch.lab[..., 1][mask]))
    reference = sum(red[name] for name in _RED_REFERENCE) / len(_RED_REFERENCE)
    regions = {name: red[name] - reference for name in _RED_REGIONS}
    return _cue("redness", sum(regions.values()) / len(regions), regions, table)


def shine(patch: FacePatch, masks: Mapping[str, Mask], table: Table) -> Cue | None:
    """Measure the share of skin that mirrors the light (`regions.specular_mask`), in percent of the pixels.

    Returns:
        The cue, over all regions and for each, or `None` where a region has fewer than `skin.min_pixels` pixels.
    """
    bright, whole = {}, {}
    for name in _SHINE_REGIONS:
        whole[name] = int(masks[name].sum())
        if whole[name] < table["skin"]["min_pixels"]:
            return None
        bright[name] = int(specular_mask(patch.lab, masks[name], table["skin"]["specular"]).sum())
    regions = {name: 100.0 * bright[name] / whole[name] for name in _SHINE_REGIONS}
    return _cue("shine", 100.0 * sum(bright.values()) / sum(whole.values()), regions, table)


CUES = {"redness": redness, "shine": shine}
"""Every cue by its name; a new one is a function here and a row in the table's `cues`."""


def _cue(name: str, value: float, regions: Mapping[str, float], table: Table) -> Cue:
    row = table["cues"][name]
    score = 100.0 * (value - row["none"]) / (row["strong"] - row["none"])
    return Cue(value=value, unit=row["unit"], score=min(100.0, max(0.0, score)), regions=dict(regions))
