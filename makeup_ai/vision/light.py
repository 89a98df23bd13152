"""The light a photo was taken in, and the gains that take it out.

Four references are read from the same photo: the mean of the scene around the face, its Minkowski mean, its edges, and
the whites of the eyes. If a lamp or the camera multiplies a channel, each reference is multiplied alike, so a colour
told relative to them stays what it was. That holds as long as nothing is clipped, which is measured as well. What the
references usually are under white light, and how much each counts, is a table.

Sources: Buchsbaum, "A spatial processor model for object colour perception", J. Franklin Inst. 310 (1980), for
grey-world; Finlayson & Trezzi, "Shades of gray and colour constancy", CIC 12 (2004); van de Weijer, Gevers & Gijsenij,
"Edge-based color constancy", IEEE Trans. Image Process. 16 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision import canonical, filters, statistics, warp
from makeup_ai.vision.canonical import Ints
from makeup_ai.vision.colour import lab_pixels, linear_pixels
from makeup_ai.vision.space import Array
from makeup_ai.vision.table import Table

REFERENCES = ("grey_world", "shades_of_grey", "grey_edge", "sclera")
"""The references, in the order in which formulas stack them."""

MEASURED = ("stops", "stops_apart", "cast_apart", "sclera")
"""The numbers of a light that are told beside the gate's."""

_EYE_WINDOWS = ((59.0, 57.0), (149.0, 57.0))  # left and top in the frame: right eye, left eye
_EYE_SIDE = 48  # pixels of the frame
_IRISES = (468, 473)  # rows of the points: each a centre and four points of the rim
_LIDS = ((159, 145, 33, 133), (386, 374, 263, 362))  # upper, lower, outer, inner
_BLUR = 1.2  # pixels of the scene
_BEYOND_IRIS = 1.1  # radii from its centre
_WHITE_OF_EYE = 0.9  # quantile: whites lie at the bright end, next to lashes and the pink of the corners
_MID_GREY = 0.2  # linear
_MOST = 2.5  # natural logarithm of the most that exposure is changed by: a scene without edges says nothing
_FLOOR = 1e-5  # linear; below, a logarithm would mean nothing


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """What was found of the light.

    Args:
        gains: `(3,)` what each channel of linear light is multiplied by, so that colours are those under white light.
        stops: `()` brightening by the gains, in exposure values.
        cast: `()` chroma C*ab that a mid grey has under this light; 0 for white.
        stops_apart: `()` how far shades of grey and edges are apart on the exposure, in exposure values.
        cast_apart: `()` how far the whites of the eyes and the edges are apart on its colour, in C*ab of a mid grey.
        white: `(3,)` linear light of the whites of the eyes, as photographed.
        sclera: `()` how far they can be trusted, in [0, 1].
        clipped: `()` percentage of the strength of the edges that lies next to clipped pixels, in the worst channel.
    """

    gains: Array
    stops: Array
    cast: Array
    stops_apart: Array
    cast_apart: Array
    white: Array
    sclera: Array
    clipped: Array


def read_light(xp: Any, crop: Array, points: Array, nodes: Array, scene: Array, table: Table) -> Light:
    """Estimate the light from the scene and the whites of the eyes.

    Args:
        xp: The array namespace.
        crop: `(3, CROP, CROP)` float32 sRGB in [0, 255].
        points: `(478, 3)` float32 mesh and irises in pixels of the crop.
        nodes: What `warp.nodes` made of the mesh.
        scene: `(3, SCENE, SCENE)` float32 sRGB in [0, 255].
        table: Its section `light` holds what is usual, weights and ramps.
    """
    limits = table["light"]
    sharp = linear_pixels(xp, scene)
    linear, ends = smooth(xp, sharp), smooth(xp, near_the_end(xp, sharp, limits["clipped_from"]))
    edges = edge_strengths(xp, linear)
    eyes, open_ = sclera(xp, crop, points, nodes, limits["sclera"])
    found = xp.stack([grey_world(xp, linear), shades_of_grey(xp, linear), minkowski(xp, edges), eyes])
    usual = np.array([limits["usual"][name] for name in REFERENCES], np.float32)
    away = xp.log(xp.maximum(found, _FLOOR)) - usual  # (4, 3) natural logarithms
    exposure = xp.mean(away, axis=1)
    colour = away - exposure[:, None]
    trust = open_ * _ramp(xp, exposure[3] - exposure[2], limits["sclera"]["darker"])
    stop = xp.clip(xp.sum(exposure * _weights(xp, limits["exposure"], trust)), -_MOST, _MOST)
    cast_ = xp.sum(colour * _weights(xp, limits["colour"], trust)[:, None], axis=0)
    apart = (colour[3] - colour[2]) * trust
    return Light(
        gains=xp.cast(xp.exp(-stop - cast_), "float32"),
        stops=-stop / float(np.log(2.0)),
        cast=cast(xp, xp.exp(cast_)),
        stops_apart=xp.abs(exposure[1] - exposure[2]) / float(np.log(2.0)),
        cast_apart=cast(xp, xp.exp(apart)),
        white=eyes,
        sclera=trust,
        clipped=clipped_edges(xp, ends, edges),
    )


def cast(xp: Any, light: Array) -> Array:
    """Give the chroma C*ab that a mid grey has under a light, `(3,)` linear; 0 for neutral light."""
    light = light / xp.maximum(xp.mean(light), 1e-9)
    lab = lab_pixels(xp, light * _MID_GREY)
    return xp.sqrt(xp.square(lab[1]) + xp.square(lab[2]))


