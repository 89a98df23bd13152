"""Making a bundle: everything that crosses the bridge, computed from run, catalogue, knowledge and domain."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai import __version__
from makeup_ai.assistant import MODEL_FILES, Assistant
from makeup_ai.bundle import MANIFEST, SCHEMA_VERSION, Bundle, Manifest, describe_files
from makeup_ai.export.columns import MANY, prepare_for_many
from makeup_ai.export.model_card import model_card
from makeup_ai.export.skin import SkinFile
from makeup_ai.knowledge.clashes import clashes_table
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.masks import masks_table
from makeup_ai.knowledge.names import names_table
from makeup_ai.knowledge.suitability import needs_table
from makeup_ai.knowledge.weights import NeedWeights
from makeup_ai.recommend.scale.shelves import by_shelf
from makeup_ai.runtime.session import Session, open_session
from makeup_ai.schema import LANGUAGES, Product, to_dict
from makeup_ai.search.faq import Faq
from makeup_ai.selftest import consultation_vector, token_vector
from makeup_ai.text.lexicon import Lexicon
from makeup_ai.text.tokenizer import Tokenizer, pad
from makeup_ai.training.data.examples import Example, write_examples
from makeup_ai.training.data.product_text import product_text
from makeup_ai.training.evaluation.calibrated import current_calibration
from makeup_ai.training.run import RunLayout
from makeup_ai.training.taste.learn import Taste, bundle_tables
from makeup_ai.vision.colour import lab_from_hex
from makeup_ai.vision.face_models import NOTICE, NOTICE_FILE, SHA256
from makeup_ai.vision.measure import value_names
from makeup_ai.vision.table import default_table as vision_table

COMPLEXION = ("foundation", "concealer", "powder")
"""Categories whose shades are held against a skin tone."""


def _packaged(package: str, place: str) -> Callable[[], Any]:
    return lambda: json.loads((files(package) / place).read_text(encoding="utf-8"))


PACKAGED_TABLES: Mapping[str, Callable[[], Any]] = {
    "asking": _packaged("makeup_ai.search", "tables/asking.json"),
    "dialogue": _packaged("makeup_ai.dialogue", "tables/dialogue.json"),
    "languages": _packaged("makeup_ai.text", "tables/languages.json"),
    "phrases": _packaged("makeup_ai.content", "tables/phrases.json"),
    "ranking": _packaged("makeup_ai.recommend", "tables/ranking.json"),
    "routine": _packaged("makeup_ai.recommend", "tables/routine.json"),
    "vision": vision_table,
}
"""Tables that go into a bundle as they are; a brand may put its own in their place."""


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a bundle is made from.

    Args:
        name: Of the bundle.
        run: Folder of the understanding run.
        models: Format -> verified file, `"tflite"` and, where ONNX Runtime is wanted, `"onnx"`.
        measured: Format -> recipe, parity, accuracy; goes into the manifest and the model card.
        domain: The domain table with brands and ingredients merged in.
        products: The catalogue, in row order; that of a large one is its own (`by_shelf`).
        knowledge: Of ingredients, effects and rules.
        questions: What the self-test asks.
        evaluation: Labelled examples that were never trained on, for benchmarks on the device.
        data: What it was trained and measured on, in words.
        face_models: Folder of the three face models, or `None` to leave them out.
        skin: Format -> file of the skin graph, as `export_skin` gives them; empty to leave it out.
        tables: Tables that replace packaged ones, by name.
        faq: The brand's own questions and answers; empty to leave them out.
        weights: Learned ones of the needs table; none by default.
        taste: What purchases have taught; its weights go into the ranking. `None` to leave it out.
        index: Whether to index the product vectors; `None` where there are many and USearch is installed.
    """

    name: str
    run: Path
    models: Mapping[str, Path]
    measured: Mapping[str, Any]
    domain: Mapping[str, Any]
    products: Sequence[Product]
    knowledge: Knowledge
    questions: Sequence[str]
    evaluation: Sequence[Example]
    data: str
    face_models: Path | None = None
    skin: Mapping[str, SkinFile] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=dict)
    faq: Sequence[Faq] = ()
    weights: NeedWeights = field(default_factory=NeedWeights)
    taste: Taste | None = None
    index: bool | None = None


