import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("keras")

from makeup_ai.training.run import load_run
from makeup_ai.training.updating import drift
from makeup_ai.training.updating.drift import drift_from, holm, jensen_shannon, measure_drift, psi
from makeup_ai.training.updating.registry import open_registry

COUNTS = st.lists(st.integers(0, 50), min_size=2, max_size=6).filter(any)


def test_distances_by_hand() -> None:
    assert jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1
    # p = (1, 0), q = (1/2, 1/2): the middle is (3/4, 1/4)
    expected = np.sqrt((np.log2(4 / 3) + (0.5 * np.log2(2 / 3) + 0.5)) / 2)
    assert jensen_shannon(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == pytest.approx(expected)
    # 9.5 and 0.5 of 10 against 4.5 and 5.5 of 10
    assert psi(np.array([9.0, 0.0]), np.array([4.0, 5.0])) == pytest.approx(
        (0.45 - 0.95) * np.log(0.45 / 0.95) + (0.55 - 0.05) * np.log(0.55 / 0.05)
    )
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


@given(COUNTS, COUNTS)
def test_distances_are_symmetric_and_within_their_bounds(first, second) -> None:
    width = max(len(first), len(second))
    p, q = (np.pad(np.array(c, float), (0, width - len(c))) for c in (first, second))
    distance = jensen_shannon(p / p.sum(), q / q.sum())
    assert 0 <= distance <= 1 + 1e-12 and jensen_shannon(q / q.sum(), p / p.sum()) == pytest.approx(distance)
    assert psi(p, q) >= 0 and psi(p, p) == 0


@pytest.mark.parametrize("kind", ["numbers", "names"])
def test_chance_is_called_drift_as_seldom_as_p_says(kind: str, monkeypatch) -> None:
    monkeypatch.setattr(drift, "PERMUTATIONS", 200)
    low = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        sides = [rng.normal(size=60), rng.normal(size=40)]
        if kind == "names":
            sides = [drift._names([("a",) if value > 0 else ("b",) for value in side]) for side in sides]
        low += drift._measure("x", "all", *sides, rng).p < 0.05
    assert low <= 12  # 5 are expected; more than 12 come once in 1,000


def test_the_same_kind_of_text_is_no_drift_and_each_change_is_found(first_models: Path, invented) -> None:
    known, _, rows = invented
    registry = open_registry(first_models)
    run, train, before = load_run(registry.version(1)), registry.part(1, "train"), registry.part(1, "valid")

    def found(after):
        result = measure_drift(run, train, before, after)
        assert drift_from(json.loads(json.dumps(result.to_json()))) == result
        return result.verdict, {m.name for m in result.measures if m.verdict != "none" and m.language == "all"}

    same = rows(known, 150, 5)
    assert found(same) == ("none", set())
    assert found([]) == ("none", set())
    verdict, names = found(
        [replace(e, sentiment="negative") for e in same if e.sentiment == "negative" or e.text < "l"]
    )
    assert verdict == "strong" and "label of sentiment" in names and "new words" not in names
    verdict, names = found([replace(e, text=e.text + " 很好用" * 3, language="zh") for e in same])
    assert verdict == "strong" and {"language", "length in pieces", "new words"} <= names
