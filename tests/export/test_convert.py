"""What every exported file must hold to, encoder by encoder; conversions are made once, in conftest."""

import numpy as np
import onnx
import pytest

from makeup_ai.errors import ExportError
from makeup_ai.export.convert import Part, convert
from makeup_ai.export.operators import operators
from makeup_ai.export.recipes import RECIPES
from makeup_ai.export.tflite import TFLiteSource, checked, explain
from makeup_ai.runtime import open_session

FULL_INTEGER = Part("tflite", "int8")


def shipped(converted):
    return {part: file for part, file in converted.files.items() if not file.refused_because}


def test_every_part_is_shipped_but_perhaps_full_integer_tflite(converted):
    refused = {part: file.refused_because for part, file in converted.files.items() if file.refused_because}
    assert set(refused) <= {FULL_INTEGER}, refused
    assert not [part for part in refused if converted.files[part].path.exists()]


def test_full_integer_tflite_refuses_a_loop_with_the_recipe_to_use(conversions):
    file = conversions("bilstm").files[FULL_INTEGER]
    assert "WHILE" in file.refused_because
    assert "dynamic_int8" in file.refused_because


def test_full_integer_tflite_can_tell_scores_apart_beside_a_mask(conversions):
    heads = conversions("bert").files[FULL_INTEGER].parity.heads
    assert heads["intent"].agreement > 0.97  # 0.79 with Keras's own -1e9 in the calibrated range
    assert heads["slots"].agreement > 0.9  # 0.41


def test_files_are_named_sized_and_hashed(converted):
    for part, file in shipped(converted).items():
        assert file.path.name == f"tiny.{part.recipe}.{part.format}"
        assert file.path.stat().st_size == file.bytes
        assert len(file.sha256) == 64
    assert not [path for path in converted.folder.iterdir() if path.name.startswith(".")]


def test_float32_is_keras_to_the_fourth_decimal_and_smaller_recipes_are_smaller(converted):
    for kind in ("tflite", "onnx"):
        exact = converted.files[Part(kind, "float32")]
        assert max(head.difference for head in exact.parity.heads.values()) < 1e-4
        assert exact.parity.heads["slots"].answers == sum(
            int(inputs["padding_mask"].sum()) for inputs in converted.samples.inputs.values()
        )
        half = converted.files[Part(kind, "float16")]
        assert 0 < max(head.difference for head in half.parity.heads.values()) < 2e-2
        assert half.bytes < 0.8 * exact.bytes
        assert converted.files[Part(kind, "dynamic_int8")].bytes < half.bytes


def test_both_formats_give_the_same_names_types_and_answers(converted):
    lite, onnx_session = (open_session(converted.files[Part(kind, "float32")].path) for kind in ("tflite", "onnx"))
    assert lite.lengths == onnx_session.lengths == converted.samples.lengths
    for length in lite.lengths:
        inputs = {name: array[:1] for name, array in converted.samples.inputs[length].items()}
        first = lite.run(inputs, lite.bucket(length).signature)
        second = onnx_session.run(inputs, onnx_session.bucket(length).signature)
        assert set(first) == set(second) == {"intent", "slots", "embedding"}
        assert {name: value.dtype for name, value in first.items()} == dict.fromkeys(first, np.dtype("float32"))
        real = int(inputs["padding_mask"].sum())
        np.testing.assert_allclose(first["slots"][:, :real], second["slots"][:, :real], atol=1e-4)
        np.testing.assert_allclose(first["intent"], second["intent"], atol=1e-4)


def test_what_the_mask_hides_changes_nothing(converted):
    for kind in ("tflite", "onnx"):
        session = open_session(converted.files[Part(kind, "float32")].path)
        length = session.lengths[-1]
        inputs = {name: array[:1].copy() for name, array in converted.samples.inputs[length].items()}
        inputs["padding_mask"][:, 5:] = 0
        before = session.run(inputs, session.bucket(length).signature)
        inputs["token_ids"][:, 5:] = 7
        after = session.run(inputs, session.bucket(length).signature)
        np.testing.assert_allclose(before["intent"], after["intent"], atol=1e-5)
        np.testing.assert_allclose(before["slots"][:, :5], after["slots"][:, :5], atol=1e-5)


def test_onnx_takes_any_batch_and_length(converted):
    session = open_session(converted.files[Part("onnx", "float32")].path)
    inputs = {name: array[:5, :13] for name, array in converted.samples.inputs[16].items()}
    from keras import ops

    expected = converted.model(inputs, training=False)
    given = session.run(inputs)
    mask = inputs["padding_mask"] > 0
    np.testing.assert_allclose(given["intent"], ops.convert_to_numpy(expected["intent"]), atol=1e-4)
    np.testing.assert_allclose(given["slots"][mask], ops.convert_to_numpy(expected["slots"])[mask], atol=1e-4)


