"""Sealed records and the manifest that counts them: none can be read elsewhere, swapped, replayed or left out unseen.

Row 0 is the header, row 1 the manifest, every other row a record. A record is bound to the vault, to its own id, to its
version (the vault's counter when it was written) and to its label (`fact/allergies`). The manifest, bound to the header
and sealed, lists the id, version and label of every record, so that labels are ciphertext too.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from makeup_ai.errors import VaultError
from makeup_ai.profile.database import Database, create
from makeup_ai.profile.header import Header, wrap
from makeup_ai.profile.keys import KeySource, forget_secret
from makeup_ai.profile.sealing import KEY_BYTES, seal, unseal

HEADER, MANIFEST, FIRST = 0, 1, 2
"""Row ids; records count from `FIRST`, and no id is used twice."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record in the clear, in memory.

    Args:
        label: What it is of, before it is opened.
        version: The vault's counter when it was written.
        content: Any JSON value.
    """

    label: str
    version: int
    content: Any


@dataclass(slots=True)
class State:
    """All records of one moment; what is changed here is written when `Records.changing` ends.

    Args:
        counter: Of the changes so far.
        next_id: For the next record.
        records: Id -> record.
    """

    counter: int
    next_id: int
    records: dict[int, Record]
    changed: set[int] = field(default_factory=set)

    def add(self, label: str, content: Any) -> int:
        """Add a record and return its id."""
        self.next_id += 1
        self.put(self.next_id - 1, label, content)
        return self.next_id - 1

    def put(self, id_: int, label: str, content: Any) -> None:
        """Put a record in the place of another."""
        self.records[id_] = Record(label, self.counter + 1, content)
        self.changed.add(id_)

    def drop(self, id_: int) -> None:
        """Remove a record."""
        del self.records[id_]
        self.changed.add(id_)


class Records:
    """The records of an open vault.

    Args:
        database: Of the vault.
        source: Of its key.

    Raises:
        VaultError: The vault is damaged or was changed.
        WrongPassphraseError: The key is another one.
    """

    def __init__(self, database: Database, source: KeySource):
        self._database = database
        self._header = read_header(database)
        self._key = self._header.unwrap(source)
        self._sealed_manifest = b""
        self._state = State(0, FIRST, {})

    @property
    def vault(self) -> str:
        """The vault's id."""
        return self._header.vault

    def read(self) -> State:
        """Return every record, all authenticated."""
        with self._database.reading():
            return self._load()

    @contextlib.contextmanager
    def changing(self) -> Iterator[State]:
        """Change records; everything is on the disk when it returns, or nothing of it."""
        sealed = b""
        with self._database.writing():
            before = self._load()
            state = State(before.counter, before.next_id, dict(before.records))
            yield state
            if state.changed:
                for id_ in sorted(state.changed):
                    self._put(state, id_)
                sealed = self._put_manifest(state)
        if sealed:  # it is committed, and need not be read again
            self._state, self._sealed_manifest = State(state.counter, state.next_id, state.records), sealed

    def rotate(self, source: KeySource, *, data_key: bool) -> None:
        """Wrap the data key anew, by another source or the same.

        Args:
            source: Of the key from now on.
            data_key: Make a new data key too, and seal every record anew with it.
        """
        old = self._header, self._key
        try:
            with self._database.writing():
                before = self._load()
                state = State(before.counter, before.next_id, before.records)
                self._key = os.urandom(KEY_BYTES) if data_key else self._key
                self._header = wrap(self._key, source, self._header.vault)
                self._database.put(HEADER, self._header.to_bytes())
                if data_key:
                    for id_ in state.records:
                        self._put(state, id_)
                self._put_manifest(state)
        except BaseException:
            if self._header is not old[0]:
                forget_secret(self._header.derivation)
            self._header, self._key = old
            raise
        forget_secret(old[0].derivation)

    def _load(self) -> State:
        """Read and authenticate everything, unless the manifest is the one of the last time."""
        if self._database.row(HEADER) != self._header.to_bytes():
            raise VaultError("The keys of this vault were changed by another process: open it again.")
        sealed = self._database.row(MANIFEST) or b""
        if sealed != self._sealed_manifest:
            content = unseal(self._key, sealed, _manifest_bound(self._header))
            if content is None:
                raise _changed("its list of records does not fit its key")
            manifest = json.loads(content)
            self._state = State(manifest["counter"], manifest["next_id"], self._open(manifest["records"]))
            self._sealed_manifest = sealed
        return self._state

    def _open(self, listed: Mapping[str, Any]) -> dict[int, Record]:
        rows = self._database.rows()
        if set(rows) != {HEADER, MANIFEST, *map(int, listed)}:
            raise _changed(f"it lists {len(listed)} records, and holds {max(len(rows) - FIRST, 0)} or others")
        records = {}
        for name, (version, label) in listed.items():
            id_ = int(name)
            content = unseal(self._key, rows[id_], self._bound(id_, version, label))
            if content is None:
                raise _changed(f"one of {len(listed)} records does not fit its place")
            records[id_] = Record(label, version, json.loads(content))
        return records

    def _put(self, state: State, id_: int) -> None:
        record = state.records.get(id_)
        if record is None:
            self._database.drop(id_)
            return
        content = json.dumps(record.content, ensure_ascii=False).encode()
        self._database.put(id_, seal(self._key, content, self._bound(id_, record.version, record.label)))

    def _put_manifest(self, state: State) -> bytes:
        state.counter += 1
        content = {
            "counter": state.counter,
            "next_id": state.next_id,
            "records": {id_: [record.version, record.label] for id_, record in state.records.items()},
        }
        sealed = seal(self._key, json.dumps(content, separators=(",", ":")).encode(), _manifest_bound(self._header))
        self._database.put(MANIFEST, sealed)
        return sealed

    def _bound(self, id_: int, version: int, label: str) -> bytes:
        return json.dumps(["record", self._header.version, self.vault, id_, version, label]).encode()


def new_records(path: str | os.PathLike[str], source: KeySource) -> None:
    """Write a vault without records.

    Raises:
        FileExistsError: There is something of that name.
        VaultError: It cannot be written.
    """
    key = os.urandom(KEY_BYTES)
    header = wrap(key, source)
    manifest = json.dumps({"counter": 0, "next_id": FIRST, "records": {}}).encode()
    sealed = seal(key, manifest, _manifest_bound(header))
    create(path, {HEADER: header.to_bytes(), MANIFEST: sealed})


def read_header(database: Database) -> Header:
    """Return a vault's header.

    Raises:
        VaultError: It is missing or damaged.
    """
    with database.reading():
        written = database.row(HEADER)
    if written is None:
        raise _changed("its header is missing")
    return Header.from_bytes(written)


def _manifest_bound(header: Header) -> bytes:
    return b"manifest" + header.digest()


def _changed(how: str) -> VaultError:
    return VaultError(
        f"The vault was damaged or changed since it was written: {how}. Nothing was read or changed. "
        "Remedy: a copy of the vault from before."
    )