def grey_world(xp: Any, linear: Array) -> Array:
    """Give the mean of a `(3, rows, columns)` linear scene, `(3,)` (Buchsbaum, 1980)."""
    return xp.mean(xp.reshape(linear, (3, -1)), axis=1)


def shades_of_grey(xp: Any, linear: Array) -> Array:
    """Give the Minkowski mean of norm 6 of a linear scene, `(3,)` (Finlayson & Trezzi, 2004)."""
    return minkowski(xp, xp.reshape(linear, (3, -1)))


def edge_strengths(xp: Any, linear: Array) -> Array:
    """Give the differences between neighbouring pixels of a linear scene, `(3, pairs)`."""
    across, down = linear[..., 1:] - linear[..., :-1], linear[:, 1:] - linear[:, :-1]
    return xp.abs(xp.concatenate([xp.reshape(across, (3, -1)), xp.reshape(down, (3, -1))], axis=1))


def minkowski(xp: Any, values: Array) -> Array:
    """Give the Minkowski mean of norm 6 of `(3, samples)` values, `(3,)`; of edges, it is grey-edge of first order."""
    return xp.power(xp.mean(_sixth(xp, values), axis=1) + 1e-30, 1.0 / 6.0)


def _sixth(xp: Any, values: Array) -> Array:
    squared = xp.square(values)
    return squared * squared * squared


def smooth(xp: Any, scene: Array) -> Array:
    """Blur a `(channels, side, side)` scene, so that its edges are as strong in a small photo as in a large one."""
    return filters.blur(xp, scene, _BLUR)


def near_the_end(xp: Any, linear: Array, begins: float) -> Array:
    """Tell how far each value of linear light is clipped: 0 up to `begins`, 1 at the end of the range."""
    return xp.clip((linear - begins) / (1.0 - begins), 0.0, 1.0)


def clipped_edges(xp: Any, ends: Array, edges: Array) -> Array:
    """Give the percentage of the edges' strength that lies next to clipped pixels, in the worst channel.

    Args:
        xp: The array namespace.
        ends: `(3, rows, columns)` how far each pixel is clipped, 0 to 1.
        edges: The scene's `edge_strengths`.
    """
    across, down = xp.maximum(ends[..., 1:], ends[..., :-1]), xp.maximum(ends[:, 1:], ends[:, :-1])
    beside = xp.concatenate([xp.reshape(across, (3, -1)), xp.reshape(down, (3, -1))], axis=1)
    strength = _sixth(xp, edges)
    return 100.0 * xp.max(xp.sum(strength * beside, axis=1) / (xp.sum(strength, axis=1) + 1e-30))


def sclera(xp: Any, crop: Array, points: Array, nodes: Array, limits: Any) -> tuple[Array, Array]:
    """Read the whites of the eyes: the bright end of what lies between the lids and beyond the iris.

    Each channel is read by its own rank, so that a tint of the light does not change which pixels are taken.

    Returns:
        Linear light, `(3,)`, and how far the eyes are open, in [0, 1].
    """
    pixels, beyond = [], []
    for (left, top), iris, place in zip(_EYE_WINDOWS, _IRISES, _between_lids(), strict=True):
        xy = xp.take(warp.places(xp, nodes, left, top, float(_EYE_SIDE), _EYE_SIDE), place, axis=1)
        centre = points[iris, :2]
        radius = xp.mean(_length(xp, points[iris + 1 : iris + 5, :2] - centre))
        beyond.append(xp.where(_length(xp, xp.transpose(xy) - centre) > _BEYOND_IRIS * radius, 1.0, 0.0))
        pixels.append(linear_pixels(xp, warp.sample(xp, crop, xy)))
    values, weights = xp.concatenate(pixels, axis=1), xp.concatenate(beyond, axis=0)
    white = statistics.quantile(xp, values, xp.stack([weights, weights, weights]), (_WHITE_OF_EYE,))[..., 0]
    return white, _ramp(xp, xp.mean(xp.stack([_opening(xp, points, lids) for lids in _LIDS])), limits["open"])


def _opening(xp: Any, points: Array, lids: tuple[int, int, int, int]) -> Array:
    upper, lower, outer, inner = (points[vertex, :2] for vertex in lids)
    return _length(xp, upper - lower) / xp.maximum(_length(xp, outer - inner), 1e-6)


def _length(xp: Any, vectors: Array) -> Array:
    return xp.sqrt(xp.sum(xp.square(vectors), axis=-1) + 1e-12)


def _weights(xp: Any, weights: Any, trust: Array) -> Array:
    """Give the weights `(4,)`: what the whites of the eyes are not trusted with goes to the edges."""
    world, shades, edges, white = (float(weights[name]) for name in REFERENCES)
    one = xp.ones_like(trust)
    return xp.stack([world * one, shades * one, edges + white * (1.0 - trust), white * trust])


def _ramp(xp: Any, value: Array, ends: Any) -> Array:
    """Rise from 0 at the first end to 1 at the second."""
    low, high = float(ends[0]), float(ends[1])
    return xp.clip((value - low) / (high - low), 0.0, 1.0)


@cache
def _between_lids() -> tuple[Ints, Ints]:
    """Give the pixels of each eye's window that lie between the lids."""
    found = []
    for (left, top), eye in zip(_EYE_WINDOWS, (canonical.RIGHT_EYE, canonical.LEFT_EYE), strict=True):
        rows, columns = slice(int(top), int(top) + _EYE_SIDE), slice(int(left), int(left) + _EYE_SIDE)
        found.append(np.flatnonzero(canonical.polygon(eye)[rows, columns].reshape(-1)))
    return found[0], found[1]
