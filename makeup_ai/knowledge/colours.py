"""Colorants under the many names that packs print: colour index numbers and the names of United States law."""

from __future__ import annotations

import re

COLOUR_INDEX = {
    # 21 CFR 73, 74 and 82 name the colour additives, the Colour Index numbers them
    "black 2": 77266, "black 3": 77267, "blue 1": 42090, "blue 2": 73015, "blue 4": 42090, "brown 1": 20170,
    "green 3": 42053, "green 5": 61570, "green 6": 61565, "green 8": 59040, "orange 4": 15510, "orange 5": 45370,
    "orange 10": 45425, "orange 11": 45425, "red 3": 45430, "red 4": 14700, "red 6": 15850, "red 7": 15850,
    "red 17": 26100, "red 21": 45380, "red 22": 45380, "red 27": 45410, "red 28": 45410, "red 30": 73360,
    "red 31": 15800, "red 33": 17200, "red 34": 15880, "red 36": 12085, "red 40": 16035, "violet 2": 60725,
    "ext violet 2": 60730, "yellow 5": 19140, "yellow 6": 15985, "yellow 7": 45350, "yellow 8": 45350,
    "yellow 10": 47005, "yellow 11": 47000, "ext yellow 7": 10316,
}  # fmt: skip
"""Colour and number of the certified colours -> colour index number."""

_NUMBER = re.compile(
    r"(?:\bC\.?\s?[IL1]\.?|\bcolou?r index)\s*(?:no\.?|#|number)?\s*[:.]?\s*(\d{5})(?::\d)?\b", re.IGNORECASE
)
_BARE = re.compile(r"\(?\s*(7[57]\d{3}|[1-6]\d{4})(?::\d)?\s*\)?")
_CERTIFIED = re.compile(
    r"(?:(?P<ext>ext)\.?\s*)?(?:(?:f\s?d|d)\s?(?:&|and)\s?c\s*)?(?P<colour>black|blue|brown|green|orange|red|violet|yellow)"
    r"\s*(?:no\b\.?|n°|#|number)?\s*(?P<number>\d{1,2})(?P<rest>(?:\s*(?:aluminum|aluminium|calcium|barium|zirconium|"
    r"strontium|sodium|al|ca|ba)?\s*lake)?)",
    re.IGNORECASE,
)


def colour_index(name: str) -> str | None:
    """Give the INCI name (`CI 19140`) of a colorant that a name calls by its number or by United States law.

    A name that gives two numbers that differ, or whose words go beyond the colorant, is none.

    Examples:
        >>> colour_index("FD&C Yellow No. 5 Aluminum Lake (CI 19140)"), colour_index("C.I.77491")
        ('CI 19140', 'CI 77491')
        >>> colour_index("Yellow 5 (CI 15985)"), colour_index("Yellow Beeswax 5"), colour_index("Polysorbate 20")
        (None, None, None)
    """
    numbers = set(_NUMBER.findall(name))
    rest = _NUMBER.sub(" ", name) if numbers else name
    bare = _BARE.fullmatch(rest.strip())
    if bare is not None:
        return f"CI {bare[1]}" if not numbers else None
    plain = " ".join(re.sub(r"[()\[\],/]", " ", rest).split())
    match = _CERTIFIED.search(plain)
    if match is not None:
        key = f"{'ext ' if match['ext'] else ''}{match['colour'].lower()} {int(match['number'])}"
        if (known := COLOUR_INDEX.get(key)) is None:
            return None
        numbers.add(str(known))
        if _CERTIFIED.sub(" ", plain).strip():
            return None
    elif not numbers or len(plain.split()) > 3:
        return None
    return f"CI {numbers.pop()}" if len(numbers) == 1 else None
