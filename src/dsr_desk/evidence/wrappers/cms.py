"""bundle.p7m: the bundle as CMS EnvelopedData (AES-256-CBC) for several S/MIME certificates with RSA keys.

CBC does not notice changes by itself; the signature inside does, and the archive inside is compared byte for byte. What
is around it has one form alone. The keys wrapped for other recipients are the one part that a recipient cannot judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.asn1 import Explicit, Implicit, SetOf, sequence
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7
from cryptography.x509.oid import ObjectIdentifier

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.evidence.signed import asn1
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.verifying.check_bundle import Refused
from dsr_desk.jobs.cell import CellFailed, Limits, ask


class RecipientCertificateWrong(DeskError):
    code = "BUNDLE-RECIPIENT-CERTIFICATE"
    happened = "The certificate of recipient {number} cannot be used: {why}."
    means = "No bundle was made: it would have been sealed for fewer people than you chose."
    todo = "Ask the recipient for an S/MIME certificate with an RSA key (PEM), or for an age key."


_ENVELOPED = ObjectIdentifier("1.2.840.113549.1.7.3")
_AES_256_CBC = ObjectIdentifier("2.16.840.1.101.3.4.1.42")


_RSA = asn1.encode_der(asn1.RSA)


@sequence
class _Recipient:
    version: int
    who: asn1.Issued
    algorithm: asn1.Algorithm
    key: bytes


@sequence
class _Cipher:
    oid: ObjectIdentifier
    begin: bytes


@sequence
class _Content:
    kind: ObjectIdentifier
    cipher: _Cipher
    sealed: Annotated[bytes, Implicit(0)]


@sequence
class _Enveloped:
    version: int
    recipients: SetOf[_Recipient]
    content: _Content


@sequence
class _Envelope:
    kind: ObjectIdentifier
    content: Annotated[_Enveloped, Explicit(0)]


@dataclass(frozen=True)
class EnvelopeKey:
    """A recipient's certificate and private key, both PEM; the key is not encrypted."""

    certificate: bytes
    private_key: bytes = field(repr=False)


def seal_cms(bundle: Mapping[str, bytes], certificates: Sequence[bytes]) -> bytes:
    """The encrypted bundle (DER) for certificates in PEM. Raises RecipientCertificateWrong."""
    if not certificates:
        raise ValueError("an enveloped bundle has at least one recipient")
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(stored_zip(bundle))
    builder = builder.set_content_encryption_algorithm(algorithms.AES256)
    for number, pem in enumerate(certificates, start=1):
        recipient_name(pem, number)
    loaded = [x509.load_pem_x509_certificate(pem) for pem in certificates]
    for certificate in {(one.issuer, one.serial_number): one for one in loaded}.values():
        builder = builder.add_recipient(certificate)
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def open_cms(data: bytes, key: EnvelopeKey) -> bytes:
    """The bundle (a zip). Raises Refused."""
    try:
        private = load_pem_private_key(key.private_key, None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise Refused("cms.key")
        certificate = x509.load_pem_x509_certificate(key.certificate)
        _require_form(data)
        return pkcs7.pkcs7_decrypt_der(data, certificate, private, [])
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("cms.closed") from error


def _require_form(data: bytes) -> None:
    """The one form that `seal_cms` writes. Raises Refused, ValueError."""
    envelope = asn1.decode_der(_Envelope, data)
    found, content, recipients = envelope.content, envelope.content.content, envelope.content.recipients.as_list()
    kinds = [envelope.kind, content.kind, content.cipher.oid, found.version]
    twice = len({asn1.encode_der(one.who) for one in recipients}) != len(recipients)
    if twice or kinds != [_ENVELOPED, asn1.DATA, _AES_256_CBC, 0]:
        raise Refused("cms.closed")
    if any(one.version != 0 or asn1.encode_der(one.algorithm) != _RSA for one in recipients):
        raise Refused("cms.closed")


def recipient_name(pem: bytes, number: int) -> str:
    """Whose certificate it is: looked at in a cell, before whoever seals reads it. Raises RecipientCertificateWrong."""
    try:
        name: str = ask(str, usable, pem, number, limits=Limits(seconds=10))
    except CellFailed as failed:
        raise RecipientCertificateWrong(number=number, why=failed.why) from failed
    return name


def usable(pem: bytes, number: int) -> str:
    """Inside a cell. Raises RecipientCertificateWrong."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key, name = certificate.public_key(), certificate.subject.rfc4514_string()
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise RecipientCertificateWrong(number=number, why=message("recipient.pem")) from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise RecipientCertificateWrong(number=number, why=message("recipient.kind"))
    if key.key_size < 2048:
        raise RecipientCertificateWrong(number=number, why=message("recipient.bits", bits=key.key_size))
    return name
