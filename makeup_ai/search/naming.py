"""What a question names: ingredients, groups, effects, needs, kinds of products, brands and products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.linking import Linker
from makeup_ai.recommend.tables import Tables
from makeup_ai.search.words import Token, tokens, units

NEEDS = ("skin_type", "concern")
"""Slots of the domain whose values are needs of a skin."""
SHORTEST_LATIN, SHORTEST_HAN = 2, 2
"""Letters and characters below which a name is taken for part of another word."""
SHORTEST_TYPO, SURE_TYPO = 7, 0.8
"""Letters from which a word may be a mistyped name, and the least confidence in that."""
PART_OF_NAME = 0.7
"""Share of a product's name, by how rare its words are, from which a part of it stands for the whole."""
EVERYDAY = frozenset({"water", "eau", "aqua", "skin", "oil", "acid", "powder", "milk", "水", "乳", "硫", "aspirin"})
"""Names that are words of the language first."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a text and what it may stand for.

    Args:
        start: First code point.
        end: One past the last.
        nodes: Ids such as `"ingredient:retinol"`, `"group:retinoid"`, `"product:NIN-SER-001"`.
    """

    start: int
    end: int
    nodes: tuple[str, ...]

    def of(self, *kinds: str) -> tuple[str, ...]:
        """Give the nodes of these kinds."""
        return tuple(node for node in self.nodes if node.partition(":")[0] in kinds)


class Namer:
    """Finds names in questions, the longest at each place.

    Args:
        knowledge: Of ingredients, groups, effects and functions.
        tables: Of the catalogue and the domain's words.

    Examples:
        >>> namer = Namer(Knowledge.load(), tables)  # doctest: +SKIP
        >>> [named.nodes for named in namer.find("does niacinamide help oily skin?")]  # doctest: +SKIP
        [('ingredient:niacinamide',), ('skin_type:oily',)]
    """

    def __init__(self, knowledge: Knowledge, tables: Tables):
        self._tables, self._knowledge = tables, knowledge
        found: dict[tuple[str, ...], dict[str, None]] = {}
        for name, node in chain(_of_knowledge(knowledge), _of_domain(tables), _of_catalogue(tables)):
            for key in _keys(name):
                found.setdefault(key, {})[node] = None
        self._nodes = {key: tuple(nodes) for key, nodes in found.items()}
        lengths: dict[str, set[int]] = {}
        for key in self._nodes:
            lengths.setdefault(key[0], set()).add(len(key))
        self._lengths = {first: sorted(of, reverse=True) for first, of in lengths.items()}

    def find(self, text: str) -> tuple[Named, ...]:
        """Find the names in a text, from left to right, none overlapping."""
        cut = tokens(text)
        found, at = [], 0
        while at < len(cut):
            length = self._longest(cut, at)
            if length:
                nodes = self._nodes[tuple(token.text for token in cut[at : at + length])]
                found.append(Named(cut[at].start, cut[at + length - 1].end, nodes))
            elif (mistyped := self._mistyped(cut[at])) is not None:
                found.append(mistyped)
            at += length or 1
        if not any(named.of("product") for named in found):
            found = self._with_part_of_product(cut, found)
        return tuple(found)

    def _longest(self, cut: Sequence[Token], at: int) -> int:
        for length in self._lengths.get(cut[at].text, ()):
            if at + length <= len(cut) and tuple(t.text for t in cut[at : at + length]) in self._nodes:
                return length
        return 0

    def _mistyped(self, token: Token) -> Named | None:
        if token.is_han or len(token.text) < SHORTEST_TYPO or (token.text,) in self._nodes:
            return None
        link = self._linker.link(token.text)
        if link.ingredient_id is None or link.confidence < SURE_TYPO:
            return None
        return Named(token.start, token.end, (f"ingredient:{link.ingredient_id}",))

    @cached_property
    def _linker(self) -> Linker:
        return Linker(self._knowledge)

    @cached_property
    def _product_words(self) -> tuple[list[tuple[str, frozenset[str]]], Mapping[str, float]]:
        """Each product with the tokens of one of its names, and how rare each token is among the names."""
        names = [
            (f"product:{product.product_id}", frozenset(_units(tokens(name))))
            for product in self._tables.products
            for name in product.name.values()
        ]
        counts = Counter(chain.from_iterable(words for _, words in names))
        return names, {word: 1 / count for word, count in counts.items()}

    def _with_part_of_product(self, cut: Sequence[Token], found: list[Named]) -> list[Named]:
        """Take most of the rare words of one product's name for that name."""
        names, rare = self._product_words
        said = {unit: token for unit, token in zip(_units(cut), cut, strict=False) if unit in rare}
        shares: dict[str, float] = {}
        for node, words in names:
            total = sum(rare[word] for word in words)
            share = sum(rare[word] for word in words if word in said) / total if total else 0.0
            if share >= PART_OF_NAME and len(words & said.keys()) > 1:
                shares[node] = max(share, shares.get(node, 0.0))
        best = [node for node, share in shares.items() if share == max(shares.values())]
        if len(best) != 1:
            return found
        words = frozenset(chain.from_iterable(words for node, words in names if node == best[0]))
        spans = [token for unit, token in said.items() if unit in words]
        start, end = min(token.start for token in spans), max(token.end for token in spans)
        inside = [named for named in found if start < named.end and named.start < end]
        start, end = min([start, *(n.start for n in inside)]), max([end, *(n.end for n in inside)])
        kept = [named for named in found if named not in inside]
        return sorted([*kept, Named(start, end, (best[0],))], key=lambda named: named.start)


def _units(cut: Sequence[Token]) -> list[str]:
    """Words, and for each Chinese character it with the next, so that a pair counts and not a character."""
    return [
        token.text + cut[at + 1].text if token.is_han and at + 1 < len(cut) and cut[at + 1].is_han else token.text
        for at, token in enumerate(cut)
    ]


def _of_knowledge(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    for item in knowledge.ingredients.values():
        for name in item.spellings:
            yield name, f"ingredient:{item.id}"
    for group in knowledge.groups.values():
        for name in group.spellings:
            yield name, f"group:{group.id}"
    for effect in knowledge.effects.values():
        for name in effect.names.values():
            yield name, f"effect:{effect.id}"
    for function in knowledge.functions.values():
        for name in function.names.values():
            yield name, f"function:{function.id}"
    for need, names in knowledge.needs.items():
        for name in names.values():
            yield name, need


def _of_domain(tables: Tables) -> Iterator[tuple[str, str]]:
    for slot in (*NEEDS, "category", "brand"):
        for value, by_language in tables.values.get(slot, {}).items():
            for name in chain.from_iterable(by_language.values()):
                yield name, f"{slot}:{value}"


def _of_catalogue(tables: Tables) -> Iterator[tuple[str, str]]:
    for product in tables.products:
        for name in product.name.values():
            yield name, f"product:{product.product_id}"
        yield product.brand, f"brand:{product.brand}"


def _keys(name: str) -> Iterable[tuple[str, ...]]:
    """The tokens of a name, and in English those of its plural; none where it is too short to be told apart."""
    key = units(name)
    letters = "".join(key)
    least = SHORTEST_LATIN + 1 if letters.isascii() else SHORTEST_HAN
    if len(letters) < least or letters in EVERYDAY:
        return ()
    plural = (*key[:-1], f"{key[-1]}s")
    return (key, plural) if letters.isascii() and key[-1].isalpha() and not key[-1].endswith("s") else (key,)
