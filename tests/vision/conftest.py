from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from makeup_ai.errors import ModelsMissingError
from makeup_ai.vision.analyse import SkinAnalyser
from makeup_ai.vision.canonical import SIDE, points
from makeup_ai.vision.face import FaceFinder, FaceMesh
from makeup_ai.vision.face_models import locate, pull
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.measure import read_patch
from makeup_ai.vision.patch import SCENE, FacePatch, cut_patch
from makeup_ai.vision.space import NUMPY
from makeup_ai.vision.table import default_table
from makeup_ai.vision.warp import CROP


@pytest.fixture(scope="session")
def models_folder() -> Path:
    try:
        return locate().detection.parent
    except ModelsMissingError:
        try:
            return pull(lambda line: None).detection.parent
        except (ModelsMissingError, OSError) as error:
            pytest.skip(f"the face models cannot be fetched here: {error}")


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    pixels = data.astronaut()
    pixels.setflags(write=False)
    return pixels


@pytest.fixture(scope="session")
def finder(models_folder: Path) -> FaceFinder:
    return FaceFinder(models_folder)


@pytest.fixture(scope="session")
def analyser(models_folder: Path) -> SkinAnalyser:
    return SkinAnalyser(models_folder)


@pytest.fixture(scope="session")
def mesh(finder: FaceFinder, astronaut: np.ndarray) -> FaceMesh:
    found = finder.find(astronaut)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def patch(astronaut: np.ndarray, mesh: FaceMesh) -> FacePatch:
    return cut_patch(astronaut, mesh)


@pytest.fixture(scope="session")
def frame(patch: FacePatch) -> Frame:
    return read_patch(patch, default_table())


@pytest.fixture(scope="session")
def paint() -> Callable[[np.ndarray], Frame]:
    """Give the frame of a face whose skin has given colours: `(SIDE, SIDE, 3)` CIELAB, light taken as white."""

    def painted(lab: np.ndarray) -> Frame:
        scale = CROP / SIDE
        srgb = np.clip(srgb_from_lab(np.asarray(lab, np.float64)), 0.0, 1.0)
        x = np.clip((np.arange(CROP) - (scale - 1) / 2) / scale, 0, SIDE - 1).astype(np.float32)
        crop = cv2.remap((srgb * 255.0).astype(np.float32), *np.meshgrid(x, x), cv2.INTER_LINEAR)
        mesh = np.zeros((478, 3), np.float32)
        mesh[:468, :2] = points() * scale + (scale - 1) / 2
        scene = np.full((3, SCENE, SCENE), 128.0, np.float32)
        return Frame(NUMPY, default_table(), NUMPY.planes(crop), mesh, scene, np.ones(3, np.float32))

    return painted


def srgb_from_lab(lab: np.ndarray) -> np.ndarray:
    """Undo `lab_from_srgb`; by the same constants, written the other way round."""
    matrix = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    y = (lab[..., 0] + 16.0) / 116.0
    f = np.stack([y + lab[..., 1] / 500.0, y, y - lab[..., 2] / 200.0], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * matrix.sum(axis=1)
    linear = xyz @ np.linalg.inv(matrix).T
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055)
