"""Time stamps, S/MIME recipients, renewed keys and bundles that complete earlier ones."""

from __future__ import annotations

import base64
import json
import random
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from evidence_sample import certified
from evidence_sample import told as with_its_log
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
from stamping import Party, answer_of_openssl, root, stamper

YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module", params=["rsa", "ec"])
def authority(request: pytest.FixtureRequest) -> Party:
    """A local time stamping authority below a root."""
    return stamper(root(), key=rsa.generate_private_key(65537, 2048) if request.param == "rsa" else None)


def answer_to(query: bytes, authority: Party, folder: Path) -> bytes:
    return answer_of_openssl(tool("openssl"), query, authority, folder / "authority")


@pytest.fixture
def evidence(content: EvidenceContent, signer: Signer) -> Evidence:
    return sign(content, Edition.REGULATOR, signer, "en")


def test_a_time_stamp_goes_out_as_a_query_and_comes_back_into_the_bundle(
    evidence: Evidence, signer: Signer, authority: Party, tmp_path: Path
) -> None:
    asked = evidence.time_query
    answer = answer_to(asked, authority, tmp_path)
    trusted = authority.above[0].pem
    identity = pyrage.x25519.Identity.generate()
    sealed = wrap_age(evidence, tmp_path / "bundle.age", [str(identity.to_public())])
    bare = verify(sealed.path, identities=[str(identity)])
    assert message("bundle.clock") in bare.declared
    assert require_stamp(evidence.signature, asked, answer, trusted).who == "CN=Local clock"
    (tmp_path / "bundle.age.tsr").write_bytes(answer)
    opens: dict[str, Any] = {"identities": [str(identity)], "expected_certificate": signer.fingerprint}
    for listed, ok in (
        (None, None),
        (root("Another").pem, None),
        (trusted, True),
        (authority.pem, True),
        (b"none", None),
    ):
        result = verify(sealed.path, **opens, authorities=listed)
        assert result.ok is ok
        assert (message("bundle.clock") in result.declared) == (ok is None)
        (time,) = [check for check in result.checks if check.name == "time"]
        assert time.ok is ok
        assert ("Local clock" in time.says.say()) == (listed != b"none")
        assert ("no proof of time" in time.says.say()) == (ok is None and listed != b"none")
    folder = open_bundle(sealed.path, tmp_path / "out", identities=[str(identity)])[0].parents[2]
    assert [check.name for check in verify(folder).checks].count("time") == 1
    (tmp_path / "root.pem").write_bytes(trusted)
    command = [tool("openssl"), "ts", "-verify", "-data", SIGNATURE, "-in", TIME_STAMP, "-CAfile",
               str(tmp_path / "root.pem")]  # fmt: skip
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
    evidence: Evidence, content: EvidenceContent, signer: Signer, authority: Party, tmp_path: Path
) -> None:
    other = sign(replace(content, sealed="2026-03-13T16:00:00Z"), Edition.REGULATOR, signer, "en")
    asked = evidence.time_query
    with pytest.raises(TimeStampRefused, match="of other bytes than this signature"):
        require_stamp(evidence.signature, asked, answer_to(other.time_query, authority, tmp_path), b"")
    with pytest.raises(TimeStampRefused, match="the nonce is not the one"):
        require_stamp(evidence.signature, asked, answer_to(evidence.time_query, authority, tmp_path), b"")
    for nothing in (b"", bytes.fromhex("30053003020102"), asked):
        with pytest.raises(TimeStampRefused):
            require_stamp(evidence.signature, asked, nothing, b"")


def test_every_changed_byte_of_what_the_authority_signed_is_refused(
    evidence: Evidence, authority: Party, tmp_path: Path
) -> None:
    answer = answer_to(evidence.time_query, authority, tmp_path)
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


def test_each_s_mime_recipient_opens_with_openssl_and_with_this_program(
    evidence: Evidence, signer: Signer, tmp_path: Path
) -> None:
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
    certificates = [certified(f"Authority {n}", key, ec.generate_private_key(ec.SECP256R1()), None) for n, key in
                    enumerate(keys)]  # fmt: skip
    pems = [certificate.public_bytes(Encoding.PEM) for certificate in certificates]
    sealed = wrap_cms(evidence, tmp_path / "bundle.p7m", pems)
    assert sealed.recipients == ("O=Authority 0", "O=Authority 1")
    for number, key in enumerate(keys):
        told, ours = signer.fingerprint, EnvelopeKey(pems[number], pem(key))
        assert verify(sealed.path, envelope_key=ours, expected_certificate=told).ok
        (tmp_path / "cert.pem").write_bytes(pems[number])
        (tmp_path / "key.pem").write_bytes(pem(key))
        command = [tool("openssl"), "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "bundle.p7m", "-recip",
                   "cert.pem", "-inkey", "key.pem", "-out", "bundle.zip"]  # fmt: skip
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        assert verify(tmp_path / "bundle.zip", expected_certificate=told).ok
    stranger = rsa.generate_private_key(65537, 2048)
    assert not verify(sealed.path, envelope_key=EnvelopeKey(pems[0], pem(stranger))).ok
    with pytest.raises(SecretNeeded):
        verify(sealed.path)


def test_changed_bytes_of_an_envelope_are_refused(evidence: Evidence, signer: Signer, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    certificate = certified("Authority", key, ec.generate_private_key(ec.SECP256R1()), None).public_bytes(Encoding.PEM)
    data = wrap_cms(evidence, tmp_path / "bundle.p7m", [certificate]).path.read_bytes()
    chance, changed = random.Random(5), tmp_path / "changed.p7m"
    ours, told = EnvelopeKey(certificate, pem(key)), signer.fingerprint
    assert verify(tmp_path / "bundle.p7m", envelope_key=ours, expected_certificate=told).ok
    for place in chance.sample(range(600, len(data)), 25):
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        changed.write_bytes(flipped)
        assert not verify(changed, envelope_key=ours, expected_certificate=told).ok


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
    assert {finding.name: str(finding.says) for finding in findings if finding.ok is False} == {
        "signer": "A succession of keys has a signature that does not hold."
    }


def test_a_later_bundle_names_the_one_that_it_completes(content: EvidenceContent, signer: Signer) -> None:
    first = sign(content, Edition.REGULATOR, signer, "en")
    earlier = EarlierBundle(first.digest, content.sealed, Relation.COMPLETES, quoted("a model was due after sealing"))
    later = with_its_log(replace(content, earlier=(earlier,)))
    bundle = sign(later, Edition.REGULATOR, signer, "en").in_memory
    findings, _ = check_all(bundle, signer.fingerprint)
    assert all(finding.ok for finding in findings)
    envelope = json.loads(members_of(bundle[EVIDENCE])["data/statement.dsse.json"])
    (named,) = json.loads(base64.b64decode(envelope["payload"]))["predicate"]["earlier"]
    assert (named["evidence_digest"], named["relation"]) == (first.digest, "completes")
