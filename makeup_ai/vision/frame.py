"""One face in the canonical frame: what every formula of colour, tone and cues reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision import canonical, filters, statistics, warp
from makeup_ai.vision.canonical import REGIONS, SIDE, Ints
from makeup_ai.vision.colour import lab_pixels, linear_pixels
from makeup_ai.vision.space import Array
from makeup_ai.vision.table import Table

FINE = 128  # pixels of each fine window's side
FINE_WINDOWS: Mapping[str, tuple[float, float, float]] = {
    "forehead": (96.0, 22.0, 64.0),
    "right_cheek": (36.0, 98.0, 48.0),
    "left_cheek": (172.0, 98.0, 48.0),
    "nose": (104.0, 92.0, 48.0),
}
"""Region -> left, top and side, in pixels of the frame, of the square that is also read at the crop's own density."""
_HIDDEN = 0.25  # of the mean stretch: skin seen at a steeper angle is not measured


@dataclass(eq=False)
class Frame:
    """A face brought to the canonical frame, and the pixels in it that show skin as it is.

    Args:
        xp: The array namespace that everything is computed in.
        table: Thresholds, `table.default_table()`.
        crop: `(CROP, CROP, 3)` float32 sRGB in [0, 255].
        points: `(478, 3)` float32 mesh and irises in pixels of the crop.
        scene: `(SCENE, SCENE, 3)` float32 sRGB in [0, 255].
        gains: `(3,)` what each channel of linear light is multiplied by, so that colours are those under white light.
    """

    xp: Any
    table: Table
    crop: Array
    points: Array
    scene: Array
    gains: Array
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        xp = self.xp
        self.half = warp.halve(self.crop)
        self.nodes = warp.nodes(xp, self.points[:468, :2])
        seen = self.read(self.half, (self.nodes - 0.5) * 0.5, 0.0, 0.0, float(SIDE), SIDE)
        self.seen = linear_pixels(xp, seen)
        """`(SIDE * SIDE, 3)` linear light as photographed."""
        self.lab = lab_pixels(xp, self.seen * self.gains)
        """`(SIDE * SIDE, 3)` CIELAB under white light."""
        self.lightness = xp.reshape(self.lab[:, 0], (SIDE, SIDE))
        """`(SIDE, SIDE)` L*."""
        self.turned = warp.stretch(xp, self.nodes)
        """`(SIDE, SIDE)` area of the crop behind each pixel, over the mean's."""
        self._find_skin()

    def read(self, image: Array, placed: Array, left: float, top: float, side: float, samples: int) -> Array:
        """Read a square of the frame from an image of the crop, `(samples * samples, channels)`."""
        return warp.sample(self.xp, image, warp.places(self.xp, placed, left, top, side, samples))

    def _find_skin(self) -> None:
        """Mark the pixels of regions that are neither mirrors, nor in deep shadow (hair, creases), nor turned away."""
        xp, limits = self.xp, self.table["skin"]
        lightness = self.lab[:, 0]
        chroma = xp.sqrt(xp.square(self.lab[:, 1]) + xp.square(self.lab[:, 2]))
        medians = [self._plain_median(values) for values in (lightness, chroma)]
        middle, colour = (xp.take(values, canonical.labels().reshape(-1), axis=0) for values in medians)
        specular = limits["specular"]
        pale = xp.logical_and(lightness > middle + specular["lighter"], chroma < colour * specular["chroma_ratio"])
        self.mirror = xp.where(xp.logical_or(pale, lightness > specular["white"]), 1.0, 0.0)
        """`(SIDE * SIDE,)` one where a pixel of a region mirrors the light instead of showing skin."""
        faced = xp.where(xp.reshape(self.turned, (-1,)) > _HIDDEN, 1.0, 0.0)
        lit = xp.where(lightness >= middle - limits["shadow"]["darker"], 1.0, 0.0)
        self.skin = faced * lit * (1.0 - self.mirror) * _in_regions()
        """`(SIDE * SIDE,)` one where a pixel of a region shows skin."""

    def _plain_median(self, values: Array) -> Array:
        """Give the median of every region, `(regions + 1,)`; the last, for no region, is the first's."""
        xp = self.xp
        found = [
            statistics.median(xp, xp.take(values, pixels(name), axis=0), np.ones(len(pixels(name)), np.float32))
            for name in REGIONS
        ]
        return xp.stack([*found, found[0]])

    def of(self, values: Array, region: str) -> Array:
        """Take the pixels of a region out of `(SIDE * SIDE, ...)` values."""
        return self.xp.take(values, pixels(region), axis=0)

    def share(self, region: str) -> Array:
        """Give the share of a region's pixels that show skin, in [0, 1]."""
        return self.xp.mean(self.of(self.skin, region))

    def usable(self, region: str) -> Array:
        """Give one where a region shows at least `skin.min_share` of its pixels as skin, and zero where not."""
        return self.xp.where(self.share(region) >= self.table["skin"]["min_share"], 1.0, 0.0)

    def colour(self, *regions: str) -> Array:
        """Give the median L*, a*, b* of the skin of some regions together, `(3,)`."""
        if regions not in self._kept:
            xp = self.xp
            lab = xp.concatenate([self.of(self.lab, region) for region in regions], axis=0)
            skin = xp.concatenate([self.of(self.skin, region) for region in regions], axis=0)
            self._kept[regions] = statistics.median(xp, xp.transpose(lab), xp.stack([skin, skin, skin]))
        return self._kept[regions]

    def pooled(self, values: Mapping[str, Array], weights: Mapping[str, float] | None = None) -> Array:
        """Average the values of the regions that can be used; each counts as one, or by its weight."""
        xp = self.xp
        each = xp.stack([self.usable(name) * (1.0 if weights is None else weights[name]) for name in values])
        return statistics.average(xp, xp.stack(list(values.values())), each)

    def fine(self) -> Mapping[str, Array]:
        """Read the fine windows at the crop's own density, `(FINE, FINE)` L* as photographed with the gains applied."""
        if "fine" not in self._kept:
            self._kept["fine"] = {
                name: self.xp.reshape(
                    lab_pixels(
                        self.xp,
                        linear_pixels(self.xp, self.read(self.crop, self.nodes, *window, FINE)) * self.gains,
                    )[:, 0],
                    (FINE, FINE),
                )
                for name, window in FINE_WINDOWS.items()
            }
        found: Mapping[str, Array] = self._kept["fine"]
        return found

    def blurred(self, sigma: float) -> Array:
        """Give the lightness blurred at a scale, `(SIDE, SIDE)`; made once."""
        return self.once(("blurred", sigma), lambda: filters.blur(self.xp, self.lightness, sigma))

    def curved(self, sigma: float) -> tuple[Array, Array, Array]:
        """Give `filters.principal_curvatures` of the lightness at a scale; made once."""
        found: tuple[Array, Array, Array] = self.once(
            ("curved", sigma), lambda: filters.principal_curvatures(self.xp, self.lightness, sigma)
        )
        return found

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """Give what `make` makes, and the same again for the same key: pictures that several cues read."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


@cache
def pixels(region: str) -> Ints:
    """Give the numbers of a region's pixels in the flattened frame, int32."""
    return np.flatnonzero(canonical.region_masks()[region].reshape(-1)).astype(np.int32)


@cache
def _in_regions() -> Any:
    return (canonical.labels().reshape(-1) < len(REGIONS)).astype(np.float32)
