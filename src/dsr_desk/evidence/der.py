"""The few DER values that signatures, envelopes and queries are made of."""

from __future__ import annotations

import hashlib

OID_DATA = bytes.fromhex("06092a864886f70d010701")
OID_SIGNED = bytes.fromhex("06092a864886f70d010702")
OID_ENVELOPED = bytes.fromhex("06092a864886f70d010703")
OID_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
OID_DIGEST = bytes.fromhex("06092a864886f70d010904")
OID_TIME = bytes.fromhex("06092a864886f70d010905")
OID_RSA = bytes.fromhex("06092a864886f70d010101")
OID_ECDSA_SHA256 = bytes.fromhex("06082a8648ce3d040302")
OID_AES_256_CBC = bytes.fromhex("060960864801650304012a")
OID_SHA256 = bytes.fromhex("0609608648016503040201")
NULL = bytes.fromhex("0500")


def head(tag: int, length: int) -> bytes:
    """Tag and length of a value whose content follows."""
    if length < 0x80:
        return bytes([tag, length])
    spelled = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(spelled)]) + spelled


def value(tag: int, *contents: bytes) -> bytes:
    return head(tag, sum(map(len, contents))) + b"".join(contents)


def sequence(*contents: bytes) -> bytes:
    return value(0x30, *contents)


def set_of(*contents: bytes) -> bytes:
    return value(0x31, *sorted(contents))


def integer(number: int) -> bytes:
    """Not negative."""
    return value(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octets(data: bytes) -> bytes:
    return value(0x04, data)


def sha256(data: bytes) -> bytes:
    """The digest of data as an octet string."""
    return octets(hashlib.sha256(data).digest())
