"""Wishes over turns: what is added, what stands in place of what, what contradicts, and the needs that come of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from makeup_ai.assistant import Assistant
from makeup_ai.dialogue.reading import Reading
from makeup_ai.dialogue.rules import DialogueTable
from makeup_ai.dialogue.state import Pending, State, Wish
from makeup_ai.recommend.needs import PHOTO, WORDS, Needs
from makeup_ai.recommend.pairs import standing
from makeup_ai.schema import Intent, Profile, SkinReport, Slot, Understanding

if TYPE_CHECKING:
    from makeup_ai.recommend.tables import Tables

WHICH_VALUE, KEEP_OUT = "which_value", "keep_out"
"""Kinds of contradictions that are confirmed."""


def merge(state: State, reading: Reading, tables: Tables, table: DialogueTable) -> State:
    """Add what a turn wishes for to what was wished for before.

    What protects adds up. Of a slot with a single value the later one stands in place of the earlier, unless the text
    adds it ("also"); what is taken back is forgotten and not offered. A value that contradicts an earlier one of a slot
    that is confirmed waits for the answer.
    """
    also = table.is_mark("also", reading.text)
    corrects = table.is_mark("correcting", reading.text) or bool(reading.taken_back)
    wishes = [w for w in state.wishes if not _same(w, reading.taken_back)]
    refused = [w for w in state.refused if not _same(w, reading.wishes)]
    refused += [w for w in reading.taken_back if tables.slots[w.slot].role == "filter" and not _same(w, refused)]
    pending = None
    for slot in dict.fromkeys(wish.slot for wish in reading.wishes):
        new = [wish for wish in reading.wishes if wish.slot == slot]
        old = [wish for wish in wishes if wish.slot == slot]
        if slot in table.single and old and not also and not any(_same(wish, old) for wish in new):
            if slot in table.confirm and not corrects and len(new) == 1:
                pending = Pending(WHICH_VALUE, slot, (str(old[-1].value), str(new[0].value)))
                continue
            wishes = [wish for wish in wishes if wish.slot != slot]
        wishes += [wish for wish in new if not _same(wish, wishes)]
    named = any(tables.slots[wish.slot].role != "mask" for wish in reading.wishes)
    merged = replace(state, wishes=tuple(wishes), refused=tuple(refused), pending=pending or state.pending)
    merged = _priced(merged, reading)
    return replace(merged, topic=_topic(state, reading, table)) if named else merged


def _same(wish: Wish, others: Iterable[Wish]) -> bool:
    return any(
        wish.slot == other.slot and (wish.value == other.value if wish.value is not None else wish.text == other.text)
        for other in others
    )


def _priced(state: State, reading: Reading) -> State:
    if reading.budget is not None:
        state = replace(state, budget=reading.budget, floor=reading.floor, below=None, open_budget=False)
    elif reading.floor is not None:
        budget = state.budget if state.budget is not None and state.budget > reading.floor else None
        state = replace(state, floor=reading.floor, budget=budget, below=None, cheapest=False)
    return state


def _topic(state: State, reading: Reading, table: DialogueTable) -> str:
    """The words whose likeness to products counts: those of the kind that is looked for now."""
    changed = any(wish.slot == "category" for wish in reading.wishes) and not table.is_mark("also", reading.text)
    words = reading.text if changed else f"{state.topic} {reading.text}"
    return words.strip()[-table.longest_topic :]


def profile_view(profile: Profile, state: State) -> Profile:
    """Give the profile as this conversation sees it: with what was learnt, and without a budget that was waived."""
    for one in state.learned:
        profile = one.apply(profile)
    if state.tone is not None:
        profile = replace(profile, tone=state.tone)
    return replace(profile, budget=None) if state.open_budget else profile


def needs_of(assistant: Assistant, profile: Profile, state: State) -> Needs:
    """Bring together the wishes, the profile as it is seen now, and what photos showed."""
    slots = [Slot(wish.slot, wish.text, wish.value, 0, 1, 1.0) for wish in state.wishes]
    understanding = Understanding(state.language, Intent("recommend", 1.0), tuple(slots))
    view = profile_view(profile, state)
    needs = assistant.gather(understanding, view)
    sources = dict(needs.sources)
    if state.budget is not None and not state.planning:
        needs, sources["budget"] = replace(needs, budget=state.budget), (WORDS,)
    elif any(one.field == "budget" for one in state.learned) and needs.budget is not None:
        sources["budget"] = (WORDS,)
    named = any(WORDS in sources.get(need, ()) for need in needs.needs)
    fresh = () if named else tuple(need for need in state.seen if need not in needs.needs)
    if state.tone is not None:
        sources["tone"] = (PHOTO,)
    sources |= dict.fromkeys(fresh, (PHOTO,))
    return replace(needs, needs=(*needs.needs, *fresh), sources=sources)


def seen_in(assistant: Assistant, skin: SkinReport) -> tuple[tuple[str, ...], tuple[float, float, float] | None]:
    """Give the needs and the tone that a photo shows."""
    nothing = Understanding("en", Intent("recommend", 1.0), ())
    needs = assistant.gather(nothing, skin=skin)
    return needs.needs, needs.tone


def kept_out(assistant: Assistant, needs: Needs) -> Pending | None:
    """Find an ingredient that is asked for though it, its family or a group of it is to be left out."""
    avoided = {need.partition(":")[2] for need in needs.masks if need.startswith("avoid:")}
    for need in needs.needs:
        slot, _, value = need.partition(":")
        if slot == "ingredient" and WORDS in needs.sources.get(need, ()):
            against = avoided.intersection(standing(assistant.knowledge_table, value))
            if against:
                return Pending(KEEP_OUT, "avoid", (min(against), value))
    return None


def drop(wishes: Sequence[Wish], slot: str, *values: str) -> tuple[Wish, ...]:
    """Leave out the wishes of a slot, or those of its values alone."""
    return tuple(wish for wish in wishes if wish.slot != slot or (values and wish.value not in values))
