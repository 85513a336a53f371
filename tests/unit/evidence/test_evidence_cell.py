"""What is in bundles, stamps and certificates of others is read in cells: what goes wrong there is said."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import planted_in_evidence as planted
import pyrage
import pytest
from cryptography.hazmat.primitives.hashes import SHA256

import deeds
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import Evidence, sign, wrap_age, wrap_html, wrap_pdf
from dsr_desk.evidence.signed import members, notes, timestamp
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.signed.members import LentFile, Spool
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.timestamp import TimeStampRefused, certificates_of, looked_at, query, require_stamp
from dsr_desk.evidence.verifying import open as opening
from dsr_desk.evidence.verifying import verify as verifying
from dsr_desk.evidence.verifying.check_bundle import Refused
from dsr_desk.evidence.verifying.open import BundleRefused, checkpoint_of, open_bundle
from dsr_desk.evidence.verifying.verify import Secrets, verify
from dsr_desk.evidence.wrappers import cms, html, pdf
from dsr_desk.evidence.wrappers.cms import RecipientCertificateWrong, recipient_name
from dsr_desk.jobs.cell import CellFailed, ask
from dsr_desk.jobs.confine import enforced
from stamping import root, stamp, stamper

pytestmark = pytest.mark.usefixtures("real_cells")
files_kept = pytest.mark.skipif(not enforced().files, reason="the kernel does not keep files from cells here")


@pytest.fixture(scope="module")
def evidence(sample_content: EvidenceContent, signer: Signer) -> Evidence:
    return sign(sample_content, Edition.REGULATOR, signer, "en")


@pytest.fixture
def saved(evidence: Evidence, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.zip"
    path.write_bytes(stored_zip(evidence.in_memory))
    return path


@pytest.mark.parametrize(
    ("does", "why"),
    [
        (deeds.crash, "why.cell.ended"),
        (planted.lie, "why.cell.unfit"),
        pytest.param(planted.read_beside, "why.cell.fault", marks=files_kept),
    ],
)
def test_a_bundle_that_a_cell_cannot_read_is_neither_good_nor_bad(
    does: Callable[..., Any], why: str, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved.with_name("secret").write_bytes(b"secret")
    monkeypatch.setattr(verifying, "verification", does)
    found = verify(saved)
    assert found.ok is None
    assert [(one.name, one.ok, one.says.code) for one in found.checks] == [("opening", None, "bundle.opening.failed")]
    said = found.checks[0].says.values["why"]
    assert getattr(said, "code", "") == why


@pytest.mark.parametrize(
    "does", [deeds.crash, planted.write_and_crash, pytest.param(planted.write_outside, marks=files_kept)]
)
def test_what_unpacks_a_bundle_writes_into_its_folder_alone(
    does: Callable[..., Any], saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "unpack", does)
    with pytest.raises(BundleRefused) as refused:
        open_bundle(saved, tmp_path / "new")
    assert refused.value.why.code == "bundle.opening.failed"
    assert sorted(one.name for one in tmp_path.iterdir()) in (["bundle.zip"], ["bundle.zip", "new"])
    assert does is planted.write_and_crash or not (tmp_path / "new").exists()


def test_a_folder_that_was_there_stays_where_nothing_was_unpacked(saved: Path, tmp_path: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-9])
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new"):
        with pytest.raises(BundleRefused):
            open_bundle(saved, tmp_path / name)
    assert (tmp_path / "empty").is_dir()
    assert not (tmp_path / "new").exists()


def test_a_checkpoint_in_a_bundle_is_read_in_a_cell(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checkpoint_of(saved, Secrets()).startswith("dsr-desk/")
    monkeypatch.setattr(opening, "checkpoint_in", deeds.crash)
    with pytest.raises(BundleRefused) as refused:
        checkpoint_of(saved, Secrets())
    assert refused.value.why.code == "bundle.opening.failed"


def test_no_key_that_opens_a_bundle_goes_into_a_cell(
    evidence: Evidence,
    sample_content: EvidenceContent,
    signer: Signer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """But for the passphrase of a PDF, which opens that very file and is typed into any reader of PDFs."""
    handed: list[bytes] = []

    def watched(kind: Any, function: Callable[..., Any], *args: Any, **how: Any) -> Any:
        handed.append(pickle.dumps(args))
        return ask(kind, function, *args, **how)

    for module in (verifying, html):
        monkeypatch.setattr(module, "ask", watched)
    identity = pyrage.x25519.Identity.generate()
    sealed = wrap_age(evidence, tmp_path / "bundle.age", [str(identity.to_public())])
    page = wrap_html(sign(sample_content, Edition.REQUESTER, signer, "en"), tmp_path / "open-me.html")
    assert verify(sealed.path, identities=[str(identity)]).ok is not False
    assert verify(page.path, page.passphrase).ok is not False
    assert len(handed) == 3
    for secret in (str(identity), page.passphrase or ""):
        assert not any(secret.encode() in one for one in handed)


def test_a_large_bundle_is_lent_encrypted_and_is_gone_after(
    evidence: Evidence, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "HELD_AT_MOST", 10_000)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    identity = pyrage.x25519.Identity.generate()
    sealed = wrap_age(evidence, tmp_path / "bundle.age", [str(identity.to_public())])
    seen: list[bytes] = []

    def watched(kind: Any, function: Callable[..., Any], *args: Any, **how: Any) -> Any:
        seen.extend(one.read_bytes() for one in folder.iterdir())
        return ask(kind, function, *args, **how)

    monkeypatch.setattr(verifying, "ask", watched)
    assert verify(sealed.path, identities=[str(identity)], expected_certificate=signer.fingerprint).ok is True
    (on_disk,) = seen
    assert len(on_disk) > 10_000
    assert b"Lumen" not in on_disk
    assert b"PK" not in on_disk[:2]
    assert list(folder.iterdir()) == []


def test_what_a_spool_lends_is_read_elsewhere_from_any_place() -> None:
    data = bytes(range(256)) * 100
    with Spool(lends=True) as spool:
        lent: LentFile = spool.lend(lambda to: to.write(data))
        with lent.opened() as file:
            file.seek(300)
            assert file.read(77) == data[300:377]
            assert lent.size == len(data)


def test_a_hostile_pdf_decides_nothing_about_what_is_in_it(
    sample_content: EvidenceContent, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is opened in one cell, and what comes out is checked in another."""
    sealed = wrap_pdf(sign(sample_content, Edition.REQUESTER, signer, "en"), tmp_path / "answer.pdf")
    monkeypatch.setattr(pdf, "opened", planted.hand_out_another_bundle)
    assert verify(sealed.path, sealed.passphrase).ok is False
    monkeypatch.setattr(pdf, "opened", planted.fault)
    assert verify(sealed.path, sealed.passphrase).ok is None


