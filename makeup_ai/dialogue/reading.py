"""Reading one turn: what it names, what it takes back, which prices it speaks of, and which product."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from makeup_ai.assistant import Assistant
from makeup_ai.dialogue.rules import DialogueTable, found
from makeup_ai.dialogue.state import State, Wish
from makeup_ai.schema import LANGUAGES, Slot, Understanding
from makeup_ai.text.tokenizer import MAX_CHARACTERS

PRODUCT = "product:"
_ID = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)+")
SHORTEST = 2
"""Characters that unknown words have at least: one is a piece of another word."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one turn.

    Args:
        text: As written, but for what cannot be encoded.
        language: Of the answer.
        understanding: Of the model and the lexicon.
        wishes: What is wished for and what is to be left out; never a budget.
        taken_back: What the text negates.
        budget: The most that things may cost, or `None`.
        floor: The least.
        named: Product ids named, in the order of the text.
    """

    text: str
    language: str
    understanding: Understanding
    wishes: tuple[Wish, ...]
    taken_back: tuple[Wish, ...]
    budget: float | None
    floor: float | None
    named: tuple[str, ...]

    @property
    def asks(self) -> bool:
        """Whether it names anything to look for."""
        return bool(self.wishes or self.budget is not None or self.floor is not None)


def read(assistant: Assistant, table: DialogueTable, state: State, text: str) -> Reading:
    """Read one turn.

    Raises:
        TypeError: `text` is not a string.
    """
    if not isinstance(text, str):
        raise TypeError(f"Expected what is said as a string. Received: {type(text).__name__}")
    text = text.encode("utf-8", "replace").decode("utf-8")
    understanding = assistant.understander.understand(text)
    language = _language(text, understanding.language, state)
    names = [named for named in assistant.answering.namer.find(text[:MAX_CHARACTERS]) if named.of("product")]
    ids = [match for match in _ID.finditer(text) if match[0].upper() in assistant.tables.row_of]
    spans = [*((named.start, named.end) for named in names), *(match.span() for match in ids)]
    slots = [slot for slot in _slots(assistant, table, text, understanding) if not _inside(slot, spans)]
    budget, floor = _prices(assistant, text, language, slots)
    if budget is None and floor is None and state.budget is not None and table.is_mark("amount", text):
        budget = assistant.lexicon.budget(text, language)  # "make it 35"
    rules = assistant.tables.slots
    wishes = [
        Wish(slot.slot, slot.value, slot.text)
        for slot in slots
        if slot.slot in rules
        and rules[slot.slot].role != "budget"
        and (slot.value is not None or (rules[slot.slot].role == "mask" and _is_whole(text, slot)))
    ]
    taken = [Wish(s.slot, s.value, s.text) for s in assistant.lexicon.negated(text) if not _inside(s, spans)]
    return Reading(
        text=text,
        language=language,
        understanding=understanding,
        wishes=tuple(dict.fromkeys(wishes)),
        taken_back=tuple(dict.fromkeys(taken)),
        budget=budget,
        floor=floor,
        named=tuple(
            dict.fromkeys(
                [
                    *(node.removeprefix(PRODUCT) for n in names for node in n.of("product")),
                    *(match[0].upper() for match in ids),
                ]
            )
        ),
    )


def product_of(table: DialogueTable, reading: Reading, state: State, categories: Sequence[str]) -> str | None:
    """Tell which product is spoken of: by name, by its place in the last list, by its kind, or the one in focus.

    Args:
        table: With the words for places.
        reading: Of the turn.
        state: Of the conversation.
        categories: Category of each product shown, in the order of the list.
    """
    if reading.named:
        return next((i for i in reading.named if i in state.shown), reading.named[0])
    for place, patterns in table.ordinals.items():
        if found(patterns, reading.text):
            inside = 0 < place <= len(state.shown) or (place < 0 and state.shown)
            return state.shown[place - 1 if place > 0 else place] if inside else None
    kinds = {wish.value for wish in (*reading.wishes, *reading.taken_back) if wish.slot == "category"}
    fitting = [i for i, category in zip(state.shown, categories, strict=True) if category in kinds]
    if fitting and state.focus not in fitting:
        return fitting[0]
    return state.focus


def places_in(table: DialogueTable, text: str, shown: Sequence[str]) -> list[str]:
    """Give the products that a text names by their places in the last list."""
    places = [place for place, patterns in table.ordinals.items() if found(patterns, text)]
    return [shown[place - 1 if place > 0 else place] for place in places if 0 < abs(place) <= len(shown)]


def _language(text: str, detected: str, state: State) -> str:
    """The text's own; that of the last answer for figures, emoji and single words that any language borrows."""
    letters = [c for c in text if c.isalpha()]
    own = detected if detected in LANGUAGES else LANGUAGES[0]
    bare = not letters or (len(text.split()) == 1 and all(c.isascii() for c in letters))
    return state.language if bare and state.turns else own


def _slots(assistant: Assistant, table: DialogueTable, text: str, understanding: Understanding) -> list[Slot]:
    """What was understood, and the known words of the slots that are trusted."""
    slots = [slot for slot in understanding.slots if slot.slot in assistant.tables.slots]
    slots = [s for s in slots if s.slot not in table.trusted or s.value is not None]
    known = [m for m in assistant.lexicon.mentions(text[:MAX_CHARACTERS]) if m.slot in table.trusted]
    for mention in assistant.lexicon.meant(text, sorted(known, key=lambda m: m.start - m.end)):
        under = [slot for slot in slots if slot.start < mention.end and mention.start < slot.end]
        if all(slot.value is None for slot in under):
            slots.append(mention)
    return sorted(slots, key=lambda slot: (slot.start, slot.end))


def _prices(assistant: Assistant, text: str, language: str, slots: Sequence[Slot]) -> tuple[float | None, float | None]:
    most, least = None, None
    for slot in slots:
        if assistant.tables.slots[slot.slot].role == "budget":
            amount = float(slot.value) if slot.value is not None else assistant.lexicon.budget(slot.text, language)
            if amount:
                most = amount if most is None else max(most, amount)
                low = assistant.lexicon.lowest(slot.text, language)
                high = assistant.lexicon.budget(slot.text, language)
                if low and high and low < high:  # a range
                    least = round(low * amount / high, 2)
    floors = [float(slot.value) for slot in assistant.lexicon.floors(text) if slot.value is not None]
    return most, max(floors) if floors else least


def _is_whole(text: str, slot: Slot) -> bool:
    """Whether a span in unknown words is made of whole words, and not of a piece that the tagger cut."""

    def letter(at: int) -> bool:
        return 0 <= at < len(text) and text[at].isascii() and text[at].isalnum()

    if slot.end - slot.start < SHORTEST:
        return False
    return not (letter(slot.start - 1) and letter(slot.start)) and not (letter(slot.end - 1) and letter(slot.end))


def _inside(slot: Slot, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= slot.start and slot.end <= end for start, end in spans)
