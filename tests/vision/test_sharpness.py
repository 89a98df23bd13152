import cv2
import numpy as np
import pytest

from makeup_ai.vision.canonical import SIDE
from makeup_ai.vision.measure import read_patch
from makeup_ai.vision.patch import cut_patch
from makeup_ai.vision.sharpness import MM, edge_width, texture
from makeup_ai.vision.table import default_table

TABLE = default_table()
LIMITS = {row["name"]: row["threshold"] for row in TABLE["gate"]}


def drawn(sigma: float, contrast: float) -> np.ndarray:
    """A face with one straight upright edge through the eyes, blurred by a Gaussian."""
    picture = np.full((SIDE, SIDE, 3), (60.0, 12.0, 16.0))
    picture[:, 80:176, 0] += contrast
    return cv2.GaussianBlur(picture, (0, 0), sigma)


@pytest.mark.parametrize("sigma", [2.0, 3.0, 4.0])
@pytest.mark.parametrize("contrast", [-30.0, 8.0])
def test_the_width_of_an_edge_is_its_blur_whatever_its_contrast(paint, sigma, contrast):
    assert float(edge_width(paint(drawn(sigma, contrast)))) == pytest.approx(MM * sigma, rel=0.12)


def test_blur_of_a_photo_is_told_in_millimetres_and_ignores_darkness(astronaut, mesh):
    millimetre = mesh.eye_distance / 63.0  # photo pixels; adult eyes are about 63 mm apart

    def width(pixels):
        return float(edge_width(read_patch(cut_patch(pixels, mesh), TABLE)))

    widths = [width(cv2.GaussianBlur(astronaut, (0, 0), mm * millimetre)) for mm in (1.0, 2.0, 3.0, 4.0)]
    assert widths == sorted(widths)
    assert width(astronaut) < LIMITS["blur"] < widths[2]
    assert width((astronaut * 0.6).astype(np.uint8)) == pytest.approx(width(astronaut), abs=0.15)


def test_smoothing_skin_alone_is_suspected_and_a_soft_photo_is_not(astronaut, mesh):
    crop = cut_patch(astronaut, mesh)

    def share(pixels):
        return float(texture(read_patch(cut_patch(pixels, mesh), TABLE)))

    soft = share(cv2.GaussianBlur(astronaut, (0, 0), 0.8))
    assert soft > 0.75 * share(astronaut)
    assert share(astronaut) > LIMITS["filter"]
    smooth = cv2.GaussianBlur(crop.crop, (0, 0), 6.0)
    keep = np.zeros(crop.crop.shape[:2], np.uint8)
    for vertices in ((70, 105, 107, 133, 145, 33), (300, 334, 336, 362, 374, 263)):
        cv2.fillPoly(keep, [cv2.convexHull(crop.points[list(vertices), :2].astype(np.int32))], 1)
    filtered = np.where(cv2.dilate(keep, np.ones((31, 31), np.uint8))[..., None] > 0, crop.crop, smooth)
    frame = read_patch(type(crop)(filtered, crop.points, crop.scene), TABLE)
    assert float(texture(frame)) < 0.5 * share(astronaut)
