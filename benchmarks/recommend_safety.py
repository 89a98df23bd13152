"""That nothing masked is ever shown, that every sum is exact, and what spreading does to who is shown.

    python benchmarks/recommend_safety.py build/demo/bundle [--profiles 100000] [--pairs 10000]

The catalogue is the bundle's, as it is and with marks that it lacks: ages, places, lines, paid places, and strong
ingredients that must not be used together, all drawn by chance. Profiles are drawn by chance and go the whole way, from
names as people type them to what is shown. What is shown is judged by `recommend_oracle.py`, which reads the catalogue
and the knowledge's files and none of the tables. Writes `recommend_safety.md`.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from recommend_oracle import Oracle

from makeup_ai.content.phrases import PACKAGED as PHRASES
from makeup_ai.knowledge import Knowledge, Linker, masks_table
from makeup_ai.knowledge.clashes import clashes_table
from makeup_ai.knowledge.names import names_table
from makeup_ai.knowledge.suitability import needs_table
from makeup_ai.recommend.needs import Needs, gather
from makeup_ai.recommend.rank import Ranking, recommend
from makeup_ai.recommend.settings import packaged
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Intent, Product, Profile, Slot, Understanding, to_dict
from makeup_ai.training.evaluation.ranking import coverage, gini

UNIT = 10_000
PLACES = ("DE", "CN", "US", "FR", "JP")
STRONG = ("Tretinoin", "Hydroquinone", "Benzoyl Peroxide", "Salicylic Acid", "Glycolic Acid", "Adapalene")
NAMES_KEPT = 20_000  # of what a name is resolved to; the names drawn come again and again


@dataclass(frozen=True)
class World:
    """A catalogue with its tables, and what profiles are drawn from."""

    products: tuple[Product, ...]
    tables: Tables
    oracle: Oracle
    domain: Mapping[str, Any]
    names: tuple[str, ...]


def world(folder: Path, products: Sequence[Product], spread: bool = True) -> World:
    """Make every table anew from the catalogue, as a bundle's are made."""
    knowledge, domain = Knowledge.load(), json.loads((folder / "tables/domain.json").read_text("utf-8"))
    ranking = packaged()
    if not spread:
        del ranking["diversity"]
    tables = Tables.from_dicts(
        catalogue={"schema": 1, "products": [to_dict(product) for product in products]},
        domain=domain,
        needs=needs_table(products, knowledge, domain),
        masks=masks_table(products, knowledge),
        ranking=ranking,
        shades=json.loads((folder / "tables/shades.json").read_text("utf-8")),
        names=names_table(knowledge, domain, products),
        phrases=json.loads(PHRASES.read_text("utf-8")),
        embeddings=np.frombuffer((folder / "tables/embeddings.bin").read_bytes(), np.int8),
        clashes=clashes_table(products, knowledge),
    )
    held = {name for product in products for name in product.ingredients}
    spelled = [s for item in (*knowledge.ingredients.values(), *knowledge.groups.values()) for s in item.spellings]
    return World(tuple(products), tables, Oracle(products), domain, (*sorted(held), *spelled))


def marked(products: Sequence[Product], dice: random.Random) -> list[Product]:
    """Give a catalogue the marks that it lacks."""
    return [
        replace(
            product,
            min_age=dice.choice([None] * 7 + [3, 13, 18]),
            locales=tuple(dice.sample(PLACES, 2)) if dice.random() < 0.2 else (),
            line=dice.choice(["", "Dew", "Velvet"]),
            sponsored=dice.random() < 0.1,
            ingredients=(*product.ingredients, *dice.sample(STRONG, 1 if dice.random() < 0.15 else 0)),
        )
        for product in products
    ]


TYPED: Sequence[Callable[[str], str]] = (
    str,
    str.upper,
    str.lower,
    lambda name: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
    lambda name: name.replace("e", "e\u0301", 1),
    lambda name: f"  {name.replace(' ', '  ')} ",
    lambda name: name.replace("-", " "),
)


