"""E-mails and phone numbers as people and programs write them, brought to the form that is compared."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from urllib.parse import unquote

EMAIL = re.compile(r"[\w.+'%-]+@[\w-]+(?:\.[\w-]+)+")
_AT = re.compile(r"\s*[\[({<]\s*(?:at|ät|@)\s*[\])}>]\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[\[({<]\s*(?:dot|punkt|punto|point|\.)\s*[\])}>]\s*", re.IGNORECASE)
_IN_WORDS = re.compile(r"([\w.+-]+)\s+at\s+([\w-]+(?:\s+dot\s+[\w-]+)+)", re.IGNORECASE)
_WORD_DOT = re.compile(r"\s+dot\s+", re.IGNORECASE)
_MAY_BE = re.compile(r"%40|[\[({<]\s*(?:at|ät|@)\s*[\])}>]|\sdot\s|\uff20", re.IGNORECASE)
_AROUND = "<>,;.:\"'`()[]{}|\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb \t\r\n"

_DIGIT = re.compile(r"\d")
_FLOAT = re.compile(r"\+?(?:\d{6,17}\.0+|\d\.\d{4,16}e\+?\d{1,2})", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?<=\d)[\s,;/]*(?:extension|ext|durchwahl|nebenstelle|dw|poste|interno|int|wew|доб|x|#)[\s.:-]*\d{1,6}\s*$",
    re.IGNORECASE,
)
_TRUNK = re.compile(r"^(\s*(?:\+|00|011)[\s-]*[1-9]\d{0,2})[\s-]*\(\s*0\s*\)")
_FROM_ABROAD = re.compile(r"(?:011|8[\s~-]?10)[\s-]*(?=[1-9][\d\s()./-]{9,}$)", re.ASCII)
_LONG_ABROAD = 13
_SEVERAL = re.compile(r"[;,|\n/]|\s(?:or|oder|ou|o|und|and)\s")
_IN_TEXT = re.compile(
    r"(?<![\w+.-])(?:(?:\+|00|\(?0)[1-9][\d ()./-]{5,18}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])", re.ASCII
)
_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d\d")
_BANK_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
SHORTEST_PHONE = 7


def may_hold_email(text: str) -> bool:
    """Whether an e-mail address can stand in a text, in whatever way it is written."""
    return "@" in text or _MAY_BE.search(text) is not None


def emails_in(text: str) -> list[str]:
    """The e-mail addresses in a text, those too that are written against collectors: `ann (at) x (dot) org`."""
    if not may_hold_email(text):
        return []
    plain = _DOT.sub(".", _AT.sub("@", unicodedata.normalize("NFKC", unquote(text))))
    plain = _IN_WORDS.sub(lambda found: f"{found[1]}@{_WORD_DOT.sub('.', found[2])}", plain)
    return [one.strip("'%.") for one in EMAIL.findall(plain)]


def plain_email(text: str) -> str:
    """A value that is an e-mail address without what stands around it; as it is where it holds none or several."""
    bare = text.strip(_AROUND)
    if bare.count("@") == 1 and not any(mark in bare for mark in " %:<?()[]"):
        return bare
    found = emails_in(text)
    return found[0] if len(found) == 1 else bare


def western_digits(text: str) -> str:
    """Digits of any script as 0 to 9, and full-width signs as plain ones."""
    if text.isascii():
        return text
    wide = unicodedata.normalize("NFKC", text)
    return "".join(str(digit) if (digit := unicodedata.decimal(char, None)) is not None else char for char in wide)


def plain_phone(value: str, country: str) -> str:
    """A number without its extension, its `(0)` and what a table of floats made of it; `+` for a call from abroad."""
    text = western_digits(value).strip()
    if _FLOAT.fullmatch(text):
        return f"{Decimal(text):.0f}"
    text = _EXTENSION.sub("", text)
    text = _TRUNK.sub(r"\1 ", text)
    if not country and sum(map(str.isdigit, text)) >= _LONG_ABROAD:
        text = _FROM_ABROAD.sub("+", text, count=1) if _FROM_ABROAD.match(text) else text
    return text


def phones_in(text: str) -> list[str]:
    """What looks like a phone number in a text; no dates and no bank accounts."""
    if not _DIGIT.search(text):
        return []
    plain = _BANK_ACCOUNT.sub(" ", western_digits(text))
    return [one for one in _IN_TEXT.findall(plain) if not _DATE.fullmatch(one)]


def several_phones(value: str) -> list[str]:
    """The numbers of a phone field that holds several; empty where it holds one."""
    parts = [part for part in _SEVERAL.split(value) if part.strip()]
    long = [part for part in parts if sum(map(str.isdigit, part)) >= SHORTEST_PHONE]
    return long if len(long) > 1 else []
