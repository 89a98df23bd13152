"""One SQLite file of numbered blobs, and every way in which it can fail turned into one error.

SQLite is used for its transactions alone: whatever is handed to it is sealed already, so that its pages, its journal
and its slack hold ciphertext.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from makeup_ai.errors import VaultBusyError, VaultError

APPLICATION_ID = 0x4D4B5550  # "MKUP", at byte 68 of the file
SCHEMA = "CREATE TABLE sealed (id INTEGER PRIMARY KEY, body BLOB NOT NULL)"
WAIT_SECONDS = 10.0
"""How long another process is waited for."""
SIBLINGS = ("-journal", "-wal", "-shm")
"""What SQLite may put beside the file."""
PRIVATE = 0o600

_PRAGMAS = (
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA mmap_size=0",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA secure_delete=ON",
    "PRAGMA synchronous=EXTRA",  # the removal of the journal, which is the commit, reaches the disk too
)


class Database:
    """An open file. It is not shared between threads; processes wait for each other.

    Args:
        path: Of a file that is there.
        wait: Seconds that another process is waited for.

    Raises:
        FileNotFoundError: There is no such file.
        VaultError: It is no vault, is damaged, or is in use for longer than `wait`.
    """

    def __init__(self, path: str | os.PathLike[str], wait: float = WAIT_SECONDS):
        self.path, self._wait = Path(path), wait
        if not self.path.is_file():
            raise FileNotFoundError(f"Expected a vault. Received: {str(path)!r}, where there is no file")
        if os.name == "posix" and self.path.stat().st_mode & 0o077:
            with contextlib.suppress(OSError):  # of another owner: whoever may read it sees ciphertext
                self.path.chmod(PRIVATE)
        with self._failing():
            self._connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=wait, isolation_level=None
            )
        try:
            with self._failing():
                self._check()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the file still: everything read inside is of one moment."""
        with self._failing():
            self._execute("BEGIN")
            try:
                yield
            finally:
                self._rollback()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Write all of what is done inside, on the disk when it returns, or nothing of it."""
        with self._failing():
            self._execute("BEGIN IMMEDIATE")
            try:
                yield
                self._execute("COMMIT")
            except BaseException:
                self._rollback()
                raise

    def hold(self) -> None:
        """Keep writers out until the file is closed."""
        with self._failing():
            self._execute("BEGIN IMMEDIATE")

    def rows(self) -> dict[int, bytes]:
        """Return every blob by its id."""
        found = self._execute("SELECT id, body FROM sealed")
        rows = {id_: body for id_, body in found if isinstance(body, bytes)}
        if len(rows) != len(found):
            raise self._damaged("a row is not what was written")
        return rows

    def row(self, id_: int) -> bytes | None:
        """Return one blob."""
        found = self._execute("SELECT body FROM sealed WHERE id = ?", id_)
        return found[0][0] if found and isinstance(found[0][0], bytes) else None

    def put(self, id_: int, body: bytes) -> None:
        """Write one blob, in place of another if there is one."""
        self._execute("INSERT OR REPLACE INTO sealed (id, body) VALUES (?, ?)", id_, body)

    def drop(self, id_: int) -> None:
        """Remove one blob; its place is overwritten with zeros."""
        self._execute("DELETE FROM sealed WHERE id = ?", id_)

    def _execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()

    def _rollback(self) -> None:
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):  # SQLite has rolled back by itself
                self._execute("ROLLBACK")

    def _check(self) -> None:
        """Refuse a file that is not laid out as ours, and one on which writing could do harm."""
        for pragma in _PRAGMAS:
            self._execute(pragma)
        schema = [sql for (sql,) in self._execute("SELECT sql FROM sqlite_schema")]
        marks = self._execute("PRAGMA application_id"), self._execute("PRAGMA journal_mode")
        if schema != [SCHEMA] or marks != ([(APPLICATION_ID,)], [("delete",)]):
            raise self._damaged("it is not laid out as a vault")
        # Pages and free lists too: a write through a damaged free list would destroy what still can be read.
        problems = [said for (said,) in self._execute("PRAGMA quick_check(1)")]
        if problems != ["ok"]:
            raise self._damaged(str(problems[0]))

    def _damaged(self, how: str) -> VaultError:
        return VaultError(
            f"{str(self.path)!r} is no vault, or was damaged or changed since it was written: {' '.join(how.split())}. "
            "Nothing was read or changed. Remedy: a copy of the vault from before."
        )

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise VaultBusyError(
                    f"{str(self.path)!r} is in use by another process, which was waited for during {self._wait:g} s. "
                    "Nothing is lost or changed: try again."
                ) from error
            raise VaultError(
                f"{str(self.path)!r} cannot be read or written ({error}). What was kept before is unchanged."
            ) from error
        except sqlite3.ProgrammingError:  # a closed vault, or one of another thread: a mistake of the caller's
            raise
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
            raise self._damaged(str(error)) from error


def create(path: str | os.PathLike[str], rows: dict[int, bytes]) -> None:
    """Write a new file with these blobs, readable by its owner alone; it appears whole or not at all.

    Raises:
        FileExistsError: There is something of that name.
        VaultError: It cannot be written.
    """
    target = Path(path)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
        connection = sqlite3.connect(unfinished, isolation_level=None)
        try:
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute("PRAGMA synchronous=EXTRA")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute(SCHEMA)
            connection.executemany("INSERT INTO sealed (id, body) VALUES (?, ?)", rows.items())
            connection.execute("COMMIT")
        finally:
            connection.close()
        _place(unfinished, target)
        sync_folder(target)
    except sqlite3.Error as error:
        raise VaultError(f"A vault cannot be written to {str(target)!r} ({error}).") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _place(unfinished: Path, target: Path) -> None:
    """Give a file its name, never in the place of another's as a rename would."""
    try:
        target.hardlink_to(unfinished)
    except OSError as error:
        if target.exists():
            raise FileExistsError(
                f"Expected the name of a new vault. Received: {str(target)!r}, which is there"
            ) from error
        unfinished.rename(target)  # a file system without hard links


def sync_folder(path: Path) -> None:
    """Bring a file's coming or going to the disk, where the system can."""
    if os.name != "posix":
        return
    folder = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
