from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from skimage import data

from makeup_ai.errors import ModelsMissingError
from makeup_ai.vision.analyse import SkinAnalyser
from makeup_ai.vision.face import FaceFinder, FaceMesh
from makeup_ai.vision.face_models import locate, pull
from makeup_ai.vision.patch import FacePatch, cut_patch
from makeup_ai.vision.regions import Mask, region_masks


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
def masks(patch: FacePatch) -> dict[str, Mask]:
    return region_masks(patch)
