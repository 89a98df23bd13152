"""The frozen values that travel between the rooms of the house.

Every value here is immutable, holds only Python scalars, tuples, mappings and other values, and turns into JSON with
`to_dict`. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from makeup_ai.schema.advised import Advice, Caution, Recommendation, Term
from makeup_ai.schema.catalogue import Product, Shade
from makeup_ai.schema.person import Bought, Profile
from makeup_ai.schema.planned import Meeting, Missing, PlannedStep, Routine, SetAside, SlowStart, Week
from makeup_ai.schema.seen import Capture, Check, Cue, Face, Monk, SkinReport, Tone
from makeup_ai.schema.understood import Intent, Slot, Understanding

LANGUAGES = ("en", "zh")
"""Languages the assistant reads and writes; anything else is answered in English, with a word about it."""


def to_dict(value: Any) -> Any:
    """Turn a value of this module into plain JSON types, recursively.

    Examples:
        >>> to_dict(Intent(label="recommend", confidence=0.9))
        {'label': 'recommend', 'confidence': 0.9}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_dict(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): to_dict(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_dict(v) for v in value]
    return value


__all__ = [
    "LANGUAGES",
    "Advice",
    "Bought",
    "Capture",
    "Caution",
    "Check",
    "Cue",
    "Face",
    "Intent",
    "Meeting",
    "Missing",
    "Monk",
    "PlannedStep",
    "Product",
    "Profile",
    "Recommendation",
    "Routine",
    "SetAside",
    "Shade",
    "SkinReport",
    "Slot",
    "SlowStart",
    "Term",
    "Tone",
    "Understanding",
    "Week",
    "to_dict",
]
