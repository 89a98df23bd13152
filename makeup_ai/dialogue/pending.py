"""Hearing the answer to what was asked last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from makeup_ai.dialogue.asking import BUDGET
from makeup_ai.dialogue.gathering import KEEP_OUT, WHICH_VALUE, drop
from makeup_ai.dialogue.rules import DialogueTable, found
from makeup_ai.dialogue.scene import NEED, Scene
from makeup_ai.dialogue.state import SAID, Pending, Wish

WHICH_PRODUCT = "which_product"
"""Kind of a pending question for the product that feedback is about."""
LONGEST_AMOUNT = 24
"""Characters of a text that may be a bare amount ("maybe 30 or so")."""
NO_ANSWERS = ("why_not", "about_it", "detail", "add", "another_brand", "cheapest", "cheaper", "routine", "fact")
"""Acts that are something else than an answer to a question."""
FIELDS = {"skin_type": "skin_type", "concern": "concerns", "budget": "budget"}
"""Slot asked for -> field of the profile that the answer is of."""


def hear_answer(scene: Scene) -> None:
    """Take the turn as the answer to what is pending, where it reads as one; a question is pending for one turn."""
    pending = scene.state.pending
    if pending is None or pending.kind == WHICH_PRODUCT:
        return
    scene.state = replace(scene.state, pending=None)
    if pending.kind == NEED and scene.is_act("drop_budget"):
        return  # is heard as that, whatever was asked
    if scene.reading.named or any(scene.is_act(act) for act in NO_ANSWERS):
        return
    if len(scene.reading.text) <= scene.table.longest_answer:
        scene.answered = KINDS[pending.kind](scene, pending)


def _need(scene: Scene, pending: Pending) -> bool:
    text, table, slot = scene.reading.text, scene.table, pending.slot
    if slot == BUDGET:
        amount = scene.reading.budget or _bare_amount(scene)
        if amount:
            scene.reading = replace(scene.reading, budget=amount)
            scene.learn("budget", amount, SAID)
            return True
    else:
        values = [wish.value for wish in scene.reading.wishes if wish.slot == slot and wish.value is not None]
        value = None if scene.reading.taken_back else scene.assistant.lexicon.value(slot, text)
        values = values or ([value] if value is not None else [])
        if values:
            _take(scene, slot, values)
            return True
    if table.is_mark("skip", text):
        scene.say("dialogue.skipped")
        scene.reading = replace(scene.reading, wishes=tuple(w for w in scene.reading.wishes if w.value is not None))
        return True
    return False


def _bare_amount(scene: Scene) -> float | None:
    """Read a number as an amount, where it is no place in the list and nothing is said of a product."""
    text, table = scene.reading.text, scene.table
    patterns = [*table.ordinals.values(), *(rule.patterns for rule in table.feedback)]
    if len(text) > LONGEST_AMOUNT or scene.reading.named or any(found(one, text) for one in patterns):
        return None
    return scene.assistant.lexicon.budget(text, scene.reading.language)


def _take(scene: Scene, slot: str, values: list[str]) -> None:
    others = drop(scene.reading.wishes, slot)
    wishes = tuple(Wish(slot, value, scene.reading.text) for value in values)
    scene.reading = replace(scene.reading, wishes=(*others, *wishes))
    for value in values:
        if slot in FIELDS:
            scene.learn(FIELDS[slot], value, SAID)


def _which_value(scene: Scene, pending: Pending) -> bool:
    text, slot, (first, second) = scene.reading.text, pending.slot, pending.values
    said = scene.assistant.lexicon.value(slot, text)
    if said not in (first, second):
        said = _meant(scene.table, slot, text, first, second) or said
    if said is None:
        return False
    others = drop(scene.state.wishes, slot)
    scene.state = replace(scene.state, wishes=(*others, Wish(slot, said, text)))
    scene.reading = replace(scene.reading, wishes=drop(scene.reading.wishes, slot))
    scene.say("dialogue.taken", value=scene.name(f"{slot}:{said}"))
    scene.learn(FIELDS[slot], said, SAID)
    return True


def _meant(table: DialogueTable, slot: str, text: str, first: str, second: str) -> str | None:
    if table.is_mark("both", text):
        return next((c for a, b, c in table.blend.get(slot, ()) if {a, b} == {first, second}), second)
    if table.is_mark("earlier", text):
        return first
    return second if table.is_mark("later", text) else None


def _keep_out(scene: Scene, pending: Pending) -> bool:
    avoided, wanted = pending.values
    text, state = scene.reading.text, scene.state
    if scene.table.is_mark("no", text):
        kept = tuple(w for w in state.wishes if not (w.slot == "avoid" and _stands_for(scene, w, avoided)))
        scene.state = replace(state, wishes=kept)
        for name in scene.profile.allergies:
            if f"avoid:{avoided}" in set(scene.assistant.resolve_avoid(name)):
                scene.learn("allergies", name, SAID, removed=True)
        for name in scene.profile.dislikes:
            if f"avoid:{avoided}" in set(scene.assistant.resolve_avoid(name)):
                scene.learn("dislikes", name, SAID, removed=True)
        scene.say("dialogue.let_in", value=scene.name(f"avoid:{avoided}"))
    else:  # whatever is no clear "no" keeps it out
        scene.state = replace(state, wishes=drop(state.wishes, "ingredient", wanted))
        scene.say("dialogue.kept_out", value=scene.name(f"avoid:{avoided}"))
    scene.reading = replace(scene.reading, wishes=tuple(w for w in scene.reading.wishes if w.value is not None))
    return True


def _stands_for(scene: Scene, wish: Wish, avoided: str) -> bool:
    return wish.value == avoided or f"avoid:{avoided}" in set(scene.assistant.resolve_avoid(wish.text))


KINDS: dict[str, Callable[[Scene, Pending], bool]] = {NEED: _need, WHICH_VALUE: _which_value, KEEP_OUT: _keep_out}
