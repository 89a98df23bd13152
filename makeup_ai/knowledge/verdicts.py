"""What a person's profile and a set of products mean for each other: never, not together, with care, in this order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from makeup_ai.knowledge.entries import Care, Step
from makeup_ai.knowledge.folding import fold
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.linking import Linker
from makeup_ai.knowledge.masks import CONDITIONS, masking, unlinked_node
from makeup_ai.knowledge.packlinking import PackLinker
from makeup_ai.knowledge.sentences import Words, join, say
from makeup_ai.knowledge.statements import Statements
from makeup_ai.knowledge.telling import node_of
from makeup_ai.schema import LANGUAGES, Product, Profile

VERDICTS = (
    *("never", "unknown", "avoid_together", "alternate"),
    *("ask_doctor", "sun_protection", "slow_start", "evening", "patch_test", "order_am", "order_pm"),
)
"""Kinds, in the order in which they are told. What is `never` offered is spoken of by nothing further."""

LEAST_CONTACT = 0.5
"""Contact with skin below which a product needs no slow start and no sunscreen: it is rinsed off, or no skin care."""
AT_ANY_CONTACT = ("ask_doctor", "patch_test")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that holds for some products.

    Args:
        kind: One of `VERDICTS`.
        products: Ids of the products it is about; in an order, first to last.
        path: Nodes that lead to it (`"product:P1"`, `"ingredient:retinal"`, `"group:retinoid"`, `"avoid:retinoid"`).
        citations: Ids of the statements behind it.
        text: One or two sentences by language.
    """

    kind: str
    products: tuple[str, ...]
    path: tuple[str, ...]
    citations: tuple[str, ...]
    text: Mapping[str, str]


@dataclass(frozen=True)
class _Held:
    """A product and what it surely or likely holds."""

    product: Product
    ids: tuple[str, ...]
    step: Step | None

    @property
    def node(self) -> str:
        return f"product:{self.product.product_id}"

    @property
    def name(self) -> dict[str, str]:
        return {language: self.product.name.get(language) or self.product.product_id for language in LANGUAGES}


