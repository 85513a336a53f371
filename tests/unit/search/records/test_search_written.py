"""E-mails, phone numbers and hashes as people and programs write them, and what looks like a number and is none."""

from __future__ import annotations

import base64
import hashlib

import pytest

from dsr_desk.core.findings import Identifiers
from dsr_desk.core.hashes import hash_in, held_hash
from dsr_desk.search.index.lookup import forms_in
from dsr_desk.search.records.columns import ColumnKind
from dsr_desk.search.records.identifiers import key_of_hash, keys_of
from dsr_desk.search.records.search import wanted

ADDRESS, PHONE = "ann.lee@x-mail.org", "+49 171 2345678"


def meet(kind: ColumnKind, held: str, known: Identifiers, country: str = "") -> bool:
    """Whether a search for what is known looks a value up that is written so."""
    keys = {key for _, form in forms_in(kind, held, country) for key in keys_of(form)}
    if digest := held_hash(held):
        keys.add(key_of_hash(digest))
    return bool(keys & wanted(known, country).keys)


@pytest.mark.parametrize(
    ("held", "country", "known"),
    [
        ("0171 2345678 ext. 12", "DE", PHONE),
        ("0171/2345678 x12", "DE", PHONE),
        ("0171 2345678 Durchwahl -12", "DE", PHONE),
        ("06 12 34 56 78 poste 3", "FR", "+33612345678"),
        ("+7 (495) 123-45-67 доб. 12", "", "+74951234567"),
        ("491712345678.0", "DE", PHONE),
        ("4.91712345678E11", "DE", PHONE),
        ("601234567.0", "PL", "+48601234567"),
        ("6.01234567E8", "PL", "+48601234567"),
        ("+49 (0)171 2345678", "", PHONE),
        ("+44 (0)20 7946 0958", "", "+442079460958"),
        ("011 49 171 2345678", "", PHONE),
        ("8 10 49 171 2345678", "", PHONE),
        ("٠١٧١٢٣٤٥٦٧٨", "DE", PHONE),
        ("０１７１ ２３４５６７８", "DE", PHONE),
        ("0171-2345678 / 030-5551234", "DE", PHONE),
        ("+48601234567, +491712345678", "", PHONE),
    ],
)
def test_a_phone_number_is_found_however_it_is_written(held, country, known):
    assert meet(ColumnKind.PHONE, held, Identifiers(phones=(known,)), country)


@pytest.mark.parametrize(
    "held",
    [
        "ann.lee (at) x-mail.org",
        "ann.lee at x-mail dot org",
        "ann.lee[at]x-mail[dot]org",
        "ann.lee%40x-mail.org",
        "mailto:Ann.Lee@x-mail.org?subject=Hi",
        '"ann.lee@x-mail.org";',
        "(ann.lee@x-mail.org).",
        "Ann Lee <ann.lee@x-mail.org>",
        "ann.lee＠x-mail.org",
    ],
)
def test_an_address_is_found_however_it_is_written_and_asked_for(held):
    assert meet(ColumnKind.EMAIL, held, Identifiers(emails=(ADDRESS,)))
    assert meet(ColumnKind.FREE_TEXT, f"write to {held} today", Identifiers(emails=(ADDRESS,)))
    assert meet(ColumnKind.EMAIL, ADDRESS, Identifiers(emails=(held,)))


def test_a_domain_is_the_same_as_it_is_registered_and_as_it_is_read():
    assert meet(ColumnKind.EMAIL, "ann@xn--mller-kva.de", Identifiers(emails=("ann@MÜLLER.de",)))
    assert meet(ColumnKind.EMAIL, "ann@müller.de", Identifiers(emails=("ann@xn--mller-kva.de",)))


def digest(name: str, text: str = ADDRESS) -> bytes:
    return hashlib.new(name, text.encode(), usedforsecurity=False).digest()


@pytest.mark.parametrize(
    "held",
    [
        "sha256:" + digest("sha256").hex(),
        "0x" + digest("md5").hex().upper(),
        "md5=" + digest("md5").hex(),
        "{SHA}" + base64.b64encode(digest("sha1")).decode(),
        "{SHA512}" + base64.b64encode(digest("sha512")).decode(),
        base64.urlsafe_b64encode(digest("sha256")).decode().rstrip("="),
        base64.b64encode(digest("sha512")).decode(),
        *(digest(name).hex() for name in ("sha224", "sha384", "sha512")),
    ],
)
def test_a_hash_is_found_by_the_plain_address_however_it_is_written(held):
    assert meet(ColumnKind.OTHER, held, Identifiers(emails=(ADDRESS,)))


def test_hashes_of_addresses_and_numbers_as_advertisers_make_them_plain_are_found():
    address, number = Identifiers(emails=("Ann.Lee+shop@gmail.com",)), Identifiers(phones=(PHONE,))
    assert meet(ColumnKind.OTHER, digest("sha256", "annlee@gmail.com").hex(), address)
    for text in ("+491712345678", "491712345678"):
        assert meet(ColumnKind.OTHER, digest("sha512", text).hex(), number)


def test_a_list_takes_no_hash_that_an_index_of_plain_values_could_not_find():
    assert hash_in(digest("sha512").hex()) == ""
    assert hash_in("sha256:" + digest("sha256").hex()) == digest("sha256").hex()


@pytest.mark.parametrize(
    "text",
    [
        "2024-11-03 12:30",
        "01.02.2024",
        "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819",
        "52.520008, 13.404954",
        "1,299.00",
        "ORD-000123456",
        "order 20241103-0012",
        "1700000000.0",
        "978-3-16-148410-0",
        "192.168.100.200",
    ],
)
def test_what_only_looks_like_a_phone_number_is_none(text):
    assert not [form for kind, form in forms_in(ColumnKind.OTHER, text, "DE") if kind is ColumnKind.PHONE]
