"""The light a photo was taken in: its colour, and the gains that take it out."""

from __future__ import annotations

from typing import Any

from makeup_ai.vision.colour import lab_pixels, linear_pixels
from makeup_ai.vision.space import Array
from makeup_ai.vision.table import Table

_NORM = 6.0  # Minkowski norm of the edges, as published


def edge_light(xp: Any, scene: Array) -> Array:
    """Estimate the colour of the light from the edges of the scene, `(3,)` linear, of mean one.

    The edges of a scene are grey on average, so the colour of its differences is that of its light: van de Weijer,
    Gevers & Gijsenij, "Edge-based color constancy", IEEE Trans. Image Process. 16 (2007), first order, norm 6.

    Args:
        xp: The array namespace.
        scene: `(side, side, 3)` float32 sRGB in [0, 255].
    """
    linear = linear_pixels(xp, scene)
    across, down = xp.abs(linear[:, 1:] - linear[:, :-1]), xp.abs(linear[1:] - linear[:-1])
    edges = xp.concatenate([xp.reshape(across, (-1, 3)), xp.reshape(down, (-1, 3))], axis=0)
    light = xp.power(xp.mean(xp.power(edges, _NORM), axis=0) + 1e-30, 1.0 / _NORM)
    return light / xp.maximum(xp.mean(light), 1e-9)


def cast(xp: Any, light: Array) -> Array:
    """Give the chroma C*ab that a mid grey has under a light, `(3,)` linear of mean one; 0 for neutral light."""
    lab = lab_pixels(xp, light * 0.2)
    return xp.sqrt(xp.square(lab[1]) + xp.square(lab[2]))


def gains(xp: Any, crop: Array, points: Array, scene: Array, table: Table) -> Array:
    """Give what each channel is multiplied by to take the light out, `(3,)`."""
    return xp.ones_like(scene[0, 0])
