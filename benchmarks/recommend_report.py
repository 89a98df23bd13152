"""The page that `benchmarks/recommend.py` writes."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from recommend_data import Part, Shop

from makeup_ai.training.evaluation.ranking import MEASURES, coverage, gini, interval, ndcg, paired, recall, tail_share

Rows = NDArray[np.int64]
EASE, OURS = "EASE, dense", "**taste**, the table"
SHARE, ALIKE = "ridge from brand and category to ALS factors, with the share", "**alike**, the table"
PLACES = (5, 10, 20)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def words(text: str) -> str:
    """Wrap a paragraph."""
    return textwrap.fill(" ".join(text.split()), 120, break_long_words=False, break_on_hyphens=False)


def known(tops: Mapping[str, Rows], truth: NDArray[np.bool_]) -> str:
    """Every measure at ten places with its interval, beside the difference from EASE."""
    base = ndcg(tops[EASE][:, :10], truth)
    rows = []
    for name, top in tops.items():
        cells = []
        for measure in MEASURES.values():
            values = measure(top[:, :10], truth)
            low, high = interval(values)
            cells.append(f"{values.mean():.4f} ({low:.4f} to {high:.4f})")
        found = paired(ndcg(top[:, :10], truth), base)
        cells.append(
            "" if name == EASE else f"{found.mean:+.4f} ({found.low:+.4f} to {found.high:+.4f}), p {found.p:.3f}"
        )
        rows.append([name, *cells])
    return table(["method", *(f"{name}@10" for name in MEASURES), "NDCG@10 less EASE"], rows)


def other_places(tops: Mapping[str, Rows], truth: NDArray[np.bool_]) -> str:
    """The same measures at five and twenty places."""
    head = [f"{name}@{k}" for k in (5, 20) for name in MEASURES]
    rows = [
        [name, *(f"{measure(top[:, :k], truth).mean():.4f}" for k in (5, 20) for measure in MEASURES.values())]
        for name, top in tops.items()
    ]
    return table(["method", *head], rows)


def shown(tops: Mapping[str, Rows], shop: Shop, bought: Rows) -> str:
    """Who is shown at all."""
    rows = [
        [
            name,
            f"{coverage(top[:, :10], len(shop.products)):.3f}",
            f"{gini(top[:, :10], len(shop.products)):.3f}",
            f"{tail_share(top[:, :10], bought):.3f}",
        ]
        for name, top in tops.items()
    ]
    return table(["method", "coverage", "Gini", "share of places for the four fifths bought least"], rows)


def new_users(few: Mapping[str, Mapping[int, Rows]], truth: NDArray[np.bool_]) -> str:
    """People of whom one or two purchases are known."""
    rows = []
    for name, found in few.items():
        cells = []
        for most, top in found.items():
            against = paired(ndcg(top[:, :10], truth), ndcg(few[EASE][most][:, :10], truth))
            value = f"{ndcg(top[:, :10], truth).mean():.4f} / {recall(top[:, :10], truth).mean():.4f}"
            cells += [value, "" if name == EASE else f"{against.mean:+.4f} ({against.low:+.4f} to {against.high:+.4f})"]
        rows.append([name, *cells])
    heads = [h for most in (1, 2) for h in (f"{most} known: NDCG@10 / Recall@10", "NDCG less EASE")]
    return table(["method", *heads], rows)


def new_products(fresh: Mapping[str, Sequence[Any]]) -> str:
    """Products taken out of all purchases, over the draws."""
    rows = []
    for name, draws in fresh.items():
        means = np.array([[values.mean() for values in draw] for draw in draws])
        spread = means.std(axis=0, ddof=1)
        cells = [f"{means[:, i].mean():.4f} ({spread[i]:.4f})" for i in range(2)]
        if SHARE in fresh and name == ALIKE:
            pairs = [np.concatenate([draw[0] for draw in fresh[one]]) for one in (name, SHARE)]
            found = paired(*pairs)
            cells.append(f"{found.mean:+.4f} ({found.low:+.4f} to {found.high:+.4f}), p {found.p:.3f}")
        else:
            cells.append("")
        rows.append([name, *cells])
    return table(["method", "NDCG@10 (spread of draws)", "Recall@10", "NDCG@10 less the ridge with the share"], rows)


def report(
    *,
    shop: Shop,
    part: Part,
    tops: Mapping[str, Rows],
    few: Mapping[str, Mapping[int, Rows]],
    fresh: Mapping[str, Sequence[Any]],
    chosen: Sequence[Sequence[Any]],
    weights: Mapping[str, float],
    peers: Sequence[tuple[str, str, Mapping[str, Any]]],
    size: int,
    machine: str,
    today: str,
) -> str:
    """Write the page."""
    truth = part.relevant(part.users)
    bought = part.seen.bought()
    settings = "; ".join(
        f"{name}: {method}, " + ", ".join(f"{key} {value}" for key, value in how.items()) for name, method, how in peers
    )
    parts = [
        [name, f"{gain:.4f}", f"{share:.4f}", f"{bytes_ / 1e6:.2f} MB" if bytes_ else ""]
        for name, gain, share, bytes_ in chosen
    ]
    said = ", ".join(f"{name} {weight:g}" for name, weight in weights.items())
    sections = [
        "# What people like next, told from what they bought",
        f"`python benchmarks/recommend.py ../shared/data --peers VENV/bin/python --held`, {today}, {machine}.",
        words(f"""{len(part.seen)} purchases by {part.seen.users} users of {int((bought > 0).sum())} products to learn
        from, sizes and sets of one product merged; {len(part.users)} users with something liked (four stars or more)
        among the purchases kept apart, {len(part.kept)} of them. What a user already has is neither wanted nor
        offered, and all else of {len(shop.products)} products is ranked. The order of purchases is not known, so
        nothing is told of time. Every choice, the peers' settings among them, was made on a part kept back of the
        purchases to learn from; the purchases kept apart were looked at twice:
        after the first look, which showed the sum with *alike* below EASE,
        the loss of the terms' weights and their share of new products were changed, chosen again on the part
        kept back; nothing else was. Intervals resample users 1000
        times; p by random signs of each user's difference."""),
        "## Products that others bought",
        known(tops, truth),
        words(f"""The table takes {size / 1e6:.2f} MB (EASE, dense: 19.9 MB as float32). It counts low ratings against
        what is bought with them, as a person expects, and pays for it: whoever rated a product low still buys of
        that kind, so the row above it, which counts every rating as a purchase, ranks what was liked better. Sums are
        those of the device, in whole ten-thousandths, with the learned weights: {said}. A sum with *alike* gives
        places to products without a purchase; whoever wants what is new to be found pays for it here, where next to
        nobody bought them, and popularity, which ranks worse beside taste alone, holds them back. How far a
        price is from those that a person paid was tried as a term on the part kept back, ranked worse at every
        weight, and is left out. Peers: {settings}."""),
        other_places(tops, truth),
        "## Who is shown",
        shown(tops, shop, bought),
        "## People of whom little is known",
        words("""Of each user's purchases one or two are kept, by chance; the others are forgotten, and not offered
        either. The tables were learned with them."""),
        new_users(few, truth),
        "## Products that nobody bought",
        words(f"""A tenth of the products is taken out of all purchases and ranked among themselves, {
            len(next(iter(fresh.values())))
        } draws; settings were chosen on other draws of the same purchases. What the
        catalogue says: brand, category, ingredients by INCI name, highlights, words of the name, price."""),
        new_products(fresh),
        "## What each part is worth",
        words("On two parts kept back of the purchases to learn from, where everything was chosen."),
        table(["method", "NDCG@10", "Recall@10", "table"], parts),
        words("""One threshold for the whole table loses next to nothing; solving every column again on the neighbours
        that remain gains nothing beside it, so it is left out. Tried there and left out, too: averages with
        cosine neighbours and with leading eigenvectors, kinship by category, ingredients, highlights or words of the
        name, brand and category together as one group, and gradient steps on a softmax from these weights, each of
        which ranked worse."""),
        words("""Skin type and tone: the reviews that tell them are by other users (no hash of a user is in both files),
        so nothing can be said of them here."""),
    ]
    return "\n\n".join(sections) + "\n"
