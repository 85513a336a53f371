"""The organisation's key: made here, brought, renewed, handed out; and time stamps that are carried by hand."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dsr_desk.app.case import review
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof import sealing, time_stamps
from dsr_desk.app.proof.signing_keys import (
    bring_signing_key,
    certificate_fingerprint,
    organisation_signer,
    renew_signing_key,
    signing_keys,
    write_certificate,
)
from dsr_desk.core.acts import Kind
from dsr_desk.core.findings import Verdict
from dsr_desk.evidence.signed.signing import KeyFileUnusable
from dsr_desk.evidence.signed.timestamp import TimeStampRefused
from dsr_desk.storage.files import FileThere
from unit.app.conftest import PASSPHRASE, Work

CONFIG = """
[tsa]
default_tsa = local
[local]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


def certificate_of(key: ec.EllipticCurvePrivateKey, name: str, *usages: x509.ObjectIdentifier) -> x509.Certificate:
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(hours=1)
    builder = x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=30))
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
    return builder.sign(key, hashes.SHA256())


def key_file(passphrase: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    locked = BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(b"own", key, certificate_of(key, "Own authority"), None, locked)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A local time stamping authority for `openssl ts`."""
    folder = tmp_path / "authority"
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certificate_of(key, "Local clock", ExtendedKeyUsageOID.TIME_STAMPING)
    (folder / "authority.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "ts.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    return folder


def answered(query: Path, authority: Path) -> bytes:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    command = [openssl, "ts", "-reply", "-config", "ts.cnf", "-queryfile", str(query.absolute()), "-signer",
               "authority.pem", "-inkey", "key.pem", "-out", "answer.tsr"]  # fmt: skip
    subprocess.run(command, cwd=authority, check=True, capture_output=True)
    return (authority / "answer.tsr").read_bytes()


@pytest.fixture
def nothing_found(work: Work) -> Work:
    work.search()
    for item in review.review_items(work.desk, work.ref):
        review.decide(work.desk, work.ref, item.candidate.id, Verdict.DIFFERENT)
    return work


def test_a_key_is_made_once_and_comes_back_when_the_vault_is_opened_again(desk: Desk) -> None:
    assert signing_keys(desk) == []
    first = certificate_fingerprint(desk)
    folder = desk.vault.folder
    desk.close()
    with Desk.open(folder, PASSPHRASE) as again:
        assert certificate_fingerprint(again) == first
        (only,) = signing_keys(again)
        assert (only.spoken, only.retired, only.follows) == (first, None, "")
        assert "Test organisation" in only.holder


def test_each_key_vouches_for_the_next_and_the_chain_is_kept_in_the_vault(desk: Desk) -> None:
    fingerprints = [organisation_signer(desk).fingerprint]
    for _ in range(2):
        renew_signing_key(desk)
        fingerprints.append(organisation_signer(desk).fingerprint)
    newest, middle, oldest = signing_keys(desk)
    assert [oldest.fingerprint, middle.fingerprint, newest.fingerprint] == fingerprints
    assert (newest.follows, middle.follows, oldest.follows) == (middle.fingerprint, oldest.fingerprint, "")
    assert newest.retired is None
    assert middle.retired
    assert len(organisation_signer(desk).successions) == 2
    said = [entry.act.open["event"] for entry in desk.vault.log.entries("") if entry.kind is Kind.ORGANISATION_KEY]
    assert said == ["made", "replaced", "replaced"]
    assert desk.vault.problems() == []


def test_a_stolen_key_vouches_for_nobody(desk: Desk) -> None:
    organisation_signer(desk)
    renew_signing_key(desk, stolen=True)
    assert signing_keys(desk)[0].follows == ""
    assert organisation_signer(desk).successions == ()


def test_a_key_of_their_own_takes_the_place_of_the_one_made_here(desk: Desk) -> None:
    before = organisation_signer(desk).fingerprint
    data = key_file("correct horse")
    with pytest.raises(KeyFileUnusable, match="passphrase"):
        bring_signing_key(desk, data, "wrong")
    assert organisation_signer(desk).fingerprint == before
    bring_signing_key(desk, data, "correct horse")
    assert (signing_keys(desk)[0].holder, signing_keys(desk)[0].follows) == ("CN=Own authority", before)
    with pytest.raises(KeyFileUnusable, match="in use already"):
        bring_signing_key(desk, data, "correct horse")


def test_a_certificate_is_written_to_a_new_file_alone(desk: Desk, tmp_path: Path) -> None:
    write_certificate(desk, tmp_path / "to" / "certificate.pem")
    written = (tmp_path / "to" / "certificate.pem").read_bytes()
    assert x509.load_pem_x509_certificate(written) == organisation_signer(desk).certificate
    with pytest.raises(FileThere):
        write_certificate(desk, tmp_path / "to" / "certificate.pem")


def test_bundles_of_every_key_verify_for_who_knows_the_first_fingerprint(nothing_found: Work, tmp_path: Path) -> None:
    desk, ref = nothing_found.desk, nothing_found.ref
    known = certificate_fingerprint(desk)
    (before,) = sealing.seal(desk, ref, tmp_path)
    renew_signing_key(desk)
    (after,) = sealing.seal(desk, ref, tmp_path)
    for sealed in (before, after):
        assert sealing.verify(sealed.path, passphrase=sealed.passphrase, certificate=known).ok
    says = {
        c.name: str(c.says) for c in sealing.verify(after.path, passphrase=after.passphrase, certificate=known).checks
    }
    assert "names as its successor" in says["signer"]
    renew_signing_key(desk, stolen=True)
    (unknown,) = sealing.seal(desk, ref, tmp_path)
    assert not sealing.verify(unknown.path, passphrase=unknown.passphrase, certificate=known).ok


def test_a_later_bundle_gets_a_number_and_names_the_one_before(nothing_found: Work, tmp_path: Path) -> None:
    desk, ref = nothing_found.desk, nothing_found.ref
    (first,) = sealing.seal(desk, ref, tmp_path)
    with pytest.raises(sealing.WhyMissing):
        sealing.seal(desk, ref, tmp_path, relation=sealing.Relation.CORRECTS)
    why = "the address was missing"
    (second,) = sealing.seal(desk, ref, tmp_path, relation=sealing.Relation.CORRECTS, why=why)
    assert [one.path.name for one in (first, second)] == [f"{ref}-open-me.html", f"{ref}-open-me-2.html"]
    report = sealing.open_bundle(second.path, tmp_path / "opened", passphrase=second.passphrase).read_text()
    assert "This corrects what we sealed on" in report
    assert why in report
    assert first.evidence_digest in report


def test_a_time_stamp_is_carried_by_hand_and_lies_beside_the_bundle(
    nothing_found: Work, authority: Path, tmp_path: Path
) -> None:
    desk, ref = nothing_found.desk, nothing_found.ref
    with pytest.raises(time_stamps.NothingToStamp):
        time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    (sealed,) = sealing.seal(desk, ref, tmp_path / "out", as_pdf=True)
    bare = sealing.verify(sealed.path, passphrase=sealed.passphrase)
    assert any("Clock not attested" in str(said) for said in bare.declared)
    (stale,) = time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    (query,) = time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    assert query.name == f"{ref}-requester-2.tsq"
    with pytest.raises(TimeStampRefused, match="nonce"):
        time_stamps.attach_time_stamp(desk, ref, answered(stale, authority))
    with pytest.raises(TimeStampRefused):
        time_stamps.attach_time_stamp(desk, ref, b"no answer")
    assert not list((tmp_path / "out").glob("*.tsr"))

    (beside,) = time_stamps.attach_time_stamp(desk, ref, answered(query, authority))
    assert beside == sealed.path.with_name(f"{sealed.path.name}.tsr")
    result = sealing.verify(sealed.path, passphrase=sealed.passphrase)
    assert result.ok
    assert not any("Clock not attested" in str(said) for said in result.declared)
    assert any(check.name == "time" and "Local clock" in str(check.says) for check in result.checks)
    (stamp,) = time_stamps.time_stamps(desk, ref)
    assert stamp.authority == "CN=Local clock"
    assert any(one.strength == "proved" and "Local clock" in str(one.by) for one in sealing.claims(desk, ref))
    with pytest.raises(time_stamps.NothingToStamp):
        time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    assert desk.vault.problems() == []
