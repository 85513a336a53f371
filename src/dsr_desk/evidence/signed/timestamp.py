"""RFC 3161 time stamps, carried by hand: a query goes out on a stick, the authority's answer comes back.

Answers and certificates are read in a cell (`jobs.cell`).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.evidence.signed import asn1
from dsr_desk.evidence.verifying.check_bundle import (
    Refused,
    Stamp,
    Unchecked,
    authorities_of,
    check_time_stamp,
    require_trusted,
)
from dsr_desk.evidence.verifying.verify import message_of
from dsr_desk.jobs.cell import CellFailed, Limits, ask

_BROKEN = (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
"""What a damaged certificate may raise."""

_LIMITS = Limits(seconds=10, memory=512 << 20)


class TimeStampRefused(DeskError):
    code = "BUNDLE-TIME-STAMP"
    happened = "The time stamp was not taken. {why}"
    means = "The bundle stays as it was; its clock is not attested."
    todo = "Carry the query of this very bundle to the authority and bring its answer (.tsr) back unchanged."


def query(data: bytes) -> bytes:
    """A TimeStampReq (DER) over SHA-256 of the data, with a nonce, asking for the authority's certificate."""
    imprint = asn1.Imprint(algorithm=asn1.SHA256_IMPRINT, digest=hashlib.sha256(data).digest())
    nonce = (1 << 64) + secrets.randbits(64)
    return asn1.encode_der(asn1.TimeStampQuery(version=1, imprint=imprint, nonce=nonce, with_certificate=True))


@dataclass(frozen=True)
class Attested:
    """What an authority's answer says. `doubt`: why it proves no time to whoever trusts the authorities on a list."""

    time: datetime
    who: str
    doubt: Message | None = None


def require_stamp(data: bytes, asked: bytes, answer: bytes, authorities: bytes) -> Attested:
    """The time and the authority that an answer to this query names for this data.

    Raises TimeStampRefused, also where its chain to one of the `authorities` (PEM) breaks; not where it leads to none
    of them: whoever gets the bundle may trust others.
    """
    try:
        found: Attested = ask(Attested, stamp_in, data, asked, answer, authorities, limits=_LIMITS)
    except CellFailed as failed:
        raise TimeStampRefused(why=failed.why) from failed
    return found


def stamp_in(data: bytes, asked: bytes, answer: bytes, authorities: bytes) -> Attested:
    """Inside a cell. Raises TimeStampRefused."""
    try:
        stamp = check_time_stamp(data, answer)
        if asn1.decode_der(asn1.TimeStampQuery, asked).nonce != int.from_bytes(stamp.nonce):
            raise Refused("time.nonce")
        return Attested(stamp.time, stamp.who, doubt(stamp, authorities))
    except Refused as refused:
        raise TimeStampRefused(why=message_of(refused.said)) from refused


def looked_at(stamps: Sequence[tuple[bytes, bytes]], authorities: bytes) -> list[Attested | Message]:
    """What stamps (data, answer) say that were taken before, each; or why one does not hold."""
    if not stamps:
        return []
    try:
        looks = _looks(tuple(stamps), authorities)
    except CellFailed as failed:
        return [failed.why for _ in stamps]
    return [one.says or one.refused or message("why.cell.unfit") for one in looks]


@lru_cache(maxsize=16)
def _looks(stamps: tuple[tuple[bytes, bytes], ...], authorities: bytes) -> list[StampLook]:
    """Kept, since a window asks again each time it is shown; no clock goes into it. Raises CellFailed."""
    found: list[StampLook] = ask(list[StampLook], stamps_in, stamps, authorities, limits=_LIMITS)
    if len(found) != len(stamps):
        raise CellFailed(why=message("why.cell.unfit"))
    return found


@dataclass(frozen=True)
class StampLook:
    """What a stamp says, or why it does not hold."""

    says: Attested | None = None
    refused: Message | None = None


def stamps_in(stamps: Sequence[tuple[bytes, bytes]], authorities: bytes) -> list[StampLook]:
    """Inside a cell."""
    return [_look(data, answer, authorities) for data, answer in stamps]


def _look(data: bytes, answer: bytes, authorities: bytes) -> StampLook:
    try:
        stamp = check_time_stamp(data, answer)
        return StampLook(Attested(stamp.time, stamp.who, doubt(stamp, authorities)))
    except Refused as refused:
        return StampLook(refused=message_of(refused.said))


def doubt(stamp: Stamp, authorities: bytes) -> Message | None:
    """Why a stamp proves no time to whoever trusts these authorities (PEM); None where it does.

    Raises Refused where it breaks the rules.
    """
    try:
        require_trusted(stamp, _certificates(authorities))
    except Unchecked as unchecked:
        return message_of(unchecked.said)
    return None


@dataclass(frozen=True)
class Certified:
    """A certificate for a list of authorities. `vouches`: it may issue certificates, or stamps times itself."""

    pem: str
    name: str
    valid_until: datetime
    vouches: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the certificate, 64 hex digits: made from what is kept, not told by who parsed it."""
        return sha256_hex(base64.b64decode("".join(self.pem.splitlines()[1:-1])))


def certificates_of(pem: bytes) -> list[Certified]:
    """The certificates of a PEM file; none where one of them cannot be read. Raises CellFailed."""
    found: list[Certified] = ask(list[Certified], certificates_in, pem)
    return found


def certificates_in(pem: bytes) -> list[Certified]:
    """Inside a cell."""
    try:
        return [
            Certified(
                one.public_bytes(Encoding.PEM).decode(),
                one.subject.rfc4514_string(),
                one.not_valid_after_utc,
                _vouches(one),
            )
            for one in _certificates(pem)
        ]
    except _BROKEN:
        return []


def _certificates(pem: bytes) -> list[x509.Certificate]:
    try:
        return authorities_of(pem)
    except Unchecked:
        return []


def _vouches(certificate: x509.Certificate) -> bool:
    for one in certificate.extensions:
        if isinstance(one.value, x509.BasicConstraints) and one.value.ca:
            return True
        if isinstance(one.value, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.TIME_STAMPING in one.value:
            return True
    return False
