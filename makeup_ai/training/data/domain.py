"""The domain: what is understood, in which words. One JSON table, checked, and completed by knowledge and catalogue."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from makeup_ai.errors import DataError
from makeup_ai.schema import Product
from makeup_ai.text.lexicon import Lexicon
from makeup_ai.text.normalise import normalise

SCHEMA = 1
ROLES = ("filter", "need", "mask", "budget")
REQUIRED = ("schema", "name", "languages", "currency", "intents", "sentiments", "slots", "values", "budget")
MERGED = ("brand", "ingredient")
"""Slots whose surfaces come from the catalogue and the knowledge, so that their own tables may be empty."""

Surfaces = Mapping[str, tuple[str, ...]]
"""Surfaces of one value by language; the first is the display name."""


@dataclass(frozen=True, slots=True)
class SlotRule:
    """What a slot does to a score.

    Args:
        role: One of `ROLES`.
        term: Of the score, for the role `need`; empty otherwise.
        weight: Of the slot within its term.
    """

    role: str
    term: str = ""
    weight: float = 0.0


@dataclass(frozen=True)
class Domain:
    """A checked domain.

    Args:
        table: The JSON table with ingredients and brands merged in, as a bundle holds it.
        featured: Ids of the ingredients that do something, those that do most first.
    """

    table: Mapping[str, Any]
    featured: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the domain (`"beauty"`)."""
        return str(self.table["name"])

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that every value has words in."""
        return tuple(self.table["languages"])

    @property
    def intents(self) -> tuple[str, ...]:
        """Labels of the intent head, in order."""
        return tuple(self.table["intents"])

    @property
    def sentiments(self) -> tuple[str, ...]:
        """Labels of the sentiment head, in order."""
        return tuple(self.table["sentiments"])

    @cached_property
    def slots(self) -> Mapping[str, SlotRule]:
        """Slots in the order of their labels."""
        keys = ("role", "term", "weight")
        return {name: SlotRule(**{k: rule[k] for k in keys if k in rule}) for name, rule in self.table["slots"].items()}

    @property
    def slot_labels(self) -> tuple[str, ...]:
        """Labels of the slot head: `O`, then `B-` and `I-` of every slot.

        Examples:
            >>> load_domain().slot_labels[:3]
            ('O', 'B-category', 'I-category')
        """
        return ("O", *(f"{prefix}-{slot}" for slot in self.slots for prefix in "BI"))

    @cached_property
    def values(self) -> Mapping[str, Mapping[str, Surfaces]]:
        """Slot -> value -> surfaces."""
        return {
            slot: {
                value: {language: tuple(words) for language, words in surfaces.items()}
                for value, surfaces in values.items()
            }
            for slot, values in self.table["values"].items()
        }

    @cached_property
    def lexicon(self) -> Lexicon:
        """The device's reader of the same table."""
        return Lexicon(self.table)


def load_domain(
    source: str | os.PathLike[str] | None = None,
    ingredients: Iterable[Mapping[str, Any]] = (),
    products: Iterable[Product] = (),
) -> Domain:
    """Read a domain table, check it, and merge in the words of ingredients and brands.

    Args:
        source: Path of a domain file; the built-in `beauty` where it is `None`.
        ingredients: Entries of the knowledge: `id`, `inci`, `en`, `zh`, `synonyms` by language. Each becomes a value
            of `ingredient` and of `avoid`; where a group of `avoid` has the same word, the group keeps it, because
            it is the wider mask.
        products: Of the catalogue; each brand becomes a value of `brand`, spelled as printed.

    Raises:
        DataError: The file cannot be read, a part is missing or malformed, or two values of a slot share a surface.

    Examples:
        >>> niacinamide = {"id": "niacinamide", "inci": "Niacinamide", "en": "niacinamide", "zh": "烟酰胺",
        ...                "synonyms": {"en": ["vitamin b3"], "zh": []}}
        >>> domain = load_domain(ingredients=[niacinamide])
        >>> domain.lexicon.value("avoid", "Vitamin B3"), domain.intents[0]
        ('niacinamide', 'recommend')
    """
    file: Traversable | Path = builtin_file("domain.json") if source is None else Path(source)
    name = file.name if source is None else os.fspath(source)
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"Expected a domain table in JSON: {error}", file=name) from error
    _check(table, name)
    featured = _merge(table, list(ingredients), products)
    return Domain(table, featured)


