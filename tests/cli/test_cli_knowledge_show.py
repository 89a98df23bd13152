"""`makeup-ai knowledge show|check|jsonld`: lines, JSON, a page, and what the exit status says."""

import json

import pytest

from makeup_ai.cli import main


def test_show_tells_statements_with_their_sources_and_paths(capsys):
    assert main(["knowledge", "show", "niacinamide"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Niacinamide  [ingredient:niacinamide]")
    assert "niacinamide/effect/sebum_control · Draelos 2006, J Cosmet Laser Ther, 0.85" in out
    assert "niacinamide → sebum control → oiliness" in out and "retinoid/with/niacinamide" in out


def test_show_speaks_chinese_and_json(capsys):
    assert main(["knowledge", "show", "烟酰胺", "--lang", "zh"]) == 0
    assert "烟酰胺 → 控油 → 出油" in capsys.readouterr().out
    assert main(["knowledge", "show", "烟酰胺", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["node"] == "ingredient:niacinamide" and {"id", "text", "source"} <= set(shown["statements"][0])


def test_show_writes_a_page(tmp_path, capsys):
    out = tmp_path / "page.html"
    assert main(["knowledge", "show", "AHA", "--html", str(out)]) == 0
    assert str(out) in capsys.readouterr().out and "<svg" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["show", "moon dust"], ["show", "AHA", "--bundle", "nowhere"]])
def test_what_is_not_there_is_one_line(arguments, capsys):
    assert main(["knowledge", *arguments]) != 0
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_check_is_quiet_about_sound_tables_and_counts_them(capsys):
    assert main(["knowledge", "check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["problems"] == [] and found["counts"]["ingredients"] >= 500 and found["counts"]["statements"] >= 4000


def test_check_fails_where_an_inventory_disagrees(tmp_path, capsys):
    table = tmp_path / "cosing.csv"
    table.write_text("inci_name,function\nAQUA,Perfuming\n", encoding="utf-8")
    assert main(["knowledge", "check", "--cosing", str(table)]) == 1
    out = capsys.readouterr().out
    assert "'water': expected a function" in out and "'glycerin': expected a name" in out


def test_jsonld_is_written_and_parses(tmp_path, capsys):
    out = tmp_path / "graph.jsonld"
    assert main(["knowledge", "jsonld", "--out", str(out)]) == 0
    assert {"@context", "@graph"} == set(json.loads(out.read_text(encoding="utf-8"))) and str(
        out
    ) in capsys.readouterr().out
