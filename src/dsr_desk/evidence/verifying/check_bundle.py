#!/usr/bin/env python3
"""Checks an evidence bundle with Python's standard library and the `cryptography` package alone.

    python3 check_bundle.py FOLDER [--fingerprint TEXT] [--checkpoint FILE] [--authorities FILE]

FOLDER holds evidence.zip, evidence.zip.p7s and certificate.pem, perhaps evidence.zip.p7s.tsr and succession.jsonl.
The fingerprint is the SHA-256 of the organisation's certificate as you got it from the organisation by another way, the
checkpoint a file from an earlier bundle, the authorities a PEM file with the certificates of time stamp authorities
that you trust. Python 3.9 and `cryptography` 38 are enough, and later ones do.

Each check holds, fails or could not be made here. Ends with 0 if all hold, 1 if one fails, 2 if it was called wrongly,
3 if none fails and something was not checked. This file lies in every bundle, and the program that makes bundles checks
them with this same file.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import html
import io
import json
import os
import re
import struct
import sys
import traceback
import unicodedata
import warnings
import zlib
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

try:
    from cryptography import __version__ as _version
except ImportError:
    if __name__ != "__main__":
        raise
    print("not checked: this computer's Python has no package cryptography (38 or later is needed)")
    raise SystemExit(3) from None
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID, SignatureAlgorithmOID

EVIDENCE, SIGNATURE, CERTIFICATE = "evidence.zip", "evidence.zip.p7s", "certificate.pem"
TIME_STAMP, SUCCESSION, TEXT = "evidence.zip.p7s.tsr", "succession.jsonl", "VERIFY.txt"
_PIECE = 1 << 20
_FAR, _NEW_YEAR, _PLAIN_FILE, _MOST = 0xFFFFFFFF, 0x0021, 0o100644 << 16, 0xFFFF
"""In a zip: what stands for a number that is too large, 1 January 1980, attributes of a file, the most members."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_OID_SIGNED, _OID_DATA = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010701")
_OID_TYPE, _OID_DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
_OID_TIME, _OID_SHA256 = bytes.fromhex("2a864886f70d010905"), bytes.fromhex("608648016503040201")
_OID_TIME_STAMP = bytes.fromhex("2a864886f70d0109100104")
_OID_MADE_WITH, _OID_MADE_WITH_2 = bytes.fromhex("2a864886f70d010910020c"), bytes.fromhex("2a864886f70d010910022f")
_OIDS_RSA = (bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010101"))
_OID_ECDSA = bytes.fromhex("2a8648ce3d040302")
_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    _OID_SHA256: hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}


_OLDEST = 38
_BROKEN = (
    ValueError, TypeError, KeyError, IndexError, RecursionError, ArithmeticError, StopIteration, x509.InvalidVersion,
    x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip
"""What parsing a damaged file may raise."""
_NOT_THAT_KIND = re.compile(r"'(str|int|float|bool|list|dict|NoneType)' object has no attribute")
"""How Python says that a value of a damaged JSON file is of another kind; otherwise it is the library that lacks it."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


SAYS = {
    "archive.compressed": "The member {name} is compressed; bundles are not, so that none can swell when opened.",
    "archive.damaged": "The archive is damaged, cut short, or not byte for byte as bundles are written.",
    "archive.holds": "{count} files, each once, none hidden.",
    "archive.missing": "{name} is missing.",
    "archive.password": "The archive has a member with a password of its own; bundles have none.",
    "archive.path": "The archive has a member whose path leads outside or is hidden: {name}.",
    "archive.sum": "The archive is damaged or cut short (the sum of {name} is wrong).",
    "archive.twice": "The archive has two members with the name {name}.",
    "beside.changed": "{name} lies beside the archive and is not the copy that was signed; do nothing that it says.",
    "beside.holds": "What lies beside the archive equals the signed copies in it.",
    "clock": "Clock not attested: there is no time stamp of an authority on a list that you trust; the times are the "
    "signer's word.",
    "contents.differ": "{name} does not say what the entries of the journal say.",
    "contents.required": "What is said of “{name}” in required.json is not what the entries of the journal say.",
    "contents.hits": "The hits are others than those that the entries of the journal say.",
    "contents.hold": "The files say what {count} journal entries of this case say, and nothing else.",
    "contents.lineage": "Of the model {name} lineage.json says more than the ways to it say.",
    "contents.name": "The officer with the key {key} is not named.",
    "contents.statement": "The statement does not say what the entries of the journal say ({name}).",
    "damaged": "A part of this is damaged or not in the form that it must have.",
    "entry.act": "What journal entry {number} says was changed.",
    "entry.approvals": "Journal entry {number} lacks the approvals that the policy asks for.",
    "entry.case-gap": "Before journal entry {number} an entry of this case is left out.",
    "entry.changed": "Journal entry {number} was changed.",
    "entry.epoch": "Journal entry {number} belongs to an epoch that nobody declared.",
    "entry.forbidden": "Journal entry {number} is an act that the rules forbid.",
    "entry.hidden": "What journal entry {number} says is not shown.",
    "entry.kind": "What journal entry {number} says is of another kind.",
    "entry.more": "Journal entry {number} shows more than this edition may.",
    "entry.officer": "Journal entry {number} is not signed by the officer whom it names.",
    "entry.place": "Journal entry {number} belongs to another case or place.",
    "entry.rows": "The rows of journal entry {number} are not those that were signed.",
    "entry.signature": "Journal entry {number} has a signature that does not hold.",
    "entry.spelling": "A journal entry is not spelled as entries are.",
    "entry.stranger": "Journal entry {number} is signed by somebody who was no officer then.",
    "entry.time": "Journal entry {number} is dated before the one that it follows.",
    "entry.unopened": "Journal entry {number} does not show “{name}”, which this edition must show.",
    "entry.value": "A value of journal entry {number} is not the one that was signed.",
    "entry.vault-gap": "Before journal entry {number} an entry on officers or policy is left out.",
    "files.bag": "This is no BagIt 1.0 bag.",
    "files.differ": "{manifest} and the files of the bag differ: {name}.",
    "files.digest": "{name} does not have the digest that {manifest} lists.",
    "files.hold": "All {count} files have the digests that the manifest lists; none is missing, none was added.",
    "files.sizes": "The sum of sizes in bag-info.txt is wrong.",
    "held.continued": "The journal continues the checkpoint that you hold ({size} entries); nothing was removed.",
    "held.older": "The checkpoint that you hold covers {held} entries, this bundle only {size}: an older state "
    "was handed out again, or entries were removed.",
    "held.other": "The checkpoint that you hold is of another journal.",
    "held.restored": "{why} The organisation declares that it restored the journal from a backup (epoch {epoch}); ask "
    "what was lost.",
    "held.rewritten": "The journal was rewritten: it contradicts the checkpoint that you hold.",
    "held.unproved": "This bundle has no proof from your checkpoint at {held} entries; ask the organisation for a "
    "bundle that has one.",
    "journal.chained": "Each follows the one before, and each is signed by somebody who was an officer then.",
    "journal.cut": "The journal does not continue its state at {size} entries: entries were removed.",
    "journal.end": "The entries of this case do not end with the one that says that it is sealed.",
    "journal.epoch": "The statement names another epoch than the journal.",
    "journal.gap": "The proof of the journal entries has a gap or an overlap.",
    "journal.holds": "{count} journal entries of this case are in the journal of {size} entries that the checkpoint "
    "signs.",
    "journal.key": "The checkpoint is not signed with the journal's key.",
    "journal.root": "The entries of this case are not in the journal that the checkpoint signs.",
    "journal.rows": "There are rows of which no entry of the journal knows.",
    "journal.signature": "The checkpoint's signature does not hold.",
    "officer.added": "{who} was added by {by} (entry {number}, {day}).",
    "officer.first": "{who} is the first officer (entry {number}, {day}).",
    "officer.key": "the key {key}",
    "officer.recovered": "{who} was added with the recovery code (entry {number}, {day}).",
    "officer.removed": "{who} was removed by {by} (entry {number}, {day}).",
    "officer.unnamed": "the officer with the key {key}",
    "report.differs": "The page of the report is not the one of its sentences.",
    "report.figures": "The statement counts otherwise than the data files.",
    "report.form": "The report has the form {form}, which this verifier does not know.",
    "report.holds": "The report is the page of its {count} sentences. Their names, numbers and times stand in the data "
    "files or are counted from them; the words between are the organisation's.",
    "report.rows": "The report leaves out entries of {name} and does not say so.",
    "report.text": "The report shows “{text}”, and the values of that sentence are others.",
    "report.title": "The report has another title than its case gives it.",
    "report.unfounded": "The data files do not bear out what the report says or leaves out ({name}).",
    "report.value": "The report says “{value}” where the data files do not.",
    "signature.algorithm": "The signature was made with an algorithm that bundles do not use.",
    "signature.certificate": "The signature names another certificate than the one it brings.",
    "signature.changed": "{file} is not what was signed: it was changed after it was signed, or it is another file.",
    "signature.content": "The signature is over another kind of content.",
    "signature.damaged": "The signature file is damaged.",
    "signature.form": "The signature file is not in the one form that it may have.",
    "signature.holds": "{file} is exactly what was signed on {time} by the signer's clock.",
    "signature.kind": "The signature file is of another kind than a bundle's.",
    "signature.other": "The signature was not made with {file}.",
    "signature.parts": "The signature file has parts that it must not have, or lacks some.",
    "signature.short": "The signature file is cut short.",
    "signature.wrong": "The signature does not hold.",
    "signer.compare": "Signed as “{who}”. The fingerprint of the certificate is {fingerprint}; it was not compared, "
    "and anybody can make a certificate with this name: compare it now with the one that you got from them by another "
    "way.",
    "signer.expected": "Signed by “{who}”. The fingerprint of the certificate is {fingerprint}; compared with the "
    "fingerprint that you gave: equal.",
    "signer.expired": "Signed as “{who}” at a time when the certificate was not valid. Its fingerprint is "
    "{fingerprint}.",
    "signer.given": "Signed as “{who}”. The fingerprint of the certificate is {fingerprint}; it was not compared: what "
    "you gave is no SHA-256 fingerprint, which has 64 digits from 0 to f.",
    "signer.nobody": "There is no signature that holds, so nobody can be named as the signer.",
    "signer.other": "Signed as “{who}”. The fingerprint of the certificate is {fingerprint}; compared with the "
    "fingerprint that you gave: different. Somebody else may have signed with this name.",
    "signer.successor": "Signed by “{who}”. The fingerprint of the certificate is {fingerprint}; the fingerprint that "
    "you gave is of an earlier key, which names this one as its successor.",
    "statement.declares": "The statement declares something that is no sentence.",
    "statement.file": "{name} is not the file that the statement speaks of.",
    "statement.files": "The statement names other files than the bundle holds.",
    "statement.holds": "The statement on case {case} names every file and is signed by the same key.",
    "statement.wrong": "The signature of the statement does not hold for this certificate.",
    "succession.keys": "A succession of keys names other keys.",
    "succession.wrong": "A succession of keys has a signature that does not hold.",
    "sworn.differs": "The sworn statement does not say what the journal holds ({name}).",
    "sworn.holds": "Sworn by {who}, {capacity}, on {day} (entry {number}): signed with that officer's own key and with "
    "the organisation's.",
    "sworn.keys": "The sworn statement is not signed by the organisation and by the officer whom it names.",
    "sworn.kind": "The sworn statement is not one of this case.",
    "sworn.officer": "The journal holds no such statement by the officer whose key signed it.",
    "sworn.outdated": "After the statement was sworn something changed in the case (entry {number}).",
    "sworn.signature": "A signature of the sworn statement does not hold.",
    "time.certificate": "The time stamp does not bring its authority's certificate.",
    "time.changed": "The time stamp was changed.",
    "time.chain": "The certificate of “{who}” is not signed by the authority that it names, “{by}”.",
    "time.clocks": "The signer's clock says that it was signed after the time stamp: one of them is wrong.",
    "time.damaged": "The time stamp is damaged or not in the form that it must have.",
    "time.expired": "The certificate of “{who}” was not valid at the time of the stamp.",
    "time.holds": "The signature existed at {time}: so says a time stamp of “{who}”, whose authority is on the list "
    "that you trust.",
    "time.issuer": "“{who}” may not issue certificates, yet the one of the time stamp rests on it.",
    "time.kind": "The answer of the authority is no time stamp.",
    "time.length": "“{who}” may not have so many authorities below it as the certificate of the time stamp has.",
    "time.list": "The list of authorities that you gave cannot be read: it is to hold certificates in PEM form.",
    "time.other": "The time stamp is of other bytes than this signature.",
    "time.purpose": "The certificate of “{who}” is not one for time stamps alone, so it cannot attest a time.",
    "time.refused": "The authority did not grant a time stamp.",
    "time.unnamed": "The time stamp does not say with which certificate it was made.",
    "time.untrusted": "A time stamp of “{who}” is there and says {time}; its authority is not on a list that you "
    "trust: not trusted, and no proof of time.",
    "time.wrong": "The signature of the time stamp does not hold.",
    "unchecked.algorithm": "This computer's cryptography {version} does not know an algorithm that is used here.",
    "unchecked.before": "This rests on a check before it that does not hold or was not made.",
    "unchecked.extension": "The certificate of “{who}” has a rule ({oid}) that must be kept and that this verifier "
    "does not know.",
    "unchecked.fault": "This check itself failed ({kind}); nothing is known of what it looks at.",
    "unchecked.library": "This computer's cryptography {version} lacks what this check needs.",
    "unchecked.old": "This computer's cryptography {version} is too old; {oldest} or later is needed.",
}


class Said:
    """A sentence as its code and values, so that it can be said in other languages; as text it is English.

    `english` is what a bundle brings with it. Values are texts, numbers, sentences and tuples of them: what came from a
    bundle may be anything, so half characters are spelled out and everything else is made a text.
    """

    def __init__(self, code: str, english: str = "", /, **values: Any) -> None:
        self.code, self.english = code, _printable(english)
        self.values = {name: _plain(value) for name, value in values.items()}

    def __str__(self) -> str:
        return self.english or SAYS[self.code].format_map(self.values)


class Sentences(Said):
    """Several, one after the other."""

    def __str__(self) -> str:
        return " ".join(map(str, self.values["says"]))


def together(said: list[Said]) -> Said:
    return said[0] if len(said) == 1 else Sentences("sentences", says=tuple(said))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    known = isinstance(value, Said) or (type(value) is int and abs(value) < 1 << 63)
    return value if known else _printable(str(value))


def _printable(text: str) -> str:
    """What nobody sees is spelled out: line breaks in a name would write lines of ours, and halves show nowhere."""
    return "".join(
        one.encode("unicode_escape").decode() if unicodedata.category(one) in _INVISIBLE else one for one in text
    )


class Refused(Exception):
    """What does not hold. The program that makes bundles refuses with codes of its own too, which it says itself."""

    def __init__(self, code: str, /, **values: Any) -> None:
        self.said = Said(code, **values)
        super().__init__(code)

    def __str__(self) -> str:
        return str(self.said) if self.said.code in SAYS else self.said.code


class Malformed(Refused):
    """A signature or time stamp that is not in the form that it must have."""


class Unchecked(Refused):
    """What cannot be checked here. It neither holds nor fails."""


class Finding(NamedTuple):
    """One check: its name, whether it holds (None where it was not made), and what that means."""

    name: str
    ok: bool | None
    says: Said


def all_hold(found: Iterable[bool | None]) -> bool | None:
    """False where one check fails; None where none fails and one was not made."""
    every = list(found)
    return False if False in every else None if None in every else True


# The zip


class Section(io.RawIOBase):
    """So many bytes from a place on, as a file of their own; `piece` gets them."""

    def __init__(self, start: int, size: int) -> None:
        super().__init__()
        self._start, self._size, self._at = start, size, 0

    def piece(self, start: int, size: int) -> bytes:
        raise NotImplementedError

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self.piece(self._start + self._at, max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class Part(Section):
    """A part of a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__(start, size)
        self._file = file

    def piece(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size)


class Members:
    """The members of a zip that is byte for byte as bundles are written. Raises Refused.

    They are read where they lie: a bundle of millions of items needs no more memory than one of ten.
    """

    def __init__(self, archive: bytes | BinaryIO) -> None:
        self._file = io.BytesIO(archive) if isinstance(archive, bytes) else archive
        self._places: dict[str, tuple[int, int]] = {}
        self._crcs: dict[str, int] = {}
        self._sums: dict[str, str] = {}
        length = self._file.seek(0, io.SEEK_END)
        directory: list[bytes] = []
        at, before = 0, ""
        while found := _member_at(self._file, at):
            name, size, crc, start = found
            if name in self._places:
                raise Refused("archive.twice", name=name[:80])
            if name < before or start + size > length or len(directory) == _MOST:
                raise Refused("archive.damaged")
            directory.append(zip_entry(name, size, crc, at))
            self._places[name], self._crcs[name] = (start, size), crc
            at, before = start + size, name
        tail = b"".join(directory) + zip_end(directory, at)
        self._file.seek(at)
        if self._file.read(len(tail) + 1) != tail:
            raise Refused("archive.damaged")

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def size(self, name: str) -> int:
        return self._places[name][1]

    def open(self, name: str) -> BinaryIO:
        """A member as a file; Refused where there is none."""
        if name not in self._places:
            raise Refused("archive.missing", name=name)
        return cast("BinaryIO", io.BufferedReader(Part(self._file, *self._places[name]), _PIECE))

    def read(self, name: str) -> bytes:
        with self.open(name) as file:
            data = file.read()
        self._require_sum(name, zlib.crc32(data))
        return data

    def text(self, name: str) -> str:
        return self.read(name).decode()

    def sha256(self, name: str) -> str:
        if name not in self._sums:
            digest, crc = hashlib.sha256(), 0
            with self.open(name) as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    crc = zlib.crc32(piece, crc)
            self._require_sum(name, crc)
            self._sums[name] = digest.hexdigest()
        return self._sums[name]

    def _require_sum(self, name: str, crc: int) -> None:
        if crc != self._crcs[name]:
            raise Refused("archive.sum", name=name)


def members_of(data: bytes) -> dict[str, bytes]:
    """All members of a short zip. Raises Refused."""
    members = Members(data)
    return {name: members.read(name) for name in members}


def _digest_of(file: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.digest()


def _member_at(file: BinaryIO, at: int) -> tuple[str, int, int, int] | None:
    """Name, size and sum of the member whose head stands here, and where it begins; None where there is no head."""
    file.seek(at)
    fixed = file.read(30)
    if len(fixed) < 30 or fixed[:4] != b"PK\x03\x04":
        return None
    head = struct.unpack("<4s5H3L2H", fixed)
    named, extra = file.read(head[9]), file.read(head[10])
    name, size = named.decode("ascii", "backslashreplace"), head[8]
    if not _NAME.fullmatch(name) or ".." in name:
        raise Refused("archive.path", name=name[:80])
    if head[2] & 1:
        raise Refused("archive.password")
    if head[3] or head[7] != head[8]:
        raise Refused("archive.compressed", name=name[:80])
    if size == _FAR and len(extra) == 20:
        size = int.from_bytes(extra[4:12], "little")
    if zip_head(name, size, head[6]) != fixed + named + extra:
        raise Refused("archive.damaged")
    return name, size, head[6], at + 30 + len(named) + len(extra)


def zip_head(name: str, size: int, crc: int) -> bytes:
    """What stands before a member: stored, of 1 January 1980; zip64 from 4 GB on."""
    wide = size >= _FAR
    sizes = (_FAR, _FAR) if wide else (size, size)
    extra = struct.pack("<HHQQ", 1, 16, size, size) if wide else b""
    fields = (45 if wide else 20, 0, 0, 0, _NEW_YEAR, crc, *sizes, len(name), len(extra))
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields) + name.encode("ascii") + extra


def zip_entry(name: str, size: int, crc: int, at: int) -> bytes:
    """A member's entry in the directory."""
    wide = (size, size) if size >= _FAR else ()
    far = (at,) if at >= _FAR else ()
    extra = struct.pack(f"<HH{len(wide + far)}Q", 1, 8 * len(wide + far), *wide, *far) if wide or far else b""
    size, at = min(size, _FAR), min(at, _FAR)
    fields = (20, 3, 45 if extra else 20, 0, 0, 0, _NEW_YEAR, crc, size, size, len(name), len(extra))
    rest = (0, 0, 0, _PLAIN_FILE, at)
    return struct.pack("<4sBB5H3L2H3H2L", b"PK\x01\x02", *fields, *rest) + name.encode("ascii") + extra


def zip_end(directory: list[bytes], at: int) -> bytes:
    """What stands after the directory, which begins at this place."""
    count, size = len(directory), sum(map(len, directory))
    far = b""
    if at + size >= _FAR:
        far = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, at)
        far += struct.pack("<4sLQL", b"PK\x06\x07", 0, at + size, 1)
    shown = _FAR if far else at
    return far + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, min(size, _FAR), shown, 0)


# The signature (CMS, RFC 5652)


def _parts(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The DER values in `data`, one after the other: tag, content, whole encoding."""
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise Malformed("signature.short")
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or start + count > len(data):
                raise Malformed("signature.damaged")
            length, start = int.from_bytes(data[start : start + count], "big"), start + count
            if length < 0x80 or length >> 8 * (count - 1) == 0:
                raise Malformed("signature.form")
        if start + length > len(data):
            raise Malformed("signature.short")
        yield tag, data[start : start + length], data[at : start + length]
        at = start + length


def _inside(data: bytes, *tags: int) -> list[bytes]:
    """Contents of exactly these values; Refused if there are others."""
    found = list(_parts(data))
    if tuple(tag for tag, _, _ in found) != tags:
        raise Malformed("signature.parts")
    return [content for _, content, _ in found]


class Signed(NamedTuple):
    certificate: x509.Certificate
    time: datetime


def check_signature(data: bytes | BinaryIO, signature: bytes) -> Signed:
    """Who signed these bytes and when, by the signer's clock. Raises Refused."""
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    file.seek(0)
    try:
        return _check_signature(_digest_of(file), signature)
    except _BROKEN as bad:
        raise Refused("signature.damaged") from bad
    except UnsupportedAlgorithm as unknown:
        raise _unknown_algorithm() from unknown


def _check_signature(digest_of_data: bytes, signature: bytes) -> Signed:
    (outer,) = _inside(signature, 0x30)
    kind, wrapped = _inside(outer, 0x06, 0xA0)
    (signed,) = _inside(wrapped, 0x30)
    version, digests, encapsulated, certificates, signers = _inside(signed, 0x02, 0x31, 0x30, 0xA0, 0x31)
    (signer,) = _inside(signers, 0x30)
    signer_version, who, digest, attributes, algorithm, value = _inside(signer, 0x02, 0x30, 0x30, 0xA0, 0x30, 0x04)
    (content_type,) = _inside(encapsulated, 0x06)
    known = kind == _OID_SIGNED and content_type == _OID_DATA and version == signer_version == b"\x01"
    if not known or _inside(digests, 0x30)[0] != digest or not _is_sha256(digest):
        raise Refused("signature.kind")
    (whole,) = [encoding for _, _, encoding in _parts(certificates)]
    certificate = x509.load_der_x509_certificate(whole)
    name, serial = _inside(who, 0x30, 0x02)
    issuer = b"\x30" + _length(len(name)) + name
    if issuer != certificate.issuer.public_bytes() or int.from_bytes(serial, "big") != certificate.serial_number:
        raise Refused("signature.certificate")
    values = dict(map(_attribute, _parts(attributes)))
    if values.get(_OID_TYPE) != b"\x06\x09" + _OID_DATA:
        raise Refused("signature.content")
    if values.get(_OID_DIGEST) != b"\x04\x20" + digest_of_data:
        raise Refused("signature.changed", file=EVIDENCE)
    signed_bytes = b"\x31" + _length(len(attributes)) + attributes
    _require(certificate, value, signed_bytes, _oid(algorithm), "signature.wrong")
    return Signed(certificate, _time(values[_OID_TIME]))


def _is_sha256(algorithm: bytes) -> bool:
    return algorithm in (b"\x06\x09" + _OID_SHA256, b"\x06\x09" + _OID_SHA256 + b"\x05\x00")


def _oid(algorithm: bytes) -> bytes:
    if algorithm.endswith(b"\x05\x00"):
        algorithm = algorithm[:-2]
    return _inside(algorithm, 0x06)[0]


def _attribute(part: tuple[int, bytes, bytes]) -> tuple[bytes, bytes]:
    oid, values = _inside(part[1], 0x06, 0x31)
    return oid, values


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    encoded = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(encoded)]) + encoded