def test_onnx_files_are_standard_and_name_their_dimensions(converted):
    for part, file in shipped(converted).items():
        if part.format != "onnx":
            continue
        model = onnx.load(file.path)
        onnx.checker.check_model(model, full_check=True)
        assert [entry.domain for entry in model.opset_import] == [""]
        assert not [name for name in operators(file.path) if ":" in name]
        for value in model.graph.input:
            assert [d.dim_param for d in value.type.tensor_type.shape.dim] == ["batch", "tokens"]


def test_onnx_has_whole_layers(conversions):
    assert operators(conversions("bilstm").files[Part("onnx", "float32")].path)["LSTM"] == 2
    bert = operators(conversions("bert").files[Part("onnx", "float32")].path)
    assert bert["LayerNormalization"] == 3
    assert "ReduceMean" not in bert


def test_int8_products_are_int8_and_heads_are_not(conversions):
    bert = conversions("bert").files
    dynamic = operators(bert[Part("onnx", "dynamic_int8")].path)
    assert dynamic["MatMulInteger"] == 2  # the two of the feed-forward part; all others are small here
    assert operators(bert[Part("onnx", "int8")].path)["QuantizeLinear"] == 2


def test_the_model_is_left_as_it_was(converted):
    assert not [layer for layer in converted.model._flatten_layers() if "call" in vars(layer)]


def test_int8_keeps_one_embedding_table_for_all_signatures(conversions, tmp_path):
    from ai_edge_litert import schema_py_generated as schema

    made = conversions("bert")
    content = TFLiteSource(made.model, made.samples.lengths, made.samples.inputs, tmp_path).int8()
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    tables = {
        tensor.buffer
        for graph in model.subgraphs
        for tensor in graph.tensors
        if list(tensor.shape) == [600, 32] and model.buffers[tensor.buffer].data is not None
    }
    assert len(tables) == 1


def test_an_operator_that_phones_lack_is_named(tmp_path, conversions):
    import keras

    samples = conversions("bert").samples

    class Foreign(keras.layers.Layer):
        def call(self, values):
            return keras.ops.erfinv(keras.ops.tanh(values))

    given = {name: keras.Input((None,), dtype="int32", name=name) for name in ("token_ids", "padding_mask")}
    values = Foreign()(keras.ops.cast(given["token_ids"], "float32"))
    model = keras.Model(given, {"intent": values})
    (file,) = convert(model, samples, [Part("tflite", "float32")], tmp_path, "foreign")
    assert "Erfinv" in file.refused_because
    assert "keras.ops" in file.refused_because
    assert not list(tmp_path.iterdir())


def test_an_empty_result_is_an_error():
    with pytest.raises(ExportError, match="empty model"):
        checked(b"")


def test_a_converter_without_words_is_still_explained():
    assert "FlexErfinv" in explain("...\nTF Select ops: FlexErfinv, FlexRound\nDetails: ...")
    assert "without a word" in explain("")


def test_unknown_recipes_and_formats_list_the_choices(tmp_path, conversions):
    samples = conversions("bert").samples
    with pytest.raises(ValueError, match="dynamic_int8"):
        list(convert(None, samples, [Part("onnx", "int4")], tmp_path, "x"))
    with pytest.raises(ValueError, match="tflite"):
        list(convert(None, samples, [Part("coreml", "int8")], tmp_path, "x"))


def test_a_refused_file_replaces_an_older_one_by_nothing(tmp_path, conversions, monkeypatch):
    made = conversions("bert")
    wrong = {n: {k: -v for k, v in out.items()} for n, out in made.samples.outputs.items()}
    older = tmp_path / "tiny.float32.tflite"
    older.write_bytes(b"older")
    content = made.files[Part("tflite", "float32")].path.read_bytes()
    monkeypatch.setattr(TFLiteSource, "_float32", content)
    from makeup_ai.export.samples import Samples

    samples = Samples(made.samples.inputs, wrong)
    (file,) = convert(made.model, samples, [Part("tflite", "float32")], tmp_path, "tiny")
    assert "Head" in file.refused_because
    assert file.parity is not None
    assert not list(tmp_path.iterdir())


def test_recipes_say_what_they_mean_in_one_line():
    assert {"float32", "float16", "dynamic_int8", "int8"} <= set(RECIPES)
    assert all(recipe.meaning and "\n" not in recipe.meaning for recipe in RECIPES.values())
