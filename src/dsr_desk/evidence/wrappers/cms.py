"""bundle.p7m: the bundle as CMS EnvelopedData (AES-256-CBC) for several S/MIME certificates with RSA keys.

CBC does not notice changes by itself; the signature inside does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.verifying.check_bundle import Refused


class RecipientCertificateWrong(DeskError):
    code = "BUNDLE-RECIPIENT-CERTIFICATE"
    happened = "The certificate of recipient {number} cannot be used: {why}."
    means = "No bundle was made: it would have been sealed for fewer people than you chose."
    todo = "Ask the recipient for an S/MIME certificate with an RSA key (PEM), or for an age key."


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
        builder = builder.add_recipient(load_recipient(pem, number))
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def open_cms(data: bytes, key: EnvelopeKey) -> bytes:
    """The bundle (a zip). Raises Refused."""
    try:
        private = load_pem_private_key(key.private_key, None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise Refused("cms.key")
        certificate = x509.load_pem_x509_certificate(key.certificate)
        return pkcs7.pkcs7_decrypt_der(data, certificate, private, [])
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("cms.closed") from error


def load_recipient(pem: bytes, number: int) -> x509.Certificate:
    """Raises RecipientCertificateWrong."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise RecipientCertificateWrong(number=number, why=message("recipient.pem")) from error
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise RecipientCertificateWrong(number=number, why=message("recipient.kind"))
    if key.key_size < 2048:
        raise RecipientCertificateWrong(number=number, why=message("recipient.bits", bits=key.key_size))
    return certificate