def _time(value: bytes) -> datetime:
    tag, text = value[0], re.sub(r"\.\d+Z\Z", "Z", value[2:].decode("ascii"))
    found = datetime.strptime(text, "%y%m%d%H%M%SZ" if tag == 0x17 else "%Y%m%d%H%M%SZ")
    return found.replace(tzinfo=timezone.utc)


def valid_at(certificate: x509.Certificate, time: datetime) -> bool:
    """Whether the certificate was valid then. Its times know their zone since cryptography 42."""
    begin, end = (
        getattr(certificate, f"{name}_utc", None) or getattr(certificate, name).replace(tzinfo=timezone.utc)
        for name in ("not_valid_before", "not_valid_after")
    )
    return bool(begin <= time <= end)


def _holder(name: x509.Name) -> str:
    """The organisation, or the whole name where it has none."""
    found = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _unknown_algorithm() -> Unchecked:
    return Unchecked("unchecked.algorithm", version=_version)


def _require(
    certificate: x509.Certificate, signature: bytes, data: bytes, oid: bytes | None, code: str,
    algorithm: hashes.HashAlgorithm = hashes.SHA256(),  # noqa: B008
) -> None:  # fmt: skip
    """Raises Refused with that code unless the certificate's key made this signature."""
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and oid in (None, *_OIDS_RSA):
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and oid in (None, _OID_ECDSA):
            key.verify(signature, data, ec.ECDSA(algorithm))
        else:
            raise Refused("signature.algorithm")
    except InvalidSignature:
        raise Refused(code) from None


# The time stamp (RFC 3161)


class Stamp(NamedTuple):
    """`others` are the certificates that the stamp brings beside its authority's, to reach one that is trusted."""

    time: datetime
    authority: x509.Certificate
    nonce: bytes
    others: tuple[x509.Certificate, ...]

    @property
    def who(self) -> str:
        return self.authority.subject.rfc4514_string()


def check_time_stamp(data: bytes, answer: bytes) -> Stamp:
    """When an authority saw these bytes, by its signed answer.

    Its certificate is one for time stamps and was valid then; whether anybody trusts it says `require_trusted`. Raises
    Refused.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            stamp = _check_time_stamp(data, answer)
            _require_purpose(stamp)
            return stamp
    except (*_BROKEN, Malformed) as bad:
        raise Refused("time.damaged") from bad
    except UnsupportedAlgorithm as unknown:
        raise _unknown_algorithm() from unknown


def _check_time_stamp(data: bytes, answer: bytes) -> Stamp:
    (outer,) = _inside(answer, 0x30)
    status, *token = [content for _, content, _ in _parts(outer)]
    if next(_parts(status))[1] not in (b"\x00", b"\x01") or not token:
        raise Refused("time.refused")
    kind, wrapped = _inside(token[0], 0x06, 0xA0)
    (signed,) = _inside(wrapped, 0x30)
    fields = [(tag, content) for tag, content, _ in _parts(signed)]
    content_type, explicit = _inside(fields[2][1], 0x06, 0xA0)
    (info,) = _inside(explicit, 0x04)
    if kind != _OID_SIGNED or content_type != _OID_TIME_STAMP:
        raise Refused("time.kind")
    told = list(_parts(next(_parts(info))[1]))
    imprint_algorithm, imprint = _inside(told[2][1], 0x30, 0x04)
    if not _is_sha256(imprint_algorithm) or imprint != hashlib.sha256(data).digest():
        raise Refused("time.other")
    certificates = next((content for tag, content in fields if tag == 0xA0), b"")
    brought = [x509.load_der_x509_certificate(whole) for tag, _, whole in _parts(certificates) if tag == 0x30]
    (signer,) = _inside(fields[-1][1], 0x30)
    nonce = next((content for tag, content, _ in told[5:] if tag == 0x02), b"")
    authority = _stamped_by(signer, brought, info)
    others = tuple(one for one in brought if one != authority)
    return Stamp(_time(told[4][2]), authority, nonce, others)


def _stamped_by(signer: bytes, brought: list[x509.Certificate], info: bytes) -> x509.Certificate:
    """The certificate whose key signed this token. The token names it by its digest (RFC 5816)."""
    _, who, digest, attributes, _, value = [(tag, content) for tag, content, _ in _parts(signer)][:6]
    algorithm = _hash_named(next(_parts(digest[1]))[1])
    found = dict(map(_attribute, _parts(attributes[1])))
    hashed = hashes.Hash(algorithm)
    hashed.update(info)
    if (
        next(_parts(found[_OID_DIGEST]))[1] != hashed.finalize()
        or _inside(found[_OID_TYPE], 0x06)[0] != _OID_TIME_STAMP
    ):
        raise Refused("time.changed")
    issuer, serial = [content for _, content, _ in _parts(who[1])]
    named = b"\x30" + _length(len(issuer)) + issuer, int.from_bytes(serial, "big")
    fits = _made_with(found)
    authority = next((one for one in brought if fits(one)), None)
    if authority is None or named != (authority.issuer.public_bytes(), authority.serial_number):
        raise Refused("time.certificate")
    signed_bytes = b"\x31" + _length(len(attributes[1])) + attributes[1]
    _require(authority, value[1], signed_bytes, None, "time.wrong", algorithm)
    return authority


def _hash_named(oid: bytes) -> hashes.HashAlgorithm:
    if oid not in _HASHES:
        raise _unknown_algorithm()
    return _HASHES[oid]


def _made_with(attributes: dict[bytes, bytes]) -> Callable[[x509.Certificate], bool]:
    """Whether a certificate has the digest by which the signed attributes name theirs (RFC 2634, RFC 5035)."""
    newer, older = attributes.get(_OID_MADE_WITH_2), attributes.get(_OID_MADE_WITH)
    value = newer or older
    if value is None:
        raise Refused("time.unnamed")
    for _ in range(3):
        value = next(_parts(value))[1]
    first, *rest = list(_parts(value))
    default = hashes.SHA256() if newer else hashes.SHA1()
    algorithm = _hash_named(next(_parts(first[1]))[1]) if newer and first[0] == 0x30 else default
    digest = rest[0][1] if newer and first[0] == 0x30 else first[1]
    return lambda certificate: certificate.fingerprint(algorithm) == digest


def _extension(certificate: x509.Certificate, kind: type[Any]) -> x509.Extension[Any] | None:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


def _require_purpose(stamp: Stamp) -> None:
    """RFC 3161, 2.3: a key that stamps does nothing else, and its certificate says so."""
    purposes, uses = _extension(stamp.authority, x509.ExtendedKeyUsage), _extension(stamp.authority, x509.KeyUsage)
    alone = purposes is not None and purposes.critical and list(purposes.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    signs = uses is None or uses.value.digital_signature or uses.value.content_commitment
    if not alone or not signs:
        raise Refused("time.purpose", who=stamp.who)
    if not valid_at(stamp.authority, stamp.time):
        raise Refused("time.expired", who=stamp.who)


def authorities_of(pem: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM file. Raises Unchecked where there is none, or one that cannot be read."""
    found = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", pem, re.DOTALL)
    try:
        certificates = [x509.load_pem_x509_certificate(one) for one in found]
    except (*_BROKEN, UnsupportedAlgorithm) as bad:
        raise Unchecked("time.list") from bad
    if not certificates:
        raise Unchecked("time.list")
    return certificates


_MOST_BROUGHT = 16
_MOST_ABOVE = 8


def require_trusted(stamp: Stamp, trusted: list[x509.Certificate]) -> None:
    """That the authority of a stamp is trusted, itself or by an unbroken chain above it.

    Raises Refused for a chain that breaks the rules (RFC 5280, 6.1), and Unchecked where none leads to the list.
    """
    refused: list[Refused] = []

    def may_stand(issuer: x509.Certificate, certificate: x509.Certificate, below: int) -> bool:
        try:
            _require_issuer(issuer, certificate, stamp.time, below)
        except Refused as why:
            refused.append(why)
            return False
        return True

    try:
        if _leads(stamp, trusted, may_stand):
            return
        named = _leads(stamp, trusted, lambda *_: True)
    except _BROKEN as bad:
        raise Refused("time.damaged") from bad
    except UnsupportedAlgorithm as unknown:
        raise _unknown_algorithm() from unknown
    raise refused[0] if named else Unchecked("time.untrusted", who=stamp.who, time=_shown(stamp.time))


def _leads(
    stamp: Stamp, trusted: list[x509.Certificate], fits: Callable[[x509.Certificate, x509.Certificate, int], bool]
) -> bool:
    """Whether a chain leads from the stamp's authority to the list, by names and by what else `fits` asks.

    A certificate is reached by the shortest way alone: whatever may stand above a longer one may above a shorter.
    """
    level, left = [stamp.authority], [*trusted, *stamp.others[:_MOST_BROUGHT]]
    for below in range(_MOST_ABOVE):
        if any(one in trusted for one in level):
            return True
        level = [one for one in left if any(one.subject == lower.issuer and fits(one, lower, below) for lower in level)]
        left = [one for one in left if one not in level]
    return False


