"""Make a large synthetic catalogue out of a bundle's small one, as a folder of tables that ranking reads.

Every product has two parents of one category, drawn from the bundle. Its vector is their mix (the first parent weighs
50 to 100 %) plus noise of the parents' own covariance, 0.3 of it, at unit length; each need, mask and ingredient is
the first parent's with 85 %, else the second's with 30 %; values that knowledge gave are dimmed by up to 30 %; prices
are the first parent's times e to the power of a normal of 0.3; 3 % are out of stock. So vectors are clustered as the
bundle's are, needs go together as theirs do, and masks follow ingredients. No shades, no purchases.

    python benchmarks/recommend_scale_data.py BUNDLE PRODUCTS OUT
"""

from __future__ import annotations

import json
import shutil
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.content.phrases import PACKAGED as PHRASES
from makeup_ai.recommend.scale.columns import FOLDER, write_columns
from makeup_ai.recommend.settings import packaged
from makeup_ai.recommend.tables import EMBEDDINGS, FILES, INT8_SCALE, Tables, plain
from makeup_ai.schema import to_dict

SEED = 7
FIRST, SECOND, NOISE, DIMMED, SPREAD, GONE = 0.85, 0.3, 0.3, 0.3, 0.3, 0.03
A_BRAND = 200  # products of one brand


def source(bundle: Path) -> tuple[Tables, dict[str, Any]]:
    """Read the small catalogue, with the settings and sentences of the code at hand."""
    dicts = {name: json.loads((bundle / "tables" / f"{name}.json").read_text("utf-8")) for name in FILES}
    dicts |= {"ranking": packaged(), "phrases": json.loads(PHRASES.read_text("utf-8"))}
    dicts["shades"] = {**dicts["shades"], "shades": []}
    embeddings = np.fromfile(bundle / "tables" / EMBEDDINGS, np.int8)
    return Tables.from_dicts(**dicts, embeddings=embeddings), dicts


@dataclass(frozen=True)
class Parents:
    """Rows of the bundle that each product is made of, `(products,)` both, of one category."""

    first: NDArray[np.int16]
    second: NDArray[np.int16]

    @classmethod
    def draw(cls, tables: Tables, products: int) -> Parents:
        """Draw both parents of each product."""
        rng = np.random.default_rng(SEED)
        kinds = np.array([product.category for product in tables.products])
        first = rng.integers(0, len(kinds), products)
        second = np.empty(products, np.int16)
        for kind in np.unique(kinds):
            places = np.flatnonzero(kinds[first] == kind)
            second[places] = rng.choice(np.flatnonzero(kinds == kind), len(places))
        return cls(first.astype(np.int16), second)

    def inherit(self, held: NDArray[np.bool_], name: str) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
        """Give the products that have what some parents have, and the parent each has it from."""
        rng = np.random.default_rng([SEED, zlib.crc32(name.partition(":")[2].encode())])
        drawn = rng.random(len(self.first), np.float32)
        from_first = held[self.first] & (drawn < FIRST)
        from_second = ~from_first & held[self.second] & (rng.random(len(drawn), np.float32) < SECOND)
        rows = np.flatnonzero(from_first | from_second)
        return rows, np.where(from_first[rows], self.first[rows], self.second[rows])


def vectors(tables: Tables, parents: Parents) -> NDArray[np.int8]:
    rng = np.random.default_rng(SEED + 1)
    units = tables.embeddings.astype(np.float32) / INT8_SCALE
    mixing = np.linalg.cholesky(np.cov(units.T) + 1e-8 * np.eye(units.shape[1])).astype(np.float32).T * NOISE
    made = np.empty((len(parents.first), units.shape[1]), np.int8)
    for start in range(0, len(made), 65_536):
        part = slice(start, start + 65_536)
        share = rng.uniform(0.5, 1, (len(parents.first[part]), 1)).astype(np.float32)
        mix = share * units[parents.first[part]] + (1 - share) * units[parents.second[part]]
        mix += rng.standard_normal(mix.shape, np.float32) @ mixing
        made[part] = np.rint(mix / np.linalg.norm(mix, axis=1, keepdims=True) * INT8_SCALE)
    return made


def flat(parts: list[NDArray[Any]], kind: type) -> tuple[NDArray[np.int64], NDArray[Any]]:
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return starts, np.concatenate([np.empty(0, kind), *parts]).astype(kind)


