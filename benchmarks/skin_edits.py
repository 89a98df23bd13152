"""Known edits of real photos: what a cue of the skin looks like when there is more of it, in any strength.

    python benchmarks/skin_edits.py ../shared/data/photos --out build/skin_edits

writes contact sheets (unedited, half, full strength) to look at. Every edit is a plain function
`edit(canvas, strength, rng) -> (rows, columns, 3)` linear light, drawn in the photo itself, placed with the mesh that
was found once on the unedited photo. The same `rng` seed gives the same spots and lines at every strength, so that
eight strengths are eight doses of one thing. Synthetic: real skin varies in ways that nobody has drawn here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter
from skin_canvas import (
    BLOOD,
    CHEEKS,
    CHIN,
    FOREHEAD,
    MELANIN,
    NOSE,
    UPPER_FACE,
    VEINS,
    Canvas,
    Field,
    Picture,
    Stroke,
    ramp,
)

from makeup_ai.vision.canonical import LEFT_EYE, OVAL, RIGHT_EYE
from makeup_ai.vision.face import FaceFinder, FaceMesh

Rng = np.random.Generator
LID = ((33, 7, 163, 144, 145, 153, 154, 155, 133), (263, 249, 390, 373, 374, 380, 381, 382, 362))  # outer to inner


def redness(c: Canvas, strength: float, rng: Rng) -> Field:
    """Flush cheeks and the lower nose, a little blotchy."""
    places = [(c.at(50), 14, 11), (c.at(280), 14, 11), (c.at(4), 9, 8)]
    patch = np.maximum.reduce([c.blob(*place) for place in places])
    blotches = np.clip(1.0 + 0.25 * c.noise(rng, 3.0, 8.0), 0.0, None)
    return c.stain(BLOOD, 0.55 * strength * patch * blotches * c.skin)


def shine(c: Canvas, strength: float, rng: Rng) -> Field:
    """Mirror the light on forehead, nose and cheekbones, broken up by the skin's relief."""
    places = [
        (c.between(9, 151, 0.75), 17, 8),
        (c.between(197, 195, 0.5), 2.5, 9),
        (c.at(4), 4, 3.5),
        (c.between(118, 50, 0.3), 9, 5),
        (c.between(347, 280, 0.3), 9, 5),
    ]
    patch = np.maximum.reduce([c.blob(*place) for place in places])
    broken = np.clip(0.9 + 0.18 * c.noise(rng, 0.5, 1.6), 0.0, 1.4)
    return c.light + (0.5 * strength * c.brightness * patch * broken * c.skin)[..., None]


def uneven_tone(c: Canvas, strength: float, rng: Rng) -> Field:
    """Lay large soft patches, browner here and paler there, over the whole face.

    What they share with the patches that are there already is taken out, or the first of them would even these out.
    """
    patches = np.clip(c.noise(rng, 5.0, 12.0), -1.0, 1.8)
    density = -np.log(np.maximum(gaussian_filter(c.light.mean(axis=2), 3.0 * c.mm), 1e-3))
    there = (density - gaussian_filter(density, 12.0 * c.mm)) * c.skin
    patches = patches - there * (patches * there).sum() / (there**2).sum()
    return c.stain(0.7 * MELANIN + 0.3, 0.18 * strength * patches * c.skin)


def dark_spots(c: Canvas, strength: float, rng: Rng) -> Field:
    """Add up to forty brown spots of 2 to 4 mm, irregular and soft at the edge."""
    density = np.zeros(c.shape)
    warp = c.noise(rng, 0.7, 2.0)
    for number, place in enumerate(c.scatter(rng, UPPER_FACE, 40, 4.5)):
        radius, dark = rng.uniform(1.0, 2.0), rng.uniform(0.22, 0.5)
        x, y = c.offset(place)
        shape = 1.0 - ramp(np.hypot(x, y * rng.uniform(0.8, 1.25)) / radius + 0.15 * warp, 0.55, 1.35)
        density = np.maximum(density, dark * shape * np.clip(40 * strength - number, 0.0, 1.0))
    return c.stain(MELANIN, density * c.skin)


