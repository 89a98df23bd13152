"""`makeup-ai encoder` on a small public-looking preset."""

import json

import pytest

from makeup_ai.cli import main

keras_hub = pytest.importorskip("keras_hub")


@pytest.fixture(scope="module")
def preset(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("preset")
    words = ["oily", "skin", "serum", "for", "my", "zebra", "car"]
    pieces = [
        "[PAD]",
        "[unused0]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *words,
        *"abcdefgh",
        *(f"##{c}" for c in "abcdefgh"),
    ]
    keras_hub.models.BertBackbone(len(pieces), 3, 2, 8, 16, 0.0, 32).save_to_preset(str(folder))
    keras_hub.models.BertTokenizer(vocabulary=pieces, lowercase=True).save_to_preset(str(folder))
    return str(folder)


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("Serum for my oily skin\n\nmy oily skin\n", encoding="utf-8")
    return path


def test_a_cut_encoder_is_a_folder_that_training_starts_from(preset, texts, tmp_path, capsys):
    out = tmp_path / "small"
    flags = ["--texts", str(texts), "--layers", "0,2", "--intermediate", "8", "--max-length", "16", "--coverage", "1"]
    assert main(["encoder", "cut", preset, *flags, "--out", str(out)]) == 0
    assert "100.00%" in capsys.readouterr().out
    vocabulary = json.loads((out / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    assert "oily" in vocabulary and "zebra" not in vocabulary and vocabulary["[PAD]"] == 0
    assert main(["encoder", "show", str(out)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["num_layers"], shown["intermediate_dim"], shown["max_length"]) == (2, 8, 16)
    assert shown["vocabulary_size"] == len(vocabulary)


@pytest.mark.parametrize("layers", ["", "x", "0,9"])
def test_layers_that_are_not_there_are_one_line(preset, texts, tmp_path, capsys, layers):
    status = main(["encoder", "cut", preset, "--texts", str(texts), "--layers", layers, "--out", str(tmp_path / "o")])
    assert status == 2 and capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "o").exists()
