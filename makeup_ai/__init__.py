"""An on-device beauty assistant: train on a catalogue, ship one folder, answer offline.

`import makeup_ai` loads neither Keras nor TensorFlow; `Assistant` is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from makeup_ai.assistant import Assistant as Assistant

__version__ = "0.1.0"
__all__ = ["Assistant", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Assistant":
        from makeup_ai.assistant import Assistant

        return Assistant
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
