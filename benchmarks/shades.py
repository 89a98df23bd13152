"""Foundation shades: what a patch tells of its undertone, how densely shades cover skin, speed, and error of the tone.

    python benchmarks/shades.py ../shared/data/shades_foundation.csv

Bands and penalties are chosen on one half of the brands (by a hash of the name) and tried on the other. Prints Markdown
and writes it to `shades.md` beside this file.
"""

from __future__ import annotations

import hashlib
import math
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from itertools import combinations, product
from pathlib import Path

import numpy as np

from makeup_ai.schema import Tone
from makeup_ai.vision.colour import ciede2000, hue_degrees, ita_degrees, linear_from_srgb
from makeup_ai.vision.shades.foundation import match_foundation
from makeup_ai.vision.shades.interval import tone_interval
from makeup_ai.vision.shades.read import read_shade_csv
from makeup_ai.vision.shades.shelf import Shelf, relative_hues
from makeup_ai.vision.shades.table import shade_table
from makeup_ai.vision.shades.words import depths_said, fits_depth, undertones_said

TABLE = shade_table()
CLASSES = TABLE["undertones"]["classes"]
GROUPS = {"below 10": (-180.0, 10.0), "10 to 41": (10.0, 41.0), "above 41": (41.0, 181.0)}  # degrees of ITA
LIMIT = 0.10  # share of the opposite undertone within a band on the choosing half, classes weighted alike
SUPPORT = 20  # shades within a band
SEED = 20
RESAMPLES = 500


class Labelled:
    """Shades whose brand names one undertone: hues, classes and halves.

    The `hints` of the table (pink, golden, ...) make no label.
    """

    def __init__(self, shelf: Shelf):
        rules = {**TABLE, "undertones": {**TABLE["undertones"], "hints": []}}
        said = [undertones_said(f"{shade.name} {shade.words}", rules) for shade in shelf.shades]
        self.one = np.array([len(names) == 1 for names in said])
        self.label = np.array([CLASSES.index(names[0]) if len(names) == 1 else -1 for names in said])
        self.brand = np.array([shade.brand for shade in shelf.shades])
        self.choosing = np.array([hashlib.sha256(name.encode()).digest()[0] % 2 == 0 for name in self.brand])
        self.ita = ita_degrees(shelf.lab)
        self.hue = hue_degrees(shelf.lab)
        self.relative = relative_hues(shelf.lab, shelf.lines, TABLE)

    def half(self, choosing: bool) -> np.ndarray:
        """Mask of one half's labelled shades."""
        return self.one & (self.choosing == choosing)


def balanced(right: np.ndarray, label: np.ndarray) -> float:
    """Mean over the classes of the share that is right."""
    return float(np.mean([right[label == c].mean() for c in range(len(CLASSES)) if (label == c).any()]))


def precision(inside: np.ndarray, label: np.ndarray, wanted: int) -> float:
    """Share of the shades inside that are of a class, classes weighted alike."""
    shares = [(inside & (label == c)).sum() / max((label == c).sum(), 1) for c in range(len(CLASSES))]
    return shares[wanted] / sum(shares) if sum(shares) else 0.0


