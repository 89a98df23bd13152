"""What our tables say of names and functions, held against an inventory such as CosIng."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from makeup_ai.knowledge.entries import Ingredient
from makeup_ai.knowledge.folding import fold
from makeup_ai.knowledge.graph import Knowledge


def cosing_problems(knowledge: Knowledge, inventory: Mapping[str, Collection[str]]) -> list[str]:
    """List where our tables and an inventory disagree, each in one line that says expected and received.

    A name must be in the inventory, and each of an ingredient's functions be backed by one that the inventory gives, by
    the words of `Function.cosing`; or the row must say that it goes beyond (`Ingredient.beyond`), which in its turn
    must still be true. Kinds of things (a plant, a vitamin) are not looked for: inventories do not tell them.

    Args:
        knowledge: Ours.
        inventory: INCI name -> functions, each in any case.

    Examples:
        >>> from makeup_ai.knowledge import Knowledge
        >>> cosing_problems(Knowledge.load(), {"AQUA": ["SOLVENT"]})[0]
        "ingredient 'glycerin': expected a name that the inventory has. Received: 'Glycerin'; correct it, or say beyond"
    """
    known: dict[str, set[str]] = {}
    for name, functions in inventory.items():
        known.setdefault(fold(name), set()).update(function.strip().casefold() for function in functions)
    return [line for item in knowledge.ingredients.values() for line in _disagreements(knowledge, item, known)]


def _disagreements(knowledge: Knowledge, item: Ingredient, known: Mapping[str, set[str]]) -> Iterator[str]:
    at = f"ingredient {item.id!r}"
    found = [known[key] for name in (item.inci, *item.synonyms.get("inci", ())) if (key := fold(name)) in known]
    if bool(found) == ("inci" in item.beyond):
        stale = "; it is there, so leave `inci` out of beyond" if found else "; correct it, or say beyond"
        yield f"{at}: expected a name that the inventory has. Received: {item.inci!r}{stale}"
    if not found:
        return
    told = set().union(*found)
    for id_ in item.functions:
        backing = {words.casefold() for words in knowledge.functions[id_].cosing}
        if backing and bool(backing & told) == (id_ in item.beyond):
            stale = "which it has, so leave it out of beyond" if backing & told else "correct it, or say beyond"
            yield f"{at}: expected a function that the inventory gives, of {sorted(told)}. Received: {id_!r}, {stale}"
