"""The main job on built-in data: generate, train, export, verify, bench, bundle, consult, report."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from makeup_ai.assistant import Assistant
from makeup_ai.bundle import Bundle
from makeup_ai.errors import ExportError, ModelsMissingError
from makeup_ai.export.assemble import Ingredients, assemble
from makeup_ai.export.bench import Benchmark
from makeup_ai.export.builtin import World, labelled
from makeup_ai.export.contest import Contest, run_contest, shown
from makeup_ai.export.job import ExportReport
from makeup_ai.export.plot import plot
from makeup_ai.export.recipes import RECIPES
from makeup_ai.export.shipping import export_and_describe
from makeup_ai.export.skin import export_skin
from makeup_ai.knowledge.packlinking import PackLinker
from makeup_ai.schema import Advice
from makeup_ai.selftest import SelftestReport, selftest
from makeup_ai.training.data.described import describe
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.generate import Sizes
from makeup_ai.training.data.invented_purchases import invent_purchases
from makeup_ai.training.data.vocabulary import train_tokenizer
from makeup_ai.training.evaluation.evaluate import Metrics
from makeup_ai.training.evaluation.shipped import evaluate_understander
from makeup_ai.training.evaluation.target import describe_export
from makeup_ai.training.job import VOCABULARY_SIZE, measure_run, train_run
from makeup_ai.training.models.encoders import ENCODERS, PRESETS
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.run import RunLayout, load_run
from makeup_ai.training.taste.learn import Taste, learn_taste
from makeup_ai.vision import face_models
from makeup_ai.vision.table import default_table as vision_table

ENCODER_PRESETS = {"lstm_bi": 6, "bert_tiny": 8}
"""Both encoders and their epochs; the files of the one that is better on the validation part go into the bundle."""

SHIPPED_RECIPE = {"tflite": ("dynamic_int8", "float16", "float32"), "onnx": ("dynamic_int8", "float32")}
"""Format -> recipes in the order of preference; the first that was not refused is shipped."""

DATA = (
    "Trained and measured on synthetic data: utterances and reviews written by this project's seeded templates, about "
    "an invented catalogue. `test` figures are on templates that no training text came from; `handwritten` figures on "
    "utterances written by hand. The purchases behind its taste are synthetic, too: invented people, drawn by chance. "
    "No real customer's text, purchase or photo was used."
)

QUESTIONS = (
    "I have oily, acne-prone skin. Which serum under $30 would you recommend?",
    "我是敏感肌，对香精过敏，想要一款保湿面霜，预算200元以内",
    "a long-lasting matte red lipstick for a wedding please",
    "我怀孕了，有什么适合干皮的精华可以用吗",
    "which foundation shade matches me best? something dewy",
    "什么粉底液适合混合皮，想要自然一点的妆效",
    "Can I use retinol together with glycolic acid?",
    "烟酰胺有什么作用？",
    "What order should I apply toner, serum and sunscreen?",
    "who won the football match last night?",
)
"""Asked of the finished bundle; they also are its self-test."""

PHOTO_QUESTIONS = (QUESTIONS[4], QUESTIONS[5])
"""Asked with a photo."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How much is done.

    Args:
        sizes: Of the generated text.
        epochs: Share of each encoder's epochs.
        noise: Share of pieces replaced in training, chosen on the validation part.
        recipes: Of the exported files.
        texts: Timed in the benchmark.
        repeats: Of the benchmark.
        scored: Test examples that every file is scored on.
        seed: Of everything.
    """

    sizes: Sizes = field(default_factory=Sizes)
    epochs: float = 1.0
    noise: float = 0.3
    recipes: tuple[str, ...] = tuple(RECIPES)
    texts: int = 48
    repeats: int = 6
    scored: int = 600
    seed: int = 0

    @classmethod
    def quick(cls) -> DemoOptions:
        """Return what shows every step in under two minutes; its models are not worth shipping."""
        return cls(
            sizes=Sizes({"train": 3_000, "valid": 300, "test": 300}, {"train": 600, "valid": 80, "test": 80}),
            epochs=0.25,
            noise=0.1,
            recipes=("float32", "dynamic_int8"),
            texts=16,
            repeats=3,
            scored=100,
        )


@dataclass(frozen=True)
class Demo:
    """Everything the demo did, for its report."""

    folder: Path
    seconds: dict[str, float]
    card: dict[str, Any]
    runs: dict[str, Path]
    metrics: dict[str, dict[str, Metrics]]
    exports: dict[str, ExportReport]
    benchmark: Benchmark
    plots: dict[str, Path]
    bundle: Bundle
    selftest: SelftestReport
    understood: dict[str, dict[str, float]]
    advices: tuple[tuple[str, bool, Advice], ...]


def run_demo(folder: str | Path, options: DemoOptions, progress: Callable[[str], None] = print) -> Demo:
    """Do the main job in a folder; what an interrupted demo has trained is resumed.

    Raises:
        ExportError: No file of the shipped encoder agreed with Keras.
    """
    folder = Path(folder)
    clock = _Clock(progress)
    with clock("data"):
        world = World.builtin()
        corpus = world.generate(options.seed, options.sizes)
        corpus.write(folder / "data")
        parts = {name: corpus.examples(name, world.describe) for name in ("train", "valid", "test")}
        handwritten = labelled(world.handwritten())
        tokenizer = folder / "data" / "tokenizer.json"
        train_tokenizer(world.tokenizer_texts(parts["train"]), tokenizer, VOCABULARY_SIZE)
    runs: dict[str, Path] = {}
    metrics: dict[str, dict[str, Metrics]] = {}
    exports: dict[str, ExportReport] = {}
    valid: dict[str, Metrics] = {}
    for preset in ENCODER_PRESETS:
        with clock(f"train {preset}"):
            runs[preset] = folder / "runs" / preset
            valid[preset] = _train(runs[preset], preset, parts, tokenizer, options, progress)
            metrics[preset] = {
                "test": measure_run(runs[preset], parts["test"]),
                "handwritten": measure_run(runs[preset], handwritten, "handwritten"),
            }
        with clock(f"export {preset}"):
            exports[preset] = export_and_describe(
                runs[preset], folder / "export" / preset, recipes=options.recipes, progress=progress
            )
    chosen = max(valid, key=lambda preset: _mean_figure(runs[preset], valid[preset]))
    progress(f"{chosen} goes into the bundle: better on the validation part, over all heads")
    with clock("bench"):
        contests = {p: _bench(runs[p], exports[p], parts["test"], options) for p in ENCODER_PRESETS}
        benchmark = _together(contests)
        benchmark.save(folder / "bench.json")
        plots = {name: folder / f"bench_{name}.png" for name in ("intent", "slots")}
        plot(benchmark, "intent macro_f1", plots["intent"])
        plot(benchmark, "slots f1", plots["slots"])
    with clock("skin graph"):
        skin = export_skin(folder / "export" / "skin", vision_table(), tuple(SHIPPED_RECIPE))
        progress("; ".join(f"{file.path.name} agrees with NumPy" for file in skin.values()))
    with clock("bundle"):
        shipped = _choose(exports[chosen])
        bundle = assemble(
            folder / "bundle",
            Ingredients(
                name="makeup_ai demo",
                run=runs[chosen],
                models={name: file.path for name, file in shipped.items()},
                measured={name: _measured(file, benchmark, metrics[chosen]) for name, file in shipped.items()},
                domain=world.domain.table,
                products=world.products,
                knowledge=world.knowledge,
                questions=QUESTIONS,
                evaluation=[*parts["test"][:: max(1, len(parts["test"]) // options.scored)], *handwritten],
                data=DATA,
                face_models=_face_models(progress),
                skin=skin,
                faq=world.faq(),
                taste=_invented_taste(world, options.seed),
            ),
        )
        assistant = Assistant.load(bundle.folder)
        tested = selftest(assistant)
        understood = {
            "test": evaluate_understander(assistant.understander, [u for u in corpus.utterances if u.split == "test"]),
            "handwritten": evaluate_understander(assistant.understander, world.handwritten()),
        }
        progress(f"self-test: {tested}")
    with clock("consult"):
        advices = _consult(assistant, bundle, folder)
    return Demo(
        folder=folder,
        seconds=clock.seconds,
        card=corpus.card(),
        runs=runs,
        metrics=metrics,
        exports=exports,
        benchmark=benchmark,
        plots=plots,
        bundle=bundle,
        selftest=tested,
        understood=understood,
        advices=advices,
    )


def _train(
    run: Path,
    preset: str,
    parts: dict[str, list[Example]],
    tokenizer: Path,
    options: DemoOptions,
    progress: Callable[[str], None],
) -> Metrics:
    layout = RunLayout(run)
    if layout.tokenizer.is_file() and layout.tokenizer.read_bytes() != tokenizer.read_bytes():
        shutil.rmtree(run)  # of a demo with other options
    run.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(tokenizer, layout.tokenizer)
    epochs = round(options.epochs * ENCODER_PRESETS[preset])
    settings = TrainOptions(
        epochs=epochs,
        batch_size=64,
        learning_rate=ENCODERS[PRESETS[preset][0]].learning_rate,
        patience=epochs,
        noise=options.noise,
        seed=options.seed,
    )
    return train_run(run, "understanding", preset, parts["train"], parts["valid"], settings, progress=progress)


def _mean_figure(run: Path, found: Metrics) -> float:
    """Return the mean of one figure a head, the ones a benchmark shows."""
    figures = shown(load_run(run).task, found).values()
    return sum(figures) / len(figures)


def _bench(run: Path, report: ExportReport, examples: list[Example], options: DemoOptions) -> Contest:
    task, tokenizer, max_length = describe_export(report.folder)
    scored = examples[:: max(1, len(examples) // options.scored)]
    return run_contest(
        [file.path for file in report.shipped],
        task,
        tokenizer,
        max_length,
        scored,
        keras_run=run,
        texts=options.texts,
        repeats=options.repeats,
    )


def _together(contests: dict[str, Contest]) -> Benchmark:
    """Return one benchmark with the rows of all, Keras's rows named by preset."""
    rows = []
    for preset, contest in contests.items():
        for measured in contest.benchmark.measurements:
            name = f"keras {preset}" if measured.name == "keras" else measured.name
            rows.append(replace(measured, name=name))
    first = next(iter(contests.values())).benchmark
    return replace(first, measurements=tuple(rows))