def drawn(dice: random.Random, at: World) -> tuple[Profile, str | None]:
    """Draw a profile, and the kind of product that its words name, if any."""

    def names(most: int) -> tuple[str, ...]:
        return tuple(dice.choice(TYPED)(dice.choice(at.names)) for _ in range(max(0, dice.randint(-2, most))))

    def maybe(value: Any, chance: float = 0.5) -> Any:
        return value if dice.random() < chance else None

    values, ids = at.domain["values"], [product.product_id for product in at.products]
    free = dice.choice(dice.choice(at.products).ingredients)
    cut = dice.randint(0, max(0, len(free) - 5))
    part = (free[cut : cut + dice.randint(5, 12)],) if dice.random() < 0.2 else ()
    profile = Profile(
        skin_type=maybe(dice.choice(sorted(values["skin_type"]))),
        concerns=tuple(dice.sample(sorted(values["concern"]), dice.randint(0, 3))),
        allergies=(*names(3), *part),
        dislikes=names(2),
        conditions=tuple(dice.sample(["pregnancy", "breastfeeding"], 1)) if dice.random() < 0.2 else (),
        budget=maybe(round(dice.uniform(4, 90), 2)),
        tone=maybe((dice.uniform(30, 90), dice.uniform(5, 20), dice.uniform(8, 30)), 0.2),
        owned=tuple(dice.sample(ids, dice.randint(0, 4))) + (("gone",) if dice.random() < 0.1 else ()),
        age=maybe(dice.randint(10, 80), 0.7),
        locale=maybe(dice.choice(PLACES), 0.7),
    )
    return profile, maybe(dice.choice(sorted({product.category for product in at.products})), 0.4)


class Asking:
    """Profiles to rankings, by the way that a consultation takes."""

    def __init__(self, at: World):
        self.world, self.linker = at, Linker(Knowledge.load())
        self.resolved: dict[str, list[str]] = {}

    def resolve(self, name: str) -> list[str]:
        """Resolve a name, keeping the last ones."""
        if name not in self.resolved:
            if len(self.resolved) >= NAMES_KEPT:
                self.resolved.clear()
            self.resolved[name] = self.linker.resolve_avoid(name)
        return self.resolved[name]

    def needs(self, profile: Profile, category: str | None) -> Needs:
        """Gather what a profile and a kind named in words ask for."""
        slots = () if category is None else (Slot("category", category, category, 0, 1, 1.0),)
        understood = Understanding("en", Intent("recommend", 1.0), slots)
        tables, linker = self.world.tables, self.linker
        resolving = {"resolve_avoid": self.resolve, "is_spelling": linker.is_spelling}
        return gather(understood, profile, None, None, tables, **resolving)  # type: ignore[arg-type]

    def rank(self, profile: Profile, category: str | None, top: int | None = None) -> Ranking:
        """Rank for them."""
        return recommend(self.world.tables, self.needs(profile, category), top=top)


def safety(at: World, profiles: int, seed: int) -> dict[str, Any]:
    """Show products to many profiles, and have the oracle judge each; now and then everything that is not masked."""
    dice, asking = random.Random(seed), Asking(at)
    kinds: Counter[str] = Counter()
    shown = judged = empty = wrong = beyond = 0
    examples: list[str] = []
    for number in range(profiles):
        profile, category = drawn(dice, at)
        whole = number % 100 == 0
        ranking = asking.rank(profile, category, len(at.products) if whole else None)
        for offered in ranking.recommendations:
            against = at.oracle.against(offered.product_id, profile, category)
            if against:
                wrong += 1
                examples.append(f"{offered.product_id}: {against} of {profile}")
        shown += len(ranking.recommendations)
        empty += not ranking.recommendations
        for (kind, _), count in ranking.masked.counts().items():
            kinds[kind] += count
        if whole:
            offered_ids = {offered.product_id for offered in ranking.recommendations}
            judged += len(at.products)
            beyond += sum(
                product_id not in offered_ids and not at.oracle.against(product_id, profile, category)
                for product_id in at.oracle.products
            )
    return {
        "profiles": profiles, "shown": shown, "wrong": wrong, "examples": examples[:5], "empty": empty,
        "kinds": dict(kinds), "judged": judged, "beyond": beyond,
    }  # fmt: skip