def blemishes(c: Canvas, strength: float, rng: Rng) -> Field:
    """Add up to sixteen red bumps of 3 to 6 mm on cheeks, forehead and chin, lit from above, with a small highlight."""
    red, height, shiny = np.zeros(c.shape), np.zeros(c.shape), np.zeros(c.shape)
    for number, place in enumerate(c.scatter(rng, (*CHEEKS, *FOREHEAD, *CHIN), 16, 8.0)):
        radius, there = rng.uniform(1.5, 3.0), np.clip(16 * strength - number, 0.0, 1.0)
        x, y = c.offset(place)
        away = np.hypot(x, y) / radius
        red = np.maximum(red, there * (0.5 * (1.0 - ramp(away, 0.5, 1.25)) + 0.12 * np.exp(-0.5 * (away / 1.3) ** 2)))
        height += there * 0.35 * np.exp(-0.5 * (away / 0.6) ** 2)
        shiny += there * 0.10 * c.brightness * c.blob(place - 0.5 * radius * c.mm * c.down, 0.5, 0.4)
    return (c.stain(BLOOD, red * c.skin) + (shiny * c.skin)[..., None]) * (1 + (c.carve(height) - 1) * c.skin)[
        ..., None
    ]


def pores(c: Canvas, strength: float, rng: Rng) -> Field:
    """Open pores of 0.3 to 0.6 mm about 1.3 mm apart on the nose and the cheeks beside it.

    A pore smaller than a pixel darkens it by the part it covers.
    """
    zone = c.soft(c.polygons(NOSE), 2.0) + c.soft(c.polygons(CHEEKS), 3.0) * np.maximum(
        c.blob(c.at(36), 12, 13), c.blob(c.at(266), 12, 13)
    )
    zone = np.clip(zone, 0.0, 1.0) * c.skin
    rows, columns = np.nonzero(zone > 0.05)
    holes = np.zeros(c.shape)
    step = 1.3 * c.mm
    ys, xs = (np.arange(v.min(), v.max() + 1, step) for v in (rows, columns))
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    for x, y in grid + rng.uniform(-0.4, 0.4, grid.shape) * step:
        size, dark = rng.uniform(0.3, 0.6) * c.mm, rng.uniform(0.5, 1.0)
        sigma = np.hypot(size / 2.35, 0.35)
        mass = dark * np.pi / 4.0 * size**2 / (2.0 * np.pi * sigma**2)
        near = int(3 * sigma) + 1
        top, left = max(0, round(y) - near), max(0, round(x) - near)
        r, k = np.mgrid[top : round(y) + near + 1, left : round(x) + near + 1]
        r, k = r[: c.shape[0] - top, : c.shape[1] - left], k[: c.shape[0] - top, : c.shape[1] - left]
        holes[top : top + r.shape[0], left : left + r.shape[1]] += mass * np.exp(
            -0.5 * ((r - y) ** 2 + (k - x) ** 2) / sigma**2
        )
    return c.light * (1.0 - np.clip(0.85 * strength * holes * zone, 0.0, 0.8))[..., None] ** (0.85 + 0.15 * BLOOD)


def texture(c: Canvas, strength: float, rng: Rng) -> Field:
    """Roughen the skin with a relief between 1 and 4 mm."""
    height = 0.11 * c.noise(rng, 0.5, 1.2)
    return c.light * (1.0 + strength * (c.carve(height) - 1.0) * c.skin)[..., None]


def _engrave(c: Canvas, strokes: Sequence[tuple[Sequence[Field], float, float]], strength: float) -> Field:
    """Draw furrows of a depth and a width in mm along lines, reddened a little at the bottom."""
    factor = np.ones(c.shape)
    for places, depth, width in strokes:
        factor = factor * Stroke(c, places).groove(depth * strength, width)
    keep = c.bare * (1.0 - 0.9 * c.soft(c.polygons((RIGHT_EYE, LEFT_EYE)), 1.0))
    factor = 1.0 + (factor - 1.0) * keep
    return c.light * factor[..., None] ** (0.85 + 0.2 * BLOOD)


