"""A bundle from a run of one's own: the library call behind `makeup-ai bundle make`."""

from __future__ import annotations

import json
from pathlib import Path

from makeup_ai.bundle import Bundle
from makeup_ai.errors import DataError, ExportError
from makeup_ai.export.assemble import Ingredients, assemble
from makeup_ai.export.builtin import World, labelled
from makeup_ai.export.demo import QUESTIONS
from makeup_ai.export.skin import export_skin
from makeup_ai.knowledge.weights import NeedWeights
from makeup_ai.schema import Product
from makeup_ai.search.faq import load_faq
from makeup_ai.training.run import RunLayout
from makeup_ai.training.taste.learn import Taste
from makeup_ai.vision.face_models import SHA256, cache_folder
from makeup_ai.vision.table import default_table


def make_bundle(
    out: str | Path,
    *,
    run: str | Path,
    export: str | Path,
    recipe: str,
    catalogue: str | Path | None,
    name: str,
    data: str,
    faq: str | Path | None = None,
    weights: str | Path | None = None,
    taste: str | Path | None = None,
    index: bool | None = None,
) -> Bundle:
    """Make a bundle around a run of the task `understanding`.

    Args:
        out: Folder of the bundle.
        run: Folder of the run.
        export: Folder with its exported files and `export.json`.
        recipe: Which of them to ship.
        catalogue: Products as in a bundle's `catalogue.json`; the built-in ones by default.
        name: Of the bundle.
        data: What the run was trained and measured on, in words.
        faq: The brand's questions and answers as JSON lines, see `makeup_ai.search.faq`; by default the invented
            shop's with the built-in products, and none with others.
        weights: What `makeup-ai knowledge learn` wrote; the graph's own by default.
        taste: Folder that `makeup-ai taste learn` wrote; by default nothing is known of purchases.
        index: Whether to index the product vectors; by default where there are many and USearch is installed.

    Raises:
        ValueError: The run is of another task, a row of the FAQ is not whole, or the weights do not fit.
        DataError: The catalogue cannot be read.
        ExportError: The folder has no verified TFLite file of the recipe.
    """
    config = json.loads(RunLayout(Path(run)).config.read_text(encoding="utf-8"))
    if config["task"]["name"] != "understanding":
        raise ValueError(f"Expected a run of the task 'understanding'. Received: {config['task']['name']!r}")
    described = json.loads((Path(export) / "export.json").read_text(encoding="utf-8"))["files"]
    chosen = {f["format"]: f for f in described if f["recipe"] == recipe and not f["refused_because"]}
    if "tflite" not in chosen:
        known = sorted({f["recipe"] for f in described if f["format"] == "tflite" and not f["refused_because"]})
        raise ExportError(f"Expected a verified TFLite file of one of {known}. Received: recipe={recipe!r}")
    world = World.builtin(read_catalogue(catalogue) if catalogue else None)
    answers = load_faq(faq) if faq else () if catalogue else world.faq()
    keys = ("recipe", "bytes", "parity")
    cache = cache_folder()
    return assemble(
        out,
        Ingredients(
            name=name,
            run=Path(run),
            models={kind: Path(export) / f["file"] for kind, f in chosen.items()},
            measured={kind: {key: f[key] for key in keys} for kind, f in chosen.items()},
            domain=world.domain.table,
            products=world.products,
            knowledge=world.knowledge,
            questions=QUESTIONS,
            evaluation=labelled(world.handwritten()),
            data=data,
            face_models=cache if all((cache / file).is_file() for file in SHA256) else None,
            skin=export_skin(Path(export) / "skin", default_table(), tuple(chosen)),
            faq=answers,
            weights=NeedWeights.load(weights) if weights else NeedWeights(),
            index=index,
            taste=Taste.load(taste) if taste else None,
        ),
    )


def read_catalogue(path: str | Path) -> list[Product]:
    """Read a catalogue in the bundle's layout.

    Raises:
        DataError: It is not JSON of that layout; names the product.
    """
    try:
        rows = json.loads(Path(path).read_text(encoding="utf-8"))["products"]
        return [Product.from_dict(row) for row in rows]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f'Expected {{"schema": 1, "products": [...]}} with every field of a product. Received: {error}',
            file=str(path),
        ) from error