def assemble(folder: str | Path, given: Ingredients) -> Bundle:
    """Write a bundle, whole or not at all; an older one in its place is replaced at the very end.

    Raises:
        ValueError: The catalogue is empty or holds an id twice, a table is unknown, no TFLite file is given, or what
            lies in the bundle's place is no bundle.
        BundleError: What was made does not pass its own checks.
    """
    folder = Path(folder)
    ids = [product.product_id for product in given.products]
    if not ids or len(set(ids)) != len(ids):
        twice = sorted({i for i in ids if ids.count(i) > 1})[:5]
        raise ValueError(f"Expected a catalogue with unique product ids. Received: {len(ids)} products, twice: {twice}")
    if "tflite" not in given.models or set(given.models) - set(MODEL_FILES):
        raise ValueError(f"Expected models 'tflite' and maybe 'onnx'. Received: {sorted(given.models)}")
    if folder.exists() and not (folder / MANIFEST).is_file() and not _is_empty(folder):
        raise ValueError(f"Expected a new folder, an empty one, or a bundle to replace. Received: {str(folder)!r}")
    if len(ids) >= MANY:
        given = replace(given, products=by_shelf(given.products))
    unfinished = folder.with_name(folder.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        manifest = _fill(unfinished, given)
        _seal(unfinished, manifest)
        _add_vectors(unfinished, given)
        bundle = _seal(unfinished, manifest)
        replaced = folder.with_name(folder.name + ".old")
        shutil.rmtree(replaced, ignore_errors=True)
        if folder.exists():
            folder.rename(replaced)
        try:
            unfinished.rename(folder)
        except OSError:
            if replaced.exists():
                replaced.rename(folder)
            raise
        shutil.rmtree(replaced, ignore_errors=True)
        return Bundle(folder, bundle.manifest)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def product_embeddings(
    session: Session, tokenizer: Tokenizer, products: Sequence[Product], lexicon: Lexicon, max_length: int
) -> NDArray[np.int8]:
    """Return `(products, width)` int8: 127 times the unit mean of a product's vectors in both languages.

    They are computed by the very file that will embed the questions.
    """
    rows = []
    for product in products:
        vectors = []
        for language in LANGUAGES:
            encoding = tokenizer.encode(product_text(product, lexicon, language), max_length)
            signature, length = session.bucket(len(encoding.token_ids))
            token_ids, padding_mask = pad([encoding], length)
            vectors.append(
                session.run({"token_ids": token_ids, "padding_mask": padding_mask}, signature)["embedding"][0]
            )
        mean = np.mean(vectors, axis=0)
        rows.append(mean / max(float(np.linalg.norm(mean)), 1e-12))
    return np.clip(np.floor(np.stack(rows) * 127 + 0.5), -127, 127).astype(np.int8)


def shades_table(products: Sequence[Product]) -> dict[str, Any]:
    """Return the table of complexion shades with their CIELAB colours (D65), rounded to hundredths."""
    shades = [
        {"row": row, "shade_id": shade.shade_id, "lab": [round(float(x), 2) for x in lab_from_hex(shade.hex)]}
        for row, product in enumerate(products)
        if product.category in COMPLEXION
        for shade in product.shades
    ]
    return {"schema": 1, "shades": shades}


def _fill(folder: Path, given: Ingredients) -> Manifest:
    """Write every file but the vectors, and return the manifest without its list of files."""
    unknown = set(given.tables) - set(PACKAGED_TABLES)
    if unknown:
        raise ValueError(f"Expected tables of {sorted(PACKAGED_TABLES)}. Received: {sorted(unknown)}")
    layout, tables = RunLayout(given.run), folder / "tables"
    config = json.loads(layout.config.read_text(encoding="utf-8"))
    max_length = int(config["encoder_config"]["max_length"])
    for place in ("models", "tables", "vectors"):
        (folder / place).mkdir(parents=True)
    shutil.copyfile(layout.tokenizer, folder / "tokenizer.json")
    for kind, path in given.models.items():
        shutil.copyfile(path, folder / MODEL_FILES[kind])
    labels = {head["name"]: head["labels"] for head in config["task"]["heads"] if head["labels"]}
    lexicon = Lexicon(given.domain)
    written: dict[str, Any] = {
        "catalogue": {"schema": 1, "products": [to_dict(product) for product in given.products]},
        "clashes": clashes_table(given.products, given.knowledge),
        "domain": given.domain,
        "knowledge": given.knowledge.to_table(),
        "labels": labels,
        "masks": masks_table(given.products, given.knowledge),
        "names": names_table(given.knowledge, given.domain, given.products),
        "needs": needs_table(given.products, given.knowledge, given.domain, given.weights),
        "shades": shades_table(given.products),
    }
    written.update(_given_tables(layout, given))
    for name, packaged in PACKAGED_TABLES.items():
        written[name] = given.tables.get(name) or packaged()
    if given.taste is not None:
        weights = {**written["ranking"]["weights"], **given.taste.weights}
        written["ranking"] = {**written["ranking"], "weights": weights}
        for file, content in bundle_tables(given.taste, [product.product_id for product in given.products]).items():
            (tables / file).write_bytes(content)
    for name, table in written.items():
        _write(tables / f"{name}.json", json.dumps(table, ensure_ascii=False, separators=(",", ":")))
    session = open_session(folder / MODEL_FILES["tflite"])
    tokenizer = Tokenizer(folder / "tokenizer.json")
    embeddings = product_embeddings(session, tokenizer, given.products, lexicon, max_length)
    (tables / "embeddings.bin").write_bytes(embeddings.tobytes())
    prepare_for_many(tables, len(given.products), given.index)
    notice = "This bundle was made with makeup_ai, licensed under the Apache License 2.0.\n"
    if given.face_models is not None:
        for name in SHA256:
            shutil.copyfile(given.face_models / name, folder / "models" / name)
        _write(folder / "models" / NOTICE_FILE, NOTICE)
        notice += "\n" + NOTICE
    for graph in given.skin.values():
        shutil.copyfile(graph.path, folder / "models" / graph.path.name)
    _write(folder / "NOTICE.md", notice)
    _write(folder / "vectors" / "consultations.json", "[]")
    _write(folder / "vectors" / "tokens.json", "[]")
    write_examples(folder / "vectors" / "evaluation.jsonl", given.evaluation)
    models: dict[str, Any] = {
        "understanding": {
            "task": config["task"],
            "encoder": config["encoder"],
            "preset": config["preset"],
            "files": {
                MODEL_FILES[kind]: {
                    **given.measured.get(kind, {}),
                    "signatures": _signatures(folder / MODEL_FILES[kind]),
                }
                for kind in given.models
            },
        }
    }
    if given.skin:
        models["skin"] = _skin_entry(folder, given.skin.values())
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        name=given.name,
        version=__version__,
        domain=str(given.domain["name"]),
        languages=LANGUAGES,
        max_length=max_length,
        files={},
        models=models,
        embedding_dim=int(embeddings.shape[1]),
        data=given.data,
    )
    _write(folder / "MODEL_CARD.md", model_card(manifest, config, given.products))
    return manifest


