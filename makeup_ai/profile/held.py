"""What the records of a vault hold: facts and decisions on consent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from makeup_ai.profile.consent import Decision
from makeup_ai.profile.facts import Fact, expires, from_dict
from makeup_ai.profile.fields import field_table
from makeup_ai.profile.records import State

FACT, CONSENT = "fact/", "consent"
"""Labels of their records; behind the first stands the field."""


@dataclass(frozen=True, slots=True)
class Held:
    """A fact with the id under which the vault holds it."""

    id: int
    fact: Fact


def facts_in(state: State) -> tuple[Held, ...]:
    """Return the facts, in the order in which they were recorded."""
    return tuple(
        Held(id_, from_dict(record.content)) for id_, record in state.records.items() if record.label.startswith(FACT)
    )


def decisions_in(state: State) -> tuple[Decision, ...]:
    """Return the decisions on consent, the first one first."""
    return tuple(
        Decision(**state.records[id_].content) for id_ in sorted(state.records) if state.records[id_].label == CONSENT
    )


def over(state: State, now: float) -> Sequence[Held]:
    """Return the facts whose time is over."""
    return [held for held in facts_in(state) if (end := expires(held.fact)) is not None and end <= now]


def check_counts(state: State, new: Iterable[Fact], now: float) -> None:
    """Refuse more values of a field than the table allows.

    Raises:
        ValueError: There would be more.
    """
    keys: dict[str, set[str]] = {}
    for fact in (*(held.fact for held in facts_in(state)), *new):
        keys.setdefault(fact.field, set()).add(fact.key)
    for name, found in keys.items():
        most = field_table().field(name).most
        if len(found) > most:
            raise ValueError(
                f"Expected at most {most} values of {name}, and nothing was kept. Received: {len(found)}. "
                f"Remedy: makeup-ai profile unset {name}"
            )
