import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.vision.monk import read_monk
from makeup_ai.vision.table import default_table

TABLE = default_table()
ROW = {"monk": {"at_zero": 7.0, "per_degree": -0.05, "half_width": 1.2, "usual_degrees": 20.0}}
angles = st.floats(-90.0, 90.0)


def test_a_place_by_hand():
    assert read_monk(40.0, 10.0, ROW).value == pytest.approx(5.0)
    assert (read_monk(40.0, 10.0, ROW).low, read_monk(40.0, 10.0, ROW).high) == pytest.approx((3.8, 6.2))
    assert read_monk(40.0, 30.0, ROW).high == pytest.approx(5.0 + 1.2 * 1.5)  # half again as uncertain as usual


@given(angles, angles, st.floats(0.0, 90.0))
def test_lighter_skin_never_lies_farther_to_the_dark_end(first, second, uncertainty):
    low, high = sorted((first, second))
    assert read_monk(low, uncertainty, TABLE).value >= read_monk(high, uncertainty, TABLE).value


@given(angles, st.floats(0.0, 90.0), st.floats(0.0, 90.0))
def test_the_interval_holds_its_place_stays_on_the_scale_and_grows_with_doubt(angle, first, second):
    sure, unsure = (read_monk(angle, doubt, TABLE) for doubt in sorted((first, second)))
    assert 1.0 <= unsure.low <= sure.low <= sure.value <= sure.high <= unsure.high <= 10.0


def test_both_ends_of_the_scale_can_be_told():
    assert read_monk(70.0, 10.0, TABLE).value < 3.0
    assert read_monk(-40.0, 10.0, TABLE).value > 8.0
