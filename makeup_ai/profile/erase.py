"""Erasing a vault: its key first, then every byte of it, and a report of what can be shown to be gone."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.errors import VaultBusyError, VaultError
from makeup_ai.profile.database import APPLICATION_ID, PRIVATE, SIBLINGS, WAIT_SECONDS, Database, sync_folder
from makeup_ai.profile.header import Header
from makeup_ai.profile.keys import forget_secret
from makeup_ai.profile.records import FIRST, HEADER
from makeup_ai.schema import to_dict

MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, and what was looked at afterwards.

    Args:
        files: Names of those that were overwritten and deleted.
        overwritten: Their bytes.
        records: Sealed records that were in the vault; `None` where it was too damaged to count.
        key_gone: The wrapped key was looked for in what stood there after overwriting, and no part of it was found.
        bytes_gone: What stood there was the random bytes that were written, all of them.
        reopening_refused: Opening the vault was tried, and failed.
    """

    files: tuple[str, ...]
    overwritten: int
    records: int | None
    key_gone: bool
    bytes_gone: bool
    reopening_refused: bool

    @property
    def proven(self) -> bool:
        """Whether everything that was looked for is gone."""
        return self.key_gone and self.bytes_gone and self.reopening_refused

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {**to_dict(self), "proven": self.proven}


def erase(path: str | os.PathLike[str], wait: float = WAIT_SECONDS) -> Erasure:
    """Destroy a vault. Its passphrase is not needed: whoever forgot it can still erase.

    The file is overwritten with random bytes in place, brought to the disk, read back, searched, and deleted; so is
    what SQLite or a killed process left beside it. The data key exists nowhere but, wrapped, in that file, and a
    keyring's secret is taken out of the keyring. What a drive may keep of older blocks is ciphertext without its key,
    unless it kept the block of the header and the passphrase is known, too. Copies made elsewhere are not reached.

    Args:
        path: Of a vault, whole or damaged.
        wait: Seconds that another process is waited for.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a vault; nothing is touched.
        VaultBusyError: Another process is using it; nothing is touched.
    """
    target = Path(path).resolve()  # through a link, to what it names
    _refuse_others(target)
    with contextlib.ExitStack() as held:
        sealed = _hold(target, wait, held)
        wrapped = sealed.get(HEADER, b"")
        places = [target, *_beside(target)]
        written = [_overwrite(place) for place in places]
        for place in reversed(places):
            place.unlink(missing_ok=True)
        sync_folder(target)
    with contextlib.suppress(VaultError):
        forget_secret(Header.from_bytes(wrapped).derivation)
    return Erasure(
        files=tuple(place.name for place in places),
        overwritten=sum(len(put) for put, _ in written),
        records=sum(id_ >= FIRST for id_ in sealed) if sealed else None,
        key_gone=not any(_overlap(wrapped, left) for _, left in written),
        bytes_gone=all(put == left for put, left in written),
        reopening_refused=_refused(target),
    )


def _refuse_others(target: Path) -> None:
    """A slip of the pen must not destroy somebody's photo."""
    if not target.is_file():
        raise FileNotFoundError(f"Expected a vault to erase. Received: {str(target)!r}, where there is no file")
    with target.open("rb") as stream:
        start = stream.read(72)
    ours = start[68:72] == APPLICATION_ID.to_bytes(4, "big")
    if not ours and start[: len(MAGIC)] != MAGIC:
        raise ValueError(f"Expected a vault to erase. Received: {str(target)!r}, which is not one; nothing was touched")
    if not ours and len(start) >= 72:
        raise ValueError(f"Expected a vault to erase. Received: {str(target)!r}, another database; nothing was touched")


def _hold(target: Path, wait: float, held: contextlib.ExitStack) -> dict[int, bytes]:
    """Keep writers out until `held` ends, and return the rows; none where the vault is too damaged for either."""
    try:
        database = Database(target, wait)
        held.callback(database.close)
        database.hold()
        return database.rows()
    except VaultBusyError:
        raise
    except VaultError:
        return {}


def _beside(target: Path) -> list[Path]:
    siblings = [target.with_name(target.name + ending) for ending in SIBLINGS]
    unfinished = sorted(target.parent.glob(f".{_escaped(target.name)}.*.part*"))
    return [place for place in (*siblings, *unfinished) if place.is_file()]


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _overwrite(place: Path) -> tuple[bytes, bytes]:
    """Overwrite a file with random bytes; return those, and what then stands there."""
    with contextlib.suppress(OSError):
        place.chmod(PRIVATE)
    with place.open("r+b", buffering=0) as stream:
        put = os.urandom(os.fstat(stream.fileno()).st_size)
        remaining = memoryview(put)
        while remaining:
            remaining = remaining[stream.write(remaining) or 0 :]
        os.fsync(stream.fileno())
        if hasattr(os, "posix_fadvise"):  # so that the disk is read, not the memory in between
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        stream.seek(0)
        return put, stream.readall()


def _overlap(body: bytes, left: bytes, piece: int = 16) -> bool:
    """Whether a piece of a blob still stands somewhere; chance alone puts one there once in some 2**100 times."""
    return any(body[start : start + piece] in left for start in range(0, len(body) - piece + 1, piece))


def _refused(target: Path) -> bool:
    try:
        Database(target).close()
    except (FileNotFoundError, VaultError):
        return True
    return False
