"""The capture gate: whether a photo can carry a measurement, and what to do where it cannot."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from makeup_ai.schema import Capture, Check
from makeup_ai.vision.colour import chroma, hue_degrees, lab_from_linear, linear_from_srgb
from makeup_ai.vision.face import LEFT_EYE, RIGHT_EYE, FaceMesh
from makeup_ai.vision.patch import FacePatch
from makeup_ai.vision.regions import Mask, skin_mask
from makeup_ai.vision.table import Table

Pixels = npt.NDArray[np.uint8]

_TOP, _BOTTOM = 10, 152  # mesh vertices: hairline and chin
_CAST_SIDE = 96  # pixels of the reduced photo whose edges tell the light's colour
_CAST_NORM = 6  # Minkowski norm of the edges, as published
_BLACK, _WHITE = 1, 254  # bytes at and beyond which a channel counts as clipped


def head_angles(points: npt.NDArray[np.float64], level: float) -> tuple[float, float, float]:
    """Estimate how a head is held from its `(468, 3)` mesh.

    Args:
        points: x, y and depth in one unit; depth grows away from the camera.
        level: Pitch in degrees that the axis from hairline to chin has on a level head.

    Returns:
        Yaw (turned to its own left is positive), pitch (down) and roll (clockwise as seen) in degrees.
    """
    across = points[LEFT_EYE[0]] - points[RIGHT_EYE[0]]
    across = across / np.linalg.norm(across)
    down = points[_BOTTOM] - points[_TOP]
    down = down - across * (down @ across)
    yaw = math.degrees(math.atan2(across[2], math.hypot(across[0], across[1])))
    pitch = math.degrees(math.atan2(down[2], math.hypot(down[0], down[1]))) - level
    return yaw, pitch, math.degrees(math.atan2(across[1], across[0]))


def light_colour(pixels: Pixels) -> tuple[float, float]:
    """Estimate the colour of the light as a*, b* of a mid grey under it, (0, 0) for neutral light.

    The edges of a scene are grey on average, so the colour of its differences is that of its light: van de Weijer,
    Gevers & Gijsenij, "Edge-based color constancy", IEEE Trans. Image Process. 16 (2007), first order, norm 6.
    """
    small = cv2.resize(pixels, (_CAST_SIDE, _CAST_SIDE), interpolation=cv2.INTER_AREA)
    linear = linear_from_srgb(small / 255.0)
    edges = np.concatenate([np.abs(np.diff(linear, axis=axis)).reshape(-1, 3) for axis in (0, 1)])
    light = np.mean(edges**_CAST_NORM, axis=0) ** (1.0 / _CAST_NORM)
    if light.max() <= 0.0:
        return 0.0, 0.0
    _, a, b = lab_from_linear(light / light.mean() * 0.2).tolist()
    return a, b


def is_greyscale(pixels: Pixels, table: Table) -> bool:
    """Tell whether a picture has no colour of its own, be it toned (sepia) or saved as a colour JPEG.

    In a toned photo a* and b* follow from L* alone. So a cubic of L* is fitted to both over a strongly reduced picture,
    where noise and chroma subsampling average out, and what it leaves is compared with `greyscale.max_residual`. The
    picture is brought to one exposure first, or any dark photo would look grey.

    Args:
        pixels: `(rows, columns, 3)` uint8 sRGB: the face patch, or the photo where there is no face.
        table: Its section `greyscale` holds the reduced side, the percentile and the limit in CIELAB units.
    """
    limits = table["greyscale"]
    small = cv2.resize(pixels, (limits["side"], limits["side"]), interpolation=cv2.INTER_AREA)
    linear = linear_from_srgb(small.reshape(-1, 3) / 255.0)
    light = float(np.percentile(linear[:, 1], 95))  # green stands for luminance here
    lab = lab_from_linear(linear * (limits["light"] / max(light, limits["light"] / limits["max_gain"])))
    powers = np.vander(lab[:, 0] / 50.0 - 1.0, 4)
    fit, *_ = np.linalg.lstsq(powers, lab[:, 1:], rcond=None)
    left = np.hypot(*(lab[:, 1:] - powers @ fit).T)
    return bool(np.percentile(left, limits["percentile"]) < limits["max_residual"])


def measure(
    pixels: Pixels, mesh: FaceMesh, patch: FacePatch, masks: Mapping[str, Mask], table: Table
) -> dict[str, float]:
    """Measure what the table's `gate` limits, by the same names."""
    face = patch.lab[..., 0][masks["face"]]
    dark, median, light = np.percentile(face, [5, 50, 95]).tolist()
    laplacian = cv2.Laplacian(patch.lab[..., 0].astype(np.float32), cv2.CV_32F)
    cheeks = {name: skin_mask(patch.lab, masks[name], table["skin"]) for name in ("right_cheek", "left_cheek")}
    right, left = (float(np.median(patch.lab[..., 0][mask])) if mask.any() else 0.0 for mask in cheeks.values())
    skin = np.logical_or.reduce([masks["right_cheek"], masks["left_cheek"], masks["forehead"], masks["nose"]])
    bytes_ = patch.pixels[skin]
    clipped = (bytes_.max(axis=1) <= _BLACK) | (bytes_ >= _WHITE).all(axis=1)
    yaw, pitch, roll = head_angles(mesh.points, table["pitch_level_degrees"])
    return {
        "face": float(mesh.count),
        "eye_distance": mesh.eye_distance,
        "blur": float(laplacian[masks["face"]].var()),
        "exposure": light,
        "overexposure": median,
        "contrast": light - dark,
        "clipped": 100.0 * float(clipped.mean()) if len(clipped) else 100.0,
        "light_asymmetry": abs(right - left),
        "colour_cast": math.hypot(*light_colour(pixels)),
        "skin_hue": _hue_outside(patch.lab[skin], table["skin_hue"]),
        "yaw": yaw,
        "pitch": pitch,
        "roll": roll,
    }


def _hue_outside(lab: npt.NDArray[np.float64], limits: Mapping[str, Any]) -> float:
    """Return by how many degrees the median colour of skin lies outside the hues that skin has under white light."""
    if not len(lab):
        return 0.0
    colour = np.median(lab, axis=0)
    if float(chroma(colour)) < 1.0:  # hardly any colour: its hue means nothing
        return 0.0
    low, high = float(limits["low_degrees"]), float(limits["high_degrees"])
    middle, half = (low + high) / 2.0, (high - low) / 2.0
    away = abs((float(hue_degrees(colour)) - middle + 180.0) % 360.0 - 180.0)
    return max(0.0, away - half)


def judge(measured: Mapping[str, float], table: Table, *, greyscale: bool) -> Capture:
    """Hold measurements to the table's limits; absent ones are skipped, and for a greyscale photo those of colour."""
    checks = []
    for row in table["gate"]:
        if row["name"] not in measured or (greyscale and row["colour"]):
            continue
        value, threshold = measured[row["name"]], float(row["threshold"])
        passed = {"min": value >= threshold, "max": value <= threshold, "abs": abs(value) <= threshold}[row["limit"]]
        advice = {} if passed else dict(row["advice"])
        checks.append(Check(row["name"], value, row["unit"], threshold, passed, advice))
    return Capture(accepted=all(check.passed for check in checks), checks=tuple(checks))
