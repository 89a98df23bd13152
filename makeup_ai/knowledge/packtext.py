"""What the lines and sentences of a printed text are: an ingredient list, or something that speaks about it.

Decided by words alone, never by what the knowledge can link: an ingredient that nobody knows stays an ingredient.
"""

from __future__ import annotations

import enum
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from makeup_ai.knowledge.words import word_list

CUT = "\ue001"
"""A private character that stands where a heading was: it separates names even inside brackets."""

_TAGS = re.compile(r"<\s*/?\s*(?:br|p|b|i|u|em|strong|li|ul|ol|div|span|a|h\d|sup|sub)\b[^<>]{0,200}>", re.IGNORECASE)
_INLINE = re.compile(r"<\s*/?\s*(?:b|i|u|em|strong|span|a|sup|sub)\b[^<>]{0,200}>", re.IGNORECASE)
_CODES = re.compile(
    r"<[^<>\n]{0,40}>|[(\[]\s*(?:F\.?I\.?L\.?|ILN|code)[^()\[\]\n]{0,40}[)\]]"
    r"|\b(?:F\.?I\.?L\.?|ILN)\s?(?:code|#)?\s*[:#]?\s*(?=[A-Z]*\d)[A-Z]{0,4}[\d/_. -]{3,20}\w?\b"
    r"|\(\s?[A-Z]?\d{4,}/[\dA-Z]+\s?\)",
)
_CODE_MARKS = ("<", "FIL", "F.I.L", "ILN", "code", "Code", "CODE")
_NUMBERED = re.compile(r"\d{4}/")
_LISTED = re.compile(r"^\s*\[\s*(['\"]).*\1\s*\]\s*$", re.DOTALL)
_ITEM_ENDS = re.compile(r"(?<=[^\\])(['\"]),\s*['\"]")
_HEADING = re.compile(
    r"(?:(?:in|non-?|other\s+)?-?\s*(?:active|medicinal)\s+|other\s+|full\s+|key\s+)?\bingr[eé]dients?(?:\s+list)?"
    r"(?:\s*\(?\s*/?\s*(?:inci|ingr[eé]dients)\s*\)?)?\s*[:：]"
    r"|\b(?:in)?actives?\s*[:：]"
    r"|(?:全成分表?|其他微量成分|其他成分|主要成分|活性成分|成分表?|配料)\s*[:：]|[【\[](?:全?成分表?|配料)[】\]]"
    r"|[\[(]?\s*(?:\(?\s*(?:\+\s?/\s?-|±)\s*\)?\s*)?\b(?:may(?:\s+also)?\s+contain|peut contenir|can contain)\b"
    r"(?:\s*/\s*peut contenir)?\s*\(?\s*(?:\+\s?/\s?-|±)?\s*\)?\s*[:：]?"
    r"|[\[(]?\s*可能含有\s*(?:\+/-)?\s*[:：]?"
    r"|[\[(]?\s*(?:\+\s?/\s?-|±)\s*[\])]?\s*[:：]?"
    r"|\bcontains(?:\s+less\s+than)?\s*[:：]|\bdrug facts\b\s*:?"
    r"|\bpurposes?\s*[:：]?\s*(?:(?:uv|chemical|mineral)\s+)?"
    r"(?:sunscreens?|skin protectants?|acne treatments?|antiperspirants?)\b",
    re.IGNORECASE,
)
_HEADING_MARKS = ("ngr", "ctive", "contain", "contenir", "urpose", "rug facts", "+", "±", "成", "配", "含")
_ROLE = (
    r"(?:(?:physical|chemical|mineral|uv)\s+)?(?:sunscreens?|sun(?:screen)? protection|humectants?|emollients?|"
    r"antioxidants?|skin protectants?|acne treatments?|exfoliants?|preservatives?|tanning agents?|moisturi[sz]ers?)"
)
_ROLE_AFTER = re.compile(rf"\s*:\s*{_ROLE}\s*(?=[,;.]|$)", re.IGNORECASE)
_BULLETED = re.compile(r"^\s*[-–—•*]\s*(?P<title>[^\n]{2,200}?)\s*:\s+(?P<rest>.*)$", re.DOTALL)
_LATIN_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_TITLE = re.compile(r"^\s*(?P<title>[^,;:：，、]{2,90}?)\s*[:：]\s*(?P<rest>.*)$", re.DOTALL)
_SENTENCE = re.compile(r"\.(?:\s+(?=[A-Z*†(\[0-9])|(?=[*†]))|[。!?]\s*(?=\S)|(?<=\s)(?=\*{1,3}\s?[A-Za-z])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(/-])(?:denat|no|nos|st|var|ssp|spp|sp|subsp|f|l|dc|mill|lat|hybr|ex|cv|fd|c\.i|vit|sd|d|c|b|ext|[A-Z])$",
    re.IGNORECASE,
)
_SPEAKING = word_list("speaking")
"""Words of sentences that no ingredient's name holds."""
_JOINING = word_list("joining")
"""Words of sentences that a name may hold too."""
_WORD_ENDS = str.maketrans(",.;:!?*", "       ")
_CHINESE_PROSE = re.compile(r"(?:本品|产品|產品|肌肤|肌膚|帮助|幫助|有效|能够|能夠|适合|適合|使用|请|請|改善|的)")
_DISCLAIMER = re.compile(
    r"^from (?:natural )?essential oils?$|^no (?:cbd|thc)\b"
    r"|^(?:\*+\s*)?(?:(?:certified|from)\s+)?organic(?:ally)?(?:\s+(?:certified|grown|ingredients?|origin|farming))?$"
    r"|\b(?:free from|free of|does not contain|made without|ingredients? (?:from|of)|natural(?:ly)? (?:origin|derived)|"
    r"plant origin|synthetic origin|origine)\b"
    r"|^[\W\d_]*$|^(?:F\.?I\.?L\.?|ILN)\b.*\d|^(?:step|phase|part)\s*\d*$|^https?:|^www\.",
    re.IGNORECASE,
)
_PROSE_SHARE = 0.06
"""Strong words among all words of a sentence from which it speaks about ingredients rather than listing them."""
_WEAK_WEIGHT = 0.34
_SEPARATOR = re.compile(r"[,;:、，；：•·|%\d]|\s[-–/]\s")
_LONG_LIST = 5
"""Commas from which the line under a single name is its list."""
_LONGEST_JOIN = 4_000


