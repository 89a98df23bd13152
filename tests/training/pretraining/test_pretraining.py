import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.errors import DataError  # noqa: E402
from makeup_ai.training.data.documents import Document  # noqa: E402
from makeup_ai.training.job import train_run  # noqa: E402
from makeup_ai.training.models import encoders, gpt  # noqa: E402
from makeup_ai.training.models.folder import load_start  # noqa: E402
from makeup_ai.training.options import TrainOptions  # noqa: E402
from makeup_ai.training.pretraining.lesson import Lessons  # noqa: E402
from makeup_ai.training.pretraining.masking import Masking  # noqa: E402
from makeup_ai.training.pretraining.pretrain import (  # noqa: E402
    STATE,
    Material,
    head_of,
    load_pretrained,
    measure_pretrained,
    pretrain,
)
from makeup_ai.training.pretraining.sampling import continue_text  # noqa: E402
from makeup_ai.training.run import RunLayout  # noqa: E402
from makeup_ai.training.weights import read_arrays  # noqa: E402

SMALL = Material(held_out=0.15, vocabulary_size=260)
CHILD = """
import json, os, signal, sys
folder, documents, options, kill_at = sys.argv[1:]
from makeup_ai.training.data.documents import Document
from makeup_ai.training.models import bert, encoders
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.pretraining.lesson import Lessons
from makeup_ai.training.pretraining.pretrain import Material, pretrain
encoders.PRESETS["tiny_bert"] = ("bert", bert.BertConfig(0, 1, 16, 2, 32, max_length=16))
def progress(line):
    if line.startswith(kill_at):
        os.kill(os.getpid(), signal.SIGKILL)
rows = [
    Document(id, language, tuple(texts), tuple(tuple(map(tuple, sentence)) for sentence in words))
    for id, language, texts, words in json.loads(documents)
]
pretrain(folder, rows, "tiny_bert", TrainOptions(**json.loads(options)), Lessons("mlm+nsp", max_length=32),
         Material(held_out=0.15, vocabulary_size=260), progress=progress)
"""


def teach(folder: Path, documents, options: TrainOptions, preset="tiny_bert", objective="mlm", **more) -> dict:
    lessons = Lessons(objective, more.pop("masking", Masking()), max_length=32)
    return pretrain(folder, documents, preset, options, lessons, SMALL, progress=lambda line: None, **more)


def epochs(folder: Path) -> list[dict]:
    lines = RunLayout(folder / STATE).log.read_text(encoding="utf-8").splitlines()
    return [line for line in map(json.loads, lines) if "epoch" in line]


def test_a_tiny_language_is_learned(learned, documents) -> None:
    folder, found = learned
    losses = [epoch["loss"] for epoch in epochs(folder)]
    assert losses[-1] < losses[0] / 2
    for part in ("masked_words", "masked_words.en", "masked_words.zh"):
        assert found[part]["accuracy"] > 2 * found[part]["baseline"]
        assert found[part]["perplexity"] == pytest.approx(np.exp(-found[part]["log_likelihood"]))
    assert found["masked_words"]["beauty_accuracy"] > 2 * found["masked_words"]["baseline"]
    assert found["masked_words"]["words"] == found["masked_words.en"]["words"] + found["masked_words.zh"]["words"]
    measured = measure_pretrained(folder, [d for d in documents if d.language == "zh"])
    assert set(measured) == {"masked_words", "masked_words.zh"}
    assert measured["masked_words"]["accuracy"] > 2 * measured["masked_words"]["baseline"]


def test_an_lstm_learns_it_too(presets, documents, tmp_path: Path) -> None:
    options = TrainOptions(epochs=6, batch_size=16, learning_rate=0.05, weight_decay=0, patience=6)
    found = teach(tmp_path, documents, options, "tiny_lstm")
    assert found["masked_words"]["accuracy"] > 1.5 * found["masked_words"]["baseline"]


