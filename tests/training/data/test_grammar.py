import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from makeup_ai.errors import DataError
from makeup_ai.training.data.grammar import SPLITS, Holder, Piece, load_grammar
from makeup_ai.training.data.noise import roughen, tidy


def write(folder: Path, template: str, **rules: list[str]) -> Path:
    side = {"rules": rules, "templates": {"recommend": [template]}}
    table: dict[str, Any] = {
        **{"language": "en", "mix": {}, "money": {"usual": [], "forms": [], "foreign": []}, "forms": {}},
        **{"unknown": {}, "join": [" and "], "splits": dict.fromkeys(SPLITS, side)},
    }
    file = folder / "templates_en.json"
    file.write_text(json.dumps(table), encoding="utf-8")
    return file


def fill(holder: Holder) -> Piece:
    return Piece(f"{holder.slot}-{holder.form}", holder.slot, "v")


def test_expands_holders_rules_and_choices(tmp_path: Path) -> None:
    grammar = load_grammar(write(tmp_path, "<a|b> {color/dark} [need+]", need=["for {concern}", "now"]))
    template = grammar.templates["test"]["recommend"][0]
    assert template.id == "en/test/recommend/0"
    texts = {
        "".join(piece.text for piece in grammar.expand(template.text, "test", Random(seed), fill)) for seed in range(99)
    }
    ends = {"now", "for concern-", "now and for concern-", "for concern- and now"}
    assert texts == {f"{start} color-dark {end}" for start in "ab" for end in ends}


def test_says_which_rule_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"\[wish\] in 'ok \[wish\]'"):
        load_grammar(write(tmp_path, "ok [wish]", need=["x"]))


def test_says_that_a_file_is_no_grammar(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="Expected a file of templates"):
        load_grammar(tmp_path / "t.json")


def test_joins_grammatically() -> None:
    pieces = [Piece(" is it a "), Piece("eye cream", "category", "eye_cream"), Piece(" "), Piece(" ok ")]
    assert "".join(piece.text for piece in tidy(pieces)) == "is it an eye cream ok"
    pieces = [Piece("很薄的", "coverage", "sheer"), Piece("的粉底")]
    assert "".join(piece.text for piece in tidy(pieces)) == "很薄的粉底"


def test_letters_of_exact_slots_are_kept() -> None:
    pieces = [Piece("nothing with "), Piece("sodium laureth sulfate", "avoid", "sulfate"), Piece(" please")]
    changed = set()
    for seed in range(300):
        rough = roughen(pieces, Random(seed), "en", frozenset({"avoid"}))
        surface = next(piece for piece in rough if piece.slot)
        assert surface.text.lower() == "sodium laureth sulfate" and surface.value == "sulfate"
        changed.add("".join(piece.text for piece in rough))
    assert len(changed) > 10
