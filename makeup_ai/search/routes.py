"""From a question to the statements that answer it: one small function a way to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from makeup_ai.knowledge.entries import Conflict
from makeup_ai.knowledge.telling import Statement
from makeup_ai.recommend.needs import Needs
from makeup_ai.search.evidence import Evidence
from makeup_ai.search.naming import NEEDS, Named
from makeup_ai.search.products import ProductSearch
from makeup_ai.search.question import Asked
from makeup_ai.search.ranked import Weights, best_rows, pick, rank, spoken_of

MIXED = ("ingredient", "group", "product")
"""Kinds of nodes that can be used together."""
WISHED = (*NEEDS, "effect")
SEVERITY = ("avoid_together", "alternate", "fine")
"""Kinds of rules, what matters most first."""

LISTING = frozenset({"content", "suits", "find", "which", "together", "goes_well", "use"})
"""Kinds of questions that may just list products: `a serum with azelaic acid`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is told, and from where on.

    Args:
        told: Statements of an answer.
        near: Share of the best score from which another statement is told, too.
        faq: Share of a question's words that a question of the FAQ must have.
        offered: Products of an answer.
        least: Coverage from which an answer is given.
    """

    told: int = 3
    near: float = 0.8
    faq: float = 0.5
    offered: int = 3
    least: float = 0.68


@dataclass(frozen=True)
class Search:
    """One question and everything that can be searched for it.

    Args:
        asked: The question.
        needs: What was gathered from it.
        vector: Its embedding, or empty.
        evidence: What can be cited.
        products: What can be offered.
        weights: Of the signs of a statement.
        limits: Of the answer.
    """

    asked: Asked
    needs: Needs
    vector: tuple[float, ...]
    evidence: Evidence
    products: ProductSearch
    weights: Weights
    limits: Limits

    def best(self, candidates: Iterable[Statement]) -> list[Statement]:
        """Take the candidates that answer best; beside one that is of a sharp kind, none that is of no such kind."""
        hits = rank(self.asked, self.evidence, candidates, self.weights, self.vector)
        told = pick(hits, self.limits.told, self.limits.near)
        sharp = [kind for kind, _ in self.asked.kinds if kind.sharp]
        of_kind = [statement for statement in told if any(kind.is_met([statement]) for kind in sharp)]
        return of_kind if told[:1] == of_kind[:1] and of_kind else told


Route = Callable[[Search], "list[Statement] | None"]
"""`None` where the route is not for this question; a list, even an empty one, where it is."""


def statements_for(search: Search) -> list[Statement]:
    """Take the first route that is for the question; the last is for all."""
    for route in ROUTES:
        found = route(search)
        if found is not None:
            return found
    return []


def together(search: Search) -> list[Statement] | None:
    """Rules between each two things that are named, or what is known to go, or not to go, with the only one."""
    asked = search.asked
    things = [named for named in asked.named if named.of(*MIXED)]
    if len(things) < 2:
        alone = asked.is_kind("together_one") and len(things) == 1 and len(asked.named) == 1
        return _of_one(search, things[0]) if alone else None
    bare = (
        not asked.rest_of(()) and len(asked.named) == len(things) and not asked.is_kind("member", "content", "compare")
    )
    if not asked.is_kind("together") and not bare:
        return None
    found: dict[str, Statement] = {}
    for first, second in combinations(things, 2):
        for rule in _rules(search.evidence, first, second):
            statement = _told(search.evidence, rule)
            found |= {s.id: s for s in (statement, *_behind(search.evidence, rule, first, second))}
    return list(found.values())


def _of_one(search: Search, thing: Named) -> list[Statement]:
    knowledge = search.evidence.knowledge
    ids = _ids(search.evidence, thing)
    standing = {*ids, *(g for id_ in ids if id_ in knowledge.ingredients for g in knowledge.ingredients[id_].groups)}
    rules = [rule for rule in knowledge.conflicts if standing & {rule.a, rule.b}]
    well = [rule for rule in rules if (rule.kind == "fine") == search.asked.is_kind("goes_well")]
    ordered = sorted(well or rules, key=lambda rule: SEVERITY.index(rule.kind))
    return [_told(search.evidence, rule) for rule in ordered[: search.limits.told + 1]]


def _ids(evidence: Evidence, named: Named) -> list[str]:
    """The ingredient and group ids that a name stands for; a product stands for what is in it."""
    found = [node.partition(":")[2] for node in named.of("ingredient", "group")]
    for node in named.of("product"):
        found += sorted(evidence.tables.ingredients_of[evidence.tables.row_of[node.partition(":")[2]]])
    return found


def _rules(evidence: Evidence, first: Named, second: Named) -> list[Conflict]:
    rules = evidence.knowledge.rules_between(_ids(evidence, first), _ids(evidence, second))
    kinds = sorted(rules, key=lambda rule: SEVERITY.index(rule.kind))
    if first.of("product") or second.of("product"):  # what two products should not share matters, not what they may
        kinds = [rule for rule in kinds if rule.kind != "fine"] or kinds
    return kinds[:2]


def _told(evidence: Evidence, rule: Conflict) -> Statement:
    return evidence.graph[f"{rule.a}/with/{rule.b}"]


def _behind(evidence: Evidence, rule: Conflict, *things: Named) -> list[Statement]:
    """Why a rule is about a product: that it contains one of its ends."""
    found = []
    for node in (node for named in things for node in named.of("product")):
        for statement in evidence.about(node):
            item = evidence.knowledge.ingredients.get(statement.object.removeprefix("ingredient:"))
            if statement.predicate != "contains" or item is None:
                continue
            if {item.id, item.family, *item.groups} & {rule.a, rule.b}:
                found.append(statement)
                break
    return found


def of_product(search: Search) -> list[Statement] | None:
    """Facts of the products that are named."""
    nodes = search.asked.nodes("product")
    if not nodes:
        return None
    facts = [fact for node in nodes for fact in search.evidence.about(node)]
    asked = [kind for kind, _ in search.asked.kinds if kind.sharp and "product" in kind.of]
    if not asked and not search.asked.nodes(*MIXED[:2]):
        facts = [fact for fact in facts if fact.predicate in ("is", "about", "suits")]
    return search.best(facts)


def of_faq(search: Search) -> list[Statement] | None:
    """The brand's own answer, where it has been asked just that."""
    index = search.evidence.bm25(search.asked.language)
    weights = search.asked.topic(index.rarity)
    beyond = search.asked.topic(index.rarity, own=False)
    total = sum(weights.values())
    shares = []
    for id_, faq in search.evidence.faq.items():
        have = search.evidence.faq_units(id_, search.asked.language)
        said = have if have & beyond.keys() else frozenset()  # a name, or `order` alone, asks for no FAQ
        shares.append((sum(weight for unit, weight in weights.items() if unit in said) / total if total else 0.0, faq))
    best = max(shares, key=lambda one: one[0], default=None)
    if best is None or best[0] < search.limits.faq:
        return None
    return [search.evidence.indexed[search.evidence.row_of[f"faq/{best[1].id}"]]]


