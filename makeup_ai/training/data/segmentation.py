"""Chinese cut into words with their parts of speech: by jieba, or by character where that is all one has."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from makeup_ai.training.data.cleaning import WORD
from makeup_ai.training.data.terms import domain_terms

Words = list[tuple[str, str]]
"""Words in the order of the text, each with its part of speech; blanks are left out, nothing else is."""
Segmenter = Callable[[str], Words]

INSTALL = "pip install 'makeup-ai[zh]'"


def user_words(brands: Iterable[str] = ()) -> dict[str, str]:
    """Give the domain's Chinese terms that are words of two to eight characters without signs, with their tags."""
    terms = domain_terms("zh", brands)
    return {word: tag for word, tag in terms.items() if 2 <= len(word) <= 8 and word.isalnum() and word[-1] != "的"}


def jieba_segmenter(brands: Iterable[str] = ()) -> Segmenter:
    """Segment by jieba's dictionary and hidden Markov model, with the domain's words.

    The dictionary is built anew for each segmenter, so that words of one do not show in another.

    Args:
        brands: Names that are words, beside the domain's own.

    Raises:
        ImportError: jieba is not installed; says how.
    """
    try:
        import jieba
        import jieba.posseg
    except ImportError as error:
        raise ImportError(
            f"Expected jieba, which cuts Chinese into words. It is not installed: {INSTALL}, or choose 'characters'"
        ) from error
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    for word, tag in user_words(brands).items():
        tokenizer.add_word(word, tag=tag)
    tagger = jieba.posseg.POSTokenizer(tokenizer)
    return lambda text: [(pair.word, pair.flag) for pair in tagger.cut(text) if not pair.word.isspace()]


def character_segmenter(brands: Iterable[str] = ()) -> Segmenter:
    """Segment into single Han characters, Latin words and numbers, with the tags `x`, `eng`, `m` and `w` for signs.

    Args:
        brands: Not looked at; taken so that one segmenter can stand for another.
    """

    def segment(text: str) -> Words:
        found, start = [], 0
        for match in WORD.finditer(text):
            found += [(sign, "w") for sign in text[start : match.start()] if not sign.isspace()]
            found.append((match.group(), _tag(match.group())))
            start = match.end()
        return found + [(sign, "w") for sign in text[start:] if not sign.isspace()]

    return segment


def best_segmenter(brands: Iterable[str] = ()) -> Segmenter:
    """Segment by jieba where it is installed, else by character."""
    try:
        return jieba_segmenter(brands)
    except ImportError:
        return character_segmenter()


SEGMENTERS: Mapping[str, Callable[[Iterable[str]], Segmenter]] = {
    "jieba": jieba_segmenter,
    "characters": character_segmenter,
    "best": best_segmenter,
}
"""Name -> what makes the segmenter; `jieba` fails where it is not installed, `best` falls back to characters."""


def _tag(word: str) -> str:
    if word.isdigit():
        return "m"
    return "eng" if unicodedata.name(word[0], "").startswith("LATIN") else "x"
