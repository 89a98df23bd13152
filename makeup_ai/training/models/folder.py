"""An encoder's folder: what pre-training and cutting leave, and what any training can start from.

FOLDER/
├── encoder.json       kind and sizes
├── tokenizer.json
└── weights.npz        of the encoder alone, without heads
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makeup_ai.files import write_whole
from makeup_ai.training.weights import read_arrays, save_weights, set_variables

if TYPE_CHECKING:
    import keras

SCHEMA = 1
NGRAMS = "ngrams"
"""First part of the path of the table of hashed n-grams, which an encoder may have beside it."""
DESCRIPTION, TOKENIZER, WEIGHTS = "encoder.json", "tokenizer.json", "weights.npz"


def write_encoder(
    folder: str | Path, encoder: keras.Model, kind: str, config: Mapping[str, Any], tokenizer: str | Path
) -> None:
    """Write an encoder's folder; `encoder.json`, without which it is none, comes last.

    Args:
        folder: Made where it is missing.
        encoder: From `build_encoder`.
        kind: A key of `ENCODERS`.
        config: Its sizes, as `config_to_dict` gives them.
        tokenizer: Its `tokenizer.json`.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / TOKENIZER, Path(tokenizer).read_bytes())
    save_weights(encoder, folder / WEIGHTS)
    described = {"schema": SCHEMA, "encoder": kind, "encoder_config": dict(config)}
    write_whole(folder / DESCRIPTION, json.dumps(described, indent=2) + "\n")


def description_of(folder: str | Path) -> dict[str, Any] | None:
    """Read `encoder.json`; `None` where there is none, as of a KerasHub preset.

    Raises:
        ValueError: It is of another schema, or one of the files beside it is missing.
    """
    path = Path(folder) / DESCRIPTION
    if not path.is_file():
        return None
    described: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    missing = [name for name in (TOKENIZER, WEIGHTS) if not (path.parent / name).is_file()]
    if described.get("schema") != SCHEMA or missing:
        raise ValueError(
            f"Expected an encoder's folder of schema {SCHEMA} with {TOKENIZER} and {WEIGHTS}. "
            f"Received: {str(folder)!r}, schema={described.get('schema')!r}, missing: {missing}"
        )
    return described


def load_start(encoder: keras.Model, folder: str | Path) -> None:
    """Give an encoder the weights of a folder of its sizes; n-grams that the folder lacks start from nothing.

    Raises:
        ValueError: They are of other sizes, or damaged.
    """
    path = Path(folder) / WEIGHTS
    arrays = read_arrays(path)
    described = description_of(folder) or {}
    has_ngrams = bool(described.get("encoder_config", {}).get("ngrams"))
    variables = [v for v in encoder.weights if has_ngrams or not v.path.startswith(f"{NGRAMS}/")]
    set_variables(variables, [arrays[name] for name in sorted(arrays)], path)
