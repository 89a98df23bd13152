"""No order, synonym, spelling, language, family or group lets a product through that must not be offered.

500 random profiles by products here, 10,000 with MAKEUP_AI_NIGHTLY=1. What each product holds is known by how it was
made, so that the linking under test is not its own witness.
"""

import json
import os
import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from makeup_ai.content.phrases import PACKAGED as PHRASES
from makeup_ai.knowledge import Judge, Knowledge, Linker, fold, masks_table
from makeup_ai.knowledge.masks import CONDITIONS
from makeup_ai.recommend.masks import masked
from makeup_ai.recommend.needs import gather
from makeup_ai.recommend.settings import packaged
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Product, Profile

RUNS = 10_000 if os.environ.get("MAKEUP_AI_NIGHTLY") == "1" else 500
OFTEN = settings(max_examples=RUNS, deadline=None, suppress_health_check=[HealthCheck.too_slow])

KNOWLEDGE = Knowledge.load()
JUDGE = Judge(KNOWLEDGE)
ITEMS = list(KNOWLEDGE.ingredients.values())
FOLDED = {fold(name) for thing in (*ITEMS, *KNOWLEDGE.groups.values()) for name in thing.spellings}
TARGETS = [*KNOWLEDGE.ingredients, *KNOWLEDGE.groups]
TYPED = 8
"""Letters of a name from which one typing error is asked for."""


def wide(name):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)


PRINTED = [
    *(str, str.upper, str.lower, str.title, wide),
    lambda name: f" {name.replace(' ', '  ')} ",
    lambda name: name.replace("-", " "),
    lambda name: f"{name}*",
    lambda name: f"{name} (Organic)",
    lambda name: f"{name} 2%",
    lambda name: f"{name}\u200b",
    lambda name: f"Complex ({name})",
]
SAID = [str, str.upper, str.lower, str.title, wide, lambda name: f"  {name} "]


def typo(name, draw):
    """One typing error in a Latin name that is long enough to be told from others."""
    places = [i for i, c in enumerate(name[:-1]) if c.isascii() and c.isalpha()]
    letter_tells = name.lower().startswith("vitamin ") and len(name) < 12  # "vitamin k" is no mistyped "vitamin a"
    if sum(c.isalpha() for c in name) < TYPED or not name.isascii() or letter_tells:
        return name
    i, letter = draw(st.sampled_from(places)), draw(st.sampled_from("aeiostrn"))
    tail = name[i + 1 :]
    wrong = draw(
        st.sampled_from([name[:i] + tail, name[:i] + letter + tail, name[:i] + letter + name[i:], swap(name, i)])
    )
    return name if fold(wrong) in FOLDED else wrong


def swap(name, i):
    return name[:i] + name[i + 1] + name[i] + name[i + 2 :]


def stands_for(item, target):
    return target is not None and (target in (item.id, item.family) or target in item.groups)


def is_masked(item, target, condition):
    """Whether someone who avoids `target`, or has `condition`, must not be offered what holds `item`."""
    grouped = any(condition in KNOWLEDGE.groups[id_].conditions for id_ in item.groups)
    return stands_for(item, target) or (condition is not None and (item.pregnancy == "avoid" or grouped))


@st.composite
def held(draw, item):
    """How a pack prints an ingredient."""
    name = draw(st.sampled_from(item.spellings))
    return draw(st.sampled_from(PRINTED))(typo(name, draw) if draw(st.booleans()) else name)


@st.composite
def said(draw, target):
    """How a person names what they avoid."""
    thing = KNOWLEDGE.ingredients.get(target) or KNOWLEDGE.groups[target]
    return draw(st.sampled_from(SAID))(draw(st.sampled_from(thing.spellings)))


def product(id_, *ingredients):
    return Product(id_, "B", {"en": id_, "zh": id_}, "serum", 1.0, "USD", "1 ml", tuple(ingredients), {}, {})


@OFTEN
@given(st.data())
def test_no_spelling_order_or_group_lets_a_product_through(data):
    item = data.draw(st.sampled_from(ITEMS))
    over = [item.id, *item.groups, *([item.family] if item.family else [])]
    target = data.draw(st.sampled_from(over))
    others = data.draw(st.lists(st.sampled_from(ITEMS), max_size=4))
    pack = data.draw(st.permutations([data.draw(held(item)), *(other.inci for other in others)]))
    more = [data.draw(said(t)) for t in data.draw(st.lists(st.sampled_from(TARGETS), max_size=2))]
    allergies = tuple(data.draw(st.permutations([data.draw(said(target)), *more])))
    shelf = [product("P", *pack), product("Q", "Aqua")]
    verdicts = JUDGE.verdicts(shelf, Profile(allergies=allergies))
    never = [v for v in verdicts if v.kind == "never" and v.products == ("P",)]
    assert never, (pack, allergies)
    assert all(v.path[0] == "product:P" and len(v.path) >= 2 and "P" in v.text["en"] for v in never)
    assert not any("P" in v.products for v in verdicts if v.kind != "never")
    assert "P" not in {p.product_id for p in JUDGE.allowed(shelf[::-1], Profile(allergies=allergies[::-1]))}


