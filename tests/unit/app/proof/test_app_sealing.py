"""Bundles for regulators with certificates, and what a recipient can hold against the next bundle."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from dsr_desk.app.case import review
from dsr_desk.app.proof import sealing
from dsr_desk.app.vault.checkpointing import write_page
from dsr_desk.app.vault.comparing import Agreement, HeldUnreadable, compare
from dsr_desk.cli.main import main
from dsr_desk.core.findings import Verdict
from dsr_desk.core.refusals import EditionDeniedByIdentity
from dsr_desk.core.requests import Right
from dsr_desk.evidence.verifying.verify import SecretNeeded
from dsr_desk.evidence.wrappers.cms import RecipientCertificateWrong
from unit.app.conftest import PASSPHRASE, Work
from unit.app.small_case import Small


def write_certificate_and_key(folder: Path) -> tuple[Path, Path]:
    """An S/MIME recipient's certificate and key."""
    folder.mkdir()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Regulator")])
    start = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=30))
    certificate = builder.sign(key, hashes.SHA256())
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@pytest.fixture
def nothing_found(work: Work) -> Work:
    work.search()
    for item in review.review_items(work.desk, work.ref):
        review.decide(work.desk, work.ref, item.candidate.id, Verdict.DIFFERENT)
    return work


def test_a_regulator_opens_with_certificate_and_key_and_nobody_else_does(nothing_found: Work, tmp_path: Path) -> None:
    ours, other = write_certificate_and_key(tmp_path / "ours"), write_certificate_and_key(tmp_path / "other")
    desk, ref = nothing_found.desk, nothing_found.ref
    (sealed,) = sealing.seal(desk, ref, tmp_path / "out", requester=False, certificates=[ours[0]])

    assert sealing.verify(sealed.path, envelope=ours).ok is not False
    assert sealing.verify(sealed.path, envelope=other).ok is False
    assert sealing.open_bundle(sealed.path, tmp_path / "opened", envelope=ours).is_file()


def test_nothing_is_sealed_for_whom_a_later_check_found_to_be_another(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    small.say(right=Right.ACCESS)
    small.identify(verified=False)
    before = small.desk.vault.log.size
    with pytest.raises(EditionDeniedByIdentity):
        sealing.seal(small.desk, small.ref, tmp_path / "out")
    assert not list(tmp_path.glob("out/*"))
    assert small.desk.vault.log.size == before


def test_a_certificate_that_cannot_be_used_stops_the_bundle(nothing_found: Work, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    with pytest.raises(RecipientCertificateWrong):
        sealing.seal(nothing_found.desk, nothing_found.ref, tmp_path / "out", certificates=[broken])

    assert not list(tmp_path.glob("out/*"))


def test_the_next_bundle_continues_the_checkpoint_of_the_one_before(nothing_found: Work, tmp_path: Path) -> None:
    desk, ref = nothing_found.desk, nothing_found.ref
    (first,) = sealing.seal(desk, ref, tmp_path / "first")
    sealing.open_bundle(first.path, tmp_path / "opened", passphrase=first.passphrase)
    held = tmp_path / "opened" / "evidence" / "data" / "log" / "checkpoint"
    (second,) = sealing.seal(desk, ref, tmp_path / "second")
    foreign = tmp_path / "foreign"
    foreign.write_text(held.read_text().replace("dsr-desk/", "dsr-desk/x", 1))
    vault = desk.vault.folder
    desk.close()
    secret, opener = tmp_path / "secret.txt", tmp_path / "opener.txt"
    secret.write_text(PASSPHRASE)
    opener.write_text(second.passphrase)

    def says(*words: object, code: int = 0) -> Any:
        done = CliRunner().invoke(main, [*map(str, words), "--json"])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    pem = tmp_path / "certificate.pem"
    handed = says("bundle", "certificate", "--to", pem, "--vault", vault, "--passphrase-file", secret)
    assert x509.load_pem_x509_certificate(pem.read_bytes()).fingerprint(hashes.SHA256()).hex() == handed[
        "fingerprint"
    ].replace(" ", "")
    verify = ("bundle", "verify", second.path, "--passphrase-file", opener, "--certificate", handed["fingerprint"])
    found = says(*verify, "--held-checkpoint", held)
    assert found["ok"]
    assert found["declared"]
    assert any("continues the checkpoint that you hold" in check["says"] for check in found["checks"])
    refused = says(*verify, "--held-checkpoint", foreign, code=1)
    assert [check["name"] for check in refused["checks"] if check["ok"] is False] == ["journal"]


@pytest.mark.parametrize("name", ["page.pdf", "line.txt"])
def test_who_holds_a_page_finds_a_proof_from_it_in_the_next_bundle(
    nothing_found: Work, tmp_path: Path, name: str
) -> None:
    desk, ref = nothing_found.desk, nothing_found.ref
    write_page(desk, tmp_path / name)
    (sealed,) = sealing.seal(desk, ref, tmp_path / "out")
    held = sealing.verify(sealed.path, passphrase=sealed.passphrase, held_checkpoint=tmp_path / name)
    assert [check.ok for check in held.checks if check.name == "journal"] == [True]
    assert "continues the checkpoint that you hold" in str(next(c.says for c in held.checks if c.name == "journal"))
    assert compare(desk, sealed.path, passphrase=sealed.passphrase).standing is Agreement.CONTINUED
    with pytest.raises(HeldUnreadable):
        compare(desk, sealed.path, passphrase="another passphrase")
    with pytest.raises(SecretNeeded):
        compare(desk, sealed.path)
