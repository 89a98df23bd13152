"""Texts cut into sentences, English and Chinese by the same scan."""

from __future__ import annotations

import re
from collections.abc import Iterator

from makeup_ai.training.data.cleaning import EMOJI, WORD

LONGEST = 100
"""Words (a Han character is one) from which on a sentence without an end is cut at its last comma or blank."""
LEAST_AROUND_BLANK = 6
"""Han characters on both sides that make a blank in Chinese the end of a sentence."""

TITLES = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "mx",
        "prof",
        "st",
        "e.g",
        "i.e",
        "vs",
        "approx",
        "fl",
        "fig",
        "cf",
        "ph.d",
        "eg",
        "ie",
        "jr",
        "sr",
    ]
)
"""Abbreviations, without their last full stop, that never end a sentence."""
ABBREVIATIONS = frozenset(
    [
        "etc",
        "oz",
        "lb",
        "ml",
        "min",
        "max",
        "inc",
        "co",
        "ltd",
        "corp",
        "hr",
        "hrs",
        "sec",
        "yr",
        "no",
        "vol",
        "ave",
        "dept",
    ]
)
"""Abbreviations that end a sentence only where a capital, a Chinese character or nothing follows."""

_HAN = "\u3400-\u9fff\uf900-\ufaff"
_QUOTES = "\"'”’」』"
_CLOSERS = _QUOTES + ")\\]）】》〉}"
_PICTURE = rf"{EMOJI}[\ufe0e\ufe0f\u200d]*"  # with what chooses its drawing or joins it to the next
_CANDIDATE = re.compile(
    rf"(?P<end>[.!?。！？；…]+)(?P<close>[{_CLOSERS}]*)(?P<emoji>(?:\s*{_PICTURE})*)"
    rf"|(?P<alone>{_PICTURE}(?:\s*{_PICTURE})*)"
)
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9,;-])[^\S\n]*\n[^\S\n]*(?=[a-z])")
_BLANK = re.compile(rf"(?<=[{_HAN}，,])\s+(?=[{_HAN}])")
_LAST_WORD = re.compile(r"[^\s(（\[\"“‘]+$")
_WEAK = re.compile(r"[,，、;:：~～]|\s")
_SAYS = re.compile(rf"[^\W_]|{EMOJI}")
_LETTERS = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
_VITAMIN = re.compile(r"(?i)\bvitamin\s+[A-Z]$")


def split_sentences(text: str, longest: int = LONGEST) -> list[str]:
    """Cut a text into sentences.

    Ends are 。！？； and . ! ? with the quotes, brackets, signs and emoji that follow them, and line breaks, but for
    those within a wrapped line (a small letter follows, and no end stands before). A full stop is none after an
    abbreviation, an initial or a number at the head of a list, nor within a number or a name (`e.l.f.`); dots and an
    ellipsis are one before a capital, a Chinese character or nothing. Where punctuation is missing, an emoji before a
    capital or a Chinese character ends a sentence, as does a blank between two long runs of Chinese; what is still
    longer than `longest` words is cut at its last comma, or else its last blank. Nothing but blanks is lost.

    Args:
        text: Cleaned, see `cleaning.clean_for_corpus`.
        longest: Words of a sentence.

    Raises:
        ValueError: `longest` is below 2.

    Examples:
        >>> split_sentences("Dr. Jart+ costs $5.50 per oz. I love it!!! will rebuy")
        ['Dr. Jart+ costs $5.50 per oz.', 'I love it!!!', 'will rebuy']
        >>> split_sentences("“很好用！”她说。物流快；下次还来")
        ['“很好用！”', '她说。', '物流快；', '下次还来']
    """
    if longest < 2:
        raise ValueError(f"Expected longest of at least 2 words. Received: longest={longest}")
    found: list[str] = []
    for line in _WRAPPED.sub(" ", text).split("\n"):
        for ended in _at_ends(line):
            for part in _at_blanks(ended):
                found += _shortened(part, longest)
    sentences: list[str] = []
    for sentence in filter(None, map(str.strip, found)):
        if sentences and not _SAYS.search(sentence):
            sentences[-1] += sentence
        else:
            sentences.append(sentence)
    return sentences


def _at_ends(line: str) -> Iterator[str]:
    start = 0
    for match in _CANDIDATE.finditer(line):
        if _is_end(line, start, match):
            yield line[start : match.end()]
            start = match.end()
    if start < len(line):
        yield line[start:]


def _is_end(line: str, start: int, match: re.Match[str]) -> bool:
    after = line[match.end() :][:3]
    following = after.lstrip()[:1]
    opens = bool(following) and (following.isupper() or _is_han(following) or following in '“"「『（(<')
    if match["alone"]:
        return opens and bool(line[start : match.start()].strip())
    marks = match["end"]
    if following and following in ",，、:：;)）":
        return False
    if re.search("[。！？；!?]", marks):
        # A quoted cry goes on in its sentence: "Wow!" she said.
        quoted = any(mark in _QUOTES for mark in match["close"])
        return not (quoted and after[:1].isspace() and following.islower() and following.isascii())
    if not following or match["emoji"]:
        return True
    if len(marks) > 1 or "…" in marks:
        return opens
    return _stop_ends(line[start : match.start()], after, opens)


def _stop_ends(before: str, after: str, opens: bool) -> bool:
    """Tell whether one full stop ends a sentence, from what stands before it and the three characters after it."""
    found = _LAST_WORD.search(before)
    word = found.group() if found else ""
    if word.lower() in TITLES:
        return False
    if not after[0].isspace():
        if _is_han(after[0]):
            return not before[-1:].isdigit()
        # "good.I love": a lower-case word of two letters or more, then a capital that begins a word
        return bool(re.search(r"(?:^|[^A-Za-z.])[A-Za-z']*[a-z]{2}$", before)) and bool(
            re.match(r"[A-Z](?:[a-z\s]|$)", after)
        )
    if word.lower() in ABBREVIATIONS or _LETTERS.fullmatch(word):  # also a.m., U.S., e.l.f.
        return opens
    if word.isdigit() and before.strip() == word:
        return False  # the number of an item in a list
    initial = len(word) == 1 and word.isupper() and word.isascii() and word != "I"
    return not initial or bool(_VITAMIN.search(before))


def _at_blanks(sentence: str) -> Iterator[str]:
    start = 0
    for match in _BLANK.finditer(sentence):
        rest = _BLANK.split(sentence[match.end() :], maxsplit=1)[0]
        if min(_han(sentence[start : match.start()]), _han(rest)) >= LEAST_AROUND_BLANK:
            yield sentence[start : match.start()]
            start = match.end()
    yield sentence[start:]


def _shortened(sentence: str, longest: int) -> Iterator[str]:
    words = list(WORD.finditer(sentence))
    start = first = 0
    while len(words) - first > longest:
        limit = words[first + longest].start()
        half = words[first + longest // 2].start()
        cuts = [match.end() for match in _WEAK.finditer(sentence, half, limit)]
        marks = [cut for cut in cuts if not sentence[cut - 1].isspace()]
        cut = (marks or cuts or [limit])[-1]
        yield sentence[start:cut]
        start = cut
        while first < len(words) and words[first].start() < cut:
            first += 1
    yield sentence[start:]


def _han(text: str) -> int:
    return sum(map(_is_han, text))


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"
