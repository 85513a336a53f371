"""The requester's PDF in the tools that people have: qpdf and poppler."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from test_evidence_tools import tool

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import Sealed, sign, wrap_pdf
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.verify import verify

SHORTEST_PAGE = 200
"""Pixels; a page that was not drawn would be white alone."""


@pytest.fixture
def sealed(content: EvidenceContent, signer: Signer, tmp_path: Path) -> Sealed:
    return wrap_pdf(sign(content, Edition.REQUESTER, signer, "en"), tmp_path / "answer.pdf")


def run(sealed: Sealed, name: str, *words: str, passphrase: str | None = None) -> subprocess.CompletedProcess[bytes]:
    """A tool beside the file, with its passphrase as that tool takes it."""
    secret = sealed.passphrase if passphrase is None else passphrase
    option = [f"--password={secret}"] if name == "qpdf" else ["-upw", str(secret)]
    return subprocess.run([tool(name), *option, *words], cwd=sealed.path.parent, capture_output=True, check=False)


def test_qpdf_finds_nothing_wrong_and_aes_256(sealed: Sealed) -> None:
    done = run(sealed, "qpdf", "--check", "answer.pdf")
    assert done.returncode == 0, done.stdout + done.stderr
    assert b"AESv3" in run(sealed, "qpdf", "--show-encryption", "answer.pdf").stdout
    assert run(sealed, "qpdf", "--check", "answer.pdf", passphrase="bafogi").returncode != 0


def test_poppler_opens_it_with_the_passphrase_alone(sealed: Sealed) -> None:
    told = run(sealed, "pdfinfo", "answer.pdf")
    assert told.returncode == 0, told.stderr
    facts = dict(re.findall(r"^(.+?):\s+(.*)$", told.stdout.decode(), re.MULTILINE))
    assert facts["Tagged"] == "yes"
    assert facts["Encrypted"].startswith("yes")
    assert facts["JavaScript"] == "no"
    assert run(sealed, "pdfinfo", "answer.pdf", passphrase="bafogi").returncode != 0


def test_poppler_reads_the_words_of_the_report(sealed: Sealed) -> None:
    text = run(sealed, "pdftotext", "answer.pdf", "-").stdout.decode()
    assert "We found 9 photos and 1 record of yours." in " ".join(text.split())


def test_poppler_draws_every_page(sealed: Sealed) -> None:
    done = run(sealed, "pdftoppm", "-r", "40", "-png", "answer.pdf", "page")
    assert done.returncode == 0, done.stderr
    pages = sorted(sealed.path.parent.glob("page-*.png"))
    assert pages
    for page in pages:
        with Image.open(page) as drawn:
            assert min(drawn.size) > SHORTEST_PAGE
            assert drawn.convert("L").getextrema()[0] < 128


def test_the_proof_that_poppler_takes_out_verifies(sealed: Sealed, signer: Signer, tmp_path: Path) -> None:
    listed = run(sealed, "pdfdetach", "-list", "answer.pdf")
    assert listed.returncode == 0, listed.stderr
    out = tmp_path / "out"
    out.mkdir()
    assert run(sealed, "pdfdetach", "-saveall", "-o", str(out), "answer.pdf").returncode == 0
    assert verify(out, expected_certificate=signer.fingerprint).ok


def test_a_copy_that_qpdf_wrote_anew_is_no_bundle(sealed: Sealed) -> None:
    """Same pages and attachments, other bytes around them."""
    done = run(sealed, "qpdf", "answer.pdf", "again.pdf")
    assert done.returncode == 0, done.stderr
    result = verify(sealed.path.with_name("again.pdf"), sealed.passphrase)
    assert not result.ok