def offered(search: Search) -> list[Statement] | None:
    """Products of a kind, for a need, with an ingredient or within a budget: facts of the best of them."""
    asked, needs = search.asked, search.needs
    kinds, wished, things = asked.nodes("category", "brand"), asked.wishes(), _wanted(search)
    plain = kinds and not things and (wished or needs.budget is not None or needs.masks)
    listed = kinds and things and {kind.name for kind, _ in asked.kinds} <= LISTING
    if not (plain or listed or (asked.is_kind("find") and (kinds or wished or things))):
        return None
    found = search.products.find(asked, needs, search.vector, search.limits.offered).products
    facts = []
    for one in found:
        told = {fact.id: fact for fact in search.evidence.about(f"product:{one.product.product_id}")}
        facts += [told[id_] for id_ in _why(one.product.product_id, search) if id_ in told]
    return facts


def _wanted(search: Search) -> list[str]:
    """Ingredients and groups that are named and not to be avoided."""
    avoided = {mask.partition(":")[2] for mask in search.needs.masks}
    return [
        node
        for named in search.asked.named
        if not avoided & {node.partition(":")[2] for node in named.nodes}
        for node in named.of("ingredient", "group")
    ]


def _why(product: str, search: Search) -> list[str]:
    inside = [f"{verb}/{node.partition(':')[2]}" for node in _wanted(search) for verb in ("contains", "holds")]
    inside += [f"free/{mask.partition(':')[2]}" for mask in search.needs.masks]
    price = ["price"] if search.needs.budget is not None else []
    suits = ["suits"] if search.asked.wishes() else []
    return [f"product/{product}/{tail}" for tail in ("is", *price, *suits, *inside)]


