"""The graph as JSON-LD, in words of schema.org and SKOS where they fit and in its own where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.statements import Statements
from makeup_ai.knowledge.telling import Statement

OWN = "urn:makeup-ai:"
"""Prefix of our own words and nodes: names, not addresses, so that nothing has to be served."""

CONTEXT: Mapping[str, Any] = {
    "@version": 1.1,
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "own": OWN,
    "name": {"@id": "schema:name", "@container": "@language"},
    "alternateName": {"@id": "schema:alternateName", "@container": "@language"},
    "description": {"@id": "schema:description", "@container": "@language"},
    "inci": "schema:identifier",
    "citation": "schema:citation",
    "date": "schema:legislationDate",
    "subject": {"@id": "rdf:subject", "@type": "@id"},
    "predicate": {"@id": "rdf:predicate", "@type": "@id"},
    "object": {"@id": "rdf:object", "@type": "@id"},
    "value": "schema:value",
    "broader": {"@id": "skos:broader", "@type": "@id"},
    "confidence": {"@id": "own:confidence", "@type": "xsd:double"},
    "complete": "own:complete",
    "contested": "own:contested",
}


def jsonld(knowledge: Knowledge) -> dict[str, Any]:
    """Write the whole graph: a node for each thing, a reified statement for each fact.

    Ingredients are `schema:Substance`, effects and needs `skos:Concept`, groups `skos:Collection`, laws
    `schema:Legislation`, routine steps `schema:HowToStep`, statements `rdf:Statement` with their source, confidence and
    flags.

    Examples:
        >>> graph = jsonld(Knowledge.load())["@graph"]
        >>> graph[0]["@id"], graph[0]["@type"], graph[0]["name"]["zh"]
        ('own:ingredient:water', 'schema:Substance', '水')
    """
    graph = [*_things(knowledge), *(_statement(fact) for fact in Statements.of(knowledge))]
    return {"@context": dict(CONTEXT), "@graph": graph}


def _things(knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    for item in knowledge.ingredients.values():
        others = {language: list(names) for language, names in item.synonyms.items() if language != "inci" and names}
        thing = {**_thing(f"ingredient:{item.id}", "schema:Substance", item.names), "inci": item.inci}
        thing |= {"alternateName": others} if others else {}
        thing |= {"description": dict(item.summary)}
        over = [f"own:group:{id_}" for id_ in item.groups]
        over += [f"own:ingredient:{item.family}"] if item.family is not None else []
        yield thing | ({"broader": over} if over else {})
    for group in knowledge.groups.values():
        yield _thing(f"group:{group.id}", "skos:Collection", group.names) | {"description": dict(group.members_by)}
    for effect in knowledge.effects.values():
        yield _thing(f"effect:{effect.id}", "skos:Concept", effect.names)
    for need, names in knowledge.needs.items():
        yield _thing(need, "skos:Concept", names)
    for function in knowledge.functions.values():
        yield _thing(f"function:{function.id}", "skos:Concept", function.names)
    for category, step in knowledge.steps.items():
        yield _thing(f"category:{category}", "schema:HowToStep", step.names) | {"schema:position": step.order}
    for care in knowledge.cares:
        yield {"@id": f"own:care:{care.id}", "@type": "schema:HowToTip", "description": dict(care.text)}
    for law in knowledge.regulations:
        told = {"description": dict(law.text), "citation": law.source, "date": law.date}
        yield {"@id": f"own:law:{law.id}", "@type": "schema:Legislation", **told}


def _thing(node: str, kind: str, names: Mapping[str, str]) -> dict[str, Any]:
    return {"@id": f"own:{node}", "@type": kind, "name": dict(names)}


def _statement(fact: Statement) -> dict[str, Any]:
    row: dict[str, Any] = {
        "@id": f"own:statement:{fact.id}",
        "@type": "rdf:Statement",
        "subject": f"own:{fact.subject}",
        "predicate": f"own:{fact.predicate}",
        "description": dict(fact.text),
        "citation": fact.source,
        "confidence": fact.confidence,
        "complete": fact.complete,
        "contested": fact.contested,
    }
    # A plain value is no node of the graph.
    return row | ({"object": f"own:{fact.object}"} if ":" in fact.object else {"value": fact.object})
