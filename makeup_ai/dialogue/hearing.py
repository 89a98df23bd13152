"""Hearing what is said of a product: feedback, "add it to my routine", "I have it"."""

from __future__ import annotations

from dataclasses import replace

from makeup_ai.dialogue.pending import WHICH_PRODUCT
from makeup_ai.dialogue.rules import FeedbackRule, found
from makeup_ai.dialogue.scene import Scene
from makeup_ai.dialogue.state import FEEDBACK, SAID, Pending, Turn, Wish
from makeup_ai.schema import Bought

GOOD = 4.0
"""Rating from which a product was liked."""
CENT = 0.01
"""What is under a price is under it by at least this much."""


def feedback(scene: Scene) -> Turn | None:
    """Take what is said of a product to heart, say so, and go on without a product that was not liked."""
    pending, rule = scene.state.pending, _rule(scene)
    product_id = scene.product()
    if rule is None and pending is not None and pending.kind == WHICH_PRODUCT and product_id is not None:
        rule = next((one for one in scene.table.feedback if one.name == pending.slot), None)
    scene.state = replace(scene.state, pending=None)
    if rule is None or scene.answered or _of_ingredient(scene, rule):
        return None
    if (cheaper_plan := _all_of_it(scene, rule)) is not None:
        return cheaper_plan
    if product_id is None or (not scene.state.shown and not scene.reading.named):
        return _of_what(scene, rule)
    _heed(scene, rule, product_id)
    liked = rule.rating is not None and rule.rating >= GOOD
    if liked and scene.is_act("add"):
        return add(scene)
    if liked or not _looking(scene):
        return scene.end()
    return scene.plan() if scene.state.planning else scene.offer()


def _rule(scene: Scene) -> FeedbackRule | None:
    """The first kind of feedback in the words; the settings' patterns of skin that took something badly count too."""
    text = scene.reading.text
    first = next((one for one in scene.table.feedback if found(one.patterns, text)), None)
    bad = any(pattern.search(text.lower()) for pattern in scene.tables.settings.reactions)
    return scene.table.feedback[0] if bad and (first is None or first.rating != 1) else first


def _of_ingredient(scene: Scene, rule: FeedbackRule) -> bool:
    """Whether it is said of an ingredient to be left out ("no niacinamide, it breaks me out"), and of no product."""
    reading, patterns = scene.reading, scene.table.ordinals.values()
    avoids = any(wish.slot == "avoid" for wish in reading.wishes)
    return avoids and not (rule.dislikes or reading.named or any(found(one, reading.text) for one in patterns))


def _of_what(scene: Scene, rule: FeedbackRule) -> Turn | None:
    """Ask what was meant where a product was spoken of badly; elsewhere the words may just be needs."""
    if rule.rating is None or (scene.reading.asks and rule.rating > 1):
        return None
    scene.say("feedback.negative" if rule.rating < GOOD else "feedback.positive")
    scene.say("dialogue.which_product")
    scene.state = replace(scene.state, pending=Pending(WHICH_PRODUCT, rule.name))
    return scene.end()


def _looking(scene: Scene) -> bool:
    """Whether the conversation is looking for something, so that another product can be offered."""
    return bool(scene.state.wishes or scene.state.budget is not None or scene.state.planning or scene.state.shown)


def _heed(scene: Scene, rule: FeedbackRule, product_id: str) -> None:
    name = scene.product_name(product_id)
    scene.say(f"dialogue.heard_{rule.name}", product=name)
    if rule.rating is not None:
        scene.learn("history", Bought(product_id, rule.rating), FEEDBACK)
        scene.say("dialogue.rated", product=name, rating=f"{rule.rating:g}")
    if rule.rating is not None and rule.rating < GOOD:
        scene.state = replace(scene.state, passed=_with(scene.state.passed, product_id))
        picked = tuple(i for i in scene.state.picked if i != product_id)
        scene.state = replace(scene.state, picked=picked)
        if product_id in scene.profile.owned:
            scene.learn("owned", product_id, FEEDBACK, removed=True)
    for need in rule.needs:
        slot, _, value = need.partition(":")
        wish = Wish(slot, value, scene.reading.text)
        if slot in scene.tables.slots and not any(w.slot == slot and w.value == value for w in scene.state.wishes):
            scene.state = replace(scene.state, wishes=(*scene.state.wishes, wish))
            scene.say("dialogue.now_counts", need=scene.name(need))
    for disliked in rule.dislikes:
        scene.learn("dislikes", disliked, FEEDBACK)
        scene.say("dialogue.now_out", need=scene.name(f"avoid:{disliked}"))
    if rule.below:
        cheaper(scene, product_id)


def _all_of_it(scene: Scene, rule: FeedbackRule) -> Turn | None:
    """Plan a routine for less where all of it was too dear, and no product was named."""
    state, text = scene.state, scene.reading.text
    named = scene.reading.named or any(found(patterns, text) for patterns in scene.table.ordinals.values())
    kinds = any(wish.slot == "category" for wish in scene.reading.wishes)
    if not (rule.below and state.planning and state.spent) or named or kinds:
        return None
    scene.say("dialogue.below_all", price=scene.price(state.spent))
    scene.state = replace(state, budget=round(state.spent - CENT, 2))
    return scene.plan()


def cheaper(scene: Scene, product_id: str) -> None:
    """Look only below a product's price from now on."""
    price = scene.tables.products[scene.tables.row_of[product_id]].price
    kept = scene.state.budget if scene.state.planning else None  # of a routine it is the total
    scene.state = replace(scene.state, below=price, budget=kept)
    scene.learn("budget", round(price - CENT, 2), FEEDBACK)
    scene.say("dialogue.below", price=scene.price(price))


def add(scene: Scene) -> Turn | None:
    """Put a product into the routine, and show what the routine becomes."""
    if not scene.is_act("add") and not (scene.state.planning and scene.reading.named and scene.is_act("add_here")):
        return None
    product_id = scene.product()
    if product_id is None:
        scene.say("dialogue.which_product")
        return scene.end()
    scene.say("dialogue.added", product=scene.product_name(product_id))
    wishes = tuple(wish for wish in scene.state.wishes if wish.slot != "category")
    scene.state = replace(scene.state, wishes=wishes, picked=_with(scene.state.picked, product_id))
    return scene.plan()


def own(scene: Scene) -> Turn | None:
    """Note that a product is owned, and go on to others."""
    product_id = scene.product()
    if product_id is None or not (scene.is_act("own") or (scene.reading.named and scene.is_act("own_named"))):
        return None
    scene.learn("owned", product_id, SAID)
    scene.say("dialogue.owned", product=scene.product_name(product_id))
    return scene.offer()


def _with(ids: tuple[str, ...], product_id: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*ids, product_id)))