def sums(at: World, pairs: int, seed: int, each: int = 20) -> dict[str, Any]:
    """Explain pairs of profile and product, and add everything up again from the terms alone."""
    dice, asking = random.Random(seed), Asking(at)
    ids = [product.product_id for product in at.products]
    found = Counter(pairs=0, inexact=0, reasons=0, terms=0, cost=0, place=0, masked=0)
    while found["pairs"] < pairs:
        ranking = asking.rank(*drawn(dice, at))
        terms = {ids[row]: _terms(ranking, row) for row in range(len(ids))}
        offered = [ids[row] for row in ranking.order.tolist()]
        for product_id in dice.sample(ids, min(each, pairs - found["pairs"])):
            explanation = ranking.explain(product_id)
            score = round(explanation.recommendation.score * UNIT)
            found["pairs"] += 1
            found["masked"] += bool(explanation.masks)
            found["inexact"] += abs(sum(p.term.value for p in explanation.parts) * UNIT - score) > 1e-6
            found["reasons"] += len(explanation.recommendation.reasons)
            for part in explanation.parts:
                key = (part.term.name, part.term.evidence.get("need"))
                without = ranking.without(product_id, part.term)
                row = at.tables.row_of[product_id]
                totals = {id_: sum(terms[id_].values()) - terms[id_].get(key, 0) for id_ in {*offered, product_id}}
                ahead = sum((-totals[id_], id_) < (-totals[product_id], product_id) for id_ in offered)
                found["terms"] += 1
                found["cost"] += int(without.scores[row]) != score - round(part.term.value * UNIT)
                found["place"] += len({ahead + 1, part.position_without, without.position(row)}) > 1
    return dict(found)


def _terms(ranking: Ranking, row: int) -> dict[tuple[str, Any], int]:
    written = ranking.recommendation(row).terms
    return {(term.name, term.evidence.get("need")): round(term.value * UNIT) for term in written}


def exposure(at: World, consultations: int, seed: int) -> dict[str, float]:
    """Say who is shown over many consultations of people who ask for no kind and have nothing against anything."""
    dice, asking, top, pairs = random.Random(seed), Asking(at), [], []
    for _ in range(consultations):
        profile, _ = drawn(dice, at)
        shown = asking.rank(replace(profile, allergies=(), dislikes=(), budget=None), None).spread.rows
        if len(shown) == at.tables.settings.top:
            top.append(shown)
            brands = [at.products[row].brand for row in shown]
            pairs.append(sum(a == b for i, a in enumerate(brands) for b in brands[i + 1 :]) / 45)
    rows = np.array(top)
    paid = np.array([product.sponsored for product in at.products])
    return {
        "lists": len(top), "coverage": coverage(rows, len(at.products)), "gini": gini(rows, len(at.products)),
        "same_brand": float(np.mean(pairs)), "sponsored": float(paid[rows].mean()),
        "sponsored_catalogue": float(paid.mean()),
    }  # fmt: skip


