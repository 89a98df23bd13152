"""Consent: what a person has said yes or no to, when, and in which wording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from makeup_ai.schema import to_dict

EVERY = "*"
"""In place of a field: all of them."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One yes or no.

    Args:
        purpose: Of the policy.
        field: Of the profile, or `"*"`.
        given: Yes, or it was withdrawn.
        time: Seconds since 1970 (UTC).
        wording: Version of the sentence that was shown.
    """

    purpose: str
    field: str
    given: bool
    time: float
    wording: str

    def to_dict(self) -> dict[str, Any]:
        """Return the decision as plain JSON values."""
        values: dict[str, Any] = to_dict(self)
        return values


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a field may be asked for.

    Args:
        name: Of the purpose.
        asked: Whether it needs a yes; where not, it holds until a no.
        wording: Version of the sentence; a yes to another one does not count.
        text: Language -> the sentence that is shown.
    """

    name: str
    asked: bool
    wording: str
    text: Mapping[str, str]


def stands(decisions: Iterable[Decision], purpose: Purpose, field: str) -> bool:
    """Tell whether a person agrees to a field's use for a purpose: what they said last counts.

    Args:
        decisions: In the order in which they were made.
        purpose: Of the use.
        field: Of the profile.
    """
    about = [d for d in decisions if d.purpose == purpose.name and d.field in {field, EVERY}]
    if not about:
        return not purpose.asked
    last = about[-1]
    return last.given and (last.wording == purpose.wording or not purpose.asked)
