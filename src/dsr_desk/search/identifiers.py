"""Identifiers made comparable: e-mails, phones, user names, account ids, and hashes of them.

Whatever is looked up exactly has one or more forms; a form's key is the first 8 bytes of its SHA-256. So a data set
that holds SHA-256 hashes instead of addresses is found with the same keys; for MD5 and SHA-1 there are further ones.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from dsr_desk.search.columns import ColumnKind

EMAIL = re.compile(r"[\w.+'%-]+@[\w-]+(?:\.[\w-]+)+")
HASH = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)
_NO_DIGIT = re.compile(r"[^0-9]+")
_INTERNATIONAL = re.compile(r"\+[1-9][\d ./-]{7,20}", re.ASCII)
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_HASHES = ("md5", "sha1", "sha256")
LAST_DIGITS = 10
HASH_LENGTH = 32


@dataclass(frozen=True)
class Form:
    """A value in one normalised form. `note` is "" for the strong form, else says what was disregarded."""

    text: str
    note: str = ""


def folded(value: str) -> str:
    """Case, width and composition of characters made alike."""
    return unicodedata.normalize("NFKC", value).casefold().strip()


def email_forms(value: str) -> list[Form]:
    """The address, and without its plus tag (at Gmail also without dots). Empty for what is no e-mail."""
    address = folded(value).removeprefix("mailto:").strip("<>,; ")
    local, at, domain = address.rpartition("@")
    if not at or not local or "." not in domain or " " in address:
        return []
    forms = [Form(f"{local}@{domain}")]
    plain, note = local.partition("+")[0], "apart from a plus tag"
    if domain in _GMAIL:
        plain, domain, note = plain.replace(".", ""), "gmail.com", "as Gmail delivers it (dots and plus tags ignored)"
    if plain and f"{plain}@{domain}" != forms[0].text:
        forms.append(Form(f"{plain}@{domain}", note))
    return forms


def phone_forms(value: str, country: str = "") -> list[Form]:
    """E.164, its digits, and its last ten digits, which are shared across countries. Empty for what is no number."""
    digits = _digits(value)
    if not 6 <= len(digits) <= 17:
        return []
    forms = []
    e164 = _e164(value, country)
    if e164:
        forms = [Form(e164), Form(e164[1:])]
        digits = e164[1:]
    else:
        forms = [Form(digits)]
    tail = digits[-LAST_DIGITS:]
    if len(tail) == LAST_DIGITS and tail not in {form.text for form in forms}:
        forms.append(Form(tail, "in its last ten digits"))
    national = digits.lstrip("0")
    if not e164 and len(national) >= 7 and national not in {form.text for form in forms}:
        forms.append(Form(national, "apart from leading zeros"))
    return forms


def _digits(value: str) -> str:
    if value.isascii():
        return _NO_DIGIT.sub("", value)
    return "".join(str(unicodedata.digit(char)) for char in value if unicodedata.digit(char, None) is not None)


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


def name_forms(value: str) -> list[Form]:
    """A user name or account id: without a leading @, case and width made alike."""
    text = folded(value).removeprefix("@")
    return [Form(text)] if text else []


def forms_of(kind: ColumnKind, value: str, country: str = "") -> list[Form]:
    """Forms under which a value of this kind is looked up; empty for kinds that are not looked up exactly."""
    if kind is ColumnKind.EMAIL:
        return email_forms(value)
    if kind is ColumnKind.PHONE:
        return phone_forms(value, country)
    if kind in (ColumnKind.USER_NAME, ColumnKind.ACCOUNT_ID):
        return name_forms(value)
    return []


def hashes_of(text: str) -> dict[str, str]:
    """MD5, SHA-1 and SHA-256 (hex) of a form, as shared lists hold them."""
    data = text.encode()
    return {name: hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in _HASHES}


def key_of(text: str) -> int:
    """The key of a form: signed 64 bits."""
    return _key(hashlib.sha256(text.encode()).digest())


def key_of_hash(hexadecimal: str) -> int:
    """The key under which a value is looked up that a data set holds as a hash."""
    return int.from_bytes(bytes.fromhex(hexadecimal[:16]), signed=True)


def keys_of(kind: ColumnKind, form: Form) -> Iterator[int]:
    """All keys of a form: its own (which is that of its SHA-256), for e-mail and phone also of its other hashes."""
    data = form.text.encode()
    yield _key(hashlib.sha256(data).digest())
    if kind in (ColumnKind.EMAIL, ColumnKind.PHONE):
        yield _key(hashlib.md5(data, usedforsecurity=False).digest())
        yield _key(hashlib.sha1(data, usedforsecurity=False).digest())


def _key(digest: bytes) -> int:
    return int.from_bytes(digest[:8], signed=True)


def is_hash(value: str) -> bool:
    return len(value) >= HASH_LENGTH and HASH.fullmatch(value.strip()) is not None


def file_key(name: str) -> int:
    """Key of a photo's file name, for references to it from records."""
    return key_of("file:" + folded(name))


def file_names(reference: str) -> list[str]:
    """The file name in a path or address, and its stem; empty where there is none."""
    base = re.split(r"[/\\]", reference.strip().split("?")[0].rstrip("/"))[-1]
    if not base or len(base) > 255:
        return []
    stem = base.rsplit(".", 1)[0] if "." in base else base
    return list(dict.fromkeys((folded(base), folded(stem))))