def main() -> None:
    """Run everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=10_000)
    options = parser.parse_args()
    table = json.loads((options.bundle / "tables/catalogue.json").read_text("utf-8"))
    products = [Product.from_dict(row) for row in table["products"]]
    strong = marked(products, random.Random(7))
    plain, with_marks = world(options.bundle, products), world(options.bundle, strong)
    started, half = time.perf_counter(), options.profiles // 2
    shown = {"as it is": safety(plain, half, 1), "with marks": safety(with_marks, half, 2)}
    exact = sums(with_marks, options.pairs, 3)
    unpaid = world(options.bundle, [replace(product, sponsored=False) for product in strong])
    unspread = world(options.bundle, strong, spread=False)
    seen = {
        "spread": exposure(with_marks, options.profiles // 20, 4),
        "by the sum alone": exposure(unspread, options.profiles // 20, 4),
    }
    bought = sum(
        [r.product_id for r in Asking(with_marks).rank(*drawn(random.Random(i), with_marks)).recommendations]
        != [r.product_id for r in Asking(unpaid).rank(*drawn(random.Random(i), unpaid)).recommendations]
        for i in range(200)
    )
    print(json.dumps({"shown": shown, "exact": exact, "seen": seen, "bought": bought}, indent=1))
    print(f"{time.perf_counter() - started:.0f} s")
    if options.profiles >= 100_000 and options.pairs >= 10_000:
        (Path(__file__).parent / "recommend_safety.md").write_text(page(shown, exact, seen, bought), "utf-8")


def page(shown: Mapping[str, Any], exact: Mapping[str, int], seen: Mapping[str, Any], bought: int) -> str:
    """Write the figures with a reading."""
    kinds = ("filter", "stock", "locale", "age", "owned", "need", "text", "conflict", "price")
    first = "\n".join(
        f"| {name} | {f['profiles']:,} | {f['shown']:,} | **{f['wrong']}** | {f['empty'] / f['profiles']:.1%} | "
        + " | ".join(f"{f['kinds'].get(kind, 0):,}" for kind in kinds)
        + f" | {f['beyond'] / f['judged']:.2%} |"
        for name, f in shown.items()
    )
    last = "\n".join(
        f"| {name} | {f['coverage']:.3f} | {f['gini']:.3f} | {f['same_brand']:.3f} | {f['sponsored']:.3f} |"
        for name, f in seen.items()
    )
    return f"""# Nothing masked is shown, and every sum is exact

`python benchmarks/recommend_safety.py build/demo/bundle`, {date.today()}, Python {platform.python_version()},
NumPy {np.__version__}, {platform.machine()}, one core. Everything here is synthetic: an invented
catalogue, and profiles drawn
by chance.

## What is shown

Random profiles (allergies and dislikes as people type them: any spelling the knowledge has, any name on a pack, pieces
of names, in other case, width, with accents and more spaces; conditions, budget, products in use, age, place, a kind
named in words) go the whole way from names to lists of ten. Each product shown is judged by an oracle that reads the
catalogue and the knowledge's files and none of the tables. The demo's catalogue has no ages, places, or ingredients
that must not meet; "with marks" it was given them by chance.

| catalogue | profiles | products shown | against the oracle | nothing fits | {" | ".join(kinds)} | masked beyond it |
|---|---|---|---|---|{"---|" * len(kinds)}---|
{first}

The columns of kinds count hidden products by the first rule that hides each. "Masked beyond it" is the share
of products, over every hundredth profile, that were left out although no spelling on the pack is certainly what was
named: near spellings, patterns of names, and names that mean more than one thing mask, as doubt does.

## What is explained

{exact["pairs"]:,} pairs of a profile and a product, {exact["masked"]:,} of them masked and told as they
would have been:
sums of terms that miss the score by more than a millionth of a ten-thousandth: **{exact["inexact"]}**.

{exact["terms"]:,} terms were taken away by `Ranking.without`, one at a time, all of the {exact["reasons"]:,}
reasons among them: the score fell by something else than the term in **{exact["cost"]}** cases; the place
was not the one foretold, or not
the one that adding up the other terms by hand gives, in **{exact["place"]}**.

## Who is shown

{seen["spread"]["lists"]:,} lists of ten for people who name no kind and have nothing against anything,
near-duplicates spread as shipped and
not spread at all, over the catalogue with marks, of which {seen["spread"]["sponsored_catalogue"]:.3f} are sponsored.

| | coverage | Gini | pairs of one brand in a list | places of sponsored products |
|---|---|---|---|---|
{last}

Coverage is the share of the catalogue that anybody is shown; Gini is 0 where all products are shown alike. Taking the
mark of every sponsored product away changed **{bought}** of 200 lists.
"""


if __name__ == "__main__":
    main()
