"""Which language is this? Scripts first, then the commonest words of languages that share the Latin one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

MAX_CHARACTERS = 4_096
"""A text's language shows within its first few thousand characters."""


class LanguageDetector:
    """Tells English from Chinese from the rest.

    Args:
        table: `languages.json` of the bundle: function words by language, separated by spaces.

    Examples:
        >>> import json
        >>> from importlib.resources import files
        >>> table = json.loads((files("makeup_ai.text") / "tables/languages.json").read_text("utf-8"))
        >>> detect = LanguageDetector(table)
        >>> [detect(t) for t in ("matte lipstick", "油皮用什么粉底", "私の肌", "je cherche une crème")]
        ['en', 'zh', 'other', 'other']
    """

    def __init__(self, table: Mapping[str, Any]):
        self._words = {language: frozenset(words.split()) for language, words in table["function_words"].items()}

    def __call__(self, text: str) -> str:
        """Return `"en"`, `"zh"` or `"other"`.

        Han characters make a text Chinese unless kana or Hangul stand beside them. A text in Latin letters is English
        unless another language's function words outnumber its own: short phrases of product words stay English, which
        the model reads anyway. A text without letters is English too; nothing in it can be misread.
        """
        text = text[:MAX_CHARACTERS]
        counts = _scripts(text)
        total = sum(counts.values())
        if not total:
            return "en"
        if counts["kana"] > 0.1 * total or counts["other"] > 0.5 * total:
            return "other"
        if counts["han"] * 3 >= counts["latin"]:  # one Han character says about as much as three letters
            return "zh" if counts["han"] else "other"
        words = re.findall(r"[^\W\d_]+", text.lower())
        votes = {language: sum(word in known for word in words) for language, known in self._words.items()}
        foreign = max((count for language, count in votes.items() if language != "en"), default=0)
        return "other" if foreign >= 2 and foreign > votes.get("en", 0) else "en"


def _scripts(text: str) -> dict[str, int]:
    counts = {"han": 0, "latin": 0, "kana": 0, "other": 0}
    for character in text:
        if not character.isalpha():
            continue
        name = unicodedata.name(character, "")
        if name.startswith(("CJK UNIFIED", "CJK COMPATIBILITY")):
            counts["han"] += 1
        elif name.startswith(("HIRAGANA", "KATAKANA", "HANGUL")):
            counts["kana"] += 1
        elif "LATIN" in name:
            counts["latin"] += 1
        else:
            counts["other"] += 1
    return counts
