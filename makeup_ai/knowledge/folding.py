"""One key for all spellings of a name."""

from __future__ import annotations

import unicodedata

_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ω": "omega"})


def fold(name: str) -> str:
    """Reduce a name to what all its spellings share: letters and digits, in one case and width, without accents.

    Greek letters become their names, as packs print either.

    Examples:
        >>> fold("Beta-Glucan") == fold("β glucan") == fold("ＢＥＴＡ　ＧＬＵＣＡＮ")
        True
        >>> fold("1,2-己二醇")
        '12己二醇'
    """
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_GREEK)
    return "".join(char for char in unicodedata.normalize("NFKC", plain) if char.isalnum())
