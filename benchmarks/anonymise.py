"""What k-anonymity and private counts cost: information lost, time, and error, on synthetic people.

Beside ours stands Mondrian (LeFevre et al. 2006), written here for the comparison: it cuts the leaves in the table's
order wherever it likes and is charged the span of a class, so its classes are not the table's ("DE to GB"). By hand:

    python benchmarks/anonymise.py
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import tempfile
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from makeup_ai.profile.anonymise import anonymise
from makeup_ai.profile.counts import Ledger, private_counts
from makeup_ai.profile.hierarchies import hierarchies

CONCERNS = ("acne", "pores", "redness", "dryness", "dullness", "fine_lines", "dark_spots", "texture")
COUNTRIES = ("DE", "FR", "GB", "US", "CN", "JP", "KR", "IN", "BR", "NG")
TYPES = ("oily", "dry", "combination", "normal", "sensitive")


def main() -> int:
    """Print three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[500, 2000, 10000])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(
        "| rows | k | l | loss | loss `--alike` | left out | Mondrian | classes | classes `--alike` | s | s `--alike` |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for count in options.rows:
        rows = people(count, options.seed)
        for k, diversity in ((2, 1.0), (5, 1.0), (5, 2.0), (20, 1.0)):
            (apart, seconds), (alike, longer) = (timed(rows, k, diversity, alike) for alike in (False, True))
            peer = f"{mondrian(rows, k):.3f}" if diversity == 1 else ""
            classes = [report["reached"]["classes"] for report in (apart, alike)]
            print(
                f"| {count} | {k} | {diversity:g} | {apart['information_loss']:.3f} | "
                f"{alike['information_loss']:.3f} | {alike['suppressed']} | {peer} | {classes[0]} | {classes[1]} | "
                f"{seconds:.2f} | {longer:.2f} |"
            )
    counts(people(max(options.rows), options.seed))
    print(f"\nNumPy {np.__version__}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    return 0


def timed(rows: list[dict[str, Any]], k: int, diversity: float, alike: bool) -> tuple[Any, float]:
    """Return the report and the seconds."""
    started = time.perf_counter()
    report = anonymise(rows, k, diversity, alike=alike).report
    return report, time.perf_counter() - started


def people(count: int, seed: int) -> list[dict[str, Any]]:
    """Return synthetic people; some things go together, some are not told."""
    rng = random.Random(seed)
    rows = []
    for _ in range(count):
        age = min(max(round(rng.gauss(34, 12)), 16), 85)
        place = rng.choices(COUNTRIES, weights=[9, 8, 7, 20, 25, 10, 6, 8, 5, 2])[0]
        light = rng.gauss({"NG": 35, "IN": 48, "BR": 55}.get(place, 64), 6)
        held = rng.sample(CONCERNS[:4] if age < 30 else CONCERNS, rng.choice([0, 1, 1, 2, 3]))
        rows.append(
            {
                "age": age if rng.random() < 0.9 else None,
                "budget": round(rng.lognormvariate(3.4, 0.7), 2) if rng.random() < 0.7 else None,
                "tone": (min(light, 95.0), 12.0, rng.gauss(16, 3)) if rng.random() < 0.5 else None,
                "skin_type": rng.choice(TYPES) if rng.random() < 0.95 else None,
                "locale": place,
                "concerns": held,
            }
        )
    return rows


def mondrian(rows: list[dict[str, Any]], k: int) -> float:
    """Return the loss of a greedy partition into classes of k at least: the share of leaves that a class spans."""
    fields = list(hierarchies().quasi.values())
    codes = np.array([[field.leaves.index(field.leaf_of(row.get(field.field))) for field in fields] for row in rows])
    leaves = np.array([len(field.leaves) for field in fields])

    def cut(part: np.ndarray) -> list[np.ndarray]:
        spans = [len(np.unique(codes[part, i])) / leaves[i] for i in range(len(fields))]
        for i in np.argsort(spans)[::-1]:
            values = codes[part, i]
            for limit in (np.median(values), np.median(values) - 1):
                low, high = part[values <= limit], part[values > limit]
                if min(len(low), len(high)) >= k:
                    return cut(low) + cut(high)
        return [part]

    lost = 0.0
    for part in cut(np.arange(len(rows))):
        spans = [(codes[part, i].max() - codes[part, i].min()) / (leaves[i] - 1) for i in range(len(fields))]
        lost += len(part) * float(np.mean(spans))
    return lost / len(rows)


def counts(rows: list[dict[str, Any]]) -> None:
    """Print the error of private counts beside what the theory says."""
    true = Counter(hierarchies().quasi["skin_type"].leaf_of(row["skin_type"]) for row in rows)
    print(f"\n| epsilon | mean error of a count of skin types, {len(rows)} rows | expected |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        ledger = Ledger(Path(name) / "ledger", Fraction(10**6))
        for epsilon in (Fraction(1, 10), Fraction(1, 2), Fraction(1)):
            errors = [
                abs(noisy - true[label])
                for _ in range(100)
                for label, noisy in private_counts(rows, "skin_type", epsilon, ledger).counts.items()
            ]
            a = float(np.exp(-float(epsilon)))
            print(f"| {float(epsilon):g} | {statistics.mean(errors):.2f} | {2 * a / (1 - a * a):.2f} |")
        ledger.close()


if __name__ == "__main__":
    raise SystemExit(main())
