"""`makeup-ai encoder cut PRESET --texts FILE... --layers 0,2,5 --out FOLDER`, and `encoder show FOLDER`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from makeup_ai.training.data.cutting import COVERAGE, cut_vocabulary, take_rows
from makeup_ai.training.data.documents import read_documents
from makeup_ai.training.data.texts import read_texts
from makeup_ai.training.models.encoders import build_encoder, config_to_dict, resolve
from makeup_ai.training.models.folder import TOKENIZER, write_encoder


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    cut = commands.add_parser("cut", help="keep some layers, pieces and neurons of a public BERT, as a start")
    cut.add_argument("preset", metavar="PRESET", help="a KerasHub BERT preset: a handle or a folder")
    cut.add_argument("--texts", required=True, nargs="+", metavar="FILE", help="of the domain; or a corpus's folder")
    cut.add_argument("--layers", required=True, metavar="N,...", help="to keep, from 0, in their new order")
    cut.add_argument("--intermediate", type=int, metavar="N", help="neurons to keep in each feed-forward part")
    cut.add_argument("--coverage", type=float, default=COVERAGE, help="share of the texts' pieces to keep whole")
    cut.add_argument("--max-length", type=int, default=128, metavar="N", help="positions to keep")
    cut.add_argument("--out", required=True, metavar="FOLDER", help="an encoder's folder, for `train --preset`")
    show = commands.add_parser("show", help="print kind and sizes of an encoder's folder or a preset")
    show.add_argument("preset", metavar="PRESET")


def run(options: argparse.Namespace) -> int:
    """Cut or show."""
    return _cut(options) if options.action == "cut" else _show(options.preset)


def _cut(options: argparse.Namespace) -> int:
    import keras_hub

    from makeup_ai.training.models.cutting import cut

    try:
        layers = [int(layer) for layer in options.layers.split(",")]
    except ValueError as error:
        raise ValueError(f"Expected layers as 0,2,5. Received: --layers {options.layers!r}") from error
    texts = [text for file in options.texts for text in _texts(file)]
    vocabulary = list(keras_hub.models.BertTokenizer.from_preset(options.preset).get_vocabulary())
    chosen = cut_vocabulary(vocabulary, texts, options.coverage)
    config, encoder = cut(
        options.preset, layers, lambda table: take_rows(table, chosen), options.intermediate, options.max_length
    )
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    chosen.write(folder / TOKENIZER)
    write_encoder(folder, encoder, "bert", config_to_dict(config), folder / TOKENIZER)
    print(f"{len(vocabulary)} pieces -> {len(chosen.pieces)}, {chosen.coverage:.2%} of the texts' pieces")
    print(f"{encoder.count_params() / 1e6:.2f} million weights")
    print(f"{folder}  next: makeup-ai train --preset {folder} --task ... --data ... --out ...")
    return 0


def _texts(file: str) -> list[str]:
    """Read texts of any layout, or the sentences of a corpus."""
    if Path(file).is_dir():
        return [sentence for document in read_documents(file) for sentence in document.sentences]
    return [text for _, text in read_texts(file)]


def _show(preset: str) -> int:
    kind, config = resolve(preset, 1)
    described = {"encoder": kind, **config_to_dict(config), "weights": build_encoder(kind, config).count_params()}
    print(json.dumps(described, indent=2))
    return 0