def builtin_file(name: str) -> Traversable:
    """Return a file of the built-in domain `beauty` (`"catalogue.json"`)."""
    return resources.files("makeup_ai.training.data") / "builtin" / "beauty" / name


def _merge(
    table: dict[str, Any], ingredients: Sequence[Mapping[str, Any]], products: Iterable[Product]
) -> tuple[str, ...]:
    groups = {normalise(word)[0] for of in table["values"]["avoid"].values() for words in of.values() for word in words}
    strength: dict[str, float] = {}
    for entry in ingredients:
        if entry["inci"] == "Aqua":
            continue  # in nearly every product: "use without water" must not mask them all
        synonyms = entry.get("synonyms", {})
        words = {
            "en": list(dict.fromkeys([entry["en"], entry["inci"], *synonyms.get("en", ())])),
            # One character is too little to tell an ingredient from a part of another word.
            "zh": [word for word in dict.fromkeys([entry["zh"], *synonyms.get("zh", ())]) if len(word) > 1],
        }
        table["values"]["ingredient"][entry["id"]] = words
        if entry["id"] not in table["values"]["avoid"]:
            own = {lang: [word for word in of if normalise(word)[0] not in groups] for lang, of in words.items()}
            table["values"]["avoid"][entry["id"]] = own
        if entry.get("effects"):
            strength[str(entry["id"])] = sum(float(effect["strength"]) for effect in entry["effects"])
    for brand in dict.fromkeys(product.brand for product in products):
        table["values"]["brand"].setdefault(brand, {language: [brand] for language in table["languages"]})
    return tuple(sorted(strength, key=lambda id: (-strength[id], id)))


def _check(table: Any, file: str) -> None:
    if not isinstance(table, dict) or any(part not in table for part in REQUIRED):
        missing = [part for part in REQUIRED if part not in table] if isinstance(table, dict) else list(REQUIRED)
        raise DataError(f"A domain has the parts {list(REQUIRED)}. Missing: {missing}. Add them", file=file)
    if table["schema"] != SCHEMA:
        raise DataError(f"Expected schema {SCHEMA}. Received: schema={table['schema']!r}", file=file, column="schema")
    for slot, rule in table["slots"].items():
        if rule.get("role") not in ROLES:
            raise DataError(
                f"A slot's role is one of {list(ROLES)}. Received: role={rule.get('role')!r} of {slot!r}",
                file=file,
                column="slots",
            )
        if rule["role"] == "need" and not (rule.get("term") and rule.get("weight", 0) > 0):
            raise DataError(f"A need has a term and a weight above 0. Received: {rule!r} of {slot!r}", file=file)
        if rule["role"] != "budget" and slot not in table["values"]:
            raise DataError(f"Slot {slot!r} has no values. Add values.{slot}", file=file, column="values")
    for slot, values in table["values"].items():
        if slot not in table["slots"]:
            raise DataError(
                f"Values of an unknown slot. Expected one of {list(table['slots'])}. Received: {slot!r}", file=file
            )
        _check_values(slot, values, table["languages"], file)
    codes = [row["code"] for row in table["budget"]["currencies"]]
    for code in (table["currency"], *table["budget"]["default"].values()):
        if code not in codes:
            raise DataError(f"A currency is one of {codes}. Received: {code!r}", file=file, column="budget")


def _check_values(slot: str, values: Mapping[str, Any], languages: Sequence[str], file: str) -> None:
    owners: dict[str, str] = {}
    for value, surfaces in values.items():
        if slot not in MERGED and any(not surfaces.get(language) for language in languages):
            raise DataError(
                f"{slot}:{value} needs words in each of {list(languages)}. Received: {list(surfaces)}", file=file
            )
        for word in (word for words in surfaces.values() for word in words):
            key = normalise(word)[0].replace("-", " ")
            if owners.setdefault(key, value) != value:
                raise DataError(
                    f"A surface stands for one value of its slot. {word!r} is in {slot}:{owners[key]} and in "
                    f"{slot}:{value}; take it out of one",
                    file=file,
                )
