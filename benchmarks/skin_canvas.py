"""Skin in a photo as something to draw on: linear light, millimetres, places of the face, pigments and relief.

Everything is placed by the face mesh and sized by the distance between the pupils (63 mm on an adult face), at the
photo's own resolution. Used by `skin_edits.py`; nothing here reads how the product measures skin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from makeup_ai.vision.canonical import LEFT_BROW, LEFT_EYE, LIPS, MOUTH, OVAL, RIGHT_BROW, RIGHT_EYE
from makeup_ai.vision.colour import linear_from_srgb
from makeup_ai.vision.face import FaceMesh

Picture = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float64]

EYES_MM = 63.0  # between the pupils of an adult: Dodgson, Proc. SPIE 5291, 2004
OVERHEAD = 0.84  # tangent of 40 degrees: how far above the camera's axis the light is taken to stand
# Optical density of each channel (R, G, B) for one of green. Melanin's absorption falls with the wavelength to the
# power 3.33 (Jacques, 1998): 0.65, 1, 1.76 at 620, 545 and 460 nm, nearer to each other in a camera's wide channels;
# blood absorbs green and blue and hardly any red.
MELANIN = np.array([0.65, 1.0, 1.45])
BLOOD = np.array([0.12, 1.0, 0.75])
VEINS = np.array([1.0, 1.05, 0.85])  # blood seen through thin skin, with brown above it: nearly grey, a little blue

CHEEKS = (
    (117, 118, 119, 100, 142, 36, 206, 207, 187, 147, 123),
    (346, 347, 348, 329, 371, 266, 426, 427, 411, 376, 352),
)
NOSE = ((193, 417, 351, 399, 420, 279, 440, 275, 4, 45, 220, 49, 198, 174, 122),)
FOREHEAD = ((104, 69, 108, 151, 337, 299, 333, 334, 296, 336, 9, 107, 66, 105),)
CHIN = ((83, 313, 418, 262, 396, 175, 171, 32, 194),)
UPPER_FACE = (*CHEEKS, *NOSE, *FOREHEAD)
_LASHES_MM = 2.0  # kept clear around eyes, brows and lips


def ramp(values: Field, low: float, high: float) -> Field:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def enlarged(pixels: Picture, factor: float) -> Picture:
    """Enlarge a photo; finer detail than it had does not come of it."""
    return pixels if factor == 1.0 else cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_LANCZOS4)


@dataclass(frozen=True, eq=False)
class Canvas:
    """A photo of `(rows, columns, 3)` uint8 sRGB and the mesh that was found in it."""

    pixels: Picture
    mesh: FaceMesh

    @cached_property
    def mm(self) -> float:
        """Pixels to a millimetre."""
        return self.mesh.eye_distance / EYES_MM

    @cached_property
    def light(self) -> Field:
        """Linear light, `(rows, columns, 3)`."""
        return linear_from_srgb(self.pixels / 255.0)

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @cached_property
    def indices(self) -> Field:
        """Row and column of every pixel, `(2, rows, columns)`."""
        return np.indices(self.shape).astype(np.float64)

    @cached_property
    def down(self) -> Field:
        """Unit vector x, y from the eyes towards the chin."""
        x, y = self.mesh.irises[1, 0] - self.mesh.irises[0, 0]
        return np.array([-y, x]) / np.hypot(x, y)

    @cached_property
    def across(self) -> Field:
        """Unit vector x, y from the person's right to their left."""
        return np.array([self.down[1], -self.down[0]])

    def at(self, vertex: int) -> Field:
        """Give x, y of a vertex of the mesh."""
        return self.mesh.points[vertex, :2]

    def between(self, first: int, second: int, t: float) -> Field:
        """Give x, y on the way from one vertex to another."""
        return (1.0 - t) * self.at(first) + t * self.at(second)

    def polygon(self, vertices: Sequence[int]) -> Field:
        """Fill the polygon of some vertices with ones."""
        canvas = np.zeros(self.shape, np.uint8)
        corners = np.round(self.mesh.points[list(vertices), :2] * 16.0).astype(np.int32)
        cv2.fillPoly(canvas, [corners], (1,), shift=4)
        return canvas.astype(np.float64)

    def polygons(self, several: Sequence[Sequence[int]]) -> Field:
        """Fill several polygons with ones."""
        return np.maximum.reduce([self.polygon(vertices) for vertices in several])

    def soft(self, mask: Field, mm: float) -> Field:
        """Blur a mask so that its edge fades over about `mm` to either side."""
        return gaussian_filter(mask, mm * self.mm / 2.0)

    @cached_property
    def features(self) -> Field:
        """Eyes, brows and lips with what is close to them, soft."""
        size = 2 * round(_LASHES_MM * self.mm) + 1
        hard = self.polygons((RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, LIPS))
        return self.soft(cv2.dilate(hard, np.ones((size, size))), 1.0)

    @cached_property
    def bare(self) -> Field:
        """Where the photo shows skin and no hair: what is much darker than the cheeks is taken for hair."""
        grey = gaussian_filter(self.light.mean(axis=2), 0.7 * self.mm)
        cheek = float(np.median(grey[self.polygons(CHEEKS) > 0]))
        return ramp(grey / cheek, 0.12, 0.35)

    @cached_property
    def skin(self) -> Field:
        """Where the face shows skin, in [0, 1]."""
        return self.soft(self.polygon(OVAL), 2.0) * (1.0 - self.features) * self.bare

    @cached_property
    def lips(self) -> Field:
        """Lips without the open mouth, soft."""
        return np.clip(self.soft(self.polygon(LIPS) - self.polygon(MOUTH), 0.8), 0.0, 1.0)

    @cached_property
    def brightness(self) -> float:
        """Linear light of a white surface facing the light: at least what the brightest skin sends back, twice."""
        skin = self.light.mean(axis=2)[self.skin > 0.5]
        return float(np.clip(2.0 * np.percentile(skin, 95), 0.3, 1.0))

    def noise(self, rng: np.random.Generator, fine_mm: float, coarse_mm: float) -> Field:
        """Make noise between two scales (standard deviations of Gaussians), of mean 0 and deviation 1."""
        white = rng.standard_normal(self.shape)
        band = gaussian_filter(white, fine_mm * self.mm) - gaussian_filter(white, coarse_mm * self.mm)
        return (band - band.mean()) / band.std()

    def scatter(self, rng: np.random.Generator, several: Sequence[Sequence[int]], count: int, apart_mm: float) -> Field:
        """Choose places on bare skin of some polygons, `(count or fewer, 2)` x, y, none nearer than `apart_mm`."""
        places = np.argwhere(self.polygons(several) * self.skin > 0.8)[:, ::-1]
        kept: list[Field] = []
        for place in rng.permutation(places)[: 60 * count]:
            if all(np.hypot(*(place - other)) > apart_mm * self.mm for other in kept):
                kept.append(place)
            if len(kept) == count:
                break
        return np.array(kept, dtype=np.float64).reshape(-1, 2)

    def offset(self, place: Field) -> tuple[Field, Field]:
        """Give each pixel's way from a place in mm: towards the person's left, and down."""
        rows, columns = self.indices
        x, y = columns - place[0], rows - place[1]
        return (
            (x * self.across[0] + y * self.across[1]) / self.mm,
            (x * self.down[0] + y * self.down[1]) / self.mm,
        )

    def blob(self, place: Field, wide_mm: float, high_mm: float) -> Field:
        """Draw a soft elliptical patch of height 1; the radii are where it has fallen to 0.6."""
        x, y = self.offset(place)
        return np.exp(-0.5 * ((x / wide_mm) ** 2 + (y / high_mm) ** 2))

    def stain(self, pigment: Field, density: Field) -> Field:
        """Absorb light by a pigment, `density` of green over the photo."""
        return self.light * np.exp(-density[..., None] * pigment)

    def carve(self, height_mm: Field) -> Field:
        """Give what a relief, in mm over the photo, multiplies light by under a light from above."""
        rows, columns = np.gradient(height_mm * self.mm)
        return 1.0 + OVERHEAD * (columns * self.down[0] + rows * self.down[1])

    def finish(self, light: Field) -> Picture:
        """Encode linear light as the photo was, leaving what did not change exactly as it is."""
        clipped = np.clip(light, 0.0, 1.0)
        srgb = np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1.0 / 2.4) - 0.055)
        edited = np.round(srgb * 255.0).astype(np.uint8)
        return np.where(np.abs(light - self.light) > 1e-6, edited, self.pixels)


