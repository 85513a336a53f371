"""Guesses what a table's columns hold, from header and content. The officer confirms or corrects the guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from dsr_desk.core.items import ColumnKind

__all__ = ["ColumnKind"]


@dataclass(frozen=True)
class Field:
    """One field of a record with its column's name and kind."""

    column: str
    kind: ColumnKind
    value: str


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words as they stand in headers, in the languages that we read; matched as whole words of a header.
_HEADERS: tuple[tuple[ColumnKind, frozenset[str]], ...] = (
    (ColumnKind.EMAIL, _words("email mail emailaddress epost correo courriel mailadresse emails")),
    (ColumnKind.PHONE, _words("phone tel telephone mobile cell fax telefon handy mobil telefono phonenumber msisdn")),
    (
        ColumnKind.DATE_OF_BIRTH,
        _words("birth dob birthdate birthday born geburtsdatum geburtstag nacimiento"),
    ),
    (
        ColumnKind.PHOTO_REFERENCE,
        _words(
            "photo image picture img pic avatar foto bild portrait photofile imagefile filename file filepath "
            "photos images pictures imagepath"
        ),
    ),
    (
        ColumnKind.USER_NAME,
        _words("username login handle nick nickname screenname benutzername alias pseudo twitter instagram"),
    ),
    (
        ColumnKind.ACCOUNT_ID,
        _words(
            "account accountid userid customerid customer uid uuid member memberid subscriber kundennummer konto "
            "profileid owner ownerid"
        ),
    ),
    (ColumnKind.ADDRESS, _words("address street city zip postcode postal adresse strasse straße ort plz town addr")),
    (
        ColumnKind.NAME,
        _words(
            "name fullname firstname lastname surname givenname familyname forename vorname nachname prenom nom "
            "nombre apellido realname displayname first last given family person author"
        ),
    ),
    (
        ColumnKind.FREE_TEXT,
        _words("text caption comment comments note notes description bio about message title body"),
    ),
)
_NOT_PEOPLE = _words("file product company host domain column table class model event country")
_PAIRS: dict[tuple[str, str], ColumnKind] = {
    ("file", "name"): ColumnKind.PHOTO_REFERENCE,
    **{(whose, "name"): ColumnKind.USER_NAME for whose in _words("user screen login account")},
    **{
        (whose, "id"): ColumnKind.ACCOUNT_ID
        for whose in _words("user account customer member profile person owner subject")
    },
}

_EMAIL = re.compile(r"(?:mailto:)?<?[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+>?")
_PHONE = re.compile(r"(?:\+|00|0|\()[\d\s()./-]{6,20}\d|\+?\d{3}[\s.-]\d{3}[\s.-]\d{4}")
_DATE = re.compile(r"(?:(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:19|20)?\d\d)(?:[T ].*)?")
_PHOTO = re.compile(r".*\.(?:jpe?g|png|webp|gif|bmp|tiff?|heic|avif|jp2|ppm)(?:\?.*)?", re.IGNORECASE)
ENOUGH = 0.6
"""Share of a column's values that must look alike for content to decide."""


def guess_kind(header: str, values: Sequence[str]) -> ColumnKind:
    """The kind of a column from its header and some of its values (blank ones are ignored).

    Content that is unmistakable (e-mail, file name of a photo) wins over the header, the header over the rest.
    """
    filled = [text.strip() for text in values if text and text.strip()]
    content = _by_content(filled)
    if content in (ColumnKind.EMAIL, ColumnKind.PHOTO_REFERENCE):
        return content
    named = _by_header(header)
    if named is ColumnKind.DATE_OF_BIRTH or named is ColumnKind.PHONE:
        return named
    if named is ColumnKind.NAME and filled and _share(filled, _has_letters) < ENOUGH:
        named = None
    if named is ColumnKind.PHOTO_REFERENCE and filled and max(map(len, filled)) > 1000:
        named = None
    if named is ColumnKind.PHOTO_REFERENCE and content is ColumnKind.FREE_TEXT:
        return content
    if named is not None:
        return named
    return content or ColumnKind.OTHER


@lru_cache(maxsize=4096)
def header_words(header: str) -> frozenset[str]:
    """The words of a header, small and without accents."""
    return frozenset(_words_of(header))


def _words_of(header: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", header)
    plain = unicodedata.normalize("NFKD", spaced).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char)).replace("e-mail", "email")
    return re.findall(r"[^\W_\d]+", plain)


def _by_header(header: str) -> ColumnKind | None:
    words = _words_of(header)
    for pair in pairwise(words):
        if pair in _PAIRS:
            return _PAIRS[pair]
    found = [kind for kind, known in _HEADERS if known.intersection(words) or "".join(words) in known]
    if ColumnKind.NAME in found and _NOT_PEOPLE.intersection(words):
        found.remove(ColumnKind.NAME)
    if ColumnKind.FREE_TEXT in found and ColumnKind.PHOTO_REFERENCE in found:
        found.remove(ColumnKind.PHOTO_REFERENCE)
    if words in (["id"], ["key"]):
        return ColumnKind.ACCOUNT_ID
    return found[0] if found else None


def _by_content(filled: Sequence[str]) -> ColumnKind | None:
    if not filled:
        return None
    if _share(filled, _EMAIL.fullmatch) >= ENOUGH:
        return ColumnKind.EMAIL
    if _share(filled, _PHOTO.fullmatch) >= ENOUGH:
        return ColumnKind.PHOTO_REFERENCE
    if _share(filled, _PHONE.fullmatch) >= ENOUGH and _share(filled, _DATE.fullmatch) < ENOUGH:
        return ColumnKind.PHONE
    if _share(filled, _is_prose) >= ENOUGH:
        return ColumnKind.FREE_TEXT
    return None


def _share(values: Sequence[str], holds: Callable[[str], object]) -> float:
    return sum(1 for value in values if holds(value)) / len(values)


def _is_prose(text: str) -> bool:
    return len(text.split()) >= 4


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)
