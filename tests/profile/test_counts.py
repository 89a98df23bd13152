"""Private counts: the noise has the law it claims, the budget runs out, and rare values do not show."""

from __future__ import annotations

import math
import random
from collections import Counter
from fractions import Fraction

import pytest

from makeup_ai.profile.counts import Ledger, discrete_laplace, private_counts

HALF = Fraction(1, 2)


def seeded(seed=0):
    return random.Random(seed).randrange


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path / "ledger", Fraction(2))
    yield made
    made.close()


def without_noise(ledger, rows, field, **options):
    """Noise of next to nothing, paid for by a ledger that has enough."""
    return private_counts(rows, field, Fraction(10_000), ledger, **options).counts


@pytest.fixture
def rich(tmp_path):
    made = Ledger(tmp_path / "rich", Fraction(10**9))
    yield made
    made.close()


@pytest.mark.parametrize("scale", [Fraction(1, 3), Fraction(2), Fraction(7, 2)])
def test_the_noise_is_discrete_laplace(scale):
    """Chi-squared of 20,000 draws against P(x) = (1 - a) / (1 + a) a^|x|, a = exp(-1 / scale)."""
    draw, count = seeded(1), 20_000
    seen = Counter(discrete_laplace(scale, draw) for _ in range(count))
    a = math.exp(-1 / scale)
    reach = next(x for x in range(100) if count * a**x * (1 - a) / (1 + a) < 10)
    cells = {x: count * (1 - a) / (1 + a) * a ** abs(x) for x in range(-reach + 1, reach)}
    statistic = sum((seen[x] - expected) ** 2 / expected for x, expected in cells.items())
    freedom = len(cells)
    assert statistic < freedom + 4 * math.sqrt(2 * freedom)


def test_counts_of_labels(rich):
    rows = [{"age": 20}] * 5 + [{"age": 70}] * 3 + [{}] * 2
    counts = without_noise(rich, rows, "age")
    assert counts["18 to under 25"] == 5 and counts["70 to under 75"] == 3 and counts["not told"] == 2
    assert sum(counts.values()) == 10
    assert without_noise(rich, rows, "age", level=3) == {"*": 10}


def test_one_person_adds_to_no_more_than_three_values_of_a_list(rich):
    rows = [{"concerns": ["acne", "redness", "pores", "dryness", "rosy"]}, {"concerns": ["rosy", "rosier"]}, {}]
    counts = without_noise(rich, rows, "concerns", values=["acne", "redness", "pores", "dryness"])
    assert counts == {"acne": 1, "redness": 1, "pores": 1, "dryness": 0, "other": 1, "not told": 1}


def test_a_value_that_nobody_has_is_counted_as_well(ledger):
    counts = private_counts([{"concerns": ["x"]}], "concerns", HALF, ledger, values=["acne"]).counts
    assert set(counts) == {"acne", "other", "not told"}  # "x" itself shows nowhere


def test_the_noise_grows_with_what_one_person_can_change(ledger):
    assert private_counts([], "age", HALF, ledger).scale == 2
    assert private_counts([], "habits", HALF, ledger).scale == 6


def test_the_budget_runs_out_and_stays_spent(ledger, tmp_path):
    rows = [{"age": 30}]
    for expected in (Fraction(3, 2), Fraction(1), HALF, 0):
        assert private_counts(rows, "age", HALF, ledger).remaining == expected
    with pytest.raises(ValueError, match="The budget is spent: 2 of epsilon 2"):
        private_counts(rows, "age", Fraction(1, 10**9), ledger)
    again = Ledger(tmp_path / "ledger")
    assert again.spent == again.total == 2
    with pytest.raises(ValueError, match="own total"):
        Ledger(tmp_path / "ledger", Fraction(5))


def test_tenths_add_up_exactly(tmp_path):
    ledger = Ledger(tmp_path / "ledger", Fraction(1))
    for _ in range(10):
        ledger.spend(Fraction("0.1"), "age, level 0")
    assert ledger.spent == 1


def test_nothing_is_spent_on_what_is_refused(ledger):
    for wrong in (
        lambda: private_counts([], "allergies", HALF, ledger),
        lambda: private_counts([], "concerns", HALF, ledger),
        lambda: private_counts([], "age", HALF, ledger, level=9),
        lambda: private_counts([{"age": "x"}], "age", HALF, ledger),
        lambda: private_counts([], "age", Fraction(0), ledger),
        lambda: private_counts([], "age", Fraction(3), ledger),
    ):
        with pytest.raises(ValueError, match=r"Expected|budget"):
            wrong()
    assert ledger.spent == 0


def test_a_ledger_is_a_ledger(tmp_path):
    with pytest.raises(ValueError, match="total"):
        Ledger(tmp_path / "none")
    with pytest.raises(ValueError, match="above zero"):
        Ledger(tmp_path / "none", Fraction(0))
    (tmp_path / "letter").write_text("a letter" * 100)
    with pytest.raises(ValueError, match="ledger"):
        Ledger(tmp_path / "letter", Fraction(1))
