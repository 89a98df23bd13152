import csv
import json

import pytest

from makeup_ai.cli import main
from makeup_ai.errors import DataError
from makeup_ai.training.data.quality import measure_quality
from makeup_ai.training.data.shade_lists import read_shades
from makeup_ai.vision.shades.read import ShadeRow, read_shade_csv

ROWS = [
    {
        "brand": "Ours",
        "product": "Fluid",
        "description": "neutral sand",
        "name": "Sand",
        "specific": "20N",
        "hex": "#D9A57F",
    },
    {"brand": "Ours", "product": "Fluid", "description": "rosy", "name": "NA", "specific": "NA", "hex": ""},
    {"brand": "Ours", "product": "Stick", "description": "Warm", "name": "NA", "specific": "30W", "hex": "c08a6e"},
]
LIPSTICKS = {
    "brands": [
        {"name": "甲", "series": [{"name": "丝绒", "lipsticks": [{"color": "#B0122F", "id": "01", "name": "正红"}]}]},
        {
            "name": "乙",
            "series": [{"name": "水润", "lipsticks": [{"color": "#E77F6B", "id": "7", "name": ""}, {"id": "8"}]}],
        },
    ]
}


def save(path, rows):
    if path.suffix == ".json":
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        return path
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_a_list_is_the_same_from_every_format(tmp_path, suffix):
    loaded = read_shades(save(tmp_path / f"shades{suffix}", ROWS))
    assert [(s.hex, s.brand, s.product, s.name, s.words) for s in loaded.rows] == [
        ("#D9A57F", "Ours", "Fluid", "20N Sand", "neutral sand"),
        ("#C08A6E", "Ours", "Stick", "30W", "Warm"),
    ]
    assert (loaded.read, loaded.dropped) == (3, {"no colour": 1})


def test_both_wings_read_a_file_alike(tmp_path):
    path = save(tmp_path / "shades.csv", ROWS)
    assert read_shades(path).rows == read_shade_csv(path).rows


def test_a_nested_list_of_lipsticks_is_made_flat(tmp_path):
    loaded = read_shades(save(tmp_path / "lipsticks.json", LIPSTICKS))
    assert loaded.rows == (
        ShadeRow("#B0122F", "甲", "丝绒", "01 正红", "", 1),
        ShadeRow("#E77F6B", "乙", "水润", "7", "", 2),
    )
    assert (loaded.read, loaded.dropped) == (3, {"no colour": 1})


def test_a_mapping_beats_the_common_names(tmp_path):
    path = save(tmp_path / "s.csv", [{"swatch": "#D9A57F", "name": "Sand", "title": "Fluid"}])
    with pytest.raises(DataError, match=r"No column could be 'hex'.*hex="):
        read_shades(path)
    (shade,) = read_shades(path, "hex=swatch,product=title").rows
    assert (shade.hex, shade.product, shade.name) == ("#D9A57F", "Fluid", "Sand")


@pytest.mark.parametrize("bad", ["#12345", "rgb(1,2,3)", "#GGGGGG"])
def test_a_colour_that_is_none_names_row_and_column(tmp_path, bad):
    with pytest.raises(DataError, match="#RRGGBB") as error:
        read_shades(save(tmp_path / "s.csv", [ROWS[0], {**ROWS[0], "hex": bad}]))
    assert (error.value.row, error.value.column) == (3, "hex")


@pytest.mark.parametrize(
    ("brands", "column"),
    [
        ([{"name": "甲", "series": [{"name": "x", "lipsticks": "none"}]}], "lipsticks"),
        ([{"name": "甲", "series": [3]}], "series"),
        ([{"name": "甲", "series": []}], None),
        ([{"name": "甲", "series": [{"lipsticks": []}]}, {"name": "乙"}], "series"),
    ],
)
def test_a_nested_list_that_is_built_otherwise_is_refused(tmp_path, brands, column):
    with pytest.raises(DataError, match="Expected") as error:
        read_shades(save(tmp_path / "l.json", {"brands": brands}))
    assert error.value.column == column


def test_quality_counts_a_shade_that_is_listed_twice(tmp_path):
    report = measure_quality(read_shades(save(tmp_path / "s.csv", [ROWS[0], ROWS[2], ROWS[0]])))
    assert report.findings["exact_duplicates"].rows == ((2, 4),)
    assert report.kept == 3


def test_the_command_checks_a_list_of_shades(tmp_path, capsys):
    path = save(tmp_path / "s.csv", ROWS)
    assert main(["data", "check", str(path), "--layout", "shades", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dropped"] == {"no colour": 1}
