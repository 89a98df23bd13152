"""The access log: who saw which fields, what for and when; never what stood in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from makeup_ai.profile.facts import SECONDS_A_DAY
from makeup_ai.profile.fields import field_table
from makeup_ai.profile.records import State
from makeup_ai.schema import to_dict

LABEL = "log"


@dataclass(frozen=True, slots=True)
class Access:
    """One access.

    Args:
        time: Seconds since 1970 (UTC).
        consumer: Who: one of the policy, `person` for their own commands, `retention` for what expired.
        purposes: What for.
        fields: That were seen, or destroyed.
    """

    time: float
    consumer: str
    purposes: tuple[str, ...]
    fields: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the access as plain JSON values."""
        values: dict[str, Any] = to_dict(self)
        return values


def log(state: State, access: Access) -> None:
    """Put an access on record: into the last record of accesses, or a new one where that is full."""
    records = [id_ for id_, record in state.records.items() if record.label == LABEL]
    last = max(records, default=None)
    if last is not None and len(state.records[last].content) < field_table().log_per_record:
        state.put(last, LABEL, [*state.records[last].content, access.to_dict()])
    else:
        state.add(LABEL, [access.to_dict()])


def accesses(state: State) -> tuple[Access, ...]:
    """Return the accesses on record, the first one first."""
    records = [state.records[id_] for id_ in sorted(state.records) if state.records[id_].label == LABEL]
    return tuple(
        Access(row["time"], row["consumer"], tuple(row["purposes"]), tuple(row["fields"]))
        for record in records
        for row in record.content
    )


def past(state: State, now: float) -> Sequence[int]:
    """Return the ids of records that hold only accesses older than the table keeps them."""
    oldest = now - field_table().log_retention_days * SECONDS_A_DAY
    return [
        id_
        for id_, record in state.records.items()
        if record.label == LABEL and max(row["time"] for row in record.content) < oldest
    ]
