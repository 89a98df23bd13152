import json
import re

import pytest

from makeup_ai.knowledge import PREDICATES, Knowledge, Statements
from makeup_ai.knowledge.sentences import join, say, with_article

CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def facts(knowledge):
    return Statements.of(knowledge)


def test_every_row_of_the_tables_is_told_once(knowledge, facts):
    assert len(facts.by_id) == len(facts)
    kinds = {predicate: [s for s in facts if s.predicate == predicate] for predicate in PREDICATES}
    items = knowledge.ingredients.values()
    assert len(kinds["is"]) == len(kinds["named"]) == len(kinds["pregnancy"]) == len(knowledge.ingredients)
    assert len(kinds["effect"]) == sum(len(item.effects) for item in items)
    assert len(kinds["function"]) == sum(len(item.functions) for item in items)
    assert len(kinds["member"]) == sum(len(item.groups) for item in items)
    assert len(kinds["with"]) == len(knowledge.conflicts) and len(kinds["step"]) == len(knowledge.steps)
    assert len(kinds["care"]) == sum(len(care.about) for care in knowledge.cares)
    assert len(kinds["law"]) == sum(len(law.about) for law in knowledge.regulations)
    assert sum(map(len, kinds.values())) == len(facts)


def test_every_statement_is_a_sentence_in_both_languages_with_a_source(facts):
    for s in facts:
        assert s.source and 0 < s.confidence <= 1 and s.predicate in PREDICATES, s.id
        assert re.match(r"[A-Z0-9]", s.text["en"]) and s.text["en"][-1] in ".!", s.text["en"]
        assert s.text["zh"][-1] == "。" and CJK.search(s.text["zh"]), s.text["zh"]
        assert not re.search(r"[{}_]|  |\.\.|。。|, ,|、、", s.text["en"] + s.text["zh"]), s.text
        assert not CJK.search(s.text["en"]), s.text["en"]


def test_nodes_lead_somewhere(knowledge, facts):
    known = {f"ingredient:{i}" for i in knowledge.ingredients} | {f"group:{i}" for i in knowledge.groups}
    known |= {f"effect:{i}" for i in knowledge.effects} | {f"category:{i}" for i in knowledge.steps}
    assert {s.subject for s in facts} <= known
    known |= {f"function:{i}" for i in knowledge.functions} | set(knowledge.needs)
    known |= {f"care:{care.id}" for care in knowledge.cares} | {f"law:{law.id}" for law in knowledge.regulations}
    assert {s.object for s in facts if ":" in s.object} <= known


def test_the_same_tables_tell_the_same_statements(knowledge, facts):
    again = Knowledge.from_table(json.loads(json.dumps(knowledge.to_table())))
    assert Statements.of(again).all == facts.all


def test_statements_are_found_by_id_and_by_node(facts):
    oil = facts["niacinamide/effect/sebum_control"]
    assert oil.text["en"].startswith("Niacinamide helps to control sebum, which helps with oiliness")
    assert oil.source == "Draelos 2006, J Cosmet Laser Ther" and not oil.contested
    assert oil in facts.about("ingredient:niacinamide") and oil in facts.about("effect:sebum_control")
    assert facts.about("ingredient:moon_dust") == () and facts[0] == facts.all[0]
    with pytest.raises(KeyError):
        facts["moon_dust/is/summary"]


def test_members_stand_under_the_rules_of_their_group_and_family(facts):
    own = {s.id for s in facts.about("ingredient:retinal")}
    wide = {s.id for s in facts.about("ingredient:retinal", wider=True)}
    assert own < wide
    assert "retinoid/with/aha" in wide - own and "retinal/member/retinoid" in own
    assert not any(id_.startswith("retinol/effect") for id_ in wide)  # a family passes its rules on, not its effects


def test_what_is_disputed_says_so(table):
    table["ingredients"]["glycerin"]["evidence"] = [[0.3, "Nobody 1999, J Doubt", True]]
    fact = Statements.of(Knowledge.from_table(table))["glycerin/effect/hydration"]
    assert fact.contested and fact.text["en"].endswith("The evidence for this is disputed.")
    assert fact.text["zh"].endswith("尚有争议。") and fact.source == "Nobody 1999, J Doubt"


def test_a_table_without_the_later_parts_is_told_too(tiny):
    facts = Statements.of(tiny)
    assert facts["glycerin/effect/hydration"].text == {
        "en": "Glycerin binds water in the skin, which helps with dry.",
        "zh": "甘油补水保湿，对dry有帮助。",
    }
    assert "retinoid/with/glycerin" in facts.by_id and not any(s.predicate == "step" for s in facts)


def test_words_are_joined_and_begin_as_languages_do():
    both = [{"en": "UV filter", "zh": "甲"}, {"en": "oil", "zh": "乙"}]
    assert join(both) == {"en": "UV filter and oil", "zh": "甲和乙"} and join([]) == {"en": "", "zh": ""}
    assert with_article(both[0])["en"] == "a UV filter" and with_article(both[1])["en"] == "an oil"
    with pytest.raises(KeyError):
        say("suits", {"name": both[0]})
