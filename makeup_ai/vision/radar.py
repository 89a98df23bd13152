"""A radar of scores and the place of a tone on the Monk scale, drawn as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from makeup_ai.schema import Monk

MONK_SWATCHES = (
    *("#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96"),
    *("#a07e56", "#825c43", "#604134", "#3a312a", "#292420"),
)
"""The ten tones as published, lightest first (Monk, "The Monk Skin Tone Scale", 2023)."""

_WIDTH, _HEIGHT, _RADIUS = 620.0, 460.0, 160.0
_RINGS = (25.0, 50.0, 75.0, 100.0)
_LABEL = 16.0  # from the rim to a label


@dataclass(frozen=True, slots=True)
class Axis:
    """One score of a radar.

    Args:
        label: As shown.
        score: In [0, 100].
        noise: Standard deviation of the score.
        level: Class of the dot (`"strength"`, `"usual"`, `"need"`).
    """

    label: str
    score: float
    noise: float
    level: str


def radar(axes: Sequence[Axis], title: str) -> str:
    """Draw scores on a radar, each with a band of its noise; empty below three axes, which span no area."""
    if len(axes) < 3:
        return ""
    turns = [2.0 * math.pi * i / len(axes) for i in range(len(axes))]
    rings = [f'<polygon class="ring" points="{_points([(turn, ring) for turn in turns])}"/>' for ring in _RINGS]
    ticks = [
        f'<text class="tick" x="{_WIDTH / 2 + 4:.0f}" y="{_place(0.0, ring)[1] + 11:.1f}">{ring:.0f}</text>'
        for ring in _RINGS
    ]
    outer = _points([(t, min(100.0, a.score + a.noise)) for t, a in zip(turns, axes, strict=True)])
    inner = _points([(t, max(0.0, a.score - a.noise)) for t, a in zip(turns, axes, strict=True)])
    shape = _points([(turn, axis.score) for turn, axis in zip(turns, axes, strict=True)])
    return "\n".join(
        [
            f'<svg class="radar" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{escape(title)}">',
            *rings,
            *ticks,
            *(_spoke(turn) for turn in turns),
            f'<path class="band" fill-rule="evenodd" d="M{outer}Z M{inner}Z"/>',
            f'<polygon class="shape" points="{shape}"/>',
            *(_dot(turn, axis) for turn, axis in zip(turns, axes, strict=True)),
            *(_label(turn, axis) for turn, axis in zip(turns, axes, strict=True)),
            "</svg>",
        ]
    )


def _place(turn: float, score: float, beyond: float = 0.0) -> tuple[float, float]:
    reach = score / 100.0 * _RADIUS + beyond
    return _WIDTH / 2.0 + reach * math.sin(turn), _HEIGHT / 2.0 - reach * math.cos(turn)


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join("{:.1f},{:.1f}".format(*_place(turn, score)) for turn, score in places)


def _spoke(turn: float) -> str:
    x, y = _place(turn, 100.0)
    return f'<line class="ring" x1="{_WIDTH / 2:.0f}" y1="{_HEIGHT / 2:.0f}" x2="{x:.1f}" y2="{y:.1f}"/>'


def _dot(turn: float, axis: Axis) -> str:
    x, y = _place(turn, axis.score)
    return f'<circle class="dot {escape(axis.level)}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _label(turn: float, axis: Axis) -> str:
    x, y = _place(turn, 100.0, _LABEL)
    side = math.sin(turn)
    anchor = "middle" if abs(side) < 0.15 else "start" if side > 0 else "end"
    return (
        f'<text class="label" text-anchor="{anchor}" x="{x:.1f}" y="{y + 4.0 - 4.0 * math.cos(turn):.1f}">'
        f"{escape(axis.label)} <tspan>{axis.score:.0f}</tspan></text>"
    )


def monk_scale(monk: Monk, title: str) -> str:
    """Draw the ten tones with the interval of a measured one above them."""
    step = 48.0
    low, high, value = (min(10.0, max(0.0, at - 0.5)) * step for at in (monk.low, monk.high, monk.value))
    swatches = [
        f'<rect class="tone" x="{i * step + 1:.0f}" y="34" width="{step - 2:.0f}" height="40" rx="5" fill="{colour}"/>'
        f'<text class="tick" text-anchor="middle" x="{(i + 0.5) * step:.0f}" y="90">{i + 1}</text>'
        for i, colour in enumerate(MONK_SWATCHES)
    ]
    return "\n".join(
        [
            f'<svg class="monk" viewBox="0 0 {10 * step:.0f} 96" role="img" aria-label="{escape(title)}">',
            *swatches,
            f'<path class="interval" d="M{low:.1f} 12V24M{low:.1f} 18H{high:.1f}M{high:.1f} 12V24"/>',
            f'<circle class="middle" cx="{value:.1f}" cy="18" r="6"/>',
            "</svg>",
        ]
    )
