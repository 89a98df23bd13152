"""The sentences in which the knowledge tells its facts, by language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from makeup_ai.schema import LANGUAGES

Words = Mapping[str, str]


def say(key: str, fields: Mapping[str, Words]) -> dict[str, str]:
    """Fill one sentence of `tables/sentences.json` in each language.

    Args:
        key: Of the sentence.
        fields: Field name -> words by language. A field asked for with a capital opens its sentence, and so gets one.

    Raises:
        KeyError: There is no such sentence, or a field of it is not given.

    Examples:
        >>> say("suits", {"name": {"en": "glycerin", "zh": "甘油"}, "skin": {"en": "dry skin", "zh": "干性肌肤"}})
        {'en': 'Glycerin suits dry skin.', 'zh': '甘油适合干性肌肤。'}
    """
    sentence = _sentences()[key]
    told = {}
    for language in LANGUAGES:
        words = {name: given[language] for name, given in fields.items()}
        opened = {name.capitalize(): opening(word) for name, word in words.items()}
        # A name such as "alcohol denat." may end a sentence.
        told[language] = sentence[language].format_map(words | opened).replace("..", ".")
    return told


def has(key: str) -> bool:
    """Tell whether there is a sentence."""
    return key in _sentences()


def join(items: Sequence[Words]) -> dict[str, str]:
    """Join words to a list in each language.

    Examples:
        >>> join([{"en": "a", "zh": "甲"}, {"en": "b", "zh": "乙"}, {"en": "c", "zh": "丙"}])
        {'en': 'a, b and c', 'zh': '甲、乙和丙'}
    """
    comma, last = _sentences()["list.comma"], _sentences()["list.and"]
    joined = {}
    for language in LANGUAGES:
        words = [item[language] for item in items]
        head = comma[language].join(words[:-1])
        joined[language] = f"{head}{last[language]}{words[-1]}" if head else "".join(words)
    return joined


def with_article(names: Words) -> dict[str, str]:
    """Put `a` or `an` before an English name.

    Examples:
        >>> with_article({"en": "UV filter", "zh": "防晒剂"}), with_article({"en": "emollient", "zh": "润肤剂"})
        ({'en': 'a UV filter', 'zh': '防晒剂'}, {'en': 'an emollient', 'zh': '润肤剂'})
    """
    # A `u` as in "UV" sounds like a consonant, and no name here begins with another.
    article = "an" if names["en"][:1].lower() in "aeio" else "a"
    return {**names, "en": f"{article} {names['en']}"}


def opening(words: str) -> str:
    """Write words as they open a sentence; scripts without capitals keep them."""
    return words[:1].upper() + words[1:]


@cache
def _sentences() -> Mapping[str, Words]:
    path = files("makeup_ai.knowledge") / "tables" / "sentences.json"
    read: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return read
