"""Identifiers made comparable: e-mails, phones, user names, account ids, and hashes of them.

Whatever is looked up exactly has one or more forms; a form's key is the beginning of its SHA-256. So a data set that
holds SHA-256 hashes instead of addresses is found with the same keys; for MD5 and SHA-1 there are further ones.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import NamedTuple

import numpy as np
import phonenumbers
from numpy.typing import NDArray

from dsr_desk.core.message import Message, message
from dsr_desk.search.index.postings import KEY_BYTES, Keys, key_of_digest, keys_of_digests
from dsr_desk.search.records.columns import ColumnKind
from dsr_desk.search.records.written import plain_email, plain_phone, western_digits

_NO_DIGIT = re.compile(r"[^0-9]+")
_INTERNATIONAL = re.compile(r"\+[1-9][\d ./-]{7,20}", re.ASCII)
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
HASHES = {"md5": 32, "sha1": 40, "sha256": 64}
"""Hashes that are known again, with the number of their hexadecimal digits."""

HELD = (*HASHES, "sha224", "sha384", "sha512")
"""Hashes of which a plain identifier is found where a dataset holds them; the longer ones are looked up alone."""

_md5, _sha1 = (partial(getattr(hashlib, name), usedforsecurity=False) for name in ("md5", "sha1"))
_sha256 = hashlib.sha256
LAST_DIGITS = 10
SHORTEST_NATIONAL = 7
SHORTEST_DEVICE = 16
LONGEST_FILE = 255


class IdentifierForm(NamedTuple):
    """A value in one normalised form. `note` is None for the strong form, else says what was disregarded.

    `hashed` is False for a form that nobody hashes.
    """

    text: str
    note: Message | None = None
    hashed: bool = True


def folded(value: str) -> str:
    """Case, width and composition of characters made alike."""
    if value.isascii():
        return value.lower().strip()
    return unicodedata.normalize("NFKC", value).casefold().strip()


_PLACEHOLDERS = frozenset(
    """n/a na none null nil nan unknown unbekannt undefined missing empty test tbd xxx admin guest
    anonymous anonym default user dummy example ? . 1970-01-01 1900-01-01 1899-12-30 0001-01-01
    01.01.1970 01.01.1900 test@test.com test@example.com none@none.com noreply@example.com a@a.com
    123456 1234567 12345678 123456789 1234567890""".split()  # noqa: SIM905
)
_ONE_SIGN = re.compile(r"(.)\1*")


OWN_LENGTH = 8
"""An id with letters and digits of this length stands for itself; a shorter one or a number only within its table."""

SHORTEST_ACROSS = 5
"""A shorter account id says little of whose it is: every table numbers its rows."""


def stands_for_itself(account: str) -> bool:
    """Whether an account id is the same person's in whatever column it stands."""
    return len(account) >= OWN_LENGTH and any(map(str.isalpha, account)) and any(map(str.isdigit, account))


def is_short_number(account: str) -> bool:
    """Whether an account id is one that many tables hold for different people."""
    return len(account) < SHORTEST_ACROSS and account.isdigit()


def is_placeholder(value: str) -> bool:
    """Whether a value only fills its field: it stands for nobody."""
    text = folded(value).removesuffix(" 00:00:00").removesuffix("t00:00:00")
    if text in _PLACEHOLDERS:
        return True
    bare = "".join(filter(str.isalnum, text))
    return not bare.strip("0") or (len(bare) > 3 and _ONE_SIGN.fullmatch(bare) is not None)


def email_forms(value: str) -> list[IdentifierForm]:
    """The address, and without its plus tag (at Gmail also without dots). Empty for what is no e-mail."""
    address = folded(plain_email(value))
    local, at, domain = address.rpartition("@")
    if not at or not local or "." not in domain or " " in address:
        return []
    forms = [IdentifierForm(f"{local}@{name}") for name in dict.fromkeys((domain, _other_domain(domain)))]
    plain, note = local.partition("+")[0], message("form.plus-tag")
    if domain in _GMAIL:
        plain, domain, note = plain.replace(".", ""), "gmail.com", message("form.gmail")
    if plain and f"{plain}@{domain}" != forms[0].text:
        forms.append(IdentifierForm(f"{plain}@{domain}", note))
    return forms


def _other_domain(domain: str) -> str:
    """A domain with other letters as it is registered (punycode), or the reverse; the same where there is none."""
    try:
        if "xn--" in domain:
            return domain.encode("ascii").decode("idna")
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def phone_forms(value: str, country: str = "") -> list[IdentifierForm]:
    """E.164, its digits, its last ten digits, and without the country's code. Empty for what is no number."""
    value = plain_phone(value, country)
    digits = _digits(value)
    if not 6 <= len(digits) <= 17:
        return []
    e164 = _e164(value, country)
    if e164:
        forms, digits = [IdentifierForm(e164), IdentifierForm(e164[1:])], e164[1:]
    else:
        forms = [IdentifierForm(digits)]
    tail = digits[-LAST_DIGITS:]
    if len(tail) == LAST_DIGITS:
        forms.append(IdentifierForm(tail, message("form.last-digits", digits=LAST_DIGITS)))
    national = (_without_code(digits) if e164 else digits).lstrip("0")
    if len(national) >= SHORTEST_NATIONAL:
        forms.append(IdentifierForm(national, message("form.country-code"), hashed=False))
    return list({form.text: form for form in reversed(forms)}.values())[::-1]


