"""A TensorFlow SavedModel that takes strings: tokenizer and model in one graph, for a server."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from makeup_ai.errors import ExportError
from makeup_ai.training.data.vocabulary import graph_tokenizer
from makeup_ai.training.run import Run


def save_string_model(run: Run, folder: Path) -> None:
    """Write the SavedModel; its `serving_default` takes `texts`, `(batch,)` strings, and gives the run's outputs.

    Whoever loads it imports `tensorflow_text` first, which registers the tokenizer's operations.

    Raises:
        ExportError: Keras does not run on TensorFlow here.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            f"A SavedModel needs Keras on TensorFlow. Received: {keras.backend.backend()!r}. "
            "Remedy: the same command with KERAS_BACKEND=tensorflow."
        )
    import tensorflow as tf

    tokenize = graph_tokenizer(run.tokenizer, run.max_length)
    model = run.model

    class StringModel(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.table = tokenize.table

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")])  # type: ignore[untyped-decorator]
        def serve(self, texts: Any) -> Any:
            return self.model(tokenize(texts), training=False)

    module = StringModel()
    unfinished = folder.with_name(folder.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    tf.saved_model.save(module, str(unfinished), signatures={"serving_default": module.serve})
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
