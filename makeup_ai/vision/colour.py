"""Colour formulas in float: sRGB to CIELAB, the individual typology angle, hue, chroma and CIEDE2000. NumPy only.

Sources:
    IEC 61966-2-1:1999 (sRGB: transfer function, primaries, D65); CIE 15:2018 (CIELAB, 2 degree observer);
    Chardon, Cretois & Hourseau, "Skin colour typology and suntanning pathways", Int. J. Cosmet. Sci. 13 (1991);
    Sharma, Wu & Dalal, "The CIEDE2000 color-difference formula", Color Res. Appl. 30 (2005).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_SRGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
# White is what the matrix makes of (1, 1, 1), which is D65; taken from it, every grey has a* = b* = 0 exactly.
_WHITE = _SRGB_TO_XYZ.sum(axis=1)
_LINEAR_TO_UNIT = _SRGB_TO_XYZ.T / _WHITE
_EPSILON = 216 / 24389  # CIE 15: (6/29)^3
_KAPPA = 24389 / 27  # CIE 15: (29/3)^3
_25_TO_7 = 25.0**7
_KNEE = 0.04045 * 255.0  # sRGB below which the transfer function is a line


def linear_from_srgb(srgb: npt.ArrayLike) -> Array:
    """Undo the sRGB transfer function; values in [0, 1] to linear light in [0, 1], any shape."""
    v = np.asarray(srgb, dtype=np.float64)
    return np.where(v <= 0.04045, v / 12.92, ((np.maximum(v, 0.0) + 0.055) / 1.055) ** 2.4)


_LINEAR_OF_BYTE = linear_from_srgb(np.arange(256) / 255.0)  # (256,): most pixels come as bytes


def lab_from_srgb(srgb: npt.ArrayLike) -> Array:
    """Convert sRGB to CIELAB under D65.

    Args:
        srgb: `(..., 3)`; uint8 in [0, 255], or floats in [0, 1].

    Returns:
        `(..., 3)` float64 L*, a*, b*.

    Raises:
        ValueError: The last axis does not hold three channels.

    Examples:
        >>> [round(float(v), 2) for v in lab_from_srgb([1.0, 0.0, 0.0])]
        [53.24, 80.09, 67.2]
    """
    values = np.asarray(srgb)
    if values.ndim == 0 or values.shape[-1] != 3:
        raise ValueError(f"sRGB has three channels on its last axis. Received: shape={values.shape}")
    linear = _LINEAR_OF_BYTE[values] if values.dtype == np.uint8 else linear_from_srgb(values)
    return lab_from_linear(linear)


def lab_from_linear(linear: npt.ArrayLike) -> Array:
    """Convert linear light, `(..., 3)` in [0, 1] with sRGB primaries, to CIELAB under D65."""
    f = _curve(np, np.asarray(linear, dtype=np.float64) @ _LINEAR_TO_UNIT, np.cbrt)
    lab: Array = np.stack(_axes(f[..., 0], f[..., 1], f[..., 2]), axis=-1)
    return lab


def _curve(xp: Any, unit: Any, cube_root: Any) -> Any:
    """Give CIE 15's f of what is relative to white: a cube root that goes on as a line below `_EPSILON`."""
    line = (xp.minimum(unit, _EPSILON) - _EPSILON) * (_KAPPA / 116.0)
    return cube_root(xp.maximum(unit, _EPSILON)) + line


def _axes(x: Any, y: Any, z: Any) -> list[Any]:
    return [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]


def linear_pixels(xp: Any, srgb: Any) -> Any:
    """Undo the sRGB transfer function over an array namespace; float32 in [0, 255] to linear light in [0, 1]."""
    curve = xp.power(xp.maximum(srgb, _KNEE) * (1.0 / (255.0 * 1.055)) + 0.055 / 1.055, 2.4)
    return curve + (xp.minimum(srgb, _KNEE) - _KNEE) * (1.0 / (255.0 * 12.92))  # below the knee, a line goes on


def lab_pixels(xp: Any, linear: Any) -> Any:
    """Convert float32 linear light, `(3, pixels)`, to CIELAB under D65 over an array namespace."""
    f = _curve(xp, xp.matmul(_LINEAR_TO_UNIT.T.astype(np.float32), linear), xp.cube_root)
    return xp.stack(_axes(f[0], f[1], f[2]))


def lab_from_hex(text: str) -> tuple[float, float, float]:
    """Convert `#RRGGBB` (sRGB) to CIELAB under D65.

    Raises:
        ValueError: The text is not `#` and six hexadecimal digits.

    Examples:
        >>> tuple(round(v, 1) for v in lab_from_hex("#FFFFFF"))
        (100.0, 0.0, 0.0)
    """
    digits = text.removeprefix("#")
    if len(text) != 7 or len(digits) != 6 or any(c not in "0123456789abcdefABCDEF" for c in digits):
        raise ValueError(f"A colour is #RRGGBB. Received: {text!r}")
    lightness, a, b = lab_from_srgb(np.frombuffer(bytes.fromhex(digits), dtype=np.uint8)).tolist()
    return lightness, a, b


