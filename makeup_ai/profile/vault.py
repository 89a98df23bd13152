"""The vault: a person's facts, consents and access log in one encrypted file.

vault (SQLite)
├── header      format version, vault id, how the key is derived; the data key, wrapped        (authenticated)
├── manifest    id, version and label of every record                                          (sealed)
└── records     facts, consent decisions and accesses, each padded to a power of two           (sealed)

What stays in the clear is the header, the number of records, the power of two of each one's length, and the file's own
times. The file as a whole can be put back to an older copy of itself; any part of it cannot.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from makeup_ai.profile.access import Access, accesses, log, past
from makeup_ai.profile.consent import EVERY, Decision
from makeup_ai.profile.database import WAIT_SECONDS, Database
from makeup_ai.profile.facts import Fact, belief, expires, live, make_fact, profile_of
from makeup_ai.profile.fields import field_table
from makeup_ai.profile.held import CONSENT, FACT, Held, check_counts, decisions_in, facts_in, over
from makeup_ai.profile.keys import KeySource
from makeup_ai.profile.policy import View, policy
from makeup_ai.profile.records import Records, new_records
from makeup_ai.schema import Profile

PERSON, RETENTION = "person", "retention"
"""In the access log: the person's own commands, and facts destroyed because their time was over."""


class Vault:
    """An open vault; use it as a context manager. It is not shared between threads, processes wait for each other.

    Args:
        path: Of a vault that is there.
        source: Of its key: `makeup_ai.profile.keys.Passphrase` or `Keyring`.
        wait: Seconds that another process is waited for.
        clock: Returns seconds since 1970 (UTC).

    Raises:
        FileNotFoundError: There is no such file.
        VaultError: It is damaged, was changed, or is in use for longer than `wait`.
        WrongPassphraseError: The key is another one.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> from makeup_ai.profile.keys import Passphrase
        >>> with TemporaryDirectory() as folder, Vault.create(f"{folder}/v", Passphrase("correct horse")) as vault:
        ...     _ = vault.set({"skin_type": "oily", "allergies": ["fragrance"]})
        ...     vault.view("recommend", "safety").profile.allergies
        ('fragrance',)
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        source: KeySource,
        *,
        wait: float = WAIT_SECONDS,
        clock: Callable[[], float] = time.time,
    ):
        self._clock = clock
        self._database = Database(path, wait)
        try:
            self._records = Records(self._database, source)
            self.expired = self._enforce_retention()
            """Fields of which facts were destroyed on opening, as their time was over."""
        except BaseException:
            self._database.close()
            raise

    @classmethod
    def create(cls, path: str | os.PathLike[str], source: KeySource, **options: Any) -> Vault:
        """Make a new vault and open it.

        Args:
            path: Where nothing is yet.
            source: Of its key.
            options: Of `Vault`.

        Raises:
            FileExistsError: There is something of that name.
            ValueError: The passphrase is too short.
            VaultError: It cannot be written.
        """
        new_records(path, source)
        return cls(path, source, **options)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Vault:
        """Return the vault."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def add(self, *facts: Fact) -> tuple[int, ...]:
        """Keep facts, all or none of them; they are on the disk when this returns.

        What can never count again is not kept on: an older fact of the same field, value and source, and whatever a
        removal takes away.

        Returns:
            Their ids.

        Raises:
            ValueError: A fact does not fit the table of fields, or a field would have too many values.
            PermissionError: A fact from a photo, without consent to keep those.
        """
        now = self._clock()
        each = [make_fact(f.field, f.value, f.source, f.time, now=now, removed=f.removed) for f in facts]
        checked = list({(f.field, f.key, f.source, f.removed): f for f in sorted(each, key=lambda f: f.time)}.values())
        with self._records.changing() as state:
            decisions = decisions_in(state)
            for fact in checked:
                if not policy().may_keep(fact.field, fact.source, decisions):
                    purpose = policy().keeping[fact.source]
                    raise PermissionError(
                        f"Keeping {fact.field} from a {fact.source} needs consent to {purpose!r} first. "
                        f"Remedy: makeup-ai profile consent give {purpose} --field {fact.field}"
                    )
            check_counts(state, checked, now)
            new = {(fact.field, fact.key, fact.source): fact for fact in checked}
            gone = {(fact.field, fact.key): fact for fact in checked if fact.removed}
            for held in facts_in(state):
                place = (held.fact.field, held.fact.key)
                later = [f for f in (new.get((*place, held.fact.source)), gone.get(place)) if f is not None]
                if any(held.fact.time <= fact.time for fact in later):
                    state.drop(held.id)
            return tuple(state.add(FACT + fact.field, fact.to_dict()) for fact in checked)

    def set(self, values: Mapping[str, Any], source: str = "said") -> tuple[int, ...]:
        """Keep values as facts of now.

        Args:
            values: Field -> value, or a list of values where the field has many.
            source: Of all of them.

        Raises:
            ValueError: See `add`.
            PermissionError: See `add`.
        """
        now, facts = self._clock(), []
        for field, given in values.items():
            many = field_table().field(field).many
            if many and not isinstance(given, list | tuple):
                raise ValueError(f"Expected {field} as a list of values. Received: {given!r}")
            facts += [make_fact(field, value, source, now, now=now) for value in (given if many else [given])]
        return self.add(*facts)

    def facts(self) -> tuple[Held, ...]:
        """Return every fact that is kept, those that no longer count too."""
        return facts_in(self._records.read())

    def profile(self) -> Profile:
        """Return everything that counts now, for the person alone; the access is logged."""
        now = self._clock()
        with self._records.changing() as state:
            facts = [held.fact for held in facts_in(state)]
            fields = tuple(sorted({fact.field for fact in live(facts, now)}))
            log(state, Access(now, PERSON, ("show",), fields))
        return profile_of(facts, now)

    def view(self, consumer: str, *purposes: str) -> View:
        """Return what a consumer may see; the access is on record before anything is given.

        Args:
            consumer: Of the policy.
            purposes: Of the policy; at least one.

        Raises:
            ValueError: The consumer or a purpose is unknown, or none is named.
            VaultError: The access cannot be written down; then nothing is given.
        """
        now = self._clock()
        with self._records.changing() as state:
            facts = [held.fact for held in facts_in(state)]
            view = policy().view(facts, decisions_in(state), consumer, purposes, now)
            log(state, Access(now, consumer, view.purposes, view.fields))
        return view

    def consent(self, purpose: str, field: str = EVERY, *, given: bool) -> None:
        """Record a yes, or that it is withdrawn; it counts from the next view on.

        Raises:
            ValueError: The purpose or the field is unknown.
        """
        wording = policy().purpose(purpose).wording
        if field != EVERY:
            field_table().field(field)
        with self._records.changing() as state:
            state.add(CONSENT, Decision(purpose, field, given, self._clock(), wording).to_dict())

    def decisions(self) -> tuple[Decision, ...]:
        """Return every decision on consent, the first one first."""
        return decisions_in(self._records.read())

    def accesses(self) -> tuple[Access, ...]:
        """Return the access log, the first one first."""
        return accesses(self._records.read())

    def forget(self, field: str, value: Any = None, *, id: int | None = None) -> int:
        """Destroy facts: of a field, of a field and value, or the one of an id.

        Returns:
            How many were destroyed.

        Raises:
            ValueError: The field is unknown, or the value is not of its kind.
        """
        key = None if value is None else Fact(field, field_table().value(field, value), "said", 0.0).key
        field_table().field(field)
        with self._records.changing() as state:
            found = [
                held.id
                for held in facts_in(state)
                if held.fact.field == field and id in {None, held.id} and key in {None, held.fact.key}
            ]
            for id_ in found:
                state.drop(id_)
        return len(found)

    def rotate(self, source: KeySource, *, data_key: bool = False) -> None:
        """Lock the vault with another key from now on.

        Args:
            source: Of the new key, or of the present one.
            data_key: Make a new data key as well and seal every record with it, in one transaction. Without it, only
                the wrapped key is written anew.
        """
        self._records.rotate(source, data_key=data_key)

    def export(self) -> dict[str, Any]:
        """Return everything that is kept of the person, as JSON values; the access is logged first."""
        now = self._clock()
        with self._records.changing() as state:
            held = facts_in(state)
            fields = tuple(sorted({one.fact.field for one in held}))
            log(state, Access(now, PERSON, ("export",), fields))
        counting = set(live((one.fact for one in held), now))
        return {
            "schema": 1,
            "time": now,
            "facts": [
                {
                    "id": one.id,
                    **one.fact.to_dict(),
                    "counts": one.fact in counting,
                    "belief": round(belief(one.fact, now), 4),
                    "expires": expires(one.fact),
                }
                for one in held
            ],
            "consents": [decision.to_dict() for decision in decisions_in(state)],
            "accesses": [access.to_dict() for access in accesses(state)],
        }

    def _enforce_retention(self) -> tuple[str, ...]:
        now = self._clock()
        state = self._records.read()
        if not over(state, now) and not past(state, now):
            return ()
        with self._records.changing() as state:
            ended = over(state, now)
            fields = tuple(sorted({held.fact.field for held in ended}))
            for id_ in (*(held.id for held in ended), *past(state, now)):
                state.drop(id_)
            if fields:
                log(state, Access(now, RETENTION, (), fields))
        return fields
