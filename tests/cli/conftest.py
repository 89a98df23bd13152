"""One small run for the commands that measure and explain."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def reviewed_run(tmp_path_factory) -> tuple[Path, Path]:
    """A run of a few seconds, and the reviews that it was split from."""
    pytest.importorskip("keras")
    from makeup_ai.training.data.parts import load_parts
    from makeup_ai.training.job import train_run
    from makeup_ai.training.loop import TrainOptions
    from makeup_ai.training.models import encoders, lstm
    from makeup_ai.training.run import RunLayout

    folder = tmp_path_factory.mktemp("reviewed")
    words = ("lovely scent", 5), ("awful scent", 1), ("lovely but awful", 5), ("awful but lovely", 1)
    rows = [f"{text} {i},{stars},P{i % 30}" for i in range(60) for text, stars in words]
    (folder / "reviews.csv").write_text("\n".join(["review_text,rating,product_id", *rows]), encoding="utf-8")
    parts = load_parts(folder / "reviews.csv", split_file=RunLayout(folder / "run").split)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(encoders.PRESETS, "tiny", ("lstm", lstm.LSTMConfig(0, 8, 8, dropout=0.0, max_length=16)))
        options = TrainOptions(epochs=2, batch_size=16, learning_rate=0.02)
        train_run(
            folder / "run", "sentiment", "tiny", parts.train, parts.valid, options,
            vocabulary_size=120, progress=lambda line: None,
        )  # fmt: skip
    return folder / "run", folder / "reviews.csv"
