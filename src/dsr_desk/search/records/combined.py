"""Hashes over several fields of one record, as lists of people who want to be deleted hold them.

California's deletion lists (type NDZ) hold SHA-256 over the base64 SHA-256 of given name, family name, date of birth
(YYYYMMDD) and ZIP code, each made plain first: letters and digits alone, small.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import product

from dsr_desk.core.message import message
from dsr_desk.search.records.columns import ColumnKind, Field, header_words
from dsr_desk.search.records.confirming import dates_in

SAYS = message("reason.hash.combined")
_GIVEN = frozenset("first given forename firstname givenname vorname prenom nombre imie".split())  # noqa: SIM905
_FAMILY = frozenset("last family surname lastname familyname nachname nom apellido nazwisko".split())  # noqa: SIM905
_POST_CODE = re.compile(r"(?<![\w-])(\d{5})(?:-\d{4})?(?![\w-])")
_ALONE = re.compile(r"(?=.*\d)[A-Za-z0-9]{2,6}[ -]?[A-Za-z0-9]{2,4}")
POST_CODE_LENGTH = 5


def combined_hashes(fields: Sequence[Field]) -> list[bytes]:
    """SHA-256 (32 bytes) of every way to read name, date of birth and post code from a record; mostly one or none."""
    born = {
        day.replace("-", "") for one in fields if one.kind is ColumnKind.DATE_OF_BIRTH for day in dates_in(one.value)
    }
    if not born:
        return []
    codes = {code for one in fields if one.kind is ColumnKind.ADDRESS for code in _post_codes(one.value)}
    if not codes:
        return []
    names = set(_names([one for one in fields if one.kind is ColumnKind.NAME]))
    return [combined_hash([*name, day, code]) for name, day, code in product(names, born, codes)]


def combined_hash(parts: Sequence[str]) -> bytes:
    """SHA-256 over the base64 SHA-256 of each part, 32 bytes."""
    digests = (base64.b64encode(hashlib.sha256(part.encode()).digest()) for part in parts)
    return hashlib.sha256(b"".join(digests)).digest()


def _names(fields: Sequence[Field]) -> Iterator[tuple[str, str]]:
    """Given and family name, with accents and without."""
    for given, family in _parted(fields):
        one, other = _plain(given), _plain(family)
        if one and other:
            yield one, other
            yield _without_accents(one), _without_accents(other)


def _parted(fields: Sequence[Field]) -> Iterator[tuple[str, str]]:
    given = [one.value for one in fields if header_words(one.column) & _GIVEN]
    family = [one.value for one in fields if header_words(one.column) & _FAMILY]
    if given and family:
        yield given[0], family[0]
        return
    for one in fields:
        last, comma, first = one.value.partition(",")
        words = one.value.split()
        if comma:
            yield first, last
        for end in range(1, len(words)):
            yield " ".join(words[:end]), " ".join(words[end:])


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text).lower()))


def _without_accents(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFD", text)))


def _post_codes(address: str) -> Iterator[str]:
    """Post codes in an address, or the value itself where it is nothing else; without leading zeros, at most five."""
    value = address.strip()
    found = _POST_CODE.findall(value) or ([value] if _ALONE.fullmatch(value) else [])
    for code in found:
        yield _plain(code).lstrip("0")[:POST_CODE_LENGTH]