def _without_code(digits: str) -> str:
    """Digits of an E.164 number without the code of its country."""
    for length in (1, 2, 3):
        if int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return digits[length:]
    return digits


def _digits(value: str) -> str:
    return _NO_DIGIT.sub("", western_digits(value))


@lru_cache(maxsize=4096)
def _e164(value: str, country: str) -> str:
    text = value.strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    if _INTERNATIONAL.fullmatch(text):
        return "+" + _digits(text)
    if not country and not text.startswith("+"):
        return ""
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def name_forms(value: str) -> list[IdentifierForm]:
    """A user name or account id: without a leading @, case and width made alike.

    Further forms are those in which it may be hashed: as it is, and letters and digits alone (ids of devices).
    """
    text, raw = folded(value).removeprefix("@"), value.strip()
    bare = "".join(filter(str.isalnum, text)) if len(text) >= SHORTEST_DEVICE else text
    return [IdentifierForm(one) for one in dict.fromkeys((text, raw, bare)) if text and one]


def forms_of(kind: ColumnKind, value: str, country: str = "") -> list[IdentifierForm]:
    """Forms under which a value of this kind is looked up; empty for kinds that are not looked up exactly."""
    if kind is ColumnKind.EMAIL:
        return email_forms(value)
    if kind is ColumnKind.PHONE:
        return phone_forms(value, country)
    if kind in (ColumnKind.USER_NAME, ColumnKind.ACCOUNT_ID):
        return name_forms(value)
    return []


def hashes_of(text: str, names: Iterable[str] = HASHES) -> dict[str, str]:
    """MD5, SHA-1 and SHA-256 (hex) of a form, as shared lists hold them; or only some of them."""
    data = text.encode()
    return {name: hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in names}


def key_of(text: str) -> int:
    """The key of a form."""
    return key_of_digest(hashlib.sha256(text.encode()).digest())


def key_of_hash(hexadecimal: str) -> int:
    """The key under which a value is looked up that a data set holds as a hash."""
    return key_of_digest(bytes.fromhex(hexadecimal))


def keys_of(form: IdentifierForm) -> tuple[int, ...]:
    """All keys of a form: its own (which is that of its SHA-256), and those of its other hashes."""
    data = form.text.encode()
    own = int.from_bytes(_sha256(data).digest()[:KEY_BYTES])
    if not form.hashed:
        return (own,)
    return (
        own,
        int.from_bytes(_md5(data).digest()[:KEY_BYTES]),
        int.from_bytes(_sha1(data).digest()[:KEY_BYTES]),
    )


@lru_cache(maxsize=1 << 18)
def token_key(token: str) -> int:
    """Key of a spelling or sound of a word of a name (search/records/names.py)."""
    return key_of("name:" + token)


def file_key(name: str) -> int:
    """Key of a photo's file name, for references to it from records."""
    return key_of("file:" + folded(name))


def file_keys(reference: str) -> set[int]:
    """The keys of `file_names`."""
    return {file_key(name) for name in file_names(reference)}


def keys_of_files(names: Sequence[str]) -> tuple[Keys, NDArray[np.int64]]:
    """The keys of `file_keys` for many names at once, and the place of the name that each belongs to."""
    wholes = _plain_files(names)
    if wholes is None:
        found = [(key, at) for at, name in enumerate(names) for key in file_keys(name)]
        keys, places = np.array(found, np.uint64).reshape(-1, 2).T
        return keys, places.astype(np.int64)
    with_stem = [at for at, name in enumerate(wholes) if b"." in name]
    stems = [wholes[at].rpartition(b".")[0] for at in with_stem]
    digests = b"".join([_sha256(b"file:" + name).digest() for name in chain(wholes, stems)])
    return keys_of_digests(digests), np.concatenate((np.arange(len(wholes)), np.array(with_stem, np.int64)))


def _plain_files(names: Sequence[str]) -> list[bytes] | None:
    """The files of paths that hold nothing which `file_names` looks for but slashes; None where any is another."""
    text = "\n".join(names)
    plain = text.isascii() and text.replace("\n", "").isprintable() and not any(mark in text for mark in " ?\\")
    files = [name.rpartition(b"/")[2] for name in text.lower().encode().split(b"\n")] if plain else []
    return files if len(files) == len(names) and all(files) and max(map(len, files)) <= LONGEST_FILE else None


def file_names(reference: str) -> list[str]:
    """The file name in a path or address, and its stem; empty where there is none."""
    base = reference.strip().partition("?")[0].rstrip("/").replace("\\", "/").rpartition("/")[2]
    if not base or len(base) > LONGEST_FILE:
        return []
    stem = base.rsplit(".", 1)[0] if "." in base else base
    return list(dict.fromkeys((folded(base), folded(stem))))