@OFTEN
@given(st.data())
def test_no_spelling_lets_a_product_through_in_pregnancy(data):
    condition = data.draw(st.sampled_from(CONDITIONS))
    item = data.draw(st.sampled_from([item for item in ITEMS if is_masked(item, None, condition)]))
    others = [other.inci for other in data.draw(st.lists(st.sampled_from(ITEMS), max_size=4))]
    pack = data.draw(st.permutations([data.draw(held(item)), *others]))
    assert not JUDGE.allowed([product("P", *pack)], Profile(conditions=(condition,)))


def catalogue(size, seed):
    """Products of one to five ingredients, each printed by any of its names, and what they hold in truth."""
    chance = random.Random(seed)
    items = [chance.sample(ITEMS, chance.randint(1, 5)) for _ in range(size)]
    for row, item in enumerate(ITEMS):
        items[row % size].append(item)  # each ingredient stands somewhere
    packs = [[chance.choice(PRINTED)(chance.choice(item.spellings)) for item in pack] for pack in items]
    return [product(f"P{row}", *pack) for row, pack in enumerate(packs)], items


@pytest.fixture(scope="module")
def shelf():
    """The tables that a bundle would hold of 500 products, and the ingredients of each row."""
    products, items = catalogue(500, seed=7)
    rows = [
        {
            "product_id": p.product_id,
            **{"brand": p.brand, "name": p.name, "category": p.category, "price": p.price, "currency": p.currency},
            **{"size": p.size, "ingredients": list(p.ingredients), "attributes": {}, "description": p.name},
        }
        for p in products
    ]
    slots = {
        "avoid": {"role": "mask"},
        "condition": {"role": "mask"},
        "concern": {"role": "need", "term": "suitability"},
    }
    tables = Tables.from_dicts(
        catalogue={"schema": 1, "products": rows},
        domain={"slots": slots, "values": {}},
        needs={"schema": 1, "needs": [], "cells": [], "paths": []},
        masks=masks_table(products, KNOWLEDGE),
        ranking=packaged(),
        shades={"schema": 1, "shades": []},
        names={},
        phrases=json.loads(PHRASES.read_text("utf-8")),
        embeddings=np.zeros((len(products), 2), np.int8),
    )
    return SimpleNamespace(tables=tables, items=items, resolve=Linker(KNOWLEDGE).resolve_avoid)


def test_the_tables_of_a_bundle_hide_what_they_must_for_any_profile(shelf):
    chance = random.Random(RUNS)
    understanding = SimpleNamespace(slots=(), language="en")
    checked = 0
    for _ in range(RUNS):
        targets = chance.sample(TARGETS, chance.randint(1, 3))
        condition = chance.choice((None, *CONDITIONS))
        things = [KNOWLEDGE.ingredients.get(target) or KNOWLEDGE.groups[target] for target in targets]
        allergies = tuple(chance.choice(SAID)(chance.choice(thing.spellings)) for thing in things)
        profile = Profile(allergies=allergies, conditions=(condition,) if condition else ())
        needs = gather(understanding, profile, None, None, shelf.tables, resolve_avoid=shelf.resolve)
        hidden = masked(shelf.tables, needs).hidden
        for row, items in enumerate(shelf.items):
            if any(is_masked(item, target, condition) for item in items for target in targets):
                checked += 1
                assert hidden[row], (shelf.tables.products[row].ingredients, allergies, condition)
    assert checked > 10 * RUNS


@given(st.data())
def test_a_mistyped_allergy_still_hides(data):
    item = data.draw(st.sampled_from(ITEMS))
    # A slash separates two names, of which the other may stand for itself.
    name = data.draw(st.sampled_from([s for s in item.spellings if s.isascii() and "/" not in s] or [item.id]))
    wrong = typo(name, data.draw)
    assume(wrong != name)
    assert not JUDGE.allowed([product("P", "Aqua", item.inci)], Profile(allergies=(wrong,)))


def test_masks_hide_only_what_holds_something():
    """The other side: a mask that hides everything would pass all of the above."""
    mild = [product("P", "Aqua", "Glycerin", "Panthenol")]
    for target in ("fragrance", "nut", "retinoid", "eu_allergen", "silicone", "niacinamide", "香精", "花生"):
        assert JUDGE.allowed(mild, Profile(allergies=(target,), conditions=("pregnancy",))) == tuple(mild)
