import csv
import json

import pyarrow
import pyarrow.parquet
import pytest

from makeup_ai.errors import DataError
from makeup_ai.training.data.examples import Example, examples_from_reviews, read_examples, write_examples
from makeup_ai.training.data.layouts import LabelledText
from makeup_ai.training.data.tables import FORMATS, read_table

ROWS = [
    {"text": "Lovely, soft; and\nquiet", "product": "P1"},
    {"text": "泡沫很细腻，洗完很舒服", "product": "P2"},
    {"text": 'She said "no"\tto it', "product": "P3"},
]


def write_rows(path, rows, delimiter=",", encoding="utf-8"):
    if path.suffix in {".csv", ".tsv"}:
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding=encoding)
    elif path.suffix == ".json":
        path.write_text(json.dumps({"products": rows}), encoding=encoding)
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def refusal(path, content=None):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert caught.value.file == str(path)
    return caught.value


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_format_gives_the_same_values(tmp_path, suffix):
    table = read_table(write_rows(tmp_path / f"rows{suffix}", ROWS))
    assert [row.values for row in table] == ROWS
    assert table.columns == ("text", "product")
    first = 2 if suffix in {".csv", ".tsv"} else 1
    assert [row.number for row in table] == [first, first + 1, first + 2]


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_one_row_is_a_file(tmp_path, suffix):
    assert len(read_table(write_rows(tmp_path / f"one{suffix}", ROWS[:1]))) == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_delimiter_and_encoding_are_found(tmp_path, delimiter, encoding):
    table = read_table(write_rows(tmp_path / "rows.csv", ROWS, delimiter, encoding))
    assert [row.values for row in table] == ROWS
    assert table.encoding == encoding