def _given_tables(layout: RunLayout, given: Ingredients) -> dict[str, Any]:
    """Return the tables that only some bundles have."""
    calibration = current_calibration(layout)
    found: dict[str, Any] = {"calibration": calibration.to_dict()} if calibration.heads else {}
    return {**found, "faq": [one.to_dict() for one in given.faq]} if given.faq else found


def _skin_entry(folder: Path, made: Iterable[SkinFile]) -> dict[str, Any]:
    """Describe the skin graph: its numbers by name, in order, and its files."""
    places = {f"models/{file.path.name}": file for file in made}
    return {
        "task": {"name": "skin", "values": list(value_names())},
        "encoder": "formulas",
        "preset": "canonical",
        "files": {
            place: {**file.to_dict(), "signatures": _signatures(folder / place)} for place, file in places.items()
        },
    }


def _add_vectors(folder: Path, given: Ingredients) -> None:
    assistant = Assistant.load(folder)
    tokens = [token_vector(assistant, text) for text in given.questions]
    answers = [consultation_vector(assistant, text) for text in given.questions]
    _write(folder / "vectors" / "tokens.json", json.dumps(tokens, ensure_ascii=False))
    _write(folder / "vectors" / "consultations.json", json.dumps(answers, ensure_ascii=False))


def _seal(folder: Path, manifest: Manifest) -> Bundle:
    """Write the manifest over all files that are there, and open the result with every check."""
    sealed = replace(manifest, files=describe_files(folder))
    _write(folder / MANIFEST, json.dumps(sealed.to_dict(), ensure_ascii=False, indent=1) + "\n")
    return Bundle.open(folder)


def _signatures(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, signature in open_session(path).signatures.items():
        found[name] = asdict(signature)
    return found


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
