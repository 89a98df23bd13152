"""One text made fit for pre-training: cleaned, or left out with a reason."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from makeup_ai.knowledge.han import simplified_text
from makeup_ai.text.language import LanguageDetector
from makeup_ai.training.data.layouts import clean_text
from makeup_ai.training.data.personal import mask_personal
from makeup_ai.training.data.quality import looks_like_mojibake

EMOJI = "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55]"
"""A character class of what is drawn as a picture, flags' letters and the skin tones of hands included."""
WORD = re.compile("[A-Za-z\u00c0-\u024f]+(?:['’-][A-Za-z]+)*|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|\\d+")
"""A word of Latin letters, one Han character, or a number."""

LANGUAGES = ("en", "zh", "other")
TELLING = 500
"""Characters by which a text's language is told."""

_INLINE = re.compile(r"</?(?:a|b|i|u|em|sub|sup|code|font|span|small|strong)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(r"</?(?:p|h[1-6]|br|hr|li|ol|ul|tr|div|table|section|blockquote)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_RUN = re.compile(r"([^\d\s])\1{3,}")
_ELSEWHERE = "！（），：；？～"  # wide forms that Chinese text is written with
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in _ELSEWHERE} | {0x3000: 0x20}


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What is let through.

    Args:
        languages: Kept ones, of `"en"`, `"zh"` and `"other"`.
        shortest: Words below which a text is left out; a Han character is a word.
        longest: Characters above which a text is left out.
        repetition: Share of a text's three-word sequences, from 0 to 1, that may be repeats of an earlier one (after
            Rae et al., 2021, "Scaling Language Models", appendix A).
        placeholders: Whether `<phone>` and the like stand in the place of what is personal.

    Raises:
        ValueError: A language is unknown, or there is none.
    """

    languages: tuple[str, ...] = ("en", "zh")
    shortest: int = 4
    longest: int = 20_000
    repetition: float = 0.5
    placeholders: bool = True

    def __post_init__(self) -> None:
        if not self.languages or not set(self.languages) <= set(LANGUAGES):
            raise ValueError(f"Expected languages of {list(LANGUAGES)}. Received: {list(self.languages)}")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of one text.

    Args:
        text: Of one line or several; empty where the text is left out.
        language: As `LanguageDetector` says; empty where nothing was left to tell it by.
        reason: Why it is left out; empty where it is kept.
        masked: Kind of `personal.PLACEHOLDERS` -> how many were found.
        garbled_lines: Lines that were dropped as mojibake.
    """

    text: str
    language: str
    reason: str
    masked: Mapping[str, int] = field(default_factory=dict)
    garbled_lines: int = 0


def clean_for_corpus(text: str, settings: Cleaning | None = None) -> Cleaned:
    """Clean one text, or say why it is left out.

    In this order: HTML and controls go (`layouts.clean_text`; `<br>`, `<p>` and the like break the line), lines that
    were read in a wrong encoding are dropped, letters and digits get one width and Chinese its simplified characters,
    personal data are masked, runs of four and more of one sign become three. Emoji, case and Chinese punctuation stay.

    Args:
        text: As somebody wrote it.
        settings: What is let through.

    Examples:
        >>> clean_for_corpus("<b>這款面霜</b>很好用！！！！！😍").text
        '这款面霜很好用！！！😍'
        >>> clean_for_corpus("ok").reason
        'too short'
    """
    settings = settings or Cleaning()
    tagged = _INLINE.sub("", html.unescape(text))
    if _BREAK.search(tagged):  # in HTML, a line break of the source is a blank
        tagged = _BREAK.sub("\n", tagged.replace("\n", " "))
    lines = clean_text(tagged).split("\n")
    whole = [line for line in lines if "\ufffd" not in line and not looks_like_mojibake(line)]
    plain, masked = mask_personal(simplified_text(fold_width("\n".join(whole))), settings.placeholders)
    plain = clean_text(_RUN.sub(r"\1\1\1", plain))
    garbled = len(lines) - len(whole)
    language = _detector()(plain[:TELLING]) if plain else ""
    reason = "garbled" if garbled and not plain else _refusal(plain, language, settings)
    return Cleaned("" if reason else plain, language, reason, masked, garbled)


def fold_width(text: str) -> str:
    """Write wide Latin letters, digits and signs the narrow way; the wide punctuation of Chinese stays.

    Examples:
        >>> fold_width("ＳＰＦ５０＋，好！")
        'SPF50+，好！'
    """
    return text.translate(_WIDTH)


def repetition(words: list[str]) -> float:
    """Compute the share of three-word sequences that are repeats of an earlier one; 0 for fewer than eight of them."""
    grams = list(zip(words, words[1:], words[2:], strict=False))
    return 1 - len(set(grams)) / len(grams) if len(grams) >= 8 else 0.0


def _refusal(text: str, language: str, settings: Cleaning) -> str:
    """Name the first reason against a text, or give an empty string."""
    words = WORD.findall(text.lower())
    reasons = (
        ("empty", not text),
        ("too long", len(text) > settings.longest),
        ("no words", not any(c.isalpha() for c in text)),
        (f"language {language}", language not in settings.languages),
        ("too short", len(words) < settings.shortest),
        ("repetitive", repetition(words) > settings.repetition),
    )
    return next((reason for reason, against in reasons if against), "")


def count_words(text: str) -> Counter[str]:
    """Count the words of Latin letters, the Han characters and the numbers of a text: `latin`, `han`, `number`."""
    kinds = (
        "latin" if w[0].isalpha() and w[0] < "\u0250" else "number" if w.isdigit() else "han"
        for w in WORD.findall(text)
    )
    return Counter(kinds)


@cache
def _detector() -> LanguageDetector:
    table = files("makeup_ai.text") / "tables" / "languages.json"
    return LanguageDetector(json.loads(table.read_text(encoding="utf-8")))
