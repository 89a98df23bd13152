"""What `language.py` trains: one row a network."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from makeup_ai.training.distilling.companion import Distillation
from makeup_ai.training.options import TrainOptions

PUBLIC = "public"
"""Stands for the public BERT that is named on the command line."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One network, and how it is trained.

    Args:
        name: Of the row.
        task: A key of `TASKS`.
        data: Folder of the parts.
        start: A preset of ours, `PUBLIC`, or an encoder's folder under the output folder.
        options: How it trains; the seed is filled in.
        teachers: `"ngrams"`, or runs by `NAME_SEED`.
        distillation: How they teach.
        ngrams: Rows of the table of hashed n-grams beside the encoder.
        recombined: New texts for each, which only the teachers answer.
        max_length: Longest text in pieces.
    """

    name: str
    task: str
    data: str
    start: str
    options: TrainOptions
    teachers: tuple[str, ...] = ()
    distillation: Distillation = field(default_factory=Distillation)
    ngrams: int = 0
    recombined: int = 0
    max_length: int = 128

    def folder(self, out: Path, seed: int) -> Path:
        """Return where a run of it lies."""
        return out / "runs" / f"{self.name}_{seed}"

    def preset(self, out: Path, public: str) -> str:
        """Return what it starts from.

        Raises:
            ValueError: It starts from the public BERT, and none was named.
        """
        if self.start == PUBLIC and not public:
            raise ValueError(f"Expected --public PRESET for {self.name!r}. Received: none")
        return public if self.start == PUBLIC else str(out / self.start) if "/" in self.start else self.start

    def options_for(self, seed: int) -> TrainOptions:
        """Return the options of one seed."""
        return replace(self.options, seed=seed)


ROWS = 32_768
"""Of a table of hashed n-grams: half a megabyte in int8."""
FINE = TrainOptions(
    epochs=3, batch_size=32, learning_rate=6e-5, layer_decay=0.85, balance_classes=True, precision="mixed_bfloat16"
)
PUPIL = replace(FINE, epochs=4, learning_rate=2e-4, layer_decay=1.0, patience=4)
OWN = replace(FINE, epochs=8, learning_rate=3e-4, layer_decay=1.0, patience=3, balance_classes=False)
SCRATCH = replace(OWN, epochs=12, learning_rate=1e-3)
TAUGHT = Distillation(
    weight=0.8, temperature=1.0, hidden_weight=1.0, hidden="relative", hidden_of="pieces", mean="probabilities"
)
LINEAR = Distillation(weight=0.5, temperature=1.0, mean="probabilities")
CUT, ZH = "encoders/pupil_en", "encoders/zh"
"""The public BERT cut down by `encoder cut`, and what `pretrain` left of Chinese texts."""

ENGLISH = (
    Recipe("teacher_en", "rating", "reviews_en", PUBLIC, FINE),
    Recipe(
        *("pupil_en", "rating", "reviews_en", CUT, PUPIL),
        teachers=("teacher_en_0", "ngrams"),
        distillation=TAUGHT,
        ngrams=ROWS,
        recombined=2,
    ),
    Recipe("pupil_en_alone", "rating", "reviews_en", CUT, PUPIL),
    Recipe("pupil_en_ngrams", "rating", "reviews_en", CUT, PUPIL, ngrams=ROWS),
    Recipe("pupil_en_adversarial", "rating", "reviews_en", CUT, replace(PUPIL, adversarial=0.5)),
    Recipe("lstm_en", "rating", "reviews_en", "lstm_bi", replace(SCRATCH, precision="float32")),
    Recipe(
        *("lstm_en_taught", "rating", "reviews_en", "lstm_bi", replace(SCRATCH, precision="float32")),
        teachers=("teacher_en_0", "ngrams"),
        distillation=replace(TAUGHT, hidden_weight=0.0),
        recombined=2,
    ),
)
CHINESE = (
    Recipe("sentiment_zh", "sentiment", "sentiment_zh", ZH, OWN, ("ngrams",), LINEAR, ngrams=ROWS),
    Recipe("aspects_zh", "aspects", "aspects_zh", ZH, replace(OWN, epochs=15), ngrams=ROWS),
    Recipe("entities_zh", "entities", "entities_zh", ZH, replace(OWN, epochs=15), ngrams=ROWS),
    *(
        Recipe(f"{data}_scratch", task, data, "bert_small", SCRATCH, ngrams=ROWS)
        for task, data in (("sentiment", "sentiment_zh"), ("aspects", "aspects_zh"), ("entities", "entities_zh"))
    ),
    *(
        Recipe(f"{data}_lstm", task, data, "lstm_bi", replace(SCRATCH, precision="float32"), ngrams=ROWS)
        for task, data in (("sentiment", "sentiment_zh"), ("aspects", "aspects_zh"), ("entities", "entities_zh"))
    ),
)
RECIPES = {recipe.name: recipe for recipe in (*ENGLISH, *CHINESE)}