def test_a_generator_is_learned_and_goes_on_with_a_text(presets, documents, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setitem(encoders.PRESETS, "tiny_gpt", ("gpt", gpt.GPTConfig(0, 1, 24, 2, 32, dropout=0.0)))
    options = TrainOptions(epochs=6, batch_size=16, learning_rate=0.02, weight_decay=0, patience=6)
    found = teach(tmp_path, documents, options, "tiny_gpt", "clm")
    assert found["next_word"]["accuracy"] > 0.6
    network, tokenizer, _ = load_pretrained(tmp_path)
    told = continue_text(network, tokenizer, "This toner no 5 feels", max_length=32)
    assert told.startswith("this toner no 5 feels watery today")
    assert continue_text(network, tokenizer, "这款", max_length=32)[2:4] in ("面霜", "精华", "面膜")
    drawn = {continue_text(network, tokenizer, "这款", max_length=32, top_p=0.95, seed=seed) for seed in range(5)}
    assert len(drawn) > 1


def test_the_next_sentence_is_learned_where_it_can_be(presets, tmp_path: Path) -> None:
    # The sentences of a document share their only word; a random one has it one time in four: at best 0.875 is right.
    words = ["serum", "cream", "toner", "balm"]
    rows = [
        Document(f"d:{n}", "en", (f"{words[n % 4]} " * 4 + f"{n}", f"{words[n % 4]} " * 4 + f"{n % 7}"))
        for n in range(600)
    ]
    options = TrainOptions(epochs=12, batch_size=16, learning_rate=0.01, weight_decay=0, patience=12)
    lessons = Lessons("mlm+nsp", Masking(0.05), pair_weight=3.0, max_length=32)
    found = pretrain(tmp_path, rows, "tiny_bert", options, lessons, SMALL, progress=lambda line: None)
    assert found["next_sentence"]["pairs"] > 50
    assert found["next_sentence"]["accuracy"] > 0.75


def test_a_killed_run_ends_with_the_weights_of_an_unbroken_one(presets, documents, quick, tmp_path: Path) -> None:
    rows = [(d.id, d.language, d.sentences, d.words) for d in documents[:44]]
    options = replace(quick, batch_size=2, checkpoint_seconds=0.0)
    given = {name: getattr(options, name) for name in ("epochs", "batch_size", "learning_rate", "checkpoint_seconds")}
    command = [
        sys.executable,
        "-c",
        CHILD,
        str(tmp_path / "killed"),
        json.dumps(rows),
        json.dumps(given),
        "\repoch 1/2",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ}, timeout=180)
    assert done.returncode == -signal.SIGKILL, done.stderr[-500:]
    assert not (tmp_path / "killed" / "encoder.json").exists()  # no encoder's folder before it is done
    for folder in ("killed", "whole"):
        teach(tmp_path / folder, documents[:44], options, objective="mlm+nsp")
    for name in ("weights.npz", f"{STATE}/weights.npz", f"{STATE}/checkpoint.npz"):
        whole, killed = (read_arrays(tmp_path / folder / name) for folder in ("whole", "killed"))
        assert list(whole) == list(killed)
        for key in set(whole) - {"state"}:
            np.testing.assert_array_equal(whole[key], killed[key])


def test_fine_tuning_starts_from_what_was_learned(learned, eight, tmp_path: Path) -> None:
    folder = str(learned[0])
    kind, config = encoders.resolve(folder, 0)
    arrays = read_arrays(learned[0] / "weights.npz")
    for weight, array in zip(encoders.build_encoder(kind, config).weights, arrays.values(), strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(weight), array)
    still = TrainOptions(epochs=1, batch_size=8, learning_rate=1e-12)
    train_run(tmp_path, "intent", folder, eight, eight, still, progress=len)
    tuned = read_arrays(tmp_path / "weights.npz")
    for array in arrays.values():
        assert any(array.shape == other.shape and np.allclose(array, other, atol=1e-6) for other in tuned.values())
    assert encoders.resolve(folder, 0, 64)[1].max_length == 64  # the position table is long enough, and says so


