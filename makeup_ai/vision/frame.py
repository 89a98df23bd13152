"""One face in the canonical frame: what every formula of colour, tone and cues reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision import canonical, statistics, warp
from makeup_ai.vision.canonical import SIDE, Ints
from makeup_ai.vision.colour import lab_pixels, linear_pixels
from makeup_ai.vision.light import read_light
from makeup_ai.vision.skin_pixels import find_skin
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


@dataclass(eq=False)
class Frame:
    """A face brought to the canonical frame, and the pixels in it that show skin as it is.

    Args:
        xp: The array namespace that everything is computed in.
        table: Thresholds, `table.default_table()`.
        crop: `(3, CROP, CROP)` float32 sRGB in [0, 255]; channels come first in everything that is made of it.
        points: `(478, 3)` float32 mesh and irises in pixels of the crop.
        scene: `(3, SCENE, SCENE)` float32 sRGB in [0, 255].
        gains: `(3,)` what each channel of linear light is multiplied by, so that colours are those under white light;
            those of the estimated light where `None`.
    """

    xp: Any
    table: Table
    crop: Array
    points: Array
    scene: Array
    gains: Array = None
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        xp = self.xp
        self.nodes = warp.nodes(xp, self.points[:468])
        self.light = read_light(xp, self.crop, self.points, self.nodes, self.scene, self.table)
        if self.gains is None:
            self.gains = self.light.gains
        self.half = xp.halve(self.crop)
        seen = self.read(self.half, (self.nodes - 0.5) * 0.5, 0.0, 0.0, float(SIDE), SIDE)
        self.seen = linear_pixels(xp, seen)
        """`(3, SIDE * SIDE)` linear light as photographed."""
        white = self.seen * xp.reshape(self.gains, (3, 1))
        self.lab = lab_pixels(xp, white)
        """`(3, SIDE * SIDE)` CIELAB under white light."""
        self.lightness = xp.reshape(self.lab[0], (SIDE, SIDE))
        """`(SIDE, SIDE)` L*."""
        self.turned = warp.stretch(xp, self.nodes)
        """`(SIDE, SIDE)` area of the crop behind each pixel, over the mean's."""
        found = find_skin(xp, self.lab, white, self.turned, self.table)
        self.skin = found.skin
        """`(SIDE * SIDE,)` one where a pixel of a region shows skin."""
        self.mirror = found.mirror
        """`(SIDE * SIDE,)` one where a pixel of a region mirrors the light instead of showing skin."""
        self.covered = found.covered
        """`(regions,)` how far each region as a whole is from the skin of the others, 0 to 1."""
        self.strange = found.strange
        """`(SIDE * SIDE,)` squared distance from this face's skin; 1 where a pixel stops counting as skin."""

    def read(self, image: Array, placed: Array, left: float, top: float, side: float, samples: int) -> Array:
        """Read a square of the frame from an image of the crop, `(channels, samples * samples)`."""
        return warp.sample(self.xp, image, warp.places(self.xp, placed, left, top, side, samples))

    def of(self, values: Array, *regions: str) -> Array:
        """Take the pixels of regions out of `(..., SIDE * SIDE)` values, one region after the other."""
        return self.xp.take(values, pixels(*regions), axis=-1)

    def share(self, region: str) -> Array:
        """Give the share of a region's pixels that show skin, in [0, 1]."""
        return self.xp.mean(self.of(self.skin, region))

    def usable(self, region: str) -> Array:
        """Give one where a region shows at least `skin.min_share` of its pixels as skin, and zero where not."""
        least = self.table["skin"]["min_share"]
        return self.once(("usable", region), lambda: self.xp.where(self.share(region) >= least, 1.0, 0.0))

    def colour(self, *regions: str) -> Array:
        """Give the median L*, a*, b* of the skin of some regions together, `(3,)`."""
        if regions not in self._kept:
            xp = self.xp
            skin = self.of(self.skin, *regions)
            self._kept[regions] = statistics.median(xp, self.of(self.lab, *regions), xp.stack([skin, skin, skin]))
        return self._kept[regions]

    def median_lightness(self, region: str) -> Array:
        """Give the median L* of the skin of a region, `()`."""
        return statistics.median(self.xp, self.of(self.lab[0], region), self.of(self.skin, region))

    def pooled(self, values: Mapping[str, Array], weights: Mapping[str, float] | None = None) -> Array:
        """Average the values of the regions that can be used; each counts as one, or by its weight."""
        xp = self.xp
        each = xp.stack([self.usable(name) * (1.0 if weights is None else weights[name]) for name in values])
        return statistics.average(xp, xp.stack(list(values.values())), each)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """Give what `make` makes, and the same again for the same key: pictures that several cues read."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


@cache
def pixels(*regions: str) -> Ints:
    """Give the numbers of the pixels of regions in the flattened frame, one region after the other."""
    masks = canonical.region_masks()
    return np.concatenate([np.flatnonzero(masks[region].reshape(-1)) for region in regions])