def _require_issuer(issuer: x509.Certificate, certificate: x509.Certificate, time: datetime, below: int) -> None:
    """That one certificate may stand above another, with so many between it and the one of the time stamp."""
    who, holder = issuer.subject.rfc4514_string(), certificate.subject.rfc4514_string()
    basic, uses = _extension(issuer, x509.BasicConstraints), _extension(issuer, x509.KeyUsage)
    purposes = _extension(issuer, x509.ExtendedKeyUsage)
    stamps = {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if basic is None or not basic.value.ca or (uses is not None and not uses.value.key_cert_sign):
        raise Refused("time.issuer", who=who)
    if purposes is not None and stamps.isdisjoint(purposes.value):
        raise Refused("time.issuer", who=who)
    if basic.value.path_length is not None and below > basic.value.path_length:
        raise Refused("time.length", who=who)
    if not valid_at(issuer, time):
        raise Refused("time.expired", who=who)
    for one in (issuer, certificate):
        unknown = [rule.oid.dotted_string for rule in one.extensions if rule.critical and rule.oid not in _RULES]
        if unknown:
            raise Unchecked("unchecked.extension", who=one.subject.rfc4514_string(), oid=unknown[0])
    known = certificate.signature_algorithm_oid in _ISSUED_WITH
    algorithm = certificate.signature_hash_algorithm if known else None
    if algorithm is None:
        raise _unknown_algorithm()
    try:
        _require(issuer, certificate.signature, certificate.tbs_certificate_bytes, None, "time.chain", algorithm)
    except Refused as refused:
        raise Refused("time.chain", who=holder, by=who) from refused


_RULES = frozenset({
    ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES, ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
})  # fmt: skip
"""Critical extensions that are kept here, or that forbid nothing to a time stamp."""

_ISSUED_WITH = frozenset({
    SignatureAlgorithmOID.RSA_WITH_SHA256, SignatureAlgorithmOID.RSA_WITH_SHA384, SignatureAlgorithmOID.RSA_WITH_SHA512,
    SignatureAlgorithmOID.ECDSA_WITH_SHA256, SignatureAlgorithmOID.ECDSA_WITH_SHA384,
    SignatureAlgorithmOID.ECDSA_WITH_SHA512,
})  # fmt: skip


# The bag, the statement and the journal


def check_bag(members: Members) -> Said:
    """Every payload file is listed with the right digest, and no file is missing or added (BagIt 1.0)."""
    if members.read("bagit.txt") != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        raise Refused("files.bag")
    payload = {name for name in members if name.startswith("data/")}
    _check_manifest(members, "manifest-sha256.txt", payload)
    _check_manifest(members, "tagmanifest-sha256.txt", set(members) - payload - {"tagmanifest-sha256.txt"})
    total = sum(members.size(name) for name in payload)
    if f"Payload-Oxum: {total}.{len(payload)}\n" not in members.text("bag-info.txt"):
        raise Refused("files.sizes")
    return Said("files.hold", count=len(payload))


def _check_manifest(members: Members, manifest: str, expected: set[str]) -> None:
    lines = [line.partition("  ") for line in members.text(manifest).splitlines()]
    listed = {name: digest for digest, _, name in lines}
    if set(listed) != expected:
        odd = sorted(set(listed) ^ expected)[0]
        raise Refused("files.differ", manifest=manifest, name=odd)
    for name, digest in listed.items():
        if members.sha256(name) != digest:
            raise Refused("files.digest", name=name, manifest=manifest)


_SIGNED = {EVIDENCE, SIGNATURE, CERTIFICATE, TIME_STAMP}
"""What is signed, or is a signature itself; anything else beside the archive equals a copy in it."""


def check_beside(members: Members, bundle: Mapping[str, bytes]) -> Said:
    """Every loose file is the copy that was signed. Raises Refused."""
    for name in sorted(bundle.keys() - _SIGNED):
        if f"data/{name}" not in members or members.read(f"data/{name}") != bundle[name]:
            raise Refused("beside.changed", name=name)
    return Said("beside.holds")


def check_statement(members: Members, certificate: x509.Certificate) -> dict[str, Any]:
    """The predicate of the signed statement, which must name each other payload file. Raises Refused."""
    envelope = json.loads(members.text("data/statement.dsse.json"))
    statement = json.loads(_signed_payload(envelope, certificate, "statement.wrong"))
    named = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    files = {name for name in members if name.startswith("data/")} - {"data/statement.dsse.json"}
    if set(named) != files:
        raise Refused("statement.files")
    for name, digest in named.items():
        if members.sha256(name) != digest:
            raise Refused("statement.file", name=name)
    predicate: dict[str, Any] = statement["predicate"]
    if not all(map(_is_said, predicate["declared"])):
        raise Refused("statement.declares")
    return predicate


def _is_said(one: dict[str, Any]) -> bool:
    """Whether this is a sentence with plain values, as `code`, `values` and `says`."""
    plain = all(isinstance(value, (str, int)) for value in one["values"].values())
    return one.keys() == {"code", "values", "says"} and isinstance(one["code"], str) and one["says"] > "" and plain


def _signed_payload(envelope: dict[str, Any], certificate: x509.Certificate, code: str) -> bytes:
    """What a DSSE envelope holds, if this certificate signed it; otherwise Refused with that code."""
    payload = base64.b64decode(envelope["payload"], validate=True)
    (signature,) = envelope["signatures"]
    signed = to_sign(envelope["payloadType"], payload)
    _require(certificate, base64.b64decode(signature["sig"], validate=True), signed, None, code)
    return payload


def to_sign(kind: str, payload: bytes) -> bytes:
    """What the signatures of a DSSE envelope are over."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)


# The sworn statement

SWORN_TYPE = "urn:dsr-desk:sworn:v1"
SWORN_PAYLOAD = "application/vnd.dsr-desk.sworn+json"
SWORN_FIELDS = ("name", "capacity", "place", "text")
_SAYS_NOTHING_NEW = frozenset(
    {
        "score-shown", "packet", "sworn", "sealing", "sealed", "time-asked", "time-attested", "lineage-exported",
        "closed", "reopened", "forgotten", "answered",
    }
)  # fmt: skip
"""Acts after which what was sworn is still all that there is to say."""


def check_sworn(members: Members, certificate: x509.Certificate, case: str) -> Said:
    """Who swore: the organisation and that person signed the same words, and the officer whose key she used wrote
    them into the journal. Raises Refused."""
    envelope = json.loads(members.text("data/sworn.dsse.json"))
    payload = base64.b64decode(envelope["payload"], validate=True)
    said = _spelled(payload.decode())
    kept = said.keys() == {*SWORN_FIELDS, "type", "form", "case", "officer"} and said["type"] == SWORN_TYPE
    if not kept or said["case"] != case or envelope["payloadType"] != SWORN_PAYLOAD:
        raise Refused("sworn.kind")
    if members.read("data/sworn.json") != payload:
        raise Refused("sworn.differs", name="data/sworn.json")
    keys = [one["keyid"] for one in envelope["signatures"]]
    if keys != [_fingerprint(certificate), said["officer"]]:
        raise Refused("sworn.keys")
    signed = to_sign(SWORN_PAYLOAD, payload)
    ours, hers = (base64.b64decode(one["sig"], validate=True) for one in envelope["signatures"])
    _require(certificate, ours, signed, None, "sworn.signature")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(said["officer"])).verify(hers, signed)
    except InvalidSignature:
        raise Refused("sworn.signature") from None
    number, day = _sworn_entry(members, said)
    return Said("sworn.holds", who=said["name"], capacity=said["capacity"], day=day, number=number)


def _sworn_entry(members: Members, said: dict[str, Any]) -> tuple[int, str]:
    """Place and day of the newest entry that holds a sworn statement, which must be this one; nothing that the case
    says may have come after it."""
    line: dict[str, Any] = {}
    act: dict[str, Any] = {}
    with members.open("data/log/leaves.jsonl") as lines:
        for found in map(json.loads, lines):
            told = json.loads(found.get("act", "{}"))
            if told.get("kind") == "sworn":
                line, act = found, told
            elif act and told.get("case") and told["kind"] not in _SAYS_NOTHING_NEW:
                raise Refused("sworn.outdated", number=found["index"])
    if not act or act["officer"] != said["officer"] or act["open"]["form"] != said["form"]:
        raise Refused("sworn.officer")
    for name in SWORN_FIELDS:
        if _opened(act, name, line["opened"][name], line["index"]) != said[name]:
            raise Refused("sworn.differs", name=name)
    return line["index"], act["time"][:10]


class Head(NamedTuple):
    origin: str
    size: int
    root: bytes
    epoch: int = 1


def head_of(note: str) -> Head:
    """The tree head that a checkpoint states, its signature not looked at."""
    origin, size, root, epoch = note.split("\n")[:4]
    word, _, number = epoch.partition(" ")
    if word != "epoch":
        raise ValueError("a checkpoint names its epoch")
    return Head(origin, int(size), base64.b64decode(root, validate=True), int(number))


def check_log(
    members: Members, case: str, held: str | None = None, epoch: int = 1, edition: str = "requester"
) -> tuple[Said, Said, Fold]:
    """Checkpoint, inclusion of this case's entries, and that earlier checkpoints are continued. Raises Refused.

    What holds of the journal, who was an officer, and the case as its entries make it.
    """
    note, key = members.text("data/log/checkpoint"), members.text("data/log/key.txt").strip()
    head = head_of(note)
    _check_note(note, key)
    chains = read_log(lambda name: members.open(f"data/{name}"), case, head, edition)
    earlier = json.loads(members.text("data/log/earlier.json"))
    for old in earlier:
        proof = [bytes.fromhex(node) for node in old["proof"]]
        if not _continues(old["size"], bytes.fromhex(old["root"]), head.size, head.root, proof):
            raise Refused("journal.cut", size=old["size"])
    if {chains.epoch, head.epoch} != {epoch}:
        raise Refused("journal.epoch")
    says = [Said("journal.holds", count=chains.entries, size=head.size), Said("journal.chained")]
    if held is not None:
        says.append(_check_held_or_restored(held, head, earlier, epoch))
    return together(says), together(chains.roster.says), chains.fold


_BATCH = 4096
LEAVES, ROWS = "log/leaves.jsonl", "log/rows.jsonl"
"""Below data/: the entries, and their rows one after the other."""


def read_log(
    opened: Callable[[str], BinaryIO], case: str, head: Head, edition: str, *, signatures: bool = True
) -> Chains:
    """Follows the entries of a case; `opened` gives a file below data/. Who has just written it may leave signatures
    and roots of rows out. Raises Refused."""
    chains = Chains(case, head.origin, edition, opened, signatures=signatures)
    with opened(LEAVES) as lines:
        _check_leaves(map(json.loads, lines), head, chains)
    return chains


def _salt_of(line: bytes) -> tuple[str, str]:
    """Pseudonym and salt of a hit; the line is compared as a whole afterwards."""
    name, salt = _NAMED.search(line), _SALTED.search(line)
    return name[1].decode() if name else "", salt[1].decode() if salt else ""


_NAMED, _SALTED = re.compile(rb'"name":"([0-9a-f]+)"'), re.compile(rb'"salt":"([0-9a-f]+)"')


def row_of(line: bytes) -> tuple[str, str]:
    """Pseudonym and word of a row."""
    _, name, _, word, _, _, _ = line.decode().split('"')
    return name, word


def check_contents(members: Members, predicate: dict[str, Any], fold: Fold) -> Said:
    """Whether the files say what the entries say, byte for byte. Raises Refused."""
    with members.open("data/hits.jsonl") as lines:
        salts = dict(map(_salt_of, lines))
    continued = json.loads(members.text("data/log/earlier.json")) != []
    views = Views(fold, predicate["edition"], salts, continued=continued)
    for name, value in views.short().items():
        if members.text(f"data/{name}") != spell(value) + "\n":
            raise Refused("contents.differ", name=name)
    for name, values in views.long().items():
        digest = hashlib.sha256()
        for value in values:
            digest.update(f"{spell(value)}\n".encode())
        if members.sha256(f"data/{name}") != digest.hexdigest():
            raise Refused("contents.differ", name=name)
    if predicate["edition"] == "regulator" and members.text(f"data/{PICTURE}") != lineage_picture(views.lineage()):
        raise Refused("contents.differ", name=PICTURE)
    head = head_of(members.text("data/log/checkpoint"))
    journal = {"entries": head.size, "epoch": head.epoch}
    said = {**views.predicate(), "clock": "not attested", "journal": journal}
    for name in sorted({*said, *predicate} - {"language", "figures"}):
        if name not in said or predicate.get(name) != said[name]:
            raise Refused("contents.statement", name=name)
    return Said("contents.hold", count=len(fold.times))


def _check_held_or_restored(held: str, head: Head, earlier: list[dict[str, Any]], epoch: int) -> Said:
    """A journal that was rewritten within one epoch is no restored one, whatever was restored before."""
    known = head_of(held)
    try:
        return _check_held(known, head, earlier)
    except Refused as refused:
        if epoch <= known.epoch:
            raise
        raise Refused("held.restored", why=refused.said, epoch=epoch) from None


def _check_leaves(lines: Iterable[dict[str, Any]], head: Head, chains: Chains) -> None:
    """Takes the entries of the case; what stands between them must fold up to the root with them."""
    tree: list[tuple[int, bytes]] = []
    size = 0
    for line in lines:
        index, node, width = line["index"], bytes.fromhex(line["hash"]), line.get("others", 1)
        whole = type(index) is int and type(width) is int and width > 0 and len(node) == 32
        if not whole or index != size or width & (width - 1) or index % width:
            raise Refused("journal.gap")
        if "others" not in line:
            chains.take(line, node)
        elif set(line) != {"index", "hash", "others"}:
            raise Refused("entry.more", number=index)
        size += width
        while tree and tree[-1][0] == width:
            left_width, left = tree.pop()
            width, node = width + left_width, _sha(b"\x01" + left + node)
        tree.append((width, node))
    root = tree.pop()[1] if tree else _sha(b"")
    while tree:
        root = _sha(b"\x01" + tree.pop()[1] + root)
    if size != head.size or root != head.root:
        raise Refused("journal.root")
    chains.finish(size)


# What officers signed

SHOWN = frozenset(
    {
        "officer-added", "officer-removed", "recovery-key", "policy", "change-proposed", "change-approved",
        "organisation-key", "epoch", "clock-corrected", "stated-generally",
        "retention", "backup", "backup-destroyed", "harmless",
    }
)  # fmt: skip
"""Kinds of the vault's own entries whose acts are shown; of the others the envelope says the kind, and that is all."""

BOTH, REGULATOR = "both", "regulator"

DISCLOSED: dict[str, dict[str, str]] = {
    "identity": {"method": BOTH, "photo_shows_requester": BOTH, "acting_for": BOTH},
    "proposed": {"deadline": BOTH},
    "confirmed": {"deadline": BOTH},
    "searched": {"told": BOTH, "inside": REGULATOR},
    "planned": {"told": BOTH, "inside": REGULATOR},
    "outcome": {"told": BOTH, "inside": REGULATOR},
    "read-back": {"told": BOTH},
    "disposition": {"name": BOTH, "version": BOTH, "reason": BOTH, "responsible": REGULATOR},
    "observed": {"name": BOTH, "version": BOTH, "how": BOTH, "by": REGULATOR},
    "stated": {"text": BOTH},
    "forgotten": {"still": BOTH},
    "kept": {"rule": BOTH},
    "order": {"authority": REGULATOR, "docket": REGULATOR, "texts": REGULATOR, "sources": REGULATOR},
    "scope": {"told": REGULATOR},
    "met": {"text": REGULATOR},
    "sworn": {"text": REGULATOR, "name": REGULATOR, "capacity": REGULATOR, "place": REGULATOR},
    "sealing": {"hers": "requester", "theirs": REGULATOR},
    "officer-added": {"name": BOTH},
    "stated-generally": {"text": BOTH},
    "harmless": {"what": REGULATOR, "because": REGULATOR},
}
"""Which field of which kind of act which edition opens; nothing else of an act leaves the house. A requester is told
the names of those alone who seal and confirm."""

_POLICY = {
    "approvals": 1, "approver_not_decider": False, "validator_not_operator": True, "second_review_access": True,
    "second_review_erasure": False,
}  # fmt: skip
"""The policy before one was set."""


class Chains:
    """Entries of one case and of the vault itself, in order: each names the leaf before, so that none can be left out.

    An envelope says kind, place, writer and the digest of the act; its leaf is SHA-256 of 00 and the envelope.
    """

    def __init__(
        self, ref: str, origin: str, edition: str, opened: Callable[[str], BinaryIO], *, signatures: bool = True
    ) -> None:
        self.roster = Roster()
        self.fold = Fold(self.roster, self._rows)
        self.epoch = self.entries = 0
        self._places: dict[int, tuple[int, int]] = {}
        self._rows_read = 0
        self._ref, self._vault, self._edition = ref, origin.partition("/")[2], edition
        self._rows_file, self._signatures = opened(ROWS), signatures
        self._case = self._case_leaf = self._vault_leaf = self._kind = ""
        self._last = 0
        self._times: dict[str, str] = {}

    def take(self, line: dict[str, Any], node: bytes) -> None:
        """The next entry. Raises Refused."""
        number, text = line["index"], line["envelope"]
        if not {"index", "hash", "envelope", "signature"} <= line.keys() <= _LINE:
            raise Refused("entry.more", number=number)
        if _sha(b"\x00" + text.encode()) != node:
            raise Refused("entry.changed", number=number)
        envelope = _spelled(text)
        if envelope["seq"] != number:
            raise Refused("entry.place", number=number)
        if self._signatures:
            _require_signed(envelope["writer"], line["signature"], b"dsr-desk entry 1\n" + node, number)
        if envelope["vault_before"] != self._vault_leaf:
            raise Refused("entry.vault-gap", number=number)
        kind, shown = str(envelope["kind"]), "act" in line
        if not shown:
            self._hidden(number, kind, envelope)
        act = self._act_of(line, envelope, number) if shown else {"case": "", "kind": kind}
        if envelope["epoch"] != self.epoch and not (
            envelope["epoch"] == self.epoch + 1 and (number == 0 or kind == "epoch")
        ):
            raise Refused("entry.epoch", number=number)
        self.epoch = envelope["epoch"]
        if act["case"]:
            self._take_case(line, act, envelope)
            self._case_leaf = node.hex()
        else:
            if shown:
                self._take_vault(line, act, envelope)
            self._vault_leaf = node.hex()

    def finish(self, size: int) -> None:
        """The journal that is handed out ends with the act of sealing."""
        if self._kind != "sealing" or self._last != size - 1:
            raise Refused("journal.end")
        if self._rows_file.seek(0, io.SEEK_END) != self._rows_read:
            raise Refused("journal.rows")

    def _act_of(self, line: dict[str, Any], envelope: dict[str, Any], number: int) -> dict[str, Any]:
        """The act of an entry, signed by its officer and by everybody whom the envelope names."""
        text = line["act"]
        if hashlib.sha256(text.encode()).hexdigest() != envelope["act"]:
            raise Refused("entry.act", number=number)
        act = _spelled(text)
        if act["v"] != 1 or act["kind"] != envelope["kind"]:
            raise Refused("entry.kind", number=number)
        for officer, signature in envelope["signatures"].items() if self._signatures else ():
            _require_signed(officer, signature, b"dsr-desk act 1\n" + text.encode(), number)
        if act["officer"] not in (envelope["writer"], *envelope["signatures"]):
            raise Refused("entry.officer", number=number)
        return act

    def _told(self, line: dict[str, Any], act: dict[str, Any]) -> dict[str, Any]:
        """The values of the fields that this edition opens, and no others."""
        allowed = DISCLOSED.get(act["kind"], {})
        found = {}
        for name, one in line.get("opened", {}).items():
            if allowed.get(name) not in (BOTH, self._edition):
                raise Refused("entry.more", number=line["index"])
            found[name] = _opened(act, name, one, line["index"])
        for name, to in allowed.items():
            if to in (BOTH, self._edition) and name in act["fields"] and name not in found and not self._unnamed(act):
                raise Refused("entry.unopened", number=line["index"], name=name)
        return found

    def _unnamed(self, act: dict[str, Any]) -> bool:
        """A requester is told the names of those officers alone who answer for what she reads."""
        return act["kind"] == "officer-added" and self._edition == "requester"

    def lines_of(self, number: int) -> Iterator[bytes]:
        """The rows of an entry that was taken, each with its line break."""
        place, count = self._places.get(number, (0, 0))
        while count:
            self._rows_file.seek(place)
            batch = list(islice(self._rows_file, min(count, _BATCH)))
            if not batch:
                return
            yield from batch
            place, count = place + sum(map(len, batch)), count - len(batch)

    def _rows(self, number: int) -> Iterator[tuple[str, str]]:
        return map(row_of, self.lines_of(number))

    def _check_rows(self, number: int, act: dict[str, Any]) -> None:
        """The next rows are those whose root the act holds."""
        wanted = act["open"].get("count", 0) if "root" in act["open"] else 0
        if not wanted:
            return
        self._places[number] = self._rows_read, wanted
        if not self._signatures:
            self._rows_read += sum(map(len, self.lines_of(number)))
            return
        sha256 = hashlib.sha256
        tree: list[tuple[int, bytes]] = []
        count = size = 0
        for line in self.lines_of(number):
            count += 1
            size += len(line)
            width, node = 1, sha256(b"\x00" + line[:-1]).digest()
            while tree and tree[-1][0] == width:
                node = sha256(b"\x01" + tree.pop()[1] + node).digest()
                width += width
            tree.append((width, node))
        self._rows_read += size
        root = tree.pop()[1] if tree else _sha(b"")
        while tree:
            root = _sha(b"\x01" + tree.pop()[1] + root)
        if (count, root.hex()) != (wanted, act["open"]["root"]):
            raise Refused("entry.rows", number=number)

    def _hidden(self, number: int, kind: str, envelope: dict[str, Any]) -> None:
        """The vault's own entry of which nothing but its kind is shown."""
        if kind in SHOWN or envelope["case_before"]:
            raise Refused("entry.hidden", number=number)
        if not self.roster.active(envelope["writer"]) and envelope["writer"] != self.roster.recovery:
            raise Refused("entry.stranger", number=number)

    def _take_case(self, line: dict[str, Any], act: dict[str, Any], envelope: dict[str, Any]) -> None:
        number = line["index"]
        if not self._case and act["kind"] == "received" and act["open"]["ref"] == self._ref:
            self._case = act["case"]
        if act["case"] != self._case or act["vault"] != self._vault:
            raise Refused("entry.place", number=number)
        if envelope["case_before"] != self._case_leaf:
            raise Refused("entry.case-gap", number=number)
        if not all(map(self.roster.active, {envelope["writer"], *envelope["signatures"]})):
            raise Refused("entry.stranger", number=number)
        self._follow_time(number, act, envelope)
        self._check_rows(number, act)
        self.fold.take(number, {**act, "digest": envelope["act"]}, self._told(line, act))
        self.entries, self._last, self._kind = self.entries + 1, number, act["kind"]

    def _take_vault(self, line: dict[str, Any], act: dict[str, Any], envelope: dict[str, Any]) -> None:
        number, writer = line["index"], envelope["writer"]
        if act["vault"] != self._vault or envelope["case_before"]:
            raise Refused("entry.place", number=number)
        if writer != act["officer"] and not self.roster.active(writer):
            raise Refused("entry.stranger", number=number)
        self._follow_time(number, act, envelope)
        told = self._told(line, act)
        self.roster.take(number, act, envelope, str(told.get("name", "")))
        said = {**act["open"], "seq": number, "time": act["time"], "told": told}
        if act["kind"] == "retention":
            self.roster.retention = said
        if act["kind"] == "harmless":
            self.roster.declare({**said, "officer": act["officer"]})
        if act["kind"] == "stated-generally":
            self.roster.stated[f"{said['law']} {said['field']}"] = said

    def _follow_time(self, number: int, act: dict[str, Any], envelope: dict[str, Any]) -> None:
        """An act that came from elsewhere was signed before it was written, so its time follows nothing."""
        if act["kind"] == "clock-corrected":
            self._times.clear()
        if envelope["writer"] != act["officer"]:
            return
        if act["time"] < self._times.get(act["case"], ""):
            raise Refused("entry.time", number=number)
        self._times[act["case"]] = act["time"]


class Roster:
    """Who was an officer when, folded from the vault's own entries by the rules that the program has."""

    def __init__(self) -> None:
        self.recovery = ""
        self.says: list[Said] = []
        self.added: dict[str, int] = {}
        self._names: dict[str, str | Said] = {}
        self._removed: set[str] = set()
        self.policy: dict[str, Any] = dict(_POLICY)
        self.retention: dict[str, Any] | None = None
        self.stated: dict[str, dict[str, Any]] = {}
        """The newest word for every case under a law, by law and field."""
        self.harmless: dict[tuple[str, str], dict[str, Any]] = {}
        """Kinds of content that are declared to hold no personal data, by codes of dataset and kind."""
        self._proposals: dict[str, dict[str, Any]] = {}

    def declare(self, said: dict[str, Any]) -> None:
        key = said["dataset"], said["kind"]
        self.harmless.pop(key, None)
        if said["event"] == "declared":
            self.harmless[key] = said

    def declared(self, number: int) -> dict[str, Any] | None:
        """The declaration at this place of the log, if it is in force."""
        return next((one for one in self.harmless.values() if one["seq"] == number), None)

    def active(self, key: str) -> bool:
        return key in self._names and key not in self._removed

    def keys(self) -> list[str]:
        """Keys of the present officers."""
        return [key for key in self._names if self.active(key)]

    def named(self, key: str) -> str:
        """An officer's name; Refused where the bundle does not tell it."""
        name = self._names.get(key)
        if not isinstance(name, str):
            raise Refused("contents.name", key=key[:16])
        return name

    def present(self) -> list[str]:
        """Names of the present officers."""
        return [self.named(key) for key in self.keys()]

    def take(self, number: int, act: dict[str, Any], envelope: dict[str, Any], name: str) -> None:
        """An act on the vault. Raises Refused for one that its officer could not do then."""
        kind, officer, said = act["kind"], act["officer"], act["open"]
        recovering = officer == self.recovery and kind in ("officer-added", "epoch")
        first = kind == "officer-added" and not self._names and officer == said["key"]
        if not (self.active(officer) or recovering or first):
            raise Refused("entry.stranger", number=number)
        if kind == "officer-added":
            self._add(number, act, envelope, name, free=first or recovering)
        elif kind == "officer-removed":
            if not self.active(said["key"]) or said["key"] == officer:
                raise Refused("entry.forbidden", number=number)
            self._removed.add(said["key"])
            self._say("removed", number, act, who=self._name(said["key"]), by=self._name(officer))
        elif kind == "recovery-key":
            self._require_approvals(number, "recovery", said.get("proposal"), None)
            self.recovery = said["key"]
        elif kind == "change-proposed":
            asked = said.get("policy") if said["what"] == "policy" else act["fields"].get("name")
            self._proposals[envelope["act"]] = {"what": said["what"], "asked": asked, "by": [officer]}
        elif kind == "change-approved":
            behind = self._proposals[said["proposal"]]["by"]
            if officer in behind:
                raise Refused("entry.forbidden", number=number)
            behind.append(officer)
        elif kind == "policy":
            self._set_policy(number, said)

    def _add(self, number: int, act: dict[str, Any], envelope: dict[str, Any], name: str, *, free: bool) -> None:
        key, said = act["open"]["key"], act["open"]
        if key in self._names or key not in (envelope["writer"], *envelope["signatures"]):
            raise Refused("entry.forbidden", number=number)
        if not free:
            self._require_approvals(number, "officer", said.get("proposal"), act["fields"].get("name"))
        first = not self._names
        self._names[key] = name or Said("officer.unnamed", key=key[:16])
        self.added[key] = number
        if first:
            self.recovery = said.get("recovery", "")
            self._say("first", number, act, who=self._name(key))
        elif act["officer"] in self._names:
            self._say("added", number, act, who=self._name(key), by=self._name(act["officer"]))
        else:
            self._say("recovered", number, act, who=self._name(key))

    def _set_policy(self, number: int, said: dict[str, Any]) -> None:
        new = dict(said["policy"])
        if new.keys() != _POLICY.keys():
            raise Refused("entry.forbidden", number=number)
        if any(new[name] < before for name, before in self.policy.items()):
            self._require_approvals(number, "policy", said.get("proposal"), new)
        self.policy = new

    def _require_approvals(self, number: int, what: str, proposal: Any, asked: Any) -> None:
        """`asked` is what was proposed: a policy, or the salted digest of the new officer's name."""
        needed = self.policy["approvals"]
        if needed <= 1:
            return
        found = self._proposals.pop(str(proposal), None)
        fits = found is not None and found["what"] == what and found["asked"] == asked
        if found is None or not fits or sum(map(self.active, found["by"])) < needed:
            raise Refused("entry.approvals", number=number)

    def _say(self, what: str, number: int, act: dict[str, Any], **names: Any) -> None:
        self.says.append(Said(f"officer.{what}", number=number, day=act["time"][:10], **names))

    def _name(self, key: str) -> str | Said:
        return self._names.get(key, Said("officer.key", key=key[:16]))


_LINE = {"index", "hash", "envelope", "signature", "act", "opened"}


def _speller() -> Callable[[Any], str]:
    """The one way in which JSON is spelled here. The standard library makes its encoder anew for each value."""
    slow = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    make, text = (getattr(json.encoder, name, None) for name in ("c_make_encoder", "c_encode_basestring"))
    if make is None or text is None:
        return slow.encode
    pieces = make(None, slow.default, text, None, ":", ",", True, False, False)
    return lambda value: "".join(pieces(value, 0))


spell = _speller()


def _spelled(text: str) -> dict[str, Any]:
    """What a text says that is spelled in the one way: nothing twice, nothing hidden."""
    found: dict[str, Any] = json.loads(text)
    if spell(found) != text:
        raise Refused("entry.spelling")
    return found


def _opened(act: dict[str, Any], name: str, one: dict[str, str], number: int) -> Any:
    """The value of a field of which the act holds a salted digest."""
    digest = hashlib.sha256(bytes.fromhex(one["salt"]) + name.encode() + b"\0" + one["value"].encode()).hexdigest()
    if act["fields"][name] != digest:
        raise Refused("entry.value", number=number)
    return json.loads(one["value"])


def _require_signed(officer: str, signature: str, data: bytes, number: int) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(officer)).verify(bytes.fromhex(signature), data)
    except InvalidSignature:
        raise Refused("entry.signature", number=number) from None


def _check_held(held: Head, head: Head, earlier: list[dict[str, Any]]) -> Said:
    if held.origin != head.origin:
        raise Refused("held.other")
    if held.size > head.size:
        raise Refused("held.older", held=held.size, size=head.size)
    known = [(old["size"], bytes.fromhex(old["root"])) for old in earlier] + [(head.size, head.root)]
    if (held.size, held.root) in known:
        return Said("held.continued", size=held.size)
    if held.size in [size for size, _ in known]:
        raise Refused("held.rewritten")
    raise Refused("held.unproved", held=held.size)


