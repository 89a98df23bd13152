"""The names of an inventory of ingredients, such as CosIng, small enough for a device and loaded at once."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from makeup_ai.knowledge.folding import fold
from makeup_ai.knowledge.words import word_list

SCHEMA = 1
MAGIC = b"makeup_ai.inci "

_FOLDING = {code: None for code in range(128) if not chr(code).isalnum() and chr(code) != "\n"}
_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?", re.IGNORECASE)
_UPPER = word_list("capitals")


@dataclass(frozen=True)
class InciNames:
    """INCI names by every folded spelling.

    Args:
        source: Where the names come from (`"CosIng"`).
        spellings: Folded spelling -> INCI name, as `inci_case` writes it.

    Examples:
        >>> names = InciNames.of("CosIng", {"PEG-100 STEARATE": (), "PARAFFINUM LIQUIDUM": ("mineral oil",)})
        >>> names.spellings[fold("peg 100 stearate")], names.spellings[fold("Mineral Oil")]
        ('PEG-100 Stearate', 'Paraffinum Liquidum')
    """

    source: str
    spellings: Mapping[str, str]

    @classmethod
    def of(cls, source: str, names: Mapping[str, Iterable[str]]) -> InciNames:
        """Index INCI names with their other names; the first INCI name of a spelling keeps it."""
        spellings = {fold(name): inci_case(name) for name in reversed(list(names))}
        for name, others in names.items():
            for other in others:
                spellings.setdefault(fold(other), inci_case(name))
        spellings.pop("", None)
        return cls(source, spellings)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> InciNames:
        """Read a file that `save` wrote.

        Raises:
            ValueError: It is no such file, or of another schema.
            OSError: It cannot be read.
        """
        content = Path(path).read_bytes()
        head, _, body = content.partition(b"\n")
        expected = f"Expected a names index of schema {SCHEMA}, as `makeup-ai knowledge index` writes it"
        if not head.startswith(MAGIC):
            raise ValueError(f"{expected}. Received: {os.fspath(path)!r}, which does not start as one")
        try:
            meta = json.loads(head.removeprefix(MAGIC))
            text = zlib.decompress(body).decode("utf-8")
        except (ValueError, zlib.error) as error:
            raise ValueError(f"{expected}. Received: {os.fspath(path)!r}, damaged: {error}; make it again") from error
        if not isinstance(meta, dict) or meta.get("schema") != SCHEMA:
            raise ValueError(f"{expected}. Received: {meta!r}; make it again")
        listed, _, others = text.partition("\n\n")
        spellings = dict(zip(_folded(listed), listed.split("\n"), strict=True))
        for line in filter(None, others.split("\n")):
            inci, *keys = line.split("\t")
            for key in keys:
                spellings.setdefault(key, inci)
        spellings.pop("", None)
        return cls(str(meta["source"]), spellings)

    def save(self, path: str | os.PathLike[str]) -> int:
        """Write the index, and return its size in bytes.

        A line of JSON after `MAGIC`, then zlib over the INCI names, one a line, and after an empty line the other
        spellings: an INCI name and its folded spellings with tabs between.
        """
        names = {key: inci for key, inci in self.spellings.items() if key == fold(inci)}
        others: dict[str, list[str]] = {}
        for key, inci in self.spellings.items():
            if key not in names:
                others.setdefault(inci, []).append(key)
        lines = [*sorted(names.values()), "", *("\t".join((inci, *keys)) for inci, keys in sorted(others.items()))]
        meta = json.dumps({"schema": SCHEMA, "source": self.source, "names": len(names)}, ensure_ascii=False)
        content = MAGIC + meta.encode() + b"\n" + zlib.compress("\n".join(lines).encode(), 9)
        target = Path(path)
        unfinished = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            unfinished.write_bytes(content)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
        return len(content)


def inci_case(name: str) -> str:
    """Write an INCI name that is all capitals the way packs print it; leave any other as it is.

    Examples:
        >>> inci_case("PEG-100 STEARATE"), inci_case("C12-15 ALKYL BENZOATE"), inci_case("Disodium EDTA")
        ('PEG-100 Stearate', 'C12-15 Alkyl Benzoate', 'Disodium EDTA')
    """
    name = " ".join(name.split())
    if not name.isupper():
        return name
    return _WORD.sub(lambda match: _cased(match.group()), name)


def _cased(word: str) -> str:
    return word if word in _UPPER or (word[0] in "CD" and word[1:].isdigit()) else word.capitalize()


def _folded(names: str) -> Iterator[str]:
    """Fold one name a line; those of plain letters all at once."""
    if names.isascii():
        return iter(names.lower().translate(_FOLDING).split("\n"))
    return map(fold, names.split("\n"))
