"""What the catalogue says of a product, as statements that can be cited."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.telling import Statement
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import LANGUAGES
from makeup_ai.search.naming import NEEDS

CATALOGUE, PACK, BRAND = "catalogue", "ingredient list of the pack", "the brand's own words"
"""Sources of what is said of a product."""
RECORDED, CLAIMED = 0.95, 0.6
"""Confidence in what the catalogue or the pack says, and in what a brand claims."""
SOURCES = {
    **dict.fromkeys(("is", "price", "stock", "shades"), (CATALOGUE, RECORDED)),
    **dict.fromkeys(("about", "suits"), (BRAND, CLAIMED)),
    **dict.fromkeys(("ingredients", "contains", "holds", "free"), (PACK, RECORDED)),
}
"""Predicate -> source and confidence."""
Fields = Callable[[str], Mapping[str, str]]
"""A language in, the fields of a phrase out."""
LISTED = 60
"""Ingredients and shades that one sentence lists."""


def product_facts(tables: Tables, knowledge: Knowledge, row: int) -> Iterator[Statement]:
    """Tell everything the catalogue holds of one product.

    Ids are `product/<product id>/<predicate>[/<object>]`; predicates are `is`, `price`, `stock`, `about`, `suits`,
    `ingredients`, `shades`, `contains` an ingredient, `holds` a group, and is `free` of one.

    Args:
        tables: Of the bundle.
        knowledge: For the groups a pack can be free of.
        row: Of the product.
    """
    yield from _recorded(tables, row)
    yield from _claimed(tables, row)
    yield from _content(tables, knowledge, row)


def _state(
    tables: Tables, row: int, predicate: str, key: str, fields: Fields | None = None, node: str = ""
) -> Statement:
    """Make one statement from a phrase, in every language."""
    id_ = tables.products[row].product_id
    source, confidence = SOURCES[predicate]
    text = {}
    for language in LANGUAGES:
        own = {} if fields is None else fields(language)
        text[language] = tables.phrases.render(key, language, product=tables.product_name(row, language), **own)
    tail = f"/{node.partition(':')[2]}" if node else ""
    subject = f"product:{id_}"
    return Statement(
        f"product/{id_}/{predicate}{tail}", subject, predicate, node or predicate, text, source, confidence
    )


def _recorded(tables: Tables, row: int) -> Iterator[Statement]:
    product, say = tables.products[row], tables.phrases
    kind = f"category:{product.category}"
    yield _state(
        tables,
        row,
        "is",
        "fact.is",
        lambda lang: {"brand": product.brand, "kind": tables.name(kind, lang), "size": product.size},
    )
    price = product.price, product.currency
    yield _state(tables, row, "price", "fact.price", lambda lang: {"price": say.price(*price, lang)})
    yield _state(tables, row, "stock", f"fact.stock_{'in' if product.in_stock else 'out'}")
    if not product.shades:
        yield _state(tables, row, "shades", "fact.no_shades")
        return

    def shades(language: str) -> dict[str, str]:
        names = [shade.name.get(language) or next(iter(shade.name.values())) for shade in product.shades[:LISTED]]
        return {"count": str(len(product.shades)), "shades": say.join(names, language)}

    yield _state(tables, row, "shades", "fact.shades", shades)


def _claimed(tables: Tables, row: int) -> Iterator[Statement]:
    product, say = tables.products[row], tables.phrases
    if any(product.description.values()):
        yield _state(
            tables, row, "about", "fact.about", lambda lang: {"description": product.description.get(lang, "")}
        )
    needs = [f"{slot}:{value}" for slot in NEEDS for value in product.attributes.get(slot, ())]
    if needs:
        yield _state(
            tables,
            row,
            "suits",
            "fact.suits",
            lambda lang: {"needs": say.join([tables.name(need, lang) for need in needs], lang)},
        )


def _content(tables: Tables, knowledge: Knowledge, row: int) -> Iterator[Statement]:
    listed = tables.products[row].ingredients[:LISTED]
    if listed:
        text = ", ".join(listed)  # as packs print it, in any language
        yield _state(tables, row, "ingredients", "fact.ingredients", lambda lang: {"ingredients": text})
    for id_ in sorted(tables.ingredients_of[row]):
        printed = tables.masks.get(f"avoid:{id_}", {}).get(row, ("", ""))[1]
        if printed:
            yield _contains(tables, row, f"ingredient:{id_}", printed)
    for id_ in knowledge.groups:
        yield _group(tables, row, id_)


def _contains(tables: Tables, row: int, node: str, printed: str) -> Statement:
    def fields(language: str) -> dict[str, str]:
        return {"ingredient": tables.name(node, language), "printed": printed}

    return _state(tables, row, "contains", "fact.contains", fields, node)


def _group(tables: Tables, row: int, id_: str) -> Statement:
    evidence = tables.masks.get(f"avoid:{id_}", {}).get(row)
    verb = "free" if evidence is None else "holds"
    printed = "" if evidence is None else evidence[1]

    def fields(language: str) -> dict[str, str]:
        return {"group": tables.name(f"avoid:{id_}", language), "printed": printed}

    return _state(tables, row, verb, f"fact.{verb}", fields, f"group:{id_}")
