"""A neighbourhood drawn as SVG: columns of names with lines between them, no script and nothing fetched."""

from __future__ import annotations

import unicodedata
from html import escape

from makeup_ai.knowledge.neighbourhood import Edge, Neighbourhood

ROW, BOX, GAP, MARGIN = 38, 28, 120, 14
"""Heights of a row and of a box in it, width between columns, and space around, in pixels."""
LETTER, WIDE_LETTER, PADDING = 7.4, 13.5, 24
"""Widths of a Latin and of a Chinese letter at 13 pixels, and of a box beside its words."""
LONGEST = 30
"""Letters after which a name is cut; the whole name stands in its title."""
THINNEST, THICKEST = 1.0, 5.0


def draw(neighbourhood: Neighbourhood, language: str) -> str:
    """Draw a neighbourhood.

    Args:
        neighbourhood: As `around` gives it.
        language: Of the names.

    Returns:
        One `<svg>` element, with classes for its colours: the kinds of edges, `.disputed`, and the kinds of nodes.
    """
    names = {node: words[language] for node, words in neighbourhood.names.items()}
    widths = [max(_width(_cut(names[node])) for node in column) for column in neighbourhood.columns]
    height = max(map(len, neighbourhood.columns)) * ROW + 2 * MARGIN
    boxes: dict[str, tuple[float, float, float]] = {}
    x = float(MARGIN)
    for column, width in zip(neighbourhood.columns, widths, strict=True):
        top = (height - len(column) * ROW) / 2
        for row, node in enumerate(column):
            boxes[node] = (x, top + row * ROW + ROW / 2, width)
        x += width + GAP
    total = x - GAP + MARGIN
    lines = [_line(edge, boxes) for edge in sorted(neighbourhood.edges, key=lambda edge: abs(edge.weight))]
    shapes = [_box(node, names[node], boxes[node], node == neighbourhood.node) for node in boxes]
    title = escape(names[neighbourhood.node])
    return (
        f'<svg viewBox="0 0 {total:.0f} {height:.0f}" width="{total:.0f}" height="{height:.0f}" role="img" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{title}</title>{"".join(lines)}{"".join(shapes)}</svg>'
    )


def _line(edge: Edge, boxes: dict[str, tuple[float, float, float]]) -> str:
    (ax, ay, aw), (bx, by, _) = boxes[edge.start], boxes[edge.end]
    start, middle = ax + aw, (ax + aw + bx) / 2
    disputed = " disputed" if edge.contested else ""
    width = THINNEST + (THICKEST - THINNEST) * abs(edge.weight)
    path = f"M{start:.1f},{ay:.1f} C{middle:.1f},{ay:.1f} {middle:.1f},{by:.1f} {bx:.1f},{by:.1f}"
    return f'<path class="{edge.kind}{disputed}" d="{path}" stroke-width="{width:.1f}"/>'


def _box(node: str, name: str, place: tuple[float, float, float], is_centre: bool) -> str:
    x, y, width = place
    kind = node.partition(":")[0].replace("_", "-")
    shown = _cut(name)
    title = f"<title>{escape(name)}</title>" if shown != name else ""
    return (
        f'<g class="{kind}{" centre" if is_centre else ""}">{title}'
        f'<rect x="{x:.1f}" y="{y - BOX / 2:.1f}" width="{width:.1f}" height="{BOX}" rx="8"/>'
        f'<text x="{x + width / 2:.1f}" y="{y + 4.5:.1f}" text-anchor="middle">{escape(shown)}</text></g>'
    )


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…"


def _width(text: str) -> float:
    letters = sum(WIDE_LETTER if unicodedata.east_asian_width(char) in "WF" else LETTER for char in text)
    return letters + PADDING
