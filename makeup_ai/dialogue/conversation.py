"""A conversation with an assistant: one state, and one answer a turn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from makeup_ai.assistant import Assistant, canonical
from makeup_ai.dialogue.gathering import seen_in
from makeup_ai.dialogue.handling import HANDLERS
from makeup_ai.dialogue.reading import read
from makeup_ai.dialogue.rules import DialogueTable
from makeup_ai.dialogue.scene import Scene
from makeup_ai.dialogue.state import State, Turn
from makeup_ai.schema import Profile


class Conversation:
    """Talks with one person; all that has to be kept between turns is `state`.

    Args:
        assistant: Open.
        profile: What the person has told before, or `None`. It is never changed: what a turn teaches is in
            `Turn.learned`, for a caller with the person's consent to store.
        state: Of a conversation to go on with; a new one by default.

    Raises:
        ValueError: A field of the profile cannot be used.

    Examples:
        >>> conversation = Conversation(Assistant.load("build/demo/bundle"))  # doctest: +SKIP
        >>> conversation.say("a serum for oily skin").reply  # doctest: +SKIP
        >>> conversation.say("too expensive").learned  # doctest: +SKIP
    """

    def __init__(self, assistant: Assistant, profile: Profile | None = None, state: State | None = None):
        self.assistant = assistant
        self.profile = Profile() if profile is None else canonical(profile, assistant.lexicon)
        self.state = State() if state is None else state
        bundle = assistant.bundle
        own = bundle.has("tables/dialogue.json")
        self.table = DialogueTable.from_dict(bundle.table("dialogue")) if own else DialogueTable.packaged()

    def say(self, text: str, photo: str | Path | bytes | None = None) -> Turn:
        """Answer one turn, and remember it.

        Args:
            text: What the person writes, in English, Chinese or both. Orders to the assistant are not followed.
            photo: A file or its bytes; read in memory and never written.

        Raises:
            TypeError: `text` is not a string.
            PhotoError: The photo cannot be read.
            ModelsMissingError: A photo was given, and the face models are neither in the bundle nor in the cache.
        """
        reading = read(self.assistant, self.table, self.state, text)
        skin = None if photo is None else self.assistant.look(photo)
        state = self.state
        if skin is not None:
            seen, tone = seen_in(self.assistant, skin)
            state = replace(state, seen=seen, tone=tone or state.tone)
        scene = Scene(self.assistant, self.table, self.profile, state, reading, skin)
        turn = next(turn for handler in HANDLERS if (turn := handler(scene)) is not None)
        self.state = turn.state
        return turn
