"""RFC 3161 time stamps, carried by hand: a query goes out on a stick, the authority's answer comes back."""

from __future__ import annotations

import secrets

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence import der
from dsr_desk.evidence.check_bundle import Refused, Stamp, check_time_stamp

_NONCE = slice(-12, -3)
"""Where a query of ours has it: before the last of its parts."""


class TimeStampRefused(DeskError):
    code = "BUNDLE-TIME-STAMP"
    happened = "The time stamp was not taken. {why}"
    means = "The bundle stays as it was; its clock is not attested."
    todo = "Carry the query of this very bundle to the authority and bring its answer (.tsr) back unchanged."


def query(data: bytes) -> bytes:
    """A TimeStampReq (DER) over SHA-256 of the data, with a nonce, asking for the authority's certificate."""
    imprint = der.sequence(der.sequence(der.OID_SHA256, der.NULL), der.sha256(data))
    nonce = der.integer((1 << 64) + secrets.randbits(64))
    return der.sequence(der.integer(1), imprint, nonce, der.value(0x01, b"\xff"))


def require_stamp(data: bytes, asked: bytes, answer: bytes) -> Stamp:
    """The time and the authority that an answer to this query names for this data. Raises TimeStampRefused."""
    try:
        stamp = check_time_stamp(data, answer)
        if asked[_NONCE] != stamp.nonce:
            raise Refused("It answers another query: the nonce is not the one that was asked with.")
    except Refused as refused:
        raise TimeStampRefused(why=refused) from refused
    return stamp
