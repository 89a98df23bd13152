import numpy as np
import pytest

from makeup_ai.vision.boxes import LOGIT_LIMIT, anchors, decode, overlap, suppress


def test_there_are_896_anchors_two_on_the_fine_grid_and_six_on_the_coarse():
    centres = anchors()
    assert centres.shape == (896, 2)
    np.testing.assert_allclose(centres[0], centres[1])
    np.testing.assert_allclose(centres[0], [4 / 128, 4 / 128])
    np.testing.assert_allclose(centres[2], [12 / 128, 4 / 128])  # x runs first
    np.testing.assert_allclose(centres[512:518], np.full((6, 2), 8 / 128))
    np.testing.assert_allclose(centres[-1], [120 / 128, 120 / 128])


def test_a_box_is_decoded_around_its_anchor():
    regressors = np.zeros((896, 16), np.float32)
    regressors[0, :6] = [12.8, 25.6, 64.0, 32.0, 6.4, -6.4]
    logits = np.full(896, -1000.0, np.float32)
    logits[0] = 0.0
    found, scores = decode(regressors, logits, anchors())
    assert scores.tolist() == [0.5]
    centre = np.array([4 / 128 + 0.1, 4 / 128 + 0.2])
    np.testing.assert_allclose(found[0, :2], np.subtract(centre, (0.25, 0.125)), rtol=1e-5)
    np.testing.assert_allclose(found[0, 2:4], np.add(centre, (0.25, 0.125)), rtol=1e-5)
    np.testing.assert_allclose(found[0, 4:6], [4 / 128 + 0.05, 4 / 128 - 0.05], rtol=1e-4)


def test_nothing_above_the_score_gives_empty_arrays():
    found, scores = decode(np.zeros((896, 16), np.float32), np.full(896, -3.0, np.float32), anchors())
    assert found.shape == (0, 16)
    assert [len(part) for part in suppress(found, scores)] == [0, 0]


@pytest.mark.filterwarnings("error")
def test_extreme_logits_do_not_overflow():
    logits = np.full(896, -1e6, np.float32)
    logits[3] = 1e6
    _, scores = decode(np.zeros((896, 16), np.float32), logits, anchors())
    assert scores.tolist() == [1.0]
    assert np.isfinite(np.exp(np.float32(LOGIT_LIMIT)))


def test_overlap_by_hand():
    box = np.array([0, 0, 2, 2], np.float32)
    others = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [2, 2, 4, 4], [5, 5, 5, 5]], np.float32)
    np.testing.assert_allclose(overlap(box, others), [1.0, 1 / 3, 0.0, 0.0])


def test_boxes_of_one_face_are_averaged_by_score_and_the_other_face_is_kept():
    found = np.array([[0, 0, 10, 10, 5], [1, 0, 11, 10, 8], [50, 50, 60, 60, 55]], np.float32)
    merged, scores = suppress(found, np.array([0.6, 0.9, 0.7], np.float32))
    assert scores.tolist() == pytest.approx([0.9, 0.7])
    np.testing.assert_allclose(merged[0], [0.6, 0.0, 10.6, 10.0, (0.6 * 5 + 0.9 * 8) / 1.5], rtol=1e-5)
    np.testing.assert_allclose(merged[1], found[2])
