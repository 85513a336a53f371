"""Time stamps, S/MIME recipients, renewed keys and bundles that complete earlier ones."""

from __future__ import annotations

import base64
import json
import random
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from evidence_sample import certified
from test_evidence_tools import openssl_verifies, tool

from dsr_desk.core.message import message, quoted
from dsr_desk.evidence.contents.content import EarlierBundle, Edition, EvidenceContent, Relation
from dsr_desk.evidence.seal import Evidence, sign, wrap_age, wrap_cms
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.timestamp import TimeStampRefused, require_stamp
from dsr_desk.evidence.verifying.check_bundle import (
    EVIDENCE,
    SIGNATURE,
    TIME_STAMP,
    Refused,
    check_all,
    check_time_stamp,
    members_of,
)
from dsr_desk.evidence.verifying.open import open_bundle
from dsr_desk.evidence.verifying.verify import SecretNeeded, verify
from dsr_desk.evidence.wrappers.cms import EnvelopeKey, RecipientCertificateWrong

YEAR = datetime(2026, 1, 1, tzinfo=UTC)

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


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module", params=["rsa", "ec"])
def authority(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local time stamping authority for `openssl ts`."""
    folder = tmp_path_factory.mktemp("authority")
    key = rsa.generate_private_key(65537, 2048) if request.param == "rsa" else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Local clock")])
    stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
        .add_extension(stamping, critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "authority.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(pem(key))
    (folder / "ts.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    return folder


def answer_to(query: bytes, authority: Path) -> bytes:
    (authority / "query.tsq").write_bytes(query)
    command = [tool("openssl"), "ts", "-reply", "-config", "ts.cnf", "-queryfile", "query.tsq", "-signer",
               "authority.pem", "-inkey", "key.pem", "-out", "answer.tsr"]  # fmt: skip
    subprocess.run(command, cwd=authority, check=True, capture_output=True)
    return (authority / "answer.tsr").read_bytes()


@pytest.fixture
def evidence(content: EvidenceContent, signer: Signer) -> Evidence:
    return sign(content, Edition.REGULATOR, signer, "en")


def test_a_time_stamp_goes_out_as_a_query_and_comes_back_into_the_bundle(
    evidence: Evidence, authority: Path, tmp_path: Path
) -> None:
    asked = evidence.time_query
    answer = answer_to(asked, authority)
    identity = pyrage.x25519.Identity.generate()
    sealed = wrap_age(evidence, tmp_path / "bundle.age", [str(identity.to_public())])
    bare = verify(sealed.path, identities=[str(identity)])
    assert message("bundle.clock") in bare.declared
    assert require_stamp(evidence.signature, asked, answer).authority.subject.rfc4514_string() == "CN=Local clock"
    (tmp_path / "bundle.age.tsr").write_bytes(answer)
    result = verify(sealed.path, identities=[str(identity)])
    assert message("bundle.clock") not in result.declared
    assert result.ok
    (time,) = [check.says for check in result.checks if check.name == "time"]
    assert "Local clock" in time.say()
    folder = open_bundle(sealed.path, tmp_path / "out", identities=[str(identity)])[0].parents[2]
    assert [check.name for check in verify(folder).checks].count("time") == 1
    command = [tool("openssl"), "ts", "-verify", "-data", SIGNATURE, "-in", TIME_STAMP, "-CAfile",
               str(authority / "authority.pem")]  # fmt: skip
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True)
    assert b"Verification: OK" in done.stdout + done.stderr
    assert openssl_verifies(folder)


def test_the_query_asks_for_this_signature_with_a_nonce(evidence: Evidence, tmp_path: Path) -> None:
    first, second = evidence.time_query, evidence.time_query
    assert first != second
    (tmp_path / "query.tsq").write_bytes(first)
    command = [tool("openssl"), "ts", "-query", "-in", "query.tsq", "-text"]
    text = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout.decode()
    assert "Hash Algorithm: sha256" in text
    assert "Certificate required: yes" in text


def test_an_answer_for_another_signature_or_a_refusal_is_not_taken(
    evidence: Evidence, content: EvidenceContent, signer: Signer, authority: Path
) -> None:
    other = sign(replace(content, sealed="2026-03-13T16:00:00Z"), Edition.REGULATOR, signer, "en")
    asked = evidence.time_query
    with pytest.raises(TimeStampRefused, match="of other bytes than this signature"):
        require_stamp(evidence.signature, asked, answer_to(other.time_query, authority))
    with pytest.raises(TimeStampRefused, match="the nonce is not the one"):
        require_stamp(evidence.signature, asked, answer_to(evidence.time_query, authority))
    for nothing in (b"", bytes.fromhex("30053003020102"), asked):
        with pytest.raises(TimeStampRefused):
            require_stamp(evidence.signature, asked, nothing)


def test_every_changed_byte_of_what_the_authority_signed_is_refused(evidence: Evidence, authority: Path) -> None:
    answer = answer_to(evidence.time_query, authority)
    chance = random.Random(11)
    signed = answer.index(bytes.fromhex("2a864886f70d0109100104")) + 11
    for place in chance.sample(range(signed, signed + 120), 60):
        changed = bytearray(answer)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(Refused):
            check_time_stamp(evidence.in_memory[SIGNATURE], bytes(changed))
    for length in range(0, len(answer), 37):
        with pytest.raises(Refused):
            check_time_stamp(evidence.in_memory[SIGNATURE], answer[:length])


def test_each_s_mime_recipient_opens_with_openssl_and_with_this_program(evidence: Evidence, tmp_path: Path) -> None:
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
    certificates = [certified(f"Authority {n}", key, ec.generate_private_key(ec.SECP256R1()), None) for n, key in
                    enumerate(keys)]  # fmt: skip
    pems = [certificate.public_bytes(Encoding.PEM) for certificate in certificates]
    sealed = wrap_cms(evidence, tmp_path / "bundle.p7m", pems)
    assert sealed.recipients == ("O=Authority 0", "O=Authority 1")
    for number, key in enumerate(keys):
        assert verify(sealed.path, envelope_key=EnvelopeKey(pems[number], pem(key))).ok
        (tmp_path / "cert.pem").write_bytes(pems[number])
        (tmp_path / "key.pem").write_bytes(pem(key))
        command = [tool("openssl"), "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "bundle.p7m", "-recip",
                   "cert.pem", "-inkey", "key.pem", "-out", "bundle.zip"]  # fmt: skip
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        assert verify(tmp_path / "bundle.zip").ok
    stranger = rsa.generate_private_key(65537, 2048)
    assert not verify(sealed.path, envelope_key=EnvelopeKey(pems[0], pem(stranger))).ok
    with pytest.raises(SecretNeeded):
        verify(sealed.path)


def test_changed_bytes_of_an_envelope_are_refused(evidence: Evidence, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    certificate = certified("Authority", key, ec.generate_private_key(ec.SECP256R1()), None).public_bytes(Encoding.PEM)
    data = wrap_cms(evidence, tmp_path / "bundle.p7m", [certificate]).path.read_bytes()
    chance, changed = random.Random(5), tmp_path / "changed.p7m"
    assert verify(tmp_path / "bundle.p7m", envelope_key=EnvelopeKey(certificate, pem(key))).ok
    for place in chance.sample(range(600, len(data)), 25):
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        changed.write_bytes(flipped)
        assert not verify(changed, envelope_key=EnvelopeKey(certificate, pem(key))).ok


def test_a_certificate_that_cannot_receive_is_refused_before_anything_is_written(
    evidence: Evidence, tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certified("Authority", key, key, None).public_bytes(Encoding.PEM)
    for wrong in (certificate, b"no certificate"):
        with pytest.raises(RecipientCertificateWrong):
            wrap_cms(evidence, tmp_path / "bundle.p7m", [wrong])
    assert list(tmp_path.iterdir()) == []


def test_who_knows_the_old_fingerprint_trusts_the_key_that_follows(content: EvidenceContent, signer: Signer) -> None:
    second = signer.succeeded_by(Signer.new("Lumen Vision GmbH", YEAR))
    third = second.succeeded_by(Signer.new("Lumen Vision GmbH", YEAR))
    again = Signer.load(third.private_bytes(), third.certificate_bytes(), third.successions)
    bundle = sign(content, Edition.REGULATOR, again, "en").in_memory
    for known in (signer, second, third):
        findings, _ = check_all(bundle, known.fingerprint)
        assert all(finding.ok for finding in findings)
    findings, _ = check_all(bundle, Signer.new("Lumen Vision GmbH", YEAR).fingerprint)
    assert [finding.name for finding in findings if not finding.ok] == ["signer"]


def test_a_succession_that_the_old_key_did_not_sign_is_refused(content: EvidenceContent, signer: Signer) -> None:
    forger = Signer.new("Lumen Vision GmbH", YEAR)
    forged = json.loads(signer.succeeded_by(signer).successions[0])
    said = {"type": "urn:dsr-desk:succession:v1", "old": signer.fingerprint, "new": forger.fingerprint}
    forged["envelope"] = forger.envelope("application/json", said)
    posing = Signer(forger.key, forger.certificate, (json.dumps(forged).encode(),))
    findings, _ = check_all(sign(content, Edition.REGULATOR, posing, "en").in_memory, signer.fingerprint)
    assert {finding.name: str(finding.says) for finding in findings if not finding.ok} == {
        "signer": "A succession of keys has a signature that does not hold."
    }


def test_a_later_bundle_names_the_one_that_it_completes(content: EvidenceContent, signer: Signer) -> None:
    first = sign(content, Edition.REGULATOR, signer, "en")
    earlier = EarlierBundle(first.digest, content.sealed, Relation.COMPLETES, quoted("a model was due after sealing"))
    later = replace(content, sealed="2026-05-02T08:00:00Z", earlier=(earlier,))
    bundle = sign(later, Edition.REGULATOR, signer, "en").in_memory
    findings, _ = check_all(bundle)
    assert all(finding.ok for finding in findings)
    envelope = json.loads(members_of(bundle[EVIDENCE])["data/statement.dsse.json"])
    (named,) = json.loads(base64.b64decode(envelope["payload"]))["predicate"]["earlier"]
    assert (named["evidence_digest"], named["relation"]) == (first.digest, "completes")
