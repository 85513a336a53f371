#!/usr/bin/env python3
"""Checks an evidence bundle with Python's standard library and the `cryptography` package alone.

    python3 check_bundle.py FOLDER [FINGERPRINT] [CHECKPOINT]

FOLDER holds evidence.zip, evidence.zip.p7s and certificate.pem, perhaps evidence.zip.p7s.tsr and succession.jsonl.
FINGERPRINT is the SHA-256 of the organisation's
certificate as you got it from the organisation by another way; CHECKPOINT is a file with a checkpoint from an earlier
bundle. This file lies in every bundle, and the program that makes bundles checks them with this same file.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import struct
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding

EVIDENCE, SIGNATURE, CERTIFICATE = "evidence.zip", "evidence.zip.p7s", "certificate.pem"
TIME_STAMP, SUCCESSION = "evidence.zip.p7s.tsr", "succession.jsonl"
_PIECE = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_OID_SIGNED, _OID_DATA = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010701")
_OID_TYPE, _OID_DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
_OID_TIME, _OID_SHA256 = bytes.fromhex("2a864886f70d010905"), bytes.fromhex("608648016503040201")
_OID_TIME_STAMP = bytes.fromhex("2a864886f70d0109100104")
_OIDS_RSA = (bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010101"))
_OID_ECDSA = bytes.fromhex("2a8648ce3d040302")
_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    _OID_SHA256: hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}


_BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, ArithmeticError, StopIteration,
    UnsupportedAlgorithm, x509.InvalidVersion, Warning,
)  # fmt: skip
"""What parsing a damaged file may raise."""


SAYS = {
    "archive.compressed": "The member {name} is compressed; bundles are not, so that none can swell when opened.",
    "archive.damaged": "The archive is damaged or cut short ({why}).",
    "archive.holds": "{count} files, each once, none hidden.",
    "archive.missing": "{name} is missing.",
    "archive.odd": "The archive is not written as bundles are.",
    "archive.password": "The archive has a member with a password of its own; bundles have none.",
    "archive.path": "The archive has a member whose path leads outside or is hidden: {name}.",
    "archive.stray": "The archive holds bytes that belong to no member.",
    "archive.sum": "The archive is damaged or cut short (the sum of {name} is wrong).",
    "archive.twice": "The archive has two members with the name {name}.",
    "clock": "Clock not attested: no time stamp lies beside this bundle; the times are the signer's word.",
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
    "entry.signature": "Journal entry {number} has a signature that does not hold.",
    "entry.spelling": "A journal entry is not spelled as entries are.",
    "entry.stranger": "Journal entry {number} is signed by somebody who was no officer then.",
    "entry.time": "Journal entry {number} is dated before the one that it follows.",
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
    "journal.signature": "The checkpoint's signature does not hold.",
    "officer.added": "{who} was added by {by} (entry {number}, {day}).",
    "officer.first": "{who} is the first officer (entry {number}, {day}).",
    "officer.key": "the key {key}",
    "officer.recovered": "{who} was added with the recovery code (entry {number}, {day}).",
    "officer.removed": "{who} was removed by {by} (entry {number}, {day}).",
    "officer.unnamed": "the officer with the key {key}",
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
    "signer.compare": "Signed as “{who}”. Compare the fingerprint with the one you got from them: {fingerprint}.",
    "signer.expected": "Signed by “{who}” with the certificate whose fingerprint you gave.",
    "signer.expired": "The certificate was not valid at the time of signing.",
    "signer.nobody": "There is no signature that holds, so nobody can be named as the signer.",
    "signer.other": "Signed with another certificate than the expected one: {fingerprint}.",
    "signer.successor": "Signed by “{who}” with a key that the one whose fingerprint you gave names as its successor.",
    "statement.declares": "The statement declares something that is no sentence.",
    "statement.file": "{name} is not the file that the statement speaks of.",
    "statement.files": "The statement names other files than the bundle holds.",
    "statement.holds": "The statement on case {case} names every file and is signed by the same key.",
    "statement.wrong": "The signature of the statement does not hold for this certificate.",
    "succession.keys": "A succession of keys names other keys.",
    "succession.wrong": "A succession of keys has a signature that does not hold.",
    "time.certificate": "The time stamp does not bring its authority's certificate.",
    "time.changed": "The time stamp was changed.",
    "time.clocks": "The signer's clock says that it was signed after the time stamp: one of them is wrong.",
    "time.damaged": "The time stamp is damaged or not in the form that it must have.",
    "time.holds": "The signature existed at {time}, says “{who}”; whether to trust it is yours to judge.",
    "time.kind": "The answer of the authority is no time stamp.",
    "time.other": "The time stamp is of other bytes than this signature.",
    "time.refused": "The authority did not grant a time stamp.",
    "time.wrong": "The signature of the time stamp does not hold.",
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
    """Without what a terminal could not show: JSON may hold halves of characters."""
    return text.encode("utf-8", "backslashreplace").decode()


class Refused(Exception):
    """What does not hold. The program that makes bundles refuses with codes of its own too, which it says itself."""

    def __init__(self, code: str, /, **values: Any) -> None:
        self.said = Said(code, **values)
        super().__init__(code)

    def __str__(self) -> str:
        return str(self.said) if self.said.code in SAYS else self.said.code


class Malformed(Refused):
    """A signature or time stamp that is not in the form that it must have."""


class Finding(NamedTuple):
    """One check: its name, whether it holds, and what that means."""

    name: str
    ok: bool
    says: Said


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
    """The members of a zip as our bundles are: stored, each once, nothing hidden. Raises Refused.

    They are read where they lie: a bundle of millions of items needs no more memory than one of ten.
    """

    def __init__(self, archive: bytes | BinaryIO) -> None:
        self._file = io.BytesIO(archive) if isinstance(archive, bytes) else archive
        self._sums: dict[str, str] = {}
        size = self._file.seek(0, io.SEEK_END)
        try:
            with zipfile.ZipFile(self._file) as found:
                _refuse_odd_members(found.infolist())
                self._places = dict(_places(self._file, found, size))
                self._crcs = {entry.filename: entry.CRC for entry in found.infolist()}
        except Refused:
            raise
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, ValueError, OverflowError,
                OSError, struct.error) as bad:  # fmt: skip
            raise Refused("archive.damaged", why=str(bad)[:80]) from bad
        except RuntimeError as bad:
            raise Refused("archive.password") from bad

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
        if zlib.crc32(data) != self._crcs[name]:
            raise Refused("archive.sum", name=name)
        return data

    def text(self, name: str) -> str:
        return self.read(name).decode()

    def sha256(self, name: str) -> str:
        if name not in self._sums:
            with self.open(name) as file:
                self._sums[name] = _digest_of(file).hex()
        return self._sums[name]


def members_of(data: bytes) -> dict[str, bytes]:
    """All members of a short zip. Raises Refused."""
    members = Members(data)
    return {name: members.read(name) for name in members}


def _digest_of(file: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.digest()


def _refuse_odd_members(entries: list[zipfile.ZipInfo]) -> None:
    seen = set()
    for entry in entries:
        shown = entry.filename.encode("ascii", "backslashreplace").decode()[:80]
        if entry.filename in seen:
            raise Refused("archive.twice", name=shown)
        seen.add(entry.filename)
        if not _NAME.fullmatch(entry.filename) or ".." in entry.filename:
            raise Refused("archive.path", name=shown)
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise Refused("archive.compressed", name=shown)
        if entry.flag_bits & 1:
            raise Refused("archive.password")


def _places(file: BinaryIO, archive: zipfile.ZipFile, size: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Where each member's bytes lie. Refused if a byte of the file belongs to nothing, or to two things."""
    at, directory = 0, 0
    for entry in sorted(archive.infolist(), key=lambda one: one.header_offset):
        file.seek(entry.header_offset)
        head = struct.unpack("<4s5H3L2H", file.read(30))
        name, extra = file.read(head[9]), file.read(head[10])
        if entry.header_offset != at or head[0] != b"PK\x03\x04" or name != entry.filename.encode():
            raise Refused("archive.stray")
        if head[2] or head[3] or extra[:2] not in (b"", b"\x01\x00") or len(extra) not in (0, 20):
            raise Refused("archive.odd")
        start = at + 30 + len(name) + len(extra)
        yield entry.filename, (start, entry.file_size)
        at = start + entry.file_size
        directory += 46 + len(name) + len(entry.extra) + len(entry.comment)
    if archive.start_dir != at or size - at - directory not in (22, 22 + 20 + 56):
        raise Refused("archive.stray")


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
    tag, text = value[0], value[2:].decode("ascii")
    return datetime.strptime(text, "%y%m%d%H%M%SZ" if tag == 0x17 else "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


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
    time: datetime
    authority: x509.Certificate
    nonce: bytes


def check_time_stamp(data: bytes, answer: bytes) -> Stamp:
    """When an authority saw these bytes, by its signed answer. Its certificate is not judged here. Raises Refused."""
    try:
        with warnings.catch_warnings(action="error"):
            return _check_time_stamp(data, answer)
    except (*_BROKEN, Malformed) as bad:
        raise Refused("time.damaged") from bad


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
    (signer,) = _inside(fields[-1][1], 0x30)
    nonce = next((content for tag, content, _ in told[5:] if tag == 0x02), b"")
    return Stamp(_time(told[4][2]), _stamped_by(signer, certificates, info), nonce)


def _stamped_by(signer: bytes, certificates: bytes, info: bytes) -> x509.Certificate:
    """The certificate whose key signed this token."""
    _, who, digest, attributes, _, value = [(tag, content) for tag, content, _ in _parts(signer)][:6]
    algorithm = _HASHES[next(_parts(digest[1]))[1]]
    found = dict(map(_attribute, _parts(attributes[1])))
    hashed = hashes.Hash(algorithm)
    hashed.update(info)
    if (
        next(_parts(found[_OID_DIGEST]))[1] != hashed.finalize()
        or _inside(found[_OID_TYPE], 0x06)[0] != _OID_TIME_STAMP
    ):
        raise Refused("time.changed")
    serial = int.from_bytes(list(_parts(who[1]))[1][1], "big")
    known = [x509.load_der_x509_certificate(whole) for _, _, whole in _parts(certificates)]
    authority = next((one for one in known if one.serial_number == serial), None)
    if authority is None:
        raise Refused("time.certificate")
    signed_bytes = b"\x31" + _length(len(attributes[1])) + attributes[1]
    _require(authority, value[1], signed_bytes, None, "time.wrong", algorithm)
    return authority


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
    plain = all(isinstance(value, str | int) for value in one["values"].values())
    return one.keys() == {"code", "values", "says"} and isinstance(one["code"], str) and one["says"] > "" and plain


def _signed_payload(envelope: dict[str, Any], certificate: x509.Certificate, code: str) -> bytes:
    """What a DSSE envelope holds, if this certificate signed it; otherwise Refused with that code."""
    payload, kind = base64.b64decode(envelope["payload"], validate=True), envelope["payloadType"].encode()
    encoded = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    (signature,) = envelope["signatures"]
    _require(certificate, base64.b64decode(signature["sig"], validate=True), encoded, None, code)
    return payload


class Head(NamedTuple):
    origin: str
    size: int
    root: bytes


def head_of(note: str) -> Head:
    """The tree head that a checkpoint states, its signature not looked at."""
    origin, size, root = note.split("\n")[:3]
    return Head(origin, int(size), base64.b64decode(root, validate=True))


def check_log(
    members: Members, case: str, held: str | None = None, epoch: int = 1, edition: str = "requester"
) -> tuple[Said, Said | None]:
    """Checkpoint, inclusion of this case's entries, and that earlier checkpoints are continued. Raises Refused.

    What holds of the journal, and who was an officer (the regulator edition alone says it).
    """
    note, key = members.text("data/log/checkpoint"), members.text("data/log/key.txt").strip()
    head = head_of(note)
    _check_note(note, key)
    chains = Chains(case, head.origin) if edition == "regulator" else None
    with members.open("data/log/leaves.jsonl") as lines:
        count = _check_leaves(map(json.loads, lines), head, chains)
    earlier = json.loads(members.text("data/log/earlier.json"))
    for old in earlier:
        proof = [bytes.fromhex(node) for node in old["proof"]]
        if not _continues(old["size"], bytes.fromhex(old["root"]), head.size, head.root, proof):
            raise Refused("journal.cut", size=old["size"])
    says = [Said("journal.holds", count=count, size=head.size)]
    if chains is not None:
        if chains.epoch != epoch:
            raise Refused("journal.epoch")
        says.append(Said("journal.chained"))
    if held is not None:
        says.append(_check_held_or_restored(held, head, earlier, epoch))
    return together(says), together(chains.roster.says) if chains is not None else None


def _check_held_or_restored(held: str, head: Head, earlier: list[dict[str, Any]], epoch: int) -> Said:
    try:
        return _check_held(head_of(held), head, earlier)
    except Refused as refused:
        if epoch == 1:
            raise
        raise Refused("held.restored", why=refused.said, epoch=epoch) from None


def _check_leaves(lines: Iterable[dict[str, Any]], head: Head, chains: Chains | None) -> int:
    """How many entries there are of the case; what stands between them must fold up to the root with them."""
    tree: list[tuple[int, bytes]] = []
    size = count = 0
    for line in lines:
        index, node, width = line["index"], bytes.fromhex(line["hash"]), line.get("others", 1)
        whole = type(index) is int and type(width) is int and width > 0 and len(node) == 32
        if not whole or index != size or width & (width - 1) or index % width:
            raise Refused("journal.gap")
        if set(line) - {"others"} != {"index", "hash"} and (chains is None or "others" in line):
            raise Refused("entry.more", number=index)
        if "others" not in line:
            count += 1
            if chains is not None:
                chains.take(line, node)
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
    return chains.finish(size) if chains is not None else count


# What officers signed

SHOWN = frozenset(
    {
        "officer-added", "officer-removed", "recovery-key", "policy", "change-proposed", "change-approved",
        "organisation-key", "epoch", "clock-corrected",
    }
)  # fmt: skip
"""Kinds of the vault's own entries whose acts are shown; of the others the envelope says the kind, and that is all."""

_POLICY = {
    "approvals": 1, "approver_not_decider": False, "validator_not_operator": True, "second_review_access": True,
    "second_review_erasure": False,
}  # fmt: skip
"""The policy before one was set."""


class Chains:
    """Entries of one case and of the vault itself, in order: each names the leaf before, so that none can be left out.

    An envelope says kind, place, writer and the digest of the act; its leaf is SHA-256 of 00 and the envelope.
    """

    def __init__(self, ref: str, origin: str) -> None:
        self.roster = Roster()
        self.epoch = 0
        self._ref, self._vault = ref, origin.partition("/")[2]
        self._case = self._case_leaf = self._vault_leaf = self._kind = ""
        self._entries = self._last = 0
        self._times: dict[str, str] = {}

    def take(self, line: dict[str, Any], node: bytes) -> None:
        """The next entry. Raises Refused."""
        number, text = line["index"], line["envelope"]
        if _sha(b"\x00" + text.encode()) != node:
            raise Refused("entry.changed", number=number)
        envelope = _spelled(text)
        if envelope["seq"] != number:
            raise Refused("entry.place", number=number)
        _require_signed(envelope["writer"], line["signature"], b"dsr-desk entry 1\n" + node, number)
        if envelope["vault_before"] != self._vault_leaf:
            raise Refused("entry.vault-gap", number=number)
        kind, shown = str(envelope["kind"]), "act" in line
        if not shown:
            self._hidden(number, kind, envelope)
        act = _act_of(line, envelope, number) if shown else {"case": "", "kind": kind}
        if envelope["epoch"] != self.epoch and not (
            envelope["epoch"] == self.epoch + 1 and (number == 0 or kind == "epoch")
        ):
            raise Refused("entry.epoch", number=number)
        self.epoch = envelope["epoch"]
        if act["case"]:
            self._take_case(number, act, envelope)
            self._case_leaf = node.hex()
        else:
            if shown:
                self._take_vault(line, act, envelope)
            self._vault_leaf = node.hex()

    def finish(self, size: int) -> int:
        """How many entries of the case there were. The journal that is handed out ends with the act of sealing."""
        if self._kind != "sealing" or self._last != size - 1:
            raise Refused("journal.end")
        return self._entries

    def _hidden(self, number: int, kind: str, envelope: dict[str, Any]) -> None:
        """The vault's own entry of which nothing but its kind is shown."""
        if kind in SHOWN or envelope["case_before"]:
            raise Refused("entry.hidden", number=number)
        if not self.roster.active(envelope["writer"]) and envelope["writer"] != self.roster.recovery:
            raise Refused("entry.stranger", number=number)

    def _take_case(self, number: int, act: dict[str, Any], envelope: dict[str, Any]) -> None:
        if not self._case and act["kind"] == "received" and act["open"]["ref"] == self._ref:
            self._case = act["case"]
        if act["case"] != self._case or act["vault"] != self._vault:
            raise Refused("entry.place", number=number)
        if envelope["case_before"] != self._case_leaf:
            raise Refused("entry.case-gap", number=number)
        if not all(map(self.roster.active, {envelope["writer"], *envelope["signatures"]})):
            raise Refused("entry.stranger", number=number)
        self._follow_time(number, act, envelope)
        self._entries, self._last, self._kind = self._entries + 1, number, act["kind"]

    def _take_vault(self, line: dict[str, Any], act: dict[str, Any], envelope: dict[str, Any]) -> None:
        number, writer = line["index"], envelope["writer"]
        if act["vault"] != self._vault or envelope["case_before"]:
            raise Refused("entry.place", number=number)
        if writer != act["officer"] and not self.roster.active(writer):
            raise Refused("entry.stranger", number=number)
        self._follow_time(number, act, envelope)
        opened = {name: _opened(act, name, one, number) for name, one in line.get("opened", {}).items()}
        self.roster.take(number, act, envelope, str(opened.get("name", "")))

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
        self._names: dict[str, str | Said] = {}
        self._removed: set[str] = set()
        self._policy: dict[str, Any] = dict(_POLICY)
        self._proposals: dict[str, dict[str, Any]] = {}

    def active(self, key: str) -> bool:
        return key in self._names and key not in self._removed

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
        if any(new[name] < before for name, before in self._policy.items()):
            self._require_approvals(number, "policy", said.get("proposal"), new)
        self._policy = new

    def _require_approvals(self, number: int, what: str, proposal: Any, asked: Any) -> None:
        """`asked` is what was proposed: a policy, or the salted digest of the new officer's name."""
        needed = self._policy["approvals"]
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


def _spelled(text: str) -> dict[str, Any]:
    """What a text says that is spelled in the one way: nothing twice, nothing hidden."""
    found: dict[str, Any] = json.loads(text)
    if json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False) != text:
        raise Refused("entry.spelling")
    return found


