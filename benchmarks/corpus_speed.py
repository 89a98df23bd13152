"""How long a corpus of a million short texts takes, and whether planted near-duplicates are found.

    python benchmarks/corpus_speed.py [TEXTS]

The texts are synthetic: 6 to 29 words each, drawn with Zipf's frequencies from 20,000 invented words; every tenth
repeats the text five before it with a word more, which leaves it a resemblance of 0.8 or above unless it is short.
"""

from __future__ import annotations

import json
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from makeup_ai.training.data.duplicates import NearDuplicates, find_duplicates, resemblance
from makeup_ai.training.data.splits import bare_text
from makeup_ai.training.data.text_corpus import build_corpus

WORDS = 20_000
EVERY, BACK = 10, 5


def main(count: int) -> int:
    texts = invent(count)
    print(f"Python {platform.python_version()}, {platform.machine()}, NumPy {np.__version__}, {count} synthetic texts")
    print(f"mean length {sum(map(len, texts)) / count:.0f} characters")
    begin = time.process_time()
    found = find_duplicates(texts)
    spent = time.process_time() - begin
    planted = [
        i for i in range(EVERY, count, EVERY) if share(texts[i], texts[i - BACK]) >= NearDuplicates().resemblance
    ]
    hits = sum(found.original[i] >= 0 for i in planted)
    others = int((found.original >= 0).sum()) - int((found.original[EVERY::EVERY] >= 0).sum())
    print(f"duplicates: {spent:.0f} s of one core, {hits} of {len(planted)} planted found, {others} others")
    print(f"pairs compared: {found.pairs}, let be for lack of room: {found.unchecked}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.jsonl"
        file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        begin = time.process_time()
        card = build_corpus([file], Path(folder) / "corpus", ["CC0-1.0"])
        print(f"whole corpus: {time.process_time() - begin:.0f} s of one core, {card['languages']}")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB, the texts twice included")
    return 0


def invent(count: int) -> list[str]:
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(WORDS)]
    odds = 1 / np.arange(1, WORDS + 1)
    lengths = rng.integers(6, 30, count)
    drawn = rng.choice(WORDS, lengths.sum(), p=odds / odds.sum())
    ends = np.cumsum(lengths)
    texts = [" ".join(words[w] for w in drawn[end - length : end]) for end, length in zip(ends, lengths, strict=True)]
    for index in range(EVERY, count, EVERY):
        texts[index] = texts[index - BACK] + " too"
    return texts


def share(first: str, second: str) -> float:
    length = NearDuplicates().shingle
    sets = [{bare[i : i + length] for i in range(len(bare) - length + 1)} for bare in map(bare_text, (first, second))]
    return resemblance(sets[0], sets[1])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
