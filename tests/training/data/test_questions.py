from collections import defaultdict

import pytest

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.search.faq import Faq
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.questions import QuestionSizes, generate_questions

SIZES = QuestionSizes({"train": 300, "valid": 60, "test": 60})
FAQ = [Faq(str(n), {"en": f"ask {n}?", "zh": f"问{n}？"}, {"en": f"answer {n}", "zh": f"答{n}"}) for n in range(20)]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


@pytest.fixture(scope="module")
def parts(knowledge: Knowledge) -> dict[str, list[Example]]:
    return generate_questions(knowledge, FAQ, 0, SIZES)


def test_every_question_has_one_answer_first_and_others_behind_it(parts) -> None:
    for part, pairs in parts.items():
        of: defaultdict[str, list[Example]] = defaultdict(list)
        for pair in pairs:
            of[pair.text].append(pair)
        assert len(of) >= SIZES.questions[part]
        for question in of.values():
            assert [p.relevant for p in question] == ["yes", *["no"] * (len(question) - 1)]
            assert 2 <= len(question) <= 5
            assert len({p.second for p in question}) == len(question)
            assert len({(p.group, p.language) for p in question}) == 1
        assert {p.language for p in pairs} == {"en", "zh"}


def test_nothing_that_is_asked_about_and_no_passage_is_in_two_parts(parts) -> None:
    for field in ("group", "second", "text"):
        found = [{getattr(pair, field) for pair in pairs} for pairs in parts.values()]
        assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2]), field


def test_negatives_are_near(parts, knowledge: Knowledge) -> None:
    names = {f"ingredient:{id_}": item.names for id_, item in knowledge.ingredients.items()}
    told = [p for pairs in parts.values() for p in pairs if p.relevant == "no" and p.group in names]
    own = [names[str(p.group)][p.language].lower() in str(p.second).lower() for p in told]
    assert 0.3 < sum(own) / len(own) < 0.8  # of the same ingredient; the others say the same of another


def test_the_same_seed_gives_the_same_pairs_and_another_gives_others(parts, knowledge: Knowledge) -> None:
    assert generate_questions(knowledge, FAQ, 0, SIZES) == parts
    assert generate_questions(knowledge, FAQ, 1, SIZES) != parts
    alone = generate_questions(knowledge, (), 0, SIZES)
    assert alone["test"] == [p for p in parts["test"] if not str(p.group).startswith("faq:")]
