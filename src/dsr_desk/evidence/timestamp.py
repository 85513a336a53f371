"""RFC 3161 time stamps, carried by hand: a query goes out on a stick, the authority's answer comes back."""

from __future__ import annotations

import hashlib
import secrets

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.check_bundle import Refused, Stamp, check_time_stamp

_SHA256 = bytes.fromhex("300d06096086480165030402010500")


class TimeStampRefused(DeskError):
    code = "BUNDLE-TIME-STAMP"
    happened = "The time stamp was not taken. {why}"
    means = "The bundle stays as it was; its clock is not attested."
    todo = "Carry the query of this very bundle to the authority and bring its answer (.tsr) back unchanged."


def query(data: bytes) -> bytes:
    """A TimeStampReq (DER) over SHA-256 of the data, with a nonce, asking for the authority's certificate."""
    imprint = _der(0x30, _SHA256 + _der(0x04, hashlib.sha256(data).digest()))
    nonce = _der(0x02, b"\x01" + secrets.token_bytes(8))
    return _der(0x30, _der(0x02, b"\x01") + imprint + nonce + _der(0x01, b"\xff"))


def require_stamp(data: bytes, answer: bytes) -> Stamp:
    """The time and the authority that an answer names for this data. Raises TimeStampRefused."""
    try:
        return check_time_stamp(data, answer)
    except Refused as refused:
        raise TimeStampRefused(why=refused) from refused


def _der(tag: int, content: bytes) -> bytes:
    if len(content) > 0x7F:
        raise ValueError("a query has short parts")
    return bytes([tag, len(content)]) + content
