"""`makeup-ai knowledge`: the list as a table and as JSON, from standard input, and with an index."""

import io
import json
import subprocess
import sys

import pytest

from makeup_ai.cli import main


def test_link_prints_one_object_a_name(capsys):
    assert main(["knowledge", "link", "Water, Moon Dust, Niacinamide 5%", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["text"], row["inci"]) for row in rows] == [
        ("Water", "Aqua"),
        ("Moon Dust", None),
        ("Niacinamide", "Niacinamide"),
    ]
    assert [row["confidence"] for row in rows] == [1.0, 0.0, 1.0]


def test_link_reads_standard_input_and_prints_a_table(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("成分：水、烟酰胺\n"))
    assert main(["knowledge", "link", "-"]) == 0
    out = capsys.readouterr().out
    assert "Niacinamide" in out
    assert "2 of 2 names linked" in out


def test_an_index_is_made_and_used(tmp_path, capsys):
    table, index = tmp_path / "cosing.csv", tmp_path / "names.idx"
    table.write_text("inci_name,function\nMOON DUST,Skin Conditioning\n", encoding="utf-8")
    assert main(["knowledge", "index", str(table), "--out", str(index)]) == 0
    assert str(index) in capsys.readouterr().out
    assert main(["knowledge", "link", "moon-dust", "--index", str(index), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["inci"], row["ingredient_id"], row["source"]) == ("Moon Dust", None, "CosIng")


@pytest.mark.parametrize(
    "arguments", [["link", "Aqua", "--index", "missing.idx"], ["index", "missing.csv", "--out", "x"]]
)
def test_a_missing_file_is_one_line(arguments, capsys):
    assert main(["knowledge", *arguments]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_linking_needs_the_device_wing_alone():
    code = (
        "import sys; from makeup_ai.cli import main; main(['knowledge', 'link', 'Aqua']);"
        "print([m for m in sys.modules if m.startswith(('makeup_ai.training', 'keras', 'tensorflow'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
