"""RFC 3161 time stamps, carried by hand: a query goes out on a stick, the authority's answer comes back."""

from __future__ import annotations

import hashlib
import secrets

from cryptography import x509

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message
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


def require_stamp(data: bytes, asked: bytes, answer: bytes, authorities: bytes) -> Stamp:
    """The time and the authority that an answer to this query names for this data.

    Raises TimeStampRefused, also where its chain to one of the `authorities` (PEM) breaks; not where it leads to none
    of them: whoever gets the bundle may trust others.
    """
    try:
        stamp = check_time_stamp(data, answer)
        if asn1.decode_der(asn1.TimeStampQuery, asked).nonce != int.from_bytes(stamp.nonce):
            raise Refused("time.nonce")
        doubt(stamp, authorities)
    except Refused as refused:
        raise TimeStampRefused(why=message_of(refused.said)) from refused
    return stamp


def doubt(stamp: Stamp, authorities: bytes) -> Message | None:
    """Why a stamp proves no time to whoever trusts these authorities (PEM); None where it does.

    Raises Refused where it breaks the rules.
    """
    try:
        require_trusted(stamp, certificates_of(authorities))
    except Unchecked as unchecked:
        return message_of(unchecked.said)
    return None


def certificates_of(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file; none where it has none that can be read."""
    try:
        return authorities_of(pem)
    except Unchecked:
        return []