def of_category(search: Search) -> list[Statement] | None:
    """When and how a kind of product is used; the whole routine where the order of none is asked."""
    asked = search.asked
    others = [n for n in asked.named if n.of("ingredient", "group", "effect") and not n.of("category")]
    if others or not asked.is_kind("order", "use"):
        return None
    categories = asked.nodes("category")
    if not categories:
        if not asked.is_kind("routine") or asked.named:
            return None
        categories = tuple(f"category:{category}" for category in search.evidence.tables.settings.routine)
    facts = [fact for node in categories for fact in search.evidence.about(node)]
    if asked.is_kind("order"):
        steps = [fact for fact in facts if fact.predicate == "step"]
        return sorted(steps, key=lambda fact: int(fact.object))
    return search.best(fact for fact in facts if fact.predicate in ("use", "care"))


def that_help(search: Search) -> list[Statement] | None:
    """Ingredients with an effect that is named, or that helps a need that is named, the strongest first."""
    asked, knowledge = search.asked, search.evidence.knowledge
    if asked.nodes("ingredient", "group", "category") or not asked.nodes(*WISHED):
        return None
    wished = _effects_for(search)
    found: list[tuple[float, str, str]] = []
    carried = search.evidence.carried
    for item in knowledge.ingredients.values():
        worth = [(wished.get(c.effect, 0.0) * c.strength * c.confidence, c.effect) for c in item.effects]
        best, effect = max(worth, default=(0.0, ""))
        if best > 0:
            found.append((best * (1.2 if item.id in carried else 1.0), item.id, effect))
    found.sort(key=lambda one: (-one[0], one[1]))
    return [search.evidence.graph[f"{id_}/effect/{effect}"] for _, id_, effect in found[: search.limits.told]]


def _effects_for(search: Search) -> dict[str, float]:
    """Effects that are wished for, with their weights; what would hurt is wished for only by its own name."""
    asked = search.asked
    wished = {node.partition(":")[2]: 1.0 for node in asked.nodes("effect")}
    for effect in search.evidence.knowledge.effects.values():
        weight = sum(effect.helps.get(need, 0.0) for need in asked.nodes(*NEEDS))
        if weight > 0 and not wished.get(effect.id):
            wished[effect.id] = weight
    return wished


def of_things(search: Search) -> list[Statement] | None:
    """What is known of the ingredients, groups and functions that are named."""
    nodes = search.asked.nodes("ingredient", "group") or search.asked.nodes("function")
    if not nodes:
        return None
    return search.best(fact for node in nodes for fact in search.evidence.about(node))


def by_words(search: Search) -> list[Statement]:
    """What speaks with the words of the question."""
    index = search.evidence.bm25(search.asked.language)
    rows = best_rows(index.scores(search.asked.terms), 24)
    near = [fact for row in rows if (fact := search.evidence.indexed[row]).predicate != "answers"]
    names = {node for named in search.asked.named for node in named.nodes}
    if names:
        near = [fact for fact in near if names & spoken_of(fact, search.evidence.knowledge).keys()]
    return list(islice(search.best(near), 1))


ROUTES: Sequence[Route] = (together, of_faq, of_product, offered, of_category, that_help, of_things, by_words)