def forehead_lines(c: Canvas, strength: float, rng: Rng) -> Field:
    """Furrow the forehead across, four lines that follow the brows."""
    low, high = (105, 66, 107, 9, 336, 296, 334), (104, 69, 108, 151, 337, 299, 333)
    strokes = []
    for level, ends in zip((0.28, 0.52, 0.76, 1.0), rng.permutation([0, 0, 1, 1]), strict=True):
        pairs = list(zip(low, high, strict=True))[ends : 7 - ends]
        wobble = rng.normal(0.0, 0.5 * c.mm, len(pairs))
        line = [c.between(a, b, level) + away * c.down for (a, b), away in zip(pairs, wobble, strict=True)]
        strokes.append((line, rng.uniform(0.28, 0.45), rng.uniform(0.7, 1.0)))
    return _engrave(c, strokes, strength)


def frown_lines(c: Canvas, strength: float, rng: Rng) -> Field:
    """Furrow upright between the brows, one line on each side."""
    strokes = []
    for side in (-1.0, 1.0):
        foot, top = c.between(168, 8, 0.3), c.between(9, 151, 0.15)
        away = side * c.across * c.mm
        line = [foot + 4.5 * away, (foot + top) / 2 + (6.0 + rng.normal(0, 0.3)) * away, top + 7.0 * away]
        strokes.append((line, rng.uniform(0.75, 0.95), 1.0))
    return _engrave_sideways(c, strokes, strength)


def _engrave_sideways(c: Canvas, strokes: Sequence[tuple[Sequence[Field], float, float]], strength: float) -> Field:
    """Draw upright furrows: light from above leaves both walls alike, so that the dark bottom is what shows."""
    factor = np.ones(c.shape)
    for places, depth, width in strokes:
        factor = factor * Stroke(c, places).groove(depth * strength, width, ambient=0.75)
    return c.light * (1.0 + (factor - 1.0) * c.bare)[..., None] ** (0.85 + 0.2 * BLOOD)


def crows_feet(c: Canvas, strength: float, rng: Rng) -> Field:
    """Spread four lines out of each outer corner of the eye."""
    strokes = []
    for corner, side in ((33, -1.0), (263, 1.0)):
        for degrees in np.array([-32.0, -10.0, 12.0, 34.0]) + rng.normal(0.0, 3.0, 4):
            angle = np.radians(degrees)
            way = (side * np.cos(angle) * c.across + np.sin(angle) * c.down) * c.mm
            sag = 1.2 * c.mm * c.down
            far = rng.uniform(16.0, 20.0)
            line = [c.at(corner) + 5.0 * way, c.at(corner) + 0.5 * (5.0 + far) * way - sag, c.at(corner) + far * way]
            strokes.append((line, rng.uniform(0.38, 0.55), rng.uniform(0.6, 0.8)))
    return _engrave(c, strokes, strength)


def nasolabial_folds(c: Canvas, strength: float, rng: Rng) -> Field:
    """Deepen the folds from the wings of the nose past the corners of the mouth."""
    sides = ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432))
    strokes = [([c.at(vertex) for vertex in side], rng.uniform(1.6, 2.0), 2.0) for side in sides]
    return _engrave(c, strokes, strength)


def under_eye_lines(c: Canvas, strength: float, rng: Rng) -> Field:
    """Draw three fine curved lines under each eye, along the lower lid."""
    strokes = []
    for lid in LID:
        for away, start in ((4.5, 1), (7.0, 0), (9.5, 2)):
            drop = (away + rng.normal(0.0, 0.3)) * c.mm * c.down
            line = [c.at(vertex) + drop for vertex in lid[start : len(lid) - start]]
            strokes.append((line, rng.uniform(0.38, 0.55), 0.7))
    return _engrave(c, strokes, strength)


