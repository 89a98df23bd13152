"""What every task must hold to: labels from examples, targets by piece, metrics by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.text.tokenizer import Encoding, Tokenizer  # noqa: E402
from makeup_ai.training.data.examples import Example  # noqa: E402
from makeup_ai.training.data.vocabulary import write_tokenizer  # noqa: E402
from makeup_ai.training.models import encoders, lstm  # noqa: E402
from makeup_ai.training.tasks.heads import HEAD_KINDS, UNKNOWN, Answered, Head, build_network  # noqa: E402
from makeup_ai.training.tasks.registry import TASKS, build_task, task_from_dict, task_to_dict  # noqa: E402

PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "mat",
    "##te",
    "rose",
    "gold",
    "lip",
    "##stick",
    "油",
    "皮",
    "1",
    "##0",
]
EXAMPLES = [
    Example("matte lipstick", "recommend", ((0, 5, "finish"), (6, 14, "category")), product="A", rating="4"),
    Example(
        "油皮", "shade_match", ((0, 2, "skin_type"),), "positive", product="B", aspects=("scent#bad", "price#good")
    ),
    Example("gold", slots=(), sentiment="negative", aspects=()),
    Example("rose"),
]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("tasks") / "tokenizer.json"
    return write_tokenizer({piece: index for index, piece in enumerate(PIECES)}, path)


@pytest.fixture(params=sorted(TASKS))
def task(request):
    return build_task(request.param, EXAMPLES)


def test_labels_come_from_the_examples() -> None:
    bio = ["O", *(f"{p}-{slot}" for slot in ("category", "finish", "skin_type") for p in "BI")]
    expected = {"intent": ["recommend", "shade_match"], "slots": bio, "sentiment": ["negative", "positive"]}
    assert build_task("understanding", EXAMPLES).labels == expected
    for name, labels in expected.items():
        assert build_task(name, EXAMPLES).labels == {name: labels}
    assert build_task("aspects", EXAMPLES).labels == {"aspects": ["price#good", "scent#bad"], "slots": bio}
    assert build_task("rating", EXAMPLES).labels["rating"] == ["1", "2", "3", "4", "5"]


def test_a_task_survives_json(task) -> None:
    assert task_from_dict(json.loads(json.dumps(task_to_dict(task)))) == task


def test_the_network_answers_each_head_and_shares_its_layers(task) -> None:
    config = lstm.LSTMConfig(len(PIECES), 4, 4, bidirectional=True, max_length=8)
    network = build_network(encoders.build_encoder("lstm", config), task)
    inputs = {"token_ids": np.array([[2, 5, 6, 3, 0]]), "padding_mask": np.array([[1, 1, 1, 1, 0]])}
    outputs = {name: keras.ops.convert_to_numpy(v) for name, v in network.inference(inputs).items()}
    width = {head.name: head.width or len(head.labels) for head in task.heads}
    for head in task.heads:
        n = width[head.name]
        assert outputs[head.name].shape == {"tokens": (1, 5, n), "field": (1, 5 + n + 2, n)}.get(head.kind, (1, n))
        assert outputs[head.name].dtype == np.float32
    assert set(outputs) == set(width)
    assert {id(w) for w in network.training.weights} == {id(w) for w in network.inference.weights}
    assert network.pairs == ("embedding" in outputs)
    if network.pairs:
        assert np.linalg.norm(outputs["embedding"]) == pytest.approx(1, abs=1e-5)
        paired = {**inputs, **{f"product_{name}": array for name, array in inputs.items()}}
        similarity = network.training(paired)["similarity"]
        np.testing.assert_allclose(keras.ops.convert_to_numpy(similarity), [[20.0]], atol=1e-4)  # one text, twice


def test_every_head_takes_no_loss_where_nothing_is_labelled(task, tokenizer: Tokenizer) -> None:
    (encoding,) = tokenizer.encode_batch(["rose"], 8)
    for head in task.heads:
        kind = HEAD_KINDS[head.kind]
        target = kind.target(head, EXAMPLES[3], encoding)
        assert set(np.atleast_1d(target).tolist()) == {UNKNOWN}
        n = len(encoding.token_ids)
        c = len(head.labels)
        pieces = {"tokens": (1, n, c), "field": (1, n + c + 2, c), "embedding": (1, 1)}
        shape = pieces.get(head.kind, (1, c))
        rng = np.random.default_rng(0)
        loss = kind.loss(head, None)(np.array([target]), keras.ops.convert_to_tensor(rng.random(shape), "float32"))
        assert float(keras.ops.convert_to_numpy(loss)) == 0
        assert kind.metrics(head, Answered([EXAMPLES[3]], [encoding], [rng.random(shape)[0]])) == {}


def tags(tokenizer: Tokenizer, text: str, *spans: tuple[int, int, str]) -> list[str | None]:
    head = Head("slots", "tokens", ("O", "B-finish", "I-finish", "B-color", "I-color"))
    targets = HEAD_KINDS["tokens"].target(head, Example(text, slots=spans), tokenizer.encode(text, 32))
    assert targets[0] == targets[-1] == UNKNOWN
    return [None if t == UNKNOWN else head.labels[t] for t in targets[1:-1]]


def test_targets_begin_at_the_first_piece_of_a_span(tokenizer: Tokenizer) -> None:
    assert tags(tokenizer, "matte rose gold", (0, 5, "finish"), (6, 15, "color")) == [
        "B-finish",
        "I-finish",
        "B-color",
        "I-color",
    ]
    assert tags(tokenizer, "rose gold", (0, 4, "color"), (5, 9, "color")) == ["B-color", "B-color"]
    assert tags(tokenizer, "rose gold") == ["O", "O"]


def test_targets_at_the_edges_of_spans(tokenizer: Tokenizer) -> None:
    assert tags(tokenizer, "matte", (3, 5, "finish")) == ["O", "B-finish"]  # from the second piece on
    assert tags(tokenizer, "matte", (1, 2, "finish")) == ["B-finish", "O"]  # within a piece
    assert tags(tokenizer, "matte", (2, 4, "finish")) == ["B-finish", "I-finish"]  # half of each
    assert tags(tokenizer, "油皮", (0, 1, "finish"), (1, 2, "color")) == ["B-finish", "B-color"]
    assert tags(tokenizer, "rose gold", (4, 9, "color")) == ["O", "B-color"]  # a space belongs to no piece
    assert tags(tokenizer, "⑩ gold", (0, 1, "finish")) == ["B-finish", "I-finish", "O"]  # one character, two pieces
    assert tags(tokenizer, "xyz gold", (0, 3, "color")) == ["B-color", "O"]  # an unknown word, too


def test_targets_stop_where_a_text_is_cut(tokenizer: Tokenizer) -> None:
    head = Head("slots", "tokens", ("O", "B-color", "I-color"))
    example = Example("rose rose rose gold", slots=((10, 19, "color"),))
    target = HEAD_KINDS["tokens"].target(head, example, tokenizer.encode(example.text, 5))
    assert target == [UNKNOWN, 0, 0, 1, UNKNOWN]


def test_unknown_labels_are_named(tokenizer: Tokenizer) -> None:
    encoding = tokenizer.encode("rose", 8)
    with pytest.raises(ValueError, match=r"'intent'.*\['a', 'b'\].*'c'"):
        HEAD_KINDS["text"].target(Head("intent", "text", ("a", "b")), Example("rose", intent="c"), encoding)
    with pytest.raises(ValueError, match="B-color"):
        tokens = Head("slots", "tokens", ("O", "B-finish"))
        HEAD_KINDS["tokens"].target(tokens, Example("rose", slots=((0, 4, "color"),)), encoding)


def test_text_metrics_by_hand() -> None:
    head = Head("intent", "text", ("a", "b"))
    gold = [Example("x", intent=label) for label in ("a", "a", "b", "b")]
    outputs = [np.array(row, np.float32) for row in ([2, 0], [0, 1], [0, 3], [0, 0.5])]
    nothing: list[Encoding] = []
    found = HEAD_KINDS["text"].metrics(head, Answered(gold, nothing, outputs, []))
    assert found == {
        "accuracy": 0.75,
        "macro_f1": pytest.approx((2 / 3 + 0.8) / 2),
        "auc": 0.75,
    }
    unlabelled = HEAD_KINDS["text"].metrics(head, Answered([*gold, Example("y")], nothing, [*outputs, outputs[0]], []))
    assert unlabelled == found
    assert "auc" not in HEAD_KINDS["text"].metrics(head, Answered(gold[:2], nothing, outputs[:2], []))


def test_slot_metrics_by_hand(tokenizer: Tokenizer) -> None:
    head = Head("slots", "tokens", ("O", "B-color", "I-color"))
    examples = [Example("rose gold lip", slots=((0, 9, "color"),)), Example("gold", slots=((0, 4, "color"),))]
    encodings = tokenizer.encode_batch([e.text for e in examples], 8)
    right = np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 0, 0]]  # padded by one
    missed = np.eye(3, dtype=np.float32)[[0, 0, 0]]
    found = HEAD_KINDS["tokens"].metrics(head, Answered(examples, encodings, [right, missed], []))
    assert found == {"precision": 1, "recall": 0.5, "f1": pytest.approx(2 / 3), "piece_accuracy": 0.75}


def test_aspect_metrics_and_targets_by_hand(tokenizer: Tokenizer) -> None:
    head, kind = Head("aspects", "labels", ("a", "b", "c")), HEAD_KINDS["labels"]
    examples = [Example("x", aspects=("b", "a")), Example("x", aspects=()), Example("x")]
    targets = [kind.target(head, example, tokenizer.encode("rose", 8)).tolist() for example in examples]
    assert targets == [[1, 1, 0], [0, 0, 0], [UNKNOWN] * 3]
    outputs = [np.array(row, np.float32) for row in ([1, -1, -1], [-1, -1, 1], [9, 9, 9])]
    found = kind.metrics(head, Answered(examples, [], outputs, []))
    assert found == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "macro_f1": pytest.approx(1 / 3)}
    logits = keras.ops.convert_to_tensor([[2.0, -1.0, 0.0], [0.0, 0.0, 0.0], [9.0, 9.0, 9.0]])
    loss = keras.ops.convert_to_numpy(kind.loss(head, None)(np.array(targets), logits))
    by_hand = np.log1p(np.exp(-2)) + np.log1p(np.exp(1)) + np.log(2) + 3 * np.log(2)
    assert float(loss) == pytest.approx(by_hand / 2, rel=1e-5)


def test_an_aspect_fires_where_one_piece_does() -> None:
    task = build_task("aspects", EXAMPLES)
    network = build_network(encoders.build_encoder("lstm", lstm.LSTMConfig(len(PIECES), 4, 4, max_length=8)), task)
    token_ids = np.array([[2, 7, 8, 3, 0, 0]])
    real, padded = ({"token_ids": token_ids[:, :n], "padding_mask": (token_ids[:, :n] > 0) * 1} for n in (4, 6))
    one, two = (keras.ops.convert_to_numpy(network.inference(x)["aspects"]) for x in (real, padded))
    np.testing.assert_allclose(one, two, atol=1e-5)  # padding is no piece
    pieces = keras.Model(network.inference.inputs, network.inference.get_layer("aspects_pieces").output)
    scores = keras.ops.convert_to_numpy(pieces(real))[0]
    np.testing.assert_allclose(one[0], np.log(np.exp(scores).sum(axis=0)), atol=1e-5)


def test_what_a_cut_text_no_longer_shows_counts_as_missed(tokenizer: Tokenizer) -> None:
    head = Head("slots", "tokens", ("O", "B-color", "I-color"))
    example = Example("lip lip rose", slots=((8, 12, "color"),))
    encoding = tokenizer.encode(example.text, 4)
    found = HEAD_KINDS["tokens"].metrics(head, Answered([example], [encoding], [np.eye(3)[[0, 0, 0, 0]]], []))
    assert found["recall"] == 0 and found["piece_accuracy"] == 1


def test_embedding_metrics_and_targets_by_hand(tokenizer: Tokenizer) -> None:
    head, kind = Head("embedding", "embedding", width=2), HEAD_KINDS["embedding"]
    encoding = tokenizer.encode("rose", 8)
    numbers = [kind.target(head, Example("q", product=p, negatives=("B", "")), encoding).tolist() for p in "AAB"]
    assert numbers[0] == numbers[1] and numbers[0][0] != numbers[2][0] == numbers[2][2]
    assert [row[1] for row in numbers] == [numbers[0][1]] * 3 and [row[3] for row in numbers] == [UNKNOWN] * 3
    assert all(UNKNOWN <= n < 2**24 == float(np.float32(2**24)) for row in numbers for n in row)
    examples = [Example(f"q{n}", product=str(n)) for n in range(12)] + [Example("none")]
    vectors = {str(n): np.array([np.cos(a), np.sin(a)], np.float32) for n, a in enumerate(np.linspace(0, 1, 12))}
    outputs = [vectors[str(n)] for n in range(11)] + [vectors["0"], vectors["0"]]  # the twelfth lies farthest from its
    found = kind.metrics(head, Answered(examples, [], outputs, vectors))
    assert found == {
        "recall_at_1": pytest.approx(11 / 12),
        "recall_at_10": pytest.approx(11 / 12),
        "mrr": pytest.approx((11 + 1 / 12) / 12),
        "products": 12,
    }
    competing = {**vectors, "none asks for it": vectors["0"]}  # of two equals it takes the middle place
    assert kind.metrics(head, Answered(examples, [], outputs, competing))["recall_at_1"] == pytest.approx(10 / 12)


def test_other_products_of_a_query_do_not_compete_with_its_product() -> None:
    head, kind = Head("embedding", "embedding", width=2), HEAD_KINDS["embedding"]
    vectors = {"A": np.array([1.0, 0.0], np.float32), "B": np.array([0.8, 0.6], np.float32)}
    both = [Example("q", product="A"), Example("q", product="B")]
    found = kind.metrics(head, Answered(both, [], [vectors["A"]] * 2, vectors))
    assert found["recall_at_1"] == found["mrr"] == 1
    apart = [Example("q", product="A"), Example("r", product="B")]
    assert kind.metrics(head, Answered(apart, [], [vectors["A"]] * 2, vectors))["mrr"] == 0.75


def test_pair_metrics_by_hand() -> None:
    head, kind = Head("bought", "pair", ("no", "yes")), HEAD_KINDS["pair"]

    def row(query: str, bought: str) -> Example:
        return Example(query, second="x", bought=bought)

    examples = [row("a", "no"), row("a", "yes"), row("b", "no"), row("b", "no"), row("b", "yes"), row("c", "yes")]
    scores = [1.0, 2.0, 3.0, 0.5, 0.4, -5.0]
    outputs = [np.array([0, score], np.float32) for score in scores]
    found = kind.metrics(head, Answered([*examples, Example("y")], [], [*outputs, outputs[0]]))
    assert found["queries"] == 2  # c has nothing else to be told from
    assert found["p_at_1"] == 0.5
    assert found["mrr"] == pytest.approx((1 + 1 / 3) / 2)
    assert found["ndcg_at_10"] == pytest.approx((1 + 1 / np.log2(4)) / 2)
    assert found["accuracy"] == pytest.approx(2 / 6) and found["auc"] == pytest.approx(2 / 9)
    same = kind.metrics(head, Answered(examples, [], [np.zeros(2, np.float32)] * 6))
    assert same["p_at_1"] == 0  # who says the same of everything finds nothing


def test_unknown_and_unlearnable_tasks_are_refused() -> None:
    with pytest.raises(ValueError, match=r"'intent'.*'understanding'.*'mood'"):
        build_task("mood", EXAMPLES)
    with pytest.raises(ValueError, match=r"two labels for 'intent'.*\['recommend'\]"):
        build_task("intent", EXAMPLES[:1])
    with pytest.raises(ValueError, match=r"two labels for 'slots'.*\['O'\]"):
        build_task("slots", EXAMPLES[2:])
