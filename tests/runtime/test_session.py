"""One contract, held by every runtime, on the smallest text model there is: ids times mask."""

from pathlib import Path

import flatbuffers
import numpy as np
import onnx
import pytest
from ai_edge_litert import schema_py_generated as schema

from makeup_ai.runtime import LENGTHS, RUNTIMES, Tensor, open_session, padded

BUCKETS = (16, 32)


def tensor(name: str, shape: list[int]) -> schema.TensorT:
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = name.encode(), shape, schema.TensorType.INT32, 0
    return made


def multiply(length: int) -> schema.SubGraphT:
    graph, operator = schema.SubGraphT(), schema.OperatorT()
    graph.tensors = [tensor(name, [1, length]) for name in ("ids", "mask", "out")]
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0, 1], [2]
    operator.builtinOptionsType, operator.builtinOptions = schema.BuiltinOptions.MulOptions, schema.MulOptionsT()
    graph.inputs, graph.outputs, graph.operators = [0, 1], [2], [operator]
    return graph


def signature(index: int, length: int) -> schema.SignatureDefT:
    made = schema.SignatureDefT()
    made.signatureKey, made.subgraphIndex = f"tokens_{length}".encode(), index

    def maps(pairs: dict[str, int]) -> list[schema.TensorMapT]:
        rows = []
        for name, at in pairs.items():
            row = schema.TensorMapT()
            row.name, row.tensorIndex = name.encode(), at
            rows.append(row)
        return rows

    made.inputs, made.outputs = maps({"token_ids": 0, "padding_mask": 1}), maps({"kept": 2})
    return made


def write_tflite(path: Path, *, signed: bool = True) -> Path:
    model, code = schema.ModelT(), schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.MUL
    model.version, model.operatorCodes, model.buffers = 3, [code], [schema.BufferT()]
    lengths = BUCKETS if signed else BUCKETS[:1]
    model.subgraphs = [multiply(length) for length in lengths]
    model.signatureDefs = [signature(i, length) for i, length in enumerate(lengths)] if signed else []
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


def write_onnx(path: Path, *, lengths: str | None = "16,32") -> Path:
    def value(name: str) -> onnx.ValueInfoProto:
        return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT32, ["batch", "tokens"])

    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Mul", ["token_ids", "padding_mask"], ["kept"])],
        "multiply",
        [value("token_ids"), value("padding_mask")],
        [value("kept")],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    if lengths is not None:
        onnx.helper.set_model_props(model, {"makeup_ai.lengths": lengths})
    onnx.save(model, path)
    return path


@pytest.fixture(params=sorted(RUNTIMES))
def path(request, tmp_path):
    return {".tflite": write_tflite, ".onnx": write_onnx}[request.param](tmp_path / f"model{request.param}")


def test_every_length_up_to_the_longest_is_answered_on_real_tokens_only(path):
    session = open_session(path)
    assert session.lengths == BUCKETS
    for length in (1, 15, 16, 17, 32):
        bucket = session.bucket(length)
        assert bucket.length == (16 if length <= 16 else 32)
        ids = np.arange(1, length + 1)
        inputs = padded(ids, bucket.length)
        inputs["token_ids"][0, length:] = 9  # a model must not read what the mask hides
        kept = session.run(inputs, bucket.signature)["kept"]
        assert kept[0].tolist() == [*ids.tolist(), *[0] * (bucket.length - length)]


def test_results_outlive_the_next_call(path):
    session = open_session(path)
    first = session.run(padded([5, 6], 16), session.bucket(2).signature)["kept"]
    session.run(padded([7, 8], 16), session.bucket(2).signature)
    assert first[0, :2].tolist() == [5, 6]


def test_signatures_name_shapes_and_types(path):
    session = open_session(path)
    found = session.signatures[session.bucket(16).signature]
    assert set(found.inputs) == {"token_ids", "padding_mask"}
    assert set(found.outputs) == {"kept"}
    assert found.inputs["token_ids"].dtype == "int32"
    assert found.inputs["token_ids"].fits((1, 16))
    assert not found.inputs["token_ids"].fits((16,))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda x: {"token_ids": x["token_ids"]}, r"takes the inputs \['padding_mask', 'token_ids'\]"),
        (lambda x: {**x, "segment_ids": x["token_ids"]}, "segment_ids"),
        (lambda x: {**x, "token_ids": x["token_ids"].astype("int64")}, "Received: int64"),
        (lambda x: {**x, "token_ids": [[1] * 16]}, "Received: list"),
        (lambda x: {**x, "token_ids": x["token_ids"][0]}, "has the shape"),
    ],
)
def test_wrong_inputs_are_refused_in_words(path, change, word):
    session = open_session(path)
    with pytest.raises(ValueError, match=word):
        session.run(change(padded([1], 16)), session.bucket(1).signature)


def test_too_long_a_text_and_an_unknown_signature_are_refused(path):
    session = open_session(path)
    with pytest.raises(ValueError, match="at most 32 tokens"):
        session.bucket(33)
    with pytest.raises(ValueError, match="Unknown signature"):
        session.run(padded([1], 16), "tokens_8")


def test_a_damaged_file_is_named(path):
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match=path.name):
        open_session(path)


def test_missing_files_unknown_suffixes_and_no_threads_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.onnx"):
        open_session(tmp_path / "nowhere.onnx")
    with pytest.raises(ValueError, match=r"\.tflite"):
        open_session(tmp_path / "model.pt")
    with pytest.raises(ValueError, match="threads=0"):
        open_session(write_onnx(tmp_path / "model.onnx"), threads=0)


def test_a_tflite_file_without_signatures_is_called_by_tensor_names(tmp_path):
    session = open_session(write_tflite(tmp_path / "face.tflite", signed=False))
    ones = np.ones((1, 16), np.int32)
    assert session.run({"ids": ones * 3, "mask": ones})["out"].sum() == 48
    assert session.signatures["serving"].inputs["ids"] == Tensor((1, 16), "int32")
    with pytest.raises(ValueError, match="Only a text model has lengths"):
        session.bucket(3)


def test_an_onnx_file_from_elsewhere_gets_the_common_lengths(tmp_path):
    assert open_session(write_onnx(tmp_path / "model.onnx", lengths=None)).lengths == LENGTHS


def test_padding_refuses_more_tokens_than_fit():
    with pytest.raises(ValueError, match="Received: 5"):
        padded([1, 2, 3, 4, 5], 4)
