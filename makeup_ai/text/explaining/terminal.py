"""An explanation in a terminal: words coloured by sign and strength, or with their weights written out."""

from __future__ import annotations

from makeup_ai.text.explaining.explain import Explanation

FOR, AGAINST, PLAIN = (28, 34, 40), (88, 124, 160), "\x1b[0m"
"""Backgrounds of the 256 colours, weakest first: green speaks for the answer, red against it."""

SILENT = 0.1
"""Share of the strongest weight below which a word is not coloured."""


def told(explanation: Explanation, colour: bool) -> str:
    """Write an explanation in lines.

    Args:
        explanation: What is told.
        colour: Whether the terminal shows colours; without them each word of weight carries it in brackets.
    """
    where = f" ({_clean(explanation.text[slice(*explanation.span)])})" if explanation.span else ""
    head = f"{explanation.head}: {explanation.label}{where}  {explanation.probability:.1%}  by {explanation.method}"
    strongest = max(map(abs, explanation.weights), default=0.0)
    parts, done = [], 0
    for word, weight in zip(explanation.words, explanation.weights, strict=True):
        parts.append(_clean(explanation.text[done : word.start]))
        share = weight / strongest if strongest else 0.0
        parts.append(_coloured(_clean(word.text), share) if colour else _written(_clean(word.text), weight, share))
        done = word.end
    return f"{head}\n  {''.join([*parts, _clean(explanation.text[done:])])}"


def _coloured(word: str, share: float) -> str:
    if abs(share) < SILENT:
        return word
    shades = FOR if share > 0 else AGAINST
    return f"\x1b[97;48;5;{shades[min(int(abs(share) * len(shades)), len(shades) - 1)]}m{word}{PLAIN}"


def _written(word: str, weight: float, share: float) -> str:
    return word if abs(share) < SILENT else f"{word}[{weight:+.2f}]"


def _clean(text: str) -> str:
    """Leave out what would steer a terminal rather than be read in it."""
    return "".join(c if c.isprintable() else " " for c in text)
