"""Values behind labels, as what they are."""

from __future__ import annotations

import re
from functools import cache

from dsr_desk.core.requests import FoundKind
from dsr_desk.intake import words
from dsr_desk.intake.birthdays import days_in
from dsr_desk.intake.decoding import valued
from dsr_desk.intake.names import is_organisation, leading_name, written_name
from dsr_desk.intake.places import address_from
from dsr_desk.intake.sides import addresses_in

_NUMBER = re.compile(r"(?<![\w@])[+(]?\d[\d ()/.\-–]{4,22}\d(?![\w@])")
_TOKEN = re.compile(r"[\"“„»‘'«「]([^\"“”„«»‘’'」]{2,60})[\"“”«»’'」]|([^\s,;|\"“”„'‘’«»()<>、。，]{2,60})")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff].*$")


@cache
def several() -> re.Pattern[str]:
    """What joins two names in a field."""
    return re.compile(r"\s*(?:;|/|\s(?:or|and|oder|und|lub|oraz|ou|et|o|y|e|of|en|veya|або|та)\s)\s*", re.IGNORECASE)


def values_of(kind: str, text: str, language: str, *, form: bool = False) -> list[tuple[FoundKind, str]]:
    """What a value says, given the label before it; nothing where it does not fit the label."""
    if kind in ("e-mail", "user name") and (emails := addresses_in(valued(text))):
        return [(FoundKind.EMAIL, one) for one in emails]
    match kind:
        case "name":
            return [(FoundKind.NAME, name) for name in _names(text, form)]
        case "phone":
            return [(FoundKind.PHONE, one) for one in numbers_in(text)]
        case "user name" | "account id":
            taken = FoundKind.USER_NAME if kind == "user name" else FoundKind.ACCOUNT_ID
            parts = several().split(text)
            each = parts if all(" " not in part.strip() for part in parts) else [text]
            return [(taken, one) for part in each for one in _tokens(part, taken)]
        case "account":
            return [(account_kind(one), one) for one in _tokens(text, FoundKind.USER_NAME) if tells_account(one)]
        case "date of birth":
            return [(FoundKind.DATE_OF_BIRTH, day) for _, _, day in list(days_in(text, language))[:1]]
        case "address":
            return [(FoundKind.ADDRESS, one)] if (one := address_from(text)) else []
    return []


def numbers_in(text: str) -> list[str]:
    """Telephone numbers in the value of a field, as they are written."""
    shown = valued(text)
    spans = [match.span() for match in _NUMBER.finditer(shown) if 6 <= sum(map(str.isdigit, match[0])) <= 15]
    return [shown[begin:end].strip() for begin, end in spans[:3]]


def _names(text: str, form: bool) -> list[str]:
    found = []
    for part in several().split(text):
        bare = part.strip()
        family, comma, given = bare.partition(",")
        turned = comma and (family.isupper() or " " not in family.strip()) and leading_name(given.strip(), least=1)
        begun = leading_name(bare, least=1)
        whole = written_name(bare) if turned or (form and len(bare.split()) <= 5) or begun == bare.rstrip(" .,") else ""
        name = whole or ("" if is_organisation(begun) else begun)
        if name and not (turned and not whole):
            found.append(name)
    return found


def _tokens(text: str, kind: FoundKind) -> list[str]:
    match = _TOKEN.match(valued(text).strip(" \t"))
    if match is None:
        return []
    token = trimmed(match[1] or match[2])
    if kind is FoundKind.ACCOUNT_ID and not any(map(str.isdigit, token)) and not token.isupper():
        return []
    return [token] if len(token) >= 2 and not _is_word(token) else []


def tells_account(token: str) -> bool:
    """Whether a word after "account" is the account's, and not the next of the sentence."""
    return "@" not in token and len(token) >= 3 and ("_" in token or any(map(str.isdigit, token)))


def account_kind(token: str) -> FoundKind:
    """Whether it looks like a number or like a name that somebody chose."""
    chosen = "_" in token or any(sign.isalpha() and sign.islower() for sign in token)
    return FoundKind.USER_NAME if chosen else FoundKind.ACCOUNT_ID


def trimmed(token: str) -> str:
    """A value without the sentence that Japanese and Chinese add to it, and without its full stop."""
    return (_CJK.sub("", token) or token).strip().rstrip(".:!?")


def _is_word(token: str) -> bool:
    """Whether a value is only the next word of a sentence: "user name: see below"."""
    return token.casefold() in {"see", "siehe", "unknown", "none", "n/a", "na", "the", "is", "unbekannt", "keine"}


def telling(token: str, line: str, label: int, begin: int, kind: FoundKind) -> bool:
    """Whether what follows a label (from `label` on) in a sentence is a value, and not the next word.

    It is one if it has a digit in it, if a word like "is" or a colon goes before, or if both are all of their clause.
    """
    if len(token) < 2 or "@" in token[1:] or _is_word(token):
        return False
    if any(sign.isdigit() for sign in token):
        return True
    if kind is FoundKind.ACCOUNT_ID or len(token) < 3:
        return False
    before = line[:begin].rstrip(" \"“„'‘«»「")
    if before.endswith((":", "：", "=")) or "_" in token or "." in token or _equals(before):
        return True
    rest = line[begin + len(token) :]
    if rest[:1] and rest[:1] in "\"”“’'»」":
        return True
    if _listed().match(rest):
        return True
    ends = not rest.strip() or rest.strip()[:1] in ",;.()|" or words.every("joints").match(rest.strip()) is not None
    return ends and (line[:label].rstrip()[-1:] in (":", ",", ";", "(", "|") or _is_with(line[:label].rstrip()))


@cache
def _listed() -> re.Pattern[str]:
    """A comma with another label behind it: what goes before is one of several values."""
    labels = "|".join(words.sources("labels", kind) for kind in ("account id", "user name", "phone", "e-mail"))
    return re.compile(rf"\s?[,;]\s?(?:{labels})", re.IGNORECASE)


def _is_with(before: str) -> bool:
    """Whether a text ends with a word like "as" or "with"."""
    return any(match.end() == len(before) for match in words.every("with").finditer(before))


def _equals(before: str) -> bool:
    """Whether a text ends with a word like "is" or "lautet"."""
    return any(match.end() == len(before) for match in words.every("is").finditer(before))
