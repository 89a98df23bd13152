"""`makeup-ai taste learn`: from a file of purchases and a catalogue to what `bundle make --taste` ships."""

from __future__ import annotations

import argparse
import json

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.packlinking import PackLinker


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    learn = actions.add_parser("learn", help="learn tables of neighbours, popularity and the weights of their terms")
    learn.add_argument("purchases", metavar="PURCHASES", help="user, product and maybe rating: CSV, JSONL or Parquet")
    learn.add_argument("catalogue", metavar="CATALOGUE", help="a bundle's catalogue.json, or a table of products")
    learn.add_argument("--out", required=True, metavar="FOLDER")
    learn.add_argument("--variants", metavar="FILE", help="product_id,same_as: products that are one in another size")
    learn.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="columns of the purchases")
    learn.add_argument("--catalogue-map", default="", metavar="FIELD=COLUMN,...", help="columns of a table of products")
    learn.add_argument("--categories", default="", metavar="COLUMN,...", help="its levels of categories, widest first")
    learn.add_argument("--attributes", default="", metavar="COLUMN,...", help="its columns of words or lists of words")
    learn.add_argument("--neighbours", type=int, help="entries of the table a product, on average; 200 by default")
    learn.add_argument("--keep-weights", action="store_true", help="learn no weights of the terms")
    learn.add_argument("--seed", type=int, default=0, help="of the purchases kept back for the weights")
    learn.add_argument("--json", action="store_true", help="counts, sizes and weights as one object")


def run(options: argparse.Namespace) -> int:
    """Learn, save, and say what was read."""
    from makeup_ai.training.data.described import read_described
    from makeup_ai.training.data.purchases import load_purchases, read_variants
    from makeup_ai.training.taste.learn import TasteOptions, learn_taste

    if options.neighbours is not None and options.neighbours < 1:
        raise ValueError(f"Expected at least one neighbour a product. Received: neighbours={options.neighbours}")
    products = read_described(
        options.catalogue,
        PackLinker(Knowledge.load()),
        mapping=options.catalogue_map,
        categories=_columns(options.categories),
        attributes=_columns(options.attributes),
    )
    ids = [one.product_id for one in products]
    heads = read_variants(options.variants, ids)
    purchases = load_purchases(options.purchases, {id_: row for row, id_ in enumerate(ids)}, heads, options.map)
    each = options.neighbours
    chosen = TasteOptions(neighbours=each, alike_neighbours=each) if each else TasteOptions()
    weights = {}
    if not options.keep_weights:
        from makeup_ai.training.taste.weighing import WeighingOptions, learn_weights

        weights = learn_weights(purchases, products, heads, WeighingOptions(seed=options.seed), chosen)
    learned = learn_taste(purchases, products, heads, chosen, weights)
    folder = learned.save(options.out)
    sizes = {name: len(table.to_bytes()) for name, table in (("taste", learned.taste), ("alike", learned.alike))}
    if options.json:
        print(json.dumps({"counts": learned.counts, "bytes": sizes, "weights": weights}, ensure_ascii=False))
        return 0
    print(", ".join(f"{count} {what}" for what, count in learned.counts.items()))
    print("tables: " + ", ".join(f"{name} {size / 1000:.0f} kB" for name, size in sizes.items()))
    if weights:
        print("weights of the terms: " + ", ".join(f"{term} {weight:g}" for term, weight in weights.items()))
    print(f"{folder}  next: makeup-ai bundle make ... --taste {folder}")
    return 0


def _columns(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (column.strip() for column in text.split(","))))
