"""Weights that a brand's data has taught: what is added to the graph's own weights when the needs table is made."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from makeup_ai.knowledge.graph import Knowledge

SCHEMA = 1


@dataclass(frozen=True)
class NeedWeights:
    """What was learned beyond the graph; empty where nothing was, and then the graph's weights stand as they are.

    Args:
        effects: Effect id -> need -> change of the weight that the graph gives that effect for that need (0 where it
            gives none).
        ingredients: Ingredient id -> need -> weight of the ingredient itself, whatever its effects.

    Examples:
        >>> weights = NeedWeights(effects={"sebum_control": {"concern:pores": 0.25}})
        >>> NeedWeights.from_table(weights.to_table()) == weights
        True
    """

    effects: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ingredients: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def to_table(self) -> dict[str, Any]:
        """Make the JSON value that `from_table` reads."""
        parts = {"effects": self.effects, "ingredients": self.ingredients}
        return {"schema": SCHEMA} | {
            name: {id_: dict(needs) for id_, needs in part.items()} for name, part in parts.items()
        }

    @classmethod
    def from_table(cls, table: Any) -> NeedWeights:
        """Read what `to_table` made.

        Raises:
            ValueError: It is no such value, of another schema, or a weight is no finite number.
        """
        if not isinstance(table, Mapping) or table.get("schema") != SCHEMA:
            found = table.get("schema") if isinstance(table, Mapping) else type(table).__name__
            raise ValueError(
                f"Expected weights of schema {SCHEMA}, as `makeup-ai knowledge learn` writes them. "
                f"Received: {found!r}; learn them again"
            )
        return cls(**{name: _numbers(table.get(name), name) for name in ("effects", "ingredients")})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> NeedWeights:
        """Read a file that `makeup-ai knowledge learn` wrote.

        Raises:
            ValueError: As `from_table`; or it is not JSON.
            OSError: It cannot be read.
        """
        text = Path(path).read_text(encoding="utf-8")
        try:
            table = json.loads(text)
        except ValueError as error:
            raise ValueError(f"Expected weights as JSON in {os.fspath(path)!r}. {error}; learn them again") from error
        return cls.from_table(table)

    def check(self, knowledge: Knowledge) -> None:
        """Hold the ids to a knowledge.

        Raises:
            ValueError: An effect or ingredient is not in it.
        """
        unknown = sorted({*self.effects} - {*knowledge.effects}) + sorted(
            {*self.ingredients} - {*knowledge.ingredients}
        )
        if unknown:
            raise ValueError(f"Expected effects and ingredients of the knowledge. Received: {unknown}; learn again")


def _numbers(part: Any, name: str) -> dict[str, dict[str, float]]:
    try:
        read = {str(id_): {str(n): float(w) for n, w in needs.items()} for id_, needs in part.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"Expected {name!r} as id -> need -> number. {error}; learn the weights again") from error
    wrong = [(id_, n, w) for id_, needs in read.items() for n, w in needs.items() if not math.isfinite(w)]
    if wrong:
        raise ValueError(f"Expected finite weights. Received: {wrong[0]} in {name!r}; learn the weights again")
    return read