@dataclass(frozen=True, eq=False)
class Stroke:
    """A curve on the face, and where every pixel lies from it.

    Args:
        canvas: What it is drawn on.
        places: `(corners, 2)` x, y it passes through, smoothly.
    """

    canvas: Canvas
    places: Sequence[Field]

    @cached_property
    def _samples(self) -> Field:
        corners = np.array(self.places)
        length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
        t = np.linspace(0.0, length[-1], max(8, int(4 * length[-1])))
        line = np.stack([np.interp(t, length, corners[:, i]) for i in (0, 1)], axis=1)
        return gaussian_filter(line, (len(t) / (4.0 * len(corners)), 0), mode="nearest")

    @cached_property
    def _nearest(self) -> tuple[Field, Field, Field]:
        line = self._samples
        along = np.gradient(line, axis=0)
        normal = np.stack([-along[:, 1], along[:, 0]], axis=1) / (np.hypot(*along.T)[:, None] + 1e-12)
        rows, columns = self.canvas.indices
        pixels = np.stack([columns, rows], axis=-1).reshape(-1, 2).astype(np.float64)
        near = cKDTree(line).query(pixels, distance_upper_bound=12.0 * self.canvas.mm)[1]
        found = near < len(line)
        index = np.where(found, near, 0)
        signed = ((pixels - line[index]) * normal[index]).sum(axis=1) / self.canvas.mm
        beyond = np.hypot(*(pixels - line[index]).T) / self.canvas.mm
        signed = np.where(found, np.where(signed < 0, -beyond, beyond), 1e3)
        slope = normal[index] @ self.canvas.down
        shape = self.canvas.shape
        return signed.reshape(shape), (index / (len(line) - 1)).reshape(shape), slope.reshape(shape)

    @property
    def distance(self) -> Field:
        """From the curve in mm, positive to the right of its direction as seen; 1000 far away."""
        return self._nearest[0]

    @property
    def fade(self) -> Field:
        """One along the middle, falling to zero at both ends."""
        t = self._nearest[1]
        return np.sin(np.pi * np.clip(t, 0.0, 1.0)) ** 0.7

    def groove(self, depth_mm: float | Field, width_mm: float, ambient: float = 0.5) -> Field:
        """Give what a furrow multiplies light by: one wall in shade, the other lit, its bottom seeing less sky.

        Args:
            depth_mm: Of the furrow's middle.
            width_mm: Standard deviation of its profile; pixels that are wider spread it and make it shallower.
            ambient: How much darker a bottom as deep as it is wide becomes.
        """
        width = np.hypot(width_mm, 0.3 / self.canvas.mm)
        depth = depth_mm * (width_mm / width) * self.fade
        shape = np.exp(-0.5 * (self.distance / width) ** 2)
        wall = self.distance / width**2 * self._nearest[2]  # of a unit profile, along the way down
        return np.maximum((1.0 + OVERHEAD * depth * shape * wall) * (1.0 - ambient * depth / width * shape), 0.05)