@pytest.mark.usefixtures("few_iterations")
def test_a_page_whose_content_ends_a_cell_is_not_taken_for_its_own(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = wrap_html(evidence, tmp_path / "open-me.html")
    monkeypatch.setattr(html, "is_signed_page", deeds.crash)
    assert verify(page.path, page.passphrase).ok is None


def test_a_file_that_no_bundle_has_as_large_is_not_read(evidence: Evidence, tmp_path: Path) -> None:
    for name, data in evidence.in_memory.items():
        (tmp_path / name).write_bytes(data)
    with (tmp_path / "evidence.zip.p7s").open("r+b") as file:
        file.truncate(verifying.MOST_BESIDE + 1)
    found = verify(tmp_path)
    assert found.ok is False
    assert found.checks[0].says.code == "bundle.opening.large"


def test_a_stamp_that_ends_a_cell_is_not_taken_and_proves_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    by = stamper(root())
    answer = stamp(b"data", by)
    (found,) = looked_at([(b"data", answer)], by.pem)
    assert isinstance(found, timestamp.Attested)
    assert found.doubt is None
    monkeypatch.setattr(timestamp, "stamps_in", planted.say_nothing)
    (unfit,) = looked_at([(b"data", answer)], b"none")
    assert getattr(unfit, "code", "") == "why.cell.unfit"
    monkeypatch.setattr(timestamp, "stamps_in", deeds.crash)
    (why,) = looked_at([(b"data", answer)], b"")
    assert getattr(why, "code", "") == "why.cell.ended"
    monkeypatch.setattr(timestamp, "stamp_in", planted.fault)
    with pytest.raises(TimeStampRefused) as refused:
        require_stamp(b"data", query(b"data"), answer, b"")
    assert refused.value.why.code == "why.cell.fault"


def test_a_fingerprint_is_of_the_certificate_that_is_kept_and_not_of_what_a_cell_says() -> None:
    one = root("Root")
    (found,) = certificates_of(one.pem)
    assert found.name == "CN=Root"
    assert found.fingerprint == one.certificate.fingerprint(SHA256()).hex()


def test_a_certificate_that_ends_a_cell_is_used_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cms, "usable", planted.fault)
    with pytest.raises(RecipientCertificateWrong) as refused:
        recipient_name(b"certificate", 2)
    assert refused.value.why.code == "why.cell.fault"
    monkeypatch.setattr(timestamp, "certificates_in", deeds.crash)
    with pytest.raises(CellFailed):
        certificates_of(b"certificate")


def test_a_printed_page_that_ends_a_cell_holds_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7\n")
    assert notes.read_note(tmp_path / "page.pdf") is None
    monkeypatch.setattr(notes, "attached_note", deeds.crash)
    assert notes.read_note(tmp_path / "page.pdf") is None


def test_a_refusal_of_the_verifier_comes_out_of_a_cell_with_its_values(
    sample_content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    sealed = wrap_pdf(sign(sample_content, Edition.REQUESTER, signer, "en"), tmp_path / "answer.pdf")
    with pytest.raises(Refused) as refused:
        pdf.open_pdf(sealed.path.read_bytes(), "another")
    assert refused.value.said.code == "pdf.passphrase"
    with pytest.raises(Refused) as cut:
        pdf.open_pdf(sealed.path.read_bytes()[:-400], sealed.passphrase or "")
    assert cut.value.said.code.startswith("pdf.")
