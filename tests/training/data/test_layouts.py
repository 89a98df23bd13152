import csv
import json

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.errors import DataError
from makeup_ai.training.data.layouts import (
    Products,
    Reviews,
    choose_columns,
    clean_text,
    language_of,
    read_products,
    read_purchases,
    read_reviews,
    script_of,
)
from makeup_ai.training.data.tables import parse_ingredients, parse_label, parse_price, parse_rating, read_table


def save(path, rows):
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def refusal(read, *arguments):
    with pytest.raises(DataError) as caught:
        read(*arguments)
    assert caught.value.file is not None
    return caught.value


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_typed_rows_are_the_same_from_every_format(tmp_path, suffix):
    rows = [
        {"review": "Lovely\nstuff", "stars": 5, "product_id": 17, "user_id": "u1"},
        {"review": "难闻", "stars": 1.5, "product_id": 18, "user_id": None},
    ]
    first, second = read_reviews(save(tmp_path / f"reviews{suffix}", rows)).rows
    assert (first.text, first.label, first.rating, first.product, first.user) == (
        "Lovely\nstuff",
        "positive",
        5.0,
        "17",
        "u1",
    )
    assert (second.text, second.label, second.rating, second.product, second.user) == (
        "难闻",
        "negative",
        1.5,
        "18",
        None,
    )
    assert (first.language, second.language) == ("en", "zh")
    assert (first.group, second.group) == ("17", "18")


def test_whole_numbers_that_parquet_keeps_as_floats_are_the_same_ids(tmp_path):
    path = save(tmp_path / "purchases.parquet", [{"user": "a", "product": 3.0}, {"user": "b", "product": None}])
    purchases = read_purchases(path)
    assert [row.product for row in purchases.rows] == ["3"]
    assert purchases.dropped == {"no product": 1}


def test_rating_becomes_sentiment_and_what_is_dropped_is_counted(tmp_path):
    texts = ["a", "b", "c", "d", "<br/> ", "f"]
    rows = [{"text": t, "rating": r} for t, r in zip(texts, [1, 2, 3, 4, 5, ""], strict=True)]
    loaded = read_reviews(save(tmp_path / "r.csv", rows))
    assert [(row.text, row.label, row.row) for row in loaded.rows] == [
        ("a", "negative", 2),
        ("b", "negative", 3),
        ("c", "neutral", 4),
        ("d", "positive", 5),
    ]
    assert loaded.dropped == {"empty text": 1, "no rating": 1}
    assert loaded.read == 6 == len(loaded.rows) + sum(loaded.dropped.values())


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("0", "negative"),
        (1, "positive"),
        ("1.0", "positive"),
        (0.0, "negative"),
        (" Positive ", "positive"),
        (False, "negative"),
    ],
)
def test_labels_are_read_in_every_common_spelling(value, label):
    assert parse_label(value) == label


def test_a_mapping_beats_the_common_names_and_may_leave_a_field_out(tmp_path):
    rows = [{"text": "machine", "said": "by hand", "score": 5, "user": "u", "lang": "zh"}]
    path = save(tmp_path / "r.csv", rows)
    loaded = read_reviews(path, "text=said, user=")
    assert (loaded.rows[0].text, loaded.rows[0].user, loaded.rows[0].language) == ("by hand", None, "zh")
    assert loaded.columns == {"text": "said", "rating": "score", "language": "lang"}


def test_column_names_are_compared_without_case_and_blanks(tmp_path):
    path = save(tmp_path / "r.csv", [{"Review Text": "a", "Star-Rating": "4"}])
    assert choose_columns(Reviews, read_table(path)) == Reviews("Review Text", "Star-Rating")


