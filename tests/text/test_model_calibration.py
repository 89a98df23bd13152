"""A calibration as a file, and what it does to logits."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.text.calibration import Calibration, HeadCalibration, read_calibration

PROBABILITY = st.floats(0, 1)
HEAD = st.builds(
    HeadCalibration, st.floats(0.05, 20), st.lists(PROBABILITY, max_size=3).map(tuple), st.none() | PROBABILITY
)


@given(st.dictionaries(st.text(max_size=5), HEAD, max_size=3))
def test_a_file_holds_what_was_found(heads: dict[str, HeadCalibration]) -> None:
    found = Calibration(heads, "abc")
    assert Calibration.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_a_temperature_divides_and_an_unknown_head_is_believed() -> None:
    found = Calibration({"intent": HeadCalibration(2.0)})
    logits = np.array([2.0, -4.0], np.float32)
    cooled = found.cooled({"intent": logits, "slots": logits})
    assert {name: values.tolist() for name, values in cooled.items()} == {"intent": [1.0, -2.0], "slots": [2.0, -4.0]}
    assert cooled["intent"].dtype == np.float32


def test_a_missing_file_changes_nothing_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    assert read_calibration(path) == Calibration()
    head = {"temperature": 1.0, "thresholds": [], "told_from": None}
    for content in (
        "{",
        "[]",
        '{"schema": 2}',
        '{"schema": 1}',
        json.dumps({"schema": 1, "weights": "", "heads": {"x": {}}}),
        json.dumps({"schema": 1, "weights": "", "heads": {"x": {**head, "temperature": 0}}}),
        json.dumps({"schema": 1, "weights": "", "heads": {"x": {**head, "temperature": float("nan")}}}),
        json.dumps({"schema": 1, "weights": "", "heads": {"x": {**head, "told_from": 1.5}}}),
        "[" * 100_000,
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=r"calibration\.json: cannot be read"):
            read_calibration(path)
