"""Pictures over a face: outlines of its regions, and heat brought from the canonical frame back onto the crop.

Everything stays in memory; what is returned are plain arrays and the text of an image for a page.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from makeup_ai.vision import canonical
from makeup_ai.vision.canonical import NODES, SIDE, Floats, Mask
from makeup_ai.vision.patch import FacePatch
from makeup_ai.vision.space import NUMPY
from makeup_ai.vision.warp import CROP, nodes

Image = npt.NDArray[np.uint8]
Outline = npt.NDArray[np.float64]

PALETTE = ("#fdf1e7", "#f9cdb3", "#ef9389", "#d3547f", "#8f2d78", "#471650")
"""Colours of heat from none to strong, evenly spaced; each is darker than the one before, so it also prints in grey."""

_FAINT, _FULL = 0.25, 0.6  # opacity where there is no heat, and what full heat adds
_PAPER, _INK = 128.0, 0.47  # the photo under heat: lightened and grey, so that heat looks alike on every skin
_SMOOTH = 4  # points of an outline averaged to each side
_KEEP = 3  # one point in so many is drawn
_SAME = 1e-12  # limits nearer than this are one
_MIN_AREA = 20.0  # pixels of the frame; smaller crumbs of a region are not outlined


@cache
def region_outlines() -> Mapping[str, tuple[Outline, ...]]:
    """Trace the regions in the canonical frame: region -> `(points, 2)` x, y of each of its parts."""
    return {name: _traced(mask) for name, mask in canonical.region_masks().items()}


@cache
def feature_outlines() -> Mapping[str, tuple[Outline, ...]]:
    """Trace what is not skin in the canonical frame: eyes, brows, lips, mouth and `"face"`, the whole outline."""
    return {name: _traced(mask) for name, mask in canonical.features().items()}


def _traced(mask: Mask) -> tuple[Outline, ...]:
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    parts = [np.asarray(part, np.float64)[:, 0] for part in found if cv2.contourArea(part) >= _MIN_AREA]
    steps = range(-_SMOOTH, _SMOOTH + 1)
    return tuple(np.mean([np.roll(part, step, axis=0) for step in steps], axis=0)[::_KEEP] for part in parts)


def onto_crop(patch: FacePatch, outline: Outline) -> Outline:
    """Bring `(points, 2)` x, y of the canonical frame to pixels of a face's crop."""
    placed = cv2.merge(nodes(NUMPY, patch.points[:468])[:2])
    where = (outline / (SIDE - 1.0) * (NODES - 1.0)).astype(np.float32)
    moved: Outline = cv2.remap(placed, where[None, :, 0], where[None, :, 1], cv2.INTER_LINEAR)[0].astype(np.float64)
    return moved


def places_in_frame(patch: FacePatch, side: int) -> Floats:
    """Say for every pixel of a face's crop where it lies in the canonical frame: the warp, the other way round.

    Each triangle of the mesh is an affine map; where a turned head shows one behind another, the nearer counts.

    Args:
        patch: The face.
        side: Pixels that the crop is drawn with along each side.

    Returns:
        `(side, side, 2)` float32 x, y in pixels of the frame; -1 where the mesh does not reach.
    """
    corners = (patch.points[:468, :2].astype(np.float64) + 0.5) * (side / CROP) - 0.5
    triangles = canonical.triangles()
    nearest_last = np.argsort(-patch.points[triangles, 2].mean(axis=1), kind="stable")  # depth grows away from us
    owner = np.full((side, side), -1, np.int32)
    for number in nearest_last.tolist():
        drawn = np.round(corners[triangles[number]] * 16.0).astype(np.int32)  # fixed point with four binary digits
        cv2.fillConvexPoly(owner, drawn, (number,), shift=4)
    rows, columns = np.nonzero(owner >= 0)
    homogeneous = np.concatenate([corners[triangles], np.ones((len(triangles), 3, 1))], axis=2)
    maps = np.linalg.pinv(homogeneous) @ canonical.points()[triangles]  # (triangles, 3, 2); flat ones stay harmless
    pixels = np.column_stack([columns, rows, np.ones(len(rows))])
    places = np.full((side, side, 2), -1.0, np.float32)
    places[rows, columns] = np.einsum("pi,pij->pj", pixels, maps[owner[rows, columns]])
    return places


