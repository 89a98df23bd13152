"""Ingredient files of other people's layouts, written here, and their merging."""

import json

import pytest

from makeup_ai.errors import DataError
from makeup_ai.knowledge import InciNames, fold
from makeup_ai.training.data.ingredients import (
    COSING,
    InciRow,
    read_cosing,
    read_ingredients,
    read_open_beauty_products,
    read_taxonomy,
)
from makeup_ai.training.data.inventory import merge

COSING_ROWS = """inci_name,cas_number,einecs_number,function
"1,2-MOONDIOL",11-22-3,,"Humectant, Solvent"
LUNAR  EXTRACT,,,Skin Conditioning
PEG-4 MOONATE,,,
LUNAR EXTRACT,,,Soothing
"""
TAXONOMY = """# a comment
synonyms:en: moon, luna

stopwords:en: the

en: 1,2-MOONDIOL, moon diol
zh: 月二醇
cas:en: 11-22-3
inci_functions:en: en:humectant, en:skin-protecting

< en:1,2-MOONDIOL
en: LUNAR WAX\\, WHITE, moon wax
inci_description:en: A wax: white, soft

fr: cire
"""
BRAND = """inci;en;zh;synonyms;functions
Lunar Extract;moon extract;月亮提取物;moonlight|moon wax;Colorant
Brandium;brand thing;;;
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "cosing.csv").write_text(COSING_ROWS, encoding="utf-8")
    (tmp_path / "taxonomy.txt").write_text(TAXONOMY, encoding="utf-8")
    (tmp_path / "brand.csv").write_text(BRAND.replace("moonlight|moon wax", "moonlight|moon wax"), encoding="utf-8")
    return tmp_path


def test_cosing_as_published(files):
    rows = read_cosing(files / "cosing.csv")
    assert rows[0] == InciRow("1,2-Moondiol", COSING, {}, ("humectant", "solvent"), ("11-22-3",), 2)
    assert [row.inci for row in rows] == ["1,2-Moondiol", "Lunar Extract", "PEG-4 Moonate", "Lunar Extract"]


def test_the_taxonomy_of_open_beauty_facts(files):
    first, second = read_taxonomy(files / "taxonomy.txt")
    assert (first.inci, first.names, first.cas) == (
        "1,2-Moondiol",
        {"en": ("moon diol",), "zh": ("月二醇",)},
        ("11-22-3",),
    )
    assert (first.functions, first.row) == (("humectant", "skin protecting"), 6)
    assert (second.inci, second.names) == ("Lunar Wax, White", {"en": ("moon wax",)})


def test_the_product_export_of_open_beauty_facts(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(
        "code\turl\tproduct_name\tquantity\tbrands\tcategories\tingredients_text\n"
        "0012\thttp://x\tMoon Cream\t50 ml\tLuna\tCreams\tAqua, 1,2-Moondiol, Parfum\n",
        encoding="utf-8",
    )
    (row,) = read_open_beauty_products(path).rows
    assert (row.product_id, row.name, row.brand, row.size) == ("0012", "Moon Cream", "Luna", "50 ml")
    assert row.ingredients == ("Aqua", "1,2-Moondiol", "Parfum")


def test_a_brands_own_table(files):
    first, second = read_ingredients(files / "brand.csv", "Brand")
    assert first.names == {"en": ("moon extract",), "zh": ("月亮提取物",), "": ("moonlight", "moon wax")}
    assert (second.inci, second.source, second.functions) == ("Brandium", "Brand", ())


def test_a_merge_tells_what_the_files_do_not_agree_on(files):
    rows = [
        *read_cosing(files / "cosing.csv"),
        *read_taxonomy(files / "taxonomy.txt"),
        *read_ingredients(files / "brand.csv", "Brand"),
    ]
    inventory = merge(rows)
    report = inventory.report
    assert report.rows == {"CosIng": 4, "Open Beauty Facts": 2, "Brand": 2}
    assert (report.repeated, report.names) == ({"CosIng": 1}, 5)
    (name,) = report.name_conflicts
    assert (name.name, dict(name.inci)) == (
        "moon wax",
        {"Lunar Wax, White": ("Open Beauty Facts",), "Lunar Extract": ("Brand",)},
    )
    (function,) = report.function_conflicts
    assert function.inci == "Lunar Extract"
    assert dict(function.functions) == {"CosIng": ("skin conditioning", "soothing"), "Brand": ("colorant",)}
    spellings = inventory.names.spellings
    assert spellings[fold("moon wax")] == "Lunar Wax, White"  # the first file keeps the name
    assert spellings[fold("月二醇")] == spellings[fold("1, 2 moondiol")] == "1,2-Moondiol"
    assert json.loads(report.to_json())["names"] == 5
    assert "moon wax" in str(report)


def test_an_inci_name_is_never_another_ones_other_name():
    rows = [InciRow("Moonol", "A", {"en": ("lunol",)}), InciRow("Lunol", "B")]
    inventory = merge(rows)
    assert inventory.names.spellings == {"moonol": "Moonol", "lunol": "Lunol"}
    assert [conflict.name for conflict in inventory.report.name_conflicts] == ["lunol"]


def test_an_index_comes_back_from_its_file(files, tmp_path):
    names = merge([*read_cosing(files / "cosing.csv"), *read_taxonomy(files / "taxonomy.txt")]).names
    size = names.save(tmp_path / "names.idx")
    assert (tmp_path / "names.idx").stat().st_size == size
    loaded = InciNames.load(tmp_path / "names.idx")
    assert (loaded.source, dict(loaded.spellings)) == ("CosIng + Open Beauty Facts", dict(names.spellings))


@pytest.mark.parametrize("content", [b"", b"inci_name\nAQUA\n", b'makeup_ai.inci {"schema": 1}\nnot zlib'])
def test_another_file_is_no_index(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match="Expected a names index"):
        InciNames.load(tmp_path / "x")


def test_files_without_ingredients_are_refused(tmp_path):
    (tmp_path / "x.csv").write_text("name,price\nCream,3\n")
    (tmp_path / "x.txt").write_text("# nothing\n")
    with pytest.raises(DataError, match="column of INCI names"):
        read_cosing(tmp_path / "x.csv")
    with pytest.raises(DataError, match="Expected blocks"):
        read_taxonomy(tmp_path / "x.txt")
    with pytest.raises(DataError, match="can be read"):
        read_taxonomy(tmp_path / "missing.txt")
    with pytest.raises(ValueError, match="at least one ingredient"):
        merge([])
