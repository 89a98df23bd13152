"""Language on real text: teachers, pupils and baselines, trained, exported, measured and timed.

    python benchmarks/language_data.py ../shared/data --out build/language/data
    python benchmarks/language.py fit   --out build/language --public PRESET [--only NAME,...] [--seeds 0,1,2]
    python benchmarks/language.py ship  --out build/language [--only NAME,...]
    python benchmarks/language.py table --out build/language

`fit` trains the rows of `RECIPES` in order and goes on where it was stopped; `ship` exports each and measures that very
file on the test part; `table` prints what is there. PRESET is a public English BERT that KerasHub reads. Trained with
KERAS_BACKEND=torch in bfloat16 here, which is the fastest on processors that multiply it; exported under TensorFlow.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

from language_recipes import RECIPES, Recipe

from makeup_ai.training.data.augmenting.recombining import recombine
from makeup_ai.training.data.examples import read_examples
from makeup_ai.training.distilling.companion import distil
from makeup_ai.training.distilling.opening import open_teacher
from makeup_ai.training.job import measure_run, train_run
from makeup_ai.training.run import RunLayout


def main() -> int:
    """Do one step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["fit", "ship", "table"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--public", default="", help="a public English BERT, for the teacher and the pupil cut from it")
    parser.add_argument("--only", default="", help="names of recipes, separated by commas")
    parser.add_argument("--seeds", default="0")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(RECIPES)
    runs = [(RECIPES[name], int(seed)) for name in names for seed in options.seeds.split(",")]
    if options.step == "table":
        from language_report import table

        print(table(options.out, runs))
        return 0
    for recipe, seed in runs:
        if options.step == "fit":
            fit(options.out, recipe, seed, options.public)
        else:
            ship(options.out, recipe, seed)
    return 0


def fit(out: Path, recipe: Recipe, seed: int, public: str) -> None:
    """Train one row, unless it is done, and measure it once on the test part."""
    folder = recipe.folder(out, seed)
    metrics = RunLayout(folder).metrics
    if metrics.is_file() and "test" in json.loads(metrics.read_text(encoding="utf-8")):
        return
    preset = recipe.preset(out, public)
    data = out / "data" / recipe.data
    train = read_examples(data / "train.jsonl")
    if recipe.recombined:
        train += recombine(train, recipe.recombined, seed)
    companions = []
    if recipe.teachers:
        teachers = [open_teacher(name if name == "ngrams" else str(out / "runs" / name)) for name in recipe.teachers]
        companions = [partial(distil, teachers=teachers, settings=recipe.distillation)]
    train_run(
        folder,
        recipe.task,
        preset,
        train,
        read_examples(data / "valid.jsonl"),
        recipe.options_for(seed),
        ngrams=recipe.ngrams,
        max_length=recipe.max_length,
        companions=companions,
        progress=quietly,
    )
    found = measure_run(folder, read_examples(data / "test.jsonl"))
    print(json.dumps({"recipe": recipe.name, "seed": seed, "test": found}), flush=True)


def ship(out: Path, recipe: Recipe, seed: int) -> None:
    """Export one run, measure the file on the test part, and time it."""
    folder = recipe.folder(out, seed)
    export = folder / "export"
    test = out / "data" / recipe.data / "test.jsonl"
    if not (export / "bench.json").is_file():
        makeup_ai("export", str(folder), "--out", str(export), "--recipe", "dynamic_int8", "--keep-going")
        for file in sorted(export.glob("*.tflite")):
            found = makeup_ai("evaluate", str(file), "--data", str(test), "--json")
            (export / f"{file.stem}.test.json").write_text(found, encoding="utf-8")
        makeup_ai("bench", str(export), "--data", str(test), "--out", str(export / "bench.json"))
    print(f"{recipe.name} {seed}: {sorted(path.name for path in export.iterdir())}")


def makeup_ai(*words: str) -> str:
    """Run one command of ours under TensorFlow, and return what it printed."""
    print("$ makeup-ai " + " ".join(words), file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "makeup_ai", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"status {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def quietly(line: str) -> None:
    """Print a line of progress that stays."""
    if not line.startswith("\r"):
        print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
