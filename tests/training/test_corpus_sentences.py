import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.training.data.cleaning import WORD
from makeup_ai.training.data.sentences import split_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["I love it.", "It works!", "Would I buy it again?", "Yes!!!"],
        ["Dr. Jart+ is good.", "Mrs. Smith agrees, e.g. on SPF.", "It costs $5.50 per 1.7 oz. bottle."],
        ["I use it at 10 a.m. daily.", "It is from the U.S.", "It works."],
        ["Love e.l.f. stuff.", "By J. Smith.", "It has Vitamin C.", "So did I.", "Good."],
        ["1. Cleanse.", "2. Tone.", "I did it in 2016.", "Fine."],
        ["It was fine... but sticky.", "Hmm...", "No."],
        ['"Wow!" she said.', '"It works."', "He left."],
        ["“很好用！”", "她说。", "物流快；", "下次还来。"],
        ["嗯……", "还行吧。", "真的？！", "是的。"],
        ["Love it 😍😍", "Will rebuy."],
        ["太好用了！😍", "下次再来 👍", "推荐。"],
        ["含有烟酰胺（5.5%）。", "SPF30。"],
        ["自然堂雪域精粹滋润霜", "补水保湿滋润水润面霜"],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("很好用！下次还来。物流快", ["很好用！", "下次还来。", "物流快"]),
        ("So good.I love it", ["So good.", "I love it"]),
        ("see Dr.Jart and e.l.f. lipstick v2.0", ["see Dr.Jart and e.l.f. lipstick v2.0"]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("很好.下次再买3.5折", ["很好.", "下次再买3.5折"]),
        ("香味 不错 哦", ["香味 不错 哦"]),
        ("it works. i mean it", ["it works.", "i mean it"]),
        (
            "it lasts the whole\nday, and more\n\nI like it\nSo there",
            ["it lasts the whole day, and more", "I like it", "So there"],
        ),
        ("It is good. . . Not bad! ?", ["It is good...", "Not bad!?"]),
        ("Love it ❤️❤️ Will rebuy 👩‍🔬 很好", ["Love it ❤️❤️", "Will rebuy 👩‍🔬", "很好"]),
        ("  ", []),
        ("", []),
    ],
)
def test_sentences_without_their_blanks(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_what_has_no_end_is_cut_at_a_comma_or_a_blank() -> None:
    text = "a b c d e, f g h i j k l m n o p"
    assert split_sentences(text, longest=8) == ["a b c d e,", "f g h i j k l m", "n o p"]
    assert split_sentences("很" * 25, longest=10) == ["很" * 10, "很" * 10, "很" * 5]
    with pytest.raises(ValueError, match="at least 2"):
        split_sentences("a", longest=1)


@given(st.text(alphabet='abI. !?。！？；…，,很好"”“()😍\n1e', max_size=200), st.integers(2, 12))
def test_nothing_but_blanks_is_lost_and_no_sentence_is_too_long(text: str, longest: int) -> None:
    sentences = split_sentences(text, longest)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence == sentence.strip() != "" for sentence in sentences)
    assert all(len(WORD.findall(sentence)) <= longest for sentence in sentences)
