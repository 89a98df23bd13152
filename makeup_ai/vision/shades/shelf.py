"""Shades made ready to be matched: colours in one array, and the undertones each may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import numpy.typing as npt

from makeup_ai.vision.colour import Array, chroma, hue_degrees, ita_degrees, lab_from_srgb
from makeup_ai.vision.shades.read import ShadeRow
from makeup_ai.vision.shades.table import Table, shade_table
from makeup_ai.vision.shades.words import undertones_said

MAX_SISTERS = 1_000
"""Shades of a product; where a list has more under one name, they are no sisters and tell nothing of each other."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Shades in the order of their L*, which does not depend on the order they came in.

    Args:
        shades: Those that can be matched.
        lab: `(shades, 3)` float64 CIELAB, D65; column 0 ascends.
        may_be: `(shades, classes)` bool, the undertones that each may have; a row of `False` where nothing tells.
        basis: What tells the undertone: `"words"`, `"hue"` or `None`.
        lines: `(shades,)` int64, equal for shades of one brand and product; a shade of neither stands alone.
        left_out: Shades whose patch has no colour (a grey one is a missing picture, not skin).
        table: The table they were read with.
    """

    shades: tuple[ShadeRow, ...]
    lab: Array
    may_be: npt.NDArray[np.bool_]
    basis: tuple[str | None, ...]
    lines: npt.NDArray[np.int64]
    left_out: tuple[ShadeRow, ...]
    table: Table = field(repr=False)

    @classmethod
    def of(cls, shades: Sequence[ShadeRow], table: Table | None = None) -> Shelf:
        """Put shades on a shelf.

        The undertone is what the brand's words say. Where they are silent, it is read from the hue angle less the
        median of the product's other shades of about the same L*: brands photograph patches so differently that the
        hue alone says little.
        """
        table = shade_table() if table is None else table
        known = sorted(shades, key=_identity)
        lab = colours_of(known)
        vivid = chroma(lab) >= table["min_chroma"]
        order = np.flatnonzero(vivid)[np.argsort(lab[vivid, 0], kind="stable")]
        kept = tuple(known[i] for i in order)
        lab = lab[order]
        names: dict[tuple[str, str] | int, int] = {}
        lines = np.array([names.setdefault(_line(shade, i), len(names)) for i, shade in enumerate(kept)], np.int64)
        said = [undertones_said(f"{shade.name} {shade.words}", table) for shade in kept]
        seen = undertones_by_hue(lab, lines, table)
        told = [words or hue for words, hue in zip(said, seen, strict=True)]
        classes = table["undertones"]["classes"]
        may_be = np.array([[name in names for name in classes] for names in told], bool).reshape(-1, len(classes))
        basis = tuple("words" if words else "hue" if hue else None for words, hue in zip(said, seen, strict=True))
        return cls(kept, lab, may_be, basis, lines, tuple(known[i] for i in np.flatnonzero(~vivid)), table)

    def __len__(self) -> int:
        return len(self.shades)

    def undertones(self, index: int) -> tuple[str, ...]:
        """Name the undertones that a shade may have."""
        return tuple(np.array(self.table["undertones"]["classes"])[self.may_be[index]].tolist())

    def penalties(self, undertone: str | None) -> Array:
        """Give what each shade's undertone adds to its distance from skin of an undertone, `(shades,)` in CIEDE2000.

        The nearest of the undertones that a shade may have counts; nothing is added where either is unknown.

        Raises:
            ValueError: The undertone is none of the table's classes.
        """
        classes = self.table["undertones"]["classes"]
        if undertone is None:
            return np.zeros(len(self))
        if undertone not in classes:
            raise ValueError(f"Expected an undertone of {classes}, or None. Received: undertone={undertone!r}")
        steps = np.abs(np.arange(len(classes)) - classes.index(undertone))
        each = np.where(self.may_be, np.array(self.table["undertones"]["penalty_by_steps"])[steps], np.inf)
        return np.where(self.may_be.any(axis=1), each.min(axis=1, initial=np.inf), 0.0)


def colours_of(shades: Sequence[ShadeRow]) -> Array:
    """Convert the patches of shades to CIELAB, `(shades, 3)`."""
    digits = bytes.fromhex("".join(shade.hex.removeprefix("#") for shade in shades))
    lab = lab_from_srgb(np.frombuffer(digits, np.uint8).reshape(-1, 3))
    return np.round(lab, 9)  # a product of matrices rounds by its shape; equal patches must stay equal


def relative_hues(lab: Array, lines: npt.NDArray[np.int64], table: Table) -> Array:
    """Subtract from each hue angle the median of its product's other shades within some L*.

    Args:
        lab: `(shades, 3)`.
        lines: `(shades,)`, equal for shades of one product.
        table: Its section `undertones.hue` says how near in L* and how many they must be.

    Returns:
        `(shades,)` degrees in (-180, 180]; `nan` where a product has too few shades nearby.
    """
    rule = table["undertones"]["hue"]
    hues, result = hue_degrees(lab), np.full(len(lab), np.nan)
    order = np.argsort(lines, kind="stable")
    for _, group in groupby(order.tolist(), key=lambda i: int(lines[i])):
        own = np.array(list(group))
        if len(own) > MAX_SISTERS:
            continue
        turned = (hues[own][None, :] - hues[own][:, None] + 180.0) % 360.0 - 180.0  # (from, to)
        near = np.abs(lab[own, 0][None, :] - lab[own, 0][:, None]) < rule["within_lightness"]
        np.fill_diagonal(near, False)
        enough = near.sum(axis=1) >= rule["siblings"]
        if enough.any():
            result[own[enough]] = -np.nanmedian(np.where(near, turned, np.nan)[enough], axis=1)
    return result


def undertones_by_hue(lab: Array, lines: npt.NDArray[np.int64], table: Table) -> list[tuple[str, ...]]:
    """Give the undertones that each relative hue leaves open; none between the bands and without siblings.

    A hue can rule out the opposite undertone but cannot tell it from neutral. Each band is for shades of some
    individual typology angles; deep shades have none, because their hue follows no undertone.
    """
    found: list[tuple[str, ...]] = [()] * len(lab)
    hues, angles = relative_hues(lab, lines, table), ita_degrees(lab)
    for band in table["undertones"]["hue"]["bands"]:
        inside = (hues >= band["from_degrees"]) & (hues <= band["to_degrees"])
        for i in np.flatnonzero(inside & (angles > band["ita_above"]) & (angles <= band["ita_to"])).tolist():
            found[i] = tuple(band["may_be"])
    return found


def _line(shade: ShadeRow, index: int) -> tuple[str, str] | int:
    """Tell products apart; a shade of neither brand nor product stands alone."""
    line = shade.brand.casefold().strip(), shade.product.casefold().strip()
    return line if any(line) else index


def _identity(shade: ShadeRow) -> tuple[str, str, str, str, str, int]:
    return shade.brand, shade.product, shade.name, shade.hex, shade.words, shade.row
