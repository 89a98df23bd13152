import dataclasses

import numpy as np
import pytest

from makeup_ai.vision.cues import CUES, redness, shine
from makeup_ai.vision.patch import FacePatch
from makeup_ai.vision.table import default_table

TABLE = default_table()


def shifted(patch: FacePatch, mask: np.ndarray, by: tuple[float, float, float]) -> FacePatch:
    lab = patch.lab.copy()
    lab[mask] += by
    return dataclasses.replace(patch, lab=lab)


@pytest.mark.parametrize("added", [2.0, 5.0, 10.0])
def test_redness_added_to_the_cheeks_is_measured_back(patch, masks, added):
    cheeks = masks["right_cheek"] | masks["left_cheek"]
    before, after = (redness(p, masks, TABLE) for p in (patch, shifted(patch, cheeks, (0.0, added, 0.0))))
    assert after.regions["right_cheek"] - before.regions["right_cheek"] == pytest.approx(added, abs=0.5)
    assert after.regions["nose"] == pytest.approx(before.regions["nose"], abs=0.5)
    assert after.value - before.value == pytest.approx(added * 2 / 3, abs=0.5)
    assert after.score > before.score


def test_a_red_tint_over_the_whole_face_is_no_redness(patch, masks):
    everywhere = np.ones_like(masks["face"])
    before, after = (redness(p, masks, TABLE) for p in (patch, shifted(patch, everywhere, (0.0, 8.0, 0.0))))
    assert after.value == pytest.approx(before.value, abs=0.5)


def test_added_glare_is_measured_in_its_region(patch, masks):
    spot = np.zeros_like(masks["nose"])
    rows, columns = np.nonzero(masks["nose"])
    spot[rows[: len(rows) // 4], columns[: len(columns) // 4]] = True
    lab = patch.lab.copy()
    lab[spot] = (98.0, 0.0, 0.0)
    before, after = shine(patch, masks, TABLE), shine(dataclasses.replace(patch, lab=lab), masks, TABLE)
    assert after.regions["nose"] == pytest.approx(25.0, abs=6.0)
    assert after.regions["right_cheek"] == before.regions["right_cheek"]
    assert after.value > before.value


def test_matte_skin_does_not_shine(masks):
    lab = np.full((*masks["face"].shape, 3), (60.0, 15.0, 18.0))
    patch = FacePatch(np.zeros(lab.shape, np.uint8), lab, np.zeros((468, 2)), np.zeros((2, 5, 2)))
    cue = shine(patch, masks, TABLE)
    assert cue is not None
    assert (cue.value, cue.score) == (0.0, 0.0)
    assert redness(patch, masks, TABLE).value == 0.0


def test_scores_stay_on_their_scale(patch, masks):
    lab = patch.lab.copy()
    lab[masks["nose"] | masks["right_cheek"] | masks["left_cheek"], 1] += 60.0
    assert redness(dataclasses.replace(patch, lab=lab), masks, TABLE).score == 100.0


def test_a_hidden_region_gives_no_cue(patch, masks):
    hidden = {**masks, "forehead": np.zeros_like(masks["forehead"])}
    assert redness(patch, hidden, TABLE) is None
    assert shine(patch, hidden, TABLE) is None


def test_every_cue_has_its_row_in_the_table():
    assert set(CUES) == set(TABLE["cues"])