@pytest.mark.parametrize(
    ("columns", "mapping", "words"),
    [
        (["text", "review", "rating"], "", ["'text'", "['text', 'review']", "text=text"]),
        (["text", "rating", "label"], "", ["['rating', 'label']", "rating= or label="]),
        (["words", "rating"], "", ["'text'", "['words', 'rating']"]),
        (["text", "words"], "", ["'rating'", "['text', 'words']"]),
        (["text", "rating"], "txt=text", ["txt=text", "'language'"]),
        (["text", "rating"], "text", ["field=column"]),
        (["text", "rating"], "text=text,text=text", ["each field once"]),
        (["text", "rating"], "text=words", ["column 'words'", "['text', 'rating']"]),
    ],
)
def test_columns_that_cannot_be_chosen_are_refused_with_the_choices(tmp_path, columns, mapping, words):
    path = save(tmp_path / "r.csv", [dict.fromkeys(columns, "1")])
    message = str(refusal(read_reviews, path, mapping))
    assert all(word in message for word in words), message


def test_choosing_a_label_settles_which_column_gives_the_sentiment(tmp_path):
    path = save(tmp_path / "r.csv", [{"text": "a", "rating": "5", "label": "0"}])
    assert read_reviews(path, "label=label").rows[0].label == "negative"


@pytest.mark.parametrize("value", ["many", "0", "6", "nan", "inf", "4/5", True])
def test_a_rating_that_is_none_names_row_and_column(tmp_path, value):
    path = save(tmp_path / "r.csv", [{"text": "two\nlines", "rating": "5"}, {"text": "b", "rating": value}])
    error = refusal(read_reviews, path)
    assert (error.row, error.column) == (3, "rating")
    assert "1 to 5" in str(error)


def test_a_label_that_is_none_names_row_column_and_choices(tmp_path):
    error = refusal(read_reviews, save(tmp_path / "r.jsonl", [{"text": "a", "label": "meh"}]))
    assert (error.row, error.column) == (1, "label")
    assert "negative" in str(error)


def test_text_that_is_a_list_is_refused(tmp_path):
    error = refusal(read_reviews, save(tmp_path / "r.jsonl", [{"text": ["a"], "label": 1}]))
    assert (error.row, error.column) == (1, "text")


def test_a_catalogue_is_read_with_prices_and_ingredients(tmp_path):
    rows = [
        {"id": 1, "name": "Soft Cream", "brand": "Ours", "price": "£9.50", "ingredients": "Aqua, Glycerin."},
        {
            "id": 2,
            "name": "&quot;Bare&quot; Balm",
            "brand": "",
            "price": "0.0",
            "ingredients": "['Cera Alba', \"Bees' Wax\"]",
        },
        {"id": 3, "name": "", "brand": "Ours", "price": "", "ingredients": "[]"},
    ]
    loaded = read_products(save(tmp_path / "p.csv", rows))
    cream, balm = loaded.rows
    assert (cream.product_id, cream.price, cream.currency, cream.ingredients) == ("1", 9.5, "GBP", ("Aqua", "Glycerin"))
    assert (balm.name, balm.brand, balm.price, balm.ingredients) == (
        '"Bare" Balm',
        None,
        None,
        ("Cera Alba", "Bees' Wax"),
    )
    assert loaded.dropped == {"no name": 1}


def test_the_name_of_a_price_column_may_tell_the_currency(tmp_path):
    loaded = read_products(save(tmp_path / "p.csv", [{"id": 1, "name": "a", "price_usd": "3"}]))
    assert (loaded.rows[0].price, loaded.rows[0].currency) == (3.0, "USD")


def test_a_catalogue_column_that_could_be_two_is_refused(tmp_path):
    table = read_table(save(tmp_path / "p.csv", [{"id": 1, "sku": 2, "name": "a"}]))
    assert "['id', 'sku']" in str(refusal(choose_columns, Products, table))


@pytest.mark.parametrize(
    ("value", "price"),
    [
        ("$68.00", (68.0, "USD")),
        ("US$ 68", (68.0, "USD")),
        ("199元", (199.0, "CNY")),
        ("￥1,299.00", (1299.0, "CNY")),
        ("1.299,00 €", (1299.0, "EUR")),
        ("1 299,5", (1299.5, None)),
        (12, (12.0, None)),
        ("$10 - $20", (10.0, "USD")),
        ("$8.00 $5.00", (5.0, "USD")),
        ("$72.00($102.00 value)", (72.0, "USD")),
        (["$38.00", 12.5], (12.5, None)),
        ("[]", None),
        ("0", None),
    ],
)
def test_prices(value, price):
    assert parse_price(value) == price