def _act_of(line: dict[str, Any], envelope: dict[str, Any], number: int) -> dict[str, Any]:
    """The act of an entry, signed by its officer and by everybody whom the envelope names."""
    text = line["act"]
    if hashlib.sha256(text.encode()).hexdigest() != envelope["act"]:
        raise Refused("entry.act", number=number)
    act = _spelled(text)
    if act["v"] != 1 or act["kind"] != envelope["kind"]:
        raise Refused("entry.kind", number=number)
    for officer, signature in envelope["signatures"].items():
        _require_signed(officer, signature, b"dsr-desk act 1\n" + text.encode(), number)
    if act["officer"] not in (envelope["writer"], *envelope["signatures"]):
        raise Refused("entry.officer", number=number)
    return act


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


# All of it


def check_all(
    bundle: Mapping[str, bytes], expected: str | None = None, held: str | None = None, archive: BinaryIO | None = None
) -> tuple[list[Finding], list[Said]]:
    """All checks in order, and the sentences that the organisation declares and nothing can prove.

    `bundle` holds the archive, its signature and the certificate by their names, and the time stamp and the
    successions of keys where there are any. A long archive is given as an open file instead.
    """
    findings: list[Finding] = []
    signed: list[Signed] = []
    opened: list[Members] = []
    officers: list[Said] = []
    evidence = archive or io.BytesIO(bundle[EVIDENCE])
    predicate: dict[str, Any] = {}

    def signature_holds() -> Said:
        signed.append(check_signature(evidence, bundle[SIGNATURE]))
        if signed[0].certificate.public_bytes(Encoding.PEM) != bundle[CERTIFICATE]:
            raise Refused("signature.other", file=CERTIFICATE)
        return Said("signature.holds", file=EVIDENCE, time=_shown(signed[0].time))

    def signer_is_known() -> Said:
        if not signed:
            raise Refused("signer.nobody")
        return _signer_says(signed[0], expected, bundle.get(SUCCESSION, b""))

    def time_is_attested() -> Said:
        stamp = check_time_stamp(bundle[SIGNATURE], bundle[TIME_STAMP])
        if signed and signed[0].time > stamp.time + timedelta(minutes=10):
            raise Refused("time.clocks")
        return Said("time.holds", time=_shown(stamp.time), who=stamp.authority.subject.rfc4514_string())

    def statement_holds() -> Said:
        predicate.update(check_statement(opened[0], signed[0].certificate))
        return Said("statement.holds", case=predicate["case"]["ref"])

    def journal_holds() -> Said:
        says, who = check_log(
            opened[0], predicate["case"]["ref"], held, predicate["journal"]["epoch"], predicate["edition"]
        )
        officers.extend([who] if who else [])
        return says

    def archive_is_sound() -> Said:
        opened.append(Members(evidence))
        return Said("archive.holds", count=len(opened[0]))

    def run(name: str, check: Callable[[], Said]) -> bool:
        try:
            with warnings.catch_warnings(action="error"):
                findings.append(Finding(name, True, check()))
        except Refused as refused:
            findings.append(Finding(name, False, refused.said))
        except _BROKEN:
            findings.append(Finding(name, False, Said("damaged")))
        return findings[-1].ok

    run("signature", signature_holds)
    run("signer", signer_is_known)
    if TIME_STAMP in bundle:
        run("time", time_is_attested)
    if run("archive", archive_is_sound):
        run("files", lambda: check_bag(opened[0]))
        if signed and run("statement", statement_holds) and run("journal", journal_holds) and officers:
            findings.append(Finding("officers", True, officers[0]))
    declared = [Said(one["code"], one["says"], **one["values"]) for one in predicate.get("declared", [])]
    if TIME_STAMP not in bundle:
        declared.append(Said("clock"))
    return findings, declared


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%MZ}"


