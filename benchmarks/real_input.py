"""The main job on real input: reviews split by product, both encoders, exported, scored and timed; portraits consulted.

    python benchmarks/real_input.py ../shared/data --bundle build/demo/bundle --out build/real_input

Runs the very commands of the README, one after the other, and prints a Markdown summary; the figures committed in
`real_input.md` are that summary with a reading of it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

PRESETS = {"lstm_base": ["--epochs", "4"], "bert_tiny": ["--epochs", "4"]}
QUESTIONS = (
    "my skin is oily and I break out easily, what foundation should I get?",
    "我皮肤比较干，想要一款水润的粉底液，不要含酒精",
)


def makeup_ai(*words: str, allowed: tuple[int, ...] = (0,)) -> str:
    """Run one command of ours, show it, and return what it printed."""
    print("$ makeup-ai " + " ".join(words), file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "makeup_ai", *words], capture_output=True, text=True, check=False)
    if done.returncode not in allowed:
        sys.exit(f"status {done.returncode}: {done.stderr}")
    return done.stdout


def sentiment(data: Path, out: Path) -> None:
    """Train, export, evaluate and bench both encoders on the reviews."""
    reviews = str(data / "reviews_en_sephora.csv")
    for preset, extra in PRESETS.items():
        run, export = out / preset, out / preset / "export"
        found = json.loads(
            makeup_ai(
                *("train", "--task", "sentiment", "--data", reviews, "--preset", preset, "--out", str(run), "--json"),
                *extra,
            )
        )
        print(f"\n### {preset}\n\nKeras, test part: {found['test']['sentiment']}\n")
        print(
            makeup_ai("export", str(run), "--out", str(export), "--recipe", "float32,dynamic_int8,int8", "--keep-going")
        )
        split = ("--split", str(run / "split.json"))
        for file in sorted(export.glob("*int8*")):
            if file.suffix in {".tflite", ".onnx"}:
                measured = json.loads(makeup_ai("evaluate", str(file), "--data", reviews, *split, "--json"))
                print(f"{file.name}, test part: {measured['metrics']['sentiment']}\n")
        saved = str(out / f"{preset}.bench.json")
        print(makeup_ai("bench", str(export), "--data", reviews, *split, "--run", str(run), "--out", saved))


def portraits(data: Path, bundle: str) -> None:
    """Consult with every portrait in both languages and count what happened."""
    counts: Counter[str] = Counter()
    for photo in sorted((data / "photos" / "portraits").glob("*.jpg")):
        for question in QUESTIONS:
            words = ("consult", bundle, "--text", question, "--photo", str(photo), "--json")
            advice = json.loads(makeup_ai(*words, allowed=(0, 1)))
            skin = advice["skin"]
            counts["consultations"] += 1
            counts["face found"] += skin["face"] is not None
            counts["capture accepted"] += skin["capture"]["accepted"]
            counts["tone given"] += skin["tone"] is not None
            counts["products offered"] += bool(advice["recommendations"])
            counts["shade suggested for the first product"] += bool(
                advice["recommendations"] and advice["recommendations"][0]["shade"]
            )
    print("\n### Portraits\n")
    for what, count in counts.items():
        print(f"- {what}: {count}")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with reviews_en_sephora.csv and photos/portraits")
    parser.add_argument("--bundle", default="build/demo/bundle")
    parser.add_argument("--out", type=Path, default=Path("build/real_input"))
    options = parser.parse_args()
    sentiment(options.data, options.out)
    portraits(options.data, options.bundle)


if __name__ == "__main__":
    main()
