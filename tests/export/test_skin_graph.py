import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest

from makeup_ai.vision.drawn import drawn_faces
from makeup_ai.vision.graph import SkinGraph, disagreement
from makeup_ai.vision.measure import measure, value_names
from makeup_ai.vision.table import default_table

pytest.importorskip("keras", reason="converting needs the pip extra `train`")

TABLE = default_table()


@pytest.fixture(scope="session")
def patch(face_models):
    skimage = pytest.importorskip("skimage.data")
    from makeup_ai.vision.face import FaceFinder
    from makeup_ai.vision.patch import cut_patch

    pixels = skimage.astronaut()
    return cut_patch(pixels, FaceFinder(face_models).find(pixels))


@pytest.fixture(scope="session")
def converted(tmp_path_factory) -> Path:
    from makeup_ai.export.skin import export_skin

    return export_skin(tmp_path_factory.mktemp("skin"), TABLE, ["tflite"])["tflite"].path


@pytest.fixture(scope="session", params=["tflite", "onnx"])
def graph(request) -> SkinGraph:
    """Open a fresh TFLite file; and the bundle's ONNX file where a bundle is given, as its conversion takes minutes."""
    if request.param == "tflite":
        return SkinGraph(request.getfixturevalue("converted"), value_names())
    bundle = Path(os.environ.get("MAKEUP_AI_BUNDLE", ""))
    path = bundle / "models" / "skin.onnx"
    if not os.environ.get("MAKEUP_AI_BUNDLE") or not path.is_file():
        pytest.skip("MAKEUP_AI_BUNDLE names no bundle with a skin.onnx: `make quick` makes one")
    names = json.loads((bundle / "manifest.json").read_text("utf-8"))["models"]["skin"]["task"]["values"]
    return SkinGraph(path, names)


def test_the_files_measure_what_numpy_measures_on_faces_they_were_not_held_to(graph):
    name, share = disagreement(graph, TABLE, drawn_faces(6, seed=99))
    assert share <= 1.0, name


def test_a_real_photo_measures_the_same(graph, patch):
    expected, given = measure(patch, TABLE), graph.measure(patch)
    assert tuple(given) == tuple(expected) == value_names()
    assert disagreement(graph, TABLE, [patch])[1] <= 1.0


def test_a_disagreement_is_seen(graph, patch):
    darker = dataclasses.replace(patch, crop=(patch.crop * 0.7).astype(np.uint8))

    class Wrong:
        def measure(self, _):
            return graph.measure(darker)

    assert disagreement(Wrong(), TABLE, [patch])[1] > 1.0


def test_a_file_of_other_numbers_is_refused(converted):
    with pytest.raises(ValueError, match="Expected a skin graph that gives 3 numbers"):
        SkinGraph(converted, ("a", "b", "c"))


def test_it_has_built_in_operators_only(converted):
    from makeup_ai.export.operators import tflite_operators

    assert not [name for name in tflite_operators(converted.read_bytes()) if name.startswith(("Flex", "CUSTOM"))]


def test_an_unknown_format_is_refused(tmp_path):
    from makeup_ai.export.skin import export_skin

    with pytest.raises(ValueError, match=r"\['onnx', 'tflite'\].*coreml"):
        export_skin(tmp_path, TABLE, ["coreml"])
