"""A calibration travels from the run to the device, where the model is as sure as it is right."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("keras", reason="making a bundle needs the pip extra `train`")

from makeup_ai.assistant import CALIBRATION, Assistant
from makeup_ai.bundle import Bundle
from makeup_ai.errors import BundleError
from makeup_ai.export.assemble import _seal as seal
from makeup_ai.export.assemble import assemble
from makeup_ai.text.calibration import Calibration, HeadCalibration
from makeup_ai.training.data.splits import file_sha256
from makeup_ai.training.evaluation.target import open_target
from makeup_ai.training.run import RunLayout, write_json

TEXTS = ("a matte lipstick under $20 for oily skin", "我对香精过敏，想要保湿面霜", "hello", "", "💄" * 50)


@pytest.fixture(scope="module")
def calibrated(tiny, recipe, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("calibrated")
    shutil.copytree(tiny.run, folder / "run")
    layout = RunLayout(folder / "run")
    heads = {"intent": HeadCalibration(20.0, (), 0.8), "sentiment": HeadCalibration(2.0)}
    write_json(layout.calibration, Calibration(heads, file_sha256(layout.weights)).to_dict())
    return assemble(folder / "bundle", recipe(run=layout.folder)).folder


def test_the_likeliest_is_the_same_and_what_is_shown_is_cooler(calibrated: Path, assistant) -> None:
    cooled = Assistant.load(calibrated)
    for text in TEXTS:
        own, shown = assistant.understander.understand(text), cooled.understander.understand(text)
        assert shown.intent.label == own.intent.label and shown.intent.confidence < own.intent.confidence
        assert (shown.sentiment - 0.5) * (own.sentiment - 0.5) >= 0
        assert abs(shown.sentiment - 0.5) <= abs(own.sentiment - 0.5)
        assert shown.embedding == own.embedding
    assert open_target(calibrated).calibration.of("intent").temperature == 20.0


def test_a_model_that_is_no_longer_sure_enough_does_not_answer(calibrated: Path, assistant) -> None:
    cooled, text = Assistant.load(calibrated), "💄" * 50  # no word of it is a need
    least = assistant.tables.settings.min_intent
    own, shown = (one.understander.understand(text).intent.confidence for one in (assistant, cooled))
    assert shown < least < own
    assert assistant.consult(text).recommendations and not cooled.consult(text).recommendations


def test_a_damaged_calibration_is_refused_by_name(calibrated: Path, tmp_path: Path) -> None:
    shutil.copytree(calibrated, tmp_path / "bundle")
    (tmp_path / "bundle" / CALIBRATION).write_text(json.dumps({"schema": 1}), encoding="utf-8")
    seal(tmp_path / "bundle", Bundle.open(calibrated).manifest)
    with pytest.raises(BundleError, match=r"tables/calibration\.json"):
        Assistant.load(tmp_path / "bundle")


def test_a_calibration_of_other_weights_goes_into_no_bundle(tiny, recipe, tmp_path: Path) -> None:
    shutil.copytree(tiny.run, tmp_path / "run")
    write_json(
        RunLayout(tmp_path / "run").calibration, Calibration({"intent": HeadCalibration(2.0)}, "other").to_dict()
    )
    with pytest.raises(ValueError, match="fitted to others"):
        assemble(tmp_path / "bundle", recipe(run=tmp_path / "run"))
    assert not (tmp_path / "bundle").exists()
