"""A skin tone in words."""

from __future__ import annotations

from makeup_ai.schema import Tone
from makeup_ai.vision.wording import Wording, number


def tone_facts(tone: Tone, words: Wording) -> list[tuple[str, str]]:
    """Say a tone: the key of each line's name in the words table, and the line."""
    degrees = words.say(
        "tone.ita_value", degrees=_whole(tone.ita_degrees), uncertainty=_whole(tone.uncertainty_degrees)
    )
    lightness, a, b = (number(value) for value in tone.lab)
    found = [
        ("tone.ita", degrees),
        ("tone.class", words.say(f"ita.{tone.ita_class}")),
        ("tone.undertone", words.undertone(tone.undertone)),
        ("tone.lab", f"L* {lightness}, a* {a}, b* {b}"),
    ]
    if tone.monk is not None:
        value, low, high = (f"{place:.1f}" for place in (tone.monk.value, tone.monk.low, tone.monk.high))
        found.insert(0, ("tone.monk", words.say("tone.monk_value", value=value, low=low, high=high)))
    if tone.hue_degrees is not None and tone.chroma is not None:
        found.append(("tone.hue", f"{tone.hue_degrees:.0f}°, C* {number(tone.chroma)}"))
    return found


def _whole(value: float) -> str:
    return f"{value:.0f}".replace("-", "\N{MINUS SIGN}") if abs(value) >= 0.5 else "0"
