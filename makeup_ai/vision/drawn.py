"""Faces drawn by code, to hold a skin graph to its formulas: no person's, and together they exercise every cue."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from makeup_ai.vision.canonical import LEFT_EYE, RIGHT_EYE, SIDE, features, points
from makeup_ai.vision.patch import SCENE, FacePatch
from makeup_ai.vision.warp import CROP

_FILL = CROP / SIDE / 1.1  # pixels of the crop for one of the frame, as a photo's face fills it


def drawn_faces(count: int, seed: int = 0) -> Iterator[FacePatch]:
    """Draw faces of every tone, with texture, spots, lines, glare and uneven light, a little turned and tilted."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        canvas = _painted(rng, tone=(number + 0.5) / count)
        mesh, matrix = _posed(rng)
        crop = cv2.warpAffine(canvas, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        crop = np.clip(crop + rng.normal(0.0, rng.uniform(0.0, 4.0), crop.shape), 0, 255).astype(np.uint8)
        yield FacePatch(crop, mesh, cv2.resize(crop, (SCENE, SCENE), interpolation=cv2.INTER_AREA))


def _painted(rng: np.random.Generator, tone: float) -> npt.NDArray[np.float32]:
    """Paint a `(SIDE, SIDE, 3)` face in the frame, sRGB in [0, 255]; `tone` 0 is light, 1 dark."""
    skin = (1.0 - tone) * np.array([236.0, 200.0, 178.0]) + tone * np.array([74.0, 48.0, 38.0])
    light = np.linspace(rng.uniform(0.8, 1.0), rng.uniform(0.9, 1.1), SIDE)[None, :, None]
    canvas = (skin * light * np.ones((SIDE, SIDE, 1))).astype(np.float32)
    for sigma, strength in ((1.0, 6.0), (4.0, 5.0), (16.0, 8.0)):
        noise = cv2.GaussianBlur(rng.normal(size=(SIDE, SIDE, 3)), (0, 0), sigma)
        canvas += (strength * rng.uniform(0.3, 1.0) * skin / 200.0 * noise / noise.std()).astype(np.float32)
    for _ in range(30):
        x, y = (int(v) for v in rng.integers(30, SIDE - 30, 2))
        colour = [float(v) for v in skin * rng.choice([[0.6, 0.5, 0.5], [1.0, 0.65, 0.65], [1.3, 1.3, 1.35]])]
        if rng.random() < 0.5:
            cv2.circle(canvas, (x, y), int(rng.integers(1, 5)), colour, -1, cv2.LINE_AA)
        else:
            x2, y2 = (int(v + rng.integers(-24, 25)) for v in (x, y))
            cv2.line(canvas, (x, y), (x2, y2), colour, 1, cv2.LINE_AA)
    _add_features(rng, canvas, skin)
    return cv2.GaussianBlur(canvas, (0, 0), 0.7).astype(np.float32)


def _add_features(rng: np.random.Generator, canvas: npt.NDArray[np.float32], skin: npt.NDArray[np.float64]) -> None:
    for name in ("right_brow", "left_brow"):
        canvas[features()[name]] = skin * 0.4
    canvas[features()["lips"]] = skin * (0.9, 0.55, 0.6)
    canvas[features()["mouth"]] = (120.0, 60.0, 60.0)
    for eye, corners in (("right_eye", RIGHT_EYE), ("left_eye", LEFT_EYE)):
        canvas[features()[eye]] = (225.0, 222.0, 220.0)
        disc = np.zeros((SIDE, SIDE), np.uint8)
        x, y = (int(v) for v in points()[list(corners)].mean(axis=0))
        cv2.circle(disc, (x, y), 6, (1,), -1)
        canvas[(disc > 0) & features()[eye]] = rng.uniform(20.0, 160.0, 3)
    if rng.random() < 0.5:  # a highlight
        x, y = (int(v) for v in rng.integers(80, 176, 2))
        cv2.circle(canvas, (x, y), int(rng.integers(3, 14)), (250.0, 248.0, 246.0), -1, cv2.LINE_AA)


def _posed(rng: np.random.Generator) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Give a `(478, 3)` mesh in pixels of the crop and the `(2, 3)` map that brings the frame there."""
    angle, scale = math.radians(rng.uniform(-4.0, 4.0)), _FILL * rng.uniform(0.92, 1.0)
    across = scale * rng.uniform(0.94, 1.0)
    c, s = math.cos(angle), math.sin(angle)
    matrix = np.array([[across * c, -scale * s, 0.0], [across * s, scale * c, 0.0]])
    matrix[:, 2] = CROP / 2 - matrix[:, :2] @ np.full(2, SIDE / 2) + rng.uniform(-6.0, 6.0, 2)
    mesh = np.zeros((478, 3), np.float32)
    mesh[:468, :2] = points() @ matrix[:, :2].T + matrix[:, 2]
    mesh[:468, 2] = rng.uniform(-20.0, 20.0) * (points()[:, 0] / SIDE - 0.5)
    for start, corners in ((468, RIGHT_EYE), (473, LEFT_EYE)):
        centre = mesh[list(corners), :2].mean(axis=0)
        rim = 6.0 * scale * np.array([[0, 0], [1, 0], [0, -1], [-1, 0], [0, 1]])
        mesh[start : start + 5, :2] = centre + rim
    return mesh, matrix
