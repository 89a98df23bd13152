"""One key for all spellings of a name."""

from __future__ import annotations

import re
import unicodedata

_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ω": "omega"})

_ACCENTS = re.compile("[\u0300-\u036f]")  # of Latin, Greek and Cyrillic; kana's marks tell letters apart


def fold(name: str) -> str:
    """Reduce a name to what all its spellings share: letters and digits, in one case and width, without accents.

    Greek letters become their names, as packs print either.

    Examples:
        >>> fold("Beta-Glucan") == fold("β glucan") == fold("ＢＥＴＡ　ＧＬＵＣＡＮ")
        True
        >>> fold("1,2-己二醇")
        '12己二醇'
        >>> fold("Açaí") == fold("acai")
        True
    """
    if name.isascii():
        return "".join(filter(str.isalnum, name.lower()))  # what the rest would come to, sooner
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", name)).casefold().translate(_GREEK)
    return "".join(char for char in unicodedata.normalize("NFKC", plain) if char.isalnum())
