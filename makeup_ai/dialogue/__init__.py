"""A conversation: needs gather over turns, what is missing is asked for, and what is said of products is heard."""

from makeup_ai.dialogue.conversation import Conversation
from makeup_ai.dialogue.state import Learned, State, Turn

__all__ = ["Conversation", "Learned", "State", "Turn"]
