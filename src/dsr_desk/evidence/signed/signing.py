"""The organisation's signing key: made here or brought as PKCS#12, and the CMS signature over evidence.zip.

ECDSA on P-256 with SHA-256: what `openssl cms` and the `cryptography` package both sign and check without options.
The journal's Ed25519 key is derived from the same key, so that one thing is kept, backed up and rotated.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.evidence.signed import asn1

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_VALID = timedelta(days=5 * 365)


class KeyFileUnusable(DeskError):
    code = "SIGNING-KEY-UNUSABLE"
    happened = "The key file cannot be used for signing: {why}."
    means = "Nothing was changed; bundles are still signed with the present key."
    todo = "Use a PKCS#12 file (.p12, .pfx) with an RSA key of 3072 bits or more, or a P-256 or P-384 key."


class CertificateNotValid(DeskError):
    code = "SIGNING-CERTIFICATE-NOT-VALID"
    happened = "The certificate to sign bundles with is not valid now: it is from {begin:day} to {end:day}."
    means = "Whoever checked a bundle that was signed now would refuse it. Nothing was signed."
    todo = (
        "Set the clock of this computer right if it is wrong; else renew the key, or use one with a valid certificate."
    )


@dataclass(frozen=True)
class Signer:
    """A private key with its certificate. Lives in the vault and nowhere else.

    `successions` are signed words of earlier keys that name their successor, oldest first (see `succeeded_by`).
    """

    key: SigningKey
    certificate: x509.Certificate
    successions: tuple[bytes, ...] = ()

    @classmethod
    def new(cls, organisation: str, now: datetime | None = None) -> Signer:
        """A fresh P-256 key with a self-signed certificate in the organisation's name, valid five years."""
        begin = (now or datetime.now(UTC)).replace(microsecond=0)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, _fit(organisation)),
                x509.NameAttribute(NameOID.COMMON_NAME, _fit(f"{organisation[:48]} evidence")),
            ]
        )
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin - timedelta(minutes=5))
            .not_valid_after(begin + _VALID)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
            .add_extension(subject_key, critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @classmethod
    def from_pkcs12(cls, data: bytes, passphrase: str) -> Signer:
        """The organisation's own key and certificate. Raises KeyFileUnusable."""
        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(data, passphrase.encode() or None)
        except ValueError as error:
            raise KeyFileUnusable(why=message("key-file.passphrase")) from error
        if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise KeyFileUnusable(why=message("key-file.kind"))
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size < 3072:
            raise KeyFileUnusable(why=message("key-file.bits", bits=key.key_size))
        if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name not in ("secp256r1", "secp384r1"):
            raise KeyFileUnusable(why=message("key-file.curve", curve=key.curve.name))
        if key.public_key() != certificate.public_key():
            raise KeyFileUnusable(why=message("key-file.other"))
        return cls(key, certificate)

    @classmethod
    def load(cls, private_key: bytes, certificate: bytes, successions: tuple[bytes, ...] = ()) -> Signer:
        """From what `private_bytes` and `certificate_bytes` gave (DER)."""
        key = serialization.load_der_private_key(private_key, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise KeyFileUnusable(why=message("key-file.neither"))
        return cls(key, x509.load_der_x509_certificate(certificate), successions)

    def succeeded_by(self, new: Signer) -> Signer:
        """The new signer with this key's signed word that it follows: who knows the old fingerprint trusts the new key.

        Not for a key that was stolen: a thief could sign that word too.
        """
        said = {"type": "urn:dsr-desk:succession:v1", "old": self.fingerprint, "new": new.fingerprint}
        link = {"certificate": self.certificate_pem.decode(), "envelope": self.envelope("application/json", said)}
        return Signer(new.key, new.certificate, (*self.successions, canonical_json(link)))

    @property
    def valid(self) -> tuple[datetime, datetime]:
        """From when to when the certificate is valid."""
        return self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc

    def require_valid(self, when: datetime) -> None:
        """Raises CertificateNotValid."""
        begin, end = self.valid
        if not begin <= when <= end:
            raise CertificateNotValid(begin=f"{begin:%Y-%m-%d}", end=f"{end:%Y-%m-%d}")

    @property
    def follows(self) -> str:
        """Fingerprint of the key that vouches for this one; "" where none does."""
        if not self.successions:
            return ""
        envelope = json.loads(self.successions[-1])["envelope"]
        return str(json.loads(base64.b64decode(envelope["payload"]))["old"])

    def envelope(self, kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
        """A DSSE envelope over the canonical JSON of a value; the key id is the certificate's fingerprint."""
        payload = canonical_json(dict(value))
        signature = self.sign(b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload))
        return {
            "payloadType": kind,
            "payload": base64.b64encode(payload).decode(),
            "signatures": [{"keyid": self.fingerprint, "sig": base64.b64encode(signature).decode()}],
        }

    def private_bytes(self) -> bytes:
        """PKCS#8, DER, not encrypted: for the vault's database alone."""
        return self.key.private_bytes(Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def certificate_bytes(self) -> bytes:
        """DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def certificate_pem(self) -> bytes:
        """What is handed out."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the certificate, 64 hex digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @cached_property
    def log_key(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints of the journal."""
        derivation = HKDF(hashes.SHA256(), 32, salt=None, info=b"dsr-desk journal checkpoint key")
        seed = derivation.derive(self.private_bytes())
        return Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, data: bytes) -> bytes:
        """Signature over SHA-256, the same bytes each time (RFC 6979 for elliptic curves, PKCS#1 v1.5 for RSA)."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def sign_detached(self, digest: bytes, when: datetime) -> bytes:
        """Detached CMS signature (DER, RFC 5652) over what has this SHA-256, with certificate and time of signing.

        The same bytes each time.
        """
        attributes = [
            asn1.attribute(asn1.CONTENT_TYPE, asn1.DATA),
            asn1.attribute(asn1.TIME, asn1.UTCTime(when.astimezone(UTC).replace(microsecond=0))),
            asn1.attribute(asn1.DIGEST, digest),
        ]
        algorithm = asn1.RSA if isinstance(self.key, rsa.RSAPrivateKey) else asn1.ECDSA_SHA256
        signature = self.sign(asn1.signed_attributes(attributes))
        return asn1.signed_data(self.certificate, attributes, algorithm, signature)


def readable_fingerprint(fingerprint: str) -> str:
    """In groups of four, to be read out on the telephone."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _fit(name: str) -> str:
    """X.509 names hold 64 characters."""
    return name[:64] or "unknown organisation"