class Kind(enum.Enum):
    """What a sentence is."""

    LIST = "list"
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a pack.

    Args:
        title: What stands before its list, or `None`.
        text: The rest, with `CUT` for headings.
        beside: What is said of an ingredient, or `None`; it belongs to no list.
    """

    title: str | None
    text: str
    beside: str | None = None


def lines_of(text: str) -> Iterator[Line]:
    """Give the lines of a printed text, without HTML, codes and headings, each with the title before its list.

    A line of one name directly above a long list is the title of that list.
    """
    lines = [line for line in _joined(_plain(text).split("\n")) if line and not line.isspace()]
    for line, below in zip_longest(lines, lines[1:], fillvalue=""):
        if below.count(",") >= _LONG_LIST and _is_alone(line):
            yield Line(line.strip(" -–—•*:"), "")
        else:
            yield titled(_HEADING.sub(CUT, line) if _may_head(line) else line)


def _is_alone(line: str) -> bool:
    """Tell whether a line holds one name or title and no separator or heading."""
    last = line.rsplit(maxsplit=1)[-1].lower()
    if last in word_list("plant_forms"):
        return False  # an oil may be the first ingredient
    return not (_SEPARATOR.search(line) or (_may_head(line) and _HEADING.search(line)))


def _may_head(line: str) -> bool:
    """Tell whether the pattern of headings is worth its time on a line."""
    lowered = line.lower()
    return any(mark in lowered for mark in _HEADING_MARKS)


def praises(text: str) -> bool:
    """Tell a sentence that begins with a capital and goes on in small letters from a list in one case or the other.

    Examples:
        >>> praises("Clears pores, smooths"), praises("Water, Glycerin"), praises("water, glycerin")
        (True, False, False)
    """
    first, *rest = _LATIN_WORD.findall(text) or [""]
    return bool(rest) and first[0].isupper() and 2 * sum(word[0].islower() for word in rest) >= len(rest)


def titled(line: str) -> Line:
    """Part a line, or a sentence within one, from the title before its list; praise of an ingredient is beside it."""
    if ":" not in line and "：" not in line:
        return Line(None, line)
    line = _ROLE_AFTER.sub("", line)
    bulleted = _BULLETED.match(line)
    if bulleted is not None and (praises(bulleted["rest"]) or kind_of(bulleted["rest"]) is Kind.PROSE):
        if "%" in bulleted["title"]:  # an active ingredient with its strength may be declared nowhere else
            return Line(None, bulleted["title"], bulleted["rest"].strip())
        return Line(None, "", line.strip())
    match = _TITLE.match(line)
    if match is None or CUT in match["title"] or (match["title"][-1].isdigit() and match["rest"][:1].isdigit()):
        return Line(None, line.replace("：", ":"))
    title, rest = match["title"].strip(" -•*"), match["rest"]
    if rest.strip() and (kind_of(rest) is Kind.PROSE or (praises(rest) and rest.count(",") < 3)):
        return Line(None, "", line.strip())
    return Line(title or None, rest)


def sentences_of(text: str) -> Iterator[str]:
    """Cut a text at the ends of its sentences, which a full stop before a capital marks outside of brackets."""
    start = 0
    for match in _SENTENCE.finditer(text):
        before = text[start : match.start()]
        if text[match.start() : match.start() + 1] == "." and _ABBREVIATION.search(before[-8:]):
            continue
        if before.count("(") > before.count(")") and ")" in text[match.end() :]:
            continue
        if before.strip():
            yield text[start : match.end()]
        start = match.end()
    if text[start:].strip():
        yield text[start:]


def kind_of(sentence: str) -> Kind:
    """Tell a list from prose by the share of words that no ingredient name holds ("the", "helps", "your")."""
    if not sentence.isascii() and _CHINESE_PROSE.search(sentence):
        found = len(_CHINESE_PROSE.findall(sentence))
        return Kind.PROSE if found >= 2 or found * 12 >= len(sentence) else Kind.LIST
    printed = sentence.lower().translate(_WORD_ENDS).split()
    strong = len([word for word in printed if word in _SPEAKING])
    commas = sentence.count(",")
    if not strong and commas > 3:
        return Kind.LIST
    score = strong + _WEAK_WEIGHT * len([word for word in printed if word in _JOINING])
    if score < 1 or score / len(printed) < _PROSE_SHARE:
        return Kind.LIST
    if commas < 2 or score / len(printed) >= 2 * _PROSE_SHARE:
        return Kind.PROSE
    speaking = sum(not _SPEAKING.isdisjoint(piece.lower().split()) for piece in sentence.split(","))
    return Kind.PROSE if 3 * speaking > commas else Kind.LIST


def is_aside(piece: str) -> bool:
    """Tell whether one piece of a list is words about it ("this product is vegan") or a code, and no name."""
    return _DISCLAIMER.search(piece) is not None or (" " in piece and kind_of(piece) is Kind.PROSE)


def _plain(text: str) -> str:
    if "&" in text and ";" in text:
        text = html.unescape(html.unescape(text))
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("™", "").replace("®", "").replace("©", ""))
        text = text.replace("\u200b", "").replace("\ufeff", "").replace("\u00ad", "")
    if _LISTED.match(text):
        text = _ITEM_ENDS.sub("\n", text.strip()[1:-1].strip("'\""))
    if "<" in text:
        text = _TAGS.sub("\n", _INLINE.sub("", text))
    if any(mark in text for mark in _CODE_MARKS) or _NUMBERED.search(text):
        text = _CODES.sub(" ", text)
    return text.replace("\r", "\n").replace("\\n", "\n").replace("\\r", "\n").replace("\t", " ")


def _joined(lines: list[str]) -> Iterator[str]:
    """Join lines that a bracket left open holds together, and those that a list is wrapped over."""
    held = ""
    for line in lines:
        if not held:
            held = line
        elif held.count("(") > held.count(")") and len(held) < _LONGEST_JOIN and line:
            held = f"{held}\n{line}"
        elif _wrapped(held, line):
            held = f"{held[:-1]}{line}" if held[-1] == "-" and line[0].islower() else f"{held} {line}"
        else:
            yield held
            held = line
    if held:
        yield held


def _wrapped(before: str, line: str) -> bool:
    """Tell whether a list goes on in the next line: it ends in the middle of a name, and commas come after."""
    before = before.rstrip()
    return (
        before.count(",") > 1
        and before[-1] not in ",;.:、，；•!?"
        and bool(line)
        and ":" not in line[:90]
        and line[0] not in "-•*–—["
        and ("," in line or len(line) < 40)
        and not (_may_head(line) and _HEADING.match(line))
    )