def test_delimiter_is_not_taken_from_prose_in_the_header(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("what, if anything, was said;stars\nfine;5\nI like it, really;4\n")
    assert read_table(path).columns == ("what, if anything, was said", "stars")


def test_a_list_of_json_objects_is_a_table_and_absent_fields_are_none(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text('[{"a": 1}, {"b": [2]}]')
    assert [row.values for row in read_table(path)] == [{"a": 1, "b": None}, {"a": None, "b": [2]}]


def test_quoted_line_breaks_and_blank_records_keep_row_numbers_right(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('a,b\n"1\n\n1",x\n\n"2\r\n2",y\n3,z\n')
    table = read_table(path)
    assert [(row.number, row.values["b"]) for row in table] == [(2, "x"), (4, "y"), (5, "z")]
    assert table.rows[1].values["a"] == "2\r\n2"


def test_a_field_may_be_longer_than_the_limit_of_csv_which_stays_as_it_was(tmp_path):
    before = csv.field_size_limit()
    table = read_table(write_rows(tmp_path / "rows.csv", [{"a": "x" * (before + 1), "b": "y"}]))
    assert len(table.rows[0].values["a"]) == before + 1
    assert csv.field_size_limit() == before


def test_missing_file_and_folder_are_refused(tmp_path):
    assert "No such file" in str(refusal(tmp_path / "none.csv"))
    (tmp_path / "folder.csv").mkdir()
    assert "directory" in str(refusal(tmp_path / "folder.csv"))


def test_unknown_suffix_lists_the_choices(tmp_path):
    message = str(refusal(tmp_path / "rows.xlsx", b"PK"))
    assert all(suffix in message for suffix in FORMATS)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf \r\n"])
def test_empty_file_is_refused(tmp_path, suffix, content):
    assert "empty" in str(refusal(tmp_path / f"rows{suffix}", content))


def test_header_without_rows_is_refused(tmp_path):
    assert "('a', 'b')" in str(refusal(tmp_path / "rows.csv", b"a,b\n"))


def test_ragged_row_is_named(tmp_path):
    error = refusal(tmp_path / "rows.csv", b'a,b\n"1\n1",2\n3,4,5\n')
    assert error.row == 3
    assert "2 fields" in str(error)
    assert "Received: 3" in str(error)


def test_quote_that_never_closes_is_named_by_the_row_it_opens_in(tmp_path):
    assert refusal(tmp_path / "rows.csv", b'a,b\n1,2\n3,"4\n5,6\n7,8\n').row == 3


def test_repeated_column_is_named(tmp_path):
    error = refusal(tmp_path / "rows.csv", b"a,b,a\n1,2,3\n")
    assert (error.row, error.column) == (1, "a")


def test_malformed_line_of_jsonl_is_named(tmp_path):
    assert refusal(tmp_path / "rows.jsonl", b'{"a": 1}\n\n{"a": \n').row == 3
    assert refusal(tmp_path / "rows.jsonl", b'{"a": 1}\n[1]\n').row == 2
    assert refusal(tmp_path / "rows.jsonl", b"[" * 100_000).row == 1


def test_malformed_json_says_where(tmp_path):
    assert "line 2" in str(refusal(tmp_path / "rows.json", b'[{"a": 1},\n{"a" 2}]'))
    assert "products" in str(refusal(tmp_path / "rows.json", b'{"items": []}'))
    assert refusal(tmp_path / "rows.json", b'[{"a": 1}, 2]').row == 2


def test_text_named_parquet_is_refused(tmp_path):
    assert "not Parquet" in str(refusal(tmp_path / "rows.parquet", b"a,b\n1,2\n"))


@pytest.mark.parametrize(
    "line",
    [
        "crème brûlée, très légère".encode("latin-1"),
        "it’s “fine”".encode("cp1252"),
        "很好用".encode() + b"\xff" + "味道不错，泡沫细腻".encode(),
        b"\x81",
    ],
    ids=["latin-1", "cp1252", "damaged utf-8", "one byte"],
)
def test_other_encodings_are_refused_and_the_row_is_named(tmp_path, line):
    error = refusal(tmp_path / "rows.csv", b'text\n"two\nlines"\n"' + line + b'"\nmore\n')
    assert error.row == 3
    assert "Save the file as UTF-8" in str(error)
    assert refusal(tmp_path / "rows.jsonl", b'{"a": 1}\n{"a": "' + line + b'"}\n').row == 2


def test_utf_16_is_named(tmp_path):
    assert "UTF-16" in str(refusal(tmp_path / "rows.csv", "a,b\n1,2\n".encode("utf-16")))


def test_examples_come_back_as_they_went(tmp_path):
    examples = [
        Example("a matte 口红", intent="recommend", slots=((2, 7, "finish"), (8, 10, "category")), language="en"),
        Example("hello", slots=()),
        Example("so soft\u2028", sentiment="positive", group="P1", product="Soft Cream"),
    ]
    write_examples(tmp_path / "examples.jsonl", examples)
    assert read_examples(tmp_path / "examples.jsonl") == examples


def test_reviews_become_examples_of_sentiment_grouped_by_product():
    reviews = [
        LabelledText("Fine.", "positive", 4.0, "P1", "u1", "en", 2),
        LabelledText("差", "negative", None, None, "u2", "zh", 3),
        LabelledText("So so.", "neutral", 3.0, None, "u2", "en", 4),
        LabelledText("Nearly.", "positive", 4.5, None, "u2", "en", 5),
    ]
    assert examples_from_reviews(reviews) == [
        Example("Fine.", sentiment="positive", language="en", group="P1", rating="4"),
        Example("差", sentiment="negative", language="zh", group="u2"),
        Example("So so.", language="en", group="u2", rating="3"),
        Example("Nearly.", sentiment="positive", language="en", group="u2"),
    ]


@pytest.mark.parametrize(
    "slots", [((0, 6, "a"),), ((2, 2, "a"),), ((0, 3, "a"), (2, 4, "b")), ((-1, 2, "a"),), ((0, 1, ""),)]
)
def test_a_span_outside_the_text_or_over_another_is_refused(slots):
    with pytest.raises(ValueError, match="Spans are"):
        Example("hello", slots=slots)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ('{"text": ""}', "text"),
        ('{"text": "\\ud800"}', "text"),
        ('{"text": 3}', "text"),
        ('{"intent": "x"}', "text"),
        ('{"text": "a", "intent": 1}', "intent"),
        ('{"text": "a", "slots": [[0, 2, "x"]]}', "slots"),
        ('{"text": "a", "slots": [[0, 1]]}', "slots"),
        ('{"text": "a", "slots": 5}', "slots"),
    ],
)
def test_a_line_that_is_no_example_names_row_and_column(tmp_path, line, column):
    path = tmp_path / "examples.jsonl"
    path.write_text('{"text": "fine"}\n' + line + "\n")
    with pytest.raises(DataError) as caught:
        read_examples(path)
    assert (caught.value.row, caught.value.column) == (2, column)


def test_unknown_field_and_wrong_suffix_of_examples_are_refused(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a", "label": "b"}\n')
    with pytest.raises(DataError, match=r"fields.*column 'label'"):
        read_examples(tmp_path / "a.jsonl")
    with pytest.raises(DataError, match=r"\.jsonl"):
        read_examples(tmp_path / "a.csv")