def _check_note(note: str, key: str) -> None:
    name, key_id, encoded = key.split("+", 2)
    text, _, signatures = note.partition("\n\n")
    raw = base64.b64decode(encoded, validate=True)
    blob = base64.b64decode(signatures.strip().rsplit(" ", 1)[1], validate=True)
    expected_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    try:
        if not signatures.startswith(f"— {name} ") or expected_id.hex() != key_id or blob[:4] != expected_id:
            raise Refused("journal.key")
        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(blob[4:], (text + "\n").encode())
    except InvalidSignature:
        raise Refused("journal.signature") from None


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _continues(old_size: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else proof
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    if not path:
        return False
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return False
        fn, sn, left = _climb(fn, sn)
        old, new = (_sha(b"\x01" + sibling + old), _sha(b"\x01" + sibling + new)) if left else (
            old, _sha(b"\x01" + new + sibling),
        )  # fmt: skip
    return sn == 0 and old == old_root and new == root


def _climb(fn: int, sn: int) -> tuple[int, int, bool]:
    """One level up; whether the sibling stands to the left."""
    left = bool(fn & 1) or fn == sn
    if left:
        while fn and not fn & 1:
            fn, sn = fn >> 1, sn >> 1
    return fn >> 1, sn >> 1, left


# The case, as its entries make it

_SEEN = {
    "gone": "gone",
    "masked": "masked",
    "held": "held",
    "gone_where_read": "gone where it was read",
    "not_looked": "could not look",
    "still_there": "still there",
}
"""What reading back sees, by the word of its rows, from the strongest to the weakest."""
_WEAKNESS = {said: weakness for weakness, said in enumerate(_SEEN.values())}
_DELETES = ("erasure", "objection", "withdrawal")
_RUNS_HERE = ("erase-items", "erase-rows", "erase-index-entries")
_VERDICTS = ("same", "different", "unsure")
RowsOf = Callable[[int], Iterator["tuple[str, str]"]]
"""Pseudonym and word of the rows of an entry."""


class Item:
    """A candidate: its newest row, the round of that, words of officers, and what was seen of it since.

    A word is (verdict, officer, act, entry, settled). `number` counts hits in the order in which the bundle lists them.
    """

    __slots__ = ("name", "number", "round", "search", "second", "seen", "word", "words")

    def __init__(self, name: str) -> None:
        self.name = name
        self.search: dict[str, Any] = {}
        self.word = self.seen = ""
        self.round = self.number = 0
        self.words: tuple[Any, ...] = ()
        self.second: tuple[Any, ...] = ()

    @property
    def verdict(self) -> str:
        return str(self.words[-1][0]) if self.words else ""

    @property
    def agreed(self) -> bool:
        """Whether a second officer came to the same word, or a third one settled it."""
        if not self.words or self.words[-1][4]:
            return bool(self.words)
        first, second = self.words[-1], self.second[-1] if self.second else ("", "")
        return bool(second[0] == first[0] and second[1] != first[1])

    @property
    def disputed(self) -> bool:
        return bool(self.words and self.second and not self.agreed and self.second[-1][0] != self.verdict)


class Fold:
    """A case as its entries make it, by the rules that the program has. `take` refuses what they forbid."""

    def __init__(self, roster: Roster, rows_of: RowsOf) -> None:
        self.roster, self.rows_of = roster, rows_of
        self.ref = self.opened = self.closed = ""
        self.faces = False
        self.facts: list[dict[str, Any]] = []
        self.identity: dict[str, Any] | None = None
        self.searches: list[dict[str, Any]] = []
        self.items: dict[str, Item] = {}
        self.links: list[list[str]] = []
        self.treatments: dict[str, tuple[str, str]] = {}
        self.models: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self.rounds = [_new_round(1)]
        self.asked: dict[str, str] = {}
        self.handed: set[str] = set()
        self.photos, self.had_photos = 0, False
        """How many reference photos are still there, and whether any ever came."""
        self.destroyed: list[dict[str, Any]] = []
        self.kept: dict[str, Any] | None = None
        """For how long the case is kept, where that was set for it alone."""
        self.stated: dict[str, dict[str, Any]] = {}
        """The newest word on what documents must hold, by law and field."""
        self.strays: dict[str, dict[str, Any]] = {}
        """What sweeps found, by pseudonym; `explained` is how an officer explained it, "" where nobody did."""
        self.order_case = False
        self.orders: list[dict[str, Any]] = []
        self.scopes: list[dict[str, Any]] = []
        self.containers: dict[str, dict[str, Any]] = {}
        """Of an order: what of each container is in scope, and what was seen of it."""
        self.samples: list[dict[str, Any]] = []
        self.met: dict[str, dict[str, Any]] = {}
        """The newest word on each obligation; `times` are those at which it was declared as met, and not taken back."""
        self.sworn = -1
        """The entry of the newest sworn statement."""
        self.sealing: dict[str, Any] = {}
        self.times: dict[int, str] = {}
        self.how: dict[int, str] = {}
        """Of second reviews: by packet or in the program."""
        self._decisions = ""

    @property
    def round(self) -> dict[str, Any]:
        return self.rounds[-1]

    @property
    def right(self) -> str:
        return str(self.facts[-1]["right"]) if self.facts else "unknown"

    @property
    def identified(self) -> bool:
        check = self.identity
        return check is not None and check["result"] == "verified" and bool(check["photo"] or not self.faces)

    @property
    def failed(self) -> bool:
        """Whether the newest identity check found that it is not the person."""
        return self.identity is not None and self.identity["result"] != "verified"

    @property
    def reads(self) -> list[dict[str, Any]]:
        """The newest reading back of each round that has one."""
        return [one["reads"][-1] for one in self.rounds if one["reads"]]

    @property
    def operators(self) -> set[str]:
        return {key for one in self.rounds for action in one["actions"].values() for key in action["operators"]}

    def undecided(self) -> int:
        """How many candidates of this round have no word that counts."""
        here = (one for one in self.items.values() if one.round == self.round["n"])
        return sum(1 for one in here if not one.words or one.verdict == "unsure")

    def hits(self) -> Iterator[Item]:
        return (one for one in self.items.values() if one.verdict == "same")

    def take(self, number: int, act: dict[str, Any], opened: dict[str, Any]) -> None:
        """The next entry of the case. Raises Refused."""
        said = {"seq": number, "act": act["digest"], "officer": act["officer"], "time": act["time"], "told": opened}
        self.times[number] = act["time"]
        rows = self.rows_of if act["open"].get("count") else _no_rows
        change = _CHANGES.get(act["kind"])
        if change is not None:
            change(
                self,
                {**act["open"], **said, "basis": act["basis"], "kind_": act["kind"], "undone": act["open"].get("act")},
                rows,
            )

    def require(self, allowed: Any, said: dict[str, Any]) -> None:
        if not allowed:
            raise Refused("entry.forbidden", number=said["seq"])

    def parts(self) -> dict[str, Any]:
        """What a plan rests on, beside the indexes."""
        facts = self.facts[-1] if self.facts else {}
        if not self._decisions:
            self._decisions = _digest(sorted([name, one.verdict] for name, one in self.items.items() if one.words))
        return {
            "right": self.right,
            "identity": self.identity["act"] if self.identity is not None and self.identified else "",
            "identifiers": facts.get("identifiers", ""),
            "decisions": self._decisions,
            "links": _digest(sorted(self.links)),
            "treatments": _digest(sorted([name, act] for name, (_, act) in self.treatments.items())),
            "policy": _digest(self.roster.policy),
            **({"scope": self._scope_digest()} if self.order_case else {}),
        }

    def own_samples(self) -> list[dict[str, Any]]:
        """Those of the newest scope."""
        return [one for one in self.samples if self.scopes and one["scope"] == self.scopes[-1]["act"]]

    def _scope_digest(self) -> str:
        own = [[one["act"], sorted(one["words"].items())] for one in self.own_samples()]
        return _digest([self.scopes[-1]["act"] if self.scopes else "", own])

    def sampled(self) -> bool:
        """Whether officers looked at samples of the newest scope and of what stays beside it, and all fitted."""
        if not self.scopes:
            return False
        own = self.own_samples()
        needed = {of for of, size in (("scope", self.scopes[-1]["items"]), ("rest", self.scopes[-1]["rest"])) if size}
        fits = (len(one["words"]) == one["n"] and set(one["words"].values()) <= {_FITS[one["of"]]} for one in own)
        return needed <= {one["of"] for one in own if one["n"]} and all(fits)

    def has_approved_plan(self) -> bool:
        """An approved plan is in force until it was withdrawn, or run and read back."""
        round_ = self.round
        return bool(round_["plan"] and round_["approvals"]) and not (round_["actions"] and _is_read(round_))

    def plan_holds(self, said: dict[str, Any]) -> bool:
        """Whether the act names the plan in force, and the case is as it was planned with."""
        plan, parts = self.round["plan"], self.parts()
        return bool(
            plan
            and said["plan"] == plan["plan"]
            and said.get("planned", plan["act"]) == plan["act"]
            and said["basis"] == plan["basis"]
            and all(_as_planned(at, said["indexes"].get(key)) for key, at in plan["indexes"].items())
            and all(plan["parts"][name] == now for name, now in parts.items())
            and not self.closed
        )

    @property
    def ran(self) -> dict[str, Any] | None:
        """The newest round in which anything was begun or answered."""
        return next((one for one in reversed(self.rounds) if one["actions"]), None)

    def decided_on_models(self) -> dict[str, str]:
        """By model, the act that decided what shall become of it."""
        return {model: one["planned"][-1]["act"] for model, one in self.models.items() if one["planned"]}

    def move(self, said: dict[str, Any]) -> None:
        """Index generations that the plan's own work brought about are no change of what it rests on."""
        plan = self.round["plan"]
        if plan and self.round["actions"] and said.get("plan") == plan["plan"]:
            moved = {key: at for key, at in said.get("indexes", {}).items() if key in plan["indexes"] and at != -1}
            plan["indexes"].update(moved)

    def round_of(self, plan: str) -> dict[str, Any] | None:
        return next((one for one in self.rounds if one["plan"] and one["plan"]["plan"] == plan), None)

    def speak(self, said: dict[str, Any], rows: RowsOf, which: str, *, settled: bool = False) -> None:
        """What an officer says of candidates; each row counts once. An order has none."""
        self.require(not self.order_case, said)
        words: dict[str, tuple[Any, ...]] = {}
        for name, word in rows(said["seq"]):
            item = self.items.get(name)
            self.require(item is not None and word in _VERDICTS, said)
            known = getattr(item, which)
            open_ = item is not None and (item.round == self.round["n"] or item.words)
            self.require(open_ and not (known and known[-1][2] == said["act"]), said)
            said_now = words.setdefault(word, (word, said["officer"], said["act"], said["seq"], settled))
            setattr(item, which, (*known, said_now) if known else (said_now,))
        self._decisions = ""

    def forget_word(self, act: str) -> None:
        """A word taken back; a third officer's that came after it settled it, and falls with it."""
        for item in self.items.values():
            seq = next((word[3] for word in (*item.words, *item.second) if word[2] == act), None)
            if seq is not None:
                item.words = tuple(one for one in item.words if one[2] != act and not (one[4] and one[3] > seq))
                item.second = tuple(one for one in item.second if one[2] != act)
        self._decisions = ""

    def see(self, said: dict[str, Any], rows: RowsOf) -> None:
        for name, word in rows(said["seq"]):
            if name in self.items:
                self.items[name].seen = word.partition(" ")[0]
        for name, counts in said.get("parts", {}).items():
            for containers in (self.containers, {} if self.round["actions"] else self.round["containers"]):
                if name in containers:
                    containers[name]["seen"] = counts


def _no_rows(_: int) -> Iterator[tuple[str, str]]:
    return iter(())


def _new_round(number: int) -> dict[str, Any]:
    return {
        "n": number, "searched": 0, "plan": None, "former": [], "approvals": [], "actions": {}, "reads": [],
        "validated": [], "containers": {},
    }  # fmt: skip


def _as_planned(generation: int, now: int | None) -> bool:
    """An index that cannot be read (-1) is not known to be another one; None is one that was destroyed."""
    return now in (generation, -1) if now is not None else generation == -1


def _is_read(round_: dict[str, Any]) -> bool:
    last = max((one["last"] for one in round_["actions"].values()), default=-1)
    return bool(round_["reads"]) and bool(round_["reads"][-1]["seq"] > last)


def _digest(value: Any) -> str:
    return hashlib.sha256(spell(value).encode()).hexdigest()


def _received(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.ref, fold.opened, fold.faces = said["ref"], said["time"], said["faces"]
    fold.order_case = said.get("about") == "scope"


def _facts(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.closed and (said["law"] == "order") == fold.order_case, said)
    fold.facts.append(said)


def _identity(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.closed, said)
    fold.identity = said


def _reference(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not (fold.closed or fold.order_case), said)
    fold.faces = fold.had_photos = True
    fold.photos += 1


def _searched(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(fold.identified and not fold.order_case, said)
    review = said["purpose"] == "search"
    if review:
        unread = fold.round["actions"] and not _is_read(fold.round)
        newest = fold.facts[-1]["act"] if fold.facts else ""
        confirmed = [one["kind_"] == "confirmed" for one in fold.facts if one["act"] in (said.get("facts"), newest)]
        fold.require(bool(confirmed) and all(confirmed), said)
        fold.require(not (fold.closed or unread or fold.has_approved_plan()), said)
        if fold.round["actions"]:
            fold.rounds.append(_new_round(fold.round["n"] + 1))
        fold.round["searched"] += 1
    else:
        fold.require(fold.ran is not None, said)
    officers = {}
    for one in said["told"].get("told", {}).get("declared", []):
        act = fold.roster.declared(one["entry"])
        fold.require(_is_declared(act, one), said)
        officers[one["entry"]] = (act or {}).get("officer", "")
    fold.searches.append({**said, "round": fold.round["n"], "declared": officers})
    for name, word in rows(said["seq"]) if review else ():
        item = fold.items.get(name) or fold.items.setdefault(name, Item(name))
        item.word, item.search, item.seen, item.round = word, fold.searches[-1], "", fold.round["n"]


def _is_declared(act: dict[str, Any] | None, one: dict[str, Any]) -> bool:
    """Whether an officer declared it then, of this kind and for this reason, and had not taken it back."""
    if act is None or act["kind"] != one["of"] or act["time"][:10] != one["day"]:
        return False
    told = act["told"]
    return not told or bool(told["because"] == one["because"] and told["what"]["code"] == one["kind"]["code"])


def _decided(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.closed and not fold.has_approved_plan(), said)
    fold.speak(said, rows, "words")


def _second(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.closed and not fold.has_approved_plan(), said)
    asked = said.get("head", said["seq"])
    for name, _ in rows(said["seq"]):
        item = fold.items.get(name)
        fold.require(item is not None and item.words and item.words[-1][1] != said["officer"], said)
        fold.require(item is None or not item.second or item.second[-1][3] <= asked, said)
    fold.how[said["seq"]] = said["how"]
    fold.speak(said, rows, "second")


def _settled(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.closed and not fold.has_approved_plan(), said)
    for name, _ in rows(said["seq"]):
        item = fold.items.get(name)
        two = {item.words[-1][1], item.second[-1][1]} if item is not None and item.disputed else None
        fold.require(two is not None and said["officer"] not in two, said)
    fold.speak(said, rows, "words", settled=True)


def _undone(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    act = said["undone"]
    fold.forget_word(act)
    for model in fold.models.values():
        for name in ("planned", "observed"):
            model[name] = [one for one in model[name] if one["act"] != act]


def _link(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.closed and not fold.has_approved_plan(), said)
    fold.require(not fold.order_case, said)
    pair = [said["item"], said["linked"]]
    fold.links = [one for one in fold.links if one != pair] + ([pair] if said["refused"] else [])


def _treated(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.closed and not fold.has_approved_plan(), said)
    fold.require(not fold.order_case, said)
    fold.treatments.pop(said["item"], None)
    if said["as"] != "erase":
        fold.treatments[said["item"]] = (said["as"], said["act"])


def _disposition(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.closed or said["kind_"] == "observed", said)
    known = fold.models.setdefault(said["model"], {"planned": [], "observed": []})
    known["planned" if said["kind_"] == "disposition" else "observed"].append(said)


def _planned(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    round_ = fold.round
    waiting = fold.closed or round_["actions"] or fold.undecided() or (fold.order_case and not fold.sampled())
    fold.require(fold.right in _DELETES and fold.identified and not waiting, said)
    fold.require(said["parts"] == {**fold.parts(), "dispositions": fold.decided_on_models()}, said)
    fold.require(said["basis"] == _digest({"parts": said["parts"], "indexes": said["indexes"]}), said)
    searched = [one for one in fold.searches if one["purpose"] == "search"] + fold.scopes
    searched = [one for one in searched if one["round"] == round_["n"]]
    fold.require(set(said["indexes"]) == {key for one in searched for key in one["indexes"]}, said)
    count = 0
    for name, word in rows(said["seq"]):
        count += 1
        fold.require(not fold.order_case, said)
        item, chosen = fold.items.get(name), fold.treatments.get(name, ("erase", ""))[0]
        if item is not None and item.words:
            fold.require(item.verdict == "same" and word == chosen, said)
        else:
            fold.require(word in ("along-erase", "along-mask") and name not in fold.treatments, said)
    fold.require(count == sum(one["items"] for one in said["told"]["told"]["actions"]), said)
    if round_["plan"]:
        round_["former"].append(round_["plan"])
    round_["plan"], round_["approvals"] = {**said, "indexes": dict(said["indexes"])}, []


def _approved(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    plan = fold.round["plan"]
    fold.require(fold.plan_holds(said) and not (fold.round["actions"] or fold.undecided()), said)
    fold.require(fold.roster.added.get(said["officer"], -1) <= plan["seq"], said)
    if fold.roster.policy["approver_not_decider"]:
        deciders = {word[1] for item in fold.hits() for word in item.words}
        deciders |= {one["officer"] for one in fold.scopes[-1:]} | {k for one in fold.own_samples() for k in one["by"]}
        fold.require(said["officer"] not in deciders, said)
    fold.round["approvals"].append(said)


def _withdrawn(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    round_ = fold.round
    fold.require(round_["plan"] and not round_["actions"] and not fold.closed, said)
    fold.require(said["plan"] == round_["plan"]["plan"], said)
    round_["former"].append(round_["plan"])
    round_["plan"], round_["approvals"] = None, []


def _may_be_done(fold: Fold, said: dict[str, Any]) -> bool:
    """Enough officers who are present stand behind the plan in force."""
    have = {one["officer"] for one in fold.round["approvals"] if fold.roster.active(one["officer"])}
    return fold.plan_holds(said) and len(have) >= max(1, fold.roster.policy["approvals"])


def _begun(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(_may_be_done(fold, said), said)
    actions = fold.round["actions"]
    known = actions.get(said["action"])
    others = [one for one in fold.rounds[:-1] if said["action"] in one["actions"]]
    fold.require(not others and (known is None or known["state"] not in ("done", "waiting")), said)
    before = known["operators"] if known else set()
    actions[said["action"]] = {
        "kind": said["kind"], "state": "started", "by": "", "operators": {*before, said["officer"]},
        "started": known["started"] if known else said["time"], "last": said["seq"], "outcome": None,
        "officer": said["officer"],
    }  # fmt: skip


def _handed_over(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(_may_be_done(fold, said), said)
    fold.handed.add(said["plan"])


def _outcome(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    round_ = fold.round_of(said["plan"])
    fold.require(round_ is not None, said)
    known = round_["actions"].get(said["action"]) if round_ else None
    here = said["by"] == "here" and known is not None and known["outcome"] is None
    declared = said["by"] == "declared" and known is not None and known["state"] == "waiting"
    fold.require(here or declared or (said["by"] == "answer" and said["plan"] in fold.handed), said)
    if round_ is not None:
        operators = known["operators"] if known else set()
        started = known["started"] if known else said["time"]
        round_["actions"][said["action"]] = {
            "kind": said["kind"], "state": said["state"], "by": said["by"], "operators": operators, "started": started,
            "last": said["seq"], "outcome": said, "officer": said["officer"],
        }  # fmt: skip
    if said["kind"] != "erase-index-entries":
        fold.see(said, rows)
    fold.move(said)


def _derived(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(fold.ran is not None, said)
    fold.move(said)


def _asked(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    for action in said["actions"]:
        fold.asked.setdefault(action, said["time"])


def _read_back(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    ran = fold.ran
    fold.require(ran is not None, said)
    if ran is not None:
        ran["reads"].append(said)
    fold.see(said, rows)
    fold.move(said)


def _validated(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    round_ = next((one for one in reversed(fold.rounds) if one["reads"]), None)
    fold.require(round_ is not None and said["read_back"] == round_["reads"][-1]["act"], said)
    fold.require(not (fold.roster.policy["validator_not_operator"] and said["officer"] in fold.operators), said)
    if round_ is not None:
        round_["validated"].append(said)


def _forgotten(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    if said["what"] == "references":
        fold.photos = 0
        fold.destroyed.append(said)


def _kept(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.kept = said


def _swept(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    """What is found again stays explained where it is somebody else's or stays by law."""
    seen = set()
    for name, word in rows(said["seq"]):
        known = fold.strays.get(name)
        fold.require(name not in seen and (word in _FOUND or (word == "gone" and known is not None)), said)
        seen.add(name)
        if word == "gone" and known is not None:
            known["gone"] = True
            continue
        explained = known["explained"] if known is not None and not known["gone"] else ""
        explained = explained if explained in ("is-other", "stays-by-law") else ""
        fold.strays[name] = {"how": word, "gone": False, "explained": explained}


_MODELS_FOUND = ("model", "model-inside", "same-tensors", "same-shapes", "unknown-model")
_FOUND = ("bytes", "inside", "look", "look-inside", *_MODELS_FOUND)


def _explained(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    known = fold.strays.get(said["finding"])
    fold.require(known is not None and not known["gone"], said)
    if known is not None:
        known["explained"] = said["as"]


def _stated(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.closed, said)
    fold.stated[f"{said['law']} {said['field']}"] = said


def _sealable(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    """Something was searched, all that was done was read back; nothing is for whom a check found to be another."""
    newest = max((one["seq"] for one in fold.reads), default=-1)
    unread = any(one["last"] > newest for round_ in fold.rounds for one in round_["actions"].values())
    said_something = any(one["purpose"] == "search" for one in fold.searches) or bool(fold.orders)
    fold.require(said_something and not unread, said)
    for_requester = said.get("requester") or said.get("edition") == "requester"
    fold.require(not (for_requester and fold.failed and not fold.order_case), said)


_FITS = {"scope": "belongs", "rest": "not"}


def _order(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    """A word on an obligation that is another one now counts no more."""
    fold.require(fold.order_case and not (fold.closed or fold.has_approved_plan()), said)
    before = fold.orders[-1]["obligations"] if fold.orders else []
    fold.orders.append(said)
    same = {one["id"] for one in said["obligations"] if one in before}
    fold.met = {key: word for key, word in fold.met.items() if key in same}


def _resolved(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    """The scope of an order: its containers and its rows say the same."""
    unread = fold.round["actions"] and not _is_read(fold.round)
    fold.require(fold.orders and fold.identified and not (fold.closed or unread or fold.has_approved_plan()), said)
    inside = [one for one in said["parts"] if one[1] in ("whole", "mixed")]
    sums = [sum(one[2] for one in inside), sum(one[3] for one in inside)]
    rest = sum(one[4] - one[2] for one in inside)
    fold.require([*sums, rest, sums[0]] == [said["items"], said["size"], said["rest"], said["count"]], said)
    fold.require(all(one[2] == one[4] for one in inside if one[1] == "whole"), said)
    fold.require(not any(one[2] or one[3] for one in said["parts"] if one not in inside), said)
    if fold.round["actions"]:
        fold.rounds.append({**_new_round(fold.round["n"] + 1), "containers": fold.containers})
    fold.scopes.append({**said, "round": fold.round["n"]})
    fold.round["searched"] += 1
    earlier = fold.round["containers"]
    fold.containers = {name: dict(one) for name, one in earlier.items()}
    for name, how, items, size, of, unread_places, not_known in said["parts"]:
        known = earlier.get(name)
        fold.containers[name] = {
            "how": how, "items": items, "size": size, "of": of, "unread": unread_places, "not_known": not_known,
            "seen": {}, "before": left_of(known) if known else 0, "gone": gone_of(known) if known else 0,
            "round": fold.round["n"],
        }  # fmt: skip


def left_of(container: Mapping[str, Any]) -> int:
    """How many items were not read back as gone or held; no later scope counts fewer than an earlier one left."""
    return int(max(0, max(container["items"], container["before"]) - _settled_of(container)))


def _settled_of(container: Mapping[str, Any]) -> int:
    return sum(container["seen"].get(seen, 0) for seen in _SETTLED)


def _sample(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(fold.scopes and not (fold.closed or fold.has_approved_plan()), said)
    scope = fold.scopes[-1]
    population = scope["items"] if said["of"] == "scope" else scope["rest"]
    fold.require((said["scope"], said["population"]) == (scope["act"], population), said)
    fold.require(0 < said["n"] <= min(population, 100_000), said)
    fold.samples.append({**said, "words": {}, "by": []})


def _sampled(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    """Words are on places that were drawn, each once."""
    sample = next((one for one in fold.samples if one["act"] == said["sample"]), None)
    fold.require(sample is not None and not (fold.closed or fold.has_approved_plan()), said)
    if sample is None:
        return
    places = {str(one) for one in drawn(bytes.fromhex(sample["seed"]), sample["n"], sample["population"])}
    for _, said_word in rows(said["seq"]):
        word, _, place = said_word.partition(" ")
        fold.require(word in ("belongs", "not", "unsure") and place in places, said)
        places.discard(place)
        sample["words"][place] = word
    sample["by"] = sorted({*sample["by"], said["officer"]})


def drawn(seed: bytes, n: int, population: int) -> list[int]:
    """A sample that anybody can draw again: SHA-256 over the seed and a counter of 8 bytes, its first 8 bytes as a
    number, those above the largest multiple of the population left out, the remainder is a position; each once."""
    if n >= population:
        return list(range(population))
    accepted, counter = 2**64 - 2**64 % population, 0
    found: set[int] = set()
    while len(found) < n:
        number = int.from_bytes(_sha(seed + counter.to_bytes(8, "big"))[:8], "big")
        counter += 1
        if number < accepted:
            found.add(number % population)
    return sorted(found)


def _met(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    known = {one["id"] for one in fold.orders[-1]["obligations"]} if fold.orders else set()
    fold.require(said["obligation"] in known, said)
    before = fold.met.get(said["obligation"], {"times": []})["times"]
    times = [] if said["how"] == "taken-back" else [*before, *([said["time"]] if said["how"] == "declared" else [])]
    fold.met[said["obligation"]] = {**said, "times": times}


def _sworn(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    _sealable(fold, said, rows)
    fold.sworn = said["seq"]


def _sealing(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    _sealable(fold, said, rows)
    fold.sealing = said


def _closed(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(bool(fold.closed) == (said["kind_"] == "reopened"), said)
    if said["kind_"] == "closed" and said["state"] in ("closed", "partly-granted"):
        fold.require(not fold.failed and (fold.identified or said["state"] == "closed"), said)
    fold.closed = said["time"] if said["kind_"] == "closed" else ""


def _answered(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:
    fold.require(not fold.order_case, said)
    fold.require(not said["day"] or (bool(fold.facts) and said["day"] >= fold.facts[-1]["received"]), said)


_CHANGES: dict[str, Callable[[Fold, dict[str, Any], RowsOf], None]] = {
    "received": _received, "proposed": _facts, "confirmed": _facts, "identity": _identity, "reference": _reference,
    "searched": _searched, "decided": _decided, "second-review": _second, "settled": _settled, "undone": _undone,
    "link": _link, "treated": _treated, "disposition": _disposition, "observed": _disposition, "planned": _planned,
    "approved": _approved, "plan-withdrawn": _withdrawn, "begun": _begun, "handed-over": _handed_over,
    "outcome": _outcome, "asked": _asked, "read-back": _read_back, "validated": _validated, "stated": _stated,
    "sealing": _sealing, "closed": _closed, "reopened": _closed, "derived": _derived, "forgotten": _forgotten,
    "kept": _kept, "swept": _swept, "explained": _explained, "sealed": _sealable, "sworn": _sworn,
    "order": _order, "scope": _resolved, "sample": _sample, "sampled": _sampled, "met": _met, "answered": _answered,
}  # fmt: skip


# What the files of a bundle say of the case


def item_ref(number: int) -> str:
    """An item's reference inside its case: "item-0001"."""
    return f"item-{number:04d}"


def ranges(numbers: Iterable[int]) -> list[str]:
    """References of items in order, neighbours together: "item-0001", "item-0003..item-0420" (both ends inside)."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [item_ref(first) if first == last else f"{item_ref(first)}..{item_ref(last)}" for first, last in found]


_SETTLED = ("gone", "masked", "held", "gone_where_read")
_DOUBTFUL = ("gone where it was read", "could not look", "still there")
_REWRITES = ("erase-items", "erase-rows")
_BESIDE = ("required", "summary")
"""Files that the act of sealing holds whole."""

_STATED = {
    "stated": "quoted",
    "not-applicable": "required.not-applicable",
    "not-yet-known": "required.not-yet-known",
}
"""How an officer's word on a field is said, by what the field is stated to be."""


def _bare(said: Any) -> Any:
    """A sentence as its code and values, without its words."""
    if isinstance(said, dict):
        return said["code"], {name: _bare(value) for name, value in said["values"].items()}
    return [_bare(one) for one in said] if isinstance(said, list) else said


def _of_photo(said: tuple[str, dict[str, Any]]) -> Any:
    """What a sentence says of the reference photos themselves; of a copy that was found, where."""
    code, values = said
    room, _, what = code.partition(".")
    if room != "references" or what.partition(".")[0] not in _OF_PHOTOS:
        return None
    return ("still", values["where"]) if what.startswith("still.") else (what, values)


_OF_PHOTOS = ("none", "there", "destroyed", "not-looked", "looked", "unread", "still")


def _months_later(stamp: str, months: int) -> str:
    """The same day so many months later, the last of that month where it has no such day."""
    day = datetime.fromisoformat(stamp[:10])
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return f"{year:04d}-{month + 1:02d}-{min(day.day, monthrange(year, month + 1)[1]):02d}"


def _seen_of(read: dict[str, Any] | None) -> list[tuple[str, int]]:
    """Counts of a reading back, from the strongest to the weakest."""
    return [(seen, read["items"].get(seen, 0)) for seen in _SEEN] if read is not None else []


def _weakest(read: dict[str, Any]) -> str:
    """The weakest of all items and checks of a reading back: no headline says more."""
    checks = {check["seen"] for check in read["told"]["told"]["checks"]}
    found = [code for code, said in _SEEN.items() if read["items"].get(code) or said in checks]
    return found[-1] if found else "not_looked"


def _statement(word: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    text = word["told"]["text"]
    return _STATED[word["state"]], {"text": text} if word["state"] == "stated" else {"day": word["time"], "why": text}


def salts_digest(salts: Iterable[str]) -> str:
    """Binds the salts of the hits, in their order, to the act of sealing."""
    return _digest(list(salts))


# What an order obliges to, and how far that is met


MET_READ, MET_DECLARED, PARTLY, OPEN = "met-read", "met-declared", "partly", "open"
MET = (MET_READ, MET_DECLARED)
_READ_ALONE = ("data", "embeddings", "models")
"""What nobody's word meets: these were read or stand in records, or they are not met."""
_DONE = "done"
_NAMED_MOST = 3
Why = list["list[Any]"]
"""Reasons: each a code of a sentence and its values."""
_Rule = Callable[["dict[str, Any]", "Mapping[str, Any]", Any], "tuple[str, Why]"]


def obligations_of(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How far each obligation is met, and why not: a read or a record counts, a named officer's word where nothing can
    be read, and what is not known is not met.

    `facts` are plain data: what `order_facts` takes from the entries of a bundle, or the program from its log.
    """
    return [_obligation(one, facts) for one in facts["obligations"]]


def _obligation(one: dict[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    word, about = facts["words"].get(one["id"]), one["about"]
    given = word is not None and word["how"] != "taken-back"
    state: str
    why: Why
    if about not in _READ_ALONE and given and word["how"] == "not-applicable":
        state, why = MET_DECLARED, []
    else:
        rule: _Rule = _ABOUT.get(about) or _said_of
        state, why = rule(one, facts, word if given else None)
    if one["sworn"] and state in MET and not facts["sworn"]:
        state, why = PARTLY, [*why, ["order.why.not-sworn", {}]]
    if state not in MET and one["due"] > facts["day"]:
        why = [*why, ["order.why.later", {"day": one["due"]}]]
    return {**one, "state": state, "why": why}


def _data_met(one: dict[str, Any], facts: Mapping[str, Any], word: dict[str, Any] | None) -> tuple[str, Why]:
    nothing = _nothing_to_do(facts, word)
    if nothing is not None:
        return nothing
    found = facts["containers"]
    left, gone = (sum(each[name] for each in found) for name in ("left", "gone"))
    why = _not_done(facts)
    rest = sorted(each["name"] for each in found if each["left"])
    if left and facts["ran"]:
        counts = {"count": left, "total": left + gone, "containers": len(rest), "of": len(found)}
        why.append(["order.why.left", {**counts, "names": rest[:_NAMED_MOST]}])
    why += _not_known(facts)
    unread = [each for each in found if each["where_read"] or (each["how"] == "mixed" and each["unread"])]
    if unread:
        places = sum(each["unread"] for each in unread)
        why.append(["order.why.not-read-places", {"count": places, "containers": len(unread)}])
    if facts["strays"]:
        why.append(["order.why.strays", {"count": facts["strays"]}])
    if facts["read"]:
        doubts = [each for each in facts["checks"] if each["seen"] not in _CLEAR and not _counted(each)]
        why += [["order.why.doubts", {"says": each["says"]}] for each in doubts]
    if not why:
        return MET_READ, why
    return (PARTLY if facts["read"] and gone > left else OPEN), why


_CLEAR = ("gone", "masked", "held")


def _counted(check: dict[str, Any]) -> bool:
    """What of containers is left or was not looked at is counted, container by container; so is, as it is now, each
    finding of sweeps that nothing explains."""
    return check["how"]["code"] == "check.order" or check["says"]["code"] in ("check.strays.open", "check.strays.like")


def _nothing_to_do(facts: Mapping[str, Any], word: dict[str, Any] | None) -> tuple[str, Why] | None:
    """Where nothing registered is covered: a wrong name in the selectors would look the same, so somebody answers
    for it."""
    if not facts["scope"]:
        return OPEN, [["order.why.no-scope", {}]]
    if any(one["left"] or one["gone"] for one in facts["containers"]) or _not_known(facts):
        return None
    said = word is not None and word["how"] == "not-applicable"
    return (MET_DECLARED if said else OPEN), [["order.why.nothing", {}]]


def _not_done(facts: Mapping[str, Any]) -> Why:
    if not facts["ran"]:
        return [["order.why.not-run", {}]]
    return [] if facts["read"] else [["order.why.not-read", {}]]


def _not_known(facts: Mapping[str, Any]) -> Why:
    """Containers of which something is neither known to be covered nor known not to be."""
    open_ = sum(not is_known(one) for one in facts["containers"])
    return [["order.why.not-known", {"count": open_}]] if open_ else []


def _embeddings_met(one: dict[str, Any], facts: Mapping[str, Any], word: dict[str, Any] | None) -> tuple[str, Why]:
    nothing = _nothing_to_do(facts, word)
    if nothing is not None:
        return nothing
    why = _not_done(facts)
    entries, outputs = (_actions_of(facts, kind) for kind in ("erase-index-entries", "purge-outputs"))
    waiting = sum(each["state"] != _DONE for each in entries)
    if facts["ran"] and (waiting or not entries):
        why.append(["order.why.index", {"count": waiting, "total": len(entries)}])
    if facts["read"]:
        looks = [each for each in facts["checks"] if each["how"]["code"] == "check.index"]
        why += [["order.why.doubts", {"says": each["says"]}] for each in looks if each["seen"] != "gone"]
        why += [] if looks else [["order.why.index-unread", {}]]
    why += [*_not_known(facts), *_outputs_open(facts, outputs)]
    if not why:
        return (MET_DECLARED if outputs else MET_READ), why
    done = any(each["state"] == _DONE for each in (*entries, *outputs))
    return (PARTLY if done and facts["read"] else OPEN), why


def _outputs_open(facts: Mapping[str, Any], outputs: list[dict[str, Any]]) -> Why:
    """What models made of the data; of a model on which nobody decided nothing was asked yet."""
    waiting = sum(one["state"] != _DONE for one in outputs)
    undecided = sum(one["standing"] == "none" for one in _affected(facts))
    why: Why = [["order.why.outputs", {"count": waiting, "total": len(outputs)}]] if waiting else []
    return [*why, *([["order.why.undecided-outputs", {"count": undecided}]] if undecided else [])]


def _models_met(one: dict[str, Any], facts: Mapping[str, Any], word: dict[str, Any] | None) -> tuple[str, Why]:
    if not facts["scope"]:
        return OPEN, [["order.why.no-scope", {}]]
    models, lineage = _affected(facts), facts["lineage"]
    stand = Counter(each["standing"] for each in models)
    why: Why = []
    for code, count in (
        ("contradicted", stand["contradicted"]), ("undecided", stand["none"]), ("decided", stand["decided"]),
        ("declared", stand["declared"]), ("infeasible", stand["explained"]),
    ):  # fmt: skip
        if count:
            why.append([f"order.why.{code}", {"count": count, "total": len(models)}])
    if facts["model_strays"]:
        why.append(["order.why.stray-models", {"count": facts["model_strays"]}])
    versions = len({each["version"] for each in facts["containers"]})
    unknown = lineage["unknown"] if lineage["sources"] else versions
    if unknown:
        why.append(["order.why.lineage", {"count": unknown}])
    for code, name in (
        ("silent-models", "silent"), ("models-in-part", "in_part"), ("runs-without-model", "runs"),
        ("questions", "questions"),
    ):  # fmt: skip
        if count := lineage[name]:
            why.append([f"order.why.{code}", {"count": count}])
    why += _not_known(facts)
    if not why:
        nothing = _nothing_to_do(facts, word)
        return nothing if nothing is not None else (MET_READ, why)
    only_explained = all(code == "order.why.infeasible" for code, _ in why)
    return (PARTLY if only_explained or stand["seen"] else OPEN), why


def _affected(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Models that learned from the data, or of which that is not known: measuring with it taught a model nothing."""
    return [one for one in facts["models"] if one["learned"] != "measured"]


def _outputs_met(one: dict[str, Any], facts: Mapping[str, Any], word: dict[str, Any] | None) -> tuple[str, Why]:
    if not facts["planned"]:
        return OPEN, [["order.why.not-planned", {}]]
    outputs = _actions_of(facts, "purge-outputs")
    why = _outputs_open(facts, outputs)
    if not outputs and not why:
        return _said_of(one, facts, word)
    done = any(each["state"] == _DONE for each in outputs)
    return (PARTLY if done else OPEN) if why else MET_DECLARED, why


def _recipients_met(one: dict[str, Any], facts: Mapping[str, Any], word: dict[str, Any] | None) -> tuple[str, Why]:
    if not facts["planned"]:
        return OPEN, [["order.why.not-planned", {}]]
    told = _actions_of(facts, "tell-recipient")
    waiting = [each for each in told if each["state"] != _DONE]
    asked = [each["asked"] for each in waiting if each["asked"]]
    why: Why = []
    if asked:
        why.append(["order.why.silent", {"count": len(asked), "total": len(told), "since": min(asked)[:10]}])
    if len(asked) < len(waiting):
        why.append(["order.why.not-told", {"count": len(waiting) - len(asked), "total": len(told)}])
    if facts["unknown_recipients"]:
        why.append(["order.why.recipients-unknown", {"count": facts["unknown_recipients"]}])
    return (PARTLY if len(waiting) < len(told) else OPEN) if why else MET_DECLARED, why


def _retained_met(one: dict[str, Any], facts: Mapping[str, Any], word: dict[str, Any] | None) -> tuple[str, Why]:
    state, why = _said_of(one, facts, word)
    bare = sum(not each.strip() for each in facts["holds"])
    return (PARTLY, [*why, ["order.why.no-ground", {"count": bare}]]) if bare else (state, why)


def _said_of(one: dict[str, Any], facts: Mapping[str, Any], word: dict[str, Any] | None) -> tuple[str, Why]:
    """What a named officer says: once, or for each day on which it was due, later than the one before."""
    times = sorted(word["times"]) if word is not None else []
    days = due_days(one["due"], one["every"], facts["day"]) if one["every"] else []
    missing, used = 0, 0
    for place in range(len(days) - 1, -1, -1):
        after = days[place - 1] if place else ""
        if sum(time[:10] > after for time in times) > used:
            used += 1
        else:
            missing += 1
    if not times or missing:
        why: Why = [["order.why.no-word", {"count": missing or 1}]]
        return (PARTLY if used else OPEN), why
    later = following(one["due"], one["every"], facts["day"])
    return MET_DECLARED, [["order.why.again", {"day": later}]] if later else []


def due_days(due: str, every: int, until: str) -> list[str]:
    """Days (ISO) on which something repeated was due up to a day, that one included, oldest first."""
    if not due or due > until:
        return []
    first, last = datetime.fromisoformat(due), datetime.fromisoformat(until)
    return [f"{first + timedelta(every * n):%Y-%m-%d}" for n in range((last - first).days // every + 1)]


def following(due: str, every: int, until: str) -> str:
    """The first day after another on which something repeated is due; "" where it is not repeated."""
    if not due or not every:
        return ""
    days = due_days(due, every, until)
    return f"{datetime.fromisoformat(days[-1]) + timedelta(every):%Y-%m-%d}" if days else due


_ABOUT: dict[str, _Rule] = {
    "data": _data_met, "embeddings": _embeddings_met, "models": _models_met, "outputs": _outputs_met,
    "recipients": _recipients_met, "retained": _retained_met,
}  # fmt: skip


def _actions_of(facts: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in facts["actions"] if one["kind"] == kind]


def title_of(obligations: Iterable[Mapping[str, Any]]) -> str:
    """How an order stands: "fulfilled" where all are met, "not" where the data is there (of an order that is not about
    data: where nothing is met), "but" between them."""
    states = [(one["about"], one["state"]) for one in obligations]
    if states and all(state in MET for _, state in states):
        return "fulfilled"
    data = [state for about, state in states if about == "data"]
    return "not" if all(state == OPEN for state in data or [state for _, state in states]) else "but"


def order_actions(told: Mapping[str, Any], states: Mapping[str, str], asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """The actions of a plan as facts: `told` is the plan's field of that name, `states` how far each has come."""
    return [
        {
            "kind": one["kind"], "state": states.get(one["action"], ""), "asked": asked.get(one["action"], ""),
            "ground": one["ground"],
        }
        for one in told["actions"]
    ]  # fmt: skip


def plan_facts(
    plans: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]], asked: Mapping[str, str]
) -> dict[str, Any]:
    """What the plans that were begun, and the present one, say: their actions and what is not known of recipients."""
    actions: list[dict[str, Any]] = []
    unknown: set[str] = set()
    planned = False
    for told, states in plans:
        planned = True
        actions += order_actions(told, states, asked)
        unknown |= {spell(gap) for gap in told["gaps"] if gap["why"]["code"] == "why.recipients-unrecorded"}
    holds = [one["ground"] for one in actions if one["kind"] == "hold"]
    return {"planned": planned, "actions": actions, "unknown_recipients": len(unknown), "holds": holds}


def lineage_facts(said: Mapping[str, Any]) -> dict[str, Any]:
    """What the register of lineage says of models, and what it does not know."""
    models = [{"learned": one["learned"], "standing": one["standing"]["code"]} for one in said["models"]]
    lineage = {
        "sources": len(said["sources"]), "unknown": len(said["not_in_lineage"]),
        "silent": len(said["without_lineage"]), "in_part": len(said["in_part"]), "runs": said["runs"],
        "questions": said["questions"],
    }  # fmt: skip
    return {"models": models, "lineage": lineage}


def order_facts(fold: Fold, lineage: Mapping[str, Any]) -> dict[str, Any]:
    """What obligations are computed from; `lineage` is what the act of sealing says of models."""
    newest = max(fold.reads, key=lambda one: int(one["seq"]), default=None)
    unread = any(
        one["last"] > (newest or {"seq": -1})["seq"] for each in fold.rounds for one in each["actions"].values()
    )
    kept = [one for one in fold.rounds if one["plan"] and (one["actions"] or one is fold.rounds[-1])]
    plans = [
        (one["plan"]["told"]["told"], {name: each["state"] for name, each in one["actions"].items()}) for one in kept
    ]
    return {
        "day": fold.sealing["time"][:10],
        "obligations": fold.orders[-1]["obligations"],
        "words": fold.met,
        "sworn": fold.sworn > (newest["seq"] if newest is not None else -1),
        "scope": bool(fold.scopes),
        "ran": fold.ran is not None,
        "read": newest is not None and not unread,
        "containers": container_facts(named_containers(fold), fold.containers),
        **stray_facts(one["how"] for one in fold.strays.values() if _stray(one) == "open"),
        "checks": newest["told"]["told"]["checks"] if newest is not None else [],
        **plan_facts(plans, fold.asked),
        **lineage_facts(lineage),
    }


def named_containers(fold: Fold) -> dict[str, dict[str, Any]]:
    """Where each container of an order lies, by pseudonym; the newest scope that has it says so."""
    found: dict[str, dict[str, Any]] = {}
    for scope in fold.scopes:
        parts = scope["told"]["told"]["parts"]
        if [one["key"] for one in parts] != [one[0] for one in scope["parts"]]:
            raise Refused("contents.differ", name="containers.jsonl")
        found.update({one["key"]: one for one in parts})
    return found


def _stray(one: Mapping[str, Any]) -> str:
    """How a stray copy stands: gone, explained in which way, or open."""
    if one["gone"]:
        return "gone"
    return str(one["explained"]) if one["explained"] not in ("", "to-plan") else "open"


def stray_facts(open_: Iterable[str]) -> dict[str, int]:
    """How many findings of sweeps that nothing explains are copies of data, and how many files of models."""
    of_models = [how in _MODELS_FOUND for how in open_]
    return {"strays": of_models.count(False), "model_strays": of_models.count(True)}


def is_known(container: Mapping[str, Any]) -> bool:
    """Whether it is known of all items of a container whether the order covers them."""
    return container["how"] in ("whole", "mixed") and not container["not_known"]


def gone_of(container: Mapping[str, Any]) -> int:
    """How many items were read back as gone or held, in all rounds."""
    return int(container["gone"] + _settled_of(container))


def container_facts(named: Mapping[str, Mapping[str, Any]], containers: Mapping[str, Mapping[str, Any]]) -> Any:
    """Containers of an order: `named` says by pseudonym where each lies, `containers` what was seen of it."""
    return [
        {
            "name": named[key]["container"] or named[key]["dataset_version"],
            "version": named[key]["dataset_version"],
            "how": one["how"], "unread": one["unread"], "not_known": one["not_known"],
            "left": left_of(one), "gone": gone_of(one),
            "where_read": one["seen"].get("gone_where_read", 0),
        }
        for key, one in containers.items()
    ]  # fmt: skip


def exact_interval(k: int, n: int) -> tuple[float, float]:
    """Clopper and Pearson's interval at 95 % for a share of which `k` of `n` drawn items have the property.

    By bisection over the sum of the binomial distribution, with nothing but the four operations, so that it comes out
    alike on every computer.
    """
    low = 0.0 if k == 0 else _share(lambda p: 1 - _at_most(k - 1, n, p) < 0.025)
    high = 1.0 if k == n else _share(lambda p: _at_most(k, n, p) > 0.025)
    return low, high


def _share(below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return low


def _at_most(k: int, n: int, p: float) -> float:
    """How probable at most `k` of `n` are: terms relative to the largest one, which no power is needed for."""
    top = min(n, int((n + 1) * p))
    odds = p / (1 - p)
    parts = {True: 0.0, False: 0.0}
    term = 1.0
    for at in range(top, -1, -1):
        if at < top:
            term = term * (at + 1) / ((n - at) * odds)
        parts[at <= k] += term
        if term < 1e-20:
            break
    term = 1.0
    for at in range(top + 1, n + 1):
        term = term * (n - at + 1) * odds / at
        parts[at <= k] += term
        if term < 1e-20:
            break
    return parts[True] / (parts[True] + parts[False])


class Views:
    """The files of an edition as the entries make them, and as the act of sealing completes them from registers.

    `salts` are those of the hits, by pseudonym, in the order in which the bundle lists them; "" for a regulator.
    `continued` says whether it is proved that the journal continues a checkpoint that was handed out before.
    """

    def __init__(self, fold: Fold, edition: str, salts: Mapping[str, str], *, continued: bool) -> None:
        self._fold, self._edition, self._salts, self._continued = fold, edition, salts, continued
        self._full = edition == "regulator"
        self._said: dict[str, Any] = fold.sealing["told"]["theirs" if self._full else "hers"]
        hits = {one.name for one in fold.hits()}
        if hits != set(salts):
            raise Refused("contents.hits")
        if not self._full and self._said["salts"] != salts_digest(salts.values()):
            raise Refused("contents.differ", name="hits.jsonl")
        for number, name in enumerate(salts, 1):
            fold.items[name].number = number
        self._acted: dict[int, list[tuple[dict[str, Any], list[Item]]]] = {}
        self._looked_again: list[dict[str, Any]] = []
        self._looks = self._looked()
        self._held = {one.name for kept in self._plans()[-1:] for one in self._items_of(kept, "hold")}

    def short(self) -> dict[str, Any]:
        """Files that are one JSON value, by name."""
        made = {
            "case.json": self._case(),
            "scope.json": self._scope(),
            "lineage.json": self.lineage(),
            "readback.json": self._read_back(),
            "remains.json": self._remains(),
        }
        if self._fold.order_case:
            made["order.json"] = self.order()
            self._check_standings()
        self._check_required()
        return {**made, **{f"{name}.json": self._said[name] for name in _BESIDE if name in self._said}}

    def _check_required(self) -> None:
        """What is said to be stated of a field is what an officer stated last, and that is not left out."""
        fold, law, known = self._fold, self._ref()["law"], self._known()
        for line in self._said.get("required", ()):
            own, general = (by.get(f"{law} {line['field']}") for by in (fold.stated, fold.roster.stated))
            says = [_bare(one) for one in line["says"]]
            words = [one for one in says if one[0] in _STATED.values()]
            word = own or (general if words else None)
            fits = bool(says) and line["state"] in ("known", *_STATED) and words == ([_statement(word)] if word else [])
            if word is not None:
                fits = fits and word["seq"] in line["entries"] and (len(says) > 1 or line["state"] == word["state"])
            elif line["state"] == "stated":
                fits = False
            fits = fits and all(self._keeps(code, values) for code, values in says)
            if line["field"] == "photo":
                fits = fits and [one for one in map(_of_photo, says) if one] == self._photos()
            if not fits or any(values != known[code] for code, values in says if code in known):
                raise Refused("contents.required", name=line["field"])

    def _photos(self) -> list[Any]:
        """What acts say of the reference photos: that they are there, or destroyed when, and what was found then."""
        fold = self._fold
        found: list[Any] = [("there", {"count": fold.photos})] if fold.photos else []
        for one in fold.destroyed:
            found.append(("destroyed", {"count": one["count"], "time": one["time"]}))
            looked = one.get("scanned")
            if looked is None:
                found.append(("not-looked", {}))
                continue
            counts = {name: looked[name] for name in ("files", "values")}
            found.append(("looked", {"count": looked["holding"], **counts}))
            found += [("unread", {"count": looked["unread"]})] if looked["unread"] else []
            found += [("still", _bare(where)) for where in one["told"].get("still", ())]
        return found if fold.had_photos else [("none", {})]

    def _keeps(self, code: str, values: dict[str, Any]) -> bool:
        """Whether a sentence on how long something of this case is kept says what was set."""
        how = code.rpartition(".")[2]
        if not code.startswith(("references.", "retention.")) or code.startswith("references.still."):
            return True
        if how not in ("after-end", "until", "no-period"):
            return True
        fold, period = self._fold, self._fold.kept or self._fold.roster.retention
        if period is None or how == "no-period":
            return period is None and how == "no-period"
        until = _months_later(fold.closed, period["months"]) if fold.closed else None
        fits = values.get("months", period["months"]) == period["months"] and values.get("until") == until
        return fits and values["rule"] == period["told"].get("rule", values["rule"])

    def _known(self) -> dict[str, Any]:
        """Sentences whose values follow from the entries; None where the entries contradict them."""
        fold, hits = self._fold, 0
        left = sum(map(left_of, fold.containers.values()))
        for one in fold.hits():
            hits += 1
            left += one.seen not in _SETTLED
        read = max(fold.reads, key=lambda one: int(one["seq"]), default=None)
        waiting = fold.undecided()
        none_found: dict[str, Any] | None = None if hits or waiting or fold.order_case else {}
        counts = [(f"required.seen.{seen}", {"count": count}) for seen, count in _seen_of(read) if count]
        return {
            "required.outcome.read": {"day": read["time"], "counts": counts} if read is not None else None,
            "required.outcome.left": {"count": left},
            "required.outcome.open": {"count": waiting},
            "required.outcome.found": {"count": hits} if read is None else None,
            "required.outcome.not-deleted": {"count": hits} if read is None else None,
            "required.order.covered": {"count": left} if fold.scopes and read is None else None,
            "required.order.no-scope": {} if fold.order_case and not fold.scopes else None,
            "required.outcome.nothing": none_found,
            "required.nothing-found": none_found,
            "required.identity": {"day": fold.identity["time"]} if fold.identity and fold.identified else None,
            "required.identity.none": None if fold.identified else {},
        }

    def long(self) -> dict[str, Iterator[Any]]:
        """Files with a JSON value on each line, by name."""
        found = {"hits.jsonl": self._hits()}
        if self._full:
            found |= {"actions.jsonl": self._actions(), "custody.jsonl": self._custody()}
        if self._fold.order_case:
            found["containers.jsonl"] = self._containers()
        return found

    def predicate(self) -> dict[str, Any]:
        """What the statement says of the case."""
        fold, said = self._fold, self._said
        outcomes: dict[str, int] = {}
        for one in self._ordered():
            outcomes[self.afterwards(one)] = outcomes.get(self.afterwards(one), 0) + 1
        doubts = [
            {"how": one["how"], "seen": one["seen"], "says": one["says"]}
            for one in self._read_back()
            if "items" not in one and not one["superseded"] and one["seen"] in _DOUBTFUL
        ]
        not_read = self._not_read()
        return {
            **({"not_read": not_read} if not_read else {}),
            "case": self._ref(),
            "organisation": said["organisation"]["name"],
            "edition": self._edition,
            "sealed": fold.sealing["time"],
            "hits": len(self._salts),
            "outcomes": outcomes,
            "doubts": doubts,
            "models": len(said["lineage"]["models"]),
            "gaps": len(self._gaps()),
            "declarant": self._declarant(),
            "datasets": [
                {
                    "dataset_version": one["dataset_version"],
                    "unknown": [name for name, value in one.items() if value == "unknown"],
                }
                for one in said["datasets"]
            ],
            "declared": said["declared"],
            "claims": list(self._claims()),
            "earlier": said["earlier"],
        }

    def _not_read(self) -> int:
        """How many places the newest reading back could not read: every look names them, and they count once."""
        newest = max(self._fold.reads, key=lambda one: int(one["seq"]), default=None)
        checks = newest["told"]["told"]["checks"] if newest is not None else []
        found = {spell(gap): gap["count"] or 0 for check in checks for gap in check["gaps"] if "kind" in gap}
        return sum(found.values())

    def _claims(self) -> Iterator[dict[str, Any]]:
        """What the bundle says, how strong that is, and on which act it rests: nothing is said before it was seen."""
        fold = self._fold
        yield self._claim("whole", "proved")
        yield self._claim("unbroken", "proved") if self._continued else self._claim("unbroken.first", "declared")
        if fold.identity is not None and fold.identified:
            yield self._claim("authenticity" if fold.order_case else "identity", "declared", fold.identity)
        yield from self._seen_claims()
        for one in ("datasets", "facts", "copies", "clock"):
            yield self._claim(one, "declared")

    def _seen_claims(self) -> Iterator[dict[str, Any]]:
        fold, number = self._fold, self._fold.round["n"]
        open_ = not fold.round["searched"] or any(
            one.round == number and one.verdict in ("", "unsure") for one in fold.items.values()
        )
        outcomes = [one for round_ in fold.rounds for one in round_["actions"].values()]
        if not outcomes:
            if not (open_ or fold.order_case or any(True for _ in fold.hits())):
                yield self._claim("nothing", "declared", self._newest_word())
            return
        newest = max(fold.reads, key=lambda one: int(one["seq"]), default=None)
        left = any(one.seen not in _SETTLED for one in fold.hits())
        left = left or any(left_of(one) or not is_known(one) for one in fold.containers.values())
        if newest is not None and newest["seen"] == _weakest(newest) in _SETTLED and not (left or open_):
            code = f"covered.{newest['seen']}" if fold.order_case else newest["seen"]
            yield self._claim(code, "read-back", newest, "seen")
        rewritten = [one["outcome"] for one in outcomes if one["kind"] in _REWRITES and one["state"] == "done"]
        if rewritten:
            yield self._claim("kept", "declared", max(rewritten, key=lambda one: int(one["seq"])))

    def _newest_word(self) -> dict[str, Any]:
        """The newest decision in force, or the search where nothing was to be decided."""
        words = [one.words[-1] for one in self._fold.items.values() if one.words]
        if not words:
            return self._reviews()[-1]
        newest = max(words, key=lambda one: int(one[3]))
        return {"seq": newest[3], "officer": newest[1], "time": self._fold.times[newest[3]]}

    def _claim(self, says: str, standing: str, act: dict[str, Any] | None = None, by: str = "") -> dict[str, Any]:
        """A requester is told the name of whoever sealed, and of nobody else."""
        sealing = self._fold.sealing
        at = act or sealing
        told = self._full or at["officer"] == sealing["officer"]
        return {
            "says": f"claim.{says}", "by": f"claim.{by or says}.by", "standing": standing,
            "who": self._name(at["officer"]) if told else "", "when": at["time"], "entry": at["seq"],
        }  # fmt: skip

    def afterwards(self, item: Item) -> str:
        """What the newest reading back says of a hit."""
        seen = self._looks.get(item.name) if item.seen else None
        return seen or ("held" if item.name in self._held else "could not look")

    def _ordered(self) -> Iterator[Item]:
        return (self._fold.items[name] for name in self._salts)

    def _name(self, key: str) -> str:
        return self._fold.roster.named(key)

    def _ref(self) -> dict[str, Any]:
        facts = self._fold.facts[-1]
        return {"ref": self._fold.ref, **{name: facts[name] for name in ("right", "law", "received")}}

    def _declarant(self) -> dict[str, Any]:
        """Who seals; who confirmed the newest reading back and ran nothing."""
        fold, said = self._fold, self._said["declarant"]
        newest = max(fold.reads, key=lambda one: int(one["seq"]), default=None)
        confirmed = [one for round_ in fold.rounds for one in round_["validated"]]
        by = [one["officer"] for one in confirmed if newest is not None and one["read_back"] == newest["act"]]
        validators = dict.fromkeys(self._name(key) for key in by if key not in fold.operators)
        return {
            "name": self._name(fold.sealing["officer"]), "role": said["role"], "basis": said["basis"],
            "validator": ", ".join(validators),
        }  # fmt: skip

    def _case(self) -> dict[str, Any]:
        fold, facts = self._fold, self._fold.facts[-1]
        check, identity = fold.identity, None
        if check is not None and fold.identified:
            identity = {name: check["told"][name] for name in ("method", "photo_shows_requester", "acting_for")}
            identity["checked"] = check["time"]
            if self._full:
                identity["officer"] = self._name(check["officer"])
        about = {"about": "scope"} if fold.order_case else {}
        case = {
            **self._ref(), **about, "opened": fold.opened, "closed": fold.closed, "order": facts["law"] == "order",
            "due": [facts["told"]["deadline"]], "identity": identity,
        }  # fmt: skip
        said = {"case": case, "organisation": self._said["organisation"], "declarant": self._declarant()}
        more = {"officers": sorted(fold.roster.present())} if self._full else {"person": self._said["person"]}
        return {**said, **more}

    def _reviews(self) -> list[dict[str, Any]]:
        return [one for one in self._fold.searches if one["purpose"] == "search"]

    def _scope(self) -> dict[str, Any]:
        searches = []
        for one in self._fold.searches:
            told, inside = one["told"]["told"], one["told"].get("inside")
            line = {
                "when": one["time"], "after_deletion": one["purpose"] != "search", "round": one["round"],
                "statement": told["statement"], "complete": one["complete"],
            }  # fmt: skip
            if self._full:
                line |= {
                    "officer": self._name(one["officer"]), "indexes": [each["index"] for each in inside["indexes"]],
                    "compared_faces": one["faces"], "compared_records": one["records"], "candidates": told["found"],
                }  # fmt: skip
            searches.append(line)
        said = {
            "searched": self._searched(), "searches": searches, "gaps": self._gaps(),
            "datasets": self._said["datasets"],
        }  # fmt: skip
        if declared := self._harmless():
            said["declared"] = declared
        return {**said, "review": self._review()}

    def _searched(self) -> list[dict[str, Any]]:
        """Indexes as they were when they were last searched before anything was deleted."""
        latest: dict[str, dict[str, Any]] = {}
        for one in self._reviews():
            inside = {each["key"]: each for each in one["told"].get("inside", {}).get("indexes", [])}
            for each in one["told"]["told"]["indexes"]:
                latest[each["key"]] = {**each, **inside.get(each["key"], {})}
        return [{name: value for name, value in one.items() if name != "key"} for one in latest.values()]

    def _gaps(self) -> list[dict[str, Any]]:
        """Of the last search, of what the plans could not reach, and of what reading back could not read; each once."""
        found = [gap for one in self._reviews()[-1:] for gap in one["told"]["told"]["gaps"]]
        found += [gap for _, plan in self._plans() for gap in plan["told"]["told"]["gaps"]]
        newest = max(self._fold.reads, key=lambda one: int(one["seq"]), default=None)
        if newest is not None:
            found += [gap for check in newest["told"]["told"]["checks"] for gap in check["gaps"]]
        return list({spell(one): one for one in found}.values())

    def _harmless(self) -> list[dict[str, Any]]:
        """What was not read and is no gap, since an officer answers for it: of the last search of each purpose."""
        found = {}
        for search in [*self._reviews()[-1:], *[one for one in self._fold.searches if one["purpose"] != "search"][-1:]]:
            for one in search["told"]["told"].get("declared", []):
                line = {name: value for name, value in one.items() if name not in ("of", "officer")}
                if self._full:
                    line["officer"] = self._name(search["declared"][one["entry"]])
                found[spell([one["what"], one["why"], one["entry"]])] = line
        return list(found.values())

    def _review(self) -> dict[str, Any]:
        fold, number = self._fold, self._fold.round["n"]
        verdicts = dict.fromkeys(_VERDICTS, 0)
        how = {"packet": 0, "program": 0}
        deciders, second, settled, candidates, waiting = set(), set(), 0, 0, 0
        for item in fold.items.values():
            candidates += bool(item.words) or item.round == number
            waiting += not item.words and item.round == number
            if not item.words:
                continue
            verdicts[item.verdict] += 1
            settled += item.words[-1][4]
            deciders |= {word[1] for word in item.words if not word[4]}
            second |= {word[1] for word in item.words if word[4]}
            if item.second:
                second.add(item.second[-1][1])
                how[fold.how[item.second[-1][3]]] += 1
        reviews = self._reviews()
        said = {
            "candidates": candidates, **verdicts, "not_reviewed": waiting,
            "down_to_strangers": reviews[-1]["expected"] if reviews else "", "second_by_packet": how["packet"],
            "second_in_program": how["program"], "settled": settled,
            "one_officer": len(fold.roster.keys()) == 1 and not second,
        }  # fmt: skip
        if not self._full:
            return said
        names = {"deciders": sorted(map(self._name, deciders)), "second_reviewers": sorted(map(self._name, second))}
        return {**said, **names}

    def _places(self) -> Iterator[str]:
        """The container of each hit, in their order."""
        return chain.from_iterable(repeat(place, count) for place, count in self._said.get("places", ()))

    def _hits(self) -> Iterator[dict[str, Any]]:
        places = self._places()
        for item in self._ordered():
            kind, version, reasons, digest = item.word.split(" ")
            versions, word = item.search["told"]["told"]["versions"], item.words[-1]
            line = {
                "item": item_ref(item.number), "name": item.name, "kind": kind,
                "dataset_version": versions[int(version)],
                "found_by": reasons.split("+") if reasons != "-" else [], "salted_hash": digest,
                "afterwards": self.afterwards(item),
            }  # fmt: skip
            if self._full:
                yield {
                    **line, "container": next(places),
                    "decided": self._fold.times[word[3]], "decider": self._name(word[1]),
                }  # fmt: skip
            else:
                yield {**line, "salt": self._salts[item.name]}

    def _plans(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Each round that has a plan which was begun, and the present one."""
        rounds = self._fold.rounds
        kept = [one for one in rounds if one["plan"] and (one["actions"] or one is rounds[-1])]
        return [(one, one["plan"]) for one in kept]

    def _rows_by_action(self, plan: dict[str, Any]) -> list[tuple[dict[str, Any], list[Item]]]:
        """The actions of a plan, each with those of its items that are hits."""
        if plan["seq"] not in self._acted:
            rows = self._fold.rows_of(plan["seq"]) if plan.get("count") else iter(())
            items = self._fold.items
            found = []
            for action in plan["told"]["told"]["actions"]:
                named = (items.get(name) for name, _ in islice(rows, action["items"]))
                found.append((action, [one for one in named if one is not None and one.number]))
            self._acted[plan["seq"]] = found
        return self._acted[plan["seq"]]

    def _items_of(self, kept: tuple[dict[str, Any], dict[str, Any]], kind: str) -> Iterator[Item]:
        for action, items in self._rows_by_action(kept[1]):
            if action["kind"] == kind:
                yield from items

    def _actions(self) -> Iterator[dict[str, Any]]:
        for round_, plan in self._plans():
            targets = plan["told"]["inside"]["targets"]
            approvers = list(dict.fromkeys(self._name(one["officer"]) for one in round_["approvals"]))
            for place, (action, items) in enumerate(self._rows_by_action(plan)):
                known = round_["actions"].get(action["action"])
                outcome = known["outcome"] if known else None
                inside = outcome["told"]["inside"] if outcome else {"operator": "", "notes": [], "proof": ""}
                yield {
                    "ref": action["action"], "kind": action["kind"], "target": targets[place], "round": round_["n"],
                    "items": ranges(one.number for one in items), "approvers": approvers,
                    "count": len(items) or action.get("covers", 0),
                    "begun": (outcome["started"] if outcome else known["started"]) if known else "",
                    "ended": outcome["ended"] if outcome else "",
                    "operator": (inside["operator"] or self._name(known["officer"])) if known else "",
                    "state": known["state"] if known else "", "by": known["by"] if known else "",
                    "error": outcome["error"] if outcome else "", "notes": inside["notes"],
                    "digest_before": outcome["before"] if outcome else "",
                    "digest_after": outcome["after"] if outcome else "", "proof": inside["proof"],
                }  # fmt: skip

    def _custody(self) -> Iterator[dict[str, Any]]:
        """Each decision, then each erasure as it was read back, round by round."""
        for item, container in zip(self._ordered(), self._places()):
            digest, word = item.word.rpartition(" ")[2], item.words[-1]
            yield {
                "item": item_ref(item.number), "who": self._name(word[1]), "when": self._fold.times[word[3]],
                "where": container, "why": "decided", "before": digest, "after": digest,
            }  # fmt: skip
        for round_, plan in self._plans():
            for place, action in enumerate(plan["told"]["told"]["actions"]):
                known = round_["actions"].get(action["action"])
                outcome = known["outcome"] if known else None
                if outcome is not None and action["kind"] in ("erase-items", "erase-rows"):
                    yield from self._erased(outcome, plan["told"]["inside"]["targets"][place])

    def _erased(self, outcome: dict[str, Any], target: str) -> Iterator[dict[str, Any]]:
        who = outcome["told"]["inside"]["operator"] or self._name(outcome["officer"])
        for name, word in self._fold.rows_of(outcome["seq"]) if outcome.get("count") else ():
            item = self._fold.items.get(name)
            if item is not None and item.number:
                seen, _, left = word.partition(" ")
                before = item.word.rpartition(" ")[2]
                yield {
                    "item": item_ref(item.number), "who": who, "when": outcome["ended"], "where": target, "why": seen,
                    "before": before, "after": "" if seen in ("gone", "gone_where_read") else left or before,
                }  # fmt: skip

    def _looked(self) -> dict[str, str]:
        """What the newest reading back saw of each item."""
        newest = max(self._fold.reads, key=lambda one: int(one["seq"]), default=None)
        found: dict[str, str] = {}
        for name, word in self._fold.rows_of(newest["seq"]) if newest and newest.get("count") else ():
            seen = _SEEN[word.partition(" ")[0]]
            found[name] = max(seen, found.get(name, seen), key=_WEAKNESS.__getitem__)
        return found

    def _read_back(self) -> list[dict[str, Any]]:
        """Each round's newest reading back; the newest of all looked at what every round had deleted, and counts."""
        said = self._looked_again
        if said:
            return said
        newest = max(self._fold.reads, key=lambda one: int(one["seq"]), default=None)
        for round_ in self._fold.rounds:
            for read in round_["reads"][-1:]:
                older = read is not newest
                more = {"when": read["time"], "round": round_["n"], "superseded": older}
                if self._full:
                    more["officer"] = self._name(read["officer"])
                seen: dict[str, list[int]] = {}
                for name, word in self._fold.rows_of(read["seq"]) if read.get("count") else ():
                    item = self._fold.items.get(name)
                    if item is not None and item.number and (older or item.seen):
                        seen.setdefault(_SEEN[word.partition(" ")[0]], []).append(item.number)
                said += [
                    {"seen": one, "items": ranges(seen[one]), "count": len(seen[one]), **more}
                    for one in _SEEN.values()
                    if one in seen
                ]
                checks = read["told"]["told"]["checks"]
                said += [{"how": one["how"], "seen": one["seen"], "says": one["says"], **more} for one in checks]
        return said

    def _remains(self) -> dict[str, Any]:
        retained, backups, told = [], [], []
        plans = self._plans()
        for round_, plan in plans:
            for action, items in self._rows_by_action(plan):
                if action["kind"] == "hold" and plan is plans[-1][1]:
                    named = ranges(one.number for one in items)
                    retained.append({"items": named, "ground": action["ground"], "until": action["until"]})
                elif action["kind"] == "backup":
                    backups.append({"name": action["what"], "overwritten": action["until"]})
                elif action["kind"] == "tell-recipient":
                    known = round_["actions"].get(action["action"])
                    done = known is not None and known["state"] == "done"
                    told.append(
                        {
                            "recipient": action["what"],
                            "told": self._fold.asked.get(action["action"], ""),
                            "answer": known["outcome"]["told"]["told"]["answer"] if known and done else [],
                            "answered": known["outcome"]["ended"] if known and done else "",
                        }
                    )
        return {"retained": retained, "backups": list({spell(one): one for one in backups}.values()), "told": told}

    def order(self) -> dict[str, Any]:
        """What the order says, which data it covers, what samples showed, and how far each obligation is met."""
        fold, said = self._fold, self._fold.orders[-1]
        told, check = said["told"], fold.identity
        facts = order_facts(fold, self._said["lineage"])
        obligations = [
            {
                **one, "why": [{"code": code, "values": values} for code, values in one["why"]],
                "text": told["texts"].get(one["id"], ""), "source": told["sources"].get(one["id"], ""),
                "word": self._word_on(one["id"]),
            }
            for one in obligations_of(facts)
        ]  # fmt: skip
        authentic = None
        if check is not None and fold.identified:
            authentic = {
                "method": check["told"]["method"], "checked": check["time"], "officer": self._name(check["officer"]),
            }  # fmt: skip
        strays = Counter(_stray(one) for one in fold.strays.values())
        left, gone = (sum(one[name] for one in facts["containers"]) for name in ("left", "gone"))
        return {
            "authority": told["authority"], "docket": told["docket"], "served": said["served"],
            "authentic": authentic, "obligations": obligations, "scope": self._covered(),
            "samples": [self._sample(one) for one in fold.own_samples()], "strays": dict(sorted(strays.items())),
            "left": left, "gone": gone,
        }  # fmt: skip

    def _word_on(self, obligation: str) -> dict[str, Any] | None:
        """What a named officer said of an obligation last; nothing that was taken back."""
        word = self._fold.met.get(obligation)
        if word is None or word["how"] == "taken-back":
            return None
        return {
            "how": word["how"], "text": word["told"]["text"], "who": self._name(word["officer"]), "when": word["time"],
            "entry": word["seq"], "proof": word["proof"], "times": word["times"],
        }  # fmt: skip

    def _covered(self) -> dict[str, Any] | None:
        """The scope in force, in numbers."""
        fold = self._fold
        if not fold.scopes:
            return None
        said, known = fold.scopes[-1], fold.containers.values()
        return {
            "selector": said["told"]["told"]["selector"], "items": said["items"], "bytes": said["size"],
            "rest": said["rest"], "containers": len(known), "not_known": sum(not is_known(one) for one in known),
            "whole": sum(one["how"] == "whole" for one in known), "mixed": sum(one["how"] == "mixed" for one in known),
            "who": self._name(said["officer"]), "when": said["time"], "entry": said["seq"],
        }  # fmt: skip

    def _sample(self, one: dict[str, Any]) -> dict[str, Any]:
        """What officers saw of drawn items. The share that does not fit lies between `low` and `high`; nobody says it
        before all were looked at and none is unsure, since what was looked at first is not drawn by chance."""
        words = Counter(one["words"].values())
        looked, wrong = len(one["words"]), words["not" if one["of"] == "scope" else "belongs"]
        low = high = ""
        if looked == one["n"] and not words["unsure"]:
            low, high = (f"{share:.4f}" for share in exact_interval(wrong, looked))
        return {
            "of": one["of"], "n": one["n"], "population": one["population"], "seed": one["seed"], "looked": looked,
            "wrong": wrong, "unsure": words["unsure"],
            "low": low, "high": high,
            "who": sorted(map(self._name, one["by"])), "when": one["time"], "entry": one["seq"],
        }  # fmt: skip

    def _containers(self) -> Iterator[dict[str, Any]]:
        """Every container that the order ever covered, and of which that is not known."""
        named = named_containers(self._fold)
        for key, one in self._fold.containers.items():
            yield {
                **{name: named[key][name] for name in ("dataset_version", "container", "why")},
                **{name: one[name] for name in ("how", "items", "of", "unread", "not_known", "seen")},
                "bytes": one["size"], "left": left_of(one), "gone": gone_of(one),
            }  # fmt: skip

    def _check_standings(self) -> None:
        """How a word on a model stands fits the word that officers gave; of no word nothing is borne out."""
        for one in self._said["lineage"]["models"]:
            known = self._fold.models.get(one["key"], {"planned": [], "observed": []})
            words = {each["disposition"] for name in ("planned", "observed") for each in known[name][-1:]}
            fits = {
                "none": not words, "decided": bool(known["planned"]), "contradicted": bool(words),
                "declared": bool(known["observed"]) or "not-affected" in words,
                "seen": bool(known["observed"]) or "not-affected" in words,
                "explained": bool(words & {"infeasible", "held"}),
            }  # fmt: skip
            if not fits.get(one["standing"]["code"], False):
                raise Refused("contents.differ", name="lineage.json")

    def lineage(self) -> dict[str, Any]:
        """What lineage reaches, with what was decided and seen of each model."""
        said = self._said["lineage"]
        for one in said["models"]:
            check_model(one)
        return {**said, "models": [{**one, **self._disposed(one["key"])} for one in said["models"]]}

    def _disposed(self, model: str) -> dict[str, Any]:
        known = self._fold.models.get(model, {"planned": [], "observed": []})
        planned, observed = (known[name][-1] if known[name] else None for name in ("planned", "observed"))
        plan = seen = None
        if planned is not None:
            plan = {
                "disposition": planned["disposition"], "reason": planned["told"]["reason"],
                "deadline": planned["deadline"],
            }  # fmt: skip
            if self._full:
                plan |= {
                    "responsible": planned["told"]["responsible"], "officer": self._name(planned["officer"]),
                    "decided": planned["time"],
                }  # fmt: skip
        if observed is not None:
            seen = {"disposition": observed["disposition"], "how": observed["told"]["how"], "seen": observed["seen"]}
            if self._full:
                seen |= {
                    "officer": self._name(observed["officer"]), "by": observed["told"]["by"],
                    "recorded": observed["time"],
                }  # fmt: skip
        return {"planned": plan, "observed": seen}


# What lineage.json says of a model follows from the ways to it

_SURE = ("recorded", "inferred", "unknown")
_MEASURES = frozenset({"validate", "evaluate"})
_SAYS_HOW = frozenset(
    {"train", "fine-tune-base", "distil", "adapter", "merge", "quantise", "embed", "copy", *_MEASURES}
)


def way_of(path: list[dict[str, Any]]) -> dict[str, Any]:
    """What a path says of the model at its end: how it knows the data, how sure that is, and by which roles."""
    roles = [step["role"] for step in path if step["role"]]
    sure = max((step["certainty"] for step in path), key=_SURE.index)
    return {"learned": _learned_along(path, roles, sure), "certainty": sure, "roles": roles}


def _learned_along(path: list[dict[str, Any]], roles: list[str], sure: str) -> str:
    """Nothing over an open question, or where nobody says how a model on the way came to what stands before it."""
    if _MEASURES.intersection(roles):
        return "measured"
    since: set[str] = set()
    for step in path[1:]:
        since.add(step["role"])
        if step["kind"] == "model" and not since & _SAYS_HOW:
            return "not-known"
        if step["kind"] != "run":
            since.clear()
    if sure == "unknown":
        return "not-known"
    return "inherited" if any(step["kind"] == "model" for step in path[:-1]) else "itself"


def learned_from(ways: list[dict[str, Any]], *, complete: bool) -> str:
    """By all ways to a model. That it was only measured takes sources that state all of it and a record of all that the
    model was trained on."""
    found = {one["learned"] for one in ways} - {"measured"}
    if found:
        return str(min(found, key=_LEARNED.index))
    return "measured" if complete and all(one["certainty"] == "recorded" for one in ways) else "not-known"


def check_model(model: dict[str, Any]) -> None:
    """Raises Refused where more is said of a model than its ways say, or a role is surer than every way."""
    ways = model["ways"]
    told = [{name: one[name] for name in ("learned", "certainty", "roles")} for one in ways]
    holds = told == [way_of(path) for path in model["paths"]] if "paths" in model else all(map(_may_be, told))
    sure = min((one["certainty"] for one in ways), key=_SURE.index, default="unknown")
    holds = holds and model["certainty"] == sure
    holds = holds and model["learned"] == learned_from(ways, complete=model["training_complete"])
    if not holds or any(_SURE.index(one["certainty"]) < _SURE.index(sure) for one in model["roles"]):
        raise Refused("contents.lineage", name=model["model"])


def _may_be(way: dict[str, Any]) -> bool:
    """Whether what a way is said to say fits its roles and how sure it is, where its path is not told."""
    if _MEASURES.intersection(way["roles"]):
        return bool(way["learned"] == "measured")
    if way["learned"] in ("itself", "inherited"):
        return way["certainty"] != "unknown" and bool(_SAYS_HOW.intersection(way["roles"]))
    return bool(way["learned"] == "not-known")


# The picture of lineage.json: the paths from dataset versions to models, drawn from left to right

PICTURE = "lineage.svg"
_HEAD = 32
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 220, 44, 160, 20
_FILL = {"dataset": "#DFF0EE", "model": "#FFF3DA", "deployment": "#E6EEFA"}
_DASHES = {"inferred": ' stroke-dasharray="6 4"', "unknown": ' stroke-dasharray="2 4"'}
_Key = tuple[str, str]


def lineage_picture(lineage: dict[str, Any]) -> str:
    """An SVG without script or text from elsewhere. A node stands in the column of its longest way from a dataset."""
    words = lineage["picture"]
    paths = [path for model in lineage["models"] for path in model["paths"]]
    columns: dict[_Key, int] = {}
    for path in paths:
        for depth, step in enumerate(path):
            columns[_node_of(step)] = max(columns.get(_node_of(step), 0), depth)
    rows: dict[int, int] = {}
    places: dict[_Key, tuple[int, int]] = {}
    for key, column in columns.items():
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[key] = (20 + column * (_WIDTH + _GAP_X), _HEAD + 20 + row * (_HEIGHT + _GAP_Y))
    edges = _edges(paths)
    drawn = [_arrow(places[_node_of(a)], places[_node_of(b)], b, words) for a, b in edges]
    roles: dict[_Key, dict[str, None]] = {}
    for _, step in edges:
        roles.setdefault(_node_of(step), {})[words["roles"].get(step["role"], "")] = None
    drawn += [_roles(list(said), *places[key]) for key, said in roles.items()]
    drawn += [_node(key, *place, words) for key, place in places.items()]
    width = max(40 + _WIDTH + max(columns.values(), default=0) * (_WIDTH + _GAP_X), 340)
    height = _HEAD + 40 + max(rows.values(), default=1) * (_HEIGHT + _GAP_Y)
    names = ", ".join(html.escape(model["model"]) for model in lineage["models"])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" lang="{html.escape(words["language"])}" font-family="system-ui, sans-serif" font-size="12">\n'
        f"<title>{names}</title>\n"
        f'<text x="20" y="24" fill="#55626F">{html.escape(words["legend"])}</text>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def _node_of(step: dict[str, Any]) -> _Key:
    return step["kind"], step["label"]


def _edges(paths: list[list[dict[str, Any]]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    known = {}
    for path in paths:
        for before, after in zip(path, path[1:]):  # noqa: RUF007
            known[_node_of(before), _node_of(after), after["role"]] = (before, after)
    return list(known.values())


def _node(key: _Key, x: int, y: int, words: dict[str, Any]) -> str:
    kind, label = words["kinds"][key[0]], key[1]
    shown = label if len(label) <= 30 else f"{label[:29]}…"
    return (
        f'<g><title>{html.escape(f"{kind}: {label}")}</title><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'rx="6" fill="{_FILL.get(key[0], "#EBEEF2")}" stroke="#55626F"/>'
        f'<text x="{x + 12}" y="{y + 18}" fill="#55626F">{html.escape(kind)}</text>'
        f'<text x="{x + 12}" y="{y + 34}" fill="#17212B">{html.escape(shown)}</text></g>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], step: dict[str, Any], words: dict[str, Any]) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    x2, y2 = end[0], end[1] + _HEIGHT // 2
    middle = (x1 + x2) // 2
    says = html.escape(f"{words['roles'].get(step['role'], '')} ({words['certainties'][step['certainty']]})")
    return (
        f'<path d="M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}" fill="none" stroke="#0B6663" stroke-width="1.5"'
        f"{_DASHES.get(step['certainty'], '')}><title>{says}</title></path>"
        f'<path d="M{x2 - 7} {y2 - 4} L{x2} {y2} L{x2 - 7} {y2 + 4}" fill="none" stroke="#0B6663" stroke-width="1.5"/>'
    )


def _roles(roles: list[str], x: int, y: int) -> str:
    """Beside the box that they lead to, each once: the first above the arrows' tips, the others below."""
    heights = [y + _HEIGHT // 2 + (-6 if not number else 3 + 12 * number) for number in range(len(roles))]
    return "".join(
        f'<text x="{x - 10}" y="{height}" text-anchor="end" fill="#55626F" font-size="11" '
        f'paint-order="stroke" stroke="#FFFFFF" stroke-width="3">{html.escape(role)}</text>'
        for role, height in zip(roles, heights)
    )


# The report

REPORT, PAGE = "data/report.json", "data/report.html"
STYLE = """:root { --text: #17212b; --muted: #55626f; --line: #d5dbe2; --sunk: #ebeef2; --ground: #f4f6f8;
  --surface: #fff; --accent: #0b6663; --weak: #dff0ee; --focus: #1a66d6; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Inter, Roboto, "Helvetica Neue", sans-serif; }
.report { max-width: 52rem; margin: 0 auto; padding: 24px 16px 48px; background: var(--surface);
  overflow-wrap: break-word; }
.report h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 8px; }
.report h2 { font-size: 1.15rem; margin: 32px 0 8px; padding-top: 12px; border-top: 1px solid var(--line); }
.report h3 { font-size: 1rem; margin: 20px 0 4px; }
.report p { margin: 8px 0; }
.report .facts { color: var(--muted); margin: 0 0 16px; }
.report .short { background: var(--weak); border-radius: 8px; padding: 12px 20px;
  border-left: 4px solid var(--accent); }
.report .short h2 { border: 0; margin: 0; padding: 0; }
.report .short li { margin: 6px 0; }
.report ul { padding-left: 1.3rem; }
.report table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
.report th, .report td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0;
  border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; }
.report th { color: var(--muted); font-weight: 600; }
.report dl { display: grid; grid-template-columns: minmax(9rem, 1fr) 3fr; gap: 4px 16px; }
.report dt { color: var(--muted); }
.report dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.report code { font-size: .75rem; overflow-wrap: anywhere;
  font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
.report .faces { display: flex; flex-wrap: wrap; gap: 12px; padding: 0; list-style: none; }
.report .faces img { width: 112px; height: 112px; object-fit: cover; border-radius: 6px; display: block; }
.report .faces figcaption { font-size: .8rem; color: var(--muted); }
.report figure { margin: 0; }
@media screen and (max-width: 40rem) {
  .report table, .report tbody, .report tr, .report td { display: block; }
  .report thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .report tr { border-bottom: 1px solid var(--line); padding: 8px 0; }
  .report td { border: 0; padding: 2px 0; }
  .report td:not(:empty)::before { content: attr(data-label) ": "; color: var(--muted); }
  .report dl { grid-template-columns: 1fr; }
  .report dd { margin-bottom: 8px; }
  .report h1 { font-size: 1.35rem; }
}
@page { margin: 18mm 16mm; }
@media print {
  body { background: #fff; font-size: 10.5pt; }
  .report { max-width: none; padding: 0; }
  .report h2 { break-after: avoid; }
  .report tr, .report li, .report figure { break-inside: avoid; }
  .report thead { display: table-header-group; }
  .report .short { border: 1px solid var(--line); border-left: 4px solid var(--accent); }
}
"""
_REPORT_FORM = 2
_SHOWN_ROWS = 300
"""Of what there may be millions of, a report shows so many from the beginning."""
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Za-z0-9]{2,8})?")
_TAGS = {"plain": "", "strong": "strong", "code": "code"}
_ON_PAGES = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def report_page(report: dict[str, Any]) -> bytes:
    """The one page that shows these blocks: no script, nothing from elsewhere, nothing that they do not hold."""
    if report["format"] != _REPORT_FORM:
        raise Unchecked("report.form", form=report["format"])
    if not _LANGUAGE.fullmatch(report["language"]):
        raise Refused("report.differs")
    parts: list[str] = []
    close = "</header>"
    for block in report["blocks"]:
        short = block["kind"] == "short"
        if short or (block["kind"] == "heading" and block["level"] == 2):
            parts.append(f'{close}\n<section class="short">' if short else f"{close}\n<section>")
            close = "</section>"
        parts.append(_block_html(block, ' class="facts"' if close == "</header>" else ""))
    title = html.escape(report["title"])
    return (
        f'<!DOCTYPE html>\n<html lang="{report["language"]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_ON_PAGES}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
        f'<main class="report"><header>{"".join(parts)}{close}</main>\n</body>\n</html>\n'
    ).encode()


def _block_html(block: dict[str, Any], of_head: str) -> str:
    kind = block["kind"]
    if kind == "heading":
        return f"<h{block['level']:d}>{_runs_html(block)}</h{block['level']:d}>"
    if kind == "paragraph":
        return f"<p{of_head}>{_runs_html(block)}</p>"
    if kind == "list":
        return "<ul>" + "".join(f"<li>{_runs_html(one)}</li>" for one in block["items"]) + "</ul>"
    if kind == "table":
        return _table_html(block)
    if kind == "facts":
        pairs = (f"<dt>{_runs_html(one['name'])}</dt><dd>{_runs_html(one['value'])}</dd>" for one in block["pairs"])
        return f"<dl>{''.join(pairs)}</dl>"
    if kind == "faces":
        return '<ul class="faces">' + "".join(map(_face_html, block["faces"])) + "</ul>"
    if kind == "short":
        return "".join(_block_html(one, "") for one in block["blocks"])
    raise Refused("report.differs")


def _table_html(block: dict[str, Any]) -> str:
    """A table named for screen readers; on a narrow screen each row becomes a card, with its roles kept."""
    titles = [_runs_html(one) for one in block["head"]]
    labels = [html.escape(_runs_text(one)) for one in block["head"]]
    if any(len(row["cells"]) != len(labels) for row in block["rows"]):
        raise Refused("report.differs")
    head = "".join(f'<th scope="col" role="columnheader">{title}</th>' for title in titles)
    rows = (
        "".join(
            f'<td role="cell" data-label="{label}">{_runs_html(cell)}</td>' for label, cell in zip(labels, row["cells"])
        )
        for row in block["rows"]
    )
    body = "".join(f'<tr role="row">{cells}</tr>' for cells in rows)
    made = (
        f'<table role="table" aria-label="{html.escape(_runs_text(block["title"]))}">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table>'
    )
    return made + (f"<p>{_runs_html(block['more'])}</p>" if "more" in block else "")


def _face_html(one: dict[str, Any]) -> str:
    source, alt = html.escape(one["image"]), html.escape(_runs_text(one["alt"]))
    return (
        f'<li><figure><img src="data:image/jpeg;base64,{source}" alt="{alt}">'
        f"<figcaption>{_runs_html(one['caption'])}</figcaption></figure></li>"
    )


def _runs_html(text: dict[str, Any]) -> str:
    """Sentences with a blank between them, or on a line of their own."""
    made, between = "", ""
    for run in text["runs"]:
        if run["style"] == "break":
            made, between = made + "<br>", ""
            continue
        tag = _TAGS[run["style"]]
        said = html.escape(run["text"])
        made, between = made + between + (f"<{tag}>{said}</{tag}>" if tag else said), " "
    return made


def _runs_text(text: dict[str, Any]) -> str:
    return " ".join(run["text"] for run in text["runs"] if run["style"] != "break")


class Files:
    """The data files of a bundle as what they say; `open_file` opens one by its name below data/.

    Long ones have an entry on each line. Of them the first ones are kept.
    """

    def __init__(self, open_file: Callable[[str], BinaryIO], statement: Any = None) -> None:
        self._open = open_file
        self._whole: dict[str, Any] = {"statement": statement}

    def whole(self, name: str) -> Any:
        if name not in self._whole:
            if _is_long(name):
                self._whole[name] = list(islice(self.entries(name), _SHOWN_ROWS))
            else:
                with self._open(name) as file:
                    self._whole[name] = json.load(file)
        return self._whole[name]

    def entries(self, name: str) -> Iterator[Any]:
        """Each entry of a long file."""
        with self._open(name) as file:
            for line in file:
                yield json.loads(line)

    def hits(self) -> Counter[tuple[str, str, str]]:
        """How many hits there are by dataset version, kind and what was seen afterwards."""
        found: Counter[tuple[str, str, str]] = Counter()
        alike: dict[Any, tuple[str, str, str]] = {}
        with self._open("hits.jsonl") as file:
            for line in file:
                parts = _HIT.match(line)
                key = parts.groups() if parts else line
                if key not in alike:
                    one = json.loads(line)
                    alike[key] = one["dataset_version"], one["kind"], one["afterwards"]
                found[alike[key]] += 1
                if not parts:
                    del alike[key]
        return found

    def record(self, path: str) -> Any:
        """What stands at a place: "lineage.json/models/0"."""
        name, *keys = path.split("/")
        return _at(self.whole(name), keys)

    def count(self, path: str) -> int:
        """How many entries a list has."""
        if not _is_long(path):
            return len(self.record(path))
        with self._open(path) as file:
            return sum(1 for _ in file)

    def text(self, name: str) -> str:
        with self._open(name) as file:
            return file.read().decode()

    def require(self, path: str) -> None:
        """Raises Refused where there is no such file."""
        self._open(path[len("data/") :]).close()


_NAMES_A_FILE = "report.sworn.who"
"""The sentence whose value "file" is a file of the bundle; in others it is one of the organisation."""

_HIT = re.compile(
    rb'\{"afterwards":("[^"\\]*"),(?:"container":"(?:[^"\\]|\\.)*",)?"dataset_version":("[^"\\]*"),.*?"kind":("[a-z]*")'
)
"""The beginning of a line of hits.jsonl as it is spelled."""


def _at(found: Any, keys: list[str]) -> Any:
    for key in keys:
        found = found[int(key)] if isinstance(found, list) else found[key]
    return found


def _is_long(name: str) -> bool:
    return name.endswith(".jsonl")


def figures(files: Files, edition: str) -> dict[str, Any]:
    """Everything that is counted in a report, counted from the data files."""
    scope, lineage, remains = (files.whole(name) for name in ("scope.json", "lineage.json", "remains.json"))
    searched, review, models = scope["searched"], scope["review"], lineage["models"]
    found: dict[str, dict[str, Any]] = {}
    seen: dict[str, int] = {}
    for (version, kind, afterwards), count in files.hits().items():
        of = found.setdefault(version, {"photo": 0, "record": 0, "seen": {}})
        of[kind] += count
        for counts in (of["seen"], seen):
            counts[afterwards] = counts.get(afterwards, 0) + count
    hits = sum(seen.values())
    looks = [one for one in files.whole("readback.json") if not one["superseded"]]
    doubts = sum("items" not in one and one["seen"] in _DOUBTFUL for one in looks)
    told = [one for one in scope["datasets"] if not one["same_as"]]
    undecided = review["not_reviewed"] + review["unsure"]
    settled = looks and hits and not doubts and not undecided and not any(seen.get(one) for one in _DOUBTFUL)
    left = sum(map(_model_remains, models))
    counted: dict[str, Any] = {
        "searched": {
            "datasets": len({one["dataset_version"] for one in searched}),
            "photos": sum(one["photos"] for one in searched),
            "records": sum(one["records"] for one in searched),
            "not_compared": sum(n for one in searched for name, n in one["ledger"] if name != "faces"),
        },
        "gaps": len(scope["gaps"]),
        "doubts": doubts,
        **{name: n for name, n in files.whole("statement").items() if name == "not_read"},
        "left_out": len(scope["gaps"]) + sum(not one["complete"] for one in scope["searches"]),
        "review": {"not_reviewed": review["not_reviewed"], "unsure": review["unsure"], "undecided": undecided},
        "hits": {
            "all": hits,
            "photo": sum(one["photo"] for one in found.values()),
            "record": sum(one["record"] for one in found.values()),
        },
        "found": [{"dataset_version": version, **found[version]} for version in sorted(found)],
        "seen": seen,
        "looks": len(looks),
        "all_gone": bool(looks and hits and seen.get("gone") == hits and not doubts),
        "done": bool(settled),
        "models": {
            **{how: sum(one["learned"] == how for one in models) for how in _LEARNED},
            "all": len(models),
            "without_lineage": len(lineage["without_lineage"]),
            "in_part": len(lineage["in_part"]),
            "not_in_lineage": len(lineage["not_in_lineage"]),
            "runs": lineage["runs"],
            "questions": lineage["questions"],
            "planned": _disposed(models, "planned"),
            "observed": _disposed(models, "observed"),
        },
        "remains": len(remains["retained"]) + len(remains["backups"]) + left,
        "facts": {
            "datasets": len(told),
            "asked": sum(len(one.keys() - {"dataset_version", "same_as", "derived_from"}) for one in told),
            "unknown": sum(value == "unknown" for one in told for value in one.values()),
        },
    }
    if files.whole("case.json")["case"].get("about") == "scope":
        counted["order"] = _order_figures(files.whole("order.json"))
    if edition == "regulator":
        head = head_of(files.text("log/checkpoint"))
        own = sum(_of_case(line) for line in files.entries("log/leaves.jsonl"))
        counted["journal"] = {"entries": own, "size": head.size, "root": head.root.hex()}
    return counted


def _order_figures(order: dict[str, Any]) -> dict[str, Any]:
    scope = order["scope"] or {"containers": 0, "not_known": 0, "items": 0}
    return {
        "title": title_of(order["obligations"]),
        "met": sum(one["state"] in MET for one in order["obligations"]),
        "obligations": len(order["obligations"]),
        "scope": order["scope"] is not None,
        **{name: scope[name] for name in ("containers", "not_known", "items")},
        "left": order["left"],
        "gone": order["gone"],
        "strays": order["strays"].get("open", 0),
    }


_HEADLINE = "report.order.headline."


def headline_of(order: Mapping[str, Any]) -> dict[str, Any]:
    """What stands first on the page of an order: each obligation that is not met, and why, in numbers."""
    open_ = [one for one in order["obligations"] if one["state"] not in MET]
    said = [
        {
            "code": "report.order.unmet",
            "values": {"what": {"code": f"obligation.{one['about']}", "values": {}}, "why": _in_short(one["why"])},
        }
        for one in open_
    ]
    title = title_of(order["obligations"])
    values = {"open": said} if said else {"count": len(order["obligations"])}
    return {"code": f"{_HEADLINE}{title}", "values": values}


def _in_short(why: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Reasons for a headline: looks that leave a doubt are counted, the table below says them."""
    doubts = [one for one in why if one["code"] == "order.why.doubts"]
    rest = [{name: one[name] for name in ("code", "values")} for one in why if one not in doubts]
    return rest + ([{"code": "order.why.doubts.count", "values": {"count": len(doubts)}}] if doubts else [])


def _model_remains(model: dict[str, Any]) -> bool:
    """Whether weights that may have learned from the data are, as far as was seen, still there."""
    seen = (model["observed"] or {}).get("disposition")
    return bool(model["learned"] != "measured") and seen not in ("destroyed", "retrained", "not-affected")


def _disposed(models: list[dict[str, Any]], when: str) -> dict[str, int]:
    """How many models something was decided on, or seen of, by what it was."""
    return dict(Counter(one[when]["disposition"] for one in models if one[when]))


def _of_case(line: dict[str, Any]) -> bool:
    return "act" in line and json.loads(line["act"])["case"] != ""


_LEARNED = ("itself", "inherited", "measured", "not-known")
_NUMBERS = {
    "report.searched.short": {
        "datasets": "searched/datasets", "photos": "searched/photos", "records": "searched/records",
    },
    "report.searched.records": {"datasets": "searched/datasets", "records": "searched/records"},
    "report.no-faces": {"photos": "searched/photos"},
    "report.not-compared": {"photos": "searched/not_compared"},
    "report.not-reviewed.short": {"count": "review/not_reviewed"},
    "report.unsure.short": {"count": "review/unsure"},
    "report.nothing.open": {"count": "review/undecided"},
    "report.nothing.open.regulator": {"count": "review/undecided"},
    "report.found.short": {"photos": "hits/photo", "records": "hits/record"},
    "report.found.regulator": {"photos": "hits/photo", "records": "hits/record"},
    "report.outcome.all-gone": {"count": "hits/all"},
    **{f"report.models.{how}": {"count": f"models/{how}"} for how in _LEARNED},
    "report.models.questions": {"count": "models/questions"},
    "report.summary.unrecorded": {"count": "models/not_in_lineage"},
    "report.summary.gaps": {"count": "gaps"},
    "report.summary.doubts": {"count": "doubts"},
    "report.not-read": {"count": "not_read"},
    "report.models.unknown": {"count": "models/without_lineage"},
    "report.models.unknown.named": {"count": "models/without_lineage"},
    "report.models.in-part": {"count": "models/in_part"},
    "report.models.in-part.named": {"count": "models/in_part"},
    "report.models.runs": {"count": "models/runs"},
    "report.facts.short": {"all": "facts/asked", "count": "facts/unknown", "datasets": "facts/datasets"},
    "report.facts.short.regulator": {"all": "facts/asked", "count": "facts/unknown", "datasets": "facts/datasets"},
    "report.entries": {"count": "journal/entries", "size": "journal/size", "root": "journal/root"},
}  # fmt: skip
"""Which figure each number in a sentence of the report is."""

_SAID_IF: tuple[tuple[str, Callable[[dict[str, Any]], bool]], ...] = (
    ("report.nothing report.nothing.records report.nothing.regulator",
     lambda f: "order" not in f and not f["hits"]["all"] and not f["review"]["undecided"]),
    ("report.nothing.open report.nothing.open.regulator",
     lambda f: not f["hits"]["all"] and f["review"]["undecided"] > 0),
    ("report.found.short report.found.regulator", lambda f: f["hits"]["all"] > 0),
    ("report.outcome.all-gone report.outcome.one-gone", lambda f: f["all_gone"]),
    ("report.outcome.none", lambda f: f["hits"]["all"] > 0 and not f["looks"]),
    ("report.outcome.mixed", lambda f: f["hits"]["all"] > 0 and f["looks"] > 0 and not f["all_gone"]),
    ("report.not-read", lambda f: f.get("not_read", 0) > 0),
    ("report.parts-missing", lambda f: "order" not in f and f["left_out"] > 0),
    ("report.gaps.none", lambda f: "order" not in f and not f["left_out"]),
    ("report.order.gaps", lambda f: "order" in f and f["left_out"] > 0),
    ("report.order.gaps.none", lambda f: "order" in f and not f["left_out"]),
    ("report.not-reviewed.short", lambda f: f["review"]["not_reviewed"] > 0),
    ("report.unsure.short", lambda f: f["review"]["unsure"] > 0),
    ("report.remains.short", lambda f: f["remains"] > 0),
    ("report.remains.none",
     lambda f: "order" not in f and not f["remains"]
     and (f["done"] and f["all_gone"] if f["hits"]["all"] else not f["review"]["undecided"])),
    ("report.order.covers report.order.covers.none", lambda f: "order" in f and f["order"]["scope"]),
    ("report.order.no-scope", lambda f: "order" in f and not f["order"]["scope"]),
    ("report.order.strays", lambda f: "order" in f and f["order"]["strays"] > 0),
    ("report.order.remains", lambda f: "order" in f and f["order"]["left"] > 0),
    ("report.facts.short report.facts.short.regulator", lambda f: f["facts"]["unknown"] > 0),
    ("report.certainties", lambda f: f["models"]["all"] > 0),
    ("report.models.unknown.named", lambda f: f["models"]["without_lineage"] > 0),
    ("report.models.in-part.named", lambda f: f["models"]["in_part"] > 0),
    ("report.models.runs", lambda f: f["models"]["runs"] > 0),
    ("report.models.questions", lambda f: f["models"]["questions"] > 0),
)  # fmt: skip
"""One of these sentences stands in a report if that is so, and none of them otherwise."""

_WORDS_OF = frozenset(
    {
        "ask", "certainty", "covered", "custody", "disposition", "duty", "found-by", "item", "law", "learned",
        "ledger", "met", "obligation-state", "relation", "result", "right", "sample-of", "seen", "standing",
    }
)  # fmt: skip
"""Groups of words for what a record says: report.law.order is "order"."""
_WHOLE = frozenset(
    {
        "hits.jsonl", "actions.jsonl", "custody.jsonl", "readback.json", "scope.json/searched", "scope.json/searches",
        "scope.json/gaps", "scope.json/declared", "containers.jsonl", "order.json/obligations", "order.json/samples",
        "remains.json/retained", "remains.json/backups", "remains.json/told",
    }
)  # fmt: skip
"""Lists of which a section shows everything, where it shows an entry as one."""
_STANDS_FOR = {"report.facts.unknown": "unknown", "report.facts.withheld": "withheld"}
_HOLDS_IF: dict[str, tuple[str, Any]] = {
    "report.complete": ("complete", True),
    "report.incomplete": ("complete", False),
    "report.after-deletion": ("after_deletion", True),
    "report.result.not-begun": ("state", ""),
    "report.not-ended": ("ended", ""),
    "report.told.none": ("answered", ""),
    "report.told.not-yet": ("told", ""),
    "report.nothing-decided": ("planned", None),
    "report.not-observed": ("observed", None),
    "report.authority.unknown": ("authority", ""),
    "required.source.none": ("source", ""),
    "report.nobody": ("", ""),
    "report.no-identity": ("", None),
    "report.no-authenticity": ("", None),
    "report.order.covers.none": ("containers", 0),
    "report.order.interval.none": ("low", ""),
    "report.order.no-container": ("container", ""),
    "report.order.no-day": ("due", ""),
    "report.models.more": ("training_complete", False),
}
"""Sentences without a value that say how a field of their record is, or the record itself."""
_COUNTED = {
    "report.seen.count": ("n", "seen", "seen"),
    "report.order.stray": ("count", "how", "strays"),
    "report.summary.planned": ("count", "disposition", "models/planned"),
    "report.summary.observed": ("count", "disposition", "models/observed"),
}
"""Sentences that say how many there are of what a word names: the number, the word, and where such are counted."""
_CITED = {"report.rights.gdpr": {"77", "79"}, "report.order.samples.says": {"95"}}
"""Numbers that the wording of a sentence has."""
_WITHOUT_NUMBERS = ("report.", "quoted", "role.", "nodekind.", "actionkind.", "order.why.", "obligation.")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T|$)")


def title_code(counted: dict[str, Any], statement: dict[str, Any]) -> str:
    """How a report is headed follows from what it is about: of an order, how far its obligations are met. A person's
    case says nothing of an order's."""
    if "order" in counted:
        return f"report.title.order.{counted['order']['title']}"
    if statement["case"]["law"] == "order":
        return "report.title.order.open"
    return f"report.title.{statement['edition']}"


def check_report(members: Members, statement: dict[str, Any]) -> Said:
    """The page is that of the blocks, and what they say stands in the data files or is counted from them."""
    report = json.loads(members.text(REPORT))
    if report_page(report) != members.read(PAGE) or report["language"] != statement["language"]:
        raise Refused("report.differs")
    files = Files(lambda name: members.open(f"data/{name}"), statement)
    counted = figures(files, statement["edition"])
    if statement["figures"] != counted:
        raise Refused("report.figures")
    first = report["blocks"][0]
    title = {run["code"] for run in first["runs"]}
    if title != {title_code(counted, statement)} or report["title"] != _runs_text(first):
        raise Refused("report.title")
    if "order" in counted and not report["blocks"][1]["runs"][0]["code"].startswith(_HEADLINE):
        raise Refused("report.title")
    apart = (REPORT, "data/statement.dsse.json", "data/predicate.schema.json", "data/summary.json")
    named = [name[5:] for name in members if name.endswith((".json", ".jsonl")) and name not in apart]
    reading = _Reading(files, ["statement", *(name for name in named if "/" not in name)], counted)
    reading.walk(report["blocks"], None)
    reading.finish()
    if "data/summary.json" in members:
        public = _Reading(files, reading.names, counted)
        public.walk(files.whole("summary.json")["blocks"], None)
        public.look_for()
    return Said("report.holds", count=reading.count)


class _Near(NamedTuple):
    """The records that values come from, and everything that stands in them."""

    records: list[Any]
    leaves: set[tuple[type, Any]]


class _Reading:
    """Compares the sentences of a report with the records that they are of."""

    def __init__(self, files: Files, names: list[str], counted: dict[str, Any]) -> None:
        self.count = 0
        self.names = names
        self._files, self._counted = files, counted
        self._said: set[str] = set()
        self._sought: set[str] = set()
        self._places: dict[str, set[str]] = {}
        self._exact: dict[str, set[str]] = {}
        self._cut: set[str] = set()

    def walk(self, node: Any, near: _Near | None) -> None:
        """`near` are the records that the values come from; None where they may come from anywhere."""
        if isinstance(node, list):
            for one in node:
                self.walk(one, near)
        elif isinstance(node, dict):
            if node.get("kind") == "heading" and node["level"] == 2:
                self._close()
            if "of" in node:
                records = [self._files.record(path) for path in node["of"]]
                near = _Near(records, set(_leaves(records)))
                for path in node["of"]:
                    self._note(path)
            if "code" in node:
                self._sentence(node, near)
            else:
                for name in sorted(node.keys() - {"of", "image"}, key=lambda one: (one == "more", one)):
                    self.walk(node[name], near)

    def finish(self) -> None:
        """What is left to look at once everything was read."""
        self._close()
        for codes, holds in _SAID_IF:
            if holds(self._counted) == self._said.isdisjoint(codes.split()):
                raise Refused("report.unfounded", name=codes.split()[0])
        self.look_for()

    def look_for(self) -> None:
        """Names that no record was given for stand somewhere in the files, or in what officers wrote."""
        for name in self.names:
            self._sought -= {value for kind, value in _leaves(self._files.whole(name)) if kind is str}
        if self._sought:
            for line in self._files.entries("log/leaves.jsonl"):
                if "text" in line.get("opened", {}):
                    self._found(json.loads(line["opened"]["text"]["value"]))
        if self._sought:
            raise Refused("report.value", value=min(self._sought))

    def _found(self, told: Any) -> None:
        """What an officer wrote is shown by paragraphs."""
        for kind, value in _leaves(told):
            if kind is str:
                self._sought -= {value, *value.split("\n\n")}

    def _sentence(self, run: dict[str, Any], near: _Near | None) -> None:
        self.count += 1
        self._explain(run["code"], run["values"], near)
        if not _shows(run):
            raise Refused("report.text", text=run["text"][:80])

    def _explain(self, code: str, values: dict[str, Any], near: _Near | None) -> None:
        self._said.add(code)
        if code in _COUNTED:
            number, word, where = _COUNTED[code]
            counts = _at(self._counted if near is None else near.records[0], where.split("/"))
            if counts.get(values[word]["code"].rpartition(".")[2]) != values[number]:
                raise Refused("report.value", value=values[number])
            return
        if code == "report.more-rows":
            self._more_rows(values)
            return
        if code.startswith(_HEADLINE):
            if {"code": code, "values": values} != headline_of(self._files.whole("order.json")):
                raise Refused("report.title")
            return
        self._word(code, near)
        figure = _NUMBERS.get(code, {})
        for name, value in values.items():
            if name == "file" and code == _NAMES_A_FILE:
                self._files.require(value)
            elif name not in figure:
                self._value(value, near)
            elif _at(self._counted, figure[name].split("/")) != value:
                raise Refused("report.value", value=value)

    def _more_rows(self, values: dict[str, Any]) -> None:
        """So many more as the file has and as were not shown since the last heading."""
        name = values["file"].partition("/")[2]
        for parent, shown in self._places.items():
            if parent.partition("/")[0] == name:
                if self._files.count(parent) - len(shown) != values["count"]:
                    raise Refused("report.value", value=values["count"])
                self._cut.add(parent)
                return
        raise Refused("report.value", value=values["file"])

    def _close(self) -> None:
        """A section shows all entries of a file, or says that there are more."""
        for parent in (self._places.keys() & _WHOLE) - self._cut:
            if self._files.count(parent) != len(self._exact.get(parent, ())) > 0:
                raise Refused("report.rows", name=parent)
        self._places.clear()
        self._exact.clear()
        self._cut.clear()

    def _note(self, path: str) -> None:
        """Remembers which entry of which list is shown."""
        keys = path.split("/")
        at = next((place for place, key in enumerate(keys) if key.isdigit()), None)
        if at is not None:
            parent = "/".join(keys[:at])
            self._places.setdefault(parent, set()).add(keys[at])
            if at == len(keys) - 1:
                self._exact.setdefault(parent, set()).add(keys[at])

    def _word(self, code: str, near: _Near | None) -> None:
        """A code that stands for what a record says must be of that record."""
        ours = code.startswith("report.")
        group, _, word = (code[7:] if ours else code).partition(".")
        if near is not None and code in _HOLDS_IF:
            name, value = _HOLDS_IF[code]
            if (near.records[0][name] if name else near.records[0]) != value:
                raise Refused("report.value", value=code)
        elif ours and group in _WORDS_OF and word:
            self._value(word, near)
        elif near is not None and code in _STANDS_FOR:
            self._value(_STANDS_FOR[code], near)
        elif near is not None and not ours and code != "quoted":
            known = {(str, one) for one in (code, word, code.rpartition(".")[2])}
            if not near.leaves & known:
                raise Refused("report.value", value=code)

    def _value(self, value: Any, near: _Near | None) -> None:
        if isinstance(value, dict):
            self._explain(value["code"], value["values"], near)
        elif isinstance(value, list):
            for one in value:
                self._value(one, near)
        elif near is not None:
            known = value in ("", None) or (type(value), value) in near.leaves
            if not known:
                raise Refused("report.value", value=value)
        elif isinstance(value, str):
            self._sought |= {value} - {""}
        elif value is not None:
            raise Refused("report.value", value=value)


def _leaves(value: Any) -> Iterator[tuple[type, Any]]:
    """Everything in a record that is no list and no object, and how many items it is about."""
    if isinstance(value, dict):
        items = value.get("items")
        if isinstance(items, list):
            yield int, sum(map(_items_of, items))
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield type(value), value


def _items_of(ref: str) -> int:
    """How many items a reference or a range of them stands for: "item-0003..item-0420"."""
    first, _, last = ref.partition("..")
    return int((last or first).rpartition("-")[2]) - int(first.rpartition("-")[2]) + 1


def _shows(run: dict[str, Any]) -> bool:
    """Whether the text of a sentence of ours has the names of its values and no number beside theirs."""
    code, text = run["code"], run["text"]
    names: list[str] = []
    numbers = set(_CITED.get(code, ()))
    if code == "quoted":
        return _seen_as(run["values"]["text"]) in (None, text)
    if not code.startswith("report."):
        return True
    known = _gather(run["values"], names, numbers)
    return all(name in text for name in names) and (not known or _numbers_in(text) <= numbers)


def _gather(value: Any, names: list[str], numbers: set[str]) -> bool:
    """Collects the names that a sentence must show and the numbers that it may; whether its wording brings none of its
    own."""
    if isinstance(value, dict) and "code" in value and "values" in value:
        if "says" in value or not value["code"].startswith(_WITHOUT_NUMBERS):
            return False
        numbers |= _CITED.get(value["code"], set())
        value = value["values"]
    if isinstance(value, dict):
        known = [_gather(one, names, numbers) for one in value.values()]
        return all(known)
    if isinstance(value, list):
        numbers |= {str(len(value) - shown) for shown in (3, 5, 20) if len(value) > shown}
        shown_names: list[str] = []
        known = [_gather(one, shown_names if place < 3 else [], numbers) for place, one in enumerate(value)]
        names += shown_names
        return all(known)
    if isinstance(value, str):
        numbers |= _numbers_in(value)
        if not _DAY.match(value) and _seen_as(value):
            names.append(value)
    elif value is not None:
        numbers |= _numbers_in(f"{value} {value:,}")
    return True


def _seen_as(value: str) -> str | None:
    """A name as it stands in a text; None where signs in it are written out."""
    return None if any(unicodedata.category(one) in _INVISIBLE for one in value) else value


def _numbers_in(text: str) -> set[str]:
    return {one.lstrip("0") or "0" for one in re.findall("[0-9]+", text)}


# All of it


def check_all(
    bundle: Mapping[str, bytes], expected: str | None = None, held: str | None = None, archive: BinaryIO | None = None,
    authorities: bytes | None = None,
) -> tuple[list[Finding], list[Said]]:  # fmt: skip
    """All checks in order, and the sentences that the organisation declares and nothing can prove.

    `bundle` holds the archive, its signature and the certificate by their names, and the time stamp and the
    successions of keys where there are any. A long archive is given as an open file instead. The first finding says
    whose signature it is. `authorities` are certificates (PEM) of those whose time stamps the reader trusts.
    """
    findings: list[Finding] = []
    signed: list[Signed] = []
    opened: list[Members] = []
    officers: list[Said] = []
    folded: list[Fold] = []
    evidence = archive or io.BytesIO(bundle[EVIDENCE])
    predicate: dict[str, Any] = {}

    def signature_holds() -> Said:
        signed.append(check_signature(evidence, bundle[SIGNATURE]))
        if signed[0].certificate.public_bytes(Encoding.PEM) != bundle[CERTIFICATE]:
            raise Refused("signature.other", file=CERTIFICATE)
        return Said("signature.holds", file=EVIDENCE, time=_shown(signed[0].time))

    def signer_is_known() -> Said:
        if not signed:
            failed = findings[0].ok is False
            raise Refused("signer.nobody") if failed else Unchecked("signer.nobody")
        return _signer_says(signed[0], expected, bundle.get(SUCCESSION, b""))

    def time_is_attested() -> Said:
        stamp = check_time_stamp(bundle[SIGNATURE], bundle[TIME_STAMP])
        if signed and signed[0].time > stamp.time + timedelta(minutes=10):
            raise Refused("time.clocks")
        require_trusted(stamp, authorities_of(authorities) if authorities is not None else [])
        return Said("time.holds", time=_shown(stamp.time), who=stamp.who)

    def statement_holds() -> Said:
        predicate.update(check_statement(opened[0], signed[0].certificate))
        return Said("statement.holds", case=predicate["case"]["ref"])

    def journal_holds() -> Said:
        says, who, fold = check_log(
            opened[0], predicate["case"]["ref"], held, predicate["journal"]["epoch"], predicate["edition"]
        )
        officers.append(who)
        folded.append(fold)
        return says

    def archive_is_sound() -> Said:
        opened.append(Members(evidence))
        return Said("archive.holds", count=len(opened[0]))

    def run(name: str, check: Callable[[], Said], *, rests_on: bool = True) -> bool:
        findings.append(finding(name, check) if rests_on else Finding(name, None, Said("unchecked.before")))
        return findings[-1].ok is True

    run("signature", signature_holds)
    run("signer", signer_is_known)
    findings.reverse()
    attested = TIME_STAMP in bundle and run("time", time_is_attested)
    sound = run("archive", archive_is_sound)
    if bundle.keys() - _SIGNED:
        run("beside", lambda: check_beside(opened[0], bundle), rests_on=sound)
    run("files", lambda: check_bag(opened[0]), rests_on=sound)
    stated = run("statement", statement_holds, rests_on=sound and bool(signed))
    run("report", lambda: check_report(opened[0], predicate), rests_on=stated)
    chained = run("journal", journal_holds, rests_on=stated)
    if chained:
        findings.append(Finding("officers", True, officers[0]))
    run("contents", lambda: check_contents(opened[0], predicate, folded[0]), rests_on=chained)
    if sound and "data/sworn.dsse.json" in opened[0]:
        run("sworn", lambda: check_sworn(opened[0], signed[0].certificate, predicate["case"]["ref"]), rests_on=chained)
    declared = [Said(one["code"], one["says"], **one["values"]) for one in predicate.get("declared", [])]
    if not attested:
        declared.append(Said("clock"))
    return findings, declared


def finding(name: str, check: Callable[[], Said]) -> Finding:
    """What a check found. What the file has and what this computer lacks are two things."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Finding(name, True, check())
    except Unchecked as unchecked:
        return Finding(name, None, unchecked.said)
    except Refused as refused:
        return Finding(name, False, refused.said)
    except _BROKEN:
        return Finding(name, False, Said("damaged"))
    except UnsupportedAlgorithm:
        return Finding(name, None, _unknown_algorithm().said)
    except AttributeError as lacking:
        if _NOT_THAT_KIND.search(str(lacking)):
            return Finding(name, False, Said("damaged"))
        return Finding(name, None, Said("unchecked.library", version=_version))
    except Exception as fault:  # noqa: BLE001 - whoever verifies is told so, and no traceback
        return Finding(name, None, _failed(fault))


def _failed(fault: Exception) -> Said:
    """That a check met a fault of its own: class and last line here, never what it says, which may be from the file."""
    lines = [line for frame, line in traceback.walk_tb(fault.__traceback__) if frame.f_globals is globals()]
    return Said("unchecked.fault", kind=f"{type(fault).__name__}, {lines[-1] if lines else 0}")


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%MZ}"


def _signer_says(signed: Signed, expected: str | None, successions: bytes) -> Said:
    """Whose signature it is, with which fingerprint, and how that was compared."""
    fingerprint = _fingerprint(signed.certificate)
    spoken = " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))
    told = {"who": _holder(signed.certificate.subject), "fingerprint": spoken}
    if not valid_at(signed.certificate, signed.time):
        raise Refused("signer.expired", **told)
    if expected is None:
        raise Unchecked("signer.compare", **told)
    current = re.sub(r"[\s:]", "", expected.rpartition("=")[2]).lower()
    if not re.fullmatch("[0-9a-f]{64}", current):
        raise Unchecked("signer.given", **told)
    if current == fingerprint:
        return Said("signer.expected", **told)
    for line in successions.decode().splitlines():
        current = _successor(json.loads(line), current)
        if current == fingerprint:
            return Said("signer.successor", **told)
    raise Refused("signer.other", **told)


def _successor(link: dict[str, Any], current: str) -> str:
    """Who succeeds this certificate by its own signed word; the same certificate where the link is of another."""
    old = x509.load_pem_x509_certificate(link["certificate"].encode())
    if _fingerprint(old) != current:
        return current
    named = json.loads(_signed_payload(link["envelope"], old, "succession.wrong"))
    if named["type"] != "urn:dsr-desk:succession:v1" or named["old"] != current:
        raise Refused("succession.keys")
    return str(named["new"])


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


_WORDS: dict[bool | None, str] = {True: "holds", False: "FAILS", None: "not checked"}
_CODES: dict[bool | None, int] = {True: 0, False: 1, None: 3}


def main(arguments: list[str]) -> int:
    summary, _, usage = str(__doc__).partition("\n")
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("check_bundle.py", None, summary, usage, formatter_class=form, allow_abbrev=False)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fingerprint", help="of the organisation's certificate, as you were told it")
    parser.add_argument("--checkpoint", type=Path, help="file with a checkpoint from an earlier bundle")
    parser.add_argument("--authorities", type=Path, help="PEM file of time stamp authorities that you trust")
    given = parser.parse_args(arguments)
    if int(_version.split(".")[0]) < _OLDEST:
        print(f"{_WORDS[None]}: {Said('unchecked.old', version=_version, oldest=_OLDEST)}")
        return _CODES[None]
    try:
        return _say(given.folder, given.fingerprint, given.checkpoint, given.authorities)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"{_WORDS[None]}: {_printable(str(error))}")
    except Exception as fault:  # noqa: BLE001
        print(f"{_WORDS[None]}: {_failed(fault)}")
    return _CODES[None]


def _say(folder: Path, fingerprint: str | None, checkpoint: Path | None, authorities: Path | None) -> int:
    names = (EVIDENCE, SIGNATURE, CERTIFICATE, TIME_STAMP, SUCCESSION, TEXT)
    missing = [name for name in names[:3] if not (folder / name).is_file()]
    if missing:
        print(f"{_WORDS[None]}: {', '.join(missing)}: not in this folder")
        return _CODES[None]
    bundle = {name: (folder / name).read_bytes() for name in names[1:] if (folder / name).is_file()}
    held = checkpoint.read_text(encoding="utf-8", errors="replace") if checkpoint else None
    trusted = authorities.read_bytes() if authorities else None
    with (folder / EVIDENCE).open("rb") as archive:
        findings, declared = check_all(bundle, fingerprint, held, archive, trusted)
    for finding in findings:
        print(f"{_WORDS[finding.ok]:11} {finding.name}: {finding.says}")
    for sentence in declared:
        print(f"declared, not proved: {sentence}")
    for name in sorted(one.name for one in folder.iterdir() if one.name not in names):
        print(f"not looked at: {_printable(name)}")
    return _CODES[all_hold(finding.ok for finding in findings)]


if __name__ == "__main__":
    cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads any more
        code = _CODES[None]
    sys.exit(code)
