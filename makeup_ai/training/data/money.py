"""Writing amounts of money the many ways people do; `makeup_ai.text.amounts` reads them back."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_ENGLISH = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_CHINESE = "零一二三四五六七八九"
_FOREIGN_SHARE = 0.06
_NEAR = 6  # amounts above a price that somebody would name for it


@dataclass(frozen=True, slots=True)
class Money:
    """How amounts are written in a language.

    Args:
        usual: Amounts that people name, ascending, in the language's default currency.
        forms: `{n}` is the amount, `{words}` the amount spelled, `{a}` a smaller one (the lower end of a range).
        foreign: Forms in other currencies, which are rare.
    """

    usual: tuple[int, ...]
    forms: tuple[str, ...]
    foreign: tuple[str, ...]


def spell_english(number: int) -> str:
    """Spell a number from 1 to 999 in English words.

    Examples:
        >>> spell_english(35), spell_english(150)
        ('thirty five', 'one hundred and fifty')
    """
    if number >= 100:
        rest = number % 100
        return f"{_ENGLISH[number // 100]} hundred" + (f" and {spell_english(rest)}" if rest else "")
    if number < 20:
        return _ENGLISH[number]
    return _TENS[number // 10] + (f" {_ENGLISH[number % 10]}" if number % 10 else "")


def spell_chinese(number: int) -> str:
    """Spell a number from 1 to 9,999 in Chinese numerals, as spoken: a last unit is left out (两百五).

    Examples:
        >>> [spell_chinese(n) for n in (12, 35, 105, 200, 250, 299, 1200)]
        ['十二', '三十五', '一百零五', '两百', '两百五', '两百九十九', '一千二']
    """
    if 10 <= number < 20:
        return "十" + (_CHINESE[number % 10] if number % 10 else "")
    spelled = ""
    gap = False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            spelled += "零" if gap and spelled else ""
            shortened = unit >= 10 and number % unit == 0 and number // (unit * 10) % 10 and unit < 1000
            spelled += "两" if digit == 2 and unit >= 100 and not shortened else _CHINESE[digit]
            spelled += "" if shortened else sign
        gap = digit == 0
    return spelled


def write_money(rng: Random, money: Money, language: str, at_least: float = 0.0) -> str:
    """Write an amount that a shopper might name.

    Args:
        rng: Of the amount and its form.
        money: Forms of the language.
        language: Decides how numbers are spelled.
        at_least: In the default currency; the amount is not below it, if a usual one is that large.
    """
    enough = [n for n in money.usual if n >= at_least] or [money.usual[-1]]
    n = rng.choice(enough[:_NEAR] if at_least else enough)
    a = rng.choice([m for m in money.usual if m < n] or [n])
    form = rng.choice(money.foreign if rng.random() < _FOREIGN_SHARE else money.forms)
    spelled = spell_chinese(n) if language == "zh" else spell_english(n)
    return form.format(n=f"{n:,}" if n >= 1000 and rng.random() < 0.3 else n, a=a, words=spelled)
