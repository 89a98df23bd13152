"""An explanation in a terminal: words coloured by sign and strength, or with their weights written out."""

from __future__ import annotations

from makeup_ai.text.explaining.explain import Explanation

FOR, AGAINST, PLAIN = (28, 34, 40), (88, 124, 160), "\x1b[0m"
"""Backgrounds of the 256 colours, weakest first: green speaks for the answer, red against it."""


def told(explanation: Explanation, colour: bool) -> str:
    """Write an explanation in lines.

    Args:
        explanation: What is told.
        colour: Whether the terminal shows colours; without them each word of weight carries it in brackets.
    """
    where = f" ({_clean(explanation.text[slice(*explanation.span)])})" if explanation.span else ""
    head = f"{explanation.head}: {explanation.label}{where}  {explanation.probability:.1%}  by {explanation.method}"
    parts, done = [], 0
    for word, weight, share in zip(explanation.words, explanation.weights, explanation.shares, strict=True):
        parts.append(_clean(explanation.text[done : word.start]))
        shown = _clean(word.text)
        if share:
            shown = _coloured(shown, share) if colour else f"{shown}[{weight:+.2f}]"
        parts.append(shown)
        done = word.end
    return f"{head}\n  {''.join([*parts, _clean(explanation.text[done:])])}"


def _coloured(word: str, share: float) -> str:
    shades = FOR if share > 0 else AGAINST
    return f"\x1b[97;48;5;{shades[min(int(abs(share) * len(shades)), len(shades) - 1)]}m{word}{PLAIN}"


def _clean(text: str) -> str:
    """Leave out what would steer a terminal rather than be read in it."""
    return "".join(c if c.isprintable() else " " for c in text)
