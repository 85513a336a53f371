"""What a CMS signature (RFC 5652) and a query for a time stamp (RFC 3161) are made of, for `cryptography`'s encoder."""

from __future__ import annotations

from typing import Annotated

from cryptography import x509
from cryptography.hazmat.asn1 import (
    TLV,
    Default,
    Explicit,
    Implicit,
    Null,
    SetOf,
    UTCTime,
    decode_der,
    encode_der,
    sequence,
)
from cryptography.x509.oid import ObjectIdentifier

__all__ = ["UTCTime", "decode_der", "encode_der"]

DATA = ObjectIdentifier("1.2.840.113549.1.7.1")
SIGNED = ObjectIdentifier("1.2.840.113549.1.7.2")
CONTENT_TYPE = ObjectIdentifier("1.2.840.113549.1.9.3")
DIGEST = ObjectIdentifier("1.2.840.113549.1.9.4")
TIME = ObjectIdentifier("1.2.840.113549.1.9.5")


@sequence
class Algorithm:
    oid: ObjectIdentifier
    parameters: Null | None = None


RSA = Algorithm(oid=ObjectIdentifier("1.2.840.113549.1.1.1"), parameters=Null())
ECDSA_SHA256 = Algorithm(oid=ObjectIdentifier("1.2.840.10045.4.3.2"))
SHA256 = Algorithm(oid=ObjectIdentifier("2.16.840.1.101.3.4.2.1"))
SHA256_IMPRINT = Algorithm(oid=SHA256.oid, parameters=Null())


@sequence
class Attribute:
    kind: ObjectIdentifier
    values: SetOf[ObjectIdentifier | bytes | UTCTime]


@sequence
class Issued:
    issuer: TLV
    serial: int


@sequence
class SignerInfo:
    version: int
    who: Issued
    digest: Algorithm
    attributes: Annotated[SetOf[Attribute], Implicit(0)]
    algorithm: Algorithm
    signature: bytes


@sequence
class CmsContent:
    kind: ObjectIdentifier


@sequence
class SignedData:
    version: int
    digests: SetOf[Algorithm]
    content: CmsContent
    certificates: Annotated[x509.Certificate, Explicit(0)]
    signers: SetOf[SignerInfo]


@sequence
class ContentInfo:
    kind: ObjectIdentifier
    content: Annotated[SignedData, Explicit(0)]


@sequence
class Imprint:
    algorithm: Algorithm
    digest: bytes


@sequence
class TimeStampQuery:
    version: int
    imprint: Imprint
    nonce: int
    with_certificate: Annotated[bool, Default(False)]


def attribute(kind: ObjectIdentifier, value: ObjectIdentifier | bytes | UTCTime) -> Attribute:
    return Attribute(kind=kind, values=SetOf([value]))


def signed_attributes(attributes: list[Attribute]) -> bytes:
    """The bytes that a signature is over."""
    return encode_der(SetOf(attributes))


def signed_data(
    certificate: x509.Certificate, attributes: list[Attribute], algorithm: Algorithm, signature: bytes
) -> bytes:
    """A detached signature with the signer's certificate."""
    signer = SignerInfo(
        version=1,
        who=Issued(issuer=decode_der(TLV, certificate.issuer.public_bytes()), serial=certificate.serial_number),
        digest=SHA256,
        attributes=SetOf(attributes),
        algorithm=algorithm,
        signature=signature,
    )
    signed = SignedData(
        version=1,
        digests=SetOf([SHA256]),
        content=CmsContent(kind=DATA),
        certificates=certificate,
        signers=SetOf([signer]),
    )
    return encode_der(ContentInfo(kind=SIGNED, content=signed))