def _under_eyes(c: Canvas, wide_mm: float, high_mm: float, drop_mm: float) -> Field:
    """Place a soft patch under each eye."""
    places = [c.at(vertex) + drop_mm * c.mm * c.down for vertex in (153, 380)]
    return np.maximum(*(c.blob(place, wide_mm, high_mm) for place in places))


def dark_circles(c: Canvas, strength: float, rng: Rng) -> Field:
    """Darken the hollows under the eyes, bluish and brown."""
    zone = _under_eyes(c, 9.5, 4.0, 7.0) * (1.0 + 0.1 * c.noise(rng, 1.5, 4.0))
    return c.stain(VEINS, 0.5 * strength * zone * c.skin)


def eye_bags(c: Canvas, strength: float, rng: Rng) -> Field:
    """Swell the skin under the eyes: a lit pillow and a shaded crease below it."""
    height = _under_eyes(c, 10.0, 3.2, 6.5)
    light = c.light * (1.0 + strength * (c.carve(2.6 * height) - 1.0) * c.skin)[..., None]
    factor = np.ones(c.shape)
    for lid in LID:
        line = [c.at(vertex) + drop * c.mm * c.down for vertex, drop in zip(lid, _sagging(len(lid)), strict=True)]
        factor = factor * Stroke(c, line).groove(0.4 * strength * rng.uniform(0.9, 1.1), 1.1)
    return light * (1.0 + (factor - 1.0) * c.skin)[..., None]


def _sagging(count: int) -> Field:
    return 8.0 + 3.0 * np.sin(np.linspace(0.0, np.pi, count))


def dryness(c: Canvas, strength: float, rng: Rng) -> Field:
    """Strew small bright flakes with ragged edges over cheeks, forehead, chin and nose."""
    zone = c.soft(c.polygons((*UPPER_FACE, *CHIN)), 3.0) * c.skin
    flakes, rough = c.noise(rng, 0.55, 1.3), c.noise(rng, 3.0, 8.0)
    limit = 2.9 - 1.6 * strength - 0.35 * rough
    scale = ramp(flakes, limit, limit + 0.5) * zone * min(1.0, 8.0 * strength)
    shade = gaussian_filter(scale, 0.5 * c.mm)
    shadow = 0.25 * np.clip(np.roll(shade, round(0.6 * c.mm), axis=0) - scale, 0.0, 1.0)
    white = 0.7 * c.brightness
    return c.light * (1.0 - shadow)[..., None] + (0.35 * scale)[..., None] * np.maximum(white - c.light, 0.0)


def glow(c: Canvas, strength: float, rng: Rng) -> Field:
    """Make the face radiant: broad soft light on its high points, patches evened out."""
    places = [(c.at(151), 20, 10), (c.at(50), 12, 10), (c.at(280), 12, 10), (c.at(195), 5, 12), (c.at(199), 8, 5)]
    lift = np.maximum.reduce([c.blob(*place) for place in places]) * c.skin
    return c.light * (1.0 + 0.3 * strength * lift)[..., None] + (0.04 * strength * c.brightness * lift)[..., None]


def dullness(c: Canvas, strength: float, rng: Rng) -> Field:
    """Make the face dull: flatter, darker and greyer."""
    grey = c.light.mean(axis=2)
    area = c.soft(c.polygon(OVAL), 16.0) * c.bare
    weight = gaussian_filter(c.skin, 6.0 * c.mm)
    broad = gaussian_filter(grey * c.skin, 6.0 * c.mm) / np.maximum(weight, 1e-2)
    level = float(np.median(grey[c.skin > 0.5]))
    flat = (level / np.maximum(broad, 0.2 * level)) ** (0.6 * strength)
    dull = c.light * (np.clip(flat, 0.5, 1.6) * (1.0 - 0.18 * strength))[..., None]
    pale = dull.mean(axis=2, keepdims=True)
    return c.light + ((pale + (dull - pale) * (1.0 - 0.22 * strength)) - c.light) * area[..., None]


