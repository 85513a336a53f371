"""Authorities for time stamps and what they answer, made by hand, so that each rule can be broken alone."""

from __future__ import annotations

import hashlib
import itertools
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2046, 1, 1, tzinfo=UTC)
STAMPED = datetime(2026, 3, 12, 17, 0, tzinfo=UTC)
STAMPING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
CONFIG = """
[tsa]
default_tsa = local
[local]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
ess_cert_id_alg = sha256
"""
_NUMBERS = itertools.count(7)


@dataclass(frozen=True)
class Party:
    """Who holds a certificate and its key, with those who stand above."""

    key: Key
    certificate: x509.Certificate
    above: tuple[Party, ...] = field(default=())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def party(
    name: str,
    above: Party | None = None,
    *,
    key: Key | None = None,
    ca: bool | None = None,
    length: int | None = None,
    signs: bool | None = None,
    purposes: x509.ExtendedKeyUsage | None = None,
    critical: bool = True,
    more: Sequence[tuple[x509.ExtensionType, bool]] = (),
    valid: tuple[datetime, datetime] = (BEGIN, END),
) -> Party:
    """Somebody with a certificate, issued by who stands above, or by themselves. `signs` says keyCertSign or not."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = above.certificate.subject if above else own
    builder = x509.CertificateBuilder(issuer, own, key.public_key(), next(_NUMBERS))
    builder = builder.not_valid_before(valid[0]).not_valid_after(valid[1])
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, length), critical=True)
    if signs is not None:
        builder = builder.add_extension(usage(key_cert_sign=signs, digital_signature=not signs), critical=True)
    if purposes is not None:
        builder = builder.add_extension(purposes, critical=critical)
    for one, hard in more:
        builder = builder.add_extension(one, critical=hard)
    signing = above.key if above else key
    algorithm = None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Party(key, builder.sign(signing, algorithm), (above, *above.above) if above else ())


def usage(**said: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: said.get(name, False) for name in names})


def stamper(above: Party | None = None, name: str = "Local clock", **how: object) -> Party:
    """An authority as it should be."""
    return party(name, above, **{"purposes": STAMPING, **how})  # type: ignore[arg-type]


def root(name: str = "Root", **how: object) -> Party:
    return party(name, **{"ca": True, "signs": True, **how})  # type: ignore[arg-type]


def below(above: Party, name: str = "Between", **how: object) -> Party:
    return party(name, above, **{"ca": True, "signs": True, **how})  # type: ignore[arg-type]


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    spelled = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(spelled)]) + spelled + body


def number(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(spelled: str) -> bytes:
    return der(0x06, bytes.fromhex(spelled))


_SHA256 = der(0x30, oid("608648016503040201"), b"\x05\x00")
_CONTENT, _DIGEST, _MADE_WITH = "2a864886f70d010903", "2a864886f70d010904", "2a864886f70d010910022f"
_TIME_STAMP = oid("2a864886f70d0109100104")


def stamp(
    data: bytes,
    by: Party,
    *,
    time: datetime = STAMPED,
    fraction: str = "",
    nonce: int = 1,
    names: x509.Certificate | None = None,
    unnamed: bool = False,
) -> bytes:
    """What an authority answers about these bytes. It brings its own certificate and those above, but for the root.

    `names` is another certificate that it says it was made with; `unnamed` says none.
    """
    imprint = der(0x30, _SHA256, der(0x04, hashlib.sha256(data).digest()))
    when = der(0x18, f"{time:%Y%m%d%H%M%S}{fraction}Z".encode())
    info = der(0x30, number(1), oid("2a0304"), imprint, number(1), when, number(nonce))
    named = der(0x04, hashlib.sha256((names or by.certificate).public_bytes(Encoding.DER)).digest())
    attributes = [
        der(0x30, oid(_CONTENT), der(0x31, _TIME_STAMP)),
        der(0x30, oid(_DIGEST), der(0x31, der(0x04, hashlib.sha256(info).digest()))),
    ]
    if not unnamed:
        attributes.append(der(0x30, oid(_MADE_WITH), der(0x31, der(0x30, der(0x30, der(0x30, named))))))
    attributes.sort()
    signature = _signature(by.key, der(0x31, *attributes))
    issuer = der(0x30, by.certificate.issuer.public_bytes(), number(by.certificate.serial_number))
    algorithm = der(0x30, oid("2a8648ce3d040302" if isinstance(by.key, ec.EllipticCurvePrivateKey) else
                             "2a864886f70d01010b"))  # fmt: skip
    signer = der(0x30, number(1), issuer, _SHA256, der(0xA0, *attributes), algorithm, der(0x04, signature))
    brought = [one.certificate.public_bytes(Encoding.DER) for one in (by, *by.above[:-1])]
    content = der(0x30, _TIME_STAMP, der(0xA0, der(0x04, info)))
    signed = der(0x30, number(3), der(0x31, _SHA256), content, der(0xA0, *brought), der(0x31, signer))
    return der(0x30, der(0x30, number(0)), der(0x30, oid("2a864886f70d010702"), der(0xA0, signed)))


def _signature(key: Key, data: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(data)


def answer_of_openssl(openssl: str, query: bytes, by: Party, folder: Path) -> bytes:
    """What `openssl ts` answers in this authority's name, now."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {"authority.pem": by.pem, "key.pem": by.key_pem, "ts.cnf": CONFIG.encode(), "query.tsq": query}
    written["chain.pem"] = b"".join(one.pem for one in by.above[:-1])
    for name, data in written.items():
        (folder / name).write_bytes(data)
    if not (folder / "serial").exists():
        (folder / "serial").write_text("01\n")
    command = [openssl, "ts", "-reply", "-config", "ts.cnf", "-queryfile", "query.tsq", "-signer", "authority.pem",
               "-inkey", "key.pem", "-out", "answer.tsr"]  # fmt: skip
    command += ["-chain", "chain.pem"] if written["chain.pem"] else []
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / "answer.tsr").read_bytes()


def openssl_trusts(openssl: str, data: bytes, answer: bytes, trusted: Sequence[Party], folder: Path) -> bool:
    """What `openssl ts -verify` says at the time of the stamp."""
    folder.mkdir(parents=True, exist_ok=True)
    pems = b"".join(one.pem for one in trusted)
    for name, content in (("data", data), ("answer.tsr", answer), ("roots.pem", pems)):
        (folder / name).write_bytes(content)
    command = [openssl, "ts", "-verify", "-data", "data", "-in", "answer.tsr", "-CAfile", "roots.pem", "-attime",
               str(int(STAMPED.timestamp())), "-partial_chain"]  # fmt: skip
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True)
    return done.returncode == 0 and b"Verification: OK" in done.stdout + done.stderr
