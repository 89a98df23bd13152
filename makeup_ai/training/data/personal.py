"""What tells who somebody is or where to reach them, taken out of a text: addresses, numbers and names of accounts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

PLACEHOLDERS: Mapping[str, str] = {
    "url": "<url>",
    "email": "<email>",
    "account": "<account>",
    "id_card": "<id>",
    "bank_card": "<card>",
    "phone": "<phone>",
    "number": "<number>",
}
"""Kind -> what stands in its place. `number` is any other run of nine digits or more, such as an order."""

_PATH = r"[\w.~:/?#@!$&'()*+,;=%-]"
_URL = re.compile(
    rf"(?:https?://|www\.){_PATH}*[\w/#=&-]"
    r"|(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|co|io|me|shop|info|ly|tv)(?![\w@-])"
    rf"(?:/{_PATH}*)?",
    re.ASCII | re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+%-]+@(?:[\w-]+\.)+[a-z]{2,}", re.ASCII | re.IGNORECASE)
_ACCOUNT = re.compile(
    # What a messenger's name introduces; a digit or a colon tells an account from the word that follows in a sentence.
    r"(?<![A-Za-z])(?P<app>微信|薇信|威信|v信|vx|wx|weixin|wechat|qq|扣扣|whatsapp|telegram|instagram|insta)"
    r"(?P<said>\s*(?:号码|号|群|id)?\s*(?:[:：是为]\s*|(?=\s?[A-Za-z_-]{0,15}\d{4})))(?P<name>\s?[A-Za-z\d][A-Za-z\d_.-]{3,24})",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    r"(?<![\w.@/])@(?:(?=[A-Za-z0-9_.-]*[A-Za-z_])[A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]"
    r"|(?=[\u4e00-\u9fff])[\u4e00-\u9fffA-Za-z0-9_-]{2,16})"
)
# Not after a digit or a decimal point, not before a digit.
_START, _END = r"(?<!\d)(?<!\d\.)", r"(?!\d)"
_ID_CARD = re.compile(
    rf"{_START}[1-9]\d{{5}}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}[\dXx]{_END}", re.ASCII
)
_BANK_CARD = re.compile(
    rf"{_START}(?:\d{{4}}([ -])(?:\d{{4}}\1){{2,3}}\d{{1,4}}|\d{{4}}[ -]\d{{6}}[ -]\d{{5}}|\d{{13,19}}){_END}", re.ASCII
)
_PHONE = re.compile(
    rf"{_START}(?:"
    r"(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}"  # a Chinese mobile
    r"|\(?0\d{2,3}(?:\) ?|[ -])\d{7,8}(?:-\d{1,5})?"  # a Chinese landline
    r"|[48]00-\d{3,4}-?\d{3,4}"  # a Chinese service number
    r"|(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}"  # North America
    r"|(?<!\w)\+\d{1,3}(?:[ .-]?\(?\d{2,4}\)?){2,5}"  # anywhere, with its country
    rf"){_END}",
    re.ASCII,
)
_NUMBER = re.compile(rf"{_START}\d{{9,}}{_END}", re.ASCII)
_ENOUGH_DIGITS = re.compile(r"(?:\d[ ().-]{0,2}){7}", re.ASCII)


def mask_personal(text: str, replace: bool = True) -> tuple[str, Counter[str]]:
    """Take out URLs, e-mail addresses, accounts, and numbers of identity cards, bank cards, phones and orders.

    Rules by form alone: a name or a postal address in plain words is not found. Whoever must be sure reads the result.

    Args:
        text: In ASCII digits; see `cleaning.fold_width`.
        replace: Put the kind's placeholder in the place; otherwise nothing.

    Returns:
        The text, and kind of `PLACEHOLDERS` -> how many were found.

    Examples:
        >>> mask_personal("Call 555-010-4477 or write to a.b@shop.example")[0]
        'Call <phone> or write to <email>'
        >>> mask_personal("加微信:skin_2024，电话13800138000")[0]
        '加微信:<account>，电话<phone>'
    """
    found: Counter[str] = Counter()
    while True:  # what stands directly behind something found shows only then
        text, more = _mask_once(text)
        if not more:
            break
        found.update(more)
    if not replace:
        for placeholder in PLACEHOLDERS.values() if found else ():
            text = text.replace(placeholder, "")
    return text, found


def is_card_number(number: str) -> bool:
    """Tell whether a number passes the check of bank cards, that of Luhn (ISO/IEC 7812-1).

    Examples:
        >>> is_card_number("4111 1111 1111 1111"), is_card_number("4111 1111 1111 1112")
        (True, False)
    """
    digits = [int(c) for c in number if c.isdigit()][::-1]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _mask_once(text: str) -> tuple[str, Counter[str]]:
    found: Counter[str] = Counter()

    def put(kind: str, before: str = "") -> str:
        found[kind] += 1
        return before + PLACEHOLDERS[kind]

    if "." in text:  # most texts have none of these signs, and are passed over
        text = _EMAIL.sub(lambda m: put("email"), text) if "@" in text else text
        text = _URL.sub(lambda m: put("url"), text)
    elif "://" in text:
        text = _URL.sub(lambda m: put("url"), text)
    text = _ACCOUNT.sub(lambda m: put("account", m["app"] + m["said"]), text)
    if "@" in text:
        text = _HANDLE.sub(lambda m: put("account"), text)
    if _ENOUGH_DIGITS.search(text):
        text = _ID_CARD.sub(lambda m: put("id_card"), text)
        text = _PHONE.sub(lambda m: put("phone"), text)
        text = _BANK_CARD.sub(lambda m: put("bank_card" if is_card_number(m[0]) else "number"), text)
        text = _NUMBER.sub(lambda m: put("number"), text)
    return text, found
