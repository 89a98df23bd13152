import json
import random
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from makeup_ai.text.tokenizer import MAX_CHARACTERS, SPECIAL_TOKENS, Tokenizer
from makeup_ai.training.data.vocabulary import train_tokenizer, write_tokenizer

GOLDEN = json.loads((Path(__file__).parents[2] / "text" / "golden" / "tokens.json").read_text(encoding="utf-8"))
TEXTS = [
    *(case["text"] for case in GOLDEN["cases"] if case["name"] != "lone surrogates"),  # no tensor can hold those
    "skin " * 400,
    "油" * (MAX_CHARACTERS + 100),
    "\U0001f469\U0001f3fd\u200d\U0001f52c oily\u3164",
]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path = tmp_path_factory.mktemp("vocabulary") / "tokenizer.json"
    return write_tokenizer({piece: index for index, piece in enumerate(GOLDEN["vocabulary"])}, path)


@pytest.fixture(scope="module")
def tf():
    pytest.importorskip("tensorflow_text")
    return pytest.importorskip("tensorflow")


def ids_of(tokenizer: Tokenizer, texts: list[str], length: int) -> list[list[int]]:
    return [encoding.token_ids.tolist() for encoding in tokenizer.encode_batch(texts, length)]


def rows_of(batch) -> list[list[int]]:
    lengths = batch["padding_mask"].numpy().sum(axis=1)
    return [row[:length].tolist() for row, length in zip(batch["token_ids"].numpy(), lengths, strict=True)]


def every_script() -> list[str]:
    """Return texts with 3,000 characters that Unicode settled long ago: the libraries' tables are of several ages."""
    rng = random.Random(0)
    assigned = [chr(c) for c in range(0x30000) if unicodedata.ucd_3_2_0.category(chr(c)) not in {"Cn", "Cs"}]
    settled = [c for c in assigned if unicodedata.ucd_3_2_0.category(c) == unicodedata.category(c)]
    return [f"a{character}b" for character in rng.sample(settled, 3_000)]


@pytest.mark.parametrize("length", [3, 16, 512])
def test_the_graph_gives_the_ids_of_the_tokenizer(tf, tokenizer: Tokenizer, length: int) -> None:
    from makeup_ai.training.data.vocabulary import graph_tokenizer

    batch = graph_tokenizer(tokenizer, length)(tf.constant(TEXTS))
    assert rows_of(batch) == ids_of(tokenizer, TEXTS, length)
    assert batch["token_ids"].dtype == batch["padding_mask"].dtype == tf.int32
    assert batch["token_ids"].shape[1] == max(map(len, ids_of(tokenizer, TEXTS, length)))


def test_the_graph_agrees_on_characters_of_every_script(tf, tokenizer: Tokenizer) -> None:
    from makeup_ai.training.data.vocabulary import graph_tokenizer

    texts = every_script()
    found = rows_of(graph_tokenizer(tokenizer, 16)(tf.constant(texts)))
    wrong = [
        (ascii(text), ours, theirs)
        for text, ours, theirs in zip(texts, ids_of(tokenizer, texts, 16), found, strict=True)
        if ours != theirs
    ]
    assert wrong == []


def test_the_graph_works_inside_tf_data(tf, tokenizer: Tokenizer) -> None:
    from makeup_ai.training.data.vocabulary import graph_tokenizer

    pipeline = tf.data.Dataset.from_tensor_slices(TEXTS).batch(5).map(graph_tokenizer(tokenizer, 32))
    assert [row for batch in pipeline for row in rows_of(batch)] == ids_of(tokenizer, TEXTS, 32)


def test_bytes_that_are_no_text_are_left_out_by_the_graph(tf, tokenizer: Tokenizer) -> None:
    from makeup_ai.training.data.vocabulary import graph_tokenizer

    assert rows_of(graph_tokenizer(tokenizer, 16)(tf.constant([b"sk\xff\xfein"]))) == ids_of(tokenizer, ["skin"], 16)
    with pytest.raises(ValueError, match="max_length=2"):
        graph_tokenizer(tokenizer, 2)


