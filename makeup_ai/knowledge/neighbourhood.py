"""What stands around one node of the graph: its statements, and the paths through it to needs and products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.linking import Linker
from makeup_ai.knowledge.statements import Statements
from makeup_ai.knowledge.telling import Statement, node_of
from makeup_ai.schema import LANGUAGES

SHOWN = {"ingredient": 14, "need": 12, "product": 8, "member": 30, "rule": 16}
"""How many nodes of a kind are drawn, the weightiest first."""
LINES = 2
"""How many needs a product is drawn with: its best."""
UNIT = 10_000
"""Cells of a needs table are whole ten-thousandths."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of a path.

    Args:
        start: Node id.
        end: Node id.
        weight: In [-1, 1]; below zero where it works against its end, 0 where it is no matter of more or less.
        contested: Whether the evidence is disputed.
        kind: `"helps"` or `"hurts"` by the weight; without one `"side"` for a group or family, and of rules `"fine"` or
            `"apart"`.
    """

    start: str
    end: str
    weight: float = 0.0
    contested: bool = False
    kind: str = "side"

    def __post_init__(self) -> None:
        """Name what the weight says."""
        if self.weight:
            object.__setattr__(self, "kind", "helps" if self.weight > 0 else "hurts")


@dataclass(frozen=True)
class Neighbourhood:
    """One node and what is around it.

    Args:
        node: Its id.
        names: Node id -> display name by language, for every node of the columns.
        columns: Node ids from left to right, such as partners, the node, effects, needs and products.
        edges: Between nodes of the columns.
        statements: All about the node, with those of its family and groups.
    """

    node: str
    names: Mapping[str, Mapping[str, str]]
    columns: tuple[tuple[str, ...], ...]
    edges: tuple[Edge, ...]
    statements: tuple[Statement, ...]

    def paths(self) -> list[tuple[tuple[str, ...], float]]:
        """Give the weighted paths from left to right with the product of their weights, the weightiest first."""
        onward: dict[str, list[Edge]] = {}
        for edge in self.edges:
            if edge.weight:
                onward.setdefault(edge.start, []).append(edge)
        ends = {edge.end for edges in onward.values() for edge in edges}
        found: list[tuple[tuple[str, ...], float]] = []

        def follow(path: tuple[str, ...], weight: float) -> None:
            for edge in onward.get(path[-1], ()):
                follow((*path, edge.end), weight * edge.weight)
            if path[-1] not in onward and len(path) > 1:
                found.append((path, weight))

        for start in onward:
            if start not in ends:
                follow((start,), 1.0)
        return sorted(found, key=lambda item: (-abs(item[1]), item[0]))


def find_node(knowledge: Knowledge, name: str) -> str:
    """Find the node that a name means: an ingredient in any spelling, a group, an effect or a need.

    Raises:
        ValueError: Nothing is called so.

    Examples:
        >>> [find_node(Knowledge.load(), name) for name in ("烟酰胺", "AHA", "sebum control", "dark spots")]
        ['ingredient:niacinamide', 'group:aha', 'effect:sebum_control', 'concern:dark_spots']
    """
    linker = Linker(knowledge)
    if name in knowledge.groups:
        return f"group:{name}"
    plain = name.strip().lower().replace("_", " ")
    link = linker.link(name)
    if link.ingredient_id is not None and link.confidence == 1:
        return f"ingredient:{link.ingredient_id}"
    for avoided in linker.resolve_avoid(name):
        if (id_ := avoided.partition(":")[2]) in knowledge.groups:
            return f"group:{id_}"
    words = {f"effect:{id_}": (id_, *effect.names.values()) for id_, effect in knowledge.effects.items()}
    words |= {need: (need, need.partition(":")[2], *names.values()) for need, names in knowledge.needs.items()}
    for node, called in words.items():
        if plain in {word.lower().replace("_", " ") for word in called}:
            return node
    if link.ingredient_id is not None:
        return f"ingredient:{link.ingredient_id}"
    raise ValueError(
        f"Expected an ingredient, a group, an effect or a need, in English or Chinese. Received: {name!r}; "
        "`makeup-ai knowledge link` tells what a pack's words mean"
    )


def around(
    knowledge: Knowledge, node: str, facts: Statements, tables: Mapping[str, Any] | None = None
) -> Neighbourhood:
    """Gather what is around a node.

    Args:
        knowledge: The graph.
        node: As `find_node` gives it.
        facts: All statements of the knowledge.
        tables: `catalogue` and `needs` of a bundle, for the products at the end of the paths; none by default.
    """
    kind, _, id_ = node.partition(":")
    edges = [*_effects(knowledge, _ingredients(knowledge, kind, id_)), *_needs(knowledge)]
    if kind == "ingredient":
        edges = _through(edges, node)
    elif kind == "group":
        edges = []
    else:
        edges = _through(edges, node, most=SHOWN["ingredient"])
    sides = _sides(knowledge, kind, id_)
    beside = _partners(sides, node)
    wider = _wider_rules(knowledge, beside, node) if kind == "ingredient" else []
    further = dict.fromkeys(edge.start for edge in wider if edge.start not in beside)
    columns = [tuple(further), beside, *_layers(edges, node, sides)]
    products, held = _products(tables, {edge.end for edge in edges} if kind == "ingredient" else {node}, node)
    columns.append(tuple(products))
    edges = [*edges, *sides, *wider, *held]
    names = {n: _name(knowledge, n, products) for column in columns for n in column}
    kept = tuple(tuple(column) for column in columns if column)
    shown = {n for column in kept for n in column}
    inside = tuple(edge for edge in edges if {edge.start, edge.end} <= shown)
    return Neighbourhood(node, names, kept, inside, facts.about(node, wider=True))


def _ingredients(knowledge: Knowledge, kind: str, id_: str) -> list[str]:
    return [id_] if kind == "ingredient" else list(knowledge.ingredients)


def _effects(knowledge: Knowledge, ids: Iterable[str]) -> list[Edge]:
    return [
        Edge(f"ingredient:{id_}", f"effect:{claim.effect}", claim.strength * claim.confidence, claim.contested)
        for id_ in ids
        for claim in knowledge.ingredients[id_].effects
    ]


def _needs(knowledge: Knowledge) -> list[Edge]:
    found = []
    for effect in knowledge.effects.values():
        found += [Edge(f"effect:{effect.id}", need, weight) for need, weight in effect.helps.items()]
        found += [Edge(f"effect:{effect.id}", need, -weight) for need, weight in effect.hurts.items()]
    return found


def _through(edges: Sequence[Edge], node: str, most: int | None = None) -> list[Edge]:
    """Keep the edges on paths through a node, those from ingredients limited to the weightiest, and needs likewise."""
    before = {node}
    for _ in range(2):
        before |= {edge.start for edge in edges if edge.end in before}
    after = {node}
    for _ in range(2):
        after |= {edge.end for edge in edges if edge.start in after}
    on = [e for e in edges if (e.start in after and e.end in after) or (e.start in before and e.end in before)]
    first = [edge for edge in on if edge.start.startswith("ingredient:")]
    last = {edge.start: edge.weight for edge in on if edge.end == node}
    reach: dict[str, float] = {}
    for edge in first:
        value = edge.weight * (1.0 if edge.end == node else last.get(edge.end, 1.0))
        reach[edge.start] = max(reach.get(edge.start, -1.0), value)
    kept = set(sorted(reach, key=lambda n: (-reach[n], n))[:most])
    on = [edge for edge in on if edge not in first or edge.start in kept]
    effects = {edge.end for edge in on if edge.start in kept} | {node}
    on = [edge for edge in on if edge.start in kept or edge.start in effects]
    needs: dict[str, float] = {}
    for edge in on:
        if edge.start.startswith("effect:"):
            arriving = max((e.weight for e in on if e.end == edge.start), default=1.0)
            needs[edge.end] = max(needs.get(edge.end, 0.0), abs(edge.weight) * arriving)
    shown = set(sorted(needs, key=lambda n: (-needs[n], n))[: SHOWN["need"]]) | {node}
    return [edge for edge in on if not edge.start.startswith("effect:") or edge.end in shown]


def _sides(knowledge: Knowledge, kind: str, id_: str) -> list[Edge]:
    """Give the edges to groups, family, members and rules, which have no weight."""
    found: list[Edge] = []
    if kind == "ingredient":
        item = knowledge.ingredients[id_]
        above = [*item.groups, *([item.family] if item.family is not None else [])]
        found += [Edge(node_of(knowledge, over), f"ingredient:{id_}") for over in above]
    elif kind == "group":
        members = [i for i, item in knowledge.ingredients.items() if id_ in item.groups][: SHOWN["member"]]
        found += [Edge(f"group:{id_}", f"ingredient:{member}") for member in members]
    for rule in knowledge.conflicts if kind in ("ingredient", "group") else ():
        if id_ in (rule.a, rule.b):
            other = rule.b if rule.a == id_ else rule.a
            told = "fine" if rule.kind == "fine" else "apart"
            found.append(Edge(node_of(knowledge, other), f"{kind}:{id_}", contested=rule.contested, kind=told))
    return list(dict.fromkeys(found))


def _wider_rules(knowledge: Knowledge, beside: Sequence[str], node: str) -> list[Edge]:
    """Give the edges of the rules about the groups and the family that stand beside an ingredient."""
    id_ = node.partition(":")[2]
    item = knowledge.ingredients[id_]
    over = {node_of(knowledge, up): up for up in (*item.groups, *([item.family] if item.family else []))}
    found = []
    for above, up in over.items() if beside else ():
        rules = [edge for edge in _sides(knowledge, above.partition(":")[0], up) if edge.end == above]
        found += [edge for edge in rules if edge.kind in ("fine", "apart") and edge.start not in (node, *over)]
    return found[: SHOWN["rule"]]


def _partners(sides: Sequence[Edge], node: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(edge.start for edge in sides if edge.end == node))


def _layers(edges: Sequence[Edge], node: str, sides: Sequence[Edge]) -> list[tuple[str, ...]]:
    """Give the columns from ingredients to needs."""
    members = tuple(edge.end for edge in sides if edge.start == node)
    weights: dict[str, float] = {}
    for edge in edges:
        for end in (edge.start, edge.end):
            weights[end] = max(weights.get(end, 0.0), abs(edge.weight))
    ranked = sorted(weights, key=lambda n: (-weights[n], n))
    kinds = [n.partition(":")[0] for n in ranked]
    ingredients = [n for n, kind in zip(ranked, kinds, strict=True) if kind == "ingredient"]
    effects = [n for n, kind in zip(ranked, kinds, strict=True) if kind == "effect"]
    needs = [n for n, kind in zip(ranked, kinds, strict=True) if kind not in ("ingredient", "effect")]
    if not edges:
        return [(node,), members]
    return [tuple(ingredients), tuple(effects), _by_pull(needs, effects, edges)]


def _by_pull(needs: Sequence[str], effects: Sequence[str], edges: Sequence[Edge]) -> tuple[str, ...]:
    """Order needs by where their effects stand, so that fewer lines cross."""

    def place(need: str) -> float:
        pulls = [(effects.index(e.start), abs(e.weight)) for e in edges if e.end == need and e.start in effects]
        total = sum(weight for _, weight in pulls)
        return sum(row * weight for row, weight in pulls) / total if total else 0.0

    return tuple(sorted(needs, key=place))


def _products(
    tables: Mapping[str, Any] | None, needs: set[str], node: str
) -> tuple[dict[str, Mapping[str, str]], list[Edge]]:
    """Give the products whose reason for a need leads through a node, and the edges to them."""
    if tables is None:
        return {}, []
    rows, table = tables["catalogue"]["products"], tables["needs"]
    through = {i for i, path in enumerate(table["paths"]) if node in path["nodes"] and len(path["nodes"]) > 1}
    cells = [(table["needs"][need], row, value / UNIT) for need, row, value, path in table["cells"] if path in through]
    best = sorted((c for c in cells if c[0] in needs and c[2] > 0), key=lambda cell: (-cell[2], cell[1], cell[0]))
    chosen = list(dict.fromkeys(row for _, row, _ in best))[: SHOWN["product"]]
    products = {f"product:{rows[row]['product_id']}": rows[row]["name"] for row in chosen}
    edges = []
    for chosen_row in chosen:
        mine = [(need, value) for need, row, value in best if row == chosen_row][:LINES]
        edges += [Edge(need, f"product:{rows[chosen_row]['product_id']}", value) for need, value in mine]
    return products, edges


def _name(knowledge: Knowledge, node: str, products: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    kind, _, id_ = node.partition(":")
    if kind == "product":
        return {language: products[node].get(language) or id_ for language in LANGUAGES}
    if kind == "ingredient":
        return knowledge.ingredients[id_].names
    if kind == "group":
        return knowledge.groups[id_].names
    if kind == "effect":
        return knowledge.effects[id_].names
    return knowledge.needs.get(node, dict.fromkeys(LANGUAGES, id_.replace("_", " ")))
