from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.spans.overlap import without_overlap

SPANS = st.lists(
    st.tuples(st.integers(0, 18), st.integers(1, 6), st.sampled_from(["aspect", "opinion"])).map(
        lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
    ),
    max_size=12,
)


@given(spans=SPANS, seed=st.randoms(use_true_random=False))
def test_what_is_kept_is_fit_for_an_example_and_does_not_depend_on_the_order(spans, seed):
    kept = without_overlap(spans)
    Example("x" * 24, slots=kept)
    shuffled = list(spans)
    seed.shuffle(shuffled)
    assert without_overlap(shuffled) == kept
    assert without_overlap(kept) == kept


@given(spans=SPANS)
def test_a_span_is_left_out_only_for_one_that_is_as_long_or_longer(spans):
    kept = without_overlap(spans)
    for start, end, _ in set(spans) - set(kept):
        assert any(s < end and start < e and e - s >= end - start for s, e, _ in kept)


def test_the_longest_wins_then_the_first_then_the_alphabet():
    assert without_overlap([(0, 3, "a"), (2, 6, "a")]) == ((2, 6, "a"),)
    assert without_overlap([(2, 5, "a"), (0, 3, "a")]) == ((0, 3, "a"),)
    assert without_overlap([(0, 3, "opinion"), (0, 3, "aspect"), (0, 3, "opinion")]) == ((0, 3, "aspect"),)
    assert without_overlap([]) == ()
