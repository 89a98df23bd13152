import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.training.data.layouts import read_products, read_purchases, read_reviews
from makeup_ai.training.data.quality import Finding, Lengths, find_leaks, looks_like_mojibake, measure_quality
from makeup_ai.training.data.splits import Split, split


@pytest.fixture
def reviews(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text(
        "text,rating,product,user\n"
        "Love it,5,p,u\n"  # row 2
        "Love it,5,q,v\n"
        "love it!!,4,r,u\n"
        "很好用,4,r,w\n"
        "itâ€™s bad,1,s,w\n"
        "bro\ufffdken,2,s,w\n"
        "so so,3,s,w\n"
        " ,3,s,w\n",
        encoding="utf-8",
    )
    return read_reviews(path)


def test_every_count_of_a_file_of_reviews(reviews):
    report = measure_quality(reviews)
    assert (report.read, report.kept) == (8, 7)
    assert report.dropped == {"empty text": 1}
    assert report.findings == {
        "exact_duplicates": Finding(1, ((2, 3),)),
        "near_duplicates": Finding(1, ((2, 4),)),
        "replacement_characters": Finding(1, (7,)),
        "mojibake": Finding(1, (6,)),
    }
    assert report.labels == {"negative": 2, "neutral": 1, "positive": 4}
    assert report.lengths == Lengths(p50=7, p95=10, max=10)
    assert report.scripts == {"Latin": 6, "Han": 1}
    assert report.leaks == report.parts == {}


def test_leaks_between_parts_are_counted_and_shown_by_row(reviews):
    careless = Split("row", 0, {}, {"train": (2, 5), "valid": (3, 6), "test": (4, 7)})
    assert find_leaks(reviews.rows, careless) == {
        "text": Finding(1, ((2, 3),)),
        "near_text": Finding(1, ((2, 3),)),
        "product": Finding(2, ((4, 5), (6, 7))),
        "user": Finding(2, ((2, 4), (5, 6))),
    }


@pytest.mark.parametrize("by", ["product", "user"])
def test_our_own_splits_do_not_leak(reviews, by):
    report = measure_quality(reviews, split(reviews.rows, by, (0.4, 0.3, 0.3)))
    assert [report.leaks[kind].count for kind in ("text", "near_text", by)] == [0, 0, 0]
    assert 0 < sum(report.parts.values()) <= report.kept


def test_a_report_prints_as_a_table_and_turns_into_json_without_contents(reviews):
    report = measure_quality(reviews, split(reviews.rows, "product"))
    table = str(report)
    assert "exact duplicates" in table
    assert "1 (rows 2~3)" in table
    assert "label positive" in table
    assert "4 (57.1%)" in table
    value = json.loads(report.to_json())
    assert value["findings"]["mojibake"] == {"count": 1, "rows": [6]}
    assert value["dropped"] == {"empty text": 1}
    for content in ("Love", "很好用", "bad"):
        assert content not in table
        assert content not in report.to_json()


def test_examples_are_few(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("text,label\n" + "same,1\n" * 50)
    found = measure_quality(read_reviews(path)).findings["exact_duplicates"]
    assert found == Finding(49, ((2, 3), (2, 4), (2, 5), (2, 6), (2, 7)))


def test_a_catalogue_repeats_by_id_and_purchases_by_user_and_product(tmp_path):
    (tmp_path / "p.csv").write_text("id,name,brand\n1,Soft Cream,Ours\n1,Other,Ours\n2,soft cream!,OURS\n")
    report = measure_quality(read_products(tmp_path / "p.csv"))
    assert report.findings["exact_duplicates"] == Finding(1, ((2, 3),))
    assert report.findings["near_duplicates"] == Finding(1, ((2, 4),))
    (tmp_path / "b.csv").write_text("user,product\nu,p\nu,q\nu,p\n")
    report = measure_quality(read_purchases(tmp_path / "b.csv"))
    assert report.findings["exact_duplicates"] == Finding(1, ((2, 4),))
    assert (report.lengths, report.labels, report.scripts) == (None, {}, {})


def test_a_file_of_which_nothing_is_kept_still_has_a_report(tmp_path):
    (tmp_path / "r.csv").write_text("text,rating\nso so,\n")
    report = measure_quality(read_reviews(tmp_path / "r.csv"))
    assert (report.kept, report.lengths) == (0, None)
    assert "1 read, 0 kept" in str(report)


@pytest.mark.parametrize(
    ("written", "misread"),
    [
        ("it’s fine", "cp1252"),
        ("crème", "latin-1"),
        ("很好用的产品", "gb18030"),
        ("推荐给大家", "latin-1"),
        ("€ 5", "cp1252"),
    ],
)
def test_utf_8_read_in_another_encoding_is_suspected_and_the_right_one_is_not(written, misread):
    assert looks_like_mojibake(written.encode().decode(misread, errors="replace"))
    assert not looks_like_mojibake(written)


@pytest.mark.parametrize(
    "text",
    ["Château, forêt, âme: très “chic”", "AÇÃO já", "洗发水很好用，味道也不错！！", "老公说很香……", "🧴🧴🧴🧴 👍🏽"],
)
def test_ordinary_accents_chinese_and_emoji_are_not_suspected(text):
    assert not looks_like_mojibake(text)


@given(
    st.text(
        alphabet="的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用",
        min_size=4,
        max_size=30,
    )
)
def test_common_chinese_is_never_suspected(text):
    assert not looks_like_mojibake(text)
