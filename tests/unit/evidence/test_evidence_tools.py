"""Bundles checked with tools that people trust already: openssl, age, sha256sum, unzip, bagit."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import bagit
import pyrage
import pytest

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import seal, sign
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.open import open_bundle


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False)


def openssl_verifies(folder: Path, *more: str) -> bool:
    command = (
        "cms", "-verify", "-binary", "-inform", "DER", "-in", "evidence.zip.p7s", "-content", "evidence.zip",
        "-CAfile", "certificate.pem", "-partial_chain", "-out", "checked.zip", *more,
    )  # fmt: skip
    done = run(tool("openssl"), *command, cwd=folder)
    return done.returncode == 0 and b"CMS Verification successful" in done.stderr


@pytest.fixture
def unpacked(content: EvidenceContent, signer: Signer, tmp_path: Path) -> Path:
    """A regulator's bundle as age and unzip leave it."""
    identity = pyrage.x25519.Identity.generate()
    seal(content, Edition.REGULATOR, signer, tmp_path / "bundle.age", recipients=[str(identity.to_public())])
    key = tmp_path / "identity.txt"
    key.write_text(f"{identity}\n")
    done = run(tool("age"), "-d", "-i", str(key), "-o", "bundle.zip", "bundle.age", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert run(tool("unzip"), "-q", "bundle.zip", "-d", "bundle", cwd=tmp_path).returncode == 0
    assert run(tool("unzip"), "-q", "evidence.zip", "-d", "bag", cwd=tmp_path / "bundle").returncode == 0
    return tmp_path / "bundle"


def test_openssl_verifies_the_signature_with_the_command_of_the_text(unpacked: Path) -> None:
    assert openssl_verifies(unpacked)
    assert (unpacked / "checked.zip").read_bytes() == (unpacked / "evidence.zip").read_bytes()
    text = " ".join((unpacked / "VERIFY.txt").read_text().replace("\\\n", " ").split())
    assert (
        "openssl cms -verify -binary -inform DER -in evidence.zip.p7s -content evidence.zip "
        "-CAfile certificate.pem -partial_chain" in text
    )


def test_openssl_refuses_an_archive_with_one_byte_changed(unpacked: Path) -> None:
    archive = unpacked / "evidence.zip"
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)
    assert not openssl_verifies(unpacked)


def test_openssl_shows_the_fingerprint_that_the_text_names(unpacked: Path, signer: Signer) -> None:
    done = run(tool("openssl"), "x509", "-in", "certificate.pem", "-noout", "-fingerprint", "-sha256", cwd=unpacked)
    assert done.stdout.decode().strip().split("=")[1].replace(":", "").lower() == signer.fingerprint
    assert signer.fingerprint in (unpacked / "VERIFY.txt").read_text()


def test_sha256sum_accepts_both_manifests_and_notices_a_change(unpacked: Path) -> None:
    command = (tool("sha256sum"), "--check", "--strict", "manifest-sha256.txt", "tagmanifest-sha256.txt")
    assert run(*command, cwd=unpacked / "bag").returncode == 0
    (unpacked / "bag" / "data" / "hits.jsonl").write_text("[]")
    assert run(*command, cwd=unpacked / "bag").returncode == 1


def test_bagit_validates_the_bag_and_notices_an_added_file(unpacked: Path) -> None:
    bag = bagit.Bag(str(unpacked / "bag"))
    assert bag.version_info == (1, 0)
    bag.validate()
    (unpacked / "bag" / "data" / "more.json").write_text("[]")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(unpacked / "bag")).validate()


def test_the_verifier_inside_the_bundle_runs_alone(unpacked: Path, signer: Signer) -> None:
    named = ("--fingerprint", signer.fingerprint, "--checkpoint", "bag/data/log/checkpoint")
    command = (sys.executable, "-I", "bag/data/check_bundle.py", ".", *named)
    done = run(*command, cwd=unpacked)
    assert done.returncode == 0, done.stderr
    assert b"FAILS" not in done.stdout
    assert b"declared, not proved" in done.stdout
    assert b"not looked at: bag\n" in done.stdout
    assert not (unpacked / "check_bundle.py").exists()
    (unpacked / "evidence.zip").write_bytes((unpacked / "evidence.zip").read_bytes()[:-1])
    assert run(*command, cwd=unpacked).returncode == 1


def test_the_verifier_inside_imports_nothing_of_this_program() -> None:
    source = Path(sys.modules["dsr_desk.evidence.verifying.check_bundle"].__file__ or "").read_text()
    assert "dsr_desk" not in source


def test_each_of_several_age_recipients_opens_the_bundle(
    content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    identities = [pyrage.x25519.Identity.generate() for _ in range(3)]
    recipients = [str(identity.to_public()) for identity in identities]
    path = seal(content, Edition.REGULATOR, signer, tmp_path / "bundle.age", recipients=recipients).path
    for number, identity in enumerate(identities):
        report = open_bundle(path, tmp_path / f"opened-{number}", identities=[str(identity)])[0]
        assert report.read_bytes().startswith(b"<!DOCTYPE html>")


def test_an_rsa_key_of_their_own_signs_what_openssl_verifies(
    content: EvidenceContent, rsa_signer: Signer, tmp_path: Path
) -> None:
    evidence = sign(content, Edition.REGULATOR, rsa_signer, "en")
    for name, data in evidence.in_memory.items():
        (tmp_path / name).write_bytes(data)
    assert openssl_verifies(tmp_path)
