"""Known edits of light and capture: multiplied channels, exposures, tones of black and white, masks and filters.

Each edit is a plain function of `(rows, columns, 3)` uint8 sRGB pixels, drawn by code; nothing here is a real mask, a
real filter or a real lamp.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from makeup_ai.vision.canonical import LEFT_BROW, LEFT_EYE, LIPS, OVAL, RIGHT_BROW, RIGHT_EYE
from makeup_ai.vision.colour import linear_from_srgb
from makeup_ai.vision.face import FaceMesh

Picture = np.ndarray

LIGHTS: Mapping[str, tuple[float, float, float]] = {
    **{
        f"{name} {sign}25 %": tuple(1.0 + step if i == channel else 1.0 for i in range(3))
        for channel, name in enumerate(("red", "green", "blue"))
        for sign, step in (("-", -0.25), ("+", 0.25))
    },
    "-0.7 EV": (2.0**-0.7,) * 3,
    "+0.7 EV": (2.0**0.7,) * 3,
}
"""The light requirement: what each channel is multiplied by."""

MASK = (
    *(116, 123, 147, 213, 192, 214, 210, 211, 32, 208, 199, 428, 262, 431, 430, 434, 416, 433, 376, 352, 345),
    *(6, 122, 351, 4, 177, 401, 58, 288, 152, 136, 365),
)
_RIGHT_LENS = (226, 113, 225, 224, 223, 222, 221, 193, 245, 233, 232, 231, 230, 229, 228, 31, 117, 118, 119, 120, 121)
_LEFT_LENS = (446, 342, 445, 444, 443, 442, 441, 417, 465, 453, 452, 451, 450, 449, 448, 261, 346, 347, 348, 349, 350)


def multiplied(pixels: Picture, factors: Sequence[float], quality: int = 92) -> Picture:
    """Multiply the channels in linear light, clip, and store as JPEG."""
    linear = np.clip(linear_from_srgb(pixels / 255.0) * np.asarray(factors), 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
    return jpeg(np.round(255.0 * srgb).astype(np.uint8), quality)


def multiplied_bytes(pixels: Picture, factors: Sequence[float], quality: int = 92) -> Picture:
    """Multiply the stored values instead, as an image editor's simple sliders do: a far stronger change."""
    return jpeg(np.round(np.clip(pixels * np.asarray(factors), 0, 255)).astype(np.uint8), quality)


def jpeg(pixels: Picture, quality: int) -> Picture:
    """Encode and decode as JPEG with chroma at half size, as phones do."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
    assert done
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def toned(pixels: Picture, dark: Sequence[float], light: Sequence[float], exposure: float) -> Picture:
    """Take the colour out, darken by a factor on the values, and tone from a dark colour to a light one."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(float)[..., None] / 255.0 * exposure
    return np.clip(np.asarray(dark) * (1.0 - grey) + np.asarray(light) * grey, 0, 255).astype(np.uint8)


TONINGS: Mapping[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "none": ((0, 0, 0), (255, 255, 255)),
    "warm": ((0, 0, 0), (255, 235, 205)),
    "cold": ((0, 0, 0), (215, 235, 255)),
    "green": ((0, 0, 0), (215, 255, 215)),
    "sepia": ((45, 25, 10), (255, 240, 200)),
    "strong sepia": ((60, 25, 0), (255, 220, 150)),
    "cyanotype": ((0, 20, 60), (225, 240, 255)),
    "selenium": ((25, 10, 25), (245, 235, 240)),
    "night vision": ((0, 10, 0), (90, 255, 90)),
}
"""Toned black and white: the colours of black and of white."""

INFRARED: Mapping[str, tuple[float, float, float]] = {
    "red filter": (1.0, 0.25, 0.15),
    "magenta": (1.0, 0.35, 0.9),
    "blue lamp": (0.25, 0.35, 1.0),
    "green lamp": (0.35, 1.0, 0.3),
    "sodium lamp": (1.0, 0.6, 0.08),
}
"""Casts as of infrared and coloured lamps: linear gains on a colour photo."""


def masked(pixels: Picture, mesh: FaceMesh, colour: Sequence[float]) -> Picture:
    """Draw cloth over nose, mouth and chin, a little shaded and grainy."""
    return _covered(pixels, mesh, [MASK], colour)


def sunglasses(pixels: Picture, mesh: FaceMesh) -> Picture:
    """Draw two dark lenses."""
    return _covered(pixels, mesh, [_RIGHT_LENS, _LEFT_LENS], (25.0, 24.0, 26.0))


def _covered(pixels: Picture, mesh: FaceMesh, shapes: Sequence[Sequence[int]], colour: Sequence[float]) -> Picture:
    area = np.zeros(pixels.shape[:2], np.uint8)
    for vertices in shapes:
        corners = cv2.convexHull(np.round(mesh.points[list(vertices), :2]).astype(np.int32))
        cv2.fillPoly(area, [corners], (1,))
    grain = np.random.default_rng(0).normal(0.0, 4.0, pixels.shape)
    shade = np.clip(pixels / np.maximum(cv2.GaussianBlur(pixels, (0, 0), 25.0).astype(float), 1.0), 0.7, 1.2)
    cloth = np.clip(np.asarray(colour) * shade + grain, 0, 255).astype(np.uint8)
    return np.where(area[..., None] > 0, cloth, pixels)


def smoothed(pixels: Picture, mesh: FaceMesh, strength: float) -> Picture:
    """Smooth the skin and keep eyes, brows and lips, as a beauty filter does (bilateral, twice)."""
    smooth = pixels
    for _ in range(2):
        smooth = cv2.bilateralFilter(smooth, 9, strength, 4)
    skin = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(skin, [np.round(mesh.points[list(OVAL), :2]).astype(np.int32)], (1,))
    for vertices in (RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, LIPS):
        part = np.zeros_like(skin)
        cv2.fillPoly(part, [cv2.convexHull(np.round(mesh.points[list(vertices), :2]).astype(np.int32))], (1,))
        skin[cv2.dilate(part, np.ones((7, 7), np.uint8)) > 0] = 0
    return np.where(skin[..., None] > 0, smooth, pixels)