def _signer_says(signed: Signed, expected: str | None, successions: bytes) -> Said:
    certificate = signed.certificate
    fingerprint = _fingerprint(certificate)
    if not certificate.not_valid_before_utc <= signed.time <= certificate.not_valid_after_utc:
        raise Refused("signer.expired")
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    who = str(names[0].value) if names else certificate.subject.rfc4514_string()
    if expected is None:
        return Said("signer.compare", who=who, fingerprint=fingerprint)
    current = re.sub(r"[\s:]", "", expected).lower()
    if current == fingerprint:
        return Said("signer.expected", who=who)
    for line in successions.decode().splitlines():
        current = _successor(json.loads(line), current)
        if current == fingerprint:
            return Said("signer.successor", who=who)
    raise Refused("signer.other", fingerprint=fingerprint)


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


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 3:
        print(__doc__)
        return 2
    names = (EVIDENCE, SIGNATURE, CERTIFICATE, TIME_STAMP, SUCCESSION)
    folder = Path(arguments[0])
    if missing := [name for name in names[:3] if not (folder / name).is_file()]:
        print(f"{', '.join(missing)}: not in this folder")
        return 3
    bundle = {name: (folder / name).read_bytes() for name in names[1:] if (folder / name).is_file()}
    held = Path(arguments[2]).read_text(encoding="utf-8") if len(arguments) == 3 else None
    with (folder / EVIDENCE).open("rb") as archive:
        findings, declared = check_all(bundle, arguments[1] if len(arguments) > 1 else None, held, archive)
    for finding in findings:
        print(f"{'holds ' if finding.ok else 'FAILS '} {finding.name}: {finding.says}")
    for sentence in declared:
        print(f"declared, not proved: {sentence}")
    return 0 if all(finding.ok for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
