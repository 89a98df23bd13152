"""Conversations with the tiny bundle."""

from __future__ import annotations

import pytest


@pytest.fixture
def talk(assistant):
    """A profile in, a conversation out."""
    from makeup_ai.dialogue import Conversation
    from makeup_ai.schema import Profile

    return lambda **fields: Conversation(assistant, Profile(**fields) if fields else None)
