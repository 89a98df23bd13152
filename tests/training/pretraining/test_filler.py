import pytest

pytest.importorskip("keras")

from makeup_ai.training.data.documents import Document
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.pretraining.filler import Filler
from makeup_ai.training.pretraining.lesson import Lessons
from makeup_ai.training.pretraining.pretrain import Material, pretrain


def test_a_language_model_proposes_words(presets, tmp_path) -> None:
    documents = [
        Document(f"d:{i}", "en", (f"the {kind} cream number {i % 5} is soft.", "it dries on the face."))
        for i in range(30)
        for kind in ("red", "blue")
    ]
    options = TrainOptions(epochs=1, batch_size=8, learning_rate=0.01)
    material = Material(held_out=0.2, vocabulary_size=150)
    pretrain(tmp_path, documents, "tiny_bert", options, Lessons("mlm", max_length=16), material, progress=print)
    fill = Filler(tmp_path)
    text = "the red cream dries, " + "so " * 20 + "red"
    found = fill(text, [(4, 7), (14, 19), (len(text) - 3, len(text))])
    assert found[2] == []  # past what it reads
    assert all(word.isalpha() for word in found[0]) and len(found[0]) == len(set(found[0])) > 3
    assert fill(text, []) == [] and fill(text, [(4, 7)])[0][:5] == fill(text, [(4, 7)])[0][:5]
    assert len(fill("a b c d e f g h i", [(i, i + 1) for i in range(0, 17, 2)])) == 9  # more than at once
    with pytest.raises(FileNotFoundError, match="makeup-ai pretrain"):
        Filler(tmp_path / "nowhere")