def _choose(report: ExportReport) -> dict[str, Any]:
    chosen = {}
    for format_name, recipes in SHIPPED_RECIPE.items():
        found = {file.recipe: file for file in report.shipped if file.format == format_name}
        recipe = next((recipe for recipe in recipes if recipe in found), None)
        if recipe is not None:
            chosen[format_name] = found[recipe]
    if "tflite" not in chosen:
        raise ExportError("No TFLite file agreed with Keras, so there is nothing to ship. Train longer.")
    return chosen


def _measured(file: Any, benchmark: Benchmark, metrics: dict[str, Metrics]) -> dict[str, Any]:
    row = next(measured for measured in benchmark.measurements if measured.name == file.path.name)
    heads = file.parity.heads.items()
    words = "; ".join(
        f"{name} {head.agreement:.2%} same answers"
        if head.agreement is not None
        else f"{name} cosine {head.cosine:.4f}"
        for name, head in heads
    )
    handwritten = {f"handwritten {h} {m}": v for h, ms in metrics["handwritten"].items() for m, v in ms.items()}
    return {
        "recipe": file.recipe,
        "bytes": file.bytes,
        "accuracy": dict(row.scores),
        "accuracy_keras_handwritten": handwritten,
        "parity": file.parity.to_dict(),
        "parity_in_words": words,
    }


