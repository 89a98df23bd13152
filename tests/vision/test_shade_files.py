"""Lists of shades on the device: what is read, and one clear line for what cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.errors import DataError
from makeup_ai.vision.shades.read import MAX_BYTES, MAX_SHADES, ShadeRow, parse_hex, read_shade_csv

HEADER = "brand,product,description,name,specific,hex\n"


def saved(tmp_path, content: str | bytes):
    path = tmp_path / "shades.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_list_is_read(tmp_path, bom):
    text = (
        HEADER
        + 'Ours,Fluid,"20N, neutral",Sand,20N,#d9a57f\nOurs,Fluid,light,NA,NA,\n\nOurs,Stick,Warm rose,NA,NA,C08A6E\n'
    )
    read = read_shade_csv(saved(tmp_path, bom + text.encode()))
    assert read.rows == (
        ShadeRow("#D9A57F", "Ours", "Fluid", "20N Sand", "20N, neutral", 2),
        ShadeRow("#C08A6E", "Ours", "Stick", "Warm rose", "Warm rose", 5),
    )
    assert (read.read, read.dropped) == (3, {"no colour": 1})


@pytest.mark.parametrize(
    ("content", "row", "message"),
    [
        (b"", None, "at least one shade"),
        (HEADER, None, "at least one shade"),
        ("brand,name\nA,b\n", 1, r"No column could be 'hex'.*\['brand', 'name'\]"),
        ("hex,colour\n#000000,#000000\n", 1, r"Several columns could be 'hex'.*Rename"),
        (HEADER + "A,b,c,d,e,#12345\n", 2, r"#RRGGBB. Received: '#12345'"),
        (HEADER + "A,b,c,d,e,red\n", 2, "Received: 'red'"),
        (HEADER + "A,b,c,d,e,＃D9A57F\n", 2, "RRGGBB"),
        (HEADER + "A,b,c,d,#D9A57F\n", 2, "Expected 6 fields.*Received: 5"),
        (HEADER + 'A,"b,c,d,e,#D9A57F\n', 2, "balanced quotes"),
        (b"hex,name\n#D9A57F,\xff\xfe\n", 2, "Expected UTF-8"),
        ("hex,name\n#D9A57F,é\n".encode("utf-16"), 1, "Expected UTF-8"),
        ("hex\n" + "x" * 200_000 + "\n", 2, "Expected CSV"),
    ],
)
def test_bad_files_end_in_one_clear_line(tmp_path, content, row, message):
    with pytest.raises(DataError, match=message) as error:
        read_shade_csv(saved(tmp_path, content))
    assert error.value.row == row
    assert error.value.file is not None
    assert "\n" not in str(error.value)


def test_a_missing_file_a_folder_and_a_huge_file(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(DataError, match="can be read"):
            read_shade_csv(path)
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(DataError, match="at most"):
        read_shade_csv(tmp_path / "huge.csv")


def test_a_list_that_never_ends(tmp_path):
    path = saved(tmp_path, "hex\n" + "#D9A57F\n" * (MAX_SHADES + 1))
    with pytest.raises(DataError, match="at most 100000 shades"):
        read_shade_csv(path)


@given(st.binary(max_size=300))
@settings(max_examples=150)
def test_any_bytes_are_shades_or_one_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("shades") / "any.csv"
    path.write_bytes(b"hex,name\n" + content)
    try:
        read = read_shade_csv(path)
    except DataError:
        return
    assert all(parse_hex(row.hex) == row.hex for row in read.rows)


def test_a_column_of_undertones_is_part_of_the_words(tmp_path):
    (shade,) = read_shade_csv(saved(tmp_path, "hex,description,undertone\n#D9A57F,light,warm\n")).rows
    assert shade.words == "light warm"
