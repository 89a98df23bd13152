"""`index.usearch`: a graph over the products' vectors (HNSW: Malkov & Yashunin 2018), mapped into memory.

It finds the products whose words are most like a question's without looking at the others. It is written with USearch,
an extra of its own (`scale`); its file is followed by what it was made from, so that no other catalogue's is believed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import BundleError

FILE = "index.usearch"
INSTALL = "pip install 'makeup-ai[scale]'"
CONNECTIVITY, EXPANSION_ADD = 16, 64
TAIL = struct.Struct("<8sI")
"""Magic, and how many bytes of JSON stand before this."""
MAGIC = b"MKINDEX1"


@dataclass(frozen=True)
class VectorIndex:
    """An index that was opened.

    Args:
        graph: USearch's own object.
        products: How many vectors it holds.
    """

    graph: Any
    products: int

    def nearest(self, embedding: tuple[float, ...], many: int, expansion: int) -> NDArray[np.int64]:
        """Return about the `many` rows whose vectors are most like a question's, most alike first.

        Args:
            embedding: `(dim,)`.
            many: How many, at most all.
            expansion: How many are looked at on the way; more finds more.
        """
        query = np.array(embedding, np.float32)
        most = float(np.abs(query).max())
        if not most > 0:
            return np.empty(0, np.int64)
        whole = np.floor(query * (127 / most) + 0.5).astype(np.int8)
        self.graph.expansion_search = max(expansion, many)
        found = self.graph.search(whole, min(many, self.products), threads=1)
        return np.asarray(found.keys).astype(np.int64)

    @classmethod
    def open(cls, path: str | Path, vectors: NDArray[np.int8]) -> VectorIndex | None:
        """Map an index into memory; `None` where USearch is not installed, for all can be found without.

        Args:
            path: Of the file.
            vectors: `(products, dim)` that it has to be of.

        Raises:
            BundleError: It is cut short or no index, or was made from other vectors.
        """
        path = Path(path)
        facts, dim = _facts(path), int(vectors.shape[1])
        expected = {"products": len(vectors), "dim": dim, "sha256": _digest(vectors)}
        if {key: facts.get(key) for key in expected} != expected:
            raise BundleError(
                f"{path.name}: expected the index of the {len(vectors)} vectors of this catalogue. Received: that of "
                f"{facts.get('products')} others. Make the bundle again."
            )
        if importlib.util.find_spec("usearch") is None:
            return None
        graph = _empty(dim)
        try:
            graph.view(str(path))
        except (RuntimeError, ValueError) as error:
            raise BundleError(f"{path.name}: cannot be read ({error}). Make the bundle again.") from error
        if len(graph) != len(vectors) or graph.ndim != dim:
            raise BundleError(f"{path.name}: expected {len(vectors)} vectors. Received: {len(graph)}")
        return cls(graph, len(graph))


def write_index(path: str | Path, vectors: NDArray[np.int8], threads: int = 1) -> None:
    """Make the index of a catalogue's vectors.

    Args:
        path: Of the file, whose folder is there.
        vectors: `(products, dim)`, 127 times unit vectors.
        threads: Cores to use; with more than one, the same vectors do not give the same file twice.

    Raises:
        ModuleNotFoundError: USearch is not installed.
    """
    if importlib.util.find_spec("usearch") is None:
        raise ModuleNotFoundError(f"An index is written with USearch, which is not installed. Remedy: {INSTALL}")
    path = Path(path)
    graph = _empty(int(vectors.shape[1]))
    # Rows of one kind stand together; a graph that meets kind after kind finds fewer than one that meets them mixed.
    order = np.random.default_rng(0).permutation(len(vectors))
    graph.add(order, vectors[order], threads=threads)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        graph.save(str(unfinished))
        facts = {"products": len(vectors), "dim": int(vectors.shape[1]), "sha256": _digest(vectors)}
        described = json.dumps({**facts, "bytes": unfinished.stat().st_size}).encode()
        with unfinished.open("ab") as stream:
            stream.write(described + TAIL.pack(MAGIC, len(described)))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _empty(dim: int) -> Any:
    from usearch.index import Index

    return Index(ndim=dim, metric="cos", dtype="i8", connectivity=CONNECTIVITY, expansion_add=EXPANSION_ADD)


def _digest(vectors: NDArray[np.int8]) -> str:
    return hashlib.sha256(np.ascontiguousarray(vectors).data if vectors.size else b"").hexdigest()


def _facts(path: Path) -> dict[str, Any]:
    """Read what an index says of itself at its end, where a file that was cut short has nothing."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - TAIL.size))
            magic, length = TAIL.unpack(stream.read())
            if magic != MAGIC or length > size - TAIL.size:
                raise ValueError("it does not end as an index does")
            stream.seek(size - TAIL.size - length)
            facts = json.loads(stream.read(length))
        if facts["bytes"] != size - TAIL.size - length:
            raise ValueError(f"{size - TAIL.size - length} bytes of graph, not {facts['bytes']}")
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise BundleError(f"{path.name}: expected a whole index ({error}). Make the bundle again.") from error
    return dict(facts)
