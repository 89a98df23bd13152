import json

import pytest

from makeup_ai.knowledge import Statements
from makeup_ai.knowledge.jsonld import CONTEXT, OWN, jsonld


@pytest.fixture(scope="module")
def document(knowledge):
    return json.loads(json.dumps(jsonld(knowledge), ensure_ascii=False))


def expand(term):
    """Expand a compact address by the context, as a reader of JSON-LD does."""
    prefix, colon, rest = term.partition(":")
    base = CONTEXT.get(prefix)
    return f"{base}{rest}" if colon and isinstance(base, str) else term


def test_every_term_is_defined_and_every_reference_leads_to_a_node(document):
    ids = [node["@id"] for node in document["@graph"]]
    assert len(ids) == len(set(ids)) and all(id_.startswith("own:") for id_ in ids)
    assert all(expand(id_).startswith(OWN) for id_ in ids)
    for node in document["@graph"]:
        for key, value in node.items():
            assert key.startswith("@") or key in document["@context"] or expand(key) != key, key
            term = document["@context"].get(key)
            if isinstance(term, dict) and term.get("@type") == "@id" and key != "predicate":
                for target in value if isinstance(value, list) else [value]:
                    assert target in ids, (node["@id"], key, target)
            if isinstance(term, dict) and term.get("@container") == "@language":
                assert {"en", "zh"} >= set(value) and value
        assert expand(node["@type"]).startswith("http")


def test_every_statement_is_there_with_its_source_and_flags(knowledge, document):
    nodes = {node["@id"]: node for node in document["@graph"]}
    facts = Statements.of(knowledge)
    assert sum(node["@type"] == "rdf:Statement" for node in nodes.values()) == len(facts)
    oil = nodes["own:statement:niacinamide/effect/sebum_control"]
    assert (oil["subject"], oil["object"]) == ("own:ingredient:niacinamide", "own:effect:sebum_control")
    assert oil["citation"].startswith("Draelos 2006") and oil["confidence"] == 0.85 and oil["contested"] is False
    assert nodes["own:statement:niacinamide/irritancy/0"]["value"] == "0"


def test_things_keep_their_names_and_what_they_belong_to(document):
    nodes = {node["@id"]: node for node in document["@graph"]}
    retinal = nodes["own:ingredient:retinal"]
    assert retinal["inci"] == "Retinal" and retinal["name"]["zh"] == "视黄醛"
    assert {"own:group:retinoid", "own:ingredient:retinol"} <= set(retinal["broader"])
    law = nodes["own:law:eu_vitamin_a"]
    assert law["@type"] == "schema:Legislation" and law["date"] == "2024-04-03" and "2024/996" in law["citation"]
