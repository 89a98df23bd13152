"""Routines from the packaged knowledge and the invented catalogue, in words of both languages."""

from __future__ import annotations

import pytest

from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.pairs import pair
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.routine import RoutineTable, build_routine

RETINOL, ACID, VITAMIN_C = "NIN-SER-002", "NIN-TON-001", "LUM-SER-001"


@pytest.fixture(scope="module")
def plan(assistant):
    def plan(needs, language="en", **options):
        ranking = recommend(assistant.tables, needs, language=language)
        return build_routine(ranking, needs, assistant.knowledge_table, RoutineTable.packaged(), **options)

    return plan


def nights_of(routine, product_id):
    return [i for i, night in enumerate(routine.weeks[-1].nights) if product_id in night]


def test_retinol_and_an_acid_that_are_owned_keep_different_evenings(plan):
    routine = plan(Needs(needs=("skin_type:oily",), owned=(RETINOL, ACID)))
    (meeting,) = [m for m in routine.meetings if set(m.products) == {RETINOL, ACID}]
    assert meeting.solved == "alternate_nights" and "evenings" in meeting.why
    assert not set(nights_of(routine, RETINOL)) & set(nights_of(routine, ACID))
    assert nights_of(routine, RETINOL) and nights_of(routine, ACID)


def test_vitamin_c_in_the_morning_retinol_in_the_evening(plan):
    routine = plan(Needs(owned=(RETINOL, VITAMIN_C)))
    assert routine.by_id[VITAMIN_C].when == ("am",) and routine.by_id[RETINOL].when == ("pm",)


@pytest.mark.parametrize("skin_type", ["oily", "dry", "sensitive", "combination", "normal"])
def test_what_is_offered_never_meets_what_it_should_not(plan, assistant, skin_type):
    """Held to the rules of the knowledge one pair of ingredients at a time."""
    routine = plan(Needs(needs=(f"skin_type:{skin_type}", "concern:fine_lines"), owned=(RETINOL,)))
    tables, knowledge = assistant.tables, assistant.knowledge_table
    for week in routine.weeks:
        for sitting in (*week.nights, tuple(step.product.product_id for step in routine.sitting("am"))):
            for at, one in enumerate(sitting):
                for other in sitting[at + 1 :]:
                    rows = tables.row_of[one], tables.row_of[other]
                    contact = [float(knowledge["steps"][tables.products[row].category]["contact"]) for row in rows]
                    for a in tables.ingredients_of[rows[0]]:
                        for b in tables.ingredients_of[rows[1]]:
                            rule = pair(knowledge, a, b)
                            kind = None if rule is None else rule["kind"]
                            assert kind != "avoid_together"
                            assert kind != "alternate" or min(contact) < 0.5, (one, other, a, b)


def test_a_retinol_asks_for_sunscreen_and_a_slow_start_in_both_languages(assistant):
    steps = plan_words(assistant, "en", owned=())
    assert "Begin slowly with Retinol 0.3 in Squalane: 2x a week from week 1" in steps
    assert "wear a broad-spectrum sunscreen" in steps and "sunscreen:" in steps and "To buy: 2" in steps
    chinese = plan_words(assistant, "zh", owned=())
    assert "请慢慢开始" in chinese and "第 1 周起每周 2 次" in chinese and "广谱防晒" in chinese


def plan_words(assistant, language, **fields):
    from makeup_ai.content.question import Question
    from makeup_ai.content.routines import told
    from makeup_ai.schema import Intent, Understanding

    needs = Needs(filters={"category": ("sunscreen",)}, **fields)
    ranking = recommend(assistant.tables, needs, language=language)
    routine = build_routine(
        ranking, needs, assistant.knowledge_table, RoutineTable.packaged(), picked=(RETINOL,), total=None
    )
    understanding = Understanding(language, Intent("routine", 1.0), ())
    question = Question("", understanding, needs, ranking, None, assistant.knowledge_table, assistant.tables, language)
    return assistant.tables.phrases.text(told(question, routine), language)


def test_a_total_is_kept_with_real_prices(plan):
    full = plan(Needs(needs=("skin_type:dry",)))
    half = plan(Needs(needs=("skin_type:dry",)), total=full.total / 2)
    assert 0 < half.total <= full.total / 2 and half.value <= full.value
    assert not half.missing  # cheaper products fill every step
    tiny = plan(Needs(needs=("skin_type:dry",)), total=20.0)
    assert tiny.total <= 20.0 and "sunscreen" not in {m.category for m in tiny.missing}
