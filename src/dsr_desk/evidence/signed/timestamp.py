"""RFC 3161 time stamps, carried by hand: a query goes out on a stick, the authority's answer comes back."""

from __future__ import annotations

import hashlib
import secrets

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.signed import asn1
from dsr_desk.evidence.verifying.check_bundle import Refused, Stamp, check_time_stamp
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


def require_stamp(data: bytes, asked: bytes, answer: bytes) -> Stamp:
    """The time and the authority that an answer to this query names for this data. Raises TimeStampRefused."""
    try:
        stamp = check_time_stamp(data, answer)
        if asn1.decode_der(asn1.TimeStampQuery, asked).nonce != int.from_bytes(stamp.nonce):
            raise Refused("time.nonce")
    except Refused as refused:
        raise TimeStampRefused(why=message_of(refused.said)) from refused
    return stamp