def hex_from_lab(lab: npt.ArrayLike) -> str:
    """Write a CIELAB colour, `(3,)` under D65, as `#rrggbb`, the inverse of `lab_from_hex`.

    What a screen cannot show is clipped to what it can.

    Examples:
        >>> hex_from_lab(lab_from_hex("#a06f4a"))
        '#a06f4a'
    """
    lightness, a, b = np.asarray(lab, dtype=np.float64)
    middle = (lightness + 16.0) / 116.0
    f = np.array([middle + a / 500.0, middle, middle - b / 200.0])
    unit = np.where(f > 6.0 / 29.0, f**3, (116.0 * f - 16.0) / _KAPPA)  # CIE 15: where `_lab` was a line
    linear = np.clip(unit @ np.linalg.inv(_LINEAR_TO_UNIT), 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1.0 / 2.4) - 0.055)
    return "#" + bytes(np.round(srgb * 255.0).astype(np.uint8).tolist()).hex()


def ita_degrees(lab: npt.ArrayLike) -> Any:
    """Compute the individual typology angle of `(..., 3)` CIELAB, `atan2(L* - 50, b*)` in degrees (Chardon, 1991).

    Examples:
        >>> float(ita_degrees([60.0, 12.0, 10.0]))
        45.0
    """
    values = np.asarray(lab, dtype=np.float64)
    return np.degrees(np.arctan2(values[..., 0] - 50.0, values[..., 2]))


def chroma(lab: npt.ArrayLike) -> Any:
    """Compute C*ab, the distance from the grey axis, of `(..., 3)` CIELAB."""
    values = np.asarray(lab, dtype=np.float64)
    return np.hypot(values[..., 1], values[..., 2])


def hue_degrees(lab: npt.ArrayLike) -> Any:
    """Compute h_ab, the angle from the a* axis in [0, 360) degrees, of `(..., 3)` CIELAB; 0 for a grey."""
    values = np.asarray(lab, dtype=np.float64)
    return np.degrees(np.arctan2(values[..., 2], values[..., 1])) % 360.0


def ciede2000(first: npt.ArrayLike, second: npt.ArrayLike) -> Any:
    """Compute the CIEDE2000 difference of CIELAB colours (Sharma et al., 2005), with kL = kC = kH = 1.

    Args:
        first: `(..., 3)` L*, a*, b*.
        second: `(..., 3)`, broadcast against `first`.

    Returns:
        `(...)` float64, 0 for equal colours; about 1 is the smallest difference seen side by side.

    Examples:
        >>> round(float(ciede2000([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485])), 4)
        2.0425
    """
    lab1, lab2 = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    l1, a1, b1 = lab1[..., 0], lab1[..., 1], lab1[..., 2]
    l2, a2, b2 = lab2[..., 0], lab2[..., 1], lab2[..., 2]
    mean_c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2.0) ** 7
    g = 0.5 * (1.0 - np.sqrt(mean_c7 / (mean_c7 + _25_TO_7)))  # equation 4
    c1, c2 = np.hypot((1.0 + g) * a1, b1), np.hypot((1.0 + g) * a2, b2)
    h1 = np.degrees(np.arctan2(b1, (1.0 + g) * a1)) % 360.0
    h2 = np.degrees(np.arctan2(b2, (1.0 + g) * a2)) % 360.0
    # A grey has no hue: its difference is 0, and the mean is the other's hue. Opposite hues count as not wrapping.
    both, apart = c1 * c2 > 0.0, h2 - h1
    wraps = np.abs(apart) > 180.0 + 1e-9
    dh = np.where(both, apart - np.where(wraps, np.copysign(360.0, apart), 0.0), 0.0)
    mean_h = np.where(both, (h1 + h2) / 2.0 + np.where(wraps, np.where(h1 + h2 < 360.0, 180.0, -180.0), 0.0), h1 + h2)
    dl, dc = l2 - l1, c2 - c1
    d_big_h = 2.0 * np.sqrt(c1 * c2) * np.sin(np.radians(dh / 2.0))
    mean_l, mean_c = (l1 + l2) / 2.0, (c1 + c2) / 2.0
    t = (
        1.0
        - 0.17 * np.cos(np.radians(mean_h - 30.0))
        + 0.24 * np.cos(np.radians(2.0 * mean_h))
        + 0.32 * np.cos(np.radians(3.0 * mean_h + 6.0))
        - 0.20 * np.cos(np.radians(4.0 * mean_h - 63.0))
    )
    s_l = 1.0 + 0.015 * (mean_l - 50.0) ** 2 / np.sqrt(20.0 + (mean_l - 50.0) ** 2)
    s_c = 1.0 + 0.045 * mean_c
    s_h = 1.0 + 0.015 * mean_c * t
    turn = 30.0 * np.exp(-(((mean_h - 275.0) / 25.0) ** 2))
    r_t = -2.0 * np.sqrt(mean_c**7 / (mean_c**7 + _25_TO_7)) * np.sin(np.radians(2.0 * turn))
    kl, kc, kh = dl / s_l, dc / s_c, d_big_h / s_h
    return np.sqrt(kl**2 + kc**2 + kh**2 + r_t * kc * kh)
