"""Files written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write a file so that a reader sees the old one or the new one, never a part of it.

    It is written beside its place under another name, brought to the disk, and renamed.

    Args:
        path: The file, in a folder that is there.
        content: Bytes, or text, which becomes UTF-8 with its line ends as they are.

    Returns:
        The path.

    Raises:
        UnicodeEncodeError: The text holds lone surrogates.
        OSError: The folder is missing or cannot be written to, or the disk is full; what was there stays.
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        return unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
