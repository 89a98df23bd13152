import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.knowledge.han import simplified, simplified_text
from makeup_ai.training.data.cleaning import Cleaning, clean_for_corpus, count_words, repetition
from makeup_ai.training.data.personal import PLACEHOLDERS, is_card_number, mask_personal


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("write to jane.doe+x@mail.example.com today", ["email"]),
        ("看https://shop.example/p?id=3&x=1，很好", ["url"]),
        ("www.shop.example and shop.com/sale are one", ["url", "url"]),
        ("电话13800138000或138-0013-8000或+86 138 0013 8000", ["phone"] * 3),
        ("call 010-88886666, (021) 55556666 or 400-810-5000", ["phone"] * 3),
        ("call (555) 010-4477 or +44 20 7946 0958", ["phone"] * 2),
        ("身份证11010519491231002X请保密", ["id_card"]),
        ("card 4111 1111 1111 1111, 4111-1111-1111-1111, 4111111111111111", ["bank_card"] * 3),
        ("订单号123456789012，加微信：skin_2024", ["number", "account"]),
        ("thanks @glow.shop and @李小姐 推荐", ["account"] * 2),
        ("vx skin20241", ["account"]),
        ("@X1@1X", ["account"] * 2),
    ],
)
def test_what_tells_who_somebody_is_is_masked(text: str, kinds: list[str]) -> None:
    masked, found = mask_personal(text)
    assert sorted(found.elements()) == sorted(kinds)
    for kind in kinds:
        assert masked.count(PLACEHOLDERS[kind]) == kinds.count(kind)
    bare, _ = mask_personal(text, replace=False)
    assert not any(sign in bare for sign in PLACEHOLDERS.values())
    assert len(bare) < len(text)


@pytest.mark.parametrize(
    "text",
    [
        "SPF50+ PA++++ 100ml for $1,299.00, 5.5 oz",
        "CAS 2040469-40-5, CI 77891, 1,2-Hexanediol, 2016-11-14",
        "pi is 3.14159265358979",
        "wechat official account, e.l.f. and Dr.Jart+",
        "2 @ $30, rated 4.5/5 by 12345678 people",
        "面膜10片装 买2送1 2016.11.11",
    ],
)
def test_figures_of_products_are_left_alone(text: str) -> None:
    assert mask_personal(text) == (text, {})


def test_the_check_digit_of_cards_is_that_of_luhn() -> None:
    assert is_card_number("79927398713")
    assert sum(is_card_number(f"7992739871{digit}") for digit in range(10)) == 1


def test_markup_width_and_characters_are_made_plain() -> None:
    raw = "<p>這款<b>面霜</b>ＳＰＦ５０&nbsp;&amp;好用！！！！！！😍😍</p><br>第二行，電話１３８００１３８０００\x07"
    cleaned = clean_for_corpus(raw)
    assert cleaned.text == "这款面霜SPF50 &好用！！！😍😍\n第二行，电话<phone>"
    assert (cleaned.language, cleaned.reason, dict(cleaned.masked)) == ("zh", "", {"phone": 1})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("  <br> ", "empty"),
        ("so good", "too short"),
        ("真好", "too short"),
        ("5 5 5 5 !!! 😍", "no words"),
        ("好评好评好评好评好评好评好评", "repetitive"),
        ("I like it so much " * 9, "repetitive"),
        ("je cherche une crème pour ma peau sèche avec des huiles", "language other"),
        ("寰堝ソ鐢ㄧ殑闈㈤湝寰堝ソ", "garbled"),
        ("lovely cream � for all", "garbled"),
        ("cream for dry skin " + "xy" * 10_000, "too long"),
    ],
)
def test_a_text_is_left_out_with_its_reason(text: str, reason: str) -> None:
    cleaned = clean_for_corpus(text)
    assert (cleaned.text, cleaned.reason) == ("", reason)


def test_line_breaks_of_html_are_those_of_its_tags() -> None:
    assert clean_for_corpus("<p>A cream\nfor dry skin.</p>It\nlasts").text == "A cream for dry skin.\nIt lasts"
    assert clean_for_corpus("A cream\nfor <b>dry</b> skin").text == "A cream\nfor dry skin"


def test_only_the_garbled_line_is_dropped() -> None:
    cleaned = clean_for_corpus("A rich cream for dry skin.\nItâ€™s whipped and light.\nI like it a lot.")
    assert cleaned.text == "A rich cream for dry skin.\nI like it a lot."
    assert cleaned.garbled_lines == 1


def test_settings_let_through_what_they_say() -> None:
    assert clean_for_corpus("真好", Cleaning(shortest=2)).text == "真好"
    assert clean_for_corpus("a cream for dry skin", Cleaning(languages=("zh",))).reason == "language en"
    assert clean_for_corpus("je cherche une crème pour ma peau", Cleaning(languages=("other",))).language == "other"
    with pytest.raises(ValueError, match="Expected languages"):
        Cleaning(languages=("fr",))


def test_repetition_is_a_share_of_three_word_sequences() -> None:
    assert repetition(list("abcdefghij")) == 0
    assert repetition(list("aaaaaaaaaa")) == pytest.approx(1 - 1 / 8)
    assert repetition(list("aaaaa")) == 0  # too few to tell


def test_words_are_counted_by_kind() -> None:
    assert count_words("It's 烟酰胺 5% crème") == {"latin": 2, "han": 3, "number": 1}


def test_all_characters_of_ingredients_are_characters_of_texts() -> None:
    name = "菸鹼醯胺、透明質酸鈉、蘆薈"
    assert simplified_text(name) == simplified(name)
    assert simplified_text("這裡買過，後來覺得還不錯，妳們試試，顯著") == "这里买过，后来觉得还不错，你们试试，显著"


@given(st.text(alphabet="abcXY 很好用這！!。.,\n😍@1２３3<>b/-", max_size=120))
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    settings = Cleaning(languages=("en", "zh", "other"), shortest=1, repetition=1)
    once = clean_for_corpus(text, settings)
    if once.text:
        assert clean_for_corpus(once.text, settings).text == once.text
