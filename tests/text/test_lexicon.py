import json
from importlib import resources

import pytest

from makeup_ai.text.lexicon import Lexicon, decimal


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    file = resources.files("makeup_ai.training.data") / "builtin/beauty/domain.json"
    table = json.loads(file.read_text(encoding="utf-8"))
    table["values"]["ingredient"] = {"retinol": {"en": ["retinol"], "zh": ["视黄醇", "A醇"]}}
    table["values"]["avoid"]["retinol"] = table["values"]["ingredient"]["retinol"]
    return Lexicon(table)


@pytest.mark.parametrize(
    ("slot", "surface", "value"),
    [
        ("skin_type", "Oily", "oily"),
        ("skin_type", "大油皮", "oily"),
        ("skin_type", "super-dry skin type", "dry"),
        ("concern", "Crow’s feet", "fine_lines"),
        ("concern", "Ｔ区出油", "oiliness"),
        ("concern", "acne prone", "acne"),
        ("category", "lip balms", "lip_balm"),
        ("category", "保湿面霜", "moisturizer"),
        ("color", "rose gold", "gold"),
        ("color", "tired", None),
        ("avoid", "shellfish", None),
        ("avoid", "无香", "fragrance"),
        ("nothing", "oily", None),
    ],
)
def test_looks_up_the_exact_surface_then_the_longest_inside(
    lexicon: Lexicon, slot: str, surface: str, value: str | None
) -> None:
    assert lexicon.value(slot, surface) == value


@pytest.mark.parametrize(
    ("surface", "language", "amount"),
    [
        ("under $30", "en", 30),
        ("less than 30 bucks", "en", 30),
        ("30 dollars max", "en", 30),
        ("budget of 25", "en", 25),
        ("thirty five dollars", "en", 35),
        ("a hundred and fifty bucks", "en", 150),
        ("$1,200", "en", 1200),
        ("$15-$25", "en", 25),
        ("$15 to 25", "en", 25),
        ("£20", "en", 26),
        ("200元以内", "zh", 28),
        ("不超过200块", "zh", 28),
        ("预算300", "zh", 42),
        ("两百以内", "zh", 28),
        ("两百五", "zh", 35),
        ("两三百块", "zh", 42),
        ("一百零五元", "zh", 14.7),
        ("一千零五十", "zh", 147),
        ("一万二千", "zh", 1680),
        ("十五刀", "zh", 15),
        ("２００元", "zh", 28),
        ("￥99", "en", 13.86),
        ("1.5k", "zh", 210),
        ("cheap", "en", None),
        ("零", "zh", None),
    ],
)
def test_reads_budgets_in_the_domains_currency(
    lexicon: Lexicon, surface: str, language: str, amount: float | None
) -> None:
    assert lexicon.budget(surface, language) == amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I’m allergic to Nuts and any fragrance", [("avoid", "Nuts", "nut"), ("avoid", "fragrance", "fragrance")]),
        ("a fragrance- and paraben-free cream", [("avoid", "fragrance", "fragrance"), ("avoid", "paraben", "paraben")]),
        ("no retinol please", [("avoid", "retinol", "retinol")]),
        ("retinol breaks me out", [("avoid", "retinol", "retinol")]),
        ("unscented and vegan", [("avoid", "unscented", "fragrance"), ("avoid", "vegan", "animal_derived")]),
        ("不含酒精、香精的", [("avoid", "酒精", "drying_alcohol"), ("avoid", "香精", "fragrance")]),
        ("我对Ａ醇过敏", [("avoid", "Ａ醇", "retinol")]),
        ("无香的面霜", [("avoid", "无香", "fragrance")]),
        ("有无香精的面霜吗", [("avoid", "香精", "fragrance")]),
        ("30 weeks pregnant", [("condition", "pregnant", "pregnancy")]),
        ("有没有孕妇可以用的", [("condition", "孕妇", "pregnancy")]),
        ("nothing over here, under ＄３０", [("budget", "＄３０", "30")]),
        ("cream, between 15 and 25 dollars", [("budget", "15 and 25 dollars", "25")]),
        ("预算两百以内", [("budget", "两百", "28")]),
        ("100-200元的口红", [("budget", "100-200元", "28")]),
    ],
)
def test_nets_catch_masks_and_budgets(lexicon: Lexicon, text: str, expected: list[tuple[str, str, str]]) -> None:
    slots = lexicon.find_patterns(text)
    assert [(slot.slot, slot.text, slot.value) for slot in slots] == expected
    assert all(text[slot.start : slot.end] == slot.text and slot.confidence == 1.0 for slot in slots)


@pytest.mark.parametrize(
    "text",
    [
        "I'm not allergic to fragrance",
        "a retinol serum with a nice smell",
        "I am not pregnant",
        "我没有怀孕",
        "对酒精不过敏",
        "不要香奈儿",
        "for women under 30",
        "works within 2 weeks, 30 ml",
        "三天以内见效",
        "a 50 ml cream",
    ],
)
def test_nets_leave_alone_what_only_looks_like_it(lexicon: Lexicon, text: str) -> None:
    assert lexicon.find_patterns(text) == []


def test_a_sun_protection_factor_is_a_need_and_no_amount(lexicon: Lexicon) -> None:
    assert [(s.slot, s.value) for s in lexicon.find_patterns("spf 50 cream")] == [("concern", "sun_protection")]


def test_shows_the_first_surface_or_the_id(lexicon: Lexicon) -> None:
    assert lexicon.display("finish", "matte", "zh") == "哑光"
    assert lexicon.display("finish", "matte", "fr") == "matte"
    assert lexicon.display("ingredient", "green_tea", "en") == "green tea"


def test_decimals_are_written_short() -> None:
    assert [decimal(x) for x in (28.0, 14.7, 13.86, 1200.0)] == ["28", "14.7", "13.86", "1200"]