def lip_colour(c: Canvas, strength: float, rng: Rng) -> Field:
    """Redden the lips as a sheer lipstick does."""
    return c.stain(BLOOD, 0.9 * strength * c.lips)


def iris_tint(c: Canvas, strength: float, rng: Rng) -> Field:
    """Make the irises more colourful in their own hue, around the pupil and under the highlight.

    At full strength by as much as half of their pixels can take before a channel is at its end.
    """
    ring = np.zeros(c.shape)
    for (centre, *rim), outline in zip(c.mesh.irises, (RIGHT_EYE, LEFT_EYE), strict=True):
        radius = float(np.mean([np.hypot(*(point - centre)) for point in rim])) / c.mm
        x, y = c.offset(centre)
        away = np.hypot(x, y) / radius
        ring += ramp(away, 0.25, 0.45) * (1.0 - ramp(away, 0.9, 1.1)) * c.soft(c.polygon(outline), 0.5)
    grey = c.light.mean(axis=2, keepdims=True)
    glint = ramp(c.light.min(axis=2), 0.4, 0.7)
    area, away = np.clip(ring, 0, 1) * (1.0 - glint), c.light - grey
    room = np.where(away > 0.0, 1.0 - c.light, c.light) / np.maximum(np.abs(away), 1e-3)
    most = min(1.8, float(np.percentile(room.min(axis=2)[area > 0.5], 50))) if (area > 0.5).any() else 1.8
    return c.light + (most * strength * area)[..., None] * away


def blur(c: Canvas, strength: float, rng: Rng) -> Field:
    """Put the whole photo out of focus."""
    return gaussian_filter(c.light, (2.2 * strength * c.mm, 2.2 * strength * c.mm, 0))


def smoothing(c: Canvas, strength: float, rng: Rng) -> Field:
    """Smooth the skin as a beauty filter does (bilateral), and leave eyes, brows and lips sharp."""
    size = 2 * round(4.0 * c.mm) + 1
    smooth = cv2.bilateralFilter(cv2.bilateralFilter(c.pixels, size, 45, 3.0 * c.mm), size, 45, 3.0 * c.mm)
    return c.light + strength * c.skin[..., None] * (Canvas(smooth, c.mesh).light - c.light)


def make_up(c: Canvas, strength: float, rng: Rng) -> Field:
    """Make the face up heavily: covering foundation, blusher, eyeshadow, eyeliner, lipstick."""
    tone = np.median(c.light[c.skin > 0.8], axis=0)
    broad = gaussian_filter(c.light, (4.0 * c.mm, 4.0 * c.mm, 0))
    shade = broad.mean(axis=2, keepdims=True) / tone.mean()
    light = c.light + 0.65 * strength * c.skin[..., None] * (tone * shade - c.light)
    blush = np.maximum(c.blob(c.at(50), 11, 7), c.blob(c.at(280), 11, 7)) * c.skin
    lids = np.maximum(*(c.blob(c.at(v), 13, 4.5) for v in (27, 257))) * c.bare
    lids *= 1.0 - c.soft(c.polygons((RIGHT_EYE, LEFT_EYE)), 0.5)
    density = strength * (0.45 * blush[..., None] * BLOOD + 0.9 * lids[..., None] * (0.5 + 0.5 * MELANIN))
    density = density + strength * 1.1 * c.lips[..., None] * BLOOD
    for rim in ((33, 246, 161, 160, 159, 158, 157, 173, 133), (263, 466, 388, 387, 386, 385, 384, 398, 362)):
        line = Stroke(c, [c.at(vertex) for vertex in rim])
        density = density + (2.0 * strength * np.exp(-0.5 * (line.distance / 0.7) ** 2))[..., None]
    return light * np.exp(-density)


def face_of(pixels: Picture, mesh: FaceMesh) -> tuple[slice, slice]:
    """Give the rows and columns of a face, with a margin."""
    low, high = mesh.points[:, :2].min(axis=0), mesh.points[:, :2].max(axis=0)
    margin = 0.1 * (high - low)
    (left, top), (right, bottom) = np.maximum(low - margin, 0).astype(int), (high + margin).astype(int)
    return slice(top, bottom), slice(left, right)


