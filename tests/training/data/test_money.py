from random import Random

import pytest

from makeup_ai.training.data.domain import builtin_file, load_domain
from makeup_ai.training.data.grammar import load_grammar
from makeup_ai.training.data.money import spell_chinese, spell_english, write_money


@pytest.mark.parametrize(("language", "rate"), [("en", 1.0), ("zh", 0.14)])
def test_what_is_written_is_read_back(language: str, rate: float) -> None:
    lexicon = load_domain().lexicon
    money = load_grammar(builtin_file(f"templates_{language}.json")).money
    rng = Random(0)
    for _ in range(500):
        surface = write_money(rng, money, language)
        amount = lexicon.budget(surface, language)
        assert amount is not None and amount > 0, surface
        if not any(mark in surface for mark in ("£", "€", "$", "euro", "pound", "quid", "美", "刀")):
            assert round(amount / rate) in money.usual, surface


def test_spelled_numbers_are_read_back() -> None:
    lexicon = load_domain().lexicon
    for number in range(1, 1000, 7):
        assert lexicon.budget(f"{spell_english(number)} dollars", "en") == number
    for number in range(1, 10000, 37):
        assert lexicon.budget(f"{spell_chinese(number)}美元", "zh") == number


def test_is_not_below_a_price() -> None:
    lexicon = load_domain().lexicon
    money = load_grammar(builtin_file("templates_en.json")).money
    rng = Random(1)
    surfaces = [write_money(rng, money, "en", at_least=42.0) for _ in range(200)]
    assert all((lexicon.budget(surface, "en") or 0) >= 42 for surface in surfaces)