class Judge:
    """Judges products by the knowledge; made once, asked often.

    Examples:
        >>> judge = Judge(Knowledge.load())
        >>> night = Product("P1", "B", {}, "serum", 9.0, "USD", "", ("Aqua", "Retinal"), {}, {})
        >>> [(v.kind, v.path) for v in judge.verdicts([night], Profile(allergies=("维A类",)))]
        [('never', ('product:P1', 'ingredient:retinal', 'group:retinoid', 'avoid:retinoid'))]
    """

    def __init__(self, knowledge: Knowledge):
        self.knowledge = knowledge
        self.linker, self.packs = Linker(knowledge), PackLinker(knowledge)

    @cached_property
    def facts(self) -> Statements:
        """All statements, for their words."""
        return Statements.of(self.knowledge)

    @cached_property
    def _ends(self) -> frozenset[str]:
        return frozenset(end for rule in self.knowledge.conflicts for end in (rule.a, rule.b))

    def verdicts(self, products: Sequence[Product], profile: Profile | None = None) -> tuple[Verdict, ...]:
        """Judge a set of products for a person.

        Args:
            products: Each id once.
            profile: Its allergies in any spelling, its conditions as values of `CONDITIONS`.

        Returns:
            In the order of `VERDICTS`; the same whatever the order of the products, but for the order in which equals
            are named.

        Raises:
            ValueError: A condition is unknown. Passing it by would promise a protection that nothing stands behind.
        """
        profile = profile or Profile()
        masked = list(self._never(products, profile))
        hidden = {id_ for verdict in masked for id_ in verdict.products}
        held = [self._hold(product) for product in products if product.product_id not in hidden]
        found = [*masked, *self._unknown(profile), *self._pairs(held), *self._cares(held), *self._orders(held)]
        return tuple(sorted(found, key=lambda verdict: VERDICTS.index(verdict.kind)))

    def allowed(self, products: Sequence[Product], profile: Profile) -> tuple[Product, ...]:
        """Give the products that may be offered."""
        hidden = {id_ for verdict in self._never(products, profile) for id_ in verdict.products}
        return tuple(product for product in products if product.product_id not in hidden)

    def _hold(self, product: Product) -> _Held:
        ids: dict[str, None] = {}
        for printed in product.ingredients:
            links = (link.ingredient_id for link in self.linker.contained(printed))
            mentions = (mention.ingredient_id for mention in self.packs.link(printed))
            ids |= dict.fromkeys(id_ for id_ in (*links, *mentions) if id_ is not None)
        return _Held(product, tuple(ids), self.knowledge.steps.get(product.category))

    def _never(self, products: Sequence[Product], profile: Profile) -> Iterator[Verdict]:
        unknown = [condition for condition in profile.conditions if condition not in CONDITIONS]
        if unknown:
            raise ValueError(f"Expected a profile's conditions as some of {list(CONDITIONS)}. Received: {unknown}")
        needs = {need for name in profile.allergies for need in self.linker.resolve_avoid(name)}
        needs |= {f"condition:{condition}" for condition in profile.conditions}
        texts = {fold(name): name.strip() for name in profile.allergies if not self.linker.resolve_avoid(name)}
        for product in products:
            told: set[str] = set()
            for printed in product.ingredients:
                found = [(need, node) for need, node in masking(printed, self.linker, self.packs) if need in needs]
                keys = [key for key in texts if key and key in fold(printed)]
                found += [(f"avoid:{texts[key]}", unlinked_node(printed)) for key in keys]
                for need, node in found:
                    if need not in told:
                        told.add(need)
                        yield self._masked(product, printed, need, node)

    def _masked(self, product: Product, printed: str, need: str, node: str) -> Verdict:
        slot, _, value = need.partition(":")
        item = self.knowledge.ingredients.get(node.partition(":")[2])
        over, cited = self._between(item.id if item is not None else "", slot, value)
        if slot == "condition":
            avoided: Words = say(f"condition.{value}", {})
        elif value in self.knowledge.groups:
            avoided = self.knowledge.groups[value].names
        else:
            known = self.knowledge.ingredients.get(value)
            avoided = known.names if known is not None else dict.fromkeys(LANGUAGES, value)
        held = _Held(product, (), None)
        fields: dict[str, Words] = {"product": held.name, "printed": dict.fromkeys(LANGUAGES, printed)}
        text = say("verdict.never", {**fields, "avoided": avoided})
        return Verdict("never", (product.product_id,), (held.node, node, *over, need), cited, text)

    def _between(self, id_: str, slot: str, value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Give what stands between an ingredient and a need, and the statements that say so."""
        item = self.knowledge.ingredients.get(id_)
        if item is None or value == id_:
            return (), ()
        if slot == "condition":
            if item.pregnancy == "avoid":
                return (), (f"{id_}/pregnancy/avoid",)
            groups = [g for g in item.groups if value in self.knowledge.groups[g].conditions]
            return tuple(f"group:{g}" for g in groups[:1]), tuple(f"{id_}/member/{g}" for g in groups[:1])
        if value in item.groups:
            return (f"group:{value}",), (f"{id_}/member/{value}",)
        return (f"ingredient:{value}",), (f"{id_}/family/{value}",)

    def _unknown(self, profile: Profile) -> Iterator[Verdict]:
        for name in dict.fromkeys(profile.allergies):
            if name.strip() and not self.linker.resolve_avoid(name):
                yield Verdict("unknown", (), (), (), say("verdict.unknown", {"name": dict.fromkeys(LANGUAGES, name)}))

    def _pairs(self, held: Sequence[_Held]) -> Iterator[Verdict]:
        for one, other in combinations(held, 2):
            apart = one.step and other.step and not set(one.step.when) & set(other.step.when)
            told: set[tuple[str, str]] = set()
            for first, second in ((a, b) for a in self._ruled(one) for b in self._ruled(other)):
                for rule in self.knowledge.rules_between([first], [second]):
                    if rule.kind == "fine" or (rule.kind == "alternate" and apart) or (rule.a, rule.b) in told:
                        continue
                    told.add((rule.a, rule.b))
                    straight = rule.a in self._standing(first) and rule.b in self._standing(second)
                    near, far = (rule.a, rule.b) if straight else (rule.b, rule.a)
                    left, right = self._way(first, near), self._way(second, far)
                    path = (one.node, *left, *reversed(right), other.node)
                    cited = f"{rule.a}/with/{rule.b}"
                    names = {"a": one.name, "b": other.name, "fact": self.facts[cited].text}
                    ids = (one.product.product_id, other.product.product_id)
                    yield Verdict(rule.kind, ids, path, (cited,), say("verdict.pair", names))

    def _ruled(self, held: _Held) -> list[str]:
        """Give the ingredients that some rule speaks of."""
        return [id_ for id_ in held.ids if self._standing(id_) & self._ends]

    def _standing(self, id_: str) -> set[str]:
        item = self.knowledge.ingredients[id_]
        return {id_, *item.groups, *([item.family] if item.family is not None else [])}

    def _way(self, id_: str, end: str) -> tuple[str, ...]:
        """Give the nodes from an ingredient to what it stands for."""
        near = (f"ingredient:{id_}",)
        return near if id_ == end else (*near, node_of(self.knowledge, end))

    def _cares(self, held: Sequence[_Held]) -> Iterator[Verdict]:
        for care in self.knowledge.cares:
            ways = [(one, way) for one in held if (way := self._cared(care, one)) is not None]
            if care.kind == "order" or not ways:
                continue
            nodes: dict[str, None] = {}
            for one, way in ways:
                nodes |= dict.fromkeys((one.node, *way))
            cited = f"{ways[0][1][-1].partition(':')[2]}/care/{care.id}"
            fields = {"products": join([one.name for one, _ in ways]), "fact": self.facts[cited].text}
            ids = tuple(one.product.product_id for one, _ in ways)
            text = say("verdict.care", fields)
            yield Verdict(care.kind, ids, (*nodes, f"care:{care.id}"), (cited,), text)

    def _cared(self, care: Care, one: _Held) -> tuple[str, ...] | None:
        """Give the nodes from a product to what a rule of use is about, or `None` where it is not about it."""
        low = one.step is not None and one.step.contact < LEAST_CONTACT
        if low and care.kind not in AT_ANY_CONTACT:
            return None
        if one.product.category in care.about:
            return (f"category:{one.product.category}",)
        for id_ in one.ids:
            for end in care.about:
                if end in self._standing(id_):
                    return self._way(id_, end)
        return None

    def _orders(self, held: Sequence[_Held]) -> Iterator[Verdict]:
        evening = [care for care in self.knowledge.cares if care.kind == "evening"]
        for time in ("am", "pm"):
            line = sorted(
                (one for one in held if one.step and time in one.step.when and not self._waits(one, time, evening)),
                key=lambda one: (one.step.order if one.step else 0, one.product.product_id),
            )
            if len(line) < 2:
                continue
            path = tuple(node for one in line for node in (one.node, f"category:{one.product.category}"))
            cited = [f"{one.product.category}/step/{one.step.order}" for one in line if one.step]
            citations = tuple(id_ for id_ in dict.fromkeys(cited) if id_ in self.facts.by_id)
            text = say(f"verdict.order_{time}", {"products": _in_order([one.name for one in line])})
            yield Verdict(f"order_{time}", tuple(one.product.product_id for one in line), path, citations, text)

    def _waits(self, one: _Held, time: str, evening: Iterable[Care]) -> bool:
        return time == "am" and any(self._cared(care, one) is not None for care in evening)


def _in_order(names: Sequence[Words]) -> dict[str, str]:
    return {language: " → ".join(name[language] for name in names) for language in LANGUAGES}