@pytest.mark.parametrize("value", ["-5", "free", "5 apples", "1,2,3", "1.2.3", "$5€", True, "nan", {"usd": 5}, "['a'"])
def test_what_is_no_price_is_refused(value):
    with pytest.raises(ValueError, match=r"Received|does not parse"):
        parse_price(value)


def test_a_bad_price_and_a_bad_list_name_row_and_column(tmp_path):
    rows = [
        {"id": 1, "name": "a", "price": "cheap", "inci": ""},
        {"id": 2, "name": "b", "price": "1", "inci": "['a', "},
    ]
    path = save(tmp_path / "p.csv", rows)
    error = refusal(read_products, path)
    assert (error.row, error.column) == (2, "price")
    error = refusal(read_products, path, "price=")
    assert (error.row, error.column) == (3, "inci")


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (["Aqua", "Parfum"], ("Aqua", "Parfum")),
        ('["Aqua", "Parfum"]', ("Aqua", "Parfum")),
        ("Water (Aqua, Eau), 1,2-Hexanediol, PEG-7", ("Water (Aqua, Eau)", "1,2-Hexanediol", "PEG-7")),
        ("水、甘油，香精。", ("水", "甘油", "香精")),
        ("Mica [+/- CI 77891, CI 77491]", ("Mica [+/- CI 77891, CI 77491]",)),
        ("[+/- CI 77891]", ("[+/- CI 77891]",)),
        ("Aqua (Water, Glycerin\nParfum", ("Aqua (Water, Glycerin", "Parfum")),
    ],
)
def test_ingredients(value, names):
    assert parse_ingredients(value) == names


def test_purchases_need_both_sides_and_may_have_a_rating(tmp_path):
    rows = [{"user": "a", "product": "p", "rating": "4"}, {"user": "", "product": "p", "rating": ""}]
    loaded = read_purchases(save(tmp_path / "b.csv", rows))
    assert [(row.user, row.product, row.rating, row.row) for row in loaded.rows] == [("a", "p", 4.0, 2)]
    assert loaded.dropped == {"no user": 1}
    rows[0]["rating"] = "9"
    assert refusal(read_purchases, save(tmp_path / "b.csv", rows)).column == "rating"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\ufeff很好", "很好"),
        ("a<br>b</p >c", "a b c"),
        ("<script>alert(1)</script>fine<!-- x -->", "fine"),
        ("a &lt;b&gt;bold&lt;/b&gt; claim", "a bold claim"),
        ("5 < 6 and I <3 it > that", "5 < 6 and I <3 it > that"),
        ("tab\tand\x00nul\x85", "tab and nul"),
        ("one \r\n\n two", "one\ntwo"),
        ("ＳＰＦ５０ ﬁne ①", "ＳＰＦ５０ ﬁne ①"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("👩🏽‍🦱 fine", "👩🏽‍🦱 fine"),
    ],
)
def test_cleaning(text, clean):
    assert clean_text(text) == clean


@given(st.text())
def test_clean_text_can_always_be_written_and_has_no_controls(text):
    clean = clean_text(text)
    clean.encode("utf-8")
    assert clean == clean.strip()
    assert not any(ord(c) < 32 and c != "\n" for c in clean)


@given(st.text(alphabet="abc<>&;/br 很", max_size=30), st.sampled_from(["<br>", "<p>", "</div>"]))
def test_a_tag_never_survives_cleaning(text, tag):
    assert tag not in clean_text(text + " " + tag + " " + text)


@pytest.mark.parametrize(
    ("text", "script", "language"),
    [
        ("SK-II 的精华很好用", "Han", "zh"),
        ("I love the 水 mask by night", "Latin", "en"),
        ("とても良い化粧水です", "Kana", "other"),
        ("отличный крем", "Cyrillic", "other"),
        ("12345 !!", "none", "other"),
    ],
)
def test_scripts_and_languages(text, script, language):
    assert (script_of(text), language_of(text)) == (script, language)


@given(st.floats(1, 5))
def test_a_rating_in_range_is_read_as_written(rating):
    assert parse_rating(repr(rating)) == rating
