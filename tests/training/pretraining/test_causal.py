import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.training.models import bert, encoders, gpt, lstm  # noqa: E402
from makeup_ai.training.pretraining.network import NEXT_WORD, causal_network  # noqa: E402
from makeup_ai.training.pretraining.sampling import continue_text, join_pieces, next_piece  # noqa: E402

VOCABULARY = 30
CAUSAL = {
    "gpt": gpt.GPTConfig(VOCABULARY, 2, 8, 2, 16, max_length=16),
    "lstm": lstm.LSTMConfig(VOCABULARY, 8, 8, max_length=16),
}


@pytest.mark.parametrize("kind", sorted(CAUSAL))
def test_no_piece_sees_the_future(kind: str) -> None:
    keras.utils.set_random_seed(0)
    network = causal_network(encoders.build_encoder(kind, CAUSAL[kind]), kind, CAUSAL[kind])
    generator = np.random.default_rng(0)
    ids = generator.integers(5, VOCABULARY, (3, 12)).astype(np.int32)
    mask = np.ones_like(ids)

    def logits(token_ids: np.ndarray) -> np.ndarray:
        return keras.ops.convert_to_numpy(network({"token_ids": token_ids, "padding_mask": mask})[NEXT_WORD])

    before = logits(ids)
    assert before.shape == (3, 12, VOCABULARY)
    for place in range(12):
        changed = ids.copy()
        changed[:, place] = changed[:, place] % (VOCABULARY - 1) + 1
        after = logits(changed)
        np.testing.assert_allclose(after[:, :place], before[:, :place], atol=1e-6)
        assert np.abs(after[:, place:] - before[:, place:]).max(axis=(0, 2)).min() > 1e-6  # all later ones see it


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("bert", bert.BertConfig(VOCABULARY, 1, 8, 2, 16)),
        ("lstm", lstm.LSTMConfig(VOCABULARY, 8, 8, bidirectional=True)),
    ],
)
def test_an_encoder_that_sees_the_future_is_refused(kind: str, config) -> None:
    with pytest.raises(ValueError, match=r"left to right.*gpt_tiny"):
        causal_network(encoders.build_encoder(kind, config), kind, config)


def test_the_nucleus_is_the_fewest_pieces_that_reach_the_share() -> None:
    logits = np.log(np.asarray([0.1, 0.5, 0.1, 0.3]))
    assert next_piece(logits, 0.0, np.random.default_rng(0)) == 1
    drawn = [next_piece(logits, 0.7, np.random.default_rng(seed)) for seed in range(400)]
    assert set(drawn) == {1, 3} and drawn.count(1) / 400 == pytest.approx(0.5 / 0.8, abs=0.08)
    assert {next_piece(logits, 1.0, np.random.default_rng(seed)) for seed in range(400)} == {0, 1, 2, 3}
    assert {next_piece(logits, 0.5, np.random.default_rng(seed)) for seed in range(50)} == {1}


def test_pieces_are_joined_as_they_are_written() -> None:
    assert join_pieces(["mois", "##ture", ",", "for", "skin", "补", "水", "。"]) == "moisture, for skin 补水。"
    assert join_pieces([]) == ""


def test_only_a_causal_network_goes_on_with_a_text() -> None:
    class Masked:
        output = {"masked_words": None}

    with pytest.raises(ValueError, match=r"'clm'.*masked_words"):
        continue_text(Masked(), None, "")