def test_it_goes_on_from_a_folder_with_its_tokenizer_and_head(learned, documents, quick, tmp_path: Path) -> None:
    folder, before = learned
    still = replace(quick, epochs=1, learning_rate=1e-12, batch_size=64)
    after = teach(tmp_path, documents, still, str(folder))
    assert after["masked_words"]["log_likelihood"] == pytest.approx(before["masked_words"]["log_likelihood"], abs=1e-4)
    assert (tmp_path / "tokenizer.json").read_bytes() == (folder / "tokenizer.json").read_bytes()
    assert head_of(str(folder), "next_word") is None and head_of("bert_tiny", "masked_words") is None
    with pytest.raises(ValueError, match="brings its own"):
        teach(tmp_path / "other", documents, still, str(folder), tokenizer=tmp_path / "x.json")


def test_mixed_precision_and_accumulation_learn_too(presets, documents, quick, tmp_path: Path, float32) -> None:
    options = replace(quick, epochs=5, precision="mixed_bfloat16", accumulate=2, learning_rate=0.03, batch_size=8)
    found = teach(tmp_path, documents, options, masking=Masking(0.25, 1.0))
    assert found["masked_words"]["accuracy"] > 1.5 * found["masked_words"]["baseline"]
    assert all(array.dtype == np.float32 for array in read_arrays(tmp_path / "weights.npz").values())


def test_bad_corpora_and_folders_are_refused(presets, documents, quick, tmp_path: Path) -> None:
    for rows in ([], documents[:1], [Document(f"d:{n}", "en", ("the same",)) for n in range(5)]):
        with pytest.raises(DataError, match="at least two different documents"):
            teach(tmp_path / "few", rows, quick)
    blank = [Document(f"d:{n}", "en", ("\u200b" * n,)) for n in range(1, 5)]
    with pytest.raises((DataError, ValueError), match=r"text|tokenizer"):
        teach(tmp_path / "blank", blank, quick)
    teach(tmp_path / "run", documents[:40], replace(quick, epochs=1))
    with pytest.raises(ValueError, match="another configuration"):
        teach(tmp_path / "run", documents[:40], quick)
    with pytest.raises(ValueError, match="other options or data"):
        teach(tmp_path / "run", documents[:39], replace(quick, epochs=1))
    with pytest.raises(ValueError, match="left to right"):
        teach(tmp_path / "clm", documents[:40], quick, objective="clm")
    with pytest.raises(FileNotFoundError, match="makeup-ai pretrain"):
        load_pretrained(tmp_path / "few")
    weights = tmp_path / "run" / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-50])
    with pytest.raises(ValueError, match="damaged"):
        load_start(encoders.build_encoder("bert", encoders.PRESETS["tiny_bert"][1].__class__(300, 1, 16, 2, 32)),
                   tmp_path / "run")  # fmt: skip


def test_documents_of_one_sentence_and_endless_ones_are_learned_from(presets, quick, tmp_path: Path) -> None:
    rows = [Document(f"d:{n}", "en", (f"cream {n}",)) for n in range(20)]
    rows += [Document(f"long:{n}", "zh", ("很" * 300 + str(n),), ((("很", "d"),),)) for n in range(2)]
    found = teach(tmp_path, rows, replace(quick, epochs=1, batch_size=32), objective="mlm+nsp")
    assert found["masked_words"]["words"] > 0 and found["next_sentence"]["pairs"] >= 0


def test_impossible_lessons_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\['clm', 'mlm', 'mlm\+nsp'\].*'rtd'"):
        Lessons("rtd")
    for wrong in ({"pair_weight": -1.0}, {"max_length": 4}):
        with pytest.raises(ValueError, match="Received"):
            Lessons(**wrong)