@dataclass(frozen=True)
class Edit:
    """A known edit, the measurement that is its own, and whether more of it raises (1) or lowers (-1) that, or 0."""

    draw: Callable[[Canvas, float, Rng], Field]
    cue: str
    sign: int
    whole: bool = False
    """Whether it changes the photo beyond the face."""
    enlarge: float = 1.0
    """Factor by which a portrait is enlarged first, where the effect is smaller than its pixels."""

    def __call__(self, pixels: Picture, mesh: FaceMesh, strength: float, rng: Rng) -> Picture:
        """Edit a photo, `(rows, columns, 3)` uint8 sRGB, by a strength in [0, 1]."""
        if strength == 0.0:
            return pixels
        part = (slice(None), slice(None)) if self.whole else face_of(pixels, mesh)
        shift = np.array([part[1].start or 0, part[0].start or 0])
        points = mesh.points - np.append(shift, 0)
        canvas = Canvas(pixels[part], replace(mesh, points=points, irises=mesh.irises - shift))
        edited = pixels.copy()
        edited[part] = canvas.finish(self.draw(canvas, strength, rng))
        return edited


EDITS: Mapping[str, Edit] = {
    **{
        draw.__name__: Edit(draw, draw.__name__, 1)
        for draw in (
            *(redness, shine, uneven_tone, dark_spots, blemishes, texture),
            *(forehead_lines, frown_lines, crows_feet, nasolabial_folds, under_eye_lines),
            *(dark_circles, eye_bags, dryness, lip_colour),
        )
    },
    "pores": Edit(pores, "pores", 1, enlarge=2.0),
    "glow": Edit(glow, "radiance", 1),
    "dullness": Edit(dullness, "radiance", -1),
    "iris_tint": Edit(iris_tint, "iris_colour", 1, enlarge=1.5),
    "blur": Edit(blur, "gate.blur", 0, whole=True),
    "smoothing": Edit(smoothing, "gate.filter", -1),
    "make_up": Edit(make_up, "gate.makeup", 1),
}
"""Every edit by its name; for sign 0 the direction is whatever the measurement's unit says, but always one."""


def sheet(pixels: Picture, mesh: FaceMesh, edit: Edit, strengths: Sequence[float], height: int) -> Picture:
    """Put a face side by side at some strengths."""
    faces = [edit(pixels, mesh, strength, np.random.default_rng(0))[face_of(pixels, mesh)] for strength in strengths]
    width = round(height * faces[0].shape[1] / faces[0].shape[0])
    return np.hstack([cv2.resize(face, (width, height), interpolation=cv2.INTER_CUBIC) for face in faces])


def main() -> None:
    """Write one sheet an edit, one row a photo."""
    from makeup_ai.vision.photo import read_photo

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=Path("../shared/data/photos"))
    parser.add_argument("--out", type=Path, default=Path("build/skin_edits"))
    parser.add_argument("--names", nargs="*", default=["portrait_053", "portrait_007", "portrait_025"])
    parser.add_argument("--edits", nargs="*", default=list(EDITS))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    finder, rows = FaceFinder(), {name: [] for name in options.edits}
    for name in options.names:
        pixels = read_photo(options.photos / "portraits" / f"{name}.jpg").pixels
        mesh = finder.find(pixels)
        for edit in options.edits:
            rows[edit].append(sheet(pixels, mesh, EDITS[edit], (0.0, 0.5, 1.0), 460))
    for edit, faces in rows.items():
        width = min(face.shape[1] for face in faces)
        picture = np.vstack([cv2.resize(face, (width, face.shape[0] * width // face.shape[1])) for face in faces])
        cv2.imwrite(str(options.out / f"{edit}.png"), picture[..., ::-1])
    print(options.out)


if __name__ == "__main__":
    main()