def heat_picture(patch: FacePatch, heat: Floats, cover: Mask, limits: tuple[float, float], places: Floats) -> Image:
    """Lay a heat map over the face.

    Args:
        patch: The face.
        heat: `(SIDE, SIDE)` in the canonical frame.
        cover: `(SIDE, SIDE)` where it is shown.
        limits: Heat of the palette's first colour and of its last.
        places: What `places_in_frame` gave.

    Returns:
        `(side, side, 3)` uint8 sRGB: the crop in grey under the heat.
    """
    side = places.shape[0]
    grey = cv2.cvtColor(cv2.resize(patch.crop, (side, side), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    paper = np.repeat((_PAPER + _INK * grey.astype(np.float32))[..., None], 3, axis=2)
    soft = np.asarray(cv2.GaussianBlur(cover.astype(np.float32), (0, 0), 1.5), np.float32)
    shown = _on_crop(soft, places)
    part = _on_crop(share(heat, limits) * cover, places)  # beside its regions, a cue's heat means nothing
    opacity = (shown * (_FAINT + _FULL * np.sqrt(part)))[..., None]
    mixed = paper * (1.0 - opacity) + coloured(part) * opacity
    picture: Image = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return picture


def _on_crop(values: Floats, places: Floats) -> Floats:
    found: Floats = cv2.remap(
        np.ascontiguousarray(values, np.float32), places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderValue=0.0
    ).astype(np.float32)
    return found


def share(values: npt.ArrayLike, limits: tuple[float, float]) -> Floats:
    """Put values between two limits, 0 at the first and 1 at the second; the second may be the smaller one."""
    low, high = limits
    apart = high - low if abs(high - low) > _SAME else 1.0
    parts: Floats = np.clip((np.asarray(values, np.float32) - low) / np.float32(apart), 0.0, 1.0)
    return parts


def coloured(parts: npt.ArrayLike) -> Floats:
    """Give the palette's colour of parts in [0, 1], `(..., 3)` float32 in [0, 255], straight between its stops."""
    stops = np.array([list(bytes.fromhex(stop.removeprefix("#"))) for stop in PALETTE], np.float32)
    at = np.linspace(0.0, 1.0, len(PALETTE))
    values = np.asarray(parts, np.float32)
    colours: Floats = np.stack([np.interp(values, at, stops[:, channel]) for channel in range(3)], axis=-1)
    return colours.astype(np.float32)


def hex_colour(part: float) -> str:
    """Give the palette's colour of one part in [0, 1] as `#rrggbb`.

    Examples:
        >>> hex_colour(0.0), hex_colour(1.0)
        ('#fdf1e7', '#471650')
    """
    return "#" + bytes(np.round(coloured(part)).astype(np.uint8).tolist()).hex()


def cover_of(regions: Iterable[str]) -> Mask:
    """Give the `(SIDE, SIDE)` pixels of some regions or features of the frame; the whole face where none is known."""
    known: Mapping[str, Any] = {**canonical.features(), **canonical.region_masks()}
    masks = [known[name] for name in regions if name in known]
    if not masks:
        features = canonical.features()
        masks = [features["face"] & ~np.logical_or.reduce([m for name, m in features.items() if name != "face"])]
    cover: Mask = np.logical_or.reduce(masks)
    return cover


def image_text(picture: npt.NDArray[Any], quality: int = 84) -> str:
    """Encode a picture, `(rows, columns, 3)` uint8 sRGB, as the `data:` address of a JPEG."""
    done, encoded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"A picture has three channels of 8 bits. Received: {picture.shape}, {picture.dtype}")
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