def test_keras_hub_gives_the_same_ids_on_normalised_text_and_on_most_raw_text(tf, tokenizer: Tokenizer) -> None:
    keras_hub = pytest.importorskip("keras_hub")
    theirs = keras_hub.models.BertTokenizer(vocabulary=tokenizer.vocabulary, lowercase=True)

    def agrees(text: str, given: str) -> bool:
        return list(theirs([given])[0]) == tokenizer.encode(text, 5_000).token_ids[1:-1].tolist()

    assert [text for text in TEXTS if not agrees(text, tokenizer.normalise(text))] == []
    raw = {case["name"] for case in GOLDEN["cases"] if case["text"] in TEXTS and agrees(case["text"], case["text"])}
    # it folds neither widths nor accents, and drops few of the characters that cannot be seen
    assert raw >= {"ascii", "sharp s", "final sigma", "emoji", "emoji with a modifier", "tabs and newlines", "empty"}
    assert raw >= {"cjk extension b", "ideographic punctuation", "punctuation", "special pieces typed"}


def test_a_string_in_saved_model_holds_its_tokenizer(tf, tokenizer: Tokenizer, tmp_path: Path) -> None:
    from makeup_ai.export.saved_model import save_string_model
    from makeup_ai.training.evaluation.evaluate import predict_keras
    from makeup_ai.training.run import build_run, load_run
    from makeup_ai.training.weights import save_weights

    heads = [
        {"name": "intent", "kind": "text", "labels": ["recommend", "greeting"], "width": 0, "weight": 1.0},
        {"name": "slots", "kind": "tokens", "labels": ["O", "B-category"], "width": 0, "weight": 1.0},
    ]
    config = {
        "schema": 1,
        "task": {"name": "tiny", "heads": heads, "monitor": "intent.macro_f1"},
        "encoder": "lstm",
        "encoder_config": {
            "vocabulary_size": tokenizer.vocabulary_size,
            "embedding_dim": 4,
            "units": 4,
            "bidirectional": True,
            "max_length": 16,
        },
    }
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "tokenizer.json").write_bytes(tokenizer.path.read_bytes())
    (tmp_path / "run" / "config.json").write_text(json.dumps(config))
    save_weights(build_run(tmp_path / "run", config).model, tmp_path / "run" / "weights.npz")
    run = load_run(tmp_path / "run")
    for _ in range(2):  # a second time over the first
        save_string_model(run, tmp_path / "saved")
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []

    serve = tf.saved_model.load(str(tmp_path / "saved")).signatures["serving_default"]
    found = serve(texts=tf.constant(TEXTS))
    encodings = tokenizer.encode_batch(TEXTS, 16)
    expected = predict_keras(run.model)(encodings, 16)
    np.testing.assert_allclose(found["intent"], np.stack(expected["intent"]), atol=1e-5)
    for row, encoding in enumerate(encodings):
        n = len(encoding.token_ids)
        np.testing.assert_allclose(found["slots"][row, :n], expected["slots"][row][:n], atol=1e-5)


def test_training_does_not_depend_on_the_order_of_the_texts(tmp_path: Path) -> None:
    words = ("oily", "dry", "matte", "油性"), ("skin", "serum", "皮肤", "lipstick")
    texts = [f"{first} {second}" for first in words[0] for second in words[1]]
    first = train_tokenizer(texts, tmp_path / "first.json", 120)
    second = train_tokenizer(reversed(texts), tmp_path / "second.json", 120)
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.vocabulary[: len(SPECIAL_TOKENS)] == list(SPECIAL_TOKENS)
    assert {"油", "性", "皮", "肤"} <= set(first.vocabulary)
    assert not [piece for piece in first.vocabulary if "油" in piece and len(piece) > 1]
    assert first.vocabulary_size <= 120
    assert 1 not in first.encode("matte SERUM 油性", 16).token_ids
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.json", "second.json"]


def test_a_public_vocabulary_keeps_its_ids(tmp_path: Path) -> None:
    public = {"[PAD]": 0, "[unused0]": 1, "[UNK]": 2, "[CLS]": 3, "[SEP]": 4, "[MASK]": 5, "skin": 6, "##s": 7}
    tokenizer = write_tokenizer(public, tmp_path / "new" / "tokenizer.json")
    assert tokenizer.encode("Skins skin what", 16).token_ids.tolist() == [3, 6, 7, 6, 2, 4]


def test_training_refuses_too_few_pieces_or_texts(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="vocabulary_size=99"):
        train_tokenizer(["skin"], tmp_path / "tokenizer.json", 99)
    with pytest.raises(ValueError, match="none"):
        train_tokenizer([" ", "\n"], tmp_path / "tokenizer.json")
    assert list(tmp_path.iterdir()) == []