def choose_cuts(values: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Choose the two cuts, whole degrees, of the best balanced accuracy: cool below, warm above."""
    cuts = np.arange(math.floor(np.percentile(values, 2)), math.ceil(np.percentile(values, 98)) + 1)
    return max(combinations(cuts.tolist(), 2), key=lambda c: balanced(forced(values, c) == label, label))


def forced(values: np.ndarray, cuts: tuple[float, float]) -> np.ndarray:
    """Name a class for every value."""
    return np.where(values <= cuts[0], 0, np.where(values >= cuts[1], 2, 1))


def choose_bands(values: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Choose the widest outer bands, to half a degree, that hold `LIMIT` of the opposite undertone at most."""
    steps = np.arange(math.floor(values.min()), math.ceil(values.max()) + 0.5, 0.5)
    low = [t for t in steps if (values <= t).sum() >= SUPPORT and precision(values <= t, label, 2) <= LIMIT]
    high = [t for t in steps if (values >= t).sum() >= SUPPORT and precision(values >= t, label, 0) <= LIMIT]
    return float(max(low, default=-math.inf)), float(min(high, default=math.inf))


def banded(values: np.ndarray, bands: tuple[float, float]) -> np.ndarray:
    """Give 0 for not warm, 2 for not cool, -1 for cannot tell."""
    return np.where(values <= bands[0], 0, np.where(values >= bands[1], 2, -1))


def interval(data: Labelled, mask: np.ndarray, named: np.ndarray) -> str:
    """Balanced accuracy with a 95 % interval over resampled brands."""
    brands, rng = np.unique(data.brand[mask]), np.random.default_rng(SEED)
    of = {brand: np.flatnonzero(data.brand[mask] == brand) for brand in brands}
    right, label = named == data.label[mask], data.label[mask]
    drawn = [np.concatenate([of[b] for b in rng.choice(brands, len(brands))]) for _ in range(RESAMPLES)]
    low, high = np.percentile([balanced(right[rows], label[rows]) for rows in drawn], [2.5, 97.5])
    return f"{balanced(right, label):.3f} ({low:.3f} to {high:.3f})"


def undertones(data: Labelled) -> list[str]:
    """Try hue and relative hue."""
    lines = ["## Does the hue of a patch tell its undertone?", ""]
    first, second = data.half(True), data.half(False)
    lines += [
        f"Shades with one undertone named by their brand: {first.sum()} in {len(set(data.brand[first]))} brands to "
        f"choose on, {second.sum()} in {len(set(data.brand[second]))} to report on. Balanced accuracy of cool, neutral "
        "and warm when every shade gets an answer (chance is 0.333), 95 % interval over brands:",
        "",
        "| by | ITA | choosing half | reporting half |",
        "|---|---|---|---|",
    ]
    known = ~np.isnan(data.relative)
    for name, values, has in (("hue", data.hue, known | True), ("hue beside its sisters", data.relative, known)):
        for group, (low, high) in {"all": (-180.0, 181.0), **GROUPS}.items():
            inside = has & (data.ita > low) & (data.ita <= high)
            a, b = first & inside, second & inside
            cuts = choose_cuts(values[a], data.label[a])
            scores = [interval(data, m, forced(values[m], cuts)) for m in (a, b)]
            lines.append(f"| {name} | {group} | {scores[0]} | {scores[1]} |")
    lines += ["", "A hue may not name an undertone and still rule one out. The widest bands that hold at most"]
    lines += [
        f"{LIMIT:.0%} of the opposite undertone on the choosing half, classes weighted alike, on the reporting half:"
    ]
    lines += [""]
    for name, values, has in (("hue", data.hue, known | True), ("hue beside its sisters", data.relative, known)):
        bands = choose_bands(values[first & has], data.label[first & has])
        named = banded(values, bands)
        lines += confusion(
            data, f"{name}, all depths: not warm to {bands[0]:g}, not cool from {bands[1]:g}", named, second
        )
    named, chosen = np.full(len(data.label), -1), []
    for group, (low, high) in GROUPS.items():
        inside = (data.ita > low) & (data.ita <= high)
        rows = first & known & inside
        bands = choose_bands(data.relative[rows], data.label[rows])
        named = np.where(inside, banded(data.relative, bands), named)
        chosen.append(f"{group}: not warm to {bands[0]:g}, not cool from {bands[1]:g}")
    lines += confusion(data, "hue beside its sisters, bands by ITA", named, second)
    for group, (low, high) in GROUPS.items():
        lines += confusion(data, f"the same, ITA {group}", named, second & (data.ita > low) & (data.ita <= high))
    lines += [f"Chosen by ITA: {'; '.join(chosen)} degrees. The table has:", ""]
    lines += [f"    {row}" for row in TABLE["undertones"]["hue"]["bands"]]
    return [
        *lines,
        "",
        "Bands that named cool or warm, and bands for all depths, were tried before and seen on the reporting half; "
        "these replaced them because a name was wrong too often, for deep shades most of all.",
        "",
    ]


def confusion(data: Labelled, title: str, named: np.ndarray, half: np.ndarray) -> list[str]:
    """Count what is named against what the brand says."""
    named, label = named[half], data.label[half]
    lines = [f"{title}:", "", "| brand says | not warm | not cool | cannot tell |", "|---|---|---|---|"]
    lines += [
        f"| {name} | " + " | ".join(str(int(((label == c) & (named == answer)).sum())) for answer in (0, 2, -1)) + " |"
        for c, name in enumerate(CLASSES)
    ]
    wrong = ((named == 0) & (label == 2)).sum() + ((named == 2) & (label == 0)).sum()
    return [
        *lines,
        "",
        f"Answered {np.mean(named >= 0):.1%}; of the answered, {wrong / max((named >= 0).sum(), 1):.1%} are wrong.",
        "",
    ]


def words(shelf: Shelf, data: Labelled) -> list[str]:
    """Hold the table's hints, depths and penalties to both halves."""
    lines = ["## Words: hints, depths and penalties", "", "| | choosing half | reporting half |", "|---|---|---|"]
    texts = [f"{shade.name} {shade.words}" for shade in shelf.shades]
    only = {**TABLE, "undertones": {**TABLE["undertones"], "said": {name: ["\0"] for name in CLASSES}}}
    hinted = [undertones_said(text, only) for text in texts]
    fits = np.array([fits_depth(depths_said(t, TABLE), float(i), TABLE) for t, i in zip(texts, data.ita, strict=True)])
    spoken = np.array([bool(depths_said(text, TABLE)) for text in texts])
    hint = np.array([bool(names) for names in hinted])
    agrees = np.array([c >= 0 and CLASSES[c] in names for c, names in zip(data.label, hinted, strict=True)])
    rows = {"a colour word's hint has the undertone that is named as well": (agrees, hint & data.one)}
    rows["the patch's angle does not fit its depth words (doubted)"] = (~fits, spoken)
    for name, (share, of) in rows.items():
        cells = [
            f"{share[of & (data.choosing == c)].mean():.1%} of {(of & (data.choosing == c)).sum()}"
            for c in (True, False)
        ]
        lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    for steps in range(3):
        cells = [pairs(shelf, data, choosing, steps) for choosing in (True, False)]
        shown = [f"{statistics.median(c):.2f} of {len(c)}" for c in cells]
        what = f"CIEDE2000 of two shades of a product, L* within 2, undertones {steps} steps apart"
        lines.append(f"| {what} | {shown[0]} | {shown[1]} |")
    zero, *rest = (statistics.median(pairs(shelf, data, True, steps)) for steps in range(3))
    chosen = ", ".join(f"{math.sqrt(max(d * d - zero * zero, 0.0)):.2f}" for d in rest)
    return [
        *lines,
        "",
        "What the undertone adds to the scatter of equal undertones, taken as independent (root of the difference of "
        f"the squares, choosing half), is the penalty: {chosen}; the table has "
        f"{TABLE['undertones']['penalty_by_steps'][1:]}.",
        "",
    ]


def pairs(shelf: Shelf, data: Labelled, choosing: bool, steps: int) -> list[float]:
    """Distances between shades of one product and about one L*."""
    found: list[float] = []
    rows = np.flatnonzero(data.half(choosing))
    for line in np.unique(shelf.lines[rows]):
        own = rows[shelf.lines[rows] == line]
        i, j = np.array(list(combinations(own.tolist(), 2)) or [(0, 0)]).T
        apart = np.abs(data.label[i] - data.label[j]) == steps
        near = (np.abs(shelf.lab[i, 0] - shelf.lab[j, 0]) < 2) & (i != j)
        found += ciede2000(shelf.lab[i[apart & near]], shelf.lab[j[apart & near]]).tolist()
    return found


def skins() -> np.ndarray:
    """Grid of colours that skin may have: hue 40 to 72 degrees, chroma 14 to 30, L* 25 to 82, within sRGB."""
    grid = [
        (lightness, c * math.cos(math.radians(h)), c * math.sin(math.radians(h)))
        for lightness, c, h in product(range(25, 83, 3), range(14, 31, 4), range(40, 73, 8))
    ]
    lab = np.array(grid)
    fy = (lab[:, 0] + 16) / 116
    f = np.stack([fy + lab[:, 1] / 500, fy, fy - lab[:, 2] / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, (116 * f - 16) * 27 / 24389) * [0.95047, 1.0, 1.08883]
    to_rgb = np.array(
        [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
    )
    rgb = xyz @ to_rgb.T
    return lab[((rgb >= linear_from_srgb(0.0)) & (rgb <= 1.0)).all(axis=1)]


def tone_of(lab: Sequence[float], half: float = 0.0, undertone: str | None = None) -> Tone:
    """Make a tone of a colour."""
    return Tone(
        lab=(float(lab[0]), float(lab[1]), float(lab[2])),
        ita_degrees=float(ita_degrees(lab)),
        ita_class="",
        uncertainty_degrees=half,
        undertone=undertone,
    )


def coverage(shelf: Shelf, grid: np.ndarray) -> list[str]:
    """Nearest shade from a grid of skin colours, and from each shade to other brands."""
    lines = [
        "## How densely do shades cover skin?",
        "",
        "CIEDE2000 to the nearest shade. The grid is a box of hue 40 to 72",
    ]
    lines += ["degrees, chroma 14 to 30 and L* 25 to 82 within sRGB, not a census: some of its corners nobody has.", ""]
    lines += ["| ITA | grid | median | 95th percentile | farther than 2 | shades | to another brand's, median | 95th |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    angles, shade_angles = ita_degrees(grid), ita_degrees(shelf.lab)
    near = np.array([ciede2000(shelf.lab, colour).min() for colour in grid])
    brand = np.array([shade.brand for shade in shelf.shades])
    other = np.array(
        [ciede2000(shelf.lab[brand != b], c).min() for b, c in zip(brand[::4], shelf.lab[::4], strict=True)]
    )
    for group, (low, high) in GROUPS.items():
        d = near[(angles > low) & (angles <= high)]
        inside = (shade_angles > low) & (shade_angles <= high)
        o = other[inside[::4]]
        lines.append(
            f"| {group} | {len(d)} | {np.median(d):.2f} | {np.percentile(d, 95):.2f} | {np.mean(d > 2):.0%} | "
            f"{inside.sum()} | {np.median(o):.2f} | {np.percentile(o, 95):.2f} |"
        )
    return [*lines, "", "The last two columns: every fourth shade against the shades of all other brands.", ""]


def tone_error(shelf: Shelf, grid: np.ndarray) -> list[str]:
    """How the three nearest change when the tone is wrong, and how often a shade is named at all."""
    lines = [
        "## What does an error of the tone do?",
        "",
        "The grid's colours, darkened and lightened as an exposure would",
    ]
    lines += [
        "until the angle is off by so much. Kept: of the three nearest, those still among the three. Distance: of the"
    ]
    lines += [
        "wrong first choice from the true colour. Ends at white are left out. A shade is named: at this uncertainty.",
        "",
    ]
    lines += [
        "| ITA | error, degrees | kept of 3 | same first | distance, median | 95th | without error | a shade is named |"
    ]
    lines += ["|---|---|---|---|---|---|---|---|"]
    angles = ita_degrees(grid)
    for (group, (low, high)), half in product(GROUPS.items(), (3.0, 6.0, 12.0)):
        kept, same, wrong, true, named = [], [], [], [], []
        for colour in grid[(angles > low) & (angles <= high)]:
            best = match_foundation(tone_of(colour), shelf).nearest
            named.append(bool(match_foundation(tone_of(colour, half), shelf).nearest))
            true.append(best[0].distance)
            shades = {m.shade for m in best}
            for moved in tone_interval(tone_of(colour, half), 3)[[0, 2]]:
                if moved[0] > 99.9:
                    continue
                found = match_foundation(tone_of(moved), shelf).nearest
                kept.append(len(shades & {m.shade for m in found}))
                same.append(found[0].shade == best[0].shade)
                i = shelf.shades.index(found[0].shade)
                wrong.append(float(ciede2000(shelf.lab[i], colour)))
        lines.append(
            f"| {group} | {half:g} | {np.mean(kept):.2f} | {np.mean(same):.0%} | {np.median(wrong):.2f} | "
            f"{np.percentile(wrong, 95):.2f} | {np.median(true):.2f} | {np.mean(named):.0%} |"
        )
    return [*lines, ""]


def speed(shelf: Shelf, grid: np.ndarray) -> list[str]:
    """Time matching beside two plain ways, turn by turn."""
    tones = [tone_of(colour, 3.0, "warm") for colour in grid[:: max(len(grid) // 15, 1)]]
    samples = TABLE["interval"]["samples"]
    ways: dict[str, Callable[[Tone], object]] = {
        "match_foundation, uncertain tone (9 colours)": lambda t: match_foundation(t, shelf),
        "the whole shelf at once, 9 colours": lambda t: [
            np.argsort(ciede2000(shelf.lab, c), kind="stable")[:3] for c in tone_interval(t, samples)
        ],
        "a plain loop over the shades, 1 colour": lambda t: sorted(float(ciede2000(t.lab, lab)) for lab in shelf.lab)[
            :3
        ],
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for tone in tones:
        for name, way in ways.items():
            start = time.perf_counter()
            way(tone)
            times[name].append(1000 * (time.perf_counter() - start))
    first = statistics.median(times[next(iter(ways))])
    lines = [
        "## Speed",
        "",
        f"{len(shelf)} shades, {len(tones)} tones, turn by turn.",
        "",
        "| way | median, ms | ratio |",
    ]
    lines += ["|---|---|---|"]
    lines += [f"| {n} | {statistics.median(t):.2f} | {statistics.median(t) / first:.1f} |" for n, t in times.items()]
    return [*lines, ""]


def main(file: Path) -> None:
    read = read_shade_csv(file)
    start = time.perf_counter()
    shelf = Shelf.of(read.rows)
    built = time.perf_counter() - start
    data, grid = Labelled(shelf), skins()
    basis = {name: shelf.basis.count(name) for name in ("words", "hue", None)}
    lines = [
        "# Foundation shades",
        "",
        "    python benchmarks/shades.py ../shared/data/shades_foundation.csv",
        "",
        f"{date.today()}; {platform.machine()}, one thread; Python {platform.python_version()}, NumPy "
        f"{np.__version__}; other work ran beside it, so read times as ratios.",
        "",
        f"{read.read} shades of {len({s.brand for s in read.rows})} brands, {len(set(shelf.lines.tolist()))} products; "
        f"{len(shelf.left_out)} left out because their patch is grey. Undertone from the brand's words: "
        f"{basis['words']}, from the hue beside its sisters: {basis['hue']}, not known: {basis[None]}. The shelf was "
        f"built in {built:.2f} s.",
        "",
        "No person was matched here: patches are pictures of a brand's page, and nobody's skin was compared with them. "
        "Quartiles of hue by undertone had been looked at over all brands before they were halved; no band or penalty "
        "was chosen there.",
        "",
        *undertones(data),
        *words(shelf, data),
        *coverage(shelf, grid),
        *tone_error(shelf, grid),
        *speed(shelf, grid),
    ]
    text = "\n".join(lines)
    print(text)
    Path(__file__).with_suffix(".md").write_text(text.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python benchmarks/shades.py FILE")
    main(Path(sys.argv[1]))