def _face_models(progress: Callable[[str], None]) -> Path | None:
    """Return the folder of the face models, fetched if need be; without them the bundle has no photo part."""
    try:
        return face_models.pull(progress).detection.parent
    except (ModelsMissingError, OSError) as error:
        progress(f"face models: left out ({error})")
        return None


def _invented_taste(world: World, seed: int) -> Taste:
    """Learn from synthetic purchases how a history ranks; how often invented people buy a thing shall not count."""
    linker = PackLinker(world.knowledge)
    described = [describe(product, linker) for product in world.products]
    return learn_taste(invent_purchases(world.products, seed), described, weights={"popularity": 0.0})


def _consult(assistant: Assistant, bundle: Bundle, folder: Path) -> tuple[tuple[str, bool, Advice], ...]:
    photo = _astronaut() if bundle.has("models/face_landmark.tflite") else None
    advices = [(text, False, assistant.consult(text)) for text in QUESTIONS]
    if photo is not None:
        advices += [(text, True, assistant.consult(text, photo=photo)) for text in PHOTO_QUESTIONS]
    for number, (_, _, advice) in enumerate(advices, 1):
        assistant.write_page(advice, folder / f"advice_{number:02}.html")
    return tuple(advices)


def _astronaut() -> bytes:
    """Return scikit-image's public-domain portrait as PNG bytes; it is never written."""
    import io

    import skimage.data
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(skimage.data.astronaut()).save(stream, "png")
    return stream.getvalue()


class _Clock:
    """Seconds by step, with a word at the beginning of each."""

    def __init__(self, progress: Callable[[str], None]):
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        self._progress(f"== {step}")
        started = time.monotonic()
        yield
        self.seconds[step] = time.monotonic() - started


def read_log(run: Path) -> list[dict[str, Any]]:
    """Return the epochs of a run's log."""
    lines = RunLayout(run).log.read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if "epoch" in entry]
