import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.knowledge import InciNames, Knowledge, PackLinker, find_mentions

LINKER = PackLinker(Knowledge.load(), InciNames.of("Inventory", {"GOLD": (), "BORON OXIDE": (), "CREAM": ()}))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Is niacinamide fine with Vitamin C?", ["niacinamide", "Vitamin C"]),
        ("My cream is resinous, retinoloid and gold.", []),
        ("tea tree oil, not tea", ["tea tree oil"]),
        ("1,2-hexanediol and sodium laureth sulphate", ["1,2-hexanediol", "sodium laureth sulphate"]),
        ("a water resistant boron oxide", ["boron oxide"]),
        ("这款爽肤水含有烟酰胺和透明質酸鈉，没有酒精", ["烟酰胺", "透明質酸鈉", "酒精"]),
        ("聚甘油-3 和甘油酯", []),
        ("视黄醇棕榈酸酯比视黄醇温和吗", ["视黄醇棕榈酸酯", "视黄醇"]),
        ("2%水杨酸的精华", ["水杨酸"]),
        ("", []),
    ],
)
def test_ingredients_in_sentences(text, names):
    found = find_mentions(text, LINKER)
    assert [one.mention.text for one in found] == names
    assert [text[one.start : one.end] for one in found] == names
    assert all(one.mention.inci for one in found)


@given(st.text(max_size=60) | st.text("retinol 视黄醇甘油,.-/12", max_size=60))
def test_spans_are_in_order_and_apart(text):
    found = find_mentions(text, LINKER)
    edges = [edge for one in found for edge in (one.start, one.end)]
    assert edges == sorted(edges)
    assert all(one.mention.text == text[one.start : one.end] for one in found)