def needs(tables: Tables, parents: Parents) -> dict[str, NDArray[Any]]:
    rng, many = np.random.default_rng(SEED + 2), len(tables.products)
    rows, values, paths = [], [], []
    for need, column in tables.cells.columns.items():
        value, path = np.zeros(many, np.int64), np.zeros(many, np.int64)
        value[column.rows], path[column.rows] = column.values, column.paths
        own, parent = parents.inherit(np.isin(np.arange(many), column.rows), need)
        known = np.array([tables.cells.paths[p].kind == "path" for p in path])[parent]
        dim = np.where(known, 1 - DIMMED * rng.random(len(own)), 1)
        rows.append(own.astype(np.int32))
        values.append((value[parent] * dim).astype(np.int16))
        paths.append(path[parent].astype(np.int32))
    starts, flat_rows = flat(rows, np.int32)
    return {
        "need_starts": starts,
        "need_rows": flat_rows,
        "need_values": flat(values, np.int16)[1],
        "need_paths": flat(paths, np.int32)[1],
    }


def masks(tables: Tables, parents: Parents) -> tuple[dict[str, NDArray[Any]], list[list[str]]]:
    many, codes = len(tables.products), {}
    rows, evidence = [], []
    for need, held in tables.masks.items():
        code = np.zeros(many, np.int32)
        for row, why in held.items():
            code[row] = codes.setdefault(why, len(codes))
        own, parent = parents.inherit(np.isin(np.arange(many), list(held)), need)
        rows.append(own.astype(np.int32))
        evidence.append(code[parent])
    starts, flat_rows = flat(rows, np.int32)
    arrays = {"mask_starts": starts, "mask_rows": flat_rows, "mask_evidence": flat(evidence, np.int32)[1]}
    return arrays, [list(why) for why in codes]


def listed(groups: dict[Any, NDArray[np.int64]], prefix: str) -> tuple[list[Any], dict[str, NDArray[Any]]]:
    starts, rows = flat([part.astype(np.int32) for part in groups.values()], np.int32)
    return list(groups), {f"{prefix}_starts": starts, f"{prefix}_rows": rows}


def lines(
    tables: Tables, parents: Parents, prices: NDArray[Any], gone: NDArray[np.bool_], numbers: NDArray[np.int64]
) -> Iterator[str]:
    bodies = []
    for product in tables.products:
        body = to_dict(product)
        for name in ("product_id", "price", "brand", "in_stock", "shades"):
            del body[name]
        bodies.append((product.brand, json.dumps(body, ensure_ascii=False, separators=(",", ":"))[1:]))
    for parent, price, out, number in zip(parents.first, prices, gone, numbers, strict=True):
        brand, body = bodies[parent]
        own = f"{brand} {number % max(1, len(numbers) // A_BRAND)}"
        stock = "false" if out else "true"
        yield f'{{"product_id":"S{number:07}","brand":"{own}","price":{price},"in_stock":{stock},{body}'


def make(bundle: Path, products: int, out: Path) -> None:
    """Write the tables."""
    tables, dicts = source(bundle)
    rng, parents = np.random.default_rng(SEED + 3), Parents.draw(tables, products)
    prices = np.maximum(np.round(tables.prices[parents.first] * np.exp(SPREAD * rng.normal(size=products)), 2), 0.5)
    gone = rng.random(products) < GONE
    kinds = np.array([product.category for product in tables.products])
    order = np.lexsort((prices, kinds[parents.first]))  # as `export/columns.py` orders a large catalogue
    parents, prices, gone = Parents(parents.first[order], parents.second[order]), prices[order], gone[order]
    kinds = kinds[parents.first]
    offers = {("category", kind): np.flatnonzero(kinds == kind) for kind in np.unique(kinds).tolist()}
    names: dict[str, list[int]] = {}
    for row, product in enumerate(tables.products):
        for printed in product.ingredients:
            names.setdefault(plain(printed), []).append(row)
    inci = {name: np.flatnonzero(np.isin(parents.first, rows)) for name, rows in names.items()}
    mask_arrays, evidence = masks(tables, parents)
    offer_names, offer_arrays = listed(offers, "offer")
    inci_names, inci_arrays = listed(inci, "inci")
    arrays = {
        **needs(tables, parents),
        **mask_arrays,
        **offer_arrays,
        **inci_arrays,
        "prices": prices,
        "out_of_stock": np.flatnonzero(gone).astype(np.int32),
        "youngest": np.empty(0, np.int64),
        "sold_in": np.empty(0, np.int64),
    }
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    lists = {
        "needs": list(tables.cells.columns),
        "paths": [{"kind": path.kind, "nodes": path.nodes} for path in tables.cells.paths],
        "masks": list(tables.masks),
        "evidence": evidence,
        "inci": inci_names,
        "filters": [slot for slot, rule in tables.slots.items() if rule.role == "filter"],
        "offers": offer_names,
        "places": [],
    }
    write_columns(out / FOLDER, lists, arrays, lines(tables, parents, prices, gone, order))
    vectors(tables, parents).tofile(out / EMBEDDINGS)
    for name in FILES:
        table = dicts[name] if name not in ("catalogue", "needs", "masks") else {"stored": FOLDER}
        (out / f"{name}.json").write_text(json.dumps(table, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
